/** A JSON object being built; undefined members are left out by `compact`. */
export type Draftable = { [name: string]: unknown };

/** Without undefined, empty objects and empty arrays; undefined where nothing is left. */
export function compact<T extends Draftable>(value: T): T | undefined {
  const out: Draftable = {};
  let any = false;
  for (const [name, item] of Object.entries(value)) {
    const kept = keep(item);
    if (kept === undefined) continue;
    out[name] = kept;
    any = true;
  }
  return any ? (out as T) : undefined;
}

function keep(item: unknown): unknown {
  if (item === undefined || item === null || item === '') return undefined;
  if (Array.isArray(item)) {
    const list = item.map(keep).filter((each) => each !== undefined);
    return list.length > 0 ? list : undefined;
  }
  return typeof item === 'object' ? compact(item as Draftable) : item;
}

/** Deep equality of JSON values; the order of members does not matter. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => Object.hasOwn(b, name) && same((a as Draftable)[name], (b as Draftable)[name]));
}
