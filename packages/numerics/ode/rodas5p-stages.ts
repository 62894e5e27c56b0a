import { type ShiftedLu, shiftedLu } from '../linalg/shifted-lu.ts';
import type { SparseColumns } from '../linalg/sparse-ordering.ts';
import { A, C, GAMMA, STAGE_TIMES, TIME_WEIGHTS } from './rodas5p.data.ts';
import type { OdeSystem } from './solver.ts';
import { scaledNorm } from './step-control.ts';

export const STAGES = 8;
const A_ROWS = A.map((row) => Float64Array.from(row));
const C_ROWS = C.map((row) => Float64Array.from(row));

/** A step of length h to be tried from (t, y). */
export interface Rodas5PStep {
  readonly t: number;
  readonly h: number;
  readonly y: Float64Array;
  /** f and ∂f/∂t at the start. */
  readonly slope: Float64Array;
  readonly drift: Float64Array;
  /** ∂f/∂y at the start, entries in the order of the system's Jacobian. */
  readonly jacobian: Float64Array;
  readonly relative: number;
  readonly absolute: Float64Array;
  /** For the state at the step's end. */
  readonly end: Float64Array;
}

/** Rodas5P's work within a step, for any system or as code written for one. */
export interface Rodas5PStages {
  /** Increments of the stages, one after the other: STAGES times the dimension. */
  readonly k: Float64Array;
  /** Whether f and ∂f/∂y at the start are worked out here: `slope` is not read then, and `jacobian` is written. */
  readonly whole: boolean;
  /** Whether the matrix of the last attempt was singular. */
  readonly singular: boolean;
  /** Works out `k` and `end`: the error's root mean square over the tolerances, no finite number where something is not. */
  attempt(step: Rodas5PStep): number;
}

/** Stages of any system. */
export class GeneralStages implements Rodas5PStages {
  readonly k: Float64Array;
  readonly whole = false;
  singular = false;
  readonly #stages: readonly Float64Array[];
  readonly #system: OdeSystem;
  readonly #lu: ShiftedLu;
  readonly #f: Float64Array;

  constructor(system: OdeSystem, pattern: SparseColumns) {
    const n = system.dimension;
    this.k = new Float64Array(STAGES * n);
    this.#stages = Array.from({ length: STAGES }, (_, s) => this.k.subarray(s * n, (s + 1) * n));
    this.#system = system;
    this.#lu = shiftedLu(n, pattern);
    this.#f = new Float64Array(n);
  }

  attempt(step: Rodas5PStep): number {
    const { h, y, jacobian, relative, absolute, end } = step;
    this.singular = !this.#lu.factor(1 / (h * GAMMA), jacobian);
    if (this.singular) return Number.NaN;
    this.#run(step);
    return scaledNorm(this.#stages[STAGES - 1], relative, absolute, y, end);
  }

  #run({ t, h, y, slope, drift, end }: Rodas5PStep): void {
    const system = this.#system;
    const lu = this.#lu;
    const f = this.#f;
    const k = this.#stages;
    const n = y.length;
    const inverse = 1 / h;
    const moving = system.autonomous !== true;
    for (let s = 0; s < STAGES; s++) {
      const b = k[s];
      if (s === 0) {
        for (let i = 0; i < n; i++) b[i] = slope[i];
      } else {
        if (s < 6) combine(k, A_ROWS[s], s, 1, y, end);
        else {
          const last = k[s - 1];
          for (let i = 0; i < n; i++) end[i] += last[i];
        }
        system.rhs(t + STAGE_TIMES[s] * h, end, f);
        combine(k, C_ROWS[s], s, inverse, f, b);
      }
      const weight = h * TIME_WEIGHTS[s];
      if (moving && weight !== 0) for (let i = 0; i < n; i++) b[i] += weight * drift[i];
      lu.solve(b);
    }
    const last = k[STAGES - 1];
    for (let i = 0; i < n; i++) end[i] += last[i];
  }
}

/** out = base + scale · Σ_{s < count} weights[s] · k[s], for counts of 1 to 7; written out, since it is most of a small step. */
function combine(
  k: readonly Float64Array[],
  weights: Float64Array,
  count: number,
  scale: number,
  base: Float64Array,
  out: Float64Array,
): void {
  const k0 = k[0];
  const k1 = k[1];
  const k2 = k[2];
  const k3 = k[3];
  const k4 = k[4];
  const k5 = k[5];
  const k6 = k[6];
  const n = out.length;
  const a = scale * weights[0];
  const b = count > 1 ? scale * weights[1] : 0;
  const c = count > 2 ? scale * weights[2] : 0;
  const d = count > 3 ? scale * weights[3] : 0;
  const e = count > 4 ? scale * weights[4] : 0;
  const f = count > 5 ? scale * weights[5] : 0;
  const g = count > 6 ? scale * weights[6] : 0;
  if (count === 1) for (let i = 0; i < n; i++) out[i] = base[i] + a * k0[i];
  else if (count === 2) for (let i = 0; i < n; i++) out[i] = base[i] + a * k0[i] + b * k1[i];
  else if (count === 3) for (let i = 0; i < n; i++) out[i] = base[i] + a * k0[i] + b * k1[i] + c * k2[i];
  else if (count === 4) for (let i = 0; i < n; i++) out[i] = base[i] + a * k0[i] + b * k1[i] + c * k2[i] + d * k3[i];
  else if (count === 5) {
    for (let i = 0; i < n; i++) out[i] = base[i] + a * k0[i] + b * k1[i] + c * k2[i] + d * k3[i] + e * k4[i];
  } else if (count === 6) {
    for (let i = 0; i < n; i++) {
      out[i] = base[i] + a * k0[i] + b * k1[i] + c * k2[i] + d * k3[i] + e * k4[i] + f * k5[i];
    }
  } else {
    for (let i = 0; i < n; i++) {
      out[i] = base[i] + a * k0[i] + b * k1[i] + c * k2[i] + d * k3[i] + e * k4[i] + f * k5[i] + g * k6[i];
    }
  }
}
