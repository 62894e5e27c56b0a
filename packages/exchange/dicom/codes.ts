import { type Coding, LOINC, SNOMED, UCUM } from '@gemel/core/concept';
import type { DataSet } from './dataset.ts';

export const DCM = 'http://dicom.nema.org/resources/ontology/DCM';
const MDC = 'urn:iso:std:iso:11073:10101';

/** Coding scheme designators (PS3.16, 8) as FHIR names them. Others are known only by their words, or a UID the object gives. */
const SCHEMES: Readonly<Record<string, string>> = {
  DCM,
  SCT: SNOMED,
  LN: LOINC,
  UCUM,
  MDC,
  RADLEX: 'http://radlex.org',
  NCIt: 'http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl',
  FMA: 'urn:oid:2.16.840.1.113883.6.119',
  UMLS: 'http://terminology.hl7.org/CodeSystem/umls',
};

/** A coded entry (PS3.3, 8.8): its coding where the scheme is known, and its words. */
export interface CodedEntry {
  readonly codings: readonly Coding[];
  readonly text: string;
  /** `SCT 39607008`, for what is kept. */
  readonly source: string;
}

/** Reads the item of a code sequence; null where it holds neither code nor words. */
export function codedEntry(item: DataSet | null, root: DataSet): CodedEntry | null {
  if (item === null) return null;
  const code = item.text('CodeValue') ?? item.text('LongCodeValue') ?? item.text('URNCodeValue');
  const designator = item.text('CodingSchemeDesignator');
  const text = item.text('CodeMeaning') ?? code;
  if (text === null) return null;
  const system = designator === null ? null : (SCHEMES[designator] ?? schemeUid(designator, root));
  const display = item.text('CodeMeaning');
  const codings = code === null || system === null ? [] : [{ system, code, ...(display === null ? {} : { display }) }];
  return { codings, text, source: [designator, code].filter((part) => part !== null).join(' ') || text };
}

function schemeUid(designator: string, root: DataSet): string | null {
  for (const item of root.sequence('CodingSchemeIdentificationSequence')) {
    const uid = item.text('CodingSchemeUID');
    if (item.text('CodingSchemeDesignator') === designator && uid !== null) return `urn:oid:${uid}`;
  }
  return null;
}

/** Whether an entry has a code of a scheme. */
export function isCode(entry: CodedEntry | null, system: string, ...codes: readonly string[]): boolean {
  return entry?.codings.some((coding) => coding.system === system && codes.includes(coding.code)) ?? false;
}
