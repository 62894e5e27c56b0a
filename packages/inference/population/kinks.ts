import type { Linearization, Subject } from './population.ts';

/**
 * A delay, as a smooth function of the random effects, after which a dose enters or its infusion ends. Where the delay passes one of the times
 * `at` (ascending), that happens at the time of an observation, and the prediction has a kink. At such a time itself the dose acts before
 * the observation.
 */
export interface Kink {
  readonly at: Float64Array;
  delay(theta: Float64Array, eta: Float64Array): number;
}

/** Where random effects lie among the kinks. */
export interface KinkPlace {
  readonly delays: Float64Array;
  /** Derivatives of the delays, kinks × random effects. */
  readonly slopes: Float64Array;
  /** Of each kink, how many of its times the delay has passed: the prediction is smooth while none of them changes. */
  readonly piece: Int32Array;
}

export function placeAmong(
  kinks: readonly Kink[],
  theta: Float64Array,
  eta: Float64Array,
  differenceStep: number,
): KinkPlace {
  const q = eta.length;
  const delays = Float64Array.from(kinks, (kink) => kink.delay(theta, eta));
  const slopes = new Float64Array(kinks.length * q);
  const moved = Float64Array.from(eta);
  for (let j = 0; j < q; j++) {
    for (const step of [differenceStep, -differenceStep]) {
      moved[j] = eta[j] + step;
      for (let k = 0; k < kinks.length; k++) slopes[k * q + j] += kinks[k].delay(theta, moved) / (2 * step);
    }
    moved[j] = eta[j];
  }
  return { delays, slopes, piece: Int32Array.from(kinks, ({ at }, k) => passed(at, delays[k])) };
}

/** How many times lie before the delay. */
export function passed(at: Float64Array, delay: number): number {
  let count = 0;
  while (count < at.length && at[count] < delay) count++;
  return count;
}

/** Of each random effect, the sign of steps that stay on the piece; 0 where both do. */
export function sidesWithin(
  kinks: readonly Kink[],
  { delays, slopes }: KinkPlace,
  piece: Int32Array,
  differenceStep: number,
): Int8Array {
  const q = slopes.length / kinks.length;
  const sides = new Int8Array(q);
  for (let k = 0; k < kinks.length; k++) {
    const below = piece[k] === 0 ? -Infinity : kinks[k].at[piece[k] - 1];
    const above = kinks[k].at[piece[k]] ?? Infinity;
    for (let j = 0; j < q; j++) {
      const slope = slopes[k * q + j];
      // Two effects may move one delay together, two steps each.
      const reach = 5 * differenceStep * Math.abs(slope);
      if (reach === 0) continue;
      if (delays[k] + reach > above && above - delays[k] <= delays[k] - below) sides[j] = slope > 0 ? -1 : 1;
      else if (delays[k] - reach <= below) sides[j] = slope > 0 ? 1 : -1;
    }
  }
  return sides;
}

/** Predictions, their derivatives and their second derivatives by each random effect alone. */
export interface SidedLinearization extends Linearization {
  /** Signed steps at which `up` was taken. */
  readonly steps: Float64Array;
  /** Dimension × observations. */
  readonly bend: Float64Array;
}

/**
 * Differences of second order: central ones, or by random effects with a side from two steps to that side. `rough`: of first
 * order where there is no side, without second derivatives, at half the predictions.
 */
export function linearizeWithin(
  subject: Subject,
  theta: Float64Array,
  eta: Float64Array,
  h: number,
  f: Float64Array,
  sides: Int8Array | null,
  rough: boolean,
): SidedLinearization | null {
  const n = f.length;
  const q = eta.length;
  const g = new Float64Array(n * q);
  const up = new Float64Array(n * q);
  const bend = new Float64Array(n * q);
  const steps = new Float64Array(q);
  const moved = Float64Array.from(eta);
  const other = new Float64Array(n);
  for (let k = 0; k < q; k++) {
    const side = sides?.[k] || 1;
    const sided = sides !== null && sides[k] !== 0;
    const near = up.subarray(k * n, k * n + n);
    steps[k] = side * h;
    moved[k] = eta[k] + side * h;
    if (!subject.predict(theta, moved, near)) return null;
    if (rough && !sided) {
      moved[k] = eta[k];
      for (let i = 0; i < n; i++) g[i * q + k] = (near[i] - f[i]) / h;
      continue;
    }
    moved[k] = sided ? eta[k] + 2 * side * h : eta[k] - h;
    if (!subject.predict(theta, moved, other)) return null;
    moved[k] = eta[k];
    for (let i = 0; i < n; i++) {
      const here = f[i];
      const one = near[i];
      const two = other[i];
      g[i * q + k] = sided ? (4 * one - two - 3 * here) / (2 * side * h) : (one - two) / (2 * h);
      bend[k * n + i] = (sided ? two - 2 * one + here : one - 2 * here + two) / (h * h);
    }
  }
  return { f, g, up, steps, bend };
}

/** Where a step leaves a piece: the kink, the time that its delay meets, and the share of the step until there. */
export interface Meeting {
  readonly kink: number;
  readonly time: number;
  readonly share: number;
}

/** Where a step first leaves the piece; null where it stays. */
export function firstMeeting(
  kinks: readonly Kink[],
  theta: Float64Array,
  eta: Float64Array,
  step: Float64Array,
  piece: Int32Array,
): Meeting | null {
  const along = (share: number) => eta.map((each, i) => each - share * step[i]);
  let first: Meeting | null = null;
  for (let k = 0; k < kinks.length; k++) {
    const { at } = kinks[k];
    const end = kinks[k].delay(theta, along(1));
    const upper = at[piece[k]] ?? Infinity;
    const lower = piece[k] === 0 ? -Infinity : at[piece[k] - 1];
    if (!(end > upper || end <= lower)) continue;
    const time = end > upper ? upper : lower;
    let inside = 0;
    let beyond = 1;
    for (let turn = 0; turn < 60; turn++) {
      const share = 0.5 * (inside + beyond);
      const delay = kinks[k].delay(theta, along(share));
      if (end > upper ? delay > upper : delay <= lower) beyond = share;
      else inside = share;
    }
    if (first === null || beyond < first.share) first = { kink: k, time, share: beyond };
  }
  return first;
}

/** Moves η onto the kink, along the effect that moves the delay most; false where the delay does not reach it. */
export function ontoKink(
  kink: Kink,
  time: number,
  theta: Float64Array,
  eta: Float64Array,
  slope: Float64Array,
): boolean {
  let most = 0;
  for (let j = 1; j < slope.length; j++) if (Math.abs(slope[j]) > Math.abs(slope[most])) most = j;
  const derivative = () => {
    const h = 1e-5;
    const start = eta[most];
    eta[most] = start + h;
    const above = kink.delay(theta, eta);
    eta[most] = start - h;
    const below = kink.delay(theta, eta);
    eta[most] = start;
    return (above - below) / (2 * h);
  };
  for (let turn = 0; turn < 50; turn++) {
    const miss = time - kink.delay(theta, eta);
    if (Math.abs(miss) <= 1e-14 * Math.max(1, Math.abs(time))) return true;
    const move = miss / derivative();
    if (!Number.isFinite(move)) return false;
    eta[most] += move;
    if (Math.abs(move) < 1e-15) return true;
  }
  return false;
}
