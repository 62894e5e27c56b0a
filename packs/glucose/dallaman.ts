import type { OdeProblem } from '@gemel/numerics/ode/problem';
import { solve } from '@gemel/numerics/ode/solve';
import { tsit5 } from '@gemel/numerics/ode/tsit5';
import { BIOMODELS_379, MEAL_PARAMETERS } from './dallaman.data.ts';

/**
 * The meal model with the body's own insulin: Dalla Man, Rizza, Cobelli, IEEE Trans Biomed Eng 2007;54:1740,
 * doi:10.1109/TBME.2007.893506, for the mean normal and the mean type 2 diabetic subject. Equation numbers are the paper's.
 */
export type Physiology = 'normal' | 'type2';

/**
 * `paper`: the equations as printed, from the steady state of the printed parameters.
 * `biomodels379`: as BioModels 379 encodes the normal subject: no renal excretion, production and secretion without
 * floors, utilization scaled by 1 − part, and rounded initial values that are not quite a steady state.
 */
export type MealForm = 'paper' | 'biomodels379';

export const MEAL_STATES = [
  { name: 'glucose.plasma', unit: 'mg/kg', meaning: 'glucose in plasma and fast tissue, eq. 1' },
  { name: 'glucose.tissue', unit: 'mg/kg', meaning: 'glucose in slow tissue, eq. 1' },
  { name: 'insulin.liver', unit: 'pmol/kg', meaning: 'insulin in the liver, eq. 3' },
  { name: 'insulin.plasma', unit: 'pmol/kg', meaning: 'insulin in plasma, eq. 3' },
  { name: 'stomach.solid', unit: 'mg', meaning: 'glucose in the stomach, solid, eq. 13' },
  { name: 'stomach.liquid', unit: 'mg', meaning: 'glucose in the stomach, triturated, eq. 13' },
  { name: 'gut', unit: 'mg', meaning: 'glucose in the intestine, eq. 13' },
  { name: 'insulin.delay', unit: 'pmol/L', meaning: 'first delay of insulin to the liver, eq. 11' },
  { name: 'insulin.liver-action', unit: 'pmol/L', meaning: 'delayed insulin at the liver, eq. 11' },
  { name: 'insulin.action', unit: 'pmol/L', meaning: 'insulin in interstitium above basal, eq. 18' },
  { name: 'insulin.portal', unit: 'pmol/kg', meaning: 'insulin in the portal vein, eq. 23' },
  { name: 'secretion', unit: 'pmol/kg/min', meaning: 'static secretion, eq. 26' },
] as const;

type Values = { readonly [K in keyof typeof MEAL_PARAMETERS]: number };

interface Basal {
  readonly Gb: number;
  readonly Ib: number;
  readonly Sb: number;
  readonly initial: Float64Array;
}

/** Fasting steady state of the printed parameters: secretion from eq. 6, then eq. 3, 10 and 14–17 with zero derivatives. */
function steadyState(v: Values): Basal {
  const Sb = (v.m6 - v.HEb) / v.m5;
  const m3 = (v.HEb * v.m1) / (1 - v.HEb);
  const Ip = (v.m1 * Sb) / ((v.m2 + v.m4) * (v.m1 + m3) - v.m1 * v.m2);
  const Il = ((v.m2 + v.m4) * Ip) / v.m1;
  const Ib = Ip / v.VI;
  const Ipo = Sb / v.gamma;
  const tissue = (Gp: number) => (v.k1 * Gp - net(Gp)) / v.k2;
  const net = (Gp: number) => v.kp1 - v.kp2 * Gp - v.kp3 * Ib - v.kp4 * Ipo - v.Fcns - excretion(v, Gp);
  const surplus = (Gp: number) => net(Gp) - (v.Vm0 * tissue(Gp)) / (v.Km0 + tissue(Gp));
  let low = 0;
  let high = 2000;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (surplus(middle) > 0) low = middle;
    else high = middle;
  }
  const initial = Float64Array.of(low, tissue(low), Il, Ip, 0, 0, 0, Ib, Ib, 0, Ipo, 0);
  return { Gb: low / v.VG, Ib, Sb, initial };
}

/** Renal excretion, eq. 27, mg/kg/min. */
function excretion(v: Values, Gp: number): number {
  return Gp > v.ke2 ? v.ke1 * (Gp - v.ke2) : 0;
}

/** Gastric emptying for a meal of D mg, eq. 13. */
function emptying(v: Values, stomach: number, D: number): number {
  if (D <= 0) return v.kmax;
  const alpha = 5 / (2 * D * (1 - v.b));
  const beta = 5 / (2 * D * v.d);
  const bend = Math.tanh(alpha * (stomach - v.b * D)) - Math.tanh(beta * (stomach - v.d * D)) + 2;
  return v.kmin + ((v.kmax - v.kmin) / 2) * bend;
}

export interface Meal {
  /** g of glucose, eaten at time zero. */
  readonly carbohydrate: number;
  /** kg */
  readonly weight: number;
}

export interface MealResponse {
  /** Minutes after the meal. */
  readonly minutes: readonly number[];
  /** mg/dL */
  readonly glucose: Float64Array;
  /** pmol/L */
  readonly insulin: Float64Array;
  /** Rate of appearance of the meal in plasma, mg/kg/min. */
  readonly appearance: Float64Array;
  /** Endogenous production, mg/kg/min. */
  readonly production: Float64Array;
  /** Members of MEAL_STATES at each minute. */
  readonly states: readonly Float64Array[];
}

/**
 * Glucose and insulin after one meal, at the given ascending minutes; integrated with relative error 1e-9.
 * `biomodels379` exists for normal physiology only (RangeError otherwise).
 */
export function simulateMeal(
  physiology: Physiology,
  meal: Meal,
  minutes: readonly number[],
  form: MealForm = 'paper',
): MealResponse {
  const v = Object.fromEntries(Object.entries(MEAL_PARAMETERS).map(([name, q]) => [name, q[physiology]])) as Values;
  const encoded = form === 'biomodels379';
  if (encoded && physiology !== 'normal') throw new RangeError('BioModels 379 encodes the normal subject only.');
  const { Gb, Ib, Sb, initial } = encoded ? encodedState() : steadyState(v);
  const reached = encoded ? 1 - BIOMODELS_379.part : 1;
  const D = meal.carbohydrate * 1000;
  initial[4] = D;
  const produced = (y: Float64Array) => {
    const raw = v.kp1 - v.kp2 * y[0] - v.kp3 * y[8] - v.kp4 * y[10];
    return encoded ? raw : Math.max(0, raw);
  };
  const appears = (y: Float64Array) => (v.f * v.kabs * y[6]) / meal.weight;

  const problem: OdeProblem = {
    initial,
    span: [0, minutes[minutes.length - 1]],
    rhs(_t, y, dy) {
      const [Gp, Gt, Il, Ip, solid, liquid, gut, I1, Id, X, Ipo, Y] = y;
      const kempt = emptying(v, solid + liquid, D);
      const secretion = v.gamma * Ipo;
      const extraction = v.m6 - v.m5 * secretion;
      const m3 = (extraction * v.m1) / (1 - extraction);
      const utilization = (reached * (v.Vm0 + v.Vmx * X) * Gt) / (v.Km0 + Gt);
      const excreted = encoded ? 0 : excretion(v, Gp);
      dy[0] = produced(y) + appears(y) - v.Fcns - excreted - v.k1 * Gp + v.k2 * Gt;
      dy[1] = -utilization + v.k1 * Gp - v.k2 * Gt;
      dy[2] = -(v.m1 + m3) * Il + v.m2 * Ip + secretion;
      dy[3] = -(v.m2 + v.m4) * Ip + v.m1 * Il;
      dy[4] = -v.kgri * solid;
      dy[5] = v.kgri * solid - kempt * liquid;
      dy[6] = kempt * liquid - v.kabs * gut;
      dy[7] = v.ki * (Ip / v.VI - I1);
      dy[8] = v.ki * (I1 - Id);
      dy[9] = v.p2U * (Ip / v.VI - Ib - X);
      const rate = dy[0] / v.VG;
      const dynamic = v.K * (encoded ? rate : Math.max(0, rate));
      dy[10] = -secretion + Y + dynamic + Sb;
      const target = v.beta * (Gp / v.VG - Gb);
      dy[11] = v.alpha * ((encoded ? target : Math.max(-Sb, target)) - Y);
    },
  };
  const solution = solve(problem, tsit5, { kind: 'adaptive', relative: 1e-9, absolute: 1e-9 });
  const states = minutes.map((minute) => solution.at(minute));
  return {
    minutes,
    glucose: Float64Array.from(states, (y) => y[0] / v.VG),
    insulin: Float64Array.from(states, (y) => y[3] / v.VI),
    appearance: Float64Array.from(states, appears),
    production: Float64Array.from(states, produced),
    states,
  };
}

function encodedState(): Basal {
  const { Gb, Ib, Sb, Gp, Gt, Il, Ip, Ipo } = BIOMODELS_379;
  return { Gb, Ib, Sb, initial: Float64Array.of(Gp, Gt, Il, Ip, 0, 0, 0, Ib, Ib, 0, Ipo, 0) };
}
