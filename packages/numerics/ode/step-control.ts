/** Steps of one length, shortened only to end on jumps and on the end of the span. */
export interface FixedSteps {
  readonly kind: 'fixed';
  readonly step: number;
}

/** Steps chosen so that the local error of component i stays below absolute + relative · |y_i|, in the root mean square. */
export interface AdaptiveSteps {
  readonly kind: 'adaptive';
  readonly relative: number;
  /** One for all components, or one each. */
  readonly absolute: number | Float64Array;
  readonly first?: number;
  readonly longest?: number;
  /** Steps, rejected ones and those before restarts included, after which the solution is given up; default 1,000,000. */
  readonly mostSteps?: number;
}

export type StepControl = FixedSteps | AdaptiveSteps;

/** The absolute tolerance of every component. */
export function absoluteTolerances(control: AdaptiveSteps, dimension: number): Float64Array {
  const { absolute } = control;
  return typeof absolute === 'number' ? new Float64Array(dimension).fill(absolute) : absolute;
}

/** Root mean square of `error` over the tolerance of each component: a step is accepted at 1 or below. */
export function scaledNorm(
  error: Float64Array,
  relative: number,
  absolute: Float64Array,
  before: Float64Array,
  after: Float64Array,
): number {
  let sum = 0;
  for (let i = 0; i < error.length; i++) {
    const scaled = error[i] / (absolute[i] + relative * Math.max(Math.abs(before[i]), Math.abs(after[i])));
    sum += scaled * scaled;
  }
  return Math.sqrt(sum / Math.max(1, error.length));
}

/**
 * Factor for the next step: proportional–integral control on the errors of this step and the last accepted one.
 * Hairer, Nørsett, Wanner, Solving Ordinary Differential Equations I, 2nd ed., II.4 and Solving ODEs II, IV.2 (2.43c).
 */
export function stepFactor(error: number, lastError: number, order: number): number {
  if (error === 0) return 5;
  const factor = 0.9 * error ** (-0.7 / order) * lastError ** (0.4 / order);
  return Math.min(5, Math.max(0.2, factor));
}

/**
 * A first step from f and its change, at most `longest`. Takes one evaluation of f, into `there`.
 * Hairer, Nørsett, Wanner, Solving Ordinary Differential Equations I, II.4.
 */
export function firstStep(
  control: AdaptiveSteps,
  rhs: (t: number, y: Float64Array, dy: Float64Array) => void,
  t: number,
  y: Float64Array,
  slope: Float64Array,
  longest: number,
): number {
  const absolute = absoluteTolerances(control, y.length);
  const floor = (i: number) => absolute[i] + control.relative * Math.abs(y[i]);
  const norm = (v: Float64Array) =>
    Math.sqrt(v.reduce((sum, value, i) => sum + (value / floor(i)) ** 2, 0) / Math.max(1, v.length));
  const size = norm(y);
  const speed = norm(slope);
  const guess = size < 1e-5 || speed < 1e-5 ? 1e-6 : (0.01 * size) / speed;
  const moved = y.map((value, i) => value + guess * slope[i]);
  const there = new Float64Array(y.length);
  rhs(t + guess, moved, there);
  const bend = norm(there.map((value, i) => value - slope[i])) / guess;
  // A guess that leads out of the domain of f says only that it was too long.
  if (!Number.isFinite(bend)) return Math.min(guess * 1e-3, longest);
  const most = Math.max(speed, bend);
  const second = most <= 1e-15 ? Math.max(1e-6, guess * 1e-3) : (0.01 / most) ** (1 / 5);
  return Math.min(100 * guess, second, longest);
}

export function allFinite(y: Float64Array): boolean {
  for (let i = 0; i < y.length; i++) if (!Number.isFinite(y[i])) return false;
  return true;
}

/** The shortest step worth taking at t: a few units in its last place. */
export function shortestStep(t: number): number {
  return Math.abs(t) * 4.5e-16;
}

/**
 * How far `positive` components of y lie below zero, over their tolerance: a step that takes one further than 1 is
 * rejected, a lesser fall is cut off. Shampine, Thompson, Kierzenka, Byrne, Appl. Math. Comput. 2005;170:556.
 */
export function negativity(y: Float64Array, positive: readonly number[], absolute: Float64Array): number {
  let worst = 0;
  for (const i of positive) if (y[i] < 0) worst = Math.max(worst, -y[i] / absolute[i]);
  return worst;
}

/** Lifts `positive` components of y to zero; whether one was below it. */
export function liftToZero(y: Float64Array, positive: readonly number[]): boolean {
  let lifted = false;
  for (const i of positive) {
    if (y[i] < 0) {
      y[i] = 0;
      lifted = true;
    }
  }
  return lifted;
}
