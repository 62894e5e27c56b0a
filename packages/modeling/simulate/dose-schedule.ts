import type { Evaluation } from './evaluation.ts';
import { type Place, QuantityReader } from './quantity-reader.ts';

/** A dose whose names have been found in the model. */
export interface ResolvedDose {
  readonly time: number;
  /** Index of the state. */
  readonly state: number;
  readonly name: string;
  readonly amount: number;
  readonly timing:
    | { readonly kind: 'bolus' }
    | { readonly kind: 'duration'; readonly value: number | Place }
    | { readonly kind: 'rate'; readonly value: Place };
  readonly additional: number;
  readonly interval: number;
  readonly steadyState: boolean;
  readonly lag: Place | null;
  readonly bioavailability: Place | null;
}

/** What enters a state, worked out: at once, or at an even rate. */
export interface Entry {
  readonly state: number;
  readonly amount: number;
  /** 0: at once. */
  readonly duration: number;
  /** From the dose's time to its entry. */
  readonly lag: number;
}

/** A steady state to be found: of these entries, each repeated at every interval. */
export type SteadyStateSearch = (t: number, interval: number, entries: readonly Entry[], y: Float64Array) => boolean;

export type DoseOutcome =
  | { readonly kind: 'done'; readonly changed: boolean }
  | { readonly kind: 'singular' }
  | { readonly kind: 'no-steady-state'; readonly dose: ResolvedDose }
  | { readonly kind: 'out-of-range'; readonly dose: ResolvedDose; readonly what: string; readonly value: number };

type Item =
  | { readonly kind: 'end'; readonly time: number }
  | { readonly kind: 'due'; readonly time: number; readonly dose: ResolvedDose; readonly repeat: number }
  | { readonly kind: 'entry'; readonly time: number; readonly entry: Entry };

/** Carries doses out: what is due, what is on its way after a lag, and which infusions run. */
export class DoseSchedule {
  readonly #items: Item[] = [];
  readonly #search: SteadyStateSearch;
  readonly #readers = new Map<Place, QuantityReader>();
  readonly #read = new Float64Array(1);
  /** Infusions that run. */
  #running: { readonly state: number; readonly rate: number; readonly end: number }[] = [];

  constructor(doses: readonly ResolvedDose[], search: SteadyStateSearch) {
    this.#search = search;
    for (const dose of doses) this.#add({ kind: 'due', time: dose.time, dose, repeat: 0 });
  }

  /** Time of what comes next; Infinity without. */
  get next(): number {
    return this.#items.length === 0 ? Number.POSITIVE_INFINITY : this.#items[0].time;
  }

  /** Does all that falls on t, changing y and what is infused. */
  process(t: number, y: Float64Array, evaluation: Evaluation): DoseOutcome {
    let changed = false;
    while (this.#items.length > 0 && this.#items[0].time <= t) {
      const item = this.#items.shift()!;
      changed = true;
      if (item.kind === 'end') this.#running = this.#running.filter(({ end }) => end > t);
      else if (item.kind === 'entry') this.#enter(t, item.entry, y);
      else {
        const outcome = this.#due(t, item, y, evaluation);
        if (outcome !== null) return outcome;
      }
    }
    if (changed) this.#sum(evaluation);
    return { kind: 'done', changed };
  }

  #due(t: number, item: Extract<Item, { kind: 'due' }>, y: Float64Array, evaluation: Evaluation): DoseOutcome | null {
    const { dose, repeat } = item;
    const group = [item];
    if (dose.steadyState && repeat === 0) {
      for (let i = 0; i < this.#items.length && this.#items[i].time <= t; i++) {
        const other = this.#items[i];
        const joins = other.kind === 'due' && other.repeat === 0 && other.dose.steadyState;
        if (joins && other.dose.interval === dose.interval)
          group.push(...(this.#items.splice(i--, 1) as (typeof item)[]));
      }
    }
    if (!evaluation.at(t, y)) return { kind: 'singular' };
    const entries: Entry[] = [];
    for (const { dose: one } of group) {
      const entry = this.#workOut(one, evaluation);
      if ('kind' in entry) return entry;
      entries.push(entry);
    }
    if (dose.steadyState && repeat === 0) {
      this.#running = [];
      for (let i = this.#items.length - 1; i >= 0; i--) if (this.#items[i].kind !== 'due') this.#items.splice(i, 1);
      if (!this.#search(t, dose.interval, entries, y)) return { kind: 'no-steady-state', dose };
      for (const entry of entries) this.#earlier(t, dose.interval, entry);
    }
    for (const [i, { dose: one, repeat: count }] of group.entries()) {
      const entry = entries[i];
      if (entry.lag === 0) this.#enter(t, entry, y);
      else this.#add({ kind: 'entry', time: t + entry.lag, entry });
      if (count < one.additional) {
        this.#add({ kind: 'due', time: one.time + (count + 1) * one.interval, dose: one, repeat: count + 1 });
      }
    }
    return null;
  }

  /** What doses before t, at every interval since ever, still bring after it. */
  #earlier(t: number, interval: number, entry: Entry): void {
    for (let k = 1; entry.lag - k * interval + entry.duration > 0; k++) {
      const began = t - k * interval + entry.lag;
      if (began > t) this.#add({ kind: 'entry', time: began, entry });
      else if (entry.duration > 0) this.#run(entry, began + entry.duration);
    }
  }

  #enter(t: number, entry: Entry, y: Float64Array): void {
    if (entry.duration === 0) y[entry.state] += entry.amount;
    else this.#run(entry, t + entry.duration);
  }

  #run(entry: Entry, end: number): void {
    this.#running.push({ state: entry.state, rate: entry.amount / entry.duration, end });
    this.#add({ kind: 'end', time: end });
  }

  #sum(evaluation: Evaluation): void {
    evaluation.infusion.fill(0);
    for (const { state, rate } of this.#running) evaluation.infusion[state] += rate;
    evaluation.infusing = this.#running.length > 0;
  }

  #workOut(dose: ResolvedDose, evaluation: Evaluation): Entry | DoseOutcome {
    const read = (place: Place | null, otherwise: number) =>
      place === null ? otherwise : this.#value(place, evaluation);
    const wrong = (what: string, value: number): DoseOutcome => ({ kind: 'out-of-range', dose, what, value });
    const lag = read(dose.lag, 0);
    if (!(lag >= 0 && lag < Number.POSITIVE_INFINITY)) return wrong('lag', lag);
    const share = read(dose.bioavailability, 1);
    if (!(share >= 0 && share < Number.POSITIVE_INFINITY)) return wrong('bioavailability', share);
    const amount = share * dose.amount;
    if (dose.timing.kind === 'bolus') return { state: dose.state, amount, duration: 0, lag };
    const { kind, value } = dose.timing;
    const given = typeof value === 'number' ? value : this.#value(value, evaluation);
    if (!(given > 0 && given < Number.POSITIVE_INFINITY)) return wrong(kind, given);
    return { state: dose.state, amount, duration: kind === 'rate' ? amount / given : given, lag };
  }

  #value(place: Place, evaluation: Evaluation): number {
    let reader = this.#readers.get(place);
    if (reader === undefined) {
      reader = new QuantityReader(evaluation.model, [place]);
      this.#readers.set(place, reader);
    }
    reader.read(evaluation, this.#read);
    return this.#read[0];
  }

  /** By time; what ends comes before what begins, and otherwise first come, first served. */
  #add(item: Item): void {
    const early = item.kind === 'end';
    let i = this.#items.length;
    while (i > 0) {
      const before = this.#items[i - 1];
      if (before.time < item.time || (before.time === item.time && (!early || before.kind === 'end'))) break;
      i--;
    }
    this.#items.splice(i, 0, item);
  }
}
