import {
  type Admitted,
  DAY,
  type Fact,
  type Grade,
  isoInstant,
  isQuantity,
  MINUTE,
  type Observation,
  type Problem,
  type Quantity,
  type RawFact,
  type RawItem,
  type RawObservation,
} from '@gemel/core';
import { whereOf } from '../admit-item.ts';
import { runtimeErrors } from '../errors.data.ts';
import { differenceOn } from './agreement.ts';
import { type Expected, type Measure, measureOfFact } from './measure.ts';
import { type ClockAgainst, type SignalPast, type SubjectPast, streamOf } from './subject-past.ts';
import { inconsistency } from './together.ts';
import { type PersonSpread, suspectUnit, toMeasure } from './unit-swap.ts';

/** What the gate says of an item that was about to be logged. */
export interface Judgement<T extends Observation | Fact> {
  readonly item: T;
  /** Marks added to it. */
  readonly problems: readonly Problem[];
  /** Items already in the log that the new one casts doubt on, as they are to stand there from now on. */
  readonly regraded: readonly Observation[];
}

/** Two doors tell of one moment when their times lie this near: some write seconds, some minutes. */
const SAME_MOMENT = MINUTE;
/** Nothing was measured before by anything that could send it. */
const EARLIEST = Date.UTC(1900, 0, 1);

const { problem } = runtimeErrors;
type Code = keyof typeof runtimeErrors.table;

/**
 * Judges an observation that is new to the log by what is known of the person and what was measured before: implausible for the age,
 * written in another unit, measured twice, changed too fast, stuck, at odds with other values or sources. Nothing is corrected here.
 * `replaces` is the entry it corrects. Null: nothing is to be said.
 */
export function judgeObservation(
  item: Observation,
  raw: RawObservation,
  past: SubjectPast,
  replaces: string | undefined,
): Judgement<Observation> | null {
  const judge = new Judge(raw);
  if (past.birth !== null && item.trueAt < past.birth.earliest) {
    judge.poor('admit-before-birth', `${isoInstant(item.trueAt)} is before the person was born.`);
  } else if (item.trueAt < EARLIEST || (item.trueAt >= 0 && item.trueAt < DAY)) {
    judge.poor('admit-long-past', `${isoInstant(item.trueAt)} is the time of a clock that was never set.`);
  }
  let repeats: string | undefined;
  if (isQuantity(item.value) && item.signal !== null) {
    const signal = past.signal(item);
    const value = signal.valueOf(item);
    const { measure } = signal;
    if (measure !== null && !Number.isNaN(value)) {
      const expected = past.expected(measure, item.trueAt);
      if (item.grade !== 'poor') judge.range(measure, value, expected);
      if (raw.value.kind === 'quantity') judge.unit(measure, raw.value, value, expected, signal.spread());
      if (!judge.spoiled && item.grade !== 'poor') {
        judge.change(measure, signal, item, value);
        judge.stuck(measure, signal, item, value);
      }
      const odd = inconsistency(measure, item, value, past);
      if (odd !== null) {
        judge.poor('admit-inconsistent', odd.statement);
        if (odd.other !== null) judge.doubt(odd.other, 'poor', 'admit-inconsistent', odd.statement);
      }
    }
    const stream = streamOf(item);
    if (signal.others(stream)) {
      repeats = judge.moment(item, signal, stream, replaces);
      if (repeats === undefined && signal.disagreeing(stream)) {
        const message = `What ${stream.replace('\n', ', ')} measures disagrees with the other sources for good.`;
        judge.uncertain('admit-source-disagrees', message);
      }
      const clock = repeats === undefined ? signal.clockOff(stream, item.trueAt) : null;
      if (clock !== null) judge.clock(stream, clock);
    }
  }
  if (judge.marks.length === 0 && judge.regraded.length === 0) return null;
  const graded = {
    ...item,
    grade: judge.grade(item.grade, repeats !== undefined),
    marks: [...item.marks, ...judge.marks],
    ...(repeats === undefined ? {} : { repeats }),
  };
  return { item: graded, problems: judge.marks, regraded: judge.regraded };
}

/** What the quality gate says of an item; controls it does not judge. */
export function judge(
  item: Admitted,
  raw: RawItem,
  past: SubjectPast,
  replaces: string | undefined,
): Judgement<Observation | Fact> | null {
  if (item.kind === 'observation' && raw.kind === 'observation') {
    return judgeObservation(item, raw, past, replaces);
  }
  return item.kind === 'fact' && raw.kind === 'fact' ? judgeFact(item, raw, past) : null;
}

/** Remarks of one kind on one signal are told once, with their number. */
export function markKey(item: Admitted, { code }: Problem): string {
  return `${code}|${item.kind === 'observation' ? item.signal : item.kind === 'fact' ? item.fact : item.control}`;
}

/** The same of a quantity that is stated as a fact (weight, height). */
function judgeFact(item: Fact, raw: RawFact, past: SubjectPast): Judgement<Fact> | null {
  const measure = measureOfFact(item.fact);
  if (measure === null || !isQuantity(item.value) || raw.value.kind !== 'quantity') return null;
  const convert = toMeasure(measure, item.value.unit);
  const judge = new Judge(raw);
  if (convert === null) {
    judge.poor('admit-unit-dimension', `${measure.title}: “${item.value.unit}” does not measure it.`);
  } else {
    const stated = convert(item.value.value);
    const expected = past.expected(measure, item.trueAt);
    judge.range(measure, stated, expected);
    judge.unit(measure, item.value, stated, expected, past.factSpread(item.fact));
    const odd = inconsistency(measure, item, stated, past);
    if (odd !== null) judge.uncertain('admit-inconsistent', odd.statement);
  }
  if (judge.marks.length === 0) return null;
  return {
    item: { ...item, grade: judge.grade('good', false), marks: judge.marks },
    problems: judge.marks,
    regraded: [],
  };
}

class Judge {
  readonly marks: Problem[] = [];
  readonly regraded: Observation[] = [];
  readonly #raw: RawObservation | RawFact;
  #grade: Grade = 'good';

  constructor(raw: RawObservation | RawFact) {
    this.#raw = raw;
  }

  get spoiled(): boolean {
    return this.#grade === 'poor';
  }

  /** The worse of what it had and what was found; a repeat says nothing against what it repeats. */
  grade(before: Grade, repeat: boolean): Grade {
    if (before === 'poor' || this.#grade === 'poor') return 'poor';
    return before === 'uncertain' || (this.#grade === 'uncertain' && !repeat) ? 'uncertain' : 'good';
  }

  /** Which of the two clocks is wrong cannot be told, so that the grade stays. */
  clock(stream: string, { other, minutes }: ClockAgainst): void {
    const [own, theirs] = [stream, other].map((each) => each.replace('\n', ', '));
    const side = minutes > 0 ? 'later' : 'earlier';
    const message = `What ${own} measures lies ${Math.abs(minutes)} min ${side} than the same by ${theirs}: one of the two clocks is wrong.`;
    this.#mark('admit-clock-differs', message);
  }

  poor(code: Code, message: string): void {
    this.#mark(code, message);
    this.#grade = 'poor';
  }

  uncertain(code: Code, message: string): void {
    this.#mark(code, message);
    if (this.#grade === 'good') this.#grade = 'uncertain';
  }

  /** Grades an item of the log anew, unless it stands as low already. */
  doubt(other: Observation, grade: Grade, code: Code, message: string): void {
    if (other.grade === grade || other.grade === 'poor') return;
    this.regraded.push({ ...other, grade, marks: [...other.marks, problem(code, message, whereOf(this.#raw))] });
  }

  /** The same value in a better grade takes the other's place: that one repeats it from now on. */
  #giveWay(other: Observation, better: Observation): void {
    if (other.repeats === undefined) this.regraded.push({ ...other, repeats: better.id });
  }

  #mark(code: Code, message: string): void {
    this.marks.push(problem(code, message, whereOf(this.#raw)));
  }

  range(measure: Measure, value: number, { plausible: [low, high] }: Expected): void {
    const [least, most] = measure.possible;
    const said = () => `${measure.title} of ${short(value)} ${measure.unit}`;
    if (value < least || value > most) {
      this.poor('admit-impossible', `${said()} cannot be: the bounds are ${least} and ${most} ${measure.unit}.`);
    } else if (value < low || value > high) {
      const message = `${said()} is outside ${short(low)} to ${short(high)} ${measure.unit}, what is plausible at this age.`;
      this.poor('admit-implausible', message);
    }
  }

  unit(measure: Measure, written: Quantity, stated: number, expected: Expected, own: PersonSpread | null): void {
    const suspicion = suspectUnit(measure, written, stated, expected, own);
    if (suspicion === null) return;
    const { candidate, probability } = suspicion;
    const { value, unit } = written;
    const message = `${measure.title} of ${value} ${unit} was probably ${value} ${candidate.unit} (probability ${probability.toFixed(2)}).`;
    this.poor('admit-unit-swap-suspected', message);
  }

  change(measure: Measure, signal: SignalPast, item: Observation, value: number): void {
    const { delta } = measure;
    const before = delta === undefined ? null : signal.before(item.trueAt, delta.minutes * MINUTE);
    if (before === null) return;
    const earlier = signal.valueOf(before);
    if (!(Math.abs(differenceOn(measure, value, earlier)) > delta!.change)) return;
    const minutes = Math.round((item.trueAt - before.trueAt) / MINUTE);
    const message = `${measure.title} went from ${short(earlier)} to ${short(value)} ${measure.unit} within ${minutes} minutes.`;
    this.uncertain('admit-change', message);
  }

  stuck(measure: Measure, signal: SignalPast, item: Observation, value: number): void {
    const { stuck } = measure;
    if (stuck === undefined) return;
    const { count, span } = signal.run(streamOf(item), value, item.trueAt);
    if (count < stuck.count || span < stuck.minutes * MINUTE) return;
    const message = `${measure.title} was ${short(value)} ${count} times in a row, over ${Math.round(span / MINUTE)} minutes.`;
    this.uncertain('admit-stuck', message);
  }

  /** What other sources say of the same moment: the id of what the item repeats, or a disagreement. */
  moment(item: Observation, signal: SignalPast, stream: string, replaces: string | undefined): string | undefined {
    let rival: Observation | undefined;
    for (const other of signal.between(item.trueAt - SAME_MOMENT, item.trueAt + SAME_MOMENT)) {
      if (other.id === replaces || Math.abs(other.trueAt - item.trueAt) >= SAME_MOMENT) continue;
      if (!isQuantity(other.value) || streamOf(other) === stream) continue;
      if (sameValue(item, other)) {
        if (isBetter(item, other)) {
          this.#giveWay(other, item);
          continue;
        }
        const message = `${other.provenance.source} brought the same value of ${isoInstant(other.trueAt)} already.`;
        this.#mark('admit-same-measurement', message);
        return other.id;
      }
      // What was read out of words casts no doubt on what was measured.
      const told = (item.provenance.derived === undefined) !== (other.provenance.derived === undefined);
      if (!told && other.repeats === undefined && other.grade !== 'poor' && far(signal, item, other)) rival = other;
    }
    if (rival === undefined) return undefined;
    const [here, there] = [signal.valueOf(item), signal.valueOf(rival)].map(short);
    const message = `${stream.replace('\n', ', ')} says ${here} where ${rival.provenance.source} says ${there}.`;
    this.uncertain('admit-disagreement', message);
    this.doubt(rival, 'uncertain', 'admit-disagreement', message);
    return undefined;
  }
}

/** Whether a value is to count rather than the same one that came before: what was told in words is uncertain at best. */
function isBetter(item: Observation, other: Observation): boolean {
  const rank = { good: 0, uncertain: 1, poor: 2 };
  return rank[item.grade] < rank[other.grade];
}

/** Equal, or equal within the rounding of the coarser where they were written in different units. */
function sameValue(a: Observation, b: Observation): boolean {
  if (!isQuantity(a.value) || !isQuantity(b.value) || a.value.unit !== b.value.unit) return false;
  const difference = Math.abs(a.value.value - b.value.value);
  const [writtenA, writtenB] = [a.given ?? a.value, b.given ?? b.value];
  if (writtenA.unit === writtenB.unit) return difference <= 1e-9 * Math.abs(a.value.value);
  return difference <= Math.max(halfStep(a), halfStep(b));
}

/** Half a unit of the last place as written, in the unit of the value. A whole number below ten has lost a zero after its point. */
function halfStep({ value, given }: Observation): number {
  if (!isQuantity(value)) return 0;
  const written = (given ?? value).value;
  const decimals = /\.(\d+)$/.exec(String(written))?.[1]?.length ?? (Math.abs(written) < 10 ? 1 : 0);
  const half = 10 ** -decimals / 2;
  return written === 0 || given === undefined ? half : (half * Math.abs(value.value)) / Math.abs(written);
}

/** Whether two values of one moment differ by more than two good instruments may; two results of one sample may not at all. */
function far(signal: SignalPast, a: Observation, b: Observation): boolean {
  const { measure } = signal;
  if (measure?.agree === undefined) return a.trueAt === b.trueAt && !sameValue(a, b);
  const difference = differenceOn(measure, signal.valueOf(a), signal.valueOf(b));
  return Math.abs(difference) > measure.agree.bias + 2 * measure.agree.sd;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
