import type { RandomStream } from '@gemel/numerics';
import { differentiable } from '../../differentiable-log-density.ts';
import type { EstimatedPosterior } from '../../filter/particle-marginal.ts';

/** Two normals that hang together, of a mean given. */
export const correlated = (mean: number) =>
  differentiable(2, (x, g) => {
    const [a, b] = [x[0] - mean, x[1]];
    g[0] = -(a - 0.8 * b) / 0.36;
    g[1] = -(b - 0.8 * a) / 0.36;
    return -(a * a - 1.6 * a * b + b * b) / 0.72;
  });

export default correlated(0);

/** Throws once it has been asked often enough. */
export const throwing = () => {
  let asked = 0;
  return differentiable(1, (x, g) => {
    if (++asked > 200) throw new TypeError('no value today');
    g[0] = -x[0];
    return -0.5 * x[0] * x[0];
  });
};

export const nowhere = differentiable(1, () => Number.NaN);

export const nothing = 7;

export const estimated: EstimatedPosterior = {
  dimension: 1,
  logPrior: () => 0,
  logLikelihood: (x: Float64Array, random: RandomStream) => -0.5 * x[0] ** 2 + 0.2 * random.normal(),
};
