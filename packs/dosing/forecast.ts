import { coding, GEMEL } from '@gemel/core';
import type { Pack, Paths, QuantitySpec } from '@gemel/runtime/pack';
import type { Drug, Target } from './drug.ts';
import { CONCENTRATION, EXPOSURE } from './dynamics.ts';
import { levelSignal } from './record.ts';

const STEP_MINUTES = 60;
const PER_DAY = (24 * 60) / STEP_MINUTES;
/** In % of a day: what tells a time above a threshold that is reached from one that is not. */
const HALF_SAMPLE = 50 / PER_DAY;

/** As many days ahead as it takes a regimen to come to rest: by the third, most have. */
export function daysOf({ days = 3 }: Drug): number {
  return days;
}

export function forecastOf(drug: Drug): Pack<unknown>['forecast'] {
  return {
    horizonMinutes: daysOf(drug) * 24 * 60,
    stepMinutes: STEP_MINUTES,
    signals: [CONCENTRATION, EXPOSURE],
  };
}

export const scoresOf = (drug: Drug): Pack<unknown>['scores'] => [
  { quantity: 'concentration', signal: levelSignal(drug), leadsMinutes: [6 * 60, 12 * 60, 24 * 60, 48 * 60] },
];

/** What a target is of, per member: on the last day foretold; exposure a day and peak of the last two. */
export function targetValues(target: Target, paths: Paths): Float64Array {
  const { members, times, values } = paths;
  const count = times.length;
  const last = count - 1;
  const from = Math.max(0, last - PER_DAY);
  const share = target.unbound ?? 1;
  const threshold = target.threshold ?? 1;
  return Float64Array.from({ length: members }, (_, m) => {
    const concentration = values[CONCENTRATION].subarray(m * count, (m + 1) * count);
    const exposure = values[EXPOSURE].subarray(m * count, (m + 1) * count);
    const day = concentration.subarray(from, last + 1);
    switch (target.quantity) {
      case 'auc':
        return share * (exposure[last] - exposure[0]);
      case 'auc24':
        // Two days, so that a dose every other day counts as it does.
        return (share * (exposure[last] - exposure[Math.max(0, last - 2 * PER_DAY)])) / (2 * threshold);
      case 'average':
        return (share * (exposure[last] - exposure[from])) / 24;
      case 'trough':
        return share * lowest(day);
      case 'peak':
        return share * highest(concentration.subarray(Math.max(0, last - 2 * PER_DAY), last + 1));
      case 'time-above': {
        let above = 0;
        for (let i = 1; i < day.length; i++) if (share * day[i] > threshold) above++;
        return (100 * above) / (day.length - 1);
      }
    }
  });
}

/** A time above a threshold has no upper end. */
export function sayTarget({ quantity, low, high, unit }: Target): string {
  return quantity === 'time-above' ? `at least ${low} ${unit}` : `${low} to ${high} ${unit}`;
}

function lowest(values: Float64Array): number {
  return values.reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY);
}

function highest(values: Float64Array): number {
  return values.reduce((most, each) => Math.max(most, each), Number.NEGATIVE_INFINITY);
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
            ? { above: target.low - HALF_SAMPLE, title: sayTarget(target) }
            : { above: target.low, below: target.high, title: sayTarget(target) },
        low: { below: target.low, title: `Below ${target.low} ${target.unit}` },
        high: { above: target.high, title: `Above ${target.high} ${target.unit}` },
      },
      evaluate: (paths) => targetValues(target, paths),
    }),
  );
  return [course, ...targets];
}
