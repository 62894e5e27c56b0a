import { coding, DAY, GEMEL } from '@gemel/core';
import type { Pack, Paths, QuantitySpec } from '@gemel/runtime/pack';
import type { Drug, Target } from './drug.ts';
import { CONCENTRATION, EXPOSURE, PEAK, TROUGH } from './dynamics.ts';
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
    ],
  };
}

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

/** What a target is of, per member: on the last day foretold; exposure a day and peak of the last two. */
export function targetValues(target: Target, paths: Paths): Float64Array {
  const { members, times, values } = paths;
  const count = times.length;
  const last = count - 1;
  const day = perDay(times);
  const from = Math.max(0, last - day);
  const share = target.unbound ?? 1;
  const threshold = target.threshold ?? 1;
  const row = (signal: string, m: number) => values[signal].subarray(m * count, (m + 1) * count);
  return Float64Array.from({ length: members }, (_, m) => {
    const concentration = row(CONCENTRATION, m);
    const exposure = row(EXPOSURE, m);
    switch (target.quantity) {
      case 'auc':
        return share * (exposure[last] - exposure[0]);
      case 'auc24':
        // Two days, so that a dose every other day counts as it does.
        return (share * (exposure[last] - exposure[Math.max(0, last - 2 * day)])) / (2 * threshold);
      case 'average':
        return (share * (exposure[last] - exposure[from])) / 24;
      case 'trough':
        return share * least(concentration, row(TROUGH, m), from, last);
      case 'peak':
        return share * most(concentration, row(PEAK, m), Math.max(0, last - 2 * day), last);
      case 'time-above': {
        const lowest = share * least(concentration, row(TROUGH, m), from, last);
        const above = shareAbove(concentration, from, last, threshold / share);
        // Between two readings it may have dipped below; how long is not known, that it did is.
        return lowest > threshold ? 100 : Math.min(100 * above, 100 - 2 * LACK);
      }
    }
  });
}

/** Of a target of exposure a day, what the first day foretold comes to, per member. */
export function comingDay({ unbound = 1, threshold = 1 }: Target, { members, times, values }: Paths): Float64Array {
  const count = times.length;
  const day = Math.min(perDay(times), count - 1);
  return Float64Array.from({ length: members }, (_, m) => {
    const exposure = values[EXPOSURE].subarray(m * count, (m + 1) * count);
    return (unbound * (exposure[day] - exposure[0])) / threshold;
  });
}

/** A UCUM unit as people write it: an annotation alone is no unit, a product has its dot in the middle. */
export function unitText(ucum: string): string {
  return /^\{.*\}$/.test(ucum) || ucum === '1' ? '' : ucum.replaceAll('.', '·').replace(/^u(?=[gm])/, 'µ');
}

/** A time above a threshold has no upper end. */
export function sayTarget({ quantity, low, high, unit }: Target): string {
  return (quantity === 'time-above' ? `at least ${low} ${unit}` : `${low} to ${high} ${unit}`).trimEnd();
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
        attained:
          target.quantity === 'time-above'
            ? { above: target.low - LACK, title: sayTarget(target) }
            : { above: target.low, below: target.high, title: sayTarget(target) },
        low: { below: target.low, title: `Below ${target.low} ${target.unit}` },
        high: { above: target.high, title: `Above ${target.high} ${target.unit}` },
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
  return [course, ...targets, ...(first.quantity === 'auc24' ? [comingDayOf(first)] : [])];

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
        low: { below: low, title: `Below ${low} ${unit}` },
        high: { above: high, title: `Above ${high} ${unit}` },
      },
      evaluate: (paths) => comingDay(target, paths),
    };
  }
}
