import type { DataSet } from './dataset.ts';

/** Whose object it is: the id with its issuer where that is a UID, else the bare id; null where it names nobody. */
export function subjectOfDataSet(dataSet: DataSet): string | null {
  const id = dataSet.text('PatientID');
  if (id === null) return null;
  const issuer = dataSet.item('IssuerOfPatientIDQualifiersSequence');
  const uid = issuer?.text('UniversalEntityIDType') === 'ISO' ? issuer.text('UniversalEntityID') : null;
  return uid === null ? id : `urn:oid:${uid}|${id}`;
}

export interface PersonName {
  readonly family: string;
  readonly given: readonly string[];
  readonly prefix: string;
  readonly suffix: string;
  /** In the order it is spoken. */
  readonly text: string;
}

/** The first group of a PN that says anything: alphabetic, ideographic or phonetic (PS3.5, 6.2.1). */
export function personName(value: string | null): PersonName | null {
  const group = value?.split('=').find((each) => each.replace(/[\^ ]/g, '') !== '');
  if (group === undefined) return null;
  const [family = '', given = '', middle = '', prefix = '', suffix = ''] = group.split('^').map((part) => part.trim());
  const parts = [prefix, given, middle, family, suffix].filter((part) => part !== '');
  return { family, given: [given, middle].filter((part) => part !== ''), prefix, suffix, text: parts.join(' ') };
}

/** FHIR's word for a sex; null where none or another is said. */
export function administrativeGender(sex: string | null): 'male' | 'female' | 'other' | null {
  return sex === 'M' ? 'male' : sex === 'F' ? 'female' : sex === 'O' ? 'other' : null;
}

/** A DA as an ISO date; null where it is none. */
export function isoDate(date: string | null): string | null {
  const found = /^(\d{4})[.]?(\d{2})[.]?(\d{2})$/.exec(date?.trim() ?? '');
  if (found === null) return null;
  const [, year, month, day] = found;
  const utc = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return utc.getUTCMonth() + 1 === Number(month) && utc.getUTCDate() === Number(day) ? `${year}-${month}-${day}` : null;
}
