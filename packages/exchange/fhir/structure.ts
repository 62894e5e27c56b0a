import { isObject } from './datatype.ts';
import { r4Structure } from './r4-structure.data.ts';
import { resourceTypes } from './resource-types.data.ts';

/** The primitive types of R4 and what their JSON looks like. */
const primitives: Readonly<Record<string, (value: unknown) => boolean>> = {
  boolean: (value) => typeof value === 'boolean',
  decimal: (value) => typeof value === 'number' && Number.isFinite(value),
  integer: (value) => Number.isInteger(value),
  positiveInt: (value) => Number.isInteger(value) && (value as number) > 0,
  unsignedInt: (value) => Number.isInteger(value) && (value as number) >= 0,
  instant: matches(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/),
  dateTime: matches(/^\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?)?)?$/),
  date: matches(/^\d{4}(-\d{2}(-\d{2})?)?$/),
  time: matches(/^\d{2}:\d{2}:\d{2}(\.\d+)?$/),
  code: matches(/^\S+( \S+)*$/),
  id: matches(/^[A-Za-z0-9\-.]{1,64}$/),
  uri: matches(/^\S+$/),
  url: matches(/^\S+$/),
  canonical: matches(/^\S+$/),
  string: matches(/\S/),
  markdown: matches(/\S/),
  base64Binary: matches(/^[A-Za-z0-9+/=\s]+$/),
  xhtml: matches(/^<div xmlns="http:\/\/www\.w3\.org\/1999\/xhtml">/),
};

/**
 * Where a resource departs from R4's structure: unknown elements, cardinality, types, codes of required bindings, types of
 * referenced resources. Covers the resource types this project writes; invariants and terminology are not checked.
 * An empty list means none was found.
 */
export function structureFaults(resource: unknown): readonly string[] {
  const type = isObject(resource) ? String(resource.resourceType) : 'nothing';
  if (!isObject(resource) || !Object.hasOwn(r4Structure, type)) return [`${type}: not a type this check knows`];
  const { resourceType: _, ...elements } = resource;
  const out: string[] = [];
  collect(elements, type, { above: null, step: type }, out);
  return out;
}

/** Where in a resource; written out only where there is a fault. */
interface Place {
  readonly above: Place | null;
  readonly step: string;
  readonly index?: number;
}

function at({ above, step, index }: Place): string {
  const own = index === undefined ? step : `${step}[${index}]`;
  return above === null ? own : `${at(above)}.${own}`;
}

/** One line of the table, taken apart. */
interface Rule {
  readonly name: string;
  readonly required: boolean;
  readonly repeats: boolean;
  readonly types: string;
  readonly codes: readonly string[];
  /** Where any type may follow it: `value` of `value[x]`. */
  readonly openStem: string | undefined;
}

/** The rules of a structure, and the keys that each may stand under with the type that the key says. */
interface Structure {
  readonly rules: readonly Rule[];
  readonly byKey: ReadonlyMap<string, { readonly rule: Rule; readonly type: string }>;
  readonly open: readonly Rule[];
}

const structures = new Map<string, Structure>();

function structureOf(name: string): Structure | undefined {
  const known = structures.get(name);
  if (known !== undefined) return known;
  const elements = name === 'Element' ? {} : r4Structure[name];
  if (elements === undefined) return undefined;
  const byKey = new Map<string, { rule: Rule; type: string }>();
  const rules = Object.entries(elements).map(([element, line]) => {
    const [cardinality, types, ...codes] = line.split(' ') as [string, string, ...string[]];
    const [least, most] = cardinality.split('..');
    const stem = element.endsWith('[x]') ? element.slice(0, -3) : undefined;
    const openStem = types === '*' ? stem : undefined;
    const rule: Rule = { name: element, required: least !== '0', repeats: most !== '1', types, codes, openStem };
    if (stem === undefined) byKey.set(element, { rule, type: types });
    else if (openStem === undefined) {
      for (const type of types.split('|')) {
        byKey.set(stem + type.charAt(0).toUpperCase() + type.slice(1).replace(/\(.*\)$/, ''), { rule, type });
      }
    }
    return rule;
  });
  const made = { rules, byKey, open: rules.filter(({ openStem }) => openStem !== undefined) };
  structures.set(name, made);
  return made;
}

/** The rule that a key stands under; an open choice takes any type. */
function ruleAt({ byKey, open }: Structure, key: string): { readonly rule: Rule; readonly type: string } | undefined {
  const found = byKey.get(key);
  if (found !== undefined) return found;
  const rule = open.find(({ openStem = '' }) => key.startsWith(openStem) && /^[A-Z]/.test(key.slice(openStem.length)));
  return rule === undefined ? undefined : { rule, type: '*' };
}

function collect(holder: object, name: string, place: Place, out: string[]): void {
  const structure = structureOf(name);
  if (structure === undefined) return;
  const given = new Map<Rule, string[]>();
  let beside: Set<Rule> | null = null;
  const others: string[] = [];
  for (const key of Object.keys(holder)) {
    const found = ruleAt(structure, key);
    if (found === undefined) {
      others.push(key);
      const under = key.startsWith('_') ? ruleAt(structure, key.slice(1)) : undefined;
      if (under !== undefined && primitives[under.type] !== undefined) {
        beside ??= new Set();
        beside.add(under.rule);
      }
    } else if (given.has(found.rule)) given.get(found.rule)!.push(key);
    else given.set(found.rule, [key]);
  }
  for (const rule of structure.rules) {
    const keys = given.get(rule);
    if (keys === undefined) {
      if (rule.required && beside?.has(rule) !== true) out.push(`${at(place)}.${rule.name}: missing`);
      continue;
    }
    if (keys.length > 1) out.push(`${at(place)}.${rule.name}: given as ${keys.join(' and ')}`);
    for (const key of keys) {
      const value = (holder as Record<string, unknown>)[key];
      const { type } = ruleAt(structure, key)!;
      if (!rule.repeats) check(value, type, rule.codes, { above: place, step: key }, out);
      else checkList(value, type, rule.codes, key, place, out);
    }
  }
  for (const key of others) {
    const value = (holder as Record<string, unknown>)[key];
    const under = key.startsWith('_') ? ruleAt(structure, key.slice(1)) : undefined;
    if (key === 'id') check(value, 'string', [], { above: place, step: key }, out);
    else if (key === 'extension') checkList(value, 'Extension', [], key, place, out);
    else if (under !== undefined && primitives[under.type] !== undefined) {
      for (const one of Array.isArray(value) ? value : [value]) {
        if (one !== null) check(one, 'Element', [], { above: place, step: key }, out);
      }
    } else out.push(`${at(place)}.${key}: no element of ${name}`);
  }
}

function checkList(
  value: unknown,
  type: string,
  codes: readonly string[],
  key: string,
  above: Place,
  out: string[],
): void {
  if (!Array.isArray(value) || value.length === 0) out.push(`${at(above)}.${key}: not a non-empty array`);
  else for (let i = 0; i < value.length; i++) check(value[i], type, codes, { above, step: key, index: i }, out);
}

function check(value: unknown, type: string, codes: readonly string[], place: Place, out: string[]): void {
  if (type === '*') return;
  const primitive = primitives[type];
  if (primitive !== undefined) {
    if (!primitive(value)) out.push(`${at(place)}: ${JSON.stringify(value)} is no ${type}`);
    else if (codes.length > 0 && !codes.includes(value as string)) {
      out.push(`${at(place)}: ${value} is none of ${codes.join(', ')}`);
    }
    return;
  }
  if (!isObject(value) || Object.keys(value).length === 0) {
    out.push(`${at(place)}: not an object with content`);
    return;
  }
  if (type === 'Resource') {
    for (const fault of structureFaults(value)) out.push(`${at(place)} ${fault}`);
    return;
  }
  const { name, targets } = typeOf(type);
  collect(value, name, place, out);
  if (targets === undefined || typeof value.reference !== 'string') return;
  const target = /^(?:https?:.*\/)?([A-Z]\w+)\/[^/]+$/.exec(value.reference)?.[1];
  if (target !== undefined && resourceTypes.has(target) && !targets.includes(target)) {
    out.push(`${at(place)}: leads to ${target}, where ${targets.join(',')} belong`);
  }
}

const types = new Map<string, { readonly name: string; readonly targets: readonly string[] | undefined }>();

/** `Reference(Patient,Group)` taken apart. */
function typeOf(type: string): { readonly name: string; readonly targets: readonly string[] | undefined } {
  let known = types.get(type);
  if (known === undefined) {
    const [, name = type, targets] = /^(\w+)\((.*)\)$/.exec(type) ?? [];
    known = { name, targets: targets?.split(',') };
    types.set(type, known);
  }
  return known;
}

function matches(form: RegExp): (value: unknown) => boolean {
  return (value) => typeof value === 'string' && form.test(value);
}
