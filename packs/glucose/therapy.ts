import { basalRate, basalState, CONSTANT, deriveConstants, type MinuteInputs, simulate } from './model.ts';

/** Insulin settings of a patient. */
export interface Therapy {
  /** U/h */
  readonly basal: number;
  /** g of carbohydrate covered by one unit. */
  readonly carbohydrateRatio: number;
  /** mg/dL by which one unit lowers glucose. */
  readonly correctionFactor: number;
}

const AFTER = 300;
/** Interstitial glucose a meal bolus may not undercut, mg/dL. */
const FLOOR = 80;

/**
 * Settings that suit a patient's parameters, found on the model itself: basal insulin holds the fasting steady state; the
 * meal bolus for 0.7 g/kg brings interstitial glucose back to its start 300 min later, or less where glucose would pass
 * below 80 mg/dL on the way (after the clinical rules of Dalla Man 2014, doi:10.1177/1932296813514502); the correction
 * factor is the largest fall within 300 min per unit, from a small bolus.
 */
export function titrate(parameters: Float64Array): Therapy {
  const constants = deriveConstants(parameters);
  const basal = basalRate(constants);
  const Gb = constants[CONSTANT.Gb];
  const weight = constants[CONSTANT.BW];
  const carbohydrate = 0.7 * weight;
  const after = (bolus: number, meal: number) => path(constants, basal, bolus, meal);
  let low = 0;
  let high = carbohydrate;
  for (let i = 0; i < 30; i++) {
    const bolus = (low + high) / 2;
    const glucose = after(bolus, carbohydrate);
    const tooMuch = glucose[AFTER - 1] < Gb || glucose.some((g) => g < Math.min(FLOOR, 0.9 * Gb));
    if (tooMuch) high = bolus;
    else low = bolus;
  }
  const small = 0.005 * weight;
  const fall = Gb - Math.min(...after(small, 0));
  return { basal: basal * 60, carbohydrateRatio: carbohydrate / low, correctionFactor: fall / small };
}

/** Interstitial glucose each minute after a bolus and a meal taken together at the steady state. */
function path(constants: Float64Array, basal: number, bolus: number, carbohydrate: number): Float64Array {
  const insulin = new Float64Array(AFTER).fill(basal);
  insulin[0] += bolus;
  const carbs = Float64Array.from({ length: AFTER }, (_, m) => Math.min(5, Math.max(0, carbohydrate - 5 * m)));
  const inputs: MinuteInputs = { insulin, carbs };
  return simulate({ constants, states: basalState(constants), inputs, from: 0, to: AFTER, every: 1 });
}
