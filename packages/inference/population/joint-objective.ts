import { logNormalCdf } from '@gemel/numerics/special/normal';
import type { SidedLinearization } from './kinks.ts';
import { type EtaPrior, errorVariance, type PopulationValues, residualVariance, type Subject } from './population.ts';

/** −2 log of the joint density of observations and random effects, without constants; Infinity where it has none. */
export function jointObjective(
  subject: Subject,
  values: PopulationValues,
  prior: EtaPrior,
  eta: Float64Array,
  f: Float64Array,
  variance: Float64Array | null,
): number {
  let sum = 0;
  for (let i = 0; i < f.length; i++) {
    const r = variance ? variance[i] : errorVariance(subject, values.sigma, i, f[i]);
    if (!(r > 0)) return Infinity;
    const residual = subject.observed[i] - f[i];
    sum += subject.censored?.[i] ? -2 * logNormalCdf(residual / Math.sqrt(r)) : Math.log(r) + (residual * residual) / r;
  }
  const q = prior.dimension;
  for (let i = 0; i < q; i++) for (let j = 0; j < q; j++) sum += eta[i] * prior.precision[i * q + j] * eta[j];
  return Number.isNaN(sum) ? Infinity : sum;
}

/** Half the gradient of the joint objective, half its expected second derivative, and with curvatures half the observed one. */
export function derivatives(
  subject: Subject,
  { sigma }: PopulationValues,
  prior: EtaPrior,
  eta: Float64Array,
  { f, g }: SidedLinearization,
  variance: Float64Array | null,
  curvature: Float64Array | null,
): { gradient: Float64Array; information: Float64Array; second: Float64Array | null } {
  const q = prior.dimension;
  const size = (q * (q + 1)) / 2;
  const exact = curvature && Float64Array.from(prior.precision);
  const information = Float64Array.from(prior.precision);
  const gradient = new Float64Array(q);
  for (let i = 0; i < q; i++) for (let j = 0; j < q; j++) gradient[i] += prior.precision[i * q + j] * eta[j];
  for (let o = 0; o < f.length; o++) {
    const r = variance ? variance[o] : errorVariance(subject, sigma, o, f[o]);
    // dR/df over R, and d²R/df²; a factor of R falls out of both.
    const whole = residualVariance(sigma, f[o]);
    const slope = variance ? 0 : (2 * sigma.proportional * f[o]) / whole;
    const residual = subject.observed[o] - f[o];
    let first: number;
    let second: number;
    let observed: number;
    if (subject.censored?.[o]) {
      const root = Math.sqrt(r);
      const u = residual / root;
      const ratio = Math.exp(-0.5 * u * u - logNormalCdf(u)) / Math.sqrt(2 * Math.PI);
      const du = -1 / root - 0.5 * u * slope;
      first = -ratio * du;
      second = Math.max(0, ratio * (ratio + u)) * du * du;
      observed = second;
    } else {
      first = 0.5 * slope * (1 - (residual * residual) / r) - residual / r;
      second = 1 / r + 0.5 * slope * slope;
      const square = (residual * residual) / r;
      const bend = variance ? 0 : (2 * sigma.proportional) / whole - slope * slope;
      observed = 0.5 * bend * (1 - square) + slope * (2 * (residual / r) + 0.5 * slope * square) + 1 / r;
    }
    for (let i = 0; i < q; i++) {
      const gi = g[o * q + i];
      if (gi === 0) continue;
      gradient[i] += first * gi;
      for (let j = 0; j <= i; j++) information[i * q + j] += second * gi * g[o * q + j];
    }
    if (exact) {
      for (let i = 0, at = o * size; i < q; i++)
        for (let j = 0; j <= i; j++, at++)
          exact[i * q + j] += observed * g[o * q + i] * g[o * q + j] + first * curvature[at];
    }
  }
  for (let i = 0; i < q; i++) for (let j = 0; j < i; j++) information[j * q + i] = information[i * q + j];
  return { gradient, information, second: exact };
}

/** Second derivatives of the predictions, observations × lower triangle, to first order in h; null where not finite. */
export function curvatures(
  subject: Subject,
  theta: Float64Array,
  eta: Float64Array,
  { f, up, steps, bend }: SidedLinearization,
): Float64Array | null {
  const n = f.length;
  const q = eta.length;
  const size = (q * (q + 1)) / 2;
  const out = new Float64Array(n * size);
  const moved = Float64Array.from(eta);
  const both = new Float64Array(n);
  for (let i = 0, at = 0; i < q; i++) {
    for (let j = 0; j <= i; j++, at++) {
      if (i === j) {
        for (let o = 0; o < n; o++) out[o * size + at] = bend[i * n + o];
        continue;
      }
      moved[i] = eta[i] + steps[i];
      moved[j] = eta[j] + steps[j];
      if (!subject.predict(theta, moved, both)) return null;
      moved[i] = eta[i];
      moved[j] = eta[j];
      const area = steps[i] * steps[j];
      for (let o = 0; o < n; o++) out[o * size + at] = (both[o] - up[i * n + o] - up[j * n + o] + f[o]) / area;
    }
  }
  return out;
}
