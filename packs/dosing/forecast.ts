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

/** Whether a target is read at the doses' own times. */
export function readsDoses({ targets }: Pick<Drug, 'targets'>): boolean {
  return targeted({ targets }, 'peak', 'trough', 'time-above');
}

function targeted({ targets }: Pick<Drug, 'targets'>, ...quantities: readonly Target['quantity'][]): boolean {
  return targets.some(({ quantity }) => quantities.includes(quantity));
}

export const scoresOf = (drug: Drug): Pack<unknown>['scores'] => [
  { quantity: 'concentration', signal: levelSignal(drug), leadsMinutes: [6 * 60, 12 * 60, 24 * 60, 48 * 60] },
];

/** What a target is of, per member: on the last day foretold; exposure a day and peak of the last two. Over the MIC, where it is of that. */
export function targetValues(target: Target, paths: Paths): Float64Array {
  const { members, times, values } = paths;
  const count = times.length;
  const last = count - 1;
  const day = perDay(times);
  const from = Math.max(0, last - day);
  const share = target.unbound ?? 1;
  const row = (signal: string, m: number) => values[signal].subarray(m * count, (m + 1) * count);
  return Float64Array.from({ length: members }, (_, m) => {
    const concentration = row(CONCENTRATION, m);
    const exposure = row(EXPOSURE, m);
    const mic = target.perMic ? values[MIC][m * count] : 1;
    switch (target.quantity) {
      case 'auc':
        return (share * (exposure[last] - exposure[0])) / mic;
      case 'auc24':
        // Two days, so that a dose every other day counts as it does.
        return (share * (exposure[last] - exposure[Math.max(0, last - 2 * day)])) / (2 * mic);
      case 'average':
        return (share * (exposure[last] - exposure[from])) / (24 * mic);
      case 'trough':
        return (share * least(concentration, row(TROUGH, m), from, last)) / mic;
      case 'peak':
        return (share * most(concentration, row(PEAK, m), Math.max(0, last - 2 * day), last)) / mic;
      case 'time-above':
        return above(concentration, row(TROUGH, m), from, last, mic / share);
    }
  });
}

/** Of a first target that is of a day, what the first day foretold comes to, per member: exposure, or time above the MIC. */
export function comingDay(target: Target, { members, times, values }: Paths): Float64Array {
  const { unbound = 1, quantity } = target;
  const count = times.length;
  const day = Math.min(perDay(times), count - 1);
  return Float64Array.from({ length: members }, (_, m) => {
    const row = (signal: string) => values[signal].subarray(m * count, (m + 1) * count);
    const mic = target.perMic ? values[MIC][m * count] : 1;
    if (quantity === 'time-above') return above(row(CONCENTRATION), row(TROUGH), 0, day, mic / unbound);
    const exposure = row(EXPOSURE);
    return (unbound * (exposure[day] - exposure[0])) / mic;
  });
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
        low: { below: target.low, title: `Below ${target.low} ${target.unit}` },
        ...(target.high === undefined
          ? {}
          : { high: { above: target.high, title: `Above ${target.high} ${target.unit}` } }),
        ...(target.harm && {
          harm: {
            above: target.harm.above,
            title: `Above ${target.harm.above} ${target.unit}: ${target.harm.title} (${target.harm.source})`,
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
        low: { below: target.quantity === 'time-above' ? low - LACK : low, title: `Below ${low} ${unit}` },
        ...(high === undefined ? {} : { high: { above: high, title: `Above ${high} ${unit}` } }),
      },
      evaluate: (paths) => comingDay(target, paths),
    };
  }
}
