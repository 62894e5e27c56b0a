/** Classes of data that policies speak of, with what belongs to each. */
export const DATA_CLASSES: Readonly<Record<string, string>> = {
  demographics: 'who the person is',
  encounter: 'visits and stays',
  condition: 'diagnoses and problems',
  procedure: 'what was done',
  medication: 'medicines prescribed and given',
  laboratory: 'laboratory results',
  'vital-signs': 'vital signs',
  imaging: 'images and what they show',
  genomics: 'genetic data',
  device: 'readings of devices a person wears',
  activity: 'movement and sleep',
  nutrition: 'food and drink',
  survey: 'questionnaires and social history',
  claims: 'claims and their payment',
  observation: 'other observations',
  document: 'documents and notes',
  twin: 'forecasts, advice and other words of a twin',
  governance: 'consents, audit and provenance',
  other: 'anything else',
};

/** FHIR R4 resource type → class. */
export const CLASS_OF_TYPE: Readonly<Record<string, keyof typeof DATA_CLASSES & string>> = {
  Patient: 'demographics',
  Person: 'demographics',
  RelatedPerson: 'demographics',
  Encounter: 'encounter',
  EpisodeOfCare: 'encounter',
  Appointment: 'encounter',
  Condition: 'condition',
  AllergyIntolerance: 'condition',
  FamilyMemberHistory: 'condition',
  Procedure: 'procedure',
  Immunization: 'procedure',
  MedicationAdministration: 'medication',
  MedicationDispense: 'medication',
  MedicationRequest: 'medication',
  MedicationStatement: 'medication',
  DiagnosticReport: 'laboratory',
  Specimen: 'laboratory',
  ImagingStudy: 'imaging',
  Media: 'imaging',
  MolecularSequence: 'genomics',
  DeviceMetric: 'device',
  DeviceUseStatement: 'device',
  NutritionOrder: 'nutrition',
  QuestionnaireResponse: 'survey',
  Claim: 'claims',
  ClaimResponse: 'claims',
  Coverage: 'claims',
  ExplanationOfBenefit: 'claims',
  DocumentReference: 'document',
  Composition: 'document',
  Observation: 'observation',
  RiskAssessment: 'twin',
  Twin: 'twin',
  Consent: 'governance',
  AuditEvent: 'governance',
  Provenance: 'governance',
};

const CATEGORY = 'http://terminology.hl7.org/CodeSystem/observation-category|';
const SERVICE = 'http://terminology.hl7.org/CodeSystem/v2-0074|';
const LOINC = 'http://loinc.org|';

/** Categories and codes that say more than the type. */
export const CLASS_OF_LABEL: Readonly<Record<string, keyof typeof DATA_CLASSES & string>> = {
  [`${CATEGORY}vital-signs`]: 'vital-signs',
  [`${CATEGORY}laboratory`]: 'laboratory',
  [`${CATEGORY}imaging`]: 'imaging',
  [`${CATEGORY}activity`]: 'activity',
  [`${CATEGORY}survey`]: 'survey',
  [`${CATEGORY}social-history`]: 'survey',
  [`${CATEGORY}procedure`]: 'procedure',
  [`${SERVICE}GE`]: 'genomics',
  [`${SERVICE}LAB`]: 'laboratory',
  [`${SERVICE}RAD`]: 'imaging',
  // what a continuous glucose monitor reads
  [`${LOINC}99504-3`]: 'device',
  [`${LOINC}105272-9`]: 'device',
  // steps, distance, energy, sleep
  [`${LOINC}41950-7`]: 'activity',
  [`${LOINC}55423-8`]: 'activity',
  [`${LOINC}41953-1`]: 'activity',
  [`${LOINC}41981-2`]: 'activity',
  [`${LOINC}93832-4`]: 'activity',
  // carbohydrate eaten
  [`${LOINC}9059-7`]: 'nutrition',
  // heart rate, breathing rate, oxygen saturation, blood pressure, temperature, height, weight, body mass index
  [`${LOINC}8867-4`]: 'vital-signs',
  [`${LOINC}9279-1`]: 'vital-signs',
  [`${LOINC}2708-6`]: 'vital-signs',
  [`${LOINC}59408-5`]: 'vital-signs',
  [`${LOINC}85354-9`]: 'vital-signs',
  [`${LOINC}8480-6`]: 'vital-signs',
  [`${LOINC}8462-4`]: 'vital-signs',
  [`${LOINC}8478-0`]: 'vital-signs',
  [`${LOINC}8310-5`]: 'vital-signs',
  [`${LOINC}8302-2`]: 'vital-signs',
  [`${LOINC}29463-7`]: 'vital-signs',
  [`${LOINC}39156-5`]: 'vital-signs',
};

/** Beginnings of Gemel’s own codes. */
export const CLASS_OF_PREFIX: readonly (readonly [prefix: string, of: keyof typeof DATA_CLASSES & string])[] = [
  ['meal.', 'nutrition'],
  ['insulin.', 'medication'],
  ['measured.dosing.', 'laboratory'],
];
