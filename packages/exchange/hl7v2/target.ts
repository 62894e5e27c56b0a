import { r4Definitions } from '../fhir/validate/definitions.ts';
import { r4Types } from '../fhir/validate/type-table.ts';
import { ValueSets } from '../fhir/validate/value-sets.ts';

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

/** An element of more types than this takes any. */
const OPEN = 20;
let codes: ValueSets | undefined;

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
    if (type !== 'Reference' || r4Types().resource(target) === undefined) return false;
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
  const form = (r4Types().shape(holder) ?? r4Types().shape('Element')!).members.get(name);
  if (form === undefined) return null;
  const { element, type, ref } = form;
  const coded = type === 'code' || type === 'CodeableConcept';
  const bound = coded && element.binding?.strength === 'required' ? element.binding.valueSet : undefined;
  codes ??= new ValueSets(r4Definitions);
  return {
    array: element.max > 1,
    type,
    codes: bound === undefined ? [] : codes.listed(bound),
    targets: (ref?.targetProfile ?? [])
      .map((url) => url.slice(url.lastIndexOf('/') + 1))
      .filter((each) => each !== 'Resource'),
    ...(element.choice && element.types.length < OPEN ? { choice: element.name } : {}),
  };
}
