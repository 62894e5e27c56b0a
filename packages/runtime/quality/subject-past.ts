import { type Fact, HOUR, type Instant, isConcept, isQuantity, MINUTE, type Observation } from '@gemel/core';
import { type Ages, agesAt, type Birth, birthOf } from './age.ts';
import { differenceOn, disagrees, Paired } from './agreement.ts';
import type { Reading } from './cadence.ts';
import { type ClockOffset, clockOffset } from './clock-offset.ts';
import { type Expected, expectedOf, type Measure, measureOf, measureOfFact, onScale } from './measure.ts';
import { type PersonSpread, toMeasure } from './unit-swap.ts';

/** Observations are found by hour. */
const SPAN = HOUR;

/** How far back two sources are laid over each other to compare their clocks, and after how many values of a source anew. */
const CLOCK_SPAN = 48 * HOUR;
const CLOCK_EVERY = 64;

/** Another source against whose values those of a stream lie earlier or later. */
export interface ClockAgainst extends ClockOffset {
  readonly other: string;
}

/** Equal values in a row of one source. */
interface Run {
  value: number;
  count: number;
  first: number;
}

/** Sums of values on a measure's scale: what is withdrawn leaves them again. */
class Spread {
  #count = 0;
  #sum = 0;
  #squares = 0;

  tally(place: number, sign: 1 | -1): void {
    if (!Number.isFinite(place)) return;
    this.#count += sign;
    this.#sum += sign * place;
    this.#squares += sign * place * place;
  }

  summary(): PersonSpread | null {
    if (this.#count < 2) return null;
    const mean = this.#sum / this.#count;
    return { count: this.#count, mean, sd: Math.sqrt(Math.max(0, this.#squares / this.#count - mean * mean)) };
  }
}

/** One signal of one subject, as the gate remembers it. */
export class SignalPast {
  readonly measure: Measure | null;
  readonly #hours = new Map<number, Observation[]>();
  /** By stream: the run of equal values that is going on. */
  readonly #runs = new Map<string, Run>();
  /** Differences on the measure's scale, first stream minus second, by both in order. */
  readonly #pairs = new Map<string, Map<string, Paired>>();
  /** By stream: how many values it gave, and what was last found of its clock. */
  readonly #clocks = new Map<string, { count: number; lookedAt: number; found: ClockAgainst | null }>();
  #latest: Observation | null = null;
  #unit = '';
  #convert: ((value: number) => number) | null = null;
  readonly #spread = new Spread();

  constructor(measure: Measure | null) {
    this.measure = measure;
  }

  /** The number in the measure's unit, in the signal's own where there is no measure; NaN where there is none. */
  valueOf({ value }: Observation): number {
    if (!isQuantity(value)) return Number.NaN;
    if (this.measure === null) return value.value;
    if (value.unit !== this.#unit) {
      this.#unit = value.unit;
      this.#convert = toMeasure(this.measure, value.unit);
    }
    return this.#convert === null ? Number.NaN : this.#convert(value.value);
  }

  add(item: Observation): void {
    const value = this.valueOf(item);
    const hour = Math.floor(item.trueAt / SPAN);
    const there = this.#hours.get(hour);
    if (there === undefined) this.#hours.set(hour, [item]);
    else there.push(item);
    const stream = streamOf(item);
    this.#follow(stream, item, value);
    if (!counts(item)) return;
    if (this.#runs.size > 1) this.#pair(stream, item, value);
    const clock = this.#clocks.get(stream);
    if (clock === undefined) this.#clocks.set(stream, { count: 1, lookedAt: 0, found: null });
    else clock.count++;
    if (this.#latest === null || item.trueAt >= this.#latest.trueAt) this.#latest = item;
    this.#tally(value, 1);
  }

  remove(item: Observation): void {
    const there = this.#hours.get(Math.floor(item.trueAt / SPAN));
    const at = there?.findIndex(({ id }) => id === item.id) ?? -1;
    if (at >= 0) there!.splice(at, 1);
    if (this.#latest?.id === item.id) this.#latest = null;
    if (counts(item)) this.#tally(this.valueOf(item), -1);
  }

  /** What was measured within [from, to], both included; in no order. */
  *between(from: number, to: number): Generator<Observation> {
    for (let hour = Math.floor(from / SPAN); hour <= Math.floor(to / SPAN); hour++) {
      for (const item of this.#hours.get(hour) ?? []) if (item.trueAt >= from && item.trueAt <= to) yield item;
    }
  }

  /** Whether another source than this one measured the signal. */
  others(stream: string): boolean {
    return this.#runs.size > 1 || (this.#runs.size === 1 && !this.#runs.has(stream));
  }

  /** The last good value at or before `at`, not older than `reach`. */
  before(at: Instant, reach: number): Observation | null {
    const latest = this.#latest;
    if (latest !== null && latest.trueAt <= at) return at - latest.trueAt <= reach ? latest : null;
    let found: Observation | null = null;
    for (const item of this.between(at - reach, at)) {
      if (!counts(item)) continue;
      if (found === null || item.trueAt > found.trueAt) found = item;
    }
    return found;
  }

  /** How long the stream would have shown this value: values in a row, with this one, and minutes from the first to this. */
  run(stream: string, value: number, at: number): { readonly count: number; readonly span: number } {
    const run = this.#runs.get(stream);
    if (run === undefined || run.value !== value) return { count: 1, span: 0 };
    return { count: run.count + 1, span: Math.abs(at - run.first) };
  }

  /** The person's own spread; null before the second value. */
  spread(): PersonSpread | null {
    return this.#spread.summary();
  }

  #tally(value: number, sign: 1 | -1): void {
    if (this.measure !== null) this.#spread.tally(onScale(this.measure, value), sign);
  }

  /** Whether the stream disagrees for good with at least half of the sources it was held against. */
  disagreeing(stream: string): boolean {
    const { measure } = this;
    if (measure === null) return false;
    let against = 0;
    let held = 0;
    for (const [first, seconds] of this.#pairs) {
      for (const [second, paired] of seconds) {
        if (first !== stream && second !== stream) continue;
        held++;
        if (disagrees(measure, paired)) against++;
      }
    }
    return against > 0 && 2 * against >= held;
  }

  /**
   * How far the clock of the stream stands ahead of another source's, by the values of two days before `at`; the one it shows most
   * clearly with. Null where it does not. Looked at anew every so many values.
   */
  clockOff(stream: string, at: Instant): ClockAgainst | null {
    const clock = this.#clocks.get(stream);
    if (clock === undefined || clock.count - clock.lookedAt < CLOCK_EVERY) return clock?.found ?? null;
    clock.lookedAt = clock.count;
    clock.found = null;
    const series = new Map<string, Reading[]>();
    for (const item of this.between(at - CLOCK_SPAN, at)) {
      const value = this.valueOf(item);
      if (!counts(item) || Number.isNaN(value)) continue;
      const one = { at: item.trueAt, value, offset: item.offset };
      const own = series.get(streamOf(item));
      if (own === undefined) series.set(streamOf(item), [one]);
      else own.push(one);
    }
    for (const own of series.values()) own.sort((a, b) => a.at - b.at);
    for (const [other, theirs] of series) {
      const offset = other === stream ? null : clockOffset(theirs, series.get(stream) ?? []);
      if (offset !== null && offset.gain > (clock.found?.gain ?? 0)) clock.found = { ...offset, other };
    }
    return clock.found;
  }

  /** Holds the value against the nearest in time of every other stream. */
  #pair(stream: string, item: Observation, value: number): void {
    const { measure } = this;
    if (measure?.agree === undefined || Number.isNaN(value)) return;
    const reach = measure.agree.minutes * MINUTE;
    const nearest = new Map<string, Observation>();
    for (const other of this.between(item.trueAt - reach, item.trueAt + reach)) {
      const theirs = streamOf(other);
      if (theirs === stream || !counts(other)) continue;
      const known = nearest.get(theirs);
      const distance = Math.abs(other.trueAt - item.trueAt);
      if (known === undefined || distance < Math.abs(known.trueAt - item.trueAt)) nearest.set(theirs, other);
    }
    for (const [theirs, other] of nearest) {
      const difference = differenceOn(measure, value, this.valueOf(other));
      const [first, second, signed] = stream < theirs ? [stream, theirs, difference] : [theirs, stream, -difference];
      if (Number.isFinite(signed)) this.#paired(first, second).add(signed);
    }
  }

  #paired(first: string, second: string): Paired {
    let seconds = this.#pairs.get(first);
    if (seconds === undefined) {
      seconds = new Map();
      this.#pairs.set(first, seconds);
    }
    let paired = seconds.get(second);
    if (paired === undefined) {
      paired = new Paired();
      seconds.set(second, paired);
    }
    return paired;
  }

  #follow(stream: string, item: Observation, value: number): void {
    const run = this.#runs.get(stream);
    if (run === undefined || run.value !== value) {
      this.#runs.set(stream, { value, count: 1, first: item.trueAt });
    } else run.count++;
  }
}

/** The measure a pack states for a signal. */
export type StatedMeasure = (signal: string) => Measure | undefined;

/** What the gate remembers of one identifier's log: fed with each entry once, in the order of the log. */
export class SubjectPast {
  readonly signals = new Map<string, SignalPast>();
  readonly #stated: StatedMeasure;
  readonly #items = new Map<string, Observation>();
  birth: Birth | null = null;
  sex: 'male' | 'female' | null = null;
  /** Newest good value of a quantity that is stated as a fact, by its name. */
  readonly #facts = new Map<string, Fact>();
  readonly #factSpreads = new Map<string, Spread>();
  readonly #expected = new Map<
    Measure,
    { readonly until: number; readonly from: number; readonly expected: Expected }
  >();

  constructor(stated: StatedMeasure = () => undefined) {
    this.#stated = stated;
  }

  addObservation(item: Observation): void {
    if (item.signal === null || !isQuantity(item.value)) return;
    this.#items.set(item.id, item);
    this.signal(item).add(item);
  }

  addFact(item: Fact): void {
    if (item.fact === 'birthDate') this.birth = birthOf(item.value) ?? this.birth;
    else if (item.fact === 'sex') this.sex = sexOf(item) ?? this.sex;
    else this.#addMeasured(item);
    this.#expected.clear();
  }

  #addMeasured(item: Fact): void {
    const measure = measureOfFact(item.fact);
    if (measure === null || item.grade === 'poor' || !isQuantity(item.value)) return;
    const known = this.#facts.get(item.fact);
    if (known === undefined || item.trueAt >= known.trueAt) this.#facts.set(item.fact, item);
    const value = toMeasure(measure, item.value.unit)?.(item.value.value);
    let spread = this.#factSpreads.get(item.fact);
    if (spread === undefined) {
      spread = new Spread();
      this.#factSpreads.set(item.fact, spread);
    }
    if (value !== undefined) spread.tally(onScale(measure, value), 1);
  }

  factSpread(name: string): PersonSpread | null {
    return this.#factSpreads.get(name)?.summary() ?? null;
  }

  remove(id: string): void {
    const item = this.#items.get(id);
    if (item === undefined) return;
    this.#items.delete(id);
    this.signals.get(item.signal!)?.remove(item);
  }

  fact(name: string): Fact | null {
    return this.#facts.get(name) ?? null;
  }

  /** All signals that are of a measure. */
  measuring(id: string): readonly SignalPast[] {
    return [...this.signals.values()].filter(({ measure }) => measure?.id === id);
  }

  /** The past of the signal the item is of. */
  signal(item: Observation): SignalPast {
    const name = item.signal!;
    let past = this.signals.get(name);
    if (past === undefined) {
      past = new SignalPast(this.#stated(name) ?? measureOf(item.code.codings));
      this.signals.set(name, past);
    }
    return past;
  }

  ages(at: number): Ages | null {
    return this.birth === null ? null : agesAt(this.birth, at);
  }

  /** What is to be expected of the person then; computed once a month of life. */
  expected(measure: Measure, at: number): Expected {
    const known = this.#expected.get(measure);
    if (known !== undefined && at >= known.from && at < known.until) return known.expected;
    const expected = expectedOf(measure, this.ages(at), this.sex);
    const [from, until] = this.birth === null ? [-Infinity, Infinity] : [at - MONTH / 60, at + MONTH / 60];
    this.#expected.set(measure, { from, until, expected });
    return expected;
  }
}

const MONTH = 30 * 24 * HOUR;

/** Whether a value is one of the person's own: repeats and spoiled values are not. */
function counts(item: Observation): boolean {
  return item.repeats === undefined && item.grade !== 'poor';
}

/** Names one device or feed: its values are one stream. */
export function streamOf({ provenance: { source, device } }: Pick<Observation, 'provenance'>): string {
  return device === undefined ? source : `${source}\n${device}`;
}

function sexOf({ value }: Fact): 'male' | 'female' | null {
  const text = typeof value === 'string' ? value : isConcept(value) ? value.codings[0]?.code : undefined;
  return text === 'male' || text === 'female' ? text : null;
}
