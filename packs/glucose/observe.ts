import { type Coding, coding, GEMEL, LOINC, RXNORM, SNOMED } from '@gemel/core';
import type { Binding, ControlSpec, LeastData } from '@gemel/runtime/pack';

/** WHO Anatomical Therapeutic Chemical classification, its FHIR URI. */
export const ATC = 'http://www.whocc.no/atc';
/** ICD-10-CM, its FHIR URI. */
export const ICD10CM = 'http://hl7.org/fhir/sid/icd-10-cm';
/** ICD-10 (WHO), its FHIR URI. */
export const ICD10 = 'http://hl7.org/fhir/sid/icd-10';

/** Molar mass of glucose, C6H12O6, in g/mol: 1 mmol/L = 18.0156 mg/dL. */
export const GLUCOSE_MOLAR_MASS = 180.156;

/** mg/dL per mmol/L, from the molar mass. */
export const MG_PER_DL_PER_MMOL_PER_L = GLUCOSE_MOLAR_MASS / 10;

/** Spellings of the glucose units seen in meters' and sensors' exports. */
const GLUCOSE_UNITS = { 'mg/dl': 'mg/dL', 'MG/DL': 'mg/dL', 'mmol/l': 'mmol/L', 'MMOL/L': 'mmol/L' } as const;

/** Spellings of the insulin unit; UCUM's arbitrary unit and the plain U mean the same amount of insulin. */
const INSULIN_UNITS = {
  '[iU]': 'U',
  '[IU]': 'U',
  IU: 'U',
  iu: 'U',
  u: 'U',
  unit: 'U',
  units: 'U',
  Unit: 'U',
  Units: 'U',
  UNT: 'U',
} as const;
const INSULIN_RATES = {
  '[iU]/h': 'U/h',
  '[IU]/h': 'U/h',
  'IU/h': 'U/h',
  'U/hr': 'U/h',
  'U/hour': 'U/h',
  'u/h': 'U/h',
  'u/hr': 'U/h',
  'units/h': 'U/h',
  'units/hr': 'U/h',
  'units/hour': 'U/h',
} as const;

/** Range a glucose value can plausibly have in a living person with a working meter, mg/dL. */
const PLAUSIBLE_GLUCOSE = [20, 600] as const;

/**
 * Which codes mean which signal. Interstitial codes are those of HL7's Continuous Glucose Monitoring guide 1.0.0.
 * A meter's value is taken as capillary plasma-equivalent glucose; the codes for glucose in blood are read as a meter's.
 */
export const observes: readonly Binding[] = [
  {
    signal: 'glucose.interstitial',
    title: 'Sensor glucose (interstitial fluid)',
    codings: [
      coding(LOINC, '99504-3', 'Glucose [Mass/volume] in Interstitial fluid'),
      coding(LOINC, '105272-9', 'Glucose [Moles/volume] in Interstitial fluid'),
    ],
    unit: 'mg/dL',
    molarMass: GLUCOSE_MOLAR_MASS,
    unitAliases: GLUCOSE_UNITS,
    plausible: PLAUSIBLE_GLUCOSE,
    localNames: [
      'cgm',
      'cgm glucose',
      'sensor glucose',
      'interstitial glucose',
      'continuous glucose',
      'estimated glucose value',
      'egv',
      'sgv',
      'historic glucose',
      'scan glucose',
    ],
  },
  {
    signal: 'glucose.capillary',
    title: 'Meter glucose (capillary blood)',
    codings: [
      coding(LOINC, '41653-7', 'Glucose [Mass/volume] in Capillary blood by Glucometer'),
      coding(LOINC, '14743-9', 'Glucose [Moles/volume] in Capillary blood by Glucometer'),
      coding(LOINC, '32016-8', 'Glucose [Mass/volume] in Capillary blood'),
      coding(LOINC, '2339-0', 'Glucose [Mass/volume] in Blood'),
      coding(LOINC, '15074-8', 'Glucose [Moles/volume] in Blood'),
    ],
    unit: 'mg/dL',
    molarMass: GLUCOSE_MOLAR_MASS,
    unitAliases: GLUCOSE_UNITS,
    plausible: PLAUSIBLE_GLUCOSE,
    localNames: [
      'smbg',
      'mbg',
      'meter glucose',
      'fingerstick glucose',
      'capillary glucose',
      'strip glucose',
      'bg check',
    ],
  },
  {
    signal: 'glucose.plasma',
    title: 'Laboratory glucose (serum or plasma)',
    codings: [
      coding(LOINC, '2345-7', 'Glucose [Mass/volume] in Serum or Plasma'),
      coding(LOINC, '14749-6', 'Glucose [Moles/volume] in Serum or Plasma'),
    ],
    unit: 'mg/dL',
    molarMass: GLUCOSE_MOLAR_MASS,
    unitAliases: GLUCOSE_UNITS,
    plausible: PLAUSIBLE_GLUCOSE,
    localNames: ['plasma glucose', 'serum glucose', 'laboratory glucose'],
  },
];

/**
 * Fast-acting insulins: the ones whose absorption the model describes. Long-acting insulin is not among them, on purpose:
 * a record that holds it has an insulin history this model cannot account for, and advice is withheld.
 */
const FAST_ACTING: readonly Coding[] = [
  coding(RXNORM, '86009', 'insulin lispro'),
  coding(RXNORM, '51428', 'insulin aspart'),
  coding(RXNORM, '400008', 'insulin glulisine'),
  coding(RXNORM, '253182', 'insulin, regular, human'),
  coding(ATC, 'A10AB01', 'insulin (human), fast-acting'),
  coding(ATC, 'A10AB04', 'insulin lispro'),
  coding(ATC, 'A10AB05', 'insulin aspart'),
  coding(ATC, 'A10AB06', 'insulin glulisine'),
  coding(SNOMED, '412210000', 'Insulin lispro'),
];

/**
 * The control inputs. Bolus and basal share the codes of the insulins, since a record codes the substance, not its use;
 * the unit tells them apart: an amount (U) is a bolus, a rate (U/h) is basal. Gemel's own codes are unambiguous.
 */
export const controls: readonly ControlSpec[] = [
  {
    control: 'insulin.bolus',
    title: 'Insulin bolus',
    codings: [coding(GEMEL, 'insulin.bolus', 'Insulin bolus'), ...FAST_ACTING],
    unit: 'U',
    unitAliases: INSULIN_UNITS,
    // 80 U is the largest single dose a pen in common use can deliver.
    plausible: [0, 80],
    localNames: [
      'bolus',
      'insulin bolus',
      'meal bolus',
      'correction bolus',
      'rapid-acting insulin',
      'fast-acting insulin',
      'insulin lispro',
      'insulin aspart',
      'insulin glulisine',
      'insulin regular',
      'regular insulin',
    ],
  },
  {
    control: 'insulin.basal',
    title: 'Basal insulin rate',
    codings: [coding(GEMEL, 'insulin.basal', 'Basal insulin rate'), ...FAST_ACTING],
    unit: 'U/h',
    unitAliases: INSULIN_RATES,
    // 35 U/h is the largest basal rate any pump in common use accepts.
    plausible: [0, 35],
    localNames: ['basal', 'basal rate', 'insulin basal', 'scheduled basal', 'temp basal', 'temporary basal', 'suspend'],
  },
  {
    control: 'meal.carbohydrate',
    title: 'Carbohydrate eaten',
    codings: [
      coding(LOINC, '9059-7', 'Carbohydrate intake Estimated'),
      coding(GEMEL, 'meal.carbohydrate', 'Carbohydrate eaten'),
    ],
    unit: 'g',
    unitAliases: { grams: 'g', gram: 'g' },
    // 300 g in one sitting is beyond what any published meal study gives.
    plausible: [0, 300],
    localNames: ['carbs', 'carbohydrate', 'carbohydrates', 'carbohydrate intake', 'meal', 'carb input'],
  },
];

/** Names of the facts this pack reads, as in core's `Fact.fact`. */
export const glucoseFacts = [
  'birthDate',
  'sex',
  'condition',
  'medication',
  'pregnancy',
  'body.weight',
  'sensor.start',
  'therapy.basal-rate',
  'therapy.carbohydrate-ratio',
  'therapy.correction-factor',
  'therapy.maximum-bolus',
  'therapy.maximum-basal',
] as const;

export type GlucoseFact = (typeof glucoseFacts)[number];

/** The least data the pack needs, and why; the runtime withholds everything else. */
export const needs: LeastData = {
  signals: observes.map((b) => b.signal),
  controls: controls.map((c) => c.control),
  facts: glucoseFacts,
  purposes: {
    'glucose.interstitial': 'calibrates the twin, starts every forecast, scores it, and gives the metrics and the AGP',
    'glucose.capillary': 'calibrates the twin where a meter was used',
    'glucose.plasma': 'calibrates the twin where a laboratory value is at hand',
    'insulin.bolus': 'drives the insulin subsystem; its gaps forbid advice',
    'insulin.basal': 'drives the insulin subsystem; its gaps forbid advice',
    'meal.carbohydrate': 'drives the meal subsystem; identifies how meals act on this person',
    birthDate: 'chooses the prior by age group; children under 2 years are outside the population',
    sex: 'tells whether pregnancy has to be asked for',
    condition: 'the model speaks of type 1 diabetes only',
    medication: 'long-acting insulin is not described by the model; its presence forbids advice',
    pregnancy: 'pregnancy is outside the population',
    'body.weight': 'scales insulin and glucose volumes',
    'sensor.start': 'a sensor that is warming up is not advised on',
    'therapy.basal-rate': 'the basal rate as planned, where the record holds none',
    'therapy.carbohydrate-ratio': 'the usual meal bolus, among the options weighed',
    'therapy.correction-factor': 'the usual correction bolus, among the options weighed',
    'therapy.maximum-bolus': 'a lower hard limit than the built-in one',
    'therapy.maximum-basal': 'a lower hard limit than the built-in one',
  },
};
