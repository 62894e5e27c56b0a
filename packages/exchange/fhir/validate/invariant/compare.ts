import { converter } from '@gemel/core/units';
import { type Item, isJson, isNode, type Json, NONE, plainOf } from './node.ts';

const UCUM = 'http://unitsofmeasure.org';
const TIMES = new Set(['date', 'dateTime', 'instant', 'time', 'System.Date', 'System.DateTime', 'System.Time']);

function isTime(item: Item): boolean {
  return isNode(item) && TIMES.has(item.type);
}

/** Whether two items are equal by FHIRPath's `=`; undefined where that cannot be said. */
export function equal(a: Item, b: Item): boolean | undefined {
  if (isTime(a) || isTime(b)) {
    const order = timeOrder(String(plainOf(a)), String(plainOf(b)));
    return order === undefined ? undefined : order === 0;
  }
  return same(plainOf(a), plainOf(b));
}

/** Whether two JSON values are the same, whatever the order of their names. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((each, i) => same(each, b[i]));
  if (!isJson(a) || !isJson(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && same(a[name], b[name]))
  );
}

/** Negative, 0 or positive by FHIRPath's order; undefined where the two cannot be compared. */
export function order(a: Item, b: Item): number | undefined {
  const [left, right] = [plainOf(a), plainOf(b)];
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string')
    return isTime(a) || isTime(b) ? timeOrder(left, right) : left < right ? -1 : left > right ? 1 : 0;
  if (isJson(left) && isJson(right)) return quantityOrder(left, right);
  return undefined;
}

function quantityOrder(a: Json, b: Json): number | undefined {
  if (typeof a.value !== 'number' || typeof b.value !== 'number') return undefined;
  const [from, to] = [a.code ?? a.unit, b.code ?? b.unit];
  if (a.system === b.system && from === to) return a.value - b.value;
  if (a.system !== UCUM || b.system !== UCUM || typeof a.code !== 'string' || typeof b.code !== 'string')
    return undefined;
  try {
    return converter(a.code, b.code)(a.value) - b.value;
  } catch {
    return undefined;
  }
}

/** Times are compared as far as both are known. */
function timeOrder(a: string, b: string): number | undefined {
  if (a === b) return 0;
  const [left, right] = [timeParts(a), timeParts(b)];
  if (left === null || right === null) return undefined;
  if (left.at !== undefined && right.at !== undefined) return left.at - right.at;
  // A zone on one side only leaves the order open.
  if (left.parts.length > 3 && right.parts.length > 3 && left.zoned !== right.zoned) return undefined;
  for (let i = 0; i < Math.min(left.parts.length, right.parts.length); i++) {
    const difference = left.parts[i]! - right.parts[i]!;
    if (difference !== 0) return difference;
  }
  return left.parts.length === right.parts.length ? 0 : undefined;
}

interface TimeParts {
  readonly parts: readonly number[];
  readonly zoned: boolean;
  /** Milliseconds, where the zone is known. */
  readonly at: number | undefined;
}

function timeParts(text: string): TimeParts | null {
  const clock = /^T?(\d{2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?$/.exec(text);
  if (clock !== null) return { parts: numbers(clock), zoned: false, at: undefined };
  const found =
    /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?)?)?)?(Z|[+-]\d{2}:\d{2})?$/.exec(text);
  if (found === null) return null;
  const zoned = found[7] !== undefined;
  const at =
    zoned && found[5] !== undefined
      ? Date.parse(found[6] === undefined ? text.replace(/(T\d\d:\d\d)/, '$1:00') : text)
      : undefined;
  return { parts: numbers(found.slice(0, 7)), zoned, at: at === undefined || Number.isNaN(at) ? undefined : at };
}

function numbers(found: readonly (string | undefined)[]): number[] {
  return found
    .slice(1)
    .filter((each) => each !== undefined)
    .map(Number);
}

/** The items without repetitions. */
export function distinct(items: readonly Item[]): readonly Item[] {
  if (items.length < 2) return items;
  const seen = new Set<unknown>();
  const out: Item[] = [];
  for (const item of items) {
    const key = keyOf(item);
    if (seen.has(key)) continue;
    seen.add(key);
    out.push(item);
  }
  return out.length === 0 ? NONE : out;
}

/** Equal for items that are equal: the value itself, or the JSON of an element with its names in order. */
export function keyOf(item: Item): unknown {
  const value = plainOf(item);
  return typeof value === 'object' && value !== null ? JSON.stringify(value, sorted) : value;
}

function sorted(_: string, value: unknown): unknown {
  return isJson(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;
}
