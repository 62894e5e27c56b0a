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
  /** Coefficients of θ, θ², … of each stage's weight inside the step; absent: cubic Hermite. */
  readonly interpolant?: readonly (readonly number[])[];
}

/** Stage derivatives of one step, allocated once. */
export interface Stages {
  readonly k: readonly Float64Array[];
  readonly y: Float64Array;
}

export function stagesFor(method: ExplicitMethod, dimension: number): Stages {
  return { k: method.c.map(() => new Float64Array(dimension)), y: new Float64Array(dimension) };
}

/**
 * One step of length h from (t, y): fills stages 1 and on, given stage 0 = f(t, y), and writes the new state into `out`
 * (not `y` itself).
 */
export function explicitStep(
  method: ExplicitMethod,
  rhs: (t: number, y: Float64Array, dy: Float64Array) => void,
  t: number,
  y: Float64Array,
  h: number,
  stages: Stages,
  out: Float64Array,
): void {
  const { a, b, c } = method;
  const n = y.length;
  for (let s = 1; s < c.length; s++) {
    const row = a[s];
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j < s; j++) sum += row[j] * stages.k[j][i];
      stages.y[i] = y[i] + h * sum;
    }
    rhs(t + c[s] * h, stages.y, stages.k[s]);
  }
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let s = 0; s < b.length; s++) sum += b[s] * stages.k[s][i];
    out[i] = y[i] + h * sum;
  }
}
