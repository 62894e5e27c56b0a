import { CONSTANT, PMOL_PER_UNIT, STATE } from './model.ts';

/** What acts on a type 1 patient at one instant. */
export interface Influence {
  /** U/min */
  readonly insulin: number;
  /** g/min */
  readonly carbs: number;
  /** D of gastric emptying, mg. */
  readonly dose: number;
  /** Factor on Vmx and kp3. */
  readonly sensitivity: number;
  /** Factor on kabs and kmax. */
  readonly absorption: number;
  /** mg/kg/min of glucose into plasma beyond the equations. */
  readonly drive: number;
}

/**
 * The 13 derivatives of the type 1 model as the papers print them, with hyperbolic tangents: for the generator, whose bodies
 * are not to be the twin's own, and for the tests that hold uva-padova.ts to them. States and constants as in model.ts.
 */
export function equations(y: Float64Array, dy: Float64Array, c: Float64Array, of: number, u: Influence): void {
  const kabs = c[of + CONSTANT.kabs] * u.absorption;
  const kmax = c[of + CONSTANT.kmax] * u.absorption;

  // Meal: Dalla Man 2006; Dalla Man 2007 eq. 13.
  const stomach = y[STATE.stomachSolid] + y[STATE.stomachLiquid];
  let kempt = kmax;
  if (u.dose > 0) {
    const alpha = 5 / (2 * u.dose * (1 - c[of + CONSTANT.b]));
    const beta = 5 / (2 * u.dose * c[of + CONSTANT.d]);
    const bend =
      Math.tanh(alpha * (stomach - c[of + CONSTANT.b] * u.dose)) -
      Math.tanh(beta * (stomach - c[of + CONSTANT.d] * u.dose)) +
      2;
    kempt = c[of + CONSTANT.kmin] + ((kmax - c[of + CONSTANT.kmin]) / 2) * bend;
  }
  const appearance = (c[of + CONSTANT.f] * kabs * y[STATE.gut]) / c[of + CONSTANT.BW];
  dy[STATE.stomachSolid] = 1000 * u.carbs - kmax * y[STATE.stomachSolid];
  dy[STATE.stomachLiquid] = kmax * y[STATE.stomachSolid] - kempt * y[STATE.stomachLiquid];
  dy[STATE.gut] = kempt * y[STATE.stomachLiquid] - kabs * y[STATE.gut];

  // Glucose: Dalla Man 2007 eq. 1, 10, 14–17, 27.
  const Gp = y[STATE.plasmaGlucose];
  const Gt = y[STATE.tissueGlucose];
  const kp3 = c[of + CONSTANT.kp3] * u.sensitivity;
  const Vmx = c[of + CONSTANT.Vmx] * u.sensitivity;
  const production = Math.max(0, c[of + CONSTANT.kp1] - c[of + CONSTANT.kp2] * Gp - kp3 * y[STATE.liverAction]);
  const utilization = ((c[of + CONSTANT.Vm0] + Vmx * y[STATE.action]) * Gt) / (c[of + CONSTANT.Km0] + Gt);
  const excretion = Math.max(0, c[of + CONSTANT.ke1] * (Gp - c[of + CONSTANT.ke2]));
  dy[STATE.plasmaGlucose] =
    production +
    appearance +
    u.drive -
    c[of + CONSTANT.Fsnc] -
    excretion -
    c[of + CONSTANT.k1] * Gp +
    c[of + CONSTANT.k2] * Gt;
  dy[STATE.tissueGlucose] = c[of + CONSTANT.k1] * Gp - c[of + CONSTANT.k2] * Gt - utilization;
  dy[STATE.interstitialGlucose] = c[of + CONSTANT.ksc] * (Gp - y[STATE.interstitialGlucose]);

  // Insulin: Dalla Man 2007 eq. 3, 11, 18; subcutaneous depots Kovatchev 2009.
  const Ip = y[STATE.plasmaInsulin];
  const Il = y[STATE.liverInsulin];
  const I = Ip / c[of + CONSTANT.Vi];
  const depot = y[STATE.depot];
  const monomeric = y[STATE.monomeric];
  dy[STATE.plasmaInsulin] =
    c[of + CONSTANT.m1] * Il -
    (c[of + CONSTANT.m2] + c[of + CONSTANT.m4]) * Ip +
    c[of + CONSTANT.ka1] * depot +
    c[of + CONSTANT.ka2] * monomeric;
  dy[STATE.liverInsulin] = c[of + CONSTANT.m2] * Ip - (c[of + CONSTANT.m1] + c[of + CONSTANT.m30]) * Il;
  dy[STATE.action] = c[of + CONSTANT.p2u] * (I - c[of + CONSTANT.Ib] - y[STATE.action]);
  dy[STATE.delay] = c[of + CONSTANT.ki] * (I - y[STATE.delay]);
  dy[STATE.liverAction] = c[of + CONSTANT.ki] * (y[STATE.delay] - y[STATE.liverAction]);
  dy[STATE.depot] =
    (u.insulin * PMOL_PER_UNIT) / c[of + CONSTANT.BW] - (c[of + CONSTANT.kd] + c[of + CONSTANT.ka1]) * depot;
  dy[STATE.monomeric] = c[of + CONSTANT.kd] * depot - c[of + CONSTANT.ka2] * monomeric;
}
