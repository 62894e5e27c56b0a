/**
 * Codes of C-CDA and what FHIR has for them, from the ConceptMaps of HL7's C-CDA on FHIR (CF-*), except where a line says
 * otherwise. A code that a table lacks has no counterpart.
 */
export type CodeTable = Readonly<Record<string, string>>;

export const gender: CodeTable = { M: 'male', F: 'female', UN: 'other', OTH: 'other', UNK: 'unknown' };

export const addressUse: CodeTable = {
  BAD: 'old',
  H: 'home',
  HP: 'home',
  HV: 'home',
  TMP: 'temp',
  WP: 'work',
  DIR: 'work',
  PUB: 'work',
};

export const telecomUse: CodeTable = { ...addressUse, AS: 'work', MC: 'mobile', PG: 'mobile' };

export const telecomSystem: CodeTable = {
  mailto: 'email',
  http: 'url',
  https: 'url',
  ftp: 'url',
  tel: 'phone',
  fax: 'fax',
  'x-text-fax': 'fax',
  sms: 'sms',
};

export const nameUse: CodeTable = { A: 'nickname', C: 'official', L: 'usual', P: 'nickname' };

export const absentReason: CodeTable = {
  NI: 'unknown',
  OTH: 'unsupported',
  NINF: 'negative-infinity',
  PINF: 'positive-infinity',
  MSK: 'masked',
  NA: 'not-applicable',
  UNK: 'unknown',
  ASKU: 'asked-unknown',
  NAV: 'temp-unknown',
  NASK: 'not-asked',
  TRC: 'unsupported',
  NP: 'unknown',
  QS: 'unknown',
  INV: 'error',
  DER: 'unknown',
  UNC: 'as-text',
  NAVU: 'unknown',
};

/** SNOMED CT findings of the allergy observation. */
export const allergyType: CodeTable = {
  '235719002': 'intolerance',
  '414285001': 'allergy',
  '416098002': 'allergy',
  '419199007': 'allergy',
  '59037007': 'intolerance',
};

export const allergyCategory: CodeTable = {
  '235719002': 'food',
  '414285001': 'food',
  '418471000': 'food',
  '416098002': 'medication',
  '419511003': 'medication',
  '59037007': 'medication',
};

/** A negated finding without a substance: no known allergies of that kind. */
export const noKnownAllergy: Readonly<Record<string, readonly [code: string, display: string]>> = {
  '414285001': ['429625007', 'No known food allergy'],
  '416098002': ['409137002', 'No known drug allergy'],
  '419199007': ['716186003', 'No known allergy'],
};

/** A negated substance, from the table CF_AllergyIntoleranceAbsentCode. */
export const noKnownSubstance: Readonly<Record<string, readonly [code: string, display: string]>> = {
  '1003752001': ['1003774007', 'No known Hevea brasiliensis latex allergy'],
  '111088007': ['1003774007', 'No known Hevea brasiliensis latex allergy'],
  '410942007': ['409137002', 'No known drug allergy'],
  '426232007': ['428607008', 'No known environmental allergy'],
  '762766007': ['429625007', 'No known food allergy'],
  '260769002': ['716186003', 'No known allergy'],
  '105590001': ['716186003', 'No known allergy'],
};

/** Status observations of problems and allergies (LOINC 33999-4). */
export const clinicalStatus: CodeTable = {
  '246455001': 'recurrence',
  '263855007': 'relapse',
  '277022003': 'remission',
  '413322009': 'resolved',
  '55561003': 'active',
  '73425007': 'inactive',
};

/** statusCode of the concern act, where no status observation is there. */
export const concernStatus: CodeTable = {
  aborted: 'inactive',
  active: 'active',
  completed: 'inactive',
  suspended: 'inactive',
};

export const criticality: CodeTable = { CRITH: 'high', CRITL: 'low', CRITU: 'unable-to-assess' };

/** The three of the map, and the grades beside them that C-CDA's value set also has. */
export const severity: CodeTable = {
  '255604002': 'mild',
  '371923003': 'moderate',
  '6736007': 'moderate',
  '371924009': 'severe',
  '24484000': 'severe',
  '399166001': 'severe',
};

export const immunizationStatus: CodeTable = {
  aborted: 'not-done',
  active: 'completed',
  cancelled: 'not-done',
  completed: 'completed',
  held: 'not-done',
  new: 'not-done',
  nullified: 'entered-in-error',
  obsolete: 'not-done',
  suspended: 'not-done',
};

export const medicationStatus: CodeTable = {
  active: 'active',
  suspended: 'on-hold',
  aborted: 'stopped',
  completed: 'completed',
  nullified: 'entered-in-error',
  held: 'on-hold',
  cancelled: 'cancelled',
  new: 'draft',
};

export const procedureStatus: CodeTable = {
  aborted: 'stopped',
  active: 'in-progress',
  cancelled: 'not-done',
  completed: 'completed',
  suspended: 'on-hold',
  held: 'on-hold',
  new: 'preparation',
  nullified: 'entered-in-error',
};

export const resultStatus: CodeTable = {
  aborted: 'cancelled',
  active: 'registered',
  cancelled: 'cancelled',
  completed: 'final',
  held: 'registered',
  suspended: 'registered',
  nullified: 'entered-in-error',
};

export const encounterStatus: CodeTable = {
  aborted: 'unknown',
  active: 'in-progress',
  cancelled: 'cancelled',
  completed: 'finished',
  held: 'planned',
  new: 'unknown',
  suspended: 'onleave',
  nullified: 'entered-in-error',
};

/** ServiceRequest, MedicationRequest and their kind. */
export const requestStatus: CodeTable = {
  active: 'active',
  completed: 'completed',
  cancelled: 'revoked',
  aborted: 'revoked',
  held: 'on-hold',
  suspended: 'on-hold',
  new: 'draft',
  nullified: 'entered-in-error',
};

/** actMood of what is planned → intent. */
export const intent: CodeTable = {
  INT: 'plan',
  RQO: 'order',
  PRMS: 'plan',
  PRP: 'proposal',
  ARQ: 'proposal',
  APT: 'plan',
};

/** LOINC code of a section → category of the problems in it. */
export const problemCategory: CodeTable = {
  '46240-8': 'encounter-diagnosis',
  '46241-6': 'encounter-diagnosis',
  '11535-2': 'encounter-diagnosis',
  '10219-4': 'encounter-diagnosis',
  '10218-6': 'encounter-diagnosis',
  '11450-4': 'problem-list-item',
  '11348-0': 'problem-list-item',
  '75310-3': 'health-concern',
};

/** CPT evaluation and management codes, first to last, → class of encounter. */
export const encounterClassOfCpt: readonly (readonly [first: number, last: number, code: string, display: string])[] = [
  [99202, 99215, 'AMB', 'ambulatory'],
  [99241, 99245, 'AMB', 'ambulatory'],
  [99381, 99397, 'AMB', 'ambulatory'],
  [99217, 99226, 'IMP', 'inpatient encounter'],
  [99231, 99239, 'IMP', 'inpatient encounter'],
  [99251, 99255, 'IMP', 'inpatient encounter'],
  [99281, 99288, 'EMER', 'emergency'],
  [99341, 99350, 'HH', 'home health'],
];

/** Codes of the v3 ActCode system that are classes of encounters. */
export const encounterClasses: CodeTable = {
  AMB: 'ambulatory',
  EMER: 'emergency',
  FLD: 'field',
  HH: 'home health',
  IMP: 'inpatient encounter',
  ACUTE: 'inpatient acute',
  NONAC: 'inpatient non-acute',
  OBSENC: 'observation encounter',
  PRENC: 'pre-admission',
  SS: 'short stay',
  VR: 'virtual',
};

/** LOINC codes whose observations are vital signs though they stand elsewhere. */
export const vitalSigns: ReadonlySet<string> = new Set([
  '8480-6',
  '8462-4',
  '8867-4',
  '9279-1',
  '8310-5',
  '8302-2',
  '8306-3',
  '29463-7',
  '3141-9',
  '39156-5',
  '59408-5',
  '2710-2',
  '2708-6',
  '9843-4',
  '8287-5',
  '3140-1',
  '59576-9',
  '77606-2',
  '8289-1',
]);

/** Status of a goal by statusCode. */
export const goalStatus: CodeTable = {
  active: 'active',
  completed: 'completed',
  cancelled: 'cancelled',
  aborted: 'cancelled',
  suspended: 'on-hold',
  held: 'on-hold',
  new: 'proposed',
  nullified: 'entered-in-error',
};

/** Why a section is empty, by its null flavour. */
export const emptyReason: CodeTable = {
  NI: 'unavailable',
  UNK: 'unavailable',
  NAV: 'unavailable',
  NA: 'unavailable',
  NASK: 'notasked',
  ASKU: 'notasked',
  MSK: 'withheld',
};

/** Units of UCUM that FHIR's Timing counts in. */
export const timingUnits: CodeTable = { s: 's', min: 'min', h: 'h', d: 'd', wk: 'wk', mo: 'mo', a: 'a' };

/** Events of the day that FHIR's Timing shares with HL7 version 3. */
export const timingEvents: ReadonlySet<string> = new Set(
  'MORN NOON AFT EVE NIGHT HS WAKE C CM CD CV AC ACM ACD ACV PC PCM PCD PCV'.split(' '),
);

/** OMB categories of race and of ethnicity (CDC Race and Ethnicity). */
export const raceCategories: ReadonlySet<string> = new Set([
  '1002-5',
  '2028-9',
  '2054-5',
  '2076-8',
  '2106-3',
  '2131-1',
]);
export const ethnicityCategories: ReadonlySet<string> = new Set(['2135-2', '2186-5']);
