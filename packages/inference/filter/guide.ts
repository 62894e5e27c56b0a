import type { RandomStream } from '@gemel/numerics';
import { solveLower } from '@gemel/numerics/linalg/cholesky';
import { covarianceRoot } from '@gemel/numerics/linalg/lower-factor';
import { multiply } from '@gemel/numerics/linalg/matrix';
import type { Gaussian } from '../log-density.ts';
import { init as drawEnsemble } from './ensemble-filter.ts';
import { gaussianUpdate } from './gaussian-update.ts';
import { jacobianOf, type Observation, observationLogLikelihood, presentComponents } from './observation.ts';
import type { GuidedStateSpace } from './particle.ts';
import { advanceWithNoise, type Transition } from './transition.ts';

/**
 * The state space of a transition over one span, guided by the locally optimal proposal p(x | state before, values)
 * (Doucet, Godsill, Andrieu, Stat. Comput. 10 (2000) 197) with its look-ahead, the operator linearised at each forecast:
 * both exact where it is linear. The observation must be at `to`. Without noise over the span, or where a covariance has
 * no root, particles move as in the bootstrap filter. `freedom` makes the errors Student (scale: the operator's
 * covariance); the guide stays normal.
 */
export function guidedSpan(
  transition: Transition,
  start: Gaussian,
  from: number,
  to: number,
  options: { readonly freedom?: number } = {},
): Required<GuidedStateSpace<Observation>> {
  const n = transition.dimension;
  const noise = to === from ? undefined : transition.noise?.(from, to);
  const noiseRoot = noise ? covarianceRoot(noise, n) : null;
  const forecastOf = (ensemble: Float64Array, members: number) =>
    to === from ? Float64Array.from(ensemble) : transition.advance(ensemble, members, from, to);
  const guide = (forecast: Float64Array, observation: Observation) => {
    const { operator, values } = presentComponents(observation);
    const errorRoot = operator.size > 0 ? covarianceRoot(operator.covariance, operator.size) : null;
    return (m: number) => {
      if (!noiseRoot || !errorRoot) return null;
      const mean = forecast.slice(m * n, (m + 1) * n);
      const h = jacobianOf(operator, mean);
      const predicted = operator.observe(mean, 1);
      const innovation = values.map((y, i) => y - predicted[i]);
      const predictedRoot = multiply(h, noiseRoot, operator.size, n, n);
      const posterior = gaussianUpdate({
        mean,
        stateRoot: noiseRoot,
        predictedRoot,
        columns: n,
        innovation,
        errorRoot,
      });
      const proper = posterior.status === 'ok' && Number.isFinite(posterior.logLikelihood);
      return proper && posterior.lower.every((v, at) => at % (n + 1) !== 0 || v > 0) ? posterior : null;
    };
  };
  return {
    dimension: n,
    init: (members, random) => drawEnsemble(from, start, members, random).ensemble,
    advance: (ensemble, members, random) =>
      advanceWithNoise(transition, ensemble, members, from, to, random) ??
      new Float64Array(ensemble.length).fill(Number.NaN),
    logLikelihood: (ensemble, members, observation) =>
      observationLogLikelihood(observation, ensemble, members, options.freedom),
    lookAhead(ensemble, members, observation) {
      const update = guide(forecastOf(ensemble, members), observation);
      return Float64Array.from({ length: members }, (_, m) => update(m)?.logLikelihood ?? 0);
    },
    propose(ensemble, members, observation, random) {
      const next = forecastOf(ensemble, members);
      const logRatio = new Float64Array(members);
      if (noise && !noiseRoot) return { ensemble: next.fill(Number.NaN), logRatio };
      if (!noiseRoot) return { ensemble: next, logRatio };
      const forecast = Float64Array.from(next);
      const update = guide(forecast, observation);
      for (let m = 0; m < members; m++) {
        const posterior = update(m);
        const z = draw(n, random);
        place(next, m, posterior?.mean ?? forecast.subarray(m * n, (m + 1) * n), posterior?.lower ?? noiseRoot, z);
        if (!posterior) continue;
        const moved = Float64Array.from({ length: n }, (_, i) => next[m * n + i] - forecast[m * n + i]);
        logRatio[m] = logKernel(solveLower(noiseRoot, n, moved), noiseRoot) - logKernel(z, posterior.lower);
      }
      return { ensemble: next, logRatio };
    },
  };
}

function draw(n: number, random: RandomStream): Float64Array {
  return Float64Array.from({ length: n }, () => random.normal());
}

function place(ensemble: Float64Array, m: number, mean: Float64Array, lower: Float64Array, z: Float64Array): void {
  const n = z.length;
  for (let i = 0; i < n; i++) {
    ensemble[m * n + i] = mean[i];
    for (let j = 0; j <= i; j++) ensemble[m * n + i] += lower[i * n + j] * z[j];
  }
}

/** Log normal density of lower · z, up to the constant of the dimension. */
function logKernel(z: Float64Array, lower: Float64Array): number {
  let l = 0;
  for (let i = 0; i < z.length; i++) l -= 0.5 * z[i] * z[i] + Math.log(lower[i * z.length + i]);
  return l;
}
