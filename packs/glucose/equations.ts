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
 * The 13 derivatives of the type 1 model as the papers print them, for general solvers: the reading copy of the fused
 * integrator in model.ts, which a test holds to it. States and constants as in model.ts.
 */
export function equations(y: Float64Array, dy: Float64Array, c: Float64Array, of: number, u: Influence): void {
  const k = (name: keyof typeof CONSTANT) => c[of + CONSTANT[name]];
  const kabs = k('kabs') * u.absorption;
  const kmax = k('kmax') * u.absorption;

  // Meal: Dalla Man 2006; Dalla Man 2007 eq. 13.
  const stomach = y[STATE.stomachSolid] + y[STATE.stomachLiquid];
  let kempt = kmax;
  if (u.dose > 0) {
    const alpha = 5 / (2 * u.dose * (1 - k('b')));
    const beta = 5 / (2 * u.dose * k('d'));
    const bend = Math.tanh(alpha * (stomach - k('b') * u.dose)) - Math.tanh(beta * (stomach - k('d') * u.dose)) + 2;
    kempt = k('kmin') + ((kmax - k('kmin')) / 2) * bend;
  }
  const appearance = (k('f') * kabs * y[STATE.gut]) / k('BW');
  dy[STATE.stomachSolid] = 1000 * u.carbs - kmax * y[STATE.stomachSolid];
  dy[STATE.stomachLiquid] = kmax * y[STATE.stomachSolid] - kempt * y[STATE.stomachLiquid];
  dy[STATE.gut] = kempt * y[STATE.stomachLiquid] - kabs * y[STATE.gut];

  // Glucose: Dalla Man 2007 eq. 1, 10, 14–17, 27.
  const Gp = y[STATE.plasmaGlucose];
  const Gt = y[STATE.tissueGlucose];
  const kp3 = k('kp3') * u.sensitivity;
  const Vmx = k('Vmx') * u.sensitivity;
  const production = Math.max(0, k('kp1') - k('kp2') * Gp - kp3 * y[STATE.liverAction]);
  const utilization = ((k('Vm0') + Vmx * y[STATE.action]) * Gt) / (k('Km0') + Gt);
  const excretion = Math.max(0, k('ke1') * (Gp - k('ke2')));
  dy[STATE.plasmaGlucose] = production + appearance + u.drive - k('Fsnc') - excretion - k('k1') * Gp + k('k2') * Gt;
  dy[STATE.tissueGlucose] = k('k1') * Gp - k('k2') * Gt - utilization;
  dy[STATE.interstitialGlucose] = k('ksc') * (Gp - y[STATE.interstitialGlucose]);

  // Insulin: Dalla Man 2007 eq. 3, 11, 18; subcutaneous depots Kovatchev 2009.
  const Ip = y[STATE.plasmaInsulin];
  const Il = y[STATE.liverInsulin];
  const I = Ip / k('Vi');
  const depot = y[STATE.depot];
  const monomeric = y[STATE.monomeric];
  dy[STATE.plasmaInsulin] = k('m1') * Il - (k('m2') + k('m4')) * Ip + k('ka1') * depot + k('ka2') * monomeric;
  dy[STATE.liverInsulin] = k('m2') * Ip - (k('m1') + k('m30')) * Il;
  dy[STATE.action] = k('p2u') * (I - k('Ib') - y[STATE.action]);
  dy[STATE.delay] = k('ki') * (I - y[STATE.delay]);
  dy[STATE.liverAction] = k('ki') * (y[STATE.delay] - y[STATE.liverAction]);
  dy[STATE.depot] = (u.insulin * PMOL_PER_UNIT) / k('BW') - (k('kd') + k('ka1')) * depot;
  dy[STATE.monomeric] = k('kd') * depot - k('ka2') * monomeric;
}
