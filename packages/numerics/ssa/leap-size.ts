import type { JumpSystem } from './jump-system.ts';

/** Jumps that could happen fewer times than this before a reactant is used up are critical: they go one at a time. */
const CRITICAL = 10;

/** What bounds a leap: for every state that is a reactant, the highest order of its reactions and how many of it those take. */
interface Bound {
  readonly state: number;
  readonly order: number;
  readonly taken: number;
}

/** Chooses leaps so that no propensity changes by more than a share ε of itself. Cao, Gillespie, Petzold 2006, eqs 24, 27, 33. */
export class LeapSize {
  /** Whether each jump is critical at the state last asked about. */
  readonly critical: Uint8Array;
  readonly #system: JumpSystem;
  readonly #epsilon: number;
  readonly #bounds: readonly Bound[];
  readonly #drift: Float64Array;
  readonly #spread: Float64Array;

  constructor(system: JumpSystem, epsilon: number) {
    this.#system = system;
    this.#epsilon = epsilon;
    this.critical = new Uint8Array(system.jumps);
    this.#drift = new Float64Array(system.dimension);
    this.#spread = new Float64Array(system.dimension);
    const bounds = new Map<number, Bound>();
    const { starts, rows, values } = system.reactants;
    for (let j = 0; j < system.jumps; j++) {
      let order = 0;
      for (let k = starts[j]; k < starts[j + 1]; k++) order += values[k];
      for (let k = starts[j]; k < starts[j + 1]; k++) {
        const known = bounds.get(rows[k]);
        if (known === undefined || order > known.order || (order === known.order && values[k] > known.taken)) {
          bounds.set(rows[k], { state: rows[k], order, taken: values[k] });
        }
      }
    }
    this.#bounds = [...bounds.values()];
  }

  /** Longest leap of the jumps that are not critical; infinite where nothing bounds it. Sets `critical`. */
  at(y: Float64Array, propensities: Float64Array): number {
    const { jumps, change } = this.#system;
    const { starts, rows, values } = change;
    this.#drift.fill(0);
    this.#spread.fill(0);
    for (let j = 0; j < jumps; j++) {
      const a = propensities[j];
      let left = Number.POSITIVE_INFINITY;
      for (let k = starts[j]; k < starts[j + 1]; k++) {
        if (values[k] < 0) left = Math.min(left, Math.floor(y[rows[k]] / -values[k]));
      }
      this.critical[j] = a > 0 && left < CRITICAL ? 1 : 0;
      if (this.critical[j] === 1) continue;
      for (let k = starts[j]; k < starts[j + 1]; k++) {
        this.#drift[rows[k]] += values[k] * a;
        this.#spread[rows[k]] += values[k] * values[k] * a;
      }
    }
    let tau = Number.POSITIVE_INFINITY;
    for (const bound of this.#bounds) {
      const x = y[bound.state];
      const most = Math.max((this.#epsilon * x) / sensitivity(bound, x), 1);
      const drift = Math.abs(this.#drift[bound.state]);
      const spread = this.#spread[bound.state];
      if (drift > 0) tau = Math.min(tau, most / drift);
      if (spread > 0) tau = Math.min(tau, (most * most) / spread);
    }
    return tau;
  }
}

/** g of the paper (its section IV): how strongly the propensities answer to a relative change of x. */
function sensitivity({ order, taken }: Bound, x: number): number {
  if (order <= 1) return 1;
  if (order <= 2) return taken < 2 || x <= 1 ? 2 : 2 + 1 / (x - 1);
  if (taken < 2 || x <= 2) return order;
  if (taken < 3) return 1.5 * (2 + 1 / (x - 1)) * (order / 3);
  return (3 + 1 / (x - 1) + 2 / (x - 2)) * (order / 3);
}
