import { r4Structure } from '../fhir/r4-structure.data.ts';

/** One step of a path into a resource: an element, the slot of an array it fills, and the resource it refers to. */
export interface Step {
  readonly name: string;
  /** Which of several entries of an array is meant; '' where the path names none. */
  readonly slot: string;
  readonly array: boolean;
  /** R4 type of the element: `CodeableConcept`, `code`, `Reference`, a backbone's own path. */
  readonly type: string;
  /** Codes of a required binding; empty where there is none. */
  readonly codes: readonly string[];
  readonly primitive: boolean;
  /** Name of the choice the element is a form of (`value` of `valueQuantity`): only one form may be given. */
  readonly choice?: string;
  /** Type of the resource that the reference leads to, where the path says so. */
  readonly target?: string;
}

const PRIMITIVE = /^[a-z]/;

/**
 * Reads a path of the official maps (`participant[1].individual(Practitioner)`,
 * `performer[2](PractitionerRole.organization(Organization.address))`) against R4; null where R4 has no such element.
 */
export function resolvePath(resource: string, path: string): readonly Step[] | null {
  const steps: Step[] = [];
  return walk(resource, path.replace(/\s+$/, ''), steps) ? steps : null;
}

function walk(holder: string, path: string, steps: Step[]): boolean {
  const found = /^([A-Za-z]\w*)(?:\[(\d+)\])?(.*)$/.exec(path);
  if (found === null) return false;
  const [, name = '', slot = '', rest = ''] = found;
  const rule = ruleOf(holder, name);
  if (rule === null) return false;
  const { array, type, codes, targets } = rule;
  const choice = rule.choice === undefined ? {} : { choice: rule.choice };
  const primitive = PRIMITIVE.test(type);
  const open = /^\((\w+)(.*)\)$/.exec(rest);
  if (open !== null) {
    const [, target = '', inner = ''] = open;
    if (type !== 'Reference' || !Object.hasOwn(r4Structure, target)) return false;
    if (targets.length > 0 && !targets.includes(target)) return false;
    steps.push({ name, slot, array, type, codes, primitive, ...choice, target });
    return inner === '' || (inner.startsWith('.') && walk(target, inner.slice(1), steps));
  }
  steps.push({ name, slot, array, type, codes, primitive, ...choice });
  if (rest === '') return true;
  if (!rest.startsWith('.')) return false;
  return walk(primitive ? 'Element' : type, rest.slice(1), steps);
}

interface Rule {
  readonly array: boolean;
  readonly type: string;
  readonly codes: readonly string[];
  readonly targets: readonly string[];
  readonly choice?: string;
}

/** What R4 says of an element; `valueQuantity` is found as a form of `value[x]`. */
function ruleOf(holder: string, name: string): Rule | null {
  if (name === 'extension') return { array: true, type: 'Extension', codes: [], targets: [] };
  const elements = r4Structure[holder];
  if (elements === undefined) return null;
  const own = elements[name];
  if (own !== undefined) return readRule(own, own.split(' ')[1]!);
  for (const [key, rule] of Object.entries(elements)) {
    if (!key.endsWith('[x]') || !name.startsWith(key.slice(0, -3))) continue;
    const suffix = name.slice(key.length - 3);
    const types = rule.split(' ')[1]!;
    if (types === '*') {
      const named = suffix === 'Reference' || Object.hasOwn(r4Structure, suffix);
      const type = named ? suffix : suffix.charAt(0).toLowerCase() + suffix.slice(1);
      return { array: false, type, codes: [], targets: [] };
    }
    const one = types.split('|').find((type) => capital(type.replace(/\(.*$/, '')) === suffix);
    if (one !== undefined) return { ...readRule(rule, one), choice: key.slice(0, -3) };
  }
  return null;
}

function readRule(rule: string, type: string): Rule {
  const [cardinality = '', , ...codes] = rule.split(' ');
  const targets = /\((.*)\)$/.exec(type)?.[1]?.split(',') ?? [];
  return { array: !cardinality.endsWith('..1'), type: type.replace(/\(.*$/, ''), codes, targets };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
