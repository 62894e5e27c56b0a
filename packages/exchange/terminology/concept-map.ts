/** How close the target's meaning is to the source's, seen from the source (FHIR R4 ConceptMapEquivalence). */
export const EQUIVALENCES = [
  'relatedto',
  'equivalent',
  'equal',
  'wider',
  'subsumes',
  'narrower',
  'specializes',
  'inexact',
  'unmatched',
  'disjoint',
] as const;
export type Equivalence = (typeof EQUIVALENCES)[number];

/** Another element the mapping depends on or produces. */
export interface MappingPart {
  readonly property: string;
  readonly system: string | null;
  readonly value: string;
  readonly display: string | null;
}

/** One row of a concept map. Without a target the source has none: `unmatched`. */
export interface Mapping {
  readonly sourceSystem: string;
  readonly sourceCode: string;
  readonly targetSystem: string | null;
  readonly targetCode: string | null;
  readonly targetDisplay: string | null;
  readonly equivalence: Equivalence;
  readonly comment: string | null;
  readonly dependsOn: readonly MappingPart[];
  readonly product: readonly MappingPart[];
}

/** What becomes of a code of the source system that has no row (ConceptMap.group.unmapped). */
export interface Unmapped {
  readonly sourceSystem: string;
  readonly targetSystem: string | null;
  readonly mode: 'provided' | 'fixed' | 'other-map';
  readonly code: string | null;
  readonly display: string | null;
  readonly url: string | null;
}

export interface ConceptMapHead {
  readonly id: string | null;
  readonly url: string;
  readonly version: string | null;
  readonly name: string;
  /** Canonical URIs of the value sets it maps from and to, where it says so. */
  readonly source: string | null;
  readonly target: string | null;
  readonly unmapped: readonly Unmapped[];
}

export interface ConceptMap {
  readonly head: ConceptMapHead;
  /** Code systems it maps from, and to. */
  readonly sourceSystems: ReadonlySet<string>;
  readonly targetSystems: ReadonlySet<string>;
  from(system: string, code: string): readonly Mapping[];
  to(system: string, code: string): readonly Mapping[];
}

/** Equivalence seen from the other side. */
export const REVERSED: Readonly<Record<Equivalence, Equivalence>> = {
  relatedto: 'relatedto',
  equivalent: 'equivalent',
  equal: 'equal',
  wider: 'narrower',
  subsumes: 'specializes',
  narrower: 'wider',
  specializes: 'subsumes',
  inexact: 'inexact',
  unmatched: 'unmatched',
  disjoint: 'disjoint',
};

/** A plain row: one code and another that it means. */
export function mapping(
  source: { readonly system: string; readonly code: string },
  target: { readonly system: string; readonly code: string; readonly display?: string | null },
  equivalence: Equivalence,
  comment: string | null = null,
): Mapping {
  return {
    sourceSystem: source.system,
    sourceCode: source.code,
    targetSystem: target.system,
    targetCode: target.code,
    targetDisplay: target.display ?? null,
    equivalence,
    comment,
    dependsOn: [],
    product: [],
  };
}

/** A concept map in memory. */
export class MemoryConceptMap implements ConceptMap {
  readonly head: ConceptMapHead;
  readonly sourceSystems = new Set<string>();
  readonly targetSystems = new Set<string>();
  readonly #from = new Map<string, Mapping[]>();
  readonly #to = new Map<string, Mapping[]>();

  constructor(head: ConceptMapHead) {
    this.head = head;
    for (const { sourceSystem } of head.unmapped) this.sourceSystems.add(sourceSystem);
  }

  add(row: Mapping): void {
    this.sourceSystems.add(row.sourceSystem);
    put(this.#from, key(row.sourceSystem, row.sourceCode), row);
    if (row.targetSystem === null) return;
    this.targetSystems.add(row.targetSystem);
    if (row.targetCode !== null) put(this.#to, key(row.targetSystem, row.targetCode), row);
  }

  from(system: string, code: string): readonly Mapping[] {
    return this.#from.get(key(system, code)) ?? [];
  }

  to(system: string, code: string): readonly Mapping[] {
    return this.#to.get(key(system, code)) ?? [];
  }
}

function key(system: string, code: string): string {
  return `${system}|${code}`;
}

function put(map: Map<string, Mapping[]>, name: string, row: Mapping): void {
  const found = map.get(name);
  if (found === undefined) map.set(name, [row]);
  else found.push(row);
}
