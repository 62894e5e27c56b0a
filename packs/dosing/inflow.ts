import type { DoseGiven } from './course.ts';
import type { StructuralValues } from './drug.ts';
import { BY_GUT, type Site, type StructureRun, type Way } from './structure.ts';

/** A change of what flows in: an amount at once, or of a rate (mg/h). */
export interface Inflow {
  readonly time: number;
  readonly site: Site;
  readonly amount: number;
  readonly rate: number;
}

/**
 * What doses bring in, in the order of time: those by mouth after their lag, in the share that is absorbed, at once or over
 * their duration. `valuesAt`: structural values in force when a dose is given.
 */
export function inflowsOf(
  doses: readonly DoseGiven[],
  valuesAt: (time: number) => StructuralValues,
  ways: readonly Way[] = BY_GUT,
): readonly Inflow[] {
  const inflows: Inflow[] = [];
  const enter = (site: Site, time: number, amount: number, hours: number) => {
    if (hours > 0) {
      const rate = amount / hours;
      inflows.push({ time, site, amount: 0, rate }, { time: time + hours, site, amount: 0, rate: -rate });
    } else inflows.push({ time, site, amount, rate: 0 });
  };
  for (const { time, amount, hours, route } of doses) {
    if (route === 'oral') {
      const values = valuesAt(time);
      for (const { site, lag, share, duration } of ways) {
        enter(site, time + (values[lag] ?? 0), (values[share] ?? 1) * amount, values[duration] ?? 0);
      }
    } else enter('blood', time, amount, hours);
  }
  return inflows.sort((a, b) => a.time - b.time);
}

const SITES: readonly Site[] = ['blood', 'gut', 'gut2'];

/** What flows in, with the rate of infusion after each change: the same for every run it feeds. */
export class Feed {
  readonly inflows: readonly Inflow[];
  /** After each change, sites × changes. */
  readonly #rates: Float64Array;
  /** Whether anything is being infused after each change. */
  readonly #infusing: Uint8Array;

  /** `inflows` in the order of time. */
  constructor(inflows: readonly Inflow[]) {
    this.inflows = inflows;
    const count = inflows.length + 1;
    this.#infusing = new Uint8Array(count);
    this.#rates = new Float64Array(SITES.length * count);
    for (let s = 0; s < SITES.length; s++) {
      for (let i = 1; i < count; i++) {
        const { site, rate } = inflows[i - 1];
        const sum = this.#rates[s * count + i - 1] + (site === SITES[s] ? rate : 0);
        this.#rates[s * count + i] = sum;
        if (sum !== 0) this.#infusing[i] = 1;
      }
    }
  }

  /** How many of them lie before a time. */
  before(time: number): number {
    let count = 0;
    while (count < this.inflows.length && this.inflows[count].time < time) count++;
    return count;
  }

  /** Takes up the infusions that run after the first `count` changes. */
  takeUp(run: StructureRun, count: number): void {
    if (this.#infusing[count] === 0) return;
    for (let s = 0; s < SITES.length; s++) {
      const rate = this.#rates[s * (this.inflows.length + 1) + count];
      if (rate !== 0) run.addRate(SITES[s], rate);
    }
  }
}

/** Concentrations at the doses' own times, which no grid of readings hits; NaN before there was any. */
export interface Marks {
  /** When the last infusion into a vein had run in, or right after the last amount at once. */
  readonly peak: number;
  /** Just before the last dose began to enter. */
  readonly trough: number;
}

export const NO_MARKS: Marks = { peak: Number.NaN, trough: Number.NaN };

/** A run with what flows into it. What flows in at a time acts after what is read there: a level then is a trough. */
export class FedRun {
  readonly run: StructureRun;
  readonly #feed: Feed;
  #next: number;
  #now: number;
  #marks: Marks;

  /** The run stands at `from`; infusions that run then are taken up, what entered at once before is part of its state. */
  constructor(run: StructureRun, feed: Feed, from: number, marks: Marks = NO_MARKS) {
    this.#marks = marks;
    this.run = run;
    this.#feed = feed;
    this.#now = from;
    this.#next = feed.before(from);
    feed.takeUp(run, this.#next);
  }

  get marks(): Marks {
    return this.#marks;
  }

  /** Goes on as a new run from the state would, to the last bit. */
  renew(): void {
    if (this.run.renew !== undefined) {
      this.run.renew();
      return;
    }
    this.run.reset(this.run.state());
    this.#feed.takeUp(this.run, this.#next);
  }

  to(time: number): void {
    while (this.#nextAt() < time) this.#enter();
    this.#advance(time);
  }

  /** When something flows in next. */
  #nextAt(): number {
    const { inflows } = this.#feed;
    return this.#next < inflows.length ? inflows[this.#next].time : Number.POSITIVE_INFINITY;
  }

  #enter(): void {
    const { time, site, amount, rate } = this.#feed.inflows[this.#next++];
    this.#advance(time);
    if (amount !== 0 || rate > 0) this.#marks = { peak: this.#marks.peak, trough: this.run.concentration() };
    if (amount !== 0) this.run.give(site, amount);
    if (rate !== 0) this.run.addRate(site, rate);
    if (site === 'blood' && rate <= 0) this.#marks = { peak: this.run.concentration(), trough: this.#marks.trough };
  }

  /**
   * Reads concentration and exposure, position `at` on, at the times from the `first` on that lie equally far apart and before which nothing
   * flows in, as `to` and `renew` would at each. How many they are; 0 where there is none, or the run has no such form.
   */
  sweep(times: Float64Array, first: number, concentration: Float64Array, exposure: Float64Array, at: number): number {
    const step = times[first] - this.#now;
    if (this.run.sweep === undefined || !(step > 0)) return 0;
    while (this.#nextAt() <= this.#now) this.#enter();
    const until = this.#nextAt();
    if (times[first] > until) return 0;
    let last = first;
    while (times[last + 1] <= until && times[last + 1] - times[last] === step) last++;
    this.run.sweep(step, last - first + 1, concentration, exposure, at);
    this.#now = times[last];
    return last - first + 1;
  }

  #advance(time: number): void {
    if (time > this.#now) this.run.advance(time - this.#now);
    this.#now = time;
  }
}
