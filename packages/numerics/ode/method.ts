/** An explicit Runge–Kutta method as its Butcher tableau. */
export interface ExplicitMethod {
  readonly name: string;
  /** Order of the solution it advances with. */
  readonly order: number;
  readonly c: readonly number[];
  /** Row i holds the weights of stages 0 … i − 1. */
  readonly a: readonly (readonly number[])[];
  readonly b: readonly number[];
  /** Weights of the error estimate (b minus the embedded method's); absent for methods of fixed step only. */
  readonly error?: readonly number[];
  /** Order of the embedded method. */
  readonly errorOrder?: number;
  /** Whether the last stage is the next step's first. */
  readonly firstSameAsLast: boolean;
  /** Further stages that only the interpolant needs, counted on from those of `c`; taken when first asked for. */
  readonly extra?: { readonly c: readonly number[]; readonly a: readonly (readonly number[])[] };
  /** Length of the stretch of the negative real axis on which the method is stable. */
  readonly realStability?: number;
  /** Coefficients of θ, θ², … of each stage's weight inside the step; absent: cubic Hermite. */
  readonly interpolant?: readonly (readonly number[])[];
}

/** State at t in a step of length h from (from, y) to `next`; `slope` is f at its end, met only by cubic Hermite. */
export function interpolateStep(
  method: ExplicitMethod,
  theta: number,
  h: number,
  y: Float64Array,
  next: Float64Array,
  k: readonly Float64Array[],
  slope: Float64Array,
  out: Float64Array,
): void {
  const weights = method.interpolant;
  const n = y.length;
  if (weights === undefined) {
    const rest = 1 - theta;
    const startWeight = rest * rest * (1 + 2 * theta);
    const endWeight = theta * theta * (3 - 2 * theta);
    const first = k[0];
    for (let i = 0; i < n; i++) {
      out[i] = startWeight * y[i] + endWeight * next[i] + h * theta * rest * (rest * first[i] - theta * slope[i]);
    }
    return;
  }
  for (let i = 0; i < n; i++) out[i] = y[i];
  for (let s = 0; s < weights.length; s++) {
    const coefficients = weights[s];
    let weight = 0;
    for (let p = coefficients.length - 1; p >= 0; p--) weight = (weight + coefficients[p]) * theta;
    if (weight === 0) continue;
    const stage = k[s];
    const scaled = h * weight;
    for (let i = 0; i < n; i++) out[i] += scaled * stage[i];
  }
}
