import { type Coding, coding, GEMEL, LOINC } from '@gemel/core/concept';

export const ATC = 'http://www.whocc.no/atc';

/** Glucose in interstitial fluid (CGM). */
export const INTERSTITIAL = {
  'mg/dL': coding(LOINC, '99504-3', 'Glucose [Mass/volume] in Interstitial fluid'),
  'mmol/L': coding(LOINC, '105272-9', 'Glucose [Moles/volume] in Interstitial fluid'),
} as const satisfies Record<string, Coding>;

/** Glucose in capillary blood by a meter (fingerstick, calibration). */
export const CAPILLARY = {
  'mg/dL': coding(LOINC, '41653-7', 'Glucose [Mass/volume] in Capillary blood by Glucometer'),
  'mmol/L': coding(LOINC, '14743-9', 'Glucose [Moles/volume] in Capillary blood by Glucometer'),
} as const satisfies Record<string, Coding>;

export type GlucoseUnit = keyof typeof INTERSTITIAL;

/** Ketones (beta-hydroxybutyrate) in capillary blood. */
export const KETONE = [
  coding(LOINC, '53061-8', 'Beta hydroxybutyrate [Moles/volume] in Capillary blood by Glucometer'),
];

/** What device files record as given: the control's own code, and the ATC class where it is that sure. */
export const BOLUS = [
  coding(GEMEL, 'insulin.bolus', 'Insulin bolus'),
  coding(ATC, 'A10AB', 'Insulins and analogues for injection, fast-acting'),
];
export const BASAL = [coding(GEMEL, 'insulin.basal', 'Basal insulin rate')];
export const LONG_ACTING = [
  coding(GEMEL, 'insulin.long-acting', 'Long-acting insulin injection'),
  coding(ATC, 'A10AE', 'Insulins and analogues for injection, long-acting'),
];
export const CARBOHYDRATE = [coding(GEMEL, 'meal.carbohydrate', 'Carbohydrate eaten')];

/** Words devices write for a value below the sensor's range, lower case (English, German, French, Spanish, Italian, Dutch). */
export const LOW_WORDS = new Set(['lo', 'low', 'niedrig', 'bas', 'bajo', 'basso', 'laag']);
/** The same for above. */
export const HIGH_WORDS = new Set(['hi', 'high', 'hoch', 'haut', 'élevé', 'alto', 'hoog']);

/** Measuring range of a sensor family, mg/dL: LO is below the first, HI above the second. */
export interface SensorRange {
  readonly low: number;
  readonly high: number;
}

/** Dexcom G4 to G7 report 40–400 mg/dL (user guides). */
export const DEXCOM_RANGE: SensorRange = { low: 40, high: 400 };
/** FreeStyle Libre reports from 40 up to 400 or 500 mg/dL by model and country; HI is surely above the lesser. */
export const LIBRE_RANGE: SensorRange = { low: 40, high: 400 };
