import type { StepRecord } from '../ode/solver.ts';

/** What a solution was: a given function up to the start, then the steps taken, oldest dropped when no lag reaches them. */
export class History {
  /** Where the given function ends and the steps begin. */
  readonly start: number;
  /** Times longer ago than this are never asked for. */
  readonly memory: number;
  readonly #before: (t: number, out: Float64Array) => void;
  #records: StepRecord[] = [];
  /** Records before this one are dropped. */
  #first = 0;
  #end: number;
  readonly #now: Float64Array;

  constructor(start: number, now: Float64Array, before: (t: number, out: Float64Array) => void, memory: number) {
    this.start = start;
    this.memory = memory;
    this.#before = before;
    this.#end = start;
    this.#now = now.slice();
  }

  /** Time up to which the solution is known. */
  get end(): number {
    return this.#end;
  }

  /** The solution has gone on by a step, to state `now` at its end. */
  add(record: StepRecord, now: Float64Array): void {
    this.#records.push(record);
    this.#end = record.to;
    this.#now.set(now);
    while (this.#first < this.#records.length && this.#records[this.#first].to < this.#end - this.memory) this.#first++;
    if (this.#first > 64 && 2 * this.#first > this.#records.length) {
      this.#records = this.#records.slice(this.#first);
      this.#first = 0;
    }
  }

  /** The state at the end of what is known has changed. */
  jump(now: Float64Array): void {
    this.#now.set(now);
  }

  /** The last step is known only up to t, where the state is `now`. */
  cut(t: number, now: Float64Array): void {
    this.#end = t;
    this.#now.set(now);
    const last = this.#records.at(-1);
    if (last !== undefined && last.from < t) {
      this.#records[this.#records.length - 1] = { from: last.from, to: t, interpolate: last.interpolate };
    }
  }

  /**
   * State at t; where it jumps there, that before the jump if `side` is left. Beyond the end the last step is continued;
   * longer ago than the memory it is NaN.
   */
  at(t: number, out: Float64Array, side: 'left' | 'right' = 'right'): void {
    if (t < this.start || (t === this.start && side === 'left')) {
      this.#before(t, out);
      return;
    }
    if (t === this.#end && side === 'right') {
      out.set(this.#now);
      return;
    }
    const records = this.#records;
    let low = this.#first;
    let high = records.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      const { to } = records[middle];
      if (to < t || (to === t && side === 'right')) low = middle + 1;
      else high = middle;
    }
    const record = records[low];
    if (record === undefined) out.set(this.#now);
    else if (t < record.from) out.fill(Number.NaN);
    else record.interpolate(t, out);
  }
}
