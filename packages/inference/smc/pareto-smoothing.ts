import { effectiveSampleSize, normaliseLogWeights } from './weights.ts';

/** Smoothed importance weights and the diagnostic of the tail they were smoothed with. */
export interface ParetoSmoothed {
  /** Normalised weights. */
  readonly weights: Float64Array;
  /**
   * Estimated shape of the weight tail. Below 0.5 the estimate behaves as if the variance were finite; up to
   * min(1 − 1/log10 S, 0.7) it is reliable; above 1 the mean itself does not exist. Infinity: too few weights, or none above 0.
   */
  readonly k: number;
  readonly ess: number;
}

/**
 * Pareto-smoothed importance sampling: Vehtari, Simpson, Gelman, Yao, Gabry, JMLR 25 (2024) 72. The largest
 * min(S/5, 3√S) weights become the expected order statistics of the generalised Pareto fitted to them.
 */
export function paretoSmooth(logWeights: Float64Array): ParetoSmoothed {
  const s = logWeights.length;
  const raw = normaliseLogWeights(logWeights);
  const tail = Math.floor(Math.min(s / 5, 3 * Math.sqrt(s)));
  const rawEss = effectiveSampleSize(raw);
  if (tail < 5 || rawEss === 0) return { weights: raw, k: Infinity, ess: rawEss };
  const order = Array.from({ length: s }, (_, i) => i).sort((a, b) => raw[a] - raw[b]);
  const cutoff = raw[order[s - tail - 1]];
  const exceedances = Float64Array.from(order.slice(s - tail), (i) => raw[i] - cutoff);
  if (!(exceedances[tail - 1] > exceedances[0])) return { weights: raw, k: 0, ess: rawEss };
  const { k, sigma } = fitGeneralisedPareto(exceedances);
  const weights = Float64Array.from(raw);
  if (Number.isFinite(k)) {
    const largest = raw[order[s - 1]];
    for (let z = 0; z < tail; z++) {
      const quantile = generalisedParetoQuantile((z + 0.5) / tail, k, sigma);
      weights[order[s - tail + z]] = Math.min(cutoff + quantile, largest);
    }
  }
  let sum = 0;
  for (const w of weights) sum += w;
  for (let i = 0; i < s; i++) weights[i] /= sum;
  return { weights, k, ess: effectiveSampleSize(weights) };
}

/** Largest k at which estimates from S draws are reliable (Vehtari et al. 2024, equation 13). */
export function reliableShape(draws: number): number {
  return Math.min(1 - 1 / Math.log10(draws), 0.7);
}

/**
 * Generalised Pareto shape and scale of ascending positive exceedances by the empirical-Bayes profile of Zhang and
 * Stephens (Technometrics 51, 2009, 316), with the weak prior of ten observations at k = 0.5 of Vehtari et al.
 */
export function fitGeneralisedPareto(x: Float64Array): { readonly k: number; readonly sigma: number } {
  const n = x.length;
  const prior = 3;
  const m = 30 + Math.floor(Math.sqrt(n));
  const quarter = x[Math.floor(n / 4 + 0.5) - 1];
  const b = new Float64Array(m);
  const logLikelihood = new Float64Array(m);
  const shape = (bj: number) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += Math.log1p(-bj * x[i]);
    return sum / n;
  };
  for (let j = 0; j < m; j++) {
    b[j] = 1 / x[n - 1] + (1 - Math.sqrt(m / (j + 0.5))) / (prior * quarter);
    const kj = shape(b[j]);
    logLikelihood[j] = n * (Math.log(-b[j] / kj) - kj - 1);
  }
  let mean = 0;
  const w = normaliseLogWeights(logLikelihood);
  if (!(quarter > 0)) return { k: Infinity, sigma: Number.NaN };
  for (let j = 0; j < m; j++) mean += w[j] * b[j];
  const k = shape(mean);
  const sigma = -k / mean;
  return { k: (k * n + 0.5 * 10) / (n + 10), sigma };
}

/** Quantile of the generalised Pareto with location 0. */
export function generalisedParetoQuantile(p: number, k: number, sigma: number): number {
  return Math.abs(k) < 1e-12 ? -sigma * Math.log1p(-p) : (sigma * Math.expm1(-k * Math.log1p(-p))) / k;
}
