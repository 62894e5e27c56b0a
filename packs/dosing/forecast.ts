import { coding, DAY, GEMEL, writtenUnit } from '@gemel/core';
import type { Pack, Paths, QuantitySpec } from '@gemel/runtime/pack';
import type { Drug, Target } from './drug.ts';
import { CONCENTRATION, EXPOSURE, MIC, PEAK, TROUGH } from './dynamics.ts';
import { levelSignal } from './record.ts';

/** In % of a day: half of what a time above a threshold lacks at least where it lacks anything. */
const LACK = 0.5;

/** Quantity: what a first target of exposure a day comes to in the first day foretold. */
export const COMING_DAY = 'coming-day';

/** As many days ahead as it takes a regimen to come to rest: by the third, most have. */
export function daysOf({ days = 3 }: Drug): number {
  return days;
}

export function forecastOf(drug: Drug): Pack<unknown>['forecast'] {
  return {
    horizonMinutes: daysOf(drug) * 24 * 60,
    stepMinutes: 60 * (drug.stepHours ?? 1),
    signals: [
      ...[CONCENTRATION, EXPOSURE],
      ...(targeted(drug, 'peak') ? [PEAK] : []),
      ...(targeted(drug, 'trough', 'time-above') ? [TROUGH] : []),
      ...(drug.mic === undefined ? [] : [MIC]),
    ],
  };
}

/** Whether what a target comes to in the coming day is told beside what it comes to at rest. */
export const ofADay = ({ quantity }: Target) => quantity === 'auc24' || quantity === 'time-above';

/** Readings in a day. */
function perDay([first, second]: Paths['times']): number {
  return Math.round(DAY / (second - first));
}

function targeted({ targets }: Drug, ...quantities: readonly Target['quantity'][]): boolean {
  return targets.some(({ quantity }) => quantities.includes(quantity));
}

export const scoresOf = (drug: Drug): Pack<unknown>['scores'] => [
  { quantity: 'concentration', signal: levelSignal(drug), leadsMinutes: [6 * 60, 12 * 60, 24 * 60, 48 * 60] },
];

/** Of paths, what targets come to: asked for by several quantities and rewards. */
const told = new WeakMap<Paths, Map<Target, Float64Array>>();

/**
 * What a target is of, per member: on the last day foretold; exposure a day and peak of the last two. Over the MIC, where it is of that. Not
 * to be written to.
 */
export function targetValues(target: Target, paths: Paths): Float64Array {
  const known = told.get(paths) ?? new Map<Target, Float64Array>();
  told.set(paths, known);
  const found = known.get(target) ?? valuesOf(target, paths);
  known.set(target, found);
  return found;
}

function valuesOf(target: Target, paths: Paths): Float64Array {
  const last = paths.times.length - 1;
  const day = perDay(paths.times);
  const from = Math.max(0, last - day);
  const before = Math.max(0, last - 2 * day);
  switch (target.quantity) {
    case 'auc':
      return exposed(target, paths, 0, last, 1);
    case 'auc24':
      // Two days, so that a dose every other day counts as it does.
      return exposed(target, paths, before, last, 2);
    case 'average':
      return exposed(target, paths, from, last, 24);
    case 'trough':
      return marked(target, paths, TROUGH, from, last, least);
    case 'peak':
      return marked(target, paths, PEAK, before, last, most);
    case 'time-above':
      return timeAbove(target, paths, from, last);
  }
}

/** Of a first target that is of a day, what the first day foretold comes to, per member: exposure, or time above the MIC. */
export function comingDay(target: Target, paths: Paths): Float64Array {
  const day = Math.min(perDay(paths.times), paths.times.length - 1);
  return target.quantity === 'time-above' ? timeAbove(target, paths, 0, day) : exposed(target, paths, 0, day, 1);
}

/** One value per member, from where its row begins and its MIC, or 1. */
function perMember(
  { perMic }: Target,
  { members, times, values }: Paths,
  of: (row: number, mic: number) => number,
): Float64Array {
  const mic = perMic ? values[MIC] : null;
  const out = new Float64Array(members);
  for (let m = 0; m < members; m++) out[m] = of(m * times.length, mic === null ? 1 : mic[m * times.length]);
  return out;
}

function exposed(target: Target, paths: Paths, from: number, last: number, over: number): Float64Array {
  const { unbound = 1 } = target;
  const exposure = paths.values[EXPOSURE];
  return perMember(
    target,
    paths,
    (row, mic) => (unbound * (exposure[row + last] - exposure[row + from])) / (over * mic),
  );
}

function marked(
  target: Target,
  paths: Paths,
  signal: string,
  from: number,
  last: number,
  extreme: typeof least,
): Float64Array {
  const { unbound = 1 } = target;
  const [values, marks] = [paths.values[CONCENTRATION], paths.values[signal]];
  return perMember(target, paths, (row, mic) => (unbound * extreme(values, marks, row + from, row + last)) / mic);
}

/** In % of the readings' time. */
function timeAbove(target: Target, paths: Paths, from: number, last: number): Float64Array {
  const { unbound = 1 } = target;
  const [values, marks] = [paths.values[CONCENTRATION], paths.values[TROUGH]];
  return perMember(target, paths, (row, mic) => above(values, marks, row + from, row + last, mic / unbound));
}

export function sayTarget({ low, high, unit }: Target): string {
  return `${high === undefined ? `at least ${low}` : `${low} to ${high}`} ${writtenUnit(unit)}`.trimEnd();
}

/** Time above a level, in % of the readings' time. */
function above(values: Float64Array, marks: Float64Array, from: number, last: number, level: number): number {
  const share = 100 * shareAbove(values, from, last, level);
  // Between two readings it may have dipped below; how long is not known, that it did is.
  return least(values, marks, from, last) > level ? 100 : Math.min(share, 100 - 2 * LACK);
}

/** The lowest of the readings, and of the marks that were set among them. */
function least(values: Float64Array, marks: Float64Array, from: number, last: number): number {
  let found = values[from];
  for (let i = from + 1; i <= last; i++) {
    if (values[i] < found) found = values[i];
    if (marks[i] !== marks[i - 1] && marks[i] < found) found = marks[i];
  }
  return found;
}

function most(values: Float64Array, marks: Float64Array, from: number, last: number): number {
  let found = values[from];
  for (let i = from + 1; i <= last; i++) {
    if (values[i] > found) found = values[i];
    if (marks[i] !== marks[i - 1] && marks[i] > found) found = marks[i];
  }
  return found;
}

/** Share of the time above a level, a straight line between readings. */
function shareAbove(values: Float64Array, from: number, last: number, level: number): number {
  let sum = 0;
  for (let i = from + 1; i <= last; i++) {
    const [a, b] = [values[i - 1] - level, values[i] - level];
    if (a > 0 && b > 0) sum += 1;
    else if (a > 0 || b > 0) sum += Math.max(a, b) / Math.abs(a - b);
  }
  return sum / (last - from);
}

export function quantitiesOf(drug: Drug): readonly QuantitySpec[] {
  const predicted = (name: string) => ({ codings: [coding(GEMEL, `predicted.dosing.${drug.id}.${name}`)] });
  const course: QuantitySpec = {
    name: 'concentration',
    title: `${drug.title}, ${drug.levelName ?? 'total concentration'}`,
    code: predicted('concentration'),
    unit: drug.levelUnit,
    kind: 'trajectory',
    events: {},
    evaluate: ({ values }) => values[CONCENTRATION],
  };
  const targets = drug.targets.map(
    (target): QuantitySpec => ({
      name: target.id,
      title: target.title,
      code: predicted(target.id),
      unit: target.unit,
      kind: 'scalar',
      events: {
        attained: {
          // A whole day above is all but what a reading lacks.
          above: target.quantity === 'time-above' ? target.low - LACK : target.low,
          ...(target.high === undefined ? {} : { below: target.high }),
          title: sayTarget(target),
        },
        low: { below: target.low, title: `Below ${target.low} ${writtenUnit(target.unit)}`.trimEnd() },
        ...(target.high === undefined
          ? {}
          : { high: { above: target.high, title: `Above ${target.high} ${writtenUnit(target.unit)}`.trimEnd() } }),
        ...(target.harm && {
          harm: {
            above: target.harm.above,
            title: `Above ${target.harm.above} ${writtenUnit(target.unit)}: ${target.harm.title} (${target.harm.source})`,
          },
        }),
      },
      evaluate: (paths) => targetValues(target, paths),
    }),
  );
  const [first] = drug.targets;
  return [course, ...targets, ...(ofADay(first) ? [comingDayOf(first)] : [])];

  /** Beside a regimen at rest: what has accumulated, and what is still to accumulate. */
  function comingDayOf(target: Target): QuantitySpec {
    const { low, high, unit } = target;
    return {
      name: COMING_DAY,
      title: `${target.title} of the coming day`,
      code: predicted(COMING_DAY),
      unit,
      kind: 'scalar',
      events: {
        low: { below: target.quantity === 'time-above' ? low - LACK : low, title: `Below ${low} ${writtenUnit(unit)}` },
        ...(high === undefined ? {} : { high: { above: high, title: `Above ${high} ${writtenUnit(unit)}` } }),
      },
      evaluate: (paths) => comingDay(target, paths),
    };
  }
}
