import type { RandomStream } from '@gemel/numerics';
import { solveLower } from '@gemel/numerics/linalg/cholesky';
import { logGamma } from '@gemel/numerics/special/gamma';
import type { Gaussian } from '../log-density.ts';

/** A distribution that can be drawn from and evaluated; log densities are normalised. */
export interface Proposal {
  readonly dimension: number;
  /** count × dimension draws. */
  draw(count: number, random: RandomStream): Float64Array;
  /** Normalised log density at count × dimension points. */
  logDensity(points: Float64Array, count: number): Float64Array;
}

/** The multivariate normal itself. */
export function gaussianProposal(gaussian: Gaussian): Proposal {
  const n = gaussian.dimension;
  const constant = -0.5 * n * Math.log(2 * Math.PI) - logScale(gaussian);
  return {
    dimension: n,
    draw: (count, random) => drawScaled(gaussian, count, random, () => 1),
    logDensity: (points, count) => mapDistance(gaussian, points, count, (d2) => constant - 0.5 * d2),
  };
}

/** Multivariate Student t with integer `degrees` of freedom and the Gaussian's location and scale (not covariance). */
export function studentProposal(gaussian: Gaussian, degrees: number): Proposal {
  const n = gaussian.dimension;
  const constant =
    logGamma((degrees + n) / 2) - logGamma(degrees / 2) - 0.5 * n * Math.log(degrees * Math.PI) - logScale(gaussian);
  return {
    dimension: n,
    draw: (count, random) =>
      drawScaled(gaussian, count, random, () => {
        let chi2 = 0;
        for (let i = 0; i < degrees; i++) {
          const z = random.normal();
          chi2 += z * z;
        }
        return Math.sqrt(degrees / chi2);
      }),
    logDensity: (points, count) =>
      mapDistance(gaussian, points, count, (d2) => constant - 0.5 * (degrees + n) * Math.log1p(d2 / degrees)),
  };
}

/**
 * Mixture of proposals by deterministic shares: component k gives its share of every batch (rounded to add up),
 * and the density is that of the mixture (Owen and Zhou, "Safe and effective importance sampling", JASA 2000).
 */
export function mixtureProposal(components: readonly Proposal[], shares: readonly number[]): Proposal {
  const dimension = components[0].dimension;
  return {
    dimension,
    draw: (count, random) => {
      const points = new Float64Array(count * dimension);
      let from = 0;
      let share = 0;
      for (let k = 0; k < components.length; k++) {
        share += shares[k];
        const to = k === components.length - 1 ? count : Math.min(count, Math.round(share * count));
        points.set(components[k].draw(to - from, random.fork('component', k)), from * dimension);
        from = to;
      }
      return points;
    },
    logDensity: (points, count) => {
      const logs = components.map((c) => c.logDensity(points, count));
      return Float64Array.from({ length: count }, (_, i) => {
        let top = -Infinity;
        for (let k = 0; k < logs.length; k++) top = Math.max(top, logs[k][i]);
        let s = 0;
        for (let k = 0; k < logs.length; k++) s += shares[k] * Math.exp(logs[k][i] - top);
        return top + Math.log(s);
      });
    },
  };
}

/** The same mean with the scale multiplied by `factor`. */
export function widened(gaussian: Gaussian, factor: number): Gaussian {
  return { ...gaussian, lower: gaussian.lower.map((v) => v * factor) };
}

function drawScaled(gaussian: Gaussian, count: number, random: RandomStream, scale: () => number): Float64Array {
  const n = gaussian.dimension;
  const points = new Float64Array(count * n);
  const z = new Float64Array(n);
  for (let c = 0; c < count; c++) {
    for (let i = 0; i < n; i++) z[i] = random.normal();
    const s = scale();
    for (let i = 0; i < n; i++) {
      let x = 0;
      for (let k = 0; k <= i; k++) x += gaussian.lower[i * n + k] * z[k];
      points[c * n + i] = gaussian.mean[i] + s * x;
    }
  }
  return points;
}

function mapDistance(
  gaussian: Gaussian,
  points: Float64Array,
  count: number,
  value: (squaredDistance: number) => number,
): Float64Array {
  const n = gaussian.dimension;
  const out = new Float64Array(count);
  const d = new Float64Array(n);
  for (let c = 0; c < count; c++) {
    for (let i = 0; i < n; i++) d[i] = points[c * n + i] - gaussian.mean[i];
    const y = solveLower(gaussian.lower, n, d);
    let s = 0;
    for (let i = 0; i < n; i++) s += y[i] * y[i];
    out[c] = value(s);
  }
  return out;
}

function logScale(gaussian: Gaussian): number {
  const n = gaussian.dimension;
  let s = 0;
  for (let i = 0; i < n; i++) s += Math.log(gaussian.lower[i * n + i]);
  return s;
}
