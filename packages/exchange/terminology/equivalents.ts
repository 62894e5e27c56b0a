import type { Coding } from '@gemel/core/concept';
import type { Terminology } from './terminology.ts';

/** Codes asked before, kept: the same few come in every record. */
const KEPT = 10_000;

/**
 * What a code means in other systems by every concept map loaded, where a map says that it is the same whatever else holds:
 * rows `equal` and `equivalent` that depend on nothing.
 */
export function equivalents(
  terminology: Terminology,
): (code: Coding) => readonly { readonly coding: Coding; readonly by: string }[] {
  const kept = new Map<string, readonly { coding: Coding; by: string }[]>();
  let { maps } = terminology;
  return ({ system, code }) => {
    if (maps !== terminology.maps) kept.clear();
    maps = terminology.maps;
    const key = `${system}|${code}`;
    let found = kept.get(key);
    if (found === undefined) {
      found = maps
        .filter((map) => map.sourceSystems.has(system))
        .flatMap((map) => map.from(system, code).map((row) => ({ row, by: map.head.url })))
        .flatMap(({ row: { equivalence, targetSystem, targetCode, dependsOn }, by }) => {
          const same = (equivalence === 'equal' || equivalence === 'equivalent') && dependsOn.length === 0;
          if (!same || targetSystem === null || targetCode === null) return [];
          return [{ coding: { system: targetSystem, code: targetCode }, by }];
        });
      if (kept.size >= KEPT) kept.clear();
      kept.set(key, found);
    }
    return found;
  };
}
