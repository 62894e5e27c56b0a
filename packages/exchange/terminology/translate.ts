import type { Coding } from '@gemel/core/concept';
import { type ConceptMap, type Equivalence, type Mapping, type MappingPart, REVERSED } from './concept-map.ts';
import { terminologyErrors } from './errors.data.ts';
import type { Terminology } from './terminology.ts';

export interface TranslateRequest {
  readonly codings: readonly { readonly system: string; readonly code: string }[];
  /** Canonical URI of the map; without one, every map from the source's system is asked. */
  readonly url?: string | null;
  readonly version?: string | null;
  /** A map sent with the request. */
  readonly map?: ConceptMap | null;
  readonly targetSystem?: string | null;
  /** Canonical URIs of the value sets the map must lead from or to. */
  readonly source?: string | null;
  readonly target?: string | null;
  /** From target to source. */
  readonly reverse?: boolean;
  /** Elements that say which of several rows applies. */
  readonly dependencies?: readonly { readonly property: string; readonly value: string }[];
}

export interface Match {
  readonly equivalence: Equivalence;
  readonly coding: Coding | null;
  readonly comment: string | null;
  readonly product: readonly MappingPart[];
  readonly dependsOn: readonly MappingPart[];
  /** Canonical URI of the map it stands in. */
  readonly source: string;
}

/** What a code means in another system ($translate). */
export interface Translation {
  /** Whether there is a match other than `unmatched` and `disjoint`. */
  readonly result: boolean;
  readonly message: string | null;
  readonly matches: readonly Match[];
}

/** Maps may hand over to other maps; that many times. */
const MOST_HOPS = 5;

/** @throws terminology-map-unknown */
export function translate(terminology: Terminology, request: TranslateRequest): Translation {
  const maps = mapsOf(terminology, request);
  const matches: Match[] = [];
  const reverse = request.reverse === true;
  for (const coding of request.codings) {
    for (const map of maps) {
      for (const match of reverse ? backward(map, coding) : forward(map, coding, terminology, MOST_HOPS)) {
        if (request.targetSystem != null && match.coding !== null && match.coding.system !== request.targetSystem)
          continue;
        if (depends(match, request.dependencies ?? []) && !matches.some((each) => same(each, match)))
          matches.push(match);
      }
    }
  }
  const named = matches.map((match) => ({ ...match, coding: withName(match.coding, terminology) }));
  const result = matches.some(({ equivalence }) => equivalence !== 'unmatched' && equivalence !== 'disjoint');
  const asked = request.codings.map(({ system, code }) => `${system}|${code}`).join(', ');
  const message = result
    ? null
    : matches.length > 0
      ? `${asked} is mapped to nothing`
      : `no row for ${asked} in ${maps.map(({ head }) => head.url).join(', ')}`;
  return { result, message, matches: named };
}

function mapsOf(terminology: Terminology, request: TranslateRequest): readonly ConceptMap[] {
  if (request.map != null) return [request.map];
  if (request.url != null) return [terminology.map(request.url, request.version ?? null)];
  const { source, target, targetSystem, reverse } = request;
  const found = terminology.maps.filter((map) => {
    const from = reverse === true ? map.targetSystems : map.sourceSystems;
    const to = reverse === true ? map.sourceSystems : map.targetSystems;
    return (
      request.codings.some(({ system }) => from.has(system)) &&
      (source == null || map.head.source === source) &&
      (target == null || map.head.target === target) &&
      (targetSystem == null || to.has(targetSystem) || to.size === 0)
    );
  });
  if (found.length > 0) return found;
  const from = request.codings.map(({ system }) => system).join(', ');
  const message = `no concept map leads ${reverse === true ? 'back ' : ''}from ${from}${targetSystem == null ? '' : ` to ${targetSystem}`}`;
  throw terminologyErrors.error('terminology-map-unknown', message);
}

function* forward(
  map: ConceptMap,
  coding: { readonly system: string; readonly code: string },
  terminology: Terminology,
  hops: number,
): Generator<Match, void, void> {
  const rows = map.from(coding.system, coding.code);
  for (const row of rows) yield matchOf(row, map);
  if (rows.length > 0) return;
  for (const unmapped of map.head.unmapped) {
    if (unmapped.sourceSystem !== coding.system) continue;
    const plain = { comment: null, product: [], dependsOn: [], source: map.head.url };
    if (unmapped.mode === 'other-map') {
      if (hops === 0 || unmapped.url === null) {
        const message = `${map.head.url} hands over to other maps without end`;
        throw terminologyErrors.error('terminology-map-unknown', message);
      }
      yield* forward(terminology.map(unmapped.url), coding, terminology, hops - 1);
    } else if (unmapped.targetSystem !== null) {
      const provided = unmapped.mode === 'provided';
      const code = provided ? coding.code : unmapped.code;
      if (code === null) continue;
      const display = !provided && unmapped.display !== null ? { display: unmapped.display } : {};
      // A code taken over is the same code; one for all that is left is only related to it.
      const equivalence = provided ? 'equal' : 'relatedto';
      yield { ...plain, equivalence, coding: { system: unmapped.targetSystem, code, ...display } };
    }
  }
}

function* backward(
  map: ConceptMap,
  { system, code }: { readonly system: string; readonly code: string },
): Generator<Match, void, void> {
  for (const row of map.to(system, code)) {
    const { sourceSystem, sourceCode, equivalence, comment } = row;
    const coding = { system: sourceSystem, code: sourceCode };
    yield {
      equivalence: REVERSED[equivalence],
      coding,
      comment,
      product: row.dependsOn,
      dependsOn: row.product,
      source: map.head.url,
    };
  }
}

function matchOf(row: Mapping, { head }: ConceptMap): Match {
  const { equivalence, targetSystem, targetCode, targetDisplay, comment, product, dependsOn } = row;
  const display = targetDisplay === null ? {} : { display: targetDisplay };
  const coding =
    targetSystem === null || targetCode === null ? null : { system: targetSystem, code: targetCode, ...display };
  return { equivalence, coding, comment, product, dependsOn, source: head.url };
}

/** Whether what the caller says about other elements agrees with what the row depends on; silence agrees. */
function depends(match: Match, said: readonly { readonly property: string; readonly value: string }[]): boolean {
  return match.dependsOn.every(({ property, value }) => {
    const about = said.filter((each) => each.property === property);
    return about.length === 0 || about.some((each) => each.value === value);
  });
}

function withName(coding: Coding | null, terminology: Terminology): Coding | null {
  if (coding === null || coding.display !== undefined || !terminology.hasSystem(coding.system)) return coding;
  const system = terminology.system(coding.system);
  const n = system.find(coding.code);
  const display = n < 0 ? null : system.concept(n).display;
  return display === null ? coding : { ...coding, display };
}

function same(a: Match, b: Match): boolean {
  return (
    a.source === b.source &&
    a.equivalence === b.equivalence &&
    a.coding?.system === b.coding?.system &&
    a.coding?.code === b.coding?.code &&
    a.comment === b.comment
  );
}
