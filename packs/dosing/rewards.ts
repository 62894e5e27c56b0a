import { writtenUnit } from '@gemel/core';
import type { Paths, RewardSpec } from '@gemel/runtime/pack';
import type { Drug, Target } from './drug.ts';
import { sayTarget, targetValues } from './forecast.ts';

/** The middle of a target on the scale on which exposure varies. */
export function aim({ low, high = low }: Target): number {
  return low > 0 ? Math.sqrt(low * high) : high / 2;
}

/** Attaining the first target counts; leaving it or a bound upwards, and harm of any target, count as much again. */
export function rewardsOf(drug: Drug): readonly RewardSpec[] {
  const [target, ...others] = drug.targets;
  const { low, high = Number.POSITIVE_INFINITY, harm } = target;
  const of = (each: Target, holds: (value: number) => number) => (paths: Paths) => targetValues(each, paths).map(holds);
  return [
    ...others
      .filter((each) => each.harm !== undefined || each.bound === true)
      .map((each) => (each.harm ? harmOf(each) : notAbove(each))),
    {
      name: 'attainment',
      title: `${target.title}: ${sayTarget(target)}`,
      weight: 1,
      evaluate: of(target, (value) => (value >= low && value <= high ? 1 : 0)),
    },
    ...(target.high === undefined || harm?.above === high ? [] : [notAbove(target)]),
    ...(harm === undefined ? [] : [harmOf(target)]),
    {
      name: 'closeness',
      title: `${target.title}: near ${Number(aim(target).toPrecision(3))} ${writtenUnit(target.unit)} (minus the distance on the log scale)`,
      weight: 0.25,
      evaluate: of(target, (value) => -Math.min(3, Math.abs(Math.log(Math.max(value, 1e-6) / aim(target))))),
    },
  ];

  function notAbove(each: Target): RewardSpec {
    const { id, title, unit, high: most = Number.POSITIVE_INFINITY } = each;
    return {
      name: `not-above-${id}`,
      title: `${title}: not above ${most} ${writtenUnit(unit)}`.trimEnd(),
      weight: 1,
      evaluate: of(each, (value) => (value > most ? -1 : 0)),
    };
  }

  function harmOf(each: Target): RewardSpec {
    const { above, title, source } = each.harm!;
    return {
      name: `harm-${each.id}`,
      title: `${each.title}: not above ${above} ${writtenUnit(each.unit)} (${title}; ${source})`,
      weight: 1,
      evaluate: of(each, (value) => (value > above ? -1 : 0)),
    };
  }
}
