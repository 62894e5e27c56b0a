import type { Coding } from '@gemel/core/concept';
import type { Problem } from '@gemel/core/error';
import { isRow, Reading } from '../terminology/load/rows.ts';
import type { ReleaseFiles } from '../terminology/release.ts';
import { NO_CONCEPT, VOCABULARIES } from './codes.data.ts';

/** A row of the CONCEPT table. */
export interface ConceptRow {
  readonly id: number;
  readonly name: string;
  readonly domain: string;
  readonly vocabulary: string;
  readonly standard: boolean;
  readonly code: string;
}

/** Those concepts of a vocabulary download that a source or the log mentions. */
export interface Vocabulary {
  /** The concept of a code; null where it is not there. */
  ofCode(coding: Coding): ConceptRow | null;
  ofId(id: number): ConceptRow | null;
  /** The standard concepts a concept maps to; itself where it is one. */
  standard(row: ConceptRow): readonly number[];
}

/** What is looked for, so that the millions of other rows need not be kept. */
export interface Wanted {
  readonly codings?: Iterable<Coding>;
  readonly ids?: ReadonlySet<number>;
}

export const NO_VOCABULARY: Vocabulary = { ofCode: () => null, ofId: () => null, standard: () => [] };

const SYSTEMS = new Map(Object.entries(VOCABULARIES).map(([system, vocabulary]) => [vocabulary, system]));

/** The coding of a concept; null where its vocabulary has no URI here. */
export function codingOf({ vocabulary, code, name }: ConceptRow): Coding | null {
  const system = SYSTEMS.get(vocabulary);
  return system === undefined ? null : { system, code, display: name };
}

/** A code as it stands in source values: `LOINC:2345-7`. */
export function sourceValueOf({ system, code }: Coding): string {
  return `${VOCABULARIES[system] ?? system}:${code}`;
}

/** The code that a source value names by its vocabulary; null where it does not. */
export function codingIn(sourceValue: string): Coding | null {
  const colon = sourceValue.indexOf(':');
  const system = colon < 0 ? undefined : SYSTEMS.get(sourceValue.slice(0, colon));
  const code = sourceValue.slice(colon + 1);
  return system === undefined || code === '' ? null : { system, code };
}

/** Reads what is wanted from CONCEPT.csv and CONCEPT_RELATIONSHIP.csv as Athena gives them, tab-separated, in one pass each. */
export function readVocabulary(files: ReleaseFiles, wanted: Wanted, report: (problem: Problem) => void): Vocabulary {
  const reading = new Reading(files, report);
  const concepts = reading.path(/(^|\/)CONCEPT\.csv$/i);
  if (concepts === null) return NO_VOCABULARY;
  const codes = new Set([...(wanted.codings ?? [])].map(({ system, code }) => `${VOCABULARIES[system]}|${code}`));
  const byId = new Map<number, ConceptRow>();
  const byCode = new Map<string, ConceptRow>();
  // concept_id concept_name domain_id vocabulary_id concept_class_id standard_concept concept_code …
  for (const row of reading.parted(concepts, '\t', 7)) {
    if (!isRow(row) || row.line === 1) continue;
    const [first, name, domain, vocabulary, , standard, code] = row.cells;
    const id = Number(first);
    const key = `${vocabulary}|${code}`;
    if (!wanted.ids?.has(id) && !codes.has(key)) continue;
    const concept = {
      id,
      name: name!,
      domain: domain!,
      vocabulary: vocabulary!,
      standard: standard === 'S',
      code: code!,
    };
    byId.set(id, concept);
    byCode.set(key, concept);
  }
  const targets = new Map<number, number[]>();
  const relations = reading.path(/(^|\/)CONCEPT_RELATIONSHIP\.csv$/i);
  if (relations !== null) {
    // concept_id_1 concept_id_2 relationship_id valid_start_date valid_end_date invalid_reason
    for (const row of reading.parted(relations, '\t', 3)) {
      if (!isRow(row) || row.cells[2] !== 'Maps to' || (row.cells[5] ?? '') !== '') continue;
      const from = Number(row.cells[0]);
      if (!byId.has(from)) continue;
      const list = targets.get(from);
      if (list === undefined) targets.set(from, [Number(row.cells[1])]);
      else list.push(Number(row.cells[1]));
    }
  }
  return {
    ofCode: ({ system, code }) => byCode.get(`${VOCABULARIES[system]}|${code}`) ?? null,
    ofId: (id) => (id === NO_CONCEPT ? null : (byId.get(id) ?? null)),
    standard: (row) => (row.standard ? [row.id] : [...new Set(targets.get(row.id) ?? [])]),
  };
}
