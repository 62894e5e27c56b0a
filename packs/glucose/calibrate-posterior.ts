import { Posterior, type PriorWidth } from '@gemel/inference/result/posterior';
import type { SampledCoordinates } from './calibrate-coordinates.ts';
import { PARAMETER_INDEX } from './parameters.ts';
import { type AgeGroup, populationPrior, samplingScale, VARIED } from './population.ts';
import { PERSONAL } from './priors.ts';

/** Draws of the sampled coordinates by many short chains, sweep by sweep: length × chains × dimension. */
export interface CoordinateDraws {
  readonly chains: number;
  readonly length: number;
  readonly points: Float64Array;
}

/** Effective draws of a parameter below which its sample is called coarse. */
export const ENOUGH = 100;
/** Groups in which the chains are compared, being many and short; and the R-hat that so few draws in their halves allow. */
const GROUPS = 3;
const LARGEST_R_HAT = Math.sqrt(1 + (2 * GROUPS) / ENOUGH);

/** The personal parameters' posterior: what a table, a plot and a warning are made of. */
export function calibrationPosterior(
  { points, chains, length }: CoordinateDraws,
  coordinates: SampledCoordinates,
  group: AgeGroup,
  facts: Readonly<Record<string, number>>,
): Posterior {
  const dimension = PERSONAL.length;
  const columns = PERSONAL.map((name) => PARAMETER_INDEX[name as keyof typeof PARAMETER_INDEX]);
  const values = new Float64Array(chains * length * dimension);
  for (let s = 0; s < length; s++) {
    for (let c = 0; c < chains; c++) {
      const own = coordinates.parameters(points, (s * chains + c) * coordinates.dimension)!;
      for (let i = 0; i < dimension; i++) values[(c * length + s) * dimension + i] = own[columns[i]];
    }
  }
  const { sd } = populationPrior(group);
  const priors = PERSONAL.map((name): readonly [string, PriorWidth] => {
    const varied = VARIED.findIndex((v) => v === name);
    const scale = samplingScale(VARIED[varied]) === 'log' ? 'log' : 'logit';
    return [name, { sd: sd[varied], scale }];
  });
  const draws = { dimension, chains, length, values, logDensity: new Float64Array(chains * length) };
  return new Posterior(
    { method: 'tempered sequential Monte Carlo with ensemble moves', names: PERSONAL, draws, facts },
    { superchains: GROUPS, largestRHat: LARGEST_R_HAT, fewestDraws: ENOUGH, priors: Object.fromEntries(priors) },
  );
}
