const SQRT2 = Math.SQRT2;
const SQRT_PI = Math.sqrt(Math.PI);

/** exp(x²) erfc(x) for x ≥ 2 by the continued fraction of Abramowitz and Stegun 7.1.14, evaluated backwards. */
function scaledComplement(x: number): number {
  let f = x;
  for (let k = 120; k >= 1; k--) f = x + k / 2 / f;
  return 1 / (SQRT_PI * f);
}

/** erf(x) for |x| < 2 by Kummer's series, all terms of one sign (Abramowitz and Stegun 7.1.6). */
function series(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 200; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
    if (Math.abs(term) < 1e-18 * Math.abs(sum)) break;
  }
  return (2 / SQRT_PI) * Math.exp(-x * x) * sum;
}

/** Complementary error function, relative error below 1e-13. */
export function erfc(x: number): number {
  if (x < -2) return 2 - erfc(-x);
  if (x < 2) return 1 - series(x);
  return Math.exp(-x * x) * scaledComplement(x);
}

/** Standard normal distribution function. */
export function normalCdf(x: number): number {
  return 0.5 * erfc(-x / SQRT2);
}

/** log of the standard normal distribution function, exact far into the lower tail. */
export function logNormalCdf(x: number): number {
  if (x > -4) return Math.log(normalCdf(x));
  const u = -x / SQRT2;
  return -u * u + Math.log(0.5 * scaledComplement(u));
}

/** log density of the standard normal. */
export function logNormalDensity(x: number): number {
  return -0.5 * x * x - 0.5 * Math.log(2 * Math.PI);
}

/**
 * Standard normal quantile for p in (0, 1): Abramowitz and Stegun 26.2.23 as the start, then Halley steps on the
 * distribution function to full precision.
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) return p === 0 ? -Infinity : p === 1 ? Infinity : Number.NaN;
  if (p > 0.5) return -normalQuantile(1 - p);
  const t = Math.sqrt(-2 * Math.log(p));
  let x = -(t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))));
  for (let i = 0; i < 3; i++) {
    const density = Math.exp(logNormalDensity(x));
    const e = (normalCdf(x) - p) / density;
    x -= e / (1 + (x * e) / 2);
  }
  return x;
}
