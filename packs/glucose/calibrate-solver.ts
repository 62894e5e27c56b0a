import { exp } from '@gemel/numerics/elementary/exp';
import type { MinuteInputs } from './model.ts';
import { CONSTANT, PMOL_PER_UNIT, STATE } from './model.ts';

/** Minutes of one step of the split solver. */
export const SPLIT_STEP = 5;

/** Insulin subsystem, in this order: depot, monomeric, plasma, liver, action + basal, delay, liver action. */
const N = 7;
const TAYLOR_ORDER = 14;
/** Glucose in stomach and gut that is dropped, mg. */
const NEGLIGIBLE = 20;
/** Largest rate × step of the glucose equations. */
const RATE_STEP = 1;

/** Inputs of all members on whole steps: built once, since members share them. */
export interface SplitInputs {
  readonly steps: number;
  /** U/min per minute, steps · SPLIT_STEP of them. */
  readonly insulin: Float64Array;
  /** g/min per minute. */
  readonly carbs: Float64Array;
  /** Per step: 1 where insulin changes within it. */
  readonly uneven: Uint8Array;
  /** Per step: 1 where food is eaten in it. */
  readonly fed: Uint8Array;
}

/** Lays minute inputs on whole steps; minutes that the inputs lack hold nothing. */
export function splitInputs(inputs: MinuteInputs, steps: number): SplitInputs {
  const minutes = steps * SPLIT_STEP;
  const insulin = new Float64Array(minutes);
  const carbs = new Float64Array(minutes);
  insulin.set(inputs.insulin.subarray(0, minutes));
  carbs.set(inputs.carbs.subarray(0, minutes));
  const uneven = new Uint8Array(steps);
  const fed = new Uint8Array(steps);
  for (let s = 0; s < steps; s++) {
    for (let m = s * SPLIT_STEP; m < (s + 1) * SPLIT_STEP; m++) {
      if (insulin[m] !== insulin[s * SPLIT_STEP]) uneven[s] = 1;
      if (carbs[m] > 0) fed[s] = 1;
    }
  }
  return { steps, insulin, carbs, uneven, fed };
}

/** What changes a member's path besides its constants; absent parts change nothing. */
export interface SplitDisturbance {
  /** Log insulin sensitivity per step. */
  readonly sensitivity?: Float64Array;
  /** mg/kg/min per step. */
  readonly drive?: Float64Array;
  /** Factor on the food of each minute. */
  readonly carbs?: Float64Array;
  /** Factor on kabs and kmax per step. */
  readonly absorption?: Float64Array;
  /** Factor on glucose in plasma, tissue and interstitium at the beginning of step `at`. */
  readonly jump?: { readonly at: number; readonly factor: number };
}

/**
 * A fast integrator of the type 1 model for calibration, where a path is wanted thousands of times to within sensor
 * error: the insulin subsystem is linear and is propagated exactly, the gut and the glucose equations take RK4 steps of
 * up to five minutes. Equations, states and constants are model.ts's; the test holds both to the same path.
 * Scratch space is reused: one instance is not re-entrant.
 */
export class SplitSolver {
  readonly #a = new Float64Array(N * N);
  readonly #e1 = new Float64Array(N * N);
  readonly #e5 = new Float64Array(N * N);
  readonly #term = new Float64Array(N * N);
  readonly #next = new Float64Array(N * N);
  /** Response at the step's end to a unit input in its minute j: SPLIT_STEP × N. */
  readonly #response = new Float64Array(SPLIT_STEP * N);
  readonly #even = new Float64Array(N);
  readonly #x = new Float64Array(N);
  readonly #y = new Float64Array(N);

  /**
   * Interstitial glucose, mg/dL, at the beginning and after every step: `steps` + 1 values written into `out` from `to`.
   * @param x STATE_COUNT states, changed in place
   * @param c constants from `of` (deriveConstants)
   */
  solve(
    x: Float64Array,
    c: Float64Array,
    of: number,
    inputs: SplitInputs,
    disturbance: SplitDisturbance,
    out: Float64Array,
    to: number,
  ): void {
    this.#prepare(c, of);
    const insulin = this.#x;
    const Ib = c[of + CONSTANT.Ib];
    const p2u = c[of + CONSTANT.p2u];
    const ki = c[of + CONSTANT.ki];
    const perVi = 1 / c[of + CONSTANT.Vi];
    const perVg = 1 / c[of + CONSTANT.Vg];
    const toMass = PMOL_PER_UNIT / c[of + CONSTANT.BW];
    const k1 = c[of + CONSTANT.k1];
    const k2 = c[of + CONSTANT.k2];
    const ksc = c[of + CONSTANT.ksc];
    const Km0 = c[of + CONSTANT.Km0];
    const Vm0 = c[of + CONSTANT.Vm0];
    const kp1 = c[of + CONSTANT.kp1];
    const kp2 = c[of + CONSTANT.kp2];
    const ke1 = c[of + CONSTANT.ke1];
    const ke2 = c[of + CONSTANT.ke2];
    const Fsnc = c[of + CONSTANT.Fsnc];
    const appear = (c[of + CONSTANT.f] * c[of + CONSTANT.kabs]) / c[of + CONSTANT.BW];
    const sub = Math.max(1, Math.ceil((SPLIT_STEP * Math.max(k1 + k2, ksc)) / RATE_STEP));
    const h = SPLIT_STEP / sub;
    const { sensitivity, drive, carbs, absorption, jump } = disturbance;
    let speed = 1;
    let gut = gutOf(c, of, speed);

    insulin[0] = x[STATE.depot];
    insulin[1] = x[STATE.monomeric];
    insulin[2] = x[STATE.plasmaInsulin];
    insulin[3] = x[STATE.liverInsulin];
    insulin[4] = x[STATE.action] + Ib;
    insulin[5] = x[STATE.delay];
    insulin[6] = x[STATE.liverAction];
    let gp = x[STATE.plasmaGlucose];
    let gt = x[STATE.tissueGlucose];
    let gs = x[STATE.interstitialGlucose];
    out[to] = gs * perVg;

    for (let s = 0; s < inputs.steps; s++) {
      if (jump !== undefined && jump.at === s) {
        gp *= jump.factor;
        gt *= jump.factor;
        gs *= jump.factor;
        out[to + s] = gs * perVg;
      }
      const a0 = insulin[4] - Ib;
      const l0 = insulin[6];
      const da0 = p2u * (insulin[2] * perVi - insulin[4]);
      const dl0 = ki * (insulin[5] - l0);
      this.#advanceInsulin(inputs, s, toMass);
      const a1 = insulin[4] - Ib;
      const l1 = insulin[6];
      const am = (a0 + a1) / 2 + (SPLIT_STEP / 8) * (da0 - p2u * (insulin[2] * perVi - insulin[4]));
      const lm = (l0 + l1) / 2 + (SPLIT_STEP / 8) * (dl0 - ki * (insulin[5] - l1));

      if (absorption !== undefined && absorption[s] !== speed) {
        speed = absorption[s];
        gut = gutOf(c, of, speed);
      }
      const r0 = x[STATE.gut];
      let rm = 0;
      if (inputs.fed[s] === 1) rm = eat(x, gut, inputs.carbs, carbs, s);
      else if (x[STATE.stomachSolid] + x[STATE.stomachLiquid] + r0 > NEGLIGIBLE) rm = digest(x, gut, gut.full, 0);
      else {
        x[STATE.stomachSolid] = 0;
        x[STATE.stomachLiquid] = 0;
        x[STATE.gut] = 0;
      }
      if (inputs.fed[s] === 0) x[STATE.eating] = 0;
      const r1 = x[STATE.gut];

      const log = sensitivity === undefined ? 0 : sensitivity[s];
      const factor = log === 0 ? 1 : exp(log);
      const Vmx = c[of + CONSTANT.Vmx] * factor;
      const kp3 = c[of + CONSTANT.kp3] * factor;
      const steady = (drive === undefined ? 0 : drive[s]) - Fsnc;
      for (let i = 0; i < sub; i++) {
        const begin = i / sub;
        const middle = (i + 0.5) / sub;
        const end = (i + 1) / sub;
        let sp = 0;
        let st = 0;
        let ss = 0;
        let yp = gp;
        let yt = gt;
        let ys = gs;
        for (let stage = 0; stage < 4; stage++) {
          const u = stage === 0 ? begin : stage === 3 ? end : middle;
          const w0 = (1 - u) * (1 - 2 * u);
          const wm = 4 * u * (1 - u);
          const w1 = u * (2 * u - 1);
          const action = w0 * a0 + wm * am + w1 * a1;
          const liver = w0 * l0 + wm * lm + w1 * l1;
          const appearing = speed * appear * (w0 * r0 + wm * rm + w1 * r1);
          const production = kp1 - kp2 * yp - kp3 * liver;
          const exchange = k1 * yp - k2 * yt;
          const fp =
            (production > 0 ? production : 0) + appearing + steady - (yp > ke2 ? ke1 * (yp - ke2) : 0) - exchange;
          const ft = exchange - ((Vm0 + Vmx * action) * yt) / (Km0 + yt);
          const fs = ksc * (yp - ys);
          const weight = stage === 1 || stage === 2 ? 2 : 1;
          sp += weight * fp;
          st += weight * ft;
          ss += weight * fs;
          if (stage < 3) {
            const reach = stage === 2 ? h : 0.5 * h;
            yp = gp + reach * fp;
            yt = gt + reach * ft;
            ys = gs + reach * fs;
          }
        }
        gp = Math.max(0, gp + (h / 6) * sp);
        gt = Math.max(0, gt + (h / 6) * st);
        gs = Math.max(0, gs + (h / 6) * ss);
      }
      out[to + s + 1] = gs * perVg;
    }

    x[STATE.depot] = insulin[0];
    x[STATE.monomeric] = insulin[1];
    x[STATE.plasmaInsulin] = insulin[2];
    x[STATE.liverInsulin] = insulin[3];
    x[STATE.action] = insulin[4] - Ib;
    x[STATE.delay] = insulin[5];
    x[STATE.liverAction] = insulin[6];
    x[STATE.plasmaGlucose] = gp;
    x[STATE.tissueGlucose] = gt;
    x[STATE.interstitialGlucose] = gs;
  }

  /** The insulin subsystem over one step: x ← e^{5A} x + Σ responses · inputs. */
  #advanceInsulin(inputs: SplitInputs, step: number, toMass: number): void {
    const x = this.#x;
    const y = this.#y;
    const e = this.#e5;
    for (let i = 0; i < N; i++) {
      const r = i * N;
      y[i] =
        e[r] * x[0] +
        e[r + 1] * x[1] +
        e[r + 2] * x[2] +
        e[r + 3] * x[3] +
        e[r + 4] * x[4] +
        e[r + 5] * x[5] +
        e[r + 6] * x[6];
    }
    const from = step * SPLIT_STEP;
    if (inputs.uneven[step] === 0) {
      const u = inputs.insulin[from] * toMass;
      for (let i = 0; i < N; i++) x[i] = y[i] + u * this.#even[i];
      return;
    }
    for (let j = 0; j < SPLIT_STEP; j++) {
      const u = inputs.insulin[from + j] * toMass;
      for (let i = 0; i < N; i++) y[i] += u * this.#response[j * N + i];
    }
    x.set(y);
  }

  /** Transition and input responses of a member's insulin subsystem, by the Taylor series of e^A over one minute. */
  #prepare(c: Float64Array, of: number): void {
    const a = this.#a;
    a.fill(0);
    const ka1 = c[of + CONSTANT.ka1];
    const ka2 = c[of + CONSTANT.ka2];
    const kd = c[of + CONSTANT.kd];
    const m1 = c[of + CONSTANT.m1];
    const m2 = c[of + CONSTANT.m2];
    const p2u = c[of + CONSTANT.p2u];
    const ki = c[of + CONSTANT.ki];
    const perVi = 1 / c[of + CONSTANT.Vi];
    a[0] = -(ka1 + kd);
    a[N] = kd;
    a[N + 1] = -ka2;
    a[2 * N] = ka1;
    a[2 * N + 1] = ka2;
    a[2 * N + 2] = -(m2 + c[of + CONSTANT.m4]);
    a[2 * N + 3] = m1;
    a[3 * N + 2] = m2;
    a[3 * N + 3] = -(m1 + c[of + CONSTANT.m30]);
    a[4 * N + 2] = p2u * perVi;
    a[4 * N + 4] = -p2u;
    a[5 * N + 2] = ki * perVi;
    a[5 * N + 5] = -ki;
    a[6 * N + 5] = ki;
    a[6 * N + 6] = -ki;

    // e^A = Σ Aᵏ/k!, and the response to a unit input over the minute Σ Aᵏ/(k+1)! applied to the depot.
    const e1 = this.#e1;
    let term = this.#term;
    let next = this.#next;
    e1.fill(0);
    term.fill(0);
    const unit = this.#y;
    unit.fill(0);
    for (let i = 0; i < N; i++) term[i * N + i] = 1;
    for (let k = 0; k <= TAYLOR_ORDER; k++) {
      for (let i = 0; i < N * N; i++) e1[i] += term[i];
      for (let i = 0; i < N; i++) unit[i] += term[i * N] / (k + 1);
      product(term, a, next, 1 / (k + 1));
      [term, next] = [next, term];
    }
    product(e1, e1, next, 1);
    product(next, next, term, 1);
    product(term, e1, this.#e5, 1);

    const response = this.#response;
    response.set(unit, (SPLIT_STEP - 1) * N);
    for (let j = SPLIT_STEP - 2; j >= 0; j--) {
      for (let i = 0; i < N; i++) {
        let sum = 0;
        for (let k = 0; k < N; k++) sum += e1[i * N + k] * response[(j + 1) * N + k];
        response[j * N + i] = sum;
      }
    }
    for (let i = 0; i < N; i++) {
      let sum = 0;
      for (let j = 0; j < SPLIT_STEP; j++) sum += response[j * N + i];
      this.#even[i] = sum;
    }
  }
}

/** out = scale · a b for N × N. */
function product(a: Float64Array, b: Float64Array, out: Float64Array, scale: number): void {
  for (let i = 0; i < N; i++) {
    for (let j = 0; j < N; j++) {
      let sum = 0;
      for (let k = 0; k < N; k++) sum += a[i * N + k] * b[k * N + j];
      out[i * N + j] = scale * sum;
    }
  }
}

/** Gut constants of a member and the weights of its steps of one minute and of SPLIT_STEP minutes. */
interface Gut {
  readonly kmax: number;
  readonly kmin: number;
  readonly b: number;
  readonly d: number;
  readonly minute: GutWeights;
  readonly full: GutWeights;
}

/** Decay of gut and stomach over a step and half of it, and what emptying at its begin, middle and end adds to the gut. */
interface GutWeights {
  readonly h: number;
  readonly grindHalf: number;
  readonly grind: number;
  readonly decayHalf: number;
  readonly decay: number;
  readonly half: readonly [number, number, number];
  readonly whole: readonly [number, number, number];
}

function gutOf(c: Float64Array, of: number, speed: number): Gut {
  const kmax = speed * c[of + CONSTANT.kmax];
  const kabs = speed * c[of + CONSTANT.kabs];
  return {
    kmax,
    kmin: c[of + CONSTANT.kmin],
    b: c[of + CONSTANT.b],
    d: c[of + CONSTANT.d],
    minute: gutWeights(kabs, kmax, 1),
    full: gutWeights(kabs, kmax, SPLIT_STEP),
  };
}

function gutWeights(kabs: number, kmax: number, h: number): GutWeights {
  return {
    h,
    grindHalf: exp((-kmax * h) / 2),
    grind: exp(-kmax * h),
    decayHalf: exp((-kabs * h) / 2),
    decay: exp(-kabs * h),
    half: parabolaWeights(kabs, h, 0.5),
    whole: parabolaWeights(kabs, h, 1),
  };
}

/** Weights of q(0), q(h/2), q(h) in ∫₀ᵀ e^{−k(T−s)} q(s) ds for the parabola through them, T = upTo · h. */
function parabolaWeights(k: number, h: number, upTo: number): readonly [number, number, number] {
  const kappa = k * h;
  const m0 = moment(kappa, upTo, 0);
  const m1 = moment(kappa, upTo, 1);
  const m2 = moment(kappa, upTo, 2);
  // Lagrange basis on 0, ½, 1: 1 − 3u + 2u², 4u − 4u², −u + 2u².
  return [h * (m0 - 3 * m1 + 2 * m2), h * 4 * (m1 - m2), h * (2 * m2 - m1)];
}

/** ∫₀ᵁ e^{−κ(U−u)} uⁿ du: the recurrence in n for large κU, the series Σ (−κ)ʲ U^{n+1+j} n!/(n+1+j)! for small. */
function moment(kappa: number, U: number, n: number): number {
  if (kappa * U >= 0.5) {
    if (n === 0) return (1 - exp(-kappa * U)) / kappa;
    return (U ** n - n * moment(kappa, U, n - 1)) / kappa;
  }
  let term = U ** (n + 1) / (n + 1);
  let sum = term;
  for (let j = 1; j < 14; j++) {
    term *= (-kappa * U) / (n + 1 + j);
    sum += term;
  }
  return sum;
}

/** One step with food, minute by minute with the bookkeeping of D. Returns the gut content half-way. */
function eat(x: Float64Array, gut: Gut, carbs: Float64Array, factor: Float64Array | undefined, step: number): number {
  let middle = 0;
  for (let m = step * SPLIT_STEP; m < (step + 1) * SPLIT_STEP; m++) {
    const food = carbs[m] * 1000 * (factor === undefined ? 1 : factor[m]);
    if (food > 0) {
      if (x[STATE.eating] === 0) x[STATE.mealBase] = x[STATE.stomachSolid] + x[STATE.stomachLiquid];
      x[STATE.mealBase] += food;
      x[STATE.eating] = 1;
    } else x[STATE.eating] = 0;
    const half = digest(x, gut, gut.minute, food);
    if (m === step * SPLIT_STEP + 2) middle = half;
  }
  return middle;
}

/**
 * Stomach and gut over one step: grinding exact, emptying by the midpoint rule, absorption exact for emptying that is a
 * parabola over the step. Returns the gut content half-way.
 */
function digest(x: Float64Array, gut: Gut, w: GutWeights, food: number): number {
  const { kmax, kmin, b, d } = gut;
  const dose = x[STATE.mealBase];
  const solid = x[STATE.stomachSolid];
  const liquid = x[STATE.stomachLiquid];
  const content = x[STATE.gut];
  const held = food / kmax;
  const solidHalf = held + (solid - held) * w.grindHalf;
  const solidEnd = held + (solid - held) * w.grind;
  const slopeB = dose > 0 ? 5 / (dose * (1 - b)) : 0;
  const slopeD = dose > 0 ? 5 / (dose * d) : 0;
  const shiftB = (5 * b) / (1 - b);
  const range = dose > 0 ? kmax - kmin : 0;
  const least = kmax - range;

  let eb = exp(Math.min(slopeB * (solid + liquid) - shiftB, 80));
  let ed = exp(Math.min(slopeD * (solid + liquid) - 5, 80));
  const begin = (least + range * (1 + (eb - ed) / ((eb + 1) * (ed + 1)))) * liquid;
  const half = Math.max(0, liquid + 0.5 * w.h * (kmax * solid - begin));
  eb = exp(Math.min(slopeB * (solidHalf + half) - shiftB, 80));
  ed = exp(Math.min(slopeD * (solidHalf + half) - 5, 80));
  const middle = (least + range * (1 + (eb - ed) / ((eb + 1) * (ed + 1)))) * half;
  const end = Math.max(0, liquid + solid + food * w.h - solidEnd - w.h * middle);
  // What left the stomach is what enters the gut: emptying at the end follows from the mass balance by Simpson's rule.
  const left = solid + liquid + food * w.h - solidEnd - end;
  const last = Math.max(0, (6 * left) / w.h - begin - 4 * middle);
  x[STATE.stomachSolid] = solidEnd;
  x[STATE.stomachLiquid] = end;
  x[STATE.gut] = content * w.decay + w.whole[0] * begin + w.whole[1] * middle + w.whole[2] * last;
  return content * w.decayHalf + w.half[0] * begin + w.half[1] * middle + w.half[2] * last;
}
