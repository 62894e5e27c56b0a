import { isObject } from '@gemel/exchange/fhir/datatype';
import { fhirPath } from '@gemel/exchange/fhir/path/expression';
import { r4Definitions } from '@gemel/exchange/fhir/validate/definitions';
import { TypeTable } from '@gemel/exchange/fhir/validate/type-table';
import type { Resource } from '@gemel/store/resource-contract';
import { restErrors } from './errors.data.ts';

type Json = Record<string, unknown>;

/**
 * FHIRPath Patch (R4, http.html#fhirpath-patch) on a copy: a Parameters resource whose `operation` parameters add, insert, delete,
 * replace or move what a path names. Paths are elements, places and conditions; the element to change is found by its path.
 * @throws rest-patch, rest-body, fhirpath-syntax
 */
export function fhirPathPatch(resource: Resource, patch: unknown): Resource {
  const operations = isObject(patch) && Array.isArray(patch.parameter) ? patch.parameter : [];
  if (operations.length === 0 || operations.length > 1000)
    throw restErrors.error('rest-body', 'A FHIRPath Patch is Parameters with 1 to 1000 operations.');
  const copy = structuredClone(resource) as Json;
  operations.forEach((operation: unknown, i) => {
    apply(copy, partsOf(operation, i), i);
  });
  return copy;
}

interface Parts {
  readonly type: string;
  readonly path: string;
  readonly name?: string;
  readonly value?: unknown;
  readonly index?: number;
  readonly source?: number;
  readonly destination?: number;
}

function partsOf(operation: unknown, i: number): Parts {
  const list =
    isObject(operation) && operation.name === 'operation' && Array.isArray(operation.part) ? operation.part : [];
  const found: Record<string, unknown> = {};
  for (const part of list as readonly Json[]) found[String(part.name)] = partValue(part);
  if (typeof found.type !== 'string' || typeof found.path !== 'string')
    throw restErrors.error('rest-body', `Operation ${i} of the patch has no type or path.`, { element: String(i) });
  return found as unknown as Parts;
}

/** The value of a part: of its `value[x]`, or an element made of parts within it. */
function partValue(part: Json): unknown {
  const key = Object.keys(part).find((name) => /^value[A-Z]/.test(name));
  if (key !== undefined) return part[key];
  if (!Array.isArray(part.part)) return undefined;
  const made: Json = {};
  for (const inner of part.part as readonly Json[]) {
    const name = String(inner.name);
    const value = partValue(inner);
    made[name] = Object.hasOwn(made, name) ? [made[name], value].flat() : value;
  }
  return made;
}

function apply(root: Json, { type, path, name, value, index, source, destination }: Parts, i: number): void {
  const fail = (why: string) =>
    restErrors.error('rest-patch', `Operation ${i} (${type} ${path.slice(0, 200)}): ${why}.`, { element: String(i) });
  const given = () => {
    if (value === undefined) throw fail('it has no value');
    return structuredClone(value);
  };
  const one = () => {
    const found = located(root, path);
    if (found.length !== 1) throw fail(`the path leads to ${found.length} elements, not to one`);
    return found[0]!;
  };
  const listOf = () => {
    const lists = listsAt(root, path);
    if (lists.length !== 1) throw fail('the path leads to no single list');
    return lists[0]!;
  };
  const place = (at: number | undefined, most: number) => {
    if (!Number.isInteger(at) || at! < 0 || at! > most) throw fail('a place is missing or beyond the list');
    return at!;
  };
  switch (type) {
    case 'add': {
      if (typeof name !== 'string' || !/^[a-z][A-Za-z0-9]*$/.test(name)) throw fail('it has no name of an element');
      const found =
        path === root.resourceType ? [root] : located(root, path).map(({ holder, key }) => get(holder, key));
      if (found.length !== 1 || !isObject(found[0]))
        throw fail(`the path leads to ${found.length} elements, not to one`);
      const holder = found[0] as Json;
      const before = holder[name];
      if (Array.isArray(before)) before.push(given());
      else if (before === undefined) holder[name] = isList(root, path, name) ? [given()] : given();
      else throw fail(`"${name}" is there already and may stand only once`);
      return;
    }
    case 'insert': {
      const list = listOf();
      list.splice(place(index, list.length), 0, given());
      return;
    }
    case 'delete': {
      const found = located(root, path);
      if (found.length > 1) throw fail(`the path leads to ${found.length} elements, not to one`);
      const [only] = found;
      if (only === undefined) return;
      if (Array.isArray(only.holder)) {
        only.holder.splice(only.key as number, 1);
        if (only.holder.length === 0 && only.list !== null) delete only.list.holder[only.list.name];
      } else delete only.holder[only.key];
      return;
    }
    case 'replace': {
      const { holder, key } = one();
      (holder as Json)[key] = given();
      return;
    }
    case 'move': {
      const list = listOf();
      const [moved] = list.splice(place(source, list.length - 1), 1);
      list.splice(place(destination, list.length), 0, moved);
      return;
    }
    default:
      throw fail('there is no such operation');
  }
}

interface Located {
  readonly holder: Json | unknown[];
  readonly key: string | number;
  /** The list an element stands in, by who has it. */
  readonly list: { readonly holder: Json; readonly name: string } | null;
}

function get(holder: Json | unknown[], key: string | number): unknown {
  return (holder as Json)[key];
}

/** Steps of a path from the resource: names, each with places and conditions after it. */
function stepsOf(path: string): readonly { readonly name: string; readonly filters: readonly string[] }[] {
  const steps: { name: string; filters: string[] }[] = [];
  let rest = path.trim();
  const name = /^([A-Za-z]\w*)/;
  while (rest !== '') {
    const found = name.exec(rest);
    if (found === null) throw restErrors.error('rest-patch', `"${path.slice(0, 200)}" is no path of elements.`);
    rest = rest.slice(found[0].length);
    if (rest.startsWith('(')) {
      const end = closing(rest);
      steps.at(-1)?.filters.push(`${found[1]}${rest.slice(0, end)}`);
      rest = rest.slice(end);
    } else steps.push({ name: found[1]!, filters: [] });
    while (rest.startsWith('[')) {
      const end = rest.indexOf(']') + 1;
      if (end === 0) throw restErrors.error('rest-patch', `"${path.slice(0, 200)}" is no path of elements.`);
      steps.at(-1)!.filters.push(rest.slice(0, end));
      rest = rest.slice(end);
    }
    if (rest === '') break;
    if (!rest.startsWith('.')) throw restErrors.error('rest-patch', `"${path.slice(0, 200)}" is no path of elements.`);
    rest = rest.slice(1);
  }
  return steps;
}

function closing(text: string): number {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "'" && text[i - 1] !== '\\') quoted = !quoted;
    if (quoted) continue;
    if (text[i] === '(') depth++;
    if (text[i] === ')' && --depth === 0) return i + 1;
  }
  throw restErrors.error('rest-patch', 'A bracket of the path is not closed.');
}

function located(root: Json, path: string): readonly Located[] {
  const [first, ...steps] = stepsOf(path);
  if (first?.name !== root.resourceType && first !== undefined) steps.unshift(first);
  let at: readonly Located[] = [];
  let values: readonly unknown[] = [root];
  for (const { name, filters } of steps) {
    at = values.filter(isObject).flatMap((holder) => childrenOf(holder as Json, name));
    for (const filter of filters) at = filtered(at, filter);
    values = at.map(({ holder, key }) => get(holder, key));
  }
  return at;
}

/** Elements of that name; of a choice whichever type it has. */
function childrenOf(holder: Json, name: string): readonly Located[] {
  const key = Object.hasOwn(holder, name)
    ? name
    : Object.keys(holder).find((each) => each.startsWith(name) && /^[A-Z]/.test(each.slice(name.length)));
  if (key === undefined) return [];
  const value = holder[key];
  if (!Array.isArray(value)) return [{ holder, key, list: null }];
  return value.map((_, i) => ({ holder: value, key: i, list: { holder, name: key } }));
}

function filtered(at: readonly Located[], filter: string): readonly Located[] {
  const place = /^\[(\d{1,6})\]$/.exec(filter)?.[1];
  if (place !== undefined) return at.slice(Number(place), Number(place) + 1);
  if (filter === 'first()') return at.slice(0, 1);
  if (filter === 'last()') return at.slice(-1);
  const inner = /^where\((.*)\)$/s.exec(filter)?.[1];
  if (inner === undefined)
    throw restErrors.error('rest-patch', `"${filter.slice(0, 100)}" is not understood in a path to change.`);
  const condition = fhirPath(inner);
  return at.filter(({ holder, key }) => condition.evaluate(get(holder, key))[0]?.value === true);
}

/** The lists that a path names as a whole. */
function listsAt(root: Json, path: string): readonly unknown[][] {
  const found = new Set(located(root, path).map(({ holder }) => holder));
  return [...found].filter((holder) => Array.isArray(holder));
}

/** Whether an element that is not there yet is a list, by R4's structure. */
function isList(root: Json, path: string, name: string): boolean {
  types ??= new TypeTable(r4Definitions);
  const names = stepsOf(path).map((step) => step.name);
  let shape = types.shape(String(root.resourceType));
  for (const step of names[0] === root.resourceType ? names.slice(1) : names)
    shape = shape?.byName.get(step)?.[0]?.shape;
  return (shape?.byName.get(name)?.[0]?.element.max ?? 1) > 1;
}

let types: TypeTable | undefined;
