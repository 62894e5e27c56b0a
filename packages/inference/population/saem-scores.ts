import { cholesky, choleskySolve } from '@gemel/numerics/linalg/cholesky';
import { type FixedEffects, unlinked } from './mean-design.ts';
import {
  errorVariance,
  type PopulationValues,
  type ResidualError,
  residualVariance,
  type Subject,
} from './population.ts';
import type { ChainDraw } from './saem-kernels.ts';
import type { Statistics } from './saem-statistics.ts';

/** Slope of the log likelihood of drawn observations and its expected curvature, coordinate by coordinate. */
export interface Score {
  readonly slope: Float64Array;
  /** Positive semidefinite. */
  readonly information: Float64Array;
}

/** By logs of the variances of the residual error, proportional and additive. */
export function sigmaScore(draws: Iterable<readonly [Subject, ChainDraw]>, sigma: ResidualError): Score {
  const slope = new Float64Array(2);
  const information = new Float64Array(4);
  for (const [subject, { f, y }] of draws) {
    for (let i = 0; i < f.length; i++) {
      const r = residualVariance(sigma, f[i]);
      const share = [1 - sigma.additive / r, sigma.additive / r];
      const excess = (y[i] - f[i]) ** 2 / errorVariance(subject, sigma, i, f[i]) - 1;
      for (let a = 0; a < 2; a++) {
        slope[a] += 0.5 * share[a] * excess;
        for (let b = 0; b < 2; b++) information[a * 2 + b] += 0.5 * share[a] * share[b];
      }
    }
  }
  return { slope, information };
}

/** By fixed effects that are no means, on their linked scales. */
export function otherScore(
  draws: Iterable<readonly [Subject, ChainDraw]>,
  values: PopulationValues,
  point: Float64Array,
  { links, others }: FixedEffects,
): Score {
  const u = others.length;
  const h = 1e-4;
  const slope = new Float64Array(u);
  const information = new Float64Array(u * u);
  const theta = Float64Array.from(values.theta);
  for (const [subject, { eta, f, y }] of draws) {
    const n = f.length;
    const g = new Float64Array(n * u);
    const up = new Float64Array(n);
    const down = new Float64Array(n);
    let known = true;
    others.forEach((k, a) => {
      const step = h * Math.max(1, links[k] === 'identity' ? Math.abs(point[k]) : 1);
      theta[k] = unlinked(links[k], point[k] + step);
      known = subject.predict(theta, eta, up) && known;
      theta[k] = unlinked(links[k], point[k] - step);
      known = subject.predict(theta, eta, down) && known;
      theta[k] = values.theta[k];
      for (let i = 0; i < n; i++) g[i * u + a] = (up[i] - down[i]) / (2 * step);
    });
    if (!known) continue;
    for (let i = 0; i < n; i++) {
      const r = errorVariance(subject, values.sigma, i, f[i]);
      const residual = y[i] - f[i];
      const bend = (2 * values.sigma.proportional * f[i]) / residualVariance(values.sigma, f[i]);
      const first = residual / r + 0.5 * bend * ((residual * residual) / r - 1);
      const second = 1 / r + 0.5 * bend * bend;
      for (let a = 0; a < u; a++) {
        slope[a] += first * g[i * u + a];
        for (let b = 0; b < u; b++) information[a * u + b] += second * g[i * u + a] * g[i * u + b];
      }
    }
  }
  return { slope, information };
}

/** The scoring step, no coordinate by more than `most`; null where the information is singular. */
export function scoringStep({ slope, information }: Score, most: number): Float64Array | null {
  const n = slope.length;
  const factor = cholesky(information, n);
  if (factor.status !== 'ok') return null;
  const step = choleskySolve(factor.lower, n, slope);
  const largest = step.reduce((best, each) => Math.max(best, Math.abs(each)), 0);
  if (!Number.isFinite(largest)) return null;
  return largest > most ? step.map((each) => (each * most) / largest) : step;
}

/** Residual variances after one iteration: in closed form where there is one part, else by a scoring step of their logs. */
export function sigmaAfter(
  sigma: ResidualError,
  { squares, observations, sigmaInformation }: Statistics,
  slope: Float64Array,
  gain: number,
): ResidualError {
  const { proportional, additive } = sigma;
  if (proportional === 0) return { proportional, additive: squares / observations };
  if (additive === 0) return { proportional: squares / observations, additive };
  const step = scoringStep({ slope, information: sigmaInformation }, 1) ?? new Float64Array(2);
  return { proportional: proportional * Math.exp(gain * step[0]), additive: additive * Math.exp(gain * step[1]) };
}

/**
 * Fixed effects that are no means after one iteration: a scoring step on their linked scales. While `gain` is 1 it is halved until the draws
 * themselves grow likelier, so that a poor start does not throw it far.
 */
export function othersAfter(
  draws: readonly (readonly [Subject, ChainDraw])[],
  values: PopulationValues,
  point: Float64Array,
  { links, others }: FixedEffects,
  score: Score,
  gain: number,
): Float64Array {
  const step = others.length > 0 ? scoringStep(score, gain === 1 ? 1 : 10) : null;
  if (step === null) return point;
  const moved = (length: number) => {
    const next = Float64Array.from(point);
    others.forEach((k, a) => {
      next[k] += length * step[a];
    });
    return next;
  };
  if (gain < 1) return moved(gain);
  const before = misfit(draws, values, values.theta);
  for (let length = 1; length > 0.01; length /= 2) {
    const next = moved(length);
    const theta = Float64Array.from(values.theta);
    for (const k of others) theta[k] = unlinked(links[k], next[k]);
    if (misfit(draws, values, theta) < before) return next;
  }
  return point;
}

/** −2 log density of drawn observations at other fixed effects. */
function misfit(
  draws: readonly (readonly [Subject, ChainDraw])[],
  { sigma }: PopulationValues,
  theta: Float64Array,
): number {
  let sum = 0;
  for (const [subject, { eta, y }] of draws) {
    const f = new Float64Array(y.length);
    if (!subject.predict(theta, eta, f)) return Infinity;
    for (let i = 0; i < y.length; i++) {
      const r = errorVariance(subject, sigma, i, f[i]);
      sum += Math.log(r) + (y[i] - f[i]) ** 2 / r;
    }
  }
  return Number.isNaN(sum) ? Infinity : sum;
}
