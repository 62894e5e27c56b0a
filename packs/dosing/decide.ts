import {
  type Advice,
  HOUR,
  type Instant,
  instant,
  type Plan,
  type Reason,
  type Scalar,
  type Scenario,
} from '@gemel/core';
import { randomStream } from '@gemel/numerics';
import type { Paths, RewardSpec, Situation } from '@gemel/runtime/pack';
import { abstain } from './abstain.ts';
import type { Drug, Target } from './drug.ts';
import { drugDynamics } from './dynamics.ts';
import type { DosingState } from './fed-dynamics.ts';
import { forecastOf, sayTarget, targetValues } from './forecast.ts';
import { largestSingle } from './limits.ts';
import { covariatesOf, isDose } from './record.ts';
import { scenarioOf } from './regimen.ts';

/** Members that doses are sought with; all are weighed afterwards. */
const SOUGHT_WITH = 40;
/** Hours a proposal may be acted on. */
const EXPIRES = 4;

/** Share of the members that a dose is sought to serve: half lie on either side of an exposure, nine of ten stay above a threshold. */
const SERVED = 0.9;

/** Attaining the first target counts most; leaving it, or a bound, upwards, where harm is, counts as much again. */
export function rewardsOf(drug: Drug): readonly RewardSpec[] {
  const [target, ...others] = drug.targets;
  const { low, high, unit } = target;
  const share = (paths: Paths, holds: (value: number) => number) => targetValues(target, paths).map(holds);
  const bounds = others.filter(({ bound }) => bound === true);
  return [
    ...bounds.map(
      (each): RewardSpec => ({
        name: `not-above-${each.id}`,
        title: `${each.title}: not above ${each.high} ${each.unit}`,
        weight: 1,
        evaluate: (paths) => targetValues(each, paths).map((value) => (value > each.high ? -1 : 0)),
      }),
    ),
    {
      name: 'attainment',
      title: `${target.title}: ${sayTarget(target)}`,
      weight: 1,
      evaluate: (paths) => share(paths, (value) => (value >= low && value <= high ? 1 : 0)),
    },
    {
      name: 'not-above',
      title: `${target.title}: not above ${high} ${unit}`,
      weight: 1,
      evaluate: (paths) => share(paths, (value) => (value > high ? -1 : 0)),
    },
    {
      name: 'closeness',
      title: `${target.title}: near ${aim(target)} ${unit} (minus the distance on the log scale)`,
      weight: 0.25,
      evaluate: (paths) =>
        share(paths, (value) => -Math.min(3, Math.abs(Math.log(Math.max(value, 1e-6) / aim(target))))),
    },
  ];
}

/** The middle of a target on the scale on which exposure varies. */
export function aim({ low, high }: Target): number {
  return low > 0 ? Math.sqrt(low * high) : high / 2;
}

/**
 * As planned first; then for each interval the doses between which the first target is met: by the median member at its middle,
 * or, of the time above a threshold, by nine of ten, for each length of infusion. Targets rise with the dose.
 */
export function proposeOf(drug: Drug) {
  const dynamics = drugDynamics(drug);
  const [target] = drug.targets;
  const { horizonMinutes, stepMinutes, signals } = forecastOf(drug);

  /** What the target comes to under a scenario, for the members that are sought to be served. */
  function reached({ belief, history, now }: Situation<DosingState>, scenario: Scenario | null): number {
    const every = Math.max(1, Math.floor(belief.members.length / SOUGHT_WITH));
    const members = belief.members.filter((_, m) => m % every === 0);
    const times = Array.from({ length: horizonMinutes / stepMinutes + 1 }, (_, k) =>
      instant(now + k * stepMinutes * 60_000),
    );
    const controls = [...history.controls, ...(scenario?.controls ?? [])];
    const { values } = dynamics.trajectories!({ members, controls, times, signals, random: randomStream(0) });
    const sorted = targetValues(target, { members: members.length, times, values }).sort();
    return sorted[Math.floor(sorted.length * (target.quantity === 'time-above' ? 1 - SERVED : 0.5))];
  }

  return (situation: Situation<DosingState>, weighed: readonly Plan[]): readonly Scenario[] => {
    if (weighed.length > 0) return [];
    const { history, now } = situation;
    const { step, intervalsHours } = drug.regimens;
    const { weight } = covariatesOf(history, now).at(-1)!.values;
    const scenarios: Scenario[] = [{ id: 'as-planned', title: 'As planned', controls: [] }];
    const seen = new Set<string>();
    for (const interval of intervalsHours) {
      const first = firstDose(situation, interval);
      if (first >= now + horizonMinutes * 60_000) continue;
      const most = Math.min(largestSingle(drug, weight), (drug.limits.daily * interval) / 24);
      for (const shortest of infusionsOf(drug, interval)) {
        const scenario = (dose: number) =>
          scenarioOf(
            drug,
            history.subject,
            { dose, interval, infusion: infusionFor(drug, dose, shortest) },
            first,
            now,
          );
        let low = 0;
        let high = Math.max(1, Math.floor(most / step));
        while (high - low > 1) {
          const middle = (low + high) >> 1;
          if (reached(situation, scenario(middle * step)) < aim(target)) low = middle;
          else high = middle;
        }
        for (const multiple of [low, high]) {
          if (multiple === 0) continue;
          const own = scenario(multiple * step);
          if (!seen.has(own.id)) scenarios.push(own);
          seen.add(own.id);
        }
      }
    }
    return scenarios;
  };
}

/** Infusions to try: where the time above a threshold counts, longer ones as well. */
function infusionsOf({ regimens, targets }: Drug, interval: number): readonly number[] {
  const within = regimens.infusionHours.filter((each) => each <= interval);
  return targets[0].quantity === 'time-above' && within.length > 0 ? within : [within[0] ?? 0];
}

/** The shortest infusion of at least this length that keeps to the fastest rate. */
function infusionFor({ limits, regimens }: Drug, dose: number, shortest: number): number {
  const least = Math.max(shortest, limits.rate === undefined ? 0 : dose / limits.rate);
  return regimens.infusionHours.find((each) => each >= least) ?? regimens.infusionHours.at(-1) ?? 0;
}

/** An interval after the last dose, or now where that has passed. */
function firstDose({ history, now }: Situation<DosingState>, interval: number): Instant {
  const last = history.controls.findLast((each) => isDose(each) && each.status === 'given');
  return instant(Math.max(now, (last?.from ?? Number.NEGATIVE_INFINITY) + interval * HOUR));
}

export function decideOf(drug: Drug) {
  const [target] = drug.targets;
  return ({ now, applicability, belief }: Situation<DosingState>, plans: readonly Plan[]): Advice => {
    if (applicability.applies === 'no') return abstain(applicability.reasons);
    if (plans.length === 0) return abstain([{ code: 'nothing-weighed', statement: 'Nothing was weighed.' }]);
    const ranked = plans.filter(({ allowed }) => allowed).toSorted((a, b) => b.total - a.total);
    if (ranked.length === 0)
      return abstain([{ code: 'nothing-allowed', statement: 'No plan keeps within the limits.' }]);
    const [best] = ranked;
    const reasons: Reason[] = ranked.slice(0, 3).map((plan) => {
      const { quantiles, levels, events } = plan.forecast.quantities[target.id] as Scalar;
      const at = (level: number) => say(quantiles[levels.indexOf(level)]);
      return {
        code: 'attainment',
        statement: `${plan.scenario.title}: ${target.title} ${at(0.5)} ${target.unit} (90 %: ${at(0.05)} to ${at(0.95)}); chance of ${sayTarget(target)}: ${percent(events.attained)}; above: ${percent(events.high)}.`,
      };
    });
    return {
      kind: 'advise',
      statement: `Option to consider: ${best.scenario.title}.`,
      reasons: [
        ...reasons,
        { code: 'target', statement: `${target.use}. ${target.source}.` },
        ...belief.diagnostics.warnings.map(({ code, message }) => ({ code, statement: message })),
      ],
      advisories: [],
      plans: ranked,
      expires: instant(now + EXPIRES * HOUR),
    };
  };
}

function say(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
