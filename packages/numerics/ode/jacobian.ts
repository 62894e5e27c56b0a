import type { SparseColumns } from '../linalg/sparse-ordering.ts';
import type { OdeSystem } from './solver.ts';

/** ∂f/∂y of a system: its own where it gives one, else differences, the columns that share no row taken together. */
export class Jacobian {
  readonly pattern: SparseColumns;
  readonly values: Float64Array;
  /** Evaluations of f one Jacobian takes. */
  readonly cost: number;
  readonly #system: OdeSystem;
  readonly #groups: readonly (readonly number[])[];
  readonly #moved: Float64Array;
  readonly #there: Float64Array;
  readonly #steps: Float64Array;

  constructor(system: OdeSystem) {
    const n = system.dimension;
    this.#system = system;
    this.pattern = system.jacobian ?? fullPattern(n);
    this.values = new Float64Array(this.pattern.rowIndices.length);
    this.#groups = system.jacobian?.values === undefined ? columnGroups(n, this.pattern) : [];
    this.cost = this.#groups.length;
    this.#moved = new Float64Array(n);
    this.#there = new Float64Array(n);
    this.#steps = new Float64Array(n);
  }

  /**
   * Writes ∂f/∂y at (t, y) into `values`. `slope` is f(t, y); `tolerances` are the error allowed to each component and `h`
   * the step in view, by which differences are kept clear of rounding: Hindmarsh et al., ACM TOMS 2005;31:363, 2.1.
   */
  evaluate(t: number, y: Float64Array, slope: Float64Array, tolerances: Float64Array, h: number): void {
    const { values } = this;
    const system = this.#system;
    if (system.jacobian?.values !== undefined) {
      system.jacobian.values(t, y, values);
      return;
    }
    const { starts, rowIndices } = this.pattern;
    const n = y.length;
    const moved = this.#moved;
    const there = this.#there;
    const steps = this.#steps;
    let speed = 0;
    for (let i = 0; i < n; i++) speed += (slope[i] / tolerances[i]) ** 2;
    const least = 1000 * 2.2e-16 * Math.abs(h) * Math.sqrt(n * speed);
    for (let j = 0; j < n; j++) {
      const wanted = Math.max(1.5e-8 * Math.abs(y[j]), (least === 0 ? 1 : least) * tolerances[j]);
      steps[j] = y[j] + wanted - y[j];
    }
    moved.set(y);
    for (const group of this.#groups) {
      for (const j of group) moved[j] = y[j] + steps[j];
      system.rhs(t, moved, there);
      for (const j of group) {
        moved[j] = y[j];
        const inverse = 1 / steps[j];
        for (let p = starts[j]; p < starts[j + 1]; p++) {
          const i = rowIndices[p];
          values[p] = (there[i] - slope[i]) * inverse;
        }
      }
    }
  }

  /** A bound from above on the sizes of the eigenvalues, the lesser of its norms by rows and by columns. */
  get norm(): number {
    const { starts, rowIndices } = this.pattern;
    const { values } = this;
    const rows = this.#there.fill(0);
    let columns = 0;
    for (let j = 0; j < rows.length; j++) {
      let sum = 0;
      for (let p = starts[j]; p < starts[j + 1]; p++) {
        const size = Math.abs(values[p]);
        sum += size;
        rows[rowIndices[p]] += size;
      }
      columns = Math.max(columns, sum);
    }
    return Math.min(
      columns,
      rows.reduce((most, sum) => Math.max(most, sum), 0),
    );
  }
}

function fullPattern(n: number): SparseColumns {
  return {
    starts: Int32Array.from({ length: n + 1 }, (_, j) => j * n),
    rowIndices: Int32Array.from({ length: n * n }, (_, p) => p % n),
  };
}

/** Columns coloured greedily so that those of one group share no row. Curtis, Powell, Reid, J. Inst. Math. Appl. 1974;13:117. */
export function columnGroups(n: number, { starts, rowIndices }: SparseColumns): number[][] {
  const rows: number[][] = Array.from({ length: n }, () => []);
  for (let j = 0; j < n; j++) for (let p = starts[j]; p < starts[j + 1]; p++) rows[rowIndices[p]].push(j);
  const colours = new Int32Array(n).fill(-1);
  const groups: number[][] = [];
  const taken = new Int32Array(n + 1).fill(-1);
  for (let j = 0; j < n; j++) {
    for (let p = starts[j]; p < starts[j + 1]; p++) {
      for (const other of rows[rowIndices[p]]) if (colours[other] >= 0) taken[colours[other]] = j;
    }
    let colour = 0;
    while (taken[colour] === j) colour++;
    colours[j] = colour;
    if (colour === groups.length) groups.push([]);
    groups[colour].push(j);
  }
  return groups;
}
