/** Scores of probabilistic forecasts; smaller is better where not said otherwise. Units are the observation's. */

/**
 * Continuous ranked probability score of equally weighted members, fair (unbiased in the ensemble size):
 * Ferro, Q. J. R. Meteorol. Soc. 140 (2014) 1917. NaN for fewer than two members.
 */
export function crpsEnsemble(members: ArrayLike<number>, observed: number): number {
  const x = Float64Array.from(members).sort();
  const n = x.length;
  let distance = 0;
  let spread = 0;
  for (let i = 0; i < n; i++) {
    distance += Math.abs(x[i] - observed) / n;
    spread += (2 * i - n + 1) * x[i];
  }
  return distance - spread / (n * (n - 1));
}

/** CRPS of weighted members (not fair): Σ wᵢ|xᵢ − y| − ½ ΣΣ wᵢwⱼ|xᵢ − xⱼ|. */
export function crpsWeighted(members: ArrayLike<number>, weights: ArrayLike<number>, observed: number): number {
  const order = Array.from({ length: members.length }, (_, i) => i).sort((a, b) => members[a] - members[b]);
  let distance = 0;
  let spread = 0;
  let below = 0;
  let belowSum = 0;
  for (const i of order) {
    distance += weights[i] * Math.abs(members[i] - observed);
    spread += weights[i] * (members[i] * below - belowSum);
    below += weights[i];
    belowSum += weights[i] * members[i];
  }
  return distance - spread;
}

/**
 * CRPS from quantiles: twice the integral of the quantile (pinball) loss over the level (Gneiting and Ranjan 2011),
 * trapezoidal between the given ascending levels, with the outermost loss shrinking to 0 at levels 0 and 1.
 */
export function crpsQuantiles(levels: ArrayLike<number>, quantiles: ArrayLike<number>, observed: number): number {
  let sum = 0;
  let lastLevel = 0;
  let lastLoss = 0;
  for (let i = 0; i < levels.length; i++) {
    const loss = pinball(levels[i], quantiles[i], observed);
    sum += ((loss + lastLoss) / 2) * (levels[i] - lastLevel);
    lastLevel = levels[i];
    lastLoss = loss;
  }
  return 2 * (sum + (lastLoss / 2) * (1 - lastLevel));
}

/** Quantile loss at one level. */
export function pinball(level: number, quantile: number, observed: number): number {
  return observed >= quantile ? level * (observed - quantile) : (1 - level) * (quantile - observed);
}

/** CRPS of a normal forecast, closed form (Gneiting and Raftery, JASA 102 (2007) 359, equation 21). */
export function crpsNormal(mean: number, sd: number, observed: number, cdf: (z: number) => number): number {
  const z = (observed - mean) / sd;
  const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
  return sd * (z * (2 * cdf(z) - 1) + 2 * density - 1 / Math.sqrt(Math.PI));
}

/** Probability integral transform of equally weighted members: share of members below, ties counted half; in [0, 1]. */
export function probabilityIntegralTransform(members: ArrayLike<number>, observed: number): number {
  let below = 0;
  for (let i = 0; i < members.length; i++) below += members[i] < observed ? 1 : members[i] === observed ? 0.5 : 0;
  return below / members.length;
}

/** Root mean square of errors. */
export function rootMeanSquare(errors: ArrayLike<number>): number {
  let s = 0;
  for (let i = 0; i < errors.length; i++) s += errors[i] * errors[i];
  return Math.sqrt(s / errors.length);
}

/** Share of observations within [low, high], bounds included; NaN for none. */
export function coverage(low: ArrayLike<number>, high: ArrayLike<number>, observed: ArrayLike<number>): number {
  let inside = 0;
  for (let i = 0; i < observed.length; i++) if (observed[i] >= low[i] && observed[i] <= high[i]) inside++;
  return inside / observed.length;
}

/** The p-quantile of unweighted values (type 7 of Hyndman and Fan 1996); NaN for none. */
export function sampleQuantile(values: ArrayLike<number>, p: number): number {
  return sortedQuantile(Float64Array.from(values).sort(), p);
}

/** The same of ascending values; one that lies among values of −∞ is −∞. */
export function sortedQuantile(x: Float64Array, p: number): number {
  if (x.length === 0) return Number.NaN;
  const h = (x.length - 1) * p;
  const i = Math.floor(h);
  if (i + 1 >= x.length || h === i || x[i] === -Infinity) return x[Math.min(i, x.length - 1)];
  return x[i] + (h - i) * (x[i + 1] - x[i]);
}
