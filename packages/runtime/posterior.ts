import type { PosteriorSummary } from '@gemel/core';
import type { Belief, Pack, Prior } from './pack.ts';
import { moments, normalised, quantileOf, sortWeighted } from './summary.ts';

/** Marginals of the personal parameters: median, central 90 %, and posterior SD over prior SD on the sampling scale. */
// biome-ignore lint/suspicious/noExplicitAny: the state is opaque here
export function posterior(pack: Pack<any>, belief: Belief<unknown>): readonly PosteriorSummary[] {
  const weights = normalised(belief.weights);
  return pack.parameters.flatMap((prior, i) => {
    if (!prior.personal || prior.sd === undefined) return [];
    const values = Float64Array.from(belief.members, (member) => member.parameters[i]!);
    const sorted = sortWeighted(values, weights);
    const scaled = values.map((value) => onScale(prior, value));
    return [
      {
        parameter: prior.name,
        title: prior.meaning,
        unit: prior.unit,
        median: quantileOf(sorted, 0.5),
        low: quantileOf(sorted, 0.05),
        high: quantileOf(sorted, 0.95),
        shrinkage: moments(scaled, weights).sd / prior.sd,
      },
    ];
  });
}

function onScale(prior: Prior, value: number): number {
  if (prior.scale === 'log') return Math.log(value);
  return prior.scale === 'logit' ? Math.log(value / (1 - value)) : value;
}
