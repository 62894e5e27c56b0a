import { type Coding, coding, LOINC, SNOMED } from '@gemel/core/concept';
import { CAPILLARY, type GlucoseUnit, INTERSTITIAL } from './cgm/codes.data.ts';

/**
 * Meanings that devices of every kind share: one list of codings for each, so that a value means the same whatever it came by.
 * LOINC names (https://loinc.org) as the vital signs profiles of FHIR R4 and the codes Open mHealth's schemas refer to.
 */
const one = (code: string, display: string): readonly Coding[] => [coding(LOINC, code, display)];

export const BLOOD_PRESSURE = one('85354-9', 'Blood pressure panel with all children optional');
export const SYSTOLIC = one('8480-6', 'Systolic blood pressure');
export const DIASTOLIC = one('8462-4', 'Diastolic blood pressure');
export const MEAN_PRESSURE = one('8478-0', 'Mean blood pressure');
export const HEART_RATE = one('8867-4', 'Heart rate');
export const RESTING_HEART_RATE = one('40443-4', 'Heart rate --resting');
export const RESPIRATORY_RATE = one('9279-1', 'Respiratory rate');
export const BODY_WEIGHT = one('29463-7', 'Body weight');
export const LEAN_BODY_WEIGHT = one('91557-9', 'Lean body weight');
export const BODY_HEIGHT = one('8302-2', 'Body height');
export const WAIST = one('8280-0', 'Waist Circumference at umbilicus by Tape measure');
export const BODY_MASS_INDEX = one('39156-5', 'Body mass index (BMI) [Ratio]');
export const BODY_FAT = one('41982-0', 'Percentage of body fat Measured');
export const BODY_TEMPERATURE = one('8310-5', 'Body temperature');
/** Body temperature by where it was taken, after the general code. */
export const TEMPERATURE_AT: Readonly<Record<string, readonly Coding[]>> = {
  oral: [...BODY_TEMPERATURE, coding(LOINC, '8331-1', 'Oral temperature')],
  axillary: [...BODY_TEMPERATURE, coding(LOINC, '8328-7', 'Axillary temperature')],
  rectal: [...BODY_TEMPERATURE, coding(LOINC, '8332-9', 'Rectal temperature')],
  tympanic: [...BODY_TEMPERATURE, coding(LOINC, '8333-7', 'Tympanic membrane temperature')],
};
/** In arterial blood by pulse oximetry: what devices on a finger or wrist give; the general code stands beside it, as FHIR's profile asks. */
export const PULSE_OXIMETRY = [
  coding(LOINC, '59408-5', 'Oxygen saturation in Arterial blood by Pulse oximetry'),
  coding(LOINC, '2708-6', 'Oxygen saturation in Arterial blood'),
];
export const PERFUSION_INDEX = one('61006-3', 'Perfusion index Tissue by Pulse oximetry');
export const STEPS = one('55423-8', 'Number of steps in unspecified time Pedometer');
export const CALORIES_BURNED = one('41981-2', 'Calories burned');
export const CALORIES_EATEN = one('9052-2', 'Calorie intake total');
export const FLIGHTS = one('100304-5', 'Flights climbed [#] Reporting Period');
export const SWIMMING_DISTANCE = one('93816-7', 'Swimming distance unspecified time');
export const SDNN = one('80404-7', 'R-R interval.standard deviation (Heart rate variability)');
export const FEV1 = one('20150-9', 'FEV1');
export const VITAL_CAPACITY = one('19870-5', 'Forced vital capacity [Volume] Respiratory system');
export const PEAK_FLOW = one('19935-6', 'Maximum expiratory gas flow Respiratory system airway by Peak flow meter');
export const EXERCISE = one('73985-4', 'Exercise activity');
export const SLEEP_DURATION: readonly Coding[] = [
  coding(LOINC, '93832-4', 'Sleep duration'),
  coding(SNOMED, '248263006', 'Duration of sleep'),
];

/** Glucose by what it was measured in; the LOINC code says which of mass and amount of substance. */
export const GLUCOSE: Readonly<Record<string, Readonly<Record<GlucoseUnit, readonly Coding[]>>>> = {
  interstitial: { 'mg/dL': [INTERSTITIAL['mg/dL']], 'mmol/L': [INTERSTITIAL['mmol/L']] },
  capillary: { 'mg/dL': [CAPILLARY['mg/dL']], 'mmol/L': [CAPILLARY['mmol/L']] },
  blood: {
    'mg/dL': one('2339-0', 'Glucose [Mass/volume] in Blood'),
    'mmol/L': one('15074-8', 'Glucose [Moles/volume] in Blood'),
  },
  plasma: {
    'mg/dL': one('2345-7', 'Glucose [Mass/volume] in Serum or Plasma'),
    'mmol/L': one('14749-6', 'Glucose [Moles/volume] in Serum or Plasma'),
  },
};
