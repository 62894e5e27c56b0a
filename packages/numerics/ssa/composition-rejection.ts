import type { RandomStream } from '../random/stream.ts';
import { ExactStepper } from './exact-stepper.ts';
import { fault, type JumpMethod, type JumpStatus, type JumpSystem } from './jump-system.ts';

/** Jumps after which the groups' sums are added up afresh, so that rounding does not gather. */
const REFRESH = 4096;
/** Exponents of numbers, from that of the smallest on. */
const GROUPS = 2047;

const bits = new Float64Array(1);
const words = new Uint32Array(bits.buffer);
/** Which of the two words holds the exponent on this machine. */
bits[0] = 1;
const HIGH = words[1] === 0 ? 0 : 1;

/** Group of a propensity: its binary exponent. All in a group are below twice the least possible in it. */
function groupOf(propensity: number): number {
  bits[0] = propensity;
  return words[HIGH] >>> 20;
}

/** Least number above all of a group. */
function ceiling(group: number): number {
  return 2 ** (Math.max(group, 1) - 1022);
}

class GroupedStepper extends ExactStepper {
  /** Propensities as they are filed: what `fire` wrote since is read against this. */
  readonly #filed: Float64Array;
  /** Place of each jump in its group; −1 where its propensity is 0. */
  readonly #place: Int32Array;
  readonly #members: number[][] = [];
  readonly #sums = new Float64Array(GROUPS);
  /** Groups that ever had a member. */
  readonly #groups: number[] = [];
  #sinceRefresh = 0;
  #bad = -1;

  constructor(system: JumpSystem, t: number, y: Float64Array, random: RandomStream) {
    super(system, t, y, random);
    this.#filed = new Float64Array(system.jumps);
    this.#place = new Int32Array(system.jumps).fill(-1);
    this.#begin();
  }

  override restart(t: number, y: Float64Array): void {
    super.restart(t, y);
    this.#begin();
  }

  /** Files all propensities anew, in the order of the jumps: the same state gives the same groups, whatever went before. */
  #begin(): void {
    for (const group of this.#groups) this.#members[group].length = 0;
    this.#groups.length = 0;
    this.#sums.fill(0);
    this.#filed.fill(0);
    this.#place.fill(-1);
    this.#sinceRefresh = 0;
    this.#bad = -1;
    for (let j = 0; j < this.system.jumps; j++) this.#file(j);
  }

  #file(j: number): void {
    const now = this.propensities[j];
    const before = this.#filed[j];
    if (now === before) return;
    if (!(now >= 0 && now < Number.POSITIVE_INFINITY)) {
      this.#bad = j;
      return;
    }
    this.#filed[j] = now;
    const from = before > 0 ? groupOf(before) : -1;
    const to = now > 0 ? groupOf(now) : -1;
    if (from === to) {
      this.#sums[to] += now - before;
      return;
    }
    if (from >= 0) {
      const members = this.#members[from];
      const last = members.pop() as number;
      if (last !== j) {
        members[this.#place[j]] = last;
        this.#place[last] = this.#place[j];
      }
      this.#place[j] = -1;
      this.#sums[from] = members.length === 0 ? 0 : this.#sums[from] - before;
    }
    if (to >= 0) {
      this.#members[to] ??= [];
      const members = this.#members[to];
      if (members.length === 0 && !this.#groups.includes(to)) this.#groups.push(to);
      this.#place[j] = members.length;
      members.push(j);
      this.#sums[to] += now;
    }
  }

  #refresh(): void {
    this.#sinceRefresh = 0;
    for (const group of this.#groups) {
      let sum = 0;
      for (const j of this.#members[group]) sum += this.#filed[j];
      this.#sums[group] = sum;
    }
  }

  advance(until: number, mostJumps = Number.POSITIVE_INFINITY): JumpStatus {
    const { dependents } = this.system;
    for (let done = 0; ; done++) {
      if (this.#bad >= 0) return fault(this.propensities[this.#bad]);
      if (Number.isNaN(this.due) && !this.#draw()) return 'not-finite';
      if (!(this.due <= until)) {
        this.t = until;
        return 'reached';
      }
      if (done === mostJumps) return 'more';
      const jump = this.jump;
      this.fire(jump, this.y, this.propensities);
      this.t = this.due;
      this.due = Number.NaN;
      this.happened++;
      if (dependents === undefined || this.system.fire === undefined) {
        for (let j = 0; j < this.system.jumps; j++) this.#file(j);
      } else {
        for (let k = dependents.starts[jump]; k < dependents.starts[jump + 1]; k++) this.#file(dependents.jumps[k]);
      }
      if (++this.#sinceRefresh === REFRESH) this.#refresh();
    }
  }

  /** The next jump and its time; false where the propensities add up to no number. */
  #draw(): boolean {
    let total = 0;
    for (const group of this.#groups) total += this.#sums[group];
    if (!(total < Number.POSITIVE_INFINITY)) return false;
    if (!(total > 0)) {
      this.due = Number.POSITIVE_INFINITY;
      return true;
    }
    let rest = this.random.uniform() * total;
    let chosen = -1;
    for (const group of this.#groups) {
      if (this.#members[group].length === 0) continue;
      chosen = group;
      if (rest < this.#sums[group]) break;
      rest -= this.#sums[group];
    }
    const share = Math.min(rest / this.#sums[chosen], 1 - 2 ** -53);
    this.due = this.t - Math.log(1 - share) / total;
    const members = this.#members[chosen];
    const bound = ceiling(chosen);
    for (;;) {
      const at = this.random.uniform() * members.length;
      const j = members[Math.floor(at)];
      if ((at - Math.floor(at)) * bound < this.#filed[j]) {
        this.jump = j;
        return true;
      }
    }
  }
}

/**
 * Composition and rejection: work per jump does not grow with the number of jumps. A. Slepoy, A. P. Thompson, S. J. Plimpton,
 * J. Chem. Phys. 128 (2008) 205101, doi:10.1063/1.2919546. Needs a system with `fire` and `dependents` to be fast.
 */
export const compositionRejection = {
  name: 'composition-rejection',
  exact: true,
  start: (system, t, y, random) => new GroupedStepper(system, t, y, random),
} satisfies JumpMethod;
