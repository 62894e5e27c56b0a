import { exp } from '@gemel/numerics/elementary/exp';
import { PARAMETER_COUNT, PARAMETER_INDEX } from './parameters.ts';
import { STATE, STATE_COUNT } from './states.data.ts';

/** Positions of the constants a member is integrated with (independent parameters first, derived ones after). */
export const CONSTANT = {
  ...PARAMETER_INDEX,
  m4: PARAMETER_COUNT,
  m30: PARAMETER_COUNT + 1,
  Gpb: PARAMETER_COUNT + 2,
  Gtb: PARAMETER_COUNT + 3,
  Vm0: PARAMETER_COUNT + 4,
  kp1: PARAMETER_COUNT + 5,
  Ipb: PARAMETER_COUNT + 6,
  Ilb: PARAMETER_COUNT + 7,
  u2ss: PARAMETER_COUNT + 8,
  isc1ss: PARAMETER_COUNT + 9,
  isc2ss: PARAMETER_COUNT + 10,
  /** Integrator steps a minute, and those while eating and while emptying slows down. */
  substeps: PARAMETER_COUNT + 11,
  mealSubsteps: PARAMETER_COUNT + 12,
  /** Gastric emptying of the last of a meal, /min: Dalla Man 2007 eq. 13 at stomach content zero. */
  restEmptying: PARAMETER_COUNT + 13,
} as const;
export const CONSTANT_COUNT = PARAMETER_COUNT + 14;

/** pmol in one unit of insulin. */
export const PMOL_PER_UNIT = 6000;
/** Largest rate × step kept by the integrator; sets the substeps of a minute. */
const RATE_STEP = 0.6;
/** Insulin leaves plasma and liver fast, but glucose feels it smoothed: there only stability counts. */
const DAMPED = 2.5;
/** Steps a minute while eating, times the share 1 − b of a meal over which emptying slows down. */
const BEND_STEPS = 0.14;

/**
 * All constants of a patient from the independent parameters, through the basal steady state
 * (Dalla Man 2007 eq. 1–27 with all derivatives zero; Kovatchev 2009 for the subcutaneous depots; no secretion).
 * Writes CONSTANT_COUNT values into `out` from `at`. The parameters are not checked: see `requirePlausible`.
 */
export function deriveConstants(
  parameters: Float64Array,
  out: Float64Array = new Float64Array(CONSTANT_COUNT),
  at = 0,
): Float64Array {
  const I = PARAMETER_INDEX;
  for (let i = 0; i < PARAMETER_COUNT; i++) out[at + i] = parameters[i];
  const m1 = parameters[I.m1];
  const m2 = parameters[I.m2];
  const m4 = 0.4 * m2;
  const m30 = (m1 * parameters[I.HEb]) / (1 - parameters[I.HEb]);
  const Gpb = parameters[I.Gb] * parameters[I.Vg];
  const above = parameters[I.EGPb] - parameters[I.Fsnc];
  const Gtb = (parameters[I.k1] * Gpb - above) / parameters[I.k2];
  const Ipb = parameters[I.Ib] * parameters[I.Vi];
  const Ilb = (m2 * Ipb) / (m1 + m30);
  const u2ss = (m2 + m4) * Ipb - m1 * Ilb;
  const isc1ss = u2ss / (parameters[I.ka1] + parameters[I.kd]);
  const fastest = Math.max(
    parameters[I.kabs],
    parameters[I.kmax],
    (m1 + m30) / DAMPED,
    (m2 + m4) / DAMPED,
    parameters[I.k1] + parameters[I.k2],
    parameters[I.ksc],
  );
  out[at + CONSTANT.m4] = m4;
  out[at + CONSTANT.m30] = m30;
  out[at + CONSTANT.Gpb] = Gpb;
  out[at + CONSTANT.Gtb] = Gtb;
  out[at + CONSTANT.Vm0] = (above * (parameters[I.Km0] + Gtb)) / Gtb;
  out[at + CONSTANT.kp1] = parameters[I.EGPb] + parameters[I.kp2] * Gpb + parameters[I.kp3] * parameters[I.Ib];
  out[at + CONSTANT.Ipb] = Ipb;
  out[at + CONSTANT.Ilb] = Ilb;
  out[at + CONSTANT.u2ss] = u2ss;
  out[at + CONSTANT.isc1ss] = isc1ss;
  out[at + CONSTANT.isc2ss] = (parameters[I.kd] * isc1ss) / parameters[I.ka2];
  out[at + CONSTANT.substeps] = Math.ceil(fastest / RATE_STEP);
  out[at + CONSTANT.mealSubsteps] = Math.ceil(Math.max(fastest / RATE_STEP, BEND_STEPS / (1 - parameters[I.b])));
  const { kmax, kmin, b } = I;
  const restB = exp((-5 * parameters[b]) / (1 - parameters[b]));
  const restD = exp(-5);
  const open = 1 + (restB - restD) / ((restB + 1) * (restD + 1));
  out[at + CONSTANT.restEmptying] = parameters[kmin] + (parameters[kmax] - parameters[kmin]) * open;
  return out;
}

/** Basal insulin that holds the steady state, U/min. */
export function basalRate(constants: Float64Array, at = 0): number {
  return (constants[at + CONSTANT.u2ss] * constants[at + CONSTANT.BW]) / PMOL_PER_UNIT;
}

/** The fasting steady state under basal insulin: STATE_COUNT values written into `out` from `to`. */
export function basalState(
  constants: Float64Array,
  at = 0,
  out: Float64Array = new Float64Array(STATE_COUNT),
  to = 0,
): Float64Array {
  const Ib = constants[at + CONSTANT.Ib];
  const Gpb = constants[at + CONSTANT.Gpb];
  out.fill(0, to, to + STATE_COUNT);
  out[to + STATE.plasmaGlucose] = Gpb;
  out[to + STATE.tissueGlucose] = constants[at + CONSTANT.Gtb];
  out[to + STATE.plasmaInsulin] = constants[at + CONSTANT.Ipb];
  out[to + STATE.delay] = Ib;
  out[to + STATE.liverAction] = Ib;
  out[to + STATE.liverInsulin] = constants[at + CONSTANT.Ilb];
  out[to + STATE.depot] = constants[at + CONSTANT.isc1ss];
  out[to + STATE.monomeric] = constants[at + CONSTANT.isc2ss];
  out[to + STATE.interstitialGlucose] = Gpb;
  return out;
}
