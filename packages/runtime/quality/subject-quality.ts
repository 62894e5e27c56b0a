import { type Instant, isQuantity, type LossAccount, MINUTE, type Observation } from '@gemel/core';
import type { SubjectLog } from '../subject-log.ts';
import { type Agreement, differenceOn, disagrees, ENOUGH_PAIRS, repeatedLimits } from './agreement.ts';
import { type Cadence, cadenceOf, type Reading } from './cadence.ts';
import { type ClockOffset, clockOffset } from './clock-offset.ts';
import { type Measure, measureOf } from './measure.ts';
import { type StatedMeasure, streamOf } from './subject-past.ts';
import { toMeasure } from './unit-swap.ts';

/** One side of quality, in the terms of Kahn and others 2016 (doi:10.13063/2327-9214.1244). */
export interface QualitySide {
  readonly level: 'good' | 'fair' | 'poor' | 'unknown';
  /** 0 to 1; null where nothing can be said. */
  readonly share: number | null;
  readonly statement: string;
}

/** How good the data of one subject are: what a badge shows, and what stands behind it. */
export interface SubjectQuality {
  readonly subject: string;
  readonly at: Instant;
  /** Whether data have the form asked for, whether they are there, whether they can be believed. */
  readonly badge: {
    readonly conformance: QualitySide;
    readonly completeness: QualitySide;
    readonly plausibility: QualitySide;
  };
  readonly signals: readonly SignalQuality[];
}

export interface SignalQuality {
  readonly signal: string;
  readonly unit: string;
  readonly first: Instant;
  readonly last: Instant;
  readonly count: number;
  readonly grades: Readonly<Record<Observation['grade'], number>>;
  /** Measurements that came by a second door. */
  readonly repeats: number;
  /** How often each mark stands. */
  readonly marks: Readonly<Record<string, number>>;
  /** The values that are to be looked at, newest first, at most ten. */
  readonly doubtful: readonly {
    readonly id: string;
    readonly at: Instant;
    readonly value: number;
    readonly unit: string;
    readonly grade: string;
    readonly message: string;
  }[];
  readonly sources: readonly { readonly source: string; readonly count: number; readonly cadence: Cadence | null }[];
  readonly pairs: readonly SourcePair[];
}

/** Two sources of one signal, held against each other. */
export interface SourcePair {
  readonly first: string;
  readonly second: string;
  /** First less second, in the unit; of measures that spread by ratio: log of the first over the second. Days are the occasions. */
  readonly agreement: Agreement | null;
  readonly scale: 'difference' | 'log-ratio';
  readonly disagrees: boolean;
  readonly clock: ClockOffset | null;
}

const GOOD = 0.95;
const FAIR = 0.8;
const DOUBTFUL = 10;
const DAY_MINUTES = 1440;
/** Two sources are paired within so many minutes where no standard says. */
const NEAR_MINUTES = 5;

/** What stands in the subject's log, as of `now`. `accounts`: of the sources it came by. */
export function subjectQuality(
  view: SubjectLog,
  accounts: readonly LossAccount[],
  now: Instant,
  stated: StatedMeasure = () => undefined,
): SubjectQuality {
  const bySignal = Map.groupBy(
    view.observations.map(({ item }) => item).filter(({ signal, value }) => signal !== null && isQuantity(value)),
    ({ signal }) => signal!,
  );
  const signals = [...bySignal.values()].map((items) => signalQuality(items, view, stated));
  signals.sort((a, b) => (a.signal < b.signal ? -1 : 1));
  const badge = {
    conformance: conformance(accounts),
    completeness: completeness(signals),
    plausibility: plausibility(signals),
  };
  return { subject: view.subject, at: now, badge, signals };
}

function signalQuality(items: readonly Observation[], view: SubjectLog, stated: StatedMeasure): SignalQuality {
  const { signal, code, value } = items[0]!;
  const measure = stated(signal!) ?? measureOf(code.codings);
  const grades = { good: 0, uncertain: 0, poor: 0 };
  const marks: Record<string, number> = {};
  const doubtful: SignalQuality['doubtful'][number][] = [];
  let repeats = 0;
  for (const item of items) {
    if (!view.counts(item)) repeats++;
    else grades[item.grade]++;
    for (const { code: mark } of item.marks) marks[mark] = (marks[mark] ?? 0) + 1;
    if (item.grade === 'good' || !isQuantity(item.value)) continue;
    const written = item.given ?? item.value;
    const message = item.marks.map((mark) => mark.message).join(' ');
    doubtful.push({ id: item.id, at: item.trueAt, ...written, grade: item.grade, message });
  }
  const streams = Map.groupBy(items, streamOf);
  const readings = new Map([...streams].map(([stream, own]) => [stream, readingsOf(own, measure)]));
  const sources = [...readings].map(([source, own]) => ({
    source: named(source),
    count: own.length,
    cadence: cadenceOf(own),
  }));
  return {
    signal: signal!,
    unit: isQuantity(value) ? value.unit : '',
    first: items[0]!.trueAt,
    last: items.at(-1)!.trueAt,
    count: items.length,
    grades,
    repeats,
    marks,
    doubtful: doubtful.slice(-DOUBTFUL).reverse(),
    sources,
    pairs: measure === null ? [] : pairsOf(readings, measure),
  };
}

/** Readings in the measure's unit, in order of time; spoiled ones are left out. */
function readingsOf(items: readonly Observation[], measure: Measure | null): readonly Reading[] {
  return items.flatMap((item) => {
    if (!isQuantity(item.value) || item.grade === 'poor') return [];
    const { value, unit } = item.value;
    const converted = measure === null ? value : toMeasure(measure, unit)?.(value);
    return converted === undefined ? [] : [{ at: item.trueAt, value: converted, offset: item.offset }];
  });
}

function pairsOf(readings: ReadonlyMap<string, readonly Reading[]>, measure: Measure): readonly SourcePair[] {
  const all = [...readings];
  const found: SourcePair[] = [];
  all.forEach(([first, a], i) => {
    for (const [second, b] of all.slice(i + 1)) {
      const days = differences(a, b, measure);
      const clock = clockOffset(a, b);
      const agreement = repeatedLimits(days);
      const enough = agreement !== null && agreement.pairs >= ENOUGH_PAIRS;
      if (!enough && clock === null) continue;
      const summed = agreement && { count: agreement.pairs, mean: agreement.bias, sd: agreement.sd };
      found.push({
        first: named(first),
        second: named(second),
        agreement: enough ? agreement : null,
        scale: measure.scale === 'log' ? 'log-ratio' : 'difference',
        disagrees: summed !== null && disagrees(measure, summed),
        clock,
      });
    }
  });
  return found;
}

/** Differences of each reading to the nearest of the other source, day by day: pairs of one day are alike. */
function differences(a: readonly Reading[], b: readonly Reading[], measure: Measure): readonly (readonly number[])[] {
  const reach = (measure.agree?.minutes ?? NEAR_MINUTES) * MINUTE;
  const days = new Map<number, number[]>();
  let j = 0;
  for (const { at, value } of a) {
    while (j + 1 < b.length && Math.abs(b[j + 1]!.at - at) <= Math.abs(b[j]!.at - at)) j++;
    const other = b[j];
    if (other === undefined || Math.abs(other.at - at) > reach) continue;
    const difference = differenceOn(measure, value, other.value);
    if (!Number.isFinite(difference)) continue;
    const day = Math.floor(at / (DAY_MINUTES * MINUTE));
    const own = days.get(day);
    if (own === undefined) days.set(day, [difference]);
    else own.push(difference);
  }
  return [...days.values()];
}

function conformance(accounts: readonly LossAccount[]): QualitySide {
  const entries = accounts.reduce((sum, account) => sum + account.entries, 0);
  const refused = accounts.reduce((sum, account) => sum + account.refused, 0);
  if (entries === 0) return unknown('Nothing was taken in.');
  return side(1 - refused / entries, `${refused} of ${entries} entries were refused for their form, unit or time.`);
}

function completeness(signals: readonly SignalQuality[]): QualitySide {
  const cadences = signals.flatMap(({ sources }) =>
    sources.flatMap(({ cadence }) => (cadence === null ? [] : [cadence])),
  );
  if (cadences.length === 0) return unknown('No source sends at a regular pace.');
  const [received, expected] = [sum(cadences, ({ received }) => received), sum(cadences, ({ expected }) => expected)];
  const share = Math.min(1, received / expected);
  return side(share, `${received} of ${expected} readings that regular sources would have sent are there.`);
}

function plausibility(signals: readonly SignalQuality[]): QualitySide {
  const good = sum(signals, ({ grades }) => grades.good);
  const all = sum(signals, ({ grades }) => grades.good + grades.uncertain + grades.poor);
  if (all === 0) return unknown('Nothing was measured.');
  return side(good / all, `${good} of ${all} values are good; the others are doubted or set aside.`);
}

function side(share: number, statement: string): QualitySide {
  return { level: share >= GOOD ? 'good' : share >= FAIR ? 'fair' : 'poor', share, statement };
}

function unknown(statement: string): QualitySide {
  return { level: 'unknown', share: null, statement };
}

function sum<T>(all: readonly T[], of: (each: T) => number): number {
  return all.reduce((total, each) => total + of(each), 0);
}

/** A stream as people read it. */
function named(stream: string): string {
  return stream.replace('\n', ', ');
}
