import { exp } from '@gemel/numerics/elementary/exp';
import {
  type Batch,
  CONSTANT,
  CONSTANT_COUNT,
  type MinuteInputs,
  PMOL_PER_UNIT,
  STATE,
  STATE_COUNT,
} from '@gemel/pack-glucose/model';

/** Share of a meal left in the stomach below which emptying is taken as that of an empty one (it differs by 1e-3). */
const EMPTY_SHARE = 1e-3;

/**
 * The glucose pack's model written by hand, all in one loop: what its compiled form is measured beside. One member over the
 * minutes [from, to), classical RK4 in equal steps of a minute's part, inputs held.
 * @param x states, changed in place from `at`
 * @param c constants from `of`
 */
function integrate(
  x: Float64Array,
  at: number,
  c: Float64Array,
  of: number,
  inputs: MinuteInputs,
  from: number,
  to: number,
): void {
  const { insulin, carbs } = inputs;
  const BW = c[of + CONSTANT.BW];
  const Ib = c[of + CONSTANT.Ib];
  const Vi = 1 / c[of + CONSTANT.Vi];
  const k1 = c[of + CONSTANT.k1];
  const k2 = c[of + CONSTANT.k2];
  const Km0 = c[of + CONSTANT.Km0];
  const Vm0 = c[of + CONSTANT.Vm0];
  const kp1 = c[of + CONSTANT.kp1];
  const kp2 = c[of + CONSTANT.kp2];
  const ki = c[of + CONSTANT.ki];
  const p2u = c[of + CONSTANT.p2u];
  const m1 = c[of + CONSTANT.m1];
  const m2 = c[of + CONSTANT.m2];
  const outPlasma = m2 + c[of + CONSTANT.m4];
  const outLiver = m1 + c[of + CONSTANT.m30];
  const kabs = c[of + CONSTANT.kabs];
  const kmax = c[of + CONSTANT.kmax];
  const kmin = c[of + CONSTANT.kmin];
  const b = c[of + CONSTANT.b];
  const d = c[of + CONSTANT.d];
  const ke1 = c[of + CONSTANT.ke1];
  const ke2 = c[of + CONSTANT.ke2];
  const ka1 = c[of + CONSTANT.ka1];
  const ka2 = c[of + CONSTANT.ka2];
  const kd = c[of + CONSTANT.kd];
  const ksc = c[of + CONSTANT.ksc];
  const appear = (c[of + CONSTANT.f] * kabs) / BW;
  const log = x[at + STATE.sensitivity];
  const sensitivity = log === 0 ? 1 : exp(log);
  const Vmx = c[of + CONSTANT.Vmx] * sensitivity;
  const kp3 = c[of + CONSTANT.kp3] * sensitivity;
  const steady = x[at + STATE.drive] - c[of + CONSTANT.Fsnc];
  const eaten = x[at + STATE.mealError] === 0 ? 1000 : 1000 * exp(x[at + STATE.mealError]);
  const shiftB = (5 * b) / (1 - b);
  const range = kmax - kmin;
  const steep = 3 * b - 2;
  const restEmptying = c[of + CONSTANT.restEmptying];
  const substeps = c[of + CONSTANT.substeps];
  const mealSubsteps = c[of + CONSTANT.mealSubsteps];

  let x0 = x[at];
  let x1 = x[at + 1];
  let x2 = x[at + 2];
  let x3 = x[at + 3];
  let x4 = x[at + 4];
  let x5 = x[at + 5];
  let x6 = x[at + 6];
  let x7 = x[at + 7];
  let x8 = x[at + 8];
  let x9 = x[at + 9];
  let x10 = x[at + 10];
  let x11 = x[at + 11];
  let x12 = x[at + 12];
  let dose = x[at + STATE.mealBase];
  let eating = x[at + STATE.eating];

  for (let minute = from; minute < to; minute++) {
    const infusion = (insulin[minute] * PMOL_PER_UNIT) / BW;
    const food = carbs[minute] * eaten;
    if (food > 0) {
      if (eating === 0) dose = x0 + x1;
      dose += food;
      eating = 1;
    } else eating = 0;
    const emptying = dose > 0;
    // 2α = 5 / (D(1−b)), 2β = 5 / (D d): tanh(u) = 1 − 2/(e^2u + 1) turns it into two exponentials and one division.
    const slopeB = emptying ? 5 / (dose * (1 - b)) : 0;
    const slopeD = emptying ? 5 / (dose * d) : 0;
    const bending = emptying && (food > 0 || x0 + x1 > EMPTY_SHARE * dose);
    const atRest = emptying ? restEmptying : kmax;
    const n = food > 0 || (emptying && x0 + x1 > steep * dose) ? mealSubsteps : substeps;
    const h = 1 / n;
    for (let i = 0; i < n; i++) {
      let y0 = x0;
      let y1 = x1;
      let y2 = x2;
      let y3 = x3;
      let y4 = x4;
      let y5 = x5;
      let y6 = x6;
      let y7 = x7;
      let y8 = x8;
      let y9 = x9;
      let y10 = x10;
      let y11 = x11;
      let y12 = x12;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      let s4 = 0;
      let s5 = 0;
      let s6 = 0;
      let s7 = 0;
      let s8 = 0;
      let s9 = 0;
      let s10 = 0;
      let s11 = 0;
      let s12 = 0;
      for (let stage = 0; stage < 4; stage++) {
        const weight = stage === 1 || stage === 2 ? 2 : 1;
        const reach = stage === 2 ? h : 0.5 * h;
        let kgut = atRest;
        if (bending) {
          const stomach = y0 + y1;
          const eb = exp(Math.min(slopeB * stomach - shiftB, 80));
          const ed = exp(Math.min(slopeD * stomach - 5, 80));
          kgut = kmin + range * (1 + (eb - ed) / ((eb + 1) * (ed + 1)));
        }
        const ground = kmax * y0;
        const emptied = kgut * y1;
        const production = kp1 - kp2 * y3 - kp3 * y8;
        const utilization = ((Vm0 + Vmx * y6) * y4) / (Km0 + y4);
        const excretion = y3 > ke2 ? ke1 * (y3 - ke2) : 0;
        const exchange = k1 * y3 - k2 * y4;
        const concentration = y5 * Vi;
        const fromDepot = kd * y10;

        const f0 = food - ground;
        const f1 = ground - emptied;
        const f2 = emptied - kabs * y2;
        const f3 = (production > 0 ? production : 0) + appear * y2 + steady - excretion - exchange;
        const f4 = exchange - utilization;
        const f5 = m1 * y9 - outPlasma * y5 + ka1 * y10 + ka2 * y11;
        const f6 = p2u * (concentration - Ib - y6);
        const f7 = ki * (concentration - y7);
        const f8 = ki * (y7 - y8);
        const f9 = m2 * y5 - outLiver * y9;
        const f10 = infusion - ka1 * y10 - fromDepot;
        const f11 = fromDepot - ka2 * y11;
        const f12 = ksc * (y3 - y12);

        s0 += weight * f0;
        s1 += weight * f1;
        s2 += weight * f2;
        s3 += weight * f3;
        s4 += weight * f4;
        s5 += weight * f5;
        s6 += weight * f6;
        s7 += weight * f7;
        s8 += weight * f8;
        s9 += weight * f9;
        s10 += weight * f10;
        s11 += weight * f11;
        s12 += weight * f12;
        if (stage < 3) {
          y0 = x0 + reach * f0;
          y1 = x1 + reach * f1;
          y2 = x2 + reach * f2;
          y3 = x3 + reach * f3;
          y4 = x4 + reach * f4;
          y5 = x5 + reach * f5;
          y6 = x6 + reach * f6;
          y7 = x7 + reach * f7;
          y8 = x8 + reach * f8;
          y9 = x9 + reach * f9;
          y10 = x10 + reach * f10;
          y11 = x11 + reach * f11;
          y12 = x12 + reach * f12;
        }
      }
      const sixth = h / 6;
      x0 += sixth * s0;
      x1 += sixth * s1;
      x2 += sixth * s2;
      x3 += sixth * s3;
      x4 += sixth * s4;
      x5 += sixth * s5;
      x6 += sixth * s6;
      x7 += sixth * s7;
      x8 += sixth * s8;
      x9 += sixth * s9;
      x10 += sixth * s10;
      x11 += sixth * s11;
      x12 += sixth * s12;
      if (x3 < 0) x3 = 0;
      if (x4 < 0) x4 = 0;
      if (x12 < 0) x12 = 0;
    }
  }

  x[at] = x0;
  x[at + 1] = x1;
  x[at + 2] = x2;
  x[at + 3] = x3;
  x[at + 4] = x4;
  x[at + 5] = x5;
  x[at + 6] = x6;
  x[at + 7] = x7;
  x[at + 8] = x8;
  x[at + 9] = x9;
  x[at + 10] = x10;
  x[at + 11] = x11;
  x[at + 12] = x12;
  x[at + STATE.mealBase] = dose;
  x[at + STATE.eating] = eating;
}

/** Interstitial glucose of every member, mg/dL: members × (to − from)/every, member-major. */
export function simulateByHand(batch: Batch): Float64Array {
  const { constants, states, inputs, from, to, every } = batch;
  const members = states.length / STATE_COUNT;
  const records = (to - from) / every;
  const values = new Float64Array(members * records);
  const shared = 'insulin' in inputs;
  for (let i = 0; i < members; i++) {
    const own = shared ? inputs : inputs[i];
    const at = i * STATE_COUNT;
    const of = i * CONSTANT_COUNT;
    const perVolume = 1 / constants[of + CONSTANT.Vg];
    for (let r = 0; r < records; r++) {
      const begin = from + r * every;
      integrate(states, at, constants, of, own, begin, begin + every);
      values[i * records + r] = states[at + STATE.interstitialGlucose] * perVolume;
    }
  }
  return values;
}
