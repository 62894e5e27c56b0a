/** One code of one code system. `system` is the canonical FHIR URI. */
export interface Coding {
  readonly system: string;
  readonly code: string;
  readonly display?: string;
}

/** A meaning: one or more equivalent codings and the words of the source. */
export interface Concept {
  readonly codings: readonly Coding[];
  readonly text?: string;
}

export const LOINC = 'http://loinc.org';
export const SNOMED = 'http://snomed.info/sct';
export const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm';
export const UCUM = 'http://unitsofmeasure.org';
/** Gemel's own code system: only for what no standard names (predicted signals, internal controls). */
export const GEMEL = 'https://gemel.example.org/codes';

export function coding(system: string, code: string, display?: string): Coding {
  return display === undefined ? { system, code } : { system, code, display };
}

/** The key under which bindings look a coding up. */
export function codingKey(c: Coding): string {
  return `${c.system}|${c.code}`;
}
