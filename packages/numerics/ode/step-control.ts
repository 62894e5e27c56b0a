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
  /** Steps, rejected ones included, after which the solution is given up; default 1,000,000. */
  readonly mostSteps?: number;
}

export type StepControl = FixedSteps | AdaptiveSteps;

/** Root mean square of the local error over its tolerance: a step is accepted at 1 or below. */
export function scaledError(
  control: AdaptiveSteps,
  weights: readonly number[],
  k: readonly Float64Array[],
  h: number,
  before: Float64Array,
  after: Float64Array,
): number {
  const { absolute, relative } = control;
  let sum = 0;
  for (let i = 0; i < before.length; i++) {
    let error = 0;
    for (let s = 0; s < weights.length; s++) error += weights[s] * k[s][i];
    const floor = typeof absolute === 'number' ? absolute : absolute[i];
    const scaled = (h * error) / (floor + relative * Math.max(Math.abs(before[i]), Math.abs(after[i])));
    sum += scaled * scaled;
  }
  return Math.sqrt(sum / before.length);
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
