import { MG_PER_DL_PER_MMOL_PER_L } from './observe.ts';

/** Glucose in both units, for sentences: `58 mg/dL (3.2 mmol/L)`. */
export function sayGlucose(mgdl: number): string {
  return `${Math.round(mgdl)} mg/dL (${(mgdl / MG_PER_DL_PER_MMOL_PER_L).toFixed(1)} mmol/L)`;
}

/** A duration in minutes as people say it: `25 min`, `2 h 5 min`. */
export function sayMinutes(minutes: number): string {
  const whole = Math.round(minutes);
  const hours = Math.floor(whole / 60);
  if (hours === 0) return `${whole} min`;
  return whole % 60 === 0 ? `${hours} h` : `${hours} h ${whole % 60} min`;
}

/** A probability in percent. A few hundred futures cannot tell never from seldom, so 0 and 100 are not said. */
export function sayChance(probability: number): string {
  if (probability < 0.005) return 'under 1 %';
  if (probability > 0.995) return 'over 99 %';
  return `${Math.round(probability * 100)} %`;
}

/** An amount of insulin to two decimals. */
export function sayUnits(units: number): string {
  return `${Number(units.toFixed(2))} U`;
}
