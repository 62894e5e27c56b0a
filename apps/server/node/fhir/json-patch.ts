import { isObject } from '@gemel/exchange/fhir/datatype';
import { restErrors } from './errors.data.ts';

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

type Holder = Record<string, unknown> | unknown[];

/** Most steps of one patch. */
const MOST = 1000;

/** JSON Patch (RFC 6902) on a copy. @throws rest-patch, rest-body */
export function jsonPatch<T>(document: T, patch: unknown): T {
  if (!Array.isArray(patch) || patch.length > MOST)
    throw restErrors.error('rest-body', `A JSON Patch is an array of up to ${MOST} operations.`);
  let root = structuredClone(document) as unknown;
  patch.forEach((step: unknown, i) => {
    if (!isObject(step) || typeof step.op !== 'string' || typeof step.path !== 'string')
      throw restErrors.error('rest-body', `Step ${i} of the patch has no op or path.`, { element: String(i) });
    root = applied(root, step as unknown as Operation, i);
  });
  return root as T;
}

function applied(root: unknown, { op, path, from, value }: Operation, i: number): unknown {
  const fail = (why: string) =>
    restErrors.error('rest-patch', `Step ${i} (${op} ${path.slice(0, 200)}): ${why}.`, { element: String(i) });
  const target = pointer(path, fail);
  const given = () => {
    if (value === undefined) throw fail('it has no value');
    return structuredClone(value);
  };
  const origin = () => {
    if (typeof from !== 'string') throw fail('it has no from');
    return pointer(from, fail);
  };
  switch (op) {
    case 'test':
      if (!equal(at(root, target, fail), given())) throw fail('the value is another');
      return root;
    case 'add':
      return put(root, target, given(), true, fail);
    case 'replace':
      at(root, target, fail);
      return put(root, target, given(), false, fail);
    case 'remove':
      return removed(root, target, fail);
    case 'copy':
      return put(root, target, structuredClone(at(root, origin(), fail)), true, fail);
    case 'move': {
      const source = origin();
      if (source.length < target.length && source.every((part, j) => part === target[j]))
        throw fail('it moves into itself');
      const moved = at(root, source, fail);
      return put(removed(root, source, fail), target, moved, true, fail);
    }
    default:
      throw fail('there is no such operation');
  }
}

type Fail = (why: string) => Error;

function pointer(text: string, fail: Fail): readonly string[] {
  if (text === '') return [];
  if (!text.startsWith('/')) throw fail('a pointer begins with a slash');
  const parts = text
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (parts.includes('__proto__')) throw fail('there is no such element');
  return parts;
}

function at(root: unknown, path: readonly string[], fail: Fail): unknown {
  let value = root;
  for (const part of path) {
    const next = Array.isArray(value)
      ? value[place(part, value.length - 1, fail)]
      : isObject(value) && Object.hasOwn(value, part)
        ? value[part]
        : undefined;
    if (next === undefined) throw fail(`there is no "${part}"`);
    value = next;
  }
  return value;
}

function place(part: string, most: number, fail: Fail): number {
  const index = /^(0|[1-9]\d{0,8})$/.test(part) ? Number(part) : Number.NaN;
  if (!(index <= most)) throw fail(`there is no place "${part}"`);
  return index;
}

function put(root: unknown, path: readonly string[], value: unknown, insert: boolean, fail: Fail): unknown {
  if (path.length === 0) return value;
  const holder = at(root, path.slice(0, -1), fail) as Holder;
  const last = path.at(-1)!;
  if (Array.isArray(holder)) {
    if (!insert) holder[place(last, holder.length - 1, fail)] = value;
    else holder.splice(last === '-' ? holder.length : place(last, holder.length, fail), 0, value);
  } else if (isObject(holder)) (holder as Record<string, unknown>)[last] = value;
  else throw fail('it leads into a value');
  return root;
}

function removed(root: unknown, path: readonly string[], fail: Fail): unknown {
  at(root, path, fail);
  if (path.length === 0) throw fail('the whole cannot be removed');
  const holder = at(root, path.slice(0, -1), fail) as Holder;
  const last = path.at(-1)!;
  if (Array.isArray(holder)) holder.splice(place(last, holder.length - 1, fail), 1);
  else delete holder[last];
  return prune(root, path.slice(0, -1), fail);
}

/** FHIR knows no empty arrays and objects: what was emptied goes too. */
function prune(root: unknown, path: readonly string[], fail: Fail): unknown {
  if (path.length === 0) return root;
  const value = at(root, path, fail) as Holder;
  return Object.keys(value).length === 0 ? removed(root, path, fail) : root;
}

function equal(a: unknown, b: unknown): boolean {
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((one, i) => equal(one, b[i]));
  if (!isObject(a)) return a === b;
  const keys = Object.keys(a);
  return (
    isObject(b) &&
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]))
  );
}
