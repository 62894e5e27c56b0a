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

function* faults(holder: object, structure: string, path: string): Generator<string> {
  const elements = structure === 'Element' ? {} : r4Structure[structure];
  if (elements === undefined) return;
  const left = new Set(Object.keys(holder));
  for (const [name, rule] of Object.entries(elements)) {
    const [cardinality, types, ...codes] = rule.split(' ') as [string, string, ...string[]];
    const [least, most] = cardinality.split('..');
    const stem = name.endsWith('[x]') ? name.slice(0, -3) : undefined;
    const names = [...left].filter((key) => key === name || (stem !== undefined && isChoice(key, stem, types)));
    for (const key of names) left.delete(key);
    const beside = [...left].some((key) => key.startsWith('_') && isPrimitive({ [name]: rule }, key.slice(1)));
    if (least !== '0' && names.length === 0 && !beside) yield `${path}.${name}: missing`;
    if (names.length > 1) yield `${path}.${name}: given as ${names.join(' and ')}`;
    for (const key of names) {
      const value = (holder as Record<string, unknown>)[key];
      const type = stem === undefined ? types : chosen(key.slice(stem.length), types);
      if (most === '1') yield* faultsOf(value, type, codes, `${path}.${key}`);
      else if (!Array.isArray(value) || value.length === 0) yield `${path}.${key}: not a non-empty array`;
      else for (const [i, item] of value.entries()) yield* faultsOf(item, type, codes, `${path}.${key}[${i}]`);
    }
  }
  for (const name of left) {
    const value = (holder as Record<string, unknown>)[name];
    if (name === 'id') yield* faultsOf(value, 'string', [], `${path}.id`);
    else if (name === 'extension') yield* extensionFaults(value, `${path}.extension`);
    else if (name.startsWith('_') && isPrimitive(elements, name.slice(1))) {
      for (const one of Array.isArray(value) ? value : [value]) {
        if (one !== null) yield* faultsOf(one, 'Element', [], `${path}.${name}`);
      }
    } else yield `${path}.${name}: no element of ${structure}`;
  }
}

function* extensionFaults(value: unknown, path: string): Generator<string> {
  if (!Array.isArray(value) || value.length === 0) yield `${path}: not a non-empty array`;
  else for (const [i, item] of value.entries()) yield* faultsOf(item, 'Extension', [], `${path}[${i}]`);
}

/** Whether a name is that of a primitive element, beside which `_name` may hold its extensions. */
function isPrimitive(elements: Readonly<Record<string, string>>, name: string): boolean {
  for (const [each, rule] of Object.entries(elements)) {
    const types = rule.split(' ')[1]!;
    if (each === name) return primitives[types] !== undefined;
    if (each.endsWith('[x]') && isChoice(name, each.slice(0, -3), types)) {
      return primitives[chosen(name.slice(each.length - 3), types)] !== undefined;
    }
  }
  return false;
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

/** `valueQuantity` for `value` among `Quantity|string`; any type where all are allowed. */
function isChoice(key: string, stem: string, types: string): boolean {
  return (
    key.startsWith(stem) &&
    (types === '*' ? /^[A-Z]/.test(key.slice(stem.length)) : chosen(key.slice(stem.length), types) !== '')
  );
}

function chosen(suffix: string, types: string): string {
  if (types === '*') return '*';
  return (
    types.split('|').find((type) => type.charAt(0).toUpperCase() + type.slice(1).replace(/\(.*\)$/, '') === suffix) ??
    ''
  );
}

function matches(form: RegExp): (value: unknown) => boolean {
  return (value) => typeof value === 'string' && form.test(value);
}
