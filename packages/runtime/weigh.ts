import type { Plan, RewardTerm, Scenario } from '@gemel/core';
import { runtimeErrors } from './errors.data.ts';
import { type ForecastBasis, type Foretold, finite, foretell } from './forecast.ts';
import type { Difference } from './hub.ts';
import { applyLimits } from './limits.ts';
import type { Situation } from './pack.ts';
import { moments, quantileOf, quantileTable, sortWeighted } from './summary.ts';

/** One option with what it leads to, member by member. */
export interface Weighed {
  readonly plan: Plan;
  readonly foretold: Foretold;
  /** Weighted sum of rewards per member. */
  readonly totals: Float64Array;
  /** Per reward, one value per member. */
  readonly rewards: Readonly<Record<string, Float64Array>>;
}

/** Limits, forecast and rewards of one scenario. Its share of being best is filled in by `compared`. */
export function weigh(basis: ForecastBasis, situation: Situation<unknown>, scenario: Scenario): Weighed {
  const { pack } = basis.twin;
  const limited = applyLimits(pack, scenario, situation);
  const foretold = foretell(basis, limited.scenario);
  const { members } = foretold.paths;
  const totals = new Float64Array(members);
  const rewards: Record<string, Float64Array> = {};
  const terms = pack.rewards.map((spec): RewardTerm => {
    const values = spec.evaluate(foretold.paths, limited.scenario);
    const what = `${pack.id}: reward ${spec.name}`;
    if (values.length !== members) {
      throw runtimeErrors.error('runtime-shape', `${what} has ${values.length} values for ${members} members.`);
    }
    finite(values, what);
    for (let m = 0; m < members; m++) totals[m]! += spec.weight * values[m]!;
    rewards[spec.name] = values;
    const quantiles = quantileTable(sortWeighted(values, foretold.weights));
    const { name, title, weight } = spec;
    return { name, title, weight, ...moments(values, foretold.weights), quantiles };
  });
  const plan: Plan = {
    scenario: limited.scenario,
    forecast: foretold.forecast,
    rewards: terms,
    total: terms.reduce((sum, term) => sum + term.weight * term.mean, 0),
    probabilityBest: 0,
    limits: limited.verdicts,
    allowed: limited.allowed,
  };
  return { plan, foretold, totals, rewards };
}

/** The plans with the probability that each has the highest total, member by member; ties share. Forbidden plans have none. */
export function compared(weighed: readonly Weighed[]): readonly Plan[] {
  const allowed = weighed.filter(({ plan }) => plan.allowed);
  const share = new Map<Weighed, number>(weighed.map((each) => [each, 0]));
  const first = allowed[0];
  const members = first?.totals.length ?? 0;
  for (let m = 0; m < members; m++) {
    const top = Math.max(...allowed.map(({ totals }) => totals[m]!));
    const best = allowed.filter(({ totals }) => totals[m] === top);
    const weight = first!.foretold.weights?.[m] ?? 1 / members;
    for (const each of best) share.set(each, share.get(each)! + weight / best.length);
  }
  return weighed.map((each) => ({ ...each.plan, probabilityBest: Math.min(1, share.get(each)!) }));
}

/** What arm `b` has more than arm `a`: scalar quantities and rewards, paired member by member; median and central 90 %. */
export function differences(basis: ForecastBasis, a: Weighed, b: Weighed): readonly Difference[] {
  const { pack } = basis.twin;
  const { weights } = a.foretold;
  const difference = (name: string, title: string, unit: string, from: Float64Array, to: Float64Array): Difference => {
    const sorted = sortWeighted(
      to.map((value, m) => value - from[m]!),
      weights,
    );
    return {
      name,
      title,
      unit,
      median: quantileOf(sorted, 0.5),
      low: quantileOf(sorted, 0.05),
      high: quantileOf(sorted, 0.95),
    };
  };
  const scalars = pack.quantities
    .filter((spec) => spec.kind === 'scalar')
    .map((spec) => {
      const [from, to] = [spec.evaluate(a.foretold.paths), spec.evaluate(b.foretold.paths)];
      return difference(spec.name, spec.title, spec.unit, from, to);
    });
  const rewards = pack.rewards.map((spec) =>
    difference(spec.name, spec.title, '1', a.rewards[spec.name]!, b.rewards[spec.name]!),
  );
  return [...scalars, ...rewards];
}
