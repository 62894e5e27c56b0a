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
  return [...faults(elements, type, type)];
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

function* faults(holder: object, name: string, path: string): Generator<string> {
  const structure = structureOf(name);
  if (structure === undefined) return;
  const given = new Map<Rule, string[]>();
  const beside = new Set<Rule>();
  const others: string[] = [];
  for (const key of Object.keys(holder)) {
    const found = ruleAt(structure, key);
    if (found === undefined) {
      others.push(key);
      const under = key.startsWith('_') ? ruleAt(structure, key.slice(1)) : undefined;
      if (under !== undefined && primitives[under.type] !== undefined) beside.add(under.rule);
    } else if (given.has(found.rule)) given.get(found.rule)!.push(key);
    else given.set(found.rule, [key]);
  }
  for (const rule of structure.rules) {
    const keys = given.get(rule);
    if (keys === undefined) {
      if (rule.required && !beside.has(rule)) yield `${path}.${rule.name}: missing`;
      continue;
    }
    if (keys.length > 1) yield `${path}.${rule.name}: given as ${keys.join(' and ')}`;
    for (const key of keys) {
      const value = (holder as Record<string, unknown>)[key];
      const { type } = ruleAt(structure, key)!;
      if (!rule.repeats) yield* faultsOf(value, type, rule.codes, `${path}.${key}`);
      else if (!Array.isArray(value) || value.length === 0) yield `${path}.${key}: not a non-empty array`;
      else for (const [i, item] of value.entries()) yield* faultsOf(item, type, rule.codes, `${path}.${key}[${i}]`);
    }
  }
  for (const key of others) {
    const value = (holder as Record<string, unknown>)[key];
    const under = key.startsWith('_') ? ruleAt(structure, key.slice(1)) : undefined;
    if (key === 'id') yield* faultsOf(value, 'string', [], `${path}.id`);
    else if (key === 'extension') yield* extensionFaults(value, `${path}.extension`);
    else if (under !== undefined && primitives[under.type] !== undefined) {
      for (const one of Array.isArray(value) ? value : [value]) {
        if (one !== null) yield* faultsOf(one, 'Element', [], `${path}.${key}`);
      }
    } else yield `${path}.${key}: no element of ${name}`;
  }
}

function* extensionFaults(value: unknown, path: string): Generator<string> {
  if (!Array.isArray(value) || value.length === 0) yield `${path}: not a non-empty array`;
  else for (const [i, item] of value.entries()) yield* faultsOf(item, 'Extension', [], `${path}[${i}]`);
}

function* faultsOf(value: unknown, type: string, codes: readonly string[], path: string): Generator<string> {
  if (type === '*') return;
  const primitive = primitives[type];
  if (primitive !== undefined) {
    if (!primitive(value)) yield `${path}: ${JSON.stringify(value)} is no ${type}`;
    else if (codes.length > 0 && !codes.includes(value as string))
      yield `${path}: ${value} is none of ${codes.join(', ')}`;
    return;
  }
  if (!isObject(value) || Object.keys(value).length === 0) {
    yield `${path}: not an object with content`;
    return;
  }
  if (type === 'Resource') {
    for (const fault of structureFaults(value)) yield `${path} ${fault}`;
    return;
  }
  const [name, targets] = /^(\w+)\((.*)\)$/.exec(type)?.slice(1) ?? [type];
  yield* faults(value, name as string, path);
  const target = /^(?:https?:.*\/)?([A-Z]\w+)\/[^/]+$/.exec(String(value.reference ?? ''))?.[1];
  if (
    targets !== undefined &&
    target !== undefined &&
    resourceTypes.has(target) &&
    !targets.split(',').includes(target)
  ) {
    yield `${path}: leads to ${target}, where ${targets} belong`;
  }
}

function matches(form: RegExp): (value: unknown) => boolean {
  return (value) => typeof value === 'string' && form.test(value);
}
