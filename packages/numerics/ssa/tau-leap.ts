import type { RandomStream } from '../random/stream.ts';
import { compositionRejection } from './composition-rejection.ts';
import { direct } from './direct.ts';
import { fault, type JumpMethod, type JumpStatus, type JumpStepper, type JumpSystem } from './jump-system.ts';
import { LeapSize } from './leap-size.ts';
import { poisson } from './poisson.ts';

/**
 * A leap of fewer expected jumps is not worth it: exact steps are made instead. The paper's 10 and 100 are for few kinds of jump;
 * a leap draws a number for each kind, and an exact step for one.
 */
const worth = (jumps: number) => Math.max(10, jumps / 3);
const exactSteps = (jumps: number) => Math.max(100, jumps);
/** Kinds of jump above which exact steps are made by groups. */
const MANY = 100;

class LeapStepper implements JumpStepper {
  t: number;
  readonly y: Float64Array;
  happened = 0;
  readonly #system: JumpSystem;
  readonly #random: RandomStream;
  readonly #size: LeapSize;
  readonly #exact: JumpStepper;
  readonly #propensities: Float64Array;
  readonly #times: Float64Array;
  readonly #trial: Float64Array;

  constructor(system: JumpSystem, t: number, y: Float64Array, random: RandomStream, epsilon: number) {
    this.#system = system;
    this.#random = random;
    this.#size = new LeapSize(system, epsilon);
    this.#exact = (system.jumps > MANY ? compositionRejection : direct).start(system, t, y, random);
    this.y = this.#exact.y;
    this.t = t;
    this.#propensities = new Float64Array(system.jumps);
    this.#times = new Float64Array(system.jumps);
    this.#trial = new Float64Array(system.dimension);
  }

  restart(t: number, y: Float64Array): void {
    this.t = t;
    if (y !== this.y) this.y.set(y);
  }

  advance(until: number, mostJumps = Number.POSITIVE_INFINITY): JumpStatus {
    const a = this.#propensities;
    const from = this.happened;
    while (this.t < until) {
      if (this.happened - from >= mostJumps) return 'more';
      this.#system.propensities(this.y, a);
      let total = 0;
      for (let j = 0; j < a.length; j++) {
        if (!(a[j] >= 0 && a[j] < Number.POSITIVE_INFINITY)) return fault(a[j]);
        total += a[j];
      }
      if (total === 0) {
        this.t = until;
        return 'reached';
      }
      if (!this.#leap(until, total)) {
        const before = this.#exact.happened;
        this.#exact.restart(this.t, this.y);
        const status = this.#exact.advance(until, Math.min(exactSteps(a.length), mostJumps - (this.happened - from)));
        this.happened += this.#exact.happened - before;
        this.t = this.#exact.t;
        if (status !== 'more') return status;
      }
    }
    return 'reached';
  }

  /** One leap; false where it would not be worth it. */
  #leap(until: number, total: number): boolean {
    const a = this.#propensities;
    const size = this.#size;
    const random = this.#random;
    let longest = size.at(this.y, a);
    let criticalTotal = 0;
    for (let j = 0; j < a.length; j++) if (size.critical[j] === 1) criticalTotal += a[j];
    for (;;) {
      if (!(longest >= worth(a.length) / total)) return false;
      const critical = criticalTotal > 0 ? -Math.log(random.uniform()) / criticalTotal : Number.POSITIVE_INFINITY;
      const left = until - this.t;
      const tau = Math.min(longest, critical, left);
      const once = critical <= longest && critical <= left ? this.#criticalJump(criticalTotal) : -1;
      if (this.#tryLeap(tau, once)) {
        this.t = tau === left ? until : this.t + tau;
        return true;
      }
      // A state fell below zero: half as far.
      longest = Math.min(longest, tau) / 2;
    }
  }

  #criticalJump(criticalTotal: number): number {
    const a = this.#propensities;
    let rest = this.#random.uniform() * criticalTotal;
    let last = -1;
    for (let j = 0; j < a.length; j++) {
      if (this.#size.critical[j] === 0) continue;
      last = j;
      if (rest < a[j]) break;
      rest -= a[j];
    }
    return last;
  }

  /** Carries the leap out unless it takes a state below zero. */
  #tryLeap(tau: number, once: number): boolean {
    const { starts, rows, values } = this.#system.change;
    const trial = this.#trial;
    const times = this.#times;
    trial.set(this.y);
    let count = 0;
    for (let j = 0; j < times.length; j++) {
      const happens = this.#size.critical[j] === 1 ? 0 : poisson(this.#propensities[j] * tau, this.#random);
      times[j] = j === once ? 1 : happens;
      count += times[j];
      for (let k = starts[j]; k < starts[j + 1]; k++) trial[rows[k]] += times[j] * values[k];
    }
    for (let i = 0; i < trial.length; i++) if (trial[i] < 0 && trial[i] < this.y[i]) return false;
    this.y.set(trial);
    this.happened += count;
    return true;
  }
}

/**
 * Adaptive tau-leaping: Y. Cao, D. T. Gillespie, L. R. Petzold, J. Chem. Phys. 124 (2006) 044109, doi:10.1063/1.2159468.
 * Propensities change by at most a share of about `epsilon` in a leap; jumps that could use up a reactant go one at a time, and a
 * leap that takes a state below zero is made again at half its length. The orders of the reactions are read from `reactants`: a
 * rate steeper than its reactants' product is bounded less well. A leap ends at the time asked for, so that a path depends on those.
 */
export function tauLeap(epsilon = 0.03): JumpMethod {
  if (!(epsilon > 0 && epsilon < 1)) throw new RangeError(`epsilon lies between 0 and 1, not at ${epsilon}.`);
  return {
    name: 'tau-leap',
    exact: false,
    start: (system, t, y, random) => new LeapStepper(system, t, y, random, epsilon),
  };
}
