import type { IndexedDraws } from '../random/stream.ts';
import { scheduleOf, valueAt } from './compile.ts';
import type { Arrivals, DrawsOf, SourceSpec } from './flow.ts';

/** Serials that each arrival of a party takes up. */
const PARTY = 64;

/**
 * When the next customers of a source come. Candidates of a Poisson process are numbered before they are thinned, so that a
 * customer who comes in two scenarios has one number in both (P. A. W. Lewis, G. S. Shedler, Nav. Res. Logist. 26 (1979) 403).
 */
export class Arriving {
  /** Of the arrival that `next` gave last: how many come, and the number of the first. */
  size = 1;
  serial = 0;
  /** Candidates so far, and the time of the last. */
  candidates = 0;
  time: number;
  readonly #arrivals: Arrivals;
  readonly #batch: SourceSpec['batch'];
  readonly #gaps: IndexedDraws;
  readonly #thins: IndexedDraws;
  readonly #parties: IndexedDraws;
  readonly #rate: (time: number) => number;
  readonly #most: number;

  constructor(spec: SourceSpec & { readonly name: string }, draws: DrawsOf) {
    const { arrivals, batch, name } = spec;
    this.#arrivals = arrivals;
    this.#batch = batch;
    this.#gaps = draws(`arrivals of ${name}`);
    this.#thins = draws(`thinning of ${name}`);
    this.#parties = draws(`parties of ${name}`);
    this.time = arrivals.kind === 'times' ? 0 : (arrivals.from ?? 0);
    if (arrivals.kind === 'poisson') {
      const { rate } = arrivals;
      const schedule = typeof rate === 'object' ? scheduleOf(rate, name) : null;
      this.#rate =
        schedule !== null ? (t) => valueAt(schedule, t) : typeof rate === 'function' ? rate : () => rate as number;
      const highest = schedule !== null ? Math.max(...schedule.values) : typeof rate === 'number' ? rate : 0;
      this.#most = arrivals.most ?? highest;
    } else {
      this.#rate = () => 0;
      this.#most = 0;
    }
  }

  /** The time of the next arrival; infinite where none comes any more. */
  next(): number {
    const time = this.#next();
    const serial = this.candidates - 1;
    if (this.#batch === undefined) {
      this.serial = serial;
    } else {
      this.serial = serial * PARTY;
      this.size = typeof this.#batch === 'number' ? this.#batch : this.#batch(this.#parties.uniform(serial, 0));
      if (!(Number.isInteger(this.size) && this.size >= 1 && this.size <= PARTY)) {
        throw new RangeError(`A party has 1 to ${PARTY} customers, not ${this.size}.`);
      }
    }
    return time;
  }

  row(): readonly number[] {
    return [this.size, this.serial, this.candidates, this.time];
  }

  load(row: ArrayLike<number>): void {
    this.size = row[0];
    this.serial = row[1];
    this.candidates = row[2];
    this.time = row[3];
  }

  #next(): number {
    const arrivals = this.#arrivals;
    if (arrivals.kind === 'times') {
      const i = this.candidates++;
      return i < arrivals.times.length ? arrivals.times[i] : Number.POSITIVE_INFINITY;
    }
    const until = arrivals.until ?? Number.POSITIVE_INFINITY;
    if (arrivals.kind === 'renewal') {
      this.time += arrivals.between.atSurvival(this.#gaps.uniform(this.candidates++, 0));
      return this.time < until ? this.time : Number.POSITIVE_INFINITY;
    }
    if (this.#most === 0) return Number.POSITIVE_INFINITY;
    const constant = typeof arrivals.rate === 'number' && arrivals.rate === this.#most;
    for (;;) {
      const i = this.candidates++;
      this.time -= Math.log(this.#gaps.uniform(i, 0)) / this.#most;
      if (!(this.time < until)) return Number.POSITIVE_INFINITY;
      if (constant) return this.time;
      const rate = this.#rate(this.time);
      if (!(rate >= 0 && rate <= this.#most)) {
        throw new RangeError(
          `The rate of arrivals at ${this.time} is ${rate}, not between 0 and its bound ${this.#most}.`,
        );
      }
      if (this.#thins.uniform(i, 0) * this.#most < rate) return this.time;
    }
  }
}
