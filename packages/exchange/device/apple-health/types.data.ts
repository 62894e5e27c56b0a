import type { Coding } from '@gemel/core/concept';
import * as measures from '../measures.data.ts';

/** System of HealthKit's own type names, as Stanford's HealthKitOnFHIR writes it. */
export const HEALTHKIT = 'http://developer.apple.com/documentation/healthkit';

/**
 * LOINC meanings of HealthKit's quantity types (HKQuantityTypeIdentifier…). Sources: Apple's type documentation, and the
 * mapping table of StanfordBDHG/HealthKitOnFHIR. A type without an entry keeps its HealthKit name as its only code.
 */
export const QUANTITY_TYPES: Readonly<Record<string, readonly Coding[]>> = {
  HeartRate: measures.HEART_RATE,
  RestingHeartRate: measures.RESTING_HEART_RATE,
  HeartRateVariabilitySDNN: measures.SDNN,
  RespiratoryRate: measures.RESPIRATORY_RATE,
  OxygenSaturation: measures.PULSE_OXIMETRY,
  PeripheralPerfusionIndex: measures.PERFUSION_INDEX,
  BodyTemperature: measures.BODY_TEMPERATURE,
  BloodPressureSystolic: measures.SYSTOLIC,
  BloodPressureDiastolic: measures.DIASTOLIC,
  BodyMass: measures.BODY_WEIGHT,
  LeanBodyMass: measures.LEAN_BODY_WEIGHT,
  Height: measures.BODY_HEIGHT,
  BodyMassIndex: measures.BODY_MASS_INDEX,
  BodyFatPercentage: measures.BODY_FAT,
  WaistCircumference: measures.WAIST,
  StepCount: measures.STEPS,
  ActiveEnergyBurned: measures.CALORIES_BURNED,
  DietaryEnergyConsumed: measures.CALORIES_EATEN,
  FlightsClimbed: measures.FLIGHTS,
  DistanceSwimming: measures.SWIMMING_DISTANCE,
  ForcedExpiratoryVolume1: measures.FEV1,
  ForcedVitalCapacity: measures.VITAL_CAPACITY,
  PeakExpiratoryFlowRate: measures.PEAK_FLOW,
};

/** HKUnit's spellings in UCUM. `%` is a fraction in HealthKit, and is handled apart. */
export const UNITS: Readonly<Record<string, string>> = {
  count: '{count}',
  'count/min': '/min',
  'count/s': '/s',
  mmHg: 'mm[Hg]',
  degC: 'Cel',
  degF: '[degF]',
  K: 'K',
  kg: 'kg',
  g: 'g',
  mg: 'mg',
  mcg: 'ug',
  lb: '[lb_av]',
  oz: '[oz_av]',
  st: '[stone_av]',
  m: 'm',
  cm: 'cm',
  mm: 'mm',
  km: 'km',
  in: '[in_i]',
  ft: '[ft_i]',
  yd: '[yd_i]',
  mi: '[mi_i]',
  Cal: 'kcal',
  kcal: 'kcal',
  cal: 'cal',
  kJ: 'kJ',
  J: 'J',
  W: 'W',
  ms: 'ms',
  s: 's',
  sec: 's',
  min: 'min',
  hr: 'h',
  d: 'd',
  mL: 'mL',
  L: 'L',
  l: 'L',
  'L/min': 'L/min',
  fl_oz_us: '[foz_us]',
  cup_us: '[cup_us]',
  'mg/dL': 'mg/dL',
  'm/s': 'm/s',
  'km/hr': 'km/h',
  'mi/hr': '[mi_i]/h',
  'ft/s': '[ft_i]/s',
  'mL/min·kg': 'mL/min/kg',
  'kcal/hr·kg': 'kcal/h/kg',
  dBASPL: 'dB[SPL]',
  IU: '[iU]',
  mcS: 'uS',
  µS: 'uS',
  deg: 'deg',
  lux: 'lx',
  appleEffortScore: '{score}',
};

/** Names of sensors under the skin, in the source or device of a "blood glucose": the reading is interstitial. */
export const GLUCOSE_SENSORS = /dexcom|libre|guardian|eversense|\bCGM\b|xdrip|juggluco|\bloop\b|\btrio\b/i;

/** Values of Me (HKBiologicalSex…) in FHIR's words. */
export const SEXES: Readonly<Record<string, string>> = {
  HKBiologicalSexFemale: 'female',
  HKBiologicalSexMale: 'male',
  HKBiologicalSexOther: 'other',
};
