import { LinearCompartments } from './linear-compartments.ts';

/** A dose as a NONMEM record gives it; compartments by index, 0-based, in the order of LinearCompartments. */
export interface CourseDose {
  readonly time: number;
  readonly compartment: number;
  readonly amount: number;
  /** Rate of an infusion; 0 a bolus; `rate` or `duration`: that is a parameter of the compartment. */
  readonly rate: number | 'rate' | 'duration';
  /** Doses after this one, and the time between them. */
  readonly additional: number;
  readonly interval: number;
  /** `set`: what was there before is forgotten; `add`: added to it. Of several `set` at one time all count. */
  readonly steadyState: 'none' | 'set' | 'add';
}

export interface CourseReading {
  readonly time: number;
  readonly compartment: number;
}

/** What happens to one subject, in the order of its records. */
export type CourseItem =
  | { readonly kind: 'dose'; readonly dose: CourseDose }
  | { readonly kind: 'reading'; readonly reading: CourseReading }
  | { readonly kind: 'reset'; readonly time: number }
  | { readonly kind: 'other'; readonly time: number };

/** Where each parameter stands in a row of parameters. */
export interface CourseLayout {
  readonly depots: number;
  readonly peripherals: number;
  /** Compartments: depots, central, peripheral. */
  readonly compartments: number;
  /** From 0: central clearance and volume, then clearance of exchange and volume of each peripheral space. */
  readonly absorption: number;
  readonly lag: number;
  readonly bioavailability: number;
  /** Rate or duration of an infusion that is a parameter. */
  readonly modelled: number;
  readonly length: number;
}

export function courseLayout(depots: number, peripherals: number): CourseLayout {
  const compartments = depots + 1 + peripherals;
  const absorption = 2 * (peripherals + 1);
  const lag = absorption + depots;
  const bioavailability = lag + compartments;
  const modelled = bioavailability + compartments;
  return {
    depots,
    peripherals,
    compartments,
    absorption,
    lag,
    bioavailability,
    modelled,
    length: modelled + compartments,
  };
}

const BOLUS = 0;
const RATE = 1;
const STEADY = 2;
const CLEAR = 3;
const READ = 4;
const CHANGE = 5;

interface PlacedDose extends CourseDose {
  /** Position of its record. */
  readonly record: number;
  /** Time from which what it does is forgotten. */
  readonly until: number;
}

/**
 * The course of one subject through linear compartments: exact between events. Between two records the parameters are those
 * of the later one; a dose's lag, bioavailability, rate and duration are those of its own record. At one time records act in
 * their order, and doses that enter late or are repeated act before records.
 */
export class DoseCourse {
  readonly readings: number;
  readonly #layout: CourseLayout;
  readonly #items: readonly CourseItem[];
  readonly #doses: readonly PlacedDose[];
  readonly #end: number;
  readonly #system: LinearCompartments;
  readonly #scratch: LinearCompartments;
  #time = new Float64Array(32);
  #rank = new Float64Array(32);
  #kind = new Uint8Array(32);
  #index = new Int32Array(32);
  #value = new Float64Array(32);
  #order = new Int32Array(32);
  #count = 0;
  #rows: readonly Float64Array[] = [];

  constructor(layout: CourseLayout, items: readonly CourseItem[]) {
    this.#layout = layout;
    this.#items = items;
    this.#system = new LinearCompartments(layout.depots, layout.peripherals);
    this.#scratch = new LinearCompartments(layout.depots, layout.peripherals);
    let end = -Infinity;
    let readings = 0;
    for (const item of items) {
      if (item.kind !== 'reading') continue;
      readings++;
      end = item.reading.time;
    }
    this.#end = end;
    this.readings = readings;
    const doses: PlacedDose[] = [];
    items.forEach((item, record) => {
      if (item.kind !== 'dose' || item.dose.time > end) return;
      const next = items.slice(record + 1).find((later) => forgets(later, item.dose.time));
      doses.push({ ...item.dose, record, until: next === undefined ? Infinity : timeOf(next) });
    });
    this.#doses = doses;
  }

  /**
   * Reads amount per volume (amount, in a depot) at each reading into `out`; false where a value is not finite.
   * `rows`: one row of parameters for all records, or one for each.
   */
  evaluate(rows: readonly Float64Array[], out: Float64Array): boolean {
    const layout = this.#layout;
    const system = this.#system;
    this.#rows = rows;
    this.#count = 0;
    this.#pushRecords();
    for (const dose of this.#doses) this.#pushDose(dose);
    let sorted = this.#sort();
    system.clear();
    this.#setRates(system, 0);
    let now = -Infinity;
    let reading = 0;
    let row = 0;
    for (let e = 0; e < this.#count; e++) {
      const at = this.#order[e];
      const time = this.#time[at];
      if (time > now) {
        if (now !== -Infinity) system.advance(time - now);
        now = time;
      }
      const index = this.#index[at];
      switch (this.#kind[at]) {
        case BOLUS:
          system.bolus(index, this.#value[at]);
          break;
        case RATE:
          system.addRate(index, this.#value[at]);
          break;
        case CLEAR:
          system.clear();
          break;
        case CHANGE:
          row = index;
          this.#setRates(system, row);
          break;
        case STEADY: {
          const before = this.#count;
          if (!this.#steady(this.#doses[index], row)) return false;
          if (this.#count > before) sorted = this.#sort(e + 1);
          break;
        }
        default: {
          const p = this.#row(row);
          const space = index - layout.depots;
          const value = system.amount(index) / (space < 0 ? 1 : p[2 * space + 1]);
          if (!Number.isFinite(value)) return false;
          out[reading++] = value;
        }
      }
      if (!sorted) return false;
    }
    return true;
  }

  #row(record: number): Float64Array {
    return this.#rows[this.#rows.length === 1 ? 0 : record];
  }

  #setRates(system: LinearCompartments, record: number): void {
    const p = this.#row(record);
    system.setRates(p, p.subarray(this.#layout.absorption, this.#layout.absorption + this.#layout.depots));
  }

  #pushRecords(): void {
    const items = this.#items;
    let last: Float64Array | undefined;
    for (let i = 0; i < items.length; i++) {
      const item = items[i];
      const time = timeOf(item);
      if (time > this.#end) break;
      if (this.#rows.length > 1 && this.#rows[i] !== last) {
        last = this.#rows[i];
        // The parameters of a record hold from the record before it on, after whatever happens there.
        if (i > 0) this.#push(timeOf(items[i - 1]), i - 0.5, CHANGE, i, 0);
      }
      if (item.kind === 'reading') this.#push(time, i, READ, item.reading.compartment, 0);
      else if (item.kind === 'reset') this.#push(time, i, CLEAR, 0, 0);
    }
  }

  #pushDose(dose: PlacedDose): void {
    const { lag, bioavailability } = this.#layout;
    const p = this.#row(dose.record);
    const delay = p[lag + dose.compartment];
    const share = p[bioavailability + dose.compartment];
    const steady = dose.steadyState !== 'none';
    if (steady) this.#push(dose.time, dose.record - 0.25, STEADY, this.#doses.indexOf(dose), 0);
    if (dose.amount === 0) return;
    // With steady state, doses before this one may still be waiting for their lag to pass.
    const first = steady && dose.interval > 0 ? 1 - Math.max(1, Math.ceil(delay / dose.interval)) : 0;
    for (let k = first; k <= dose.additional; k++) {
      const time = dose.time + k * dose.interval + delay;
      if (time > this.#end || time > dose.until) break;
      const rank = k === 0 && delay === 0 ? dose.record : -1;
      if (time === dose.until && rank < 0) continue;
      const amount = share * dose.amount;
      const duration = this.#duration(dose, p);
      if (!(duration >= 0)) {
        // A time that is no number: the whole course has no value.
        this.#push(Number.NaN, rank, BOLUS, dose.compartment, amount);
        continue;
      }
      if (duration === 0) {
        this.#push(time, rank, BOLUS, dose.compartment, amount);
        continue;
      }
      this.#push(time, rank, RATE, dose.compartment, amount / duration);
      this.#pushEnd(dose, time + duration, amount / duration);
    }
  }

  #pushEnd(dose: PlacedDose, time: number, rate: number): void {
    if (time < dose.until) this.#push(time, -1, RATE, dose.compartment, -rate);
  }

  /** How long the share that enters takes. */
  #duration(dose: CourseDose, p: Float64Array): number {
    const { bioavailability, modelled } = this.#layout;
    const share = p[bioavailability + dose.compartment];
    const own = p[modelled + dose.compartment];
    if (dose.rate === 'duration') return own;
    if (dose.rate === 'rate') return (share * dose.amount) / own;
    return dose.rate === 0 ? 0 : (share * dose.amount) / dose.rate;
  }

  /** Brings the system where doses at every interval since ever bring it; false where there is no such state. */
  #steady(dose: PlacedDose, row: number): boolean {
    const { lag, bioavailability } = this.#layout;
    const system = this.#system;
    const scratch = this.#scratch;
    const p = this.#row(dose.record);
    const { compartment, interval } = dose;
    scratch.clear();
    this.#setRates(scratch, row);
    if (dose.steadyState === 'set' && !this.#follows(dose)) system.clear();
    if (dose.amount === 0) {
      if (typeof dose.rate !== 'number') return false;
      scratch.addRate(compartment, dose.rate);
      scratch.settle();
      system.add(scratch);
      return true;
    }
    if (!(interval > 0)) return false;
    const delay = p[lag + compartment];
    const phase = Math.max(1, Math.ceil(delay / interval)) * interval - delay;
    const amount = p[bioavailability + compartment] * dose.amount;
    const duration = this.#duration(dose, p);
    if (!Number.isFinite(duration) || !(duration >= 0)) return false;
    const rate = duration === 0 ? 0 : amount / duration;
    // Infusions that run through a whole interval, and what is left of the oldest one.
    const whole = Math.floor(duration / interval);
    const rest = duration - whole * interval;
    const cycle = (length: number) => {
      if (duration === 0) {
        scratch.bolus(compartment, amount);
        scratch.advance(length);
        return;
      }
      scratch.clearRates();
      scratch.addRate(compartment, (whole + 1) * rate);
      scratch.advance(Math.min(rest, length));
      scratch.addRate(compartment, -rate);
      scratch.advance(Math.max(0, length - rest));
    };
    cycle(interval);
    scratch.closeCycle(interval);
    cycle(phase);
    system.add(scratch);
    if (duration > 0) {
      for (let k = 0; k * interval + phase < duration; k++) {
        system.addRate(compartment, rate);
        this.#pushEnd(dose, dose.time - phase - k * interval + duration, rate);
      }
    }
    return true;
  }

  /** Whether a steady-state dose of the same time and interval has already set the state. */
  #follows(dose: PlacedDose): boolean {
    const at = this.#doses.indexOf(dose);
    const before = this.#doses[at - 1];
    return before !== undefined && before.steadyState === 'set' && before.time === dose.time;
  }

  #push(time: number, rank: number, kind: number, index: number, value: number): void {
    const at = this.#count++;
    if (at === this.#time.length) this.#grow();
    this.#time[at] = time;
    this.#rank[at] = rank;
    this.#kind[at] = kind;
    this.#index[at] = index;
    this.#value[at] = value;
    this.#order[at] = at;
  }

  #grow(): void {
    const size = 2 * this.#time.length;
    const larger = <T extends Float64Array | Int32Array | Uint8Array>(next: T, old: T): T => {
      next.set(old);
      return next;
    };
    this.#time = larger(new Float64Array(size), this.#time);
    this.#rank = larger(new Float64Array(size), this.#rank);
    this.#value = larger(new Float64Array(size), this.#value);
    this.#kind = larger(new Uint8Array(size), this.#kind);
    this.#index = larger(new Int32Array(size), this.#index);
    this.#order = larger(new Int32Array(size), this.#order);
  }

  /** Puts the events in order; false where a time is not a number. */
  #sort(from = 0): boolean {
    const order = this.#order;
    const time = this.#time;
    const rank = this.#rank;
    for (let i = from; i < this.#count; i++) {
      const at = order[i];
      const t = time[at];
      if (Number.isNaN(t)) return false;
      let j = i - 1;
      while (j >= from && (time[order[j]] > t || (time[order[j]] === t && rank[order[j]] > rank[at]))) {
        order[j + 1] = order[j];
        j--;
      }
      order[j + 1] = at;
    }
    return true;
  }
}

function timeOf(item: CourseItem): number {
  if (item.kind === 'dose') return item.dose.time;
  return item.kind === 'reading' ? item.reading.time : item.time;
}

/** Whether what was given by an earlier record is forgotten at this one. */
function forgets(item: CourseItem, since: number): boolean {
  if (item.kind === 'reset') return true;
  return item.kind === 'dose' && item.dose.steadyState === 'set' && item.dose.time > since;
}
