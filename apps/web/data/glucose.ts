/** mg/dL in one mmol/L of glucose: molar mass 180.156 g/mol over ten. */
export const MG_PER_DL_IN_MMOL_PER_L = 18.0156;

export type GlucoseUnit = 'mg/dL' | 'mmol/L';

/** A glucose value of the interface (mg/dL) in the unit shown. */
export function inGlucoseUnit(mgPerDl: number, unit: GlucoseUnit): number {
  return unit === 'mg/dL' ? mgPerDl : mgPerDl / MG_PER_DL_IN_MMOL_PER_L;
}

/** Digits after the point that the unit is shown with. */
export const GLUCOSE_DIGITS: Readonly<Record<GlucoseUnit, number>> = { 'mg/dL': 0, 'mmol/L': 1 };

/** A glucose value (mg/dL) as shown, without its unit. */
export function glucoseText(mgPerDl: number, unit: GlucoseUnit): string {
  return inGlucoseUnit(mgPerDl, unit).toFixed(GLUCOSE_DIGITS[unit]);
}

const BOTH = /(\d+(?:\.\d+)?\s?mg\/dL) \((\d+(?:\.\d+)?\s?mmol\/L)\)/g;
const SPOKEN = /(\d+(?:\.\d+)?)(?:(\s?(?:–|-|to|and)\s?)(\d+(?:\.\d+)?))?\s?mg\/dL(?!\s*\/)/g;

/**
 * The server's sentences in the unit shown. Of a value written in both units one is left; a number written with "mg/dL" alone is
 * converted; nothing else is touched.
 */
export function sentenceInUnit(sentence: string, unit: GlucoseUnit): string {
  const one = sentence.replace(BOTH, unit === 'mg/dL' ? '$1' : '$2');
  if (unit === 'mg/dL') return one;
  return one.replace(SPOKEN, (_all, first: string, joint: string | undefined, second: string | undefined) => {
    const converted = glucoseText(Number(first), unit);
    return `${converted}${second === undefined ? '' : `${joint}${glucoseText(Number(second), unit)}`} mmol/L`;
  });
}

/** Consensus target range and the bounds of its outer ranges, mg/dL (Battelino et al., Diabetes Care 2019;42:1593, Table 1). */
export const TARGET = { veryLow: 54, low: 70, high: 180, veryHigh: 250 } as const;
