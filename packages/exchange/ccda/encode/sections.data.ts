/** Sections of a document that is written: C-CDA template, its release, LOINC code, title, columns of the narrative. */
export interface SectionKind {
  readonly template: readonly [ending: string, release: string];
  readonly loinc: string;
  readonly title: string;
  readonly columns: readonly string[];
  /** Whether a CCD must have it, empty or not. */
  readonly required: boolean;
}

function kind(
  ending: string,
  release: string,
  loinc: string,
  title: string,
  columns: string,
  required = false,
): SectionKind {
  return { template: [ending, release], loinc, title, columns: columns.split(', '), required };
}

export const sectionKinds = {
  allergies: kind('2.6.1', '2015-08-01', '48765-2', 'Allergies', 'Substance, Reaction, Status, Since', true),
  medications: kind('2.1.1', '2014-06-09', '10160-0', 'Medications', 'Medication, Directions, Status, Written', true),
  problems: kind('2.5.1', '2015-08-01', '11450-4', 'Problems', 'Problem, Status, Since, Until', true),
  procedures: kind('2.7.1', '2014-06-09', '47519-4', 'Procedures', 'Procedure, When, Status', true),
  results: kind('2.3.1', '2015-08-01', '30954-2', 'Results', 'Test, Result, When, Status', true),
  social: kind('2.17', '2015-08-01', '29762-2', 'Social history', 'Observation, Value, When', true),
  vitals: kind('2.4.1', '2015-08-01', '8716-3', 'Vital signs', 'Sign, Value, When', true),
  immunizations: kind('2.2.1', '2015-08-01', '11369-6', 'Immunizations', 'Vaccine, When, Status, Lot'),
  encounters: kind('2.22.1', '2015-08-01', '46240-8', 'Encounters', 'Encounter, From, To'),
  functional: kind('2.14', '2014-06-09', '47420-5', 'Functional status', 'Assessment, Value, When'),
  examination: kind('2.10', '2015-08-01', '29545-1', 'Physical examination', 'Observation, Value, When'),
  assessments: kind('2.8', '', '51848-0', 'Assessments', 'Observation, Value, When'),
  concerns: kind('2.58', '2015-08-01', '75310-3', 'Health concerns', 'Concern, Status, Since, Until'),
} as const satisfies Readonly<Record<string, SectionKind>>;
