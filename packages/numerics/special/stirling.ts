import { logGamma } from './gamma.ts';

/** Bernoulli terms B(2k) / (2k (2k − 1)) of Stirling's series (DLMF 5.11.1). */
const TERMS = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400];

/** From here on eight terms of Stirling's series reach full double precision. */
export const STIRLING_FROM = 12;

/** log Γ(x) − [(x − ½) log x − x + ½ log 2π] for x ≥ STIRLING_FROM. */
export function stirlingCorrection(x: number): number {
  const inverse = 1 / (x * x);
  let sum = 0;
  for (let i = TERMS.length - 1; i >= 0; i--) sum = sum * inverse + TERMS[i];
  return sum / x;
}

/** log [Γ(x) / Γ(x + a)] for x > 0, a > 0, without the cancellation of two large logarithms. */
export function logGammaRatio(x: number, a: number): number {
  if (x < STIRLING_FROM) return logGamma(x) - logGamma(x + a);
  return a - (x - 0.5) * Math.log1p(a / x) - a * Math.log(x + a) + stirlingCorrection(x) - stirlingCorrection(x + a);
}

/** log B(a, b) for a, b > 0. */
export function logBeta(a: number, b: number): number {
  const small = Math.min(a, b);
  return logGamma(small) + logGammaRatio(Math.max(a, b), small);
}

/** x − log(1 + x) for x > −1, exact near 0. */
export function logExcess(x: number): number {
  if (Math.abs(x) > 0.3) return x - Math.log1p(x);
  let power = x * x;
  let sum = power / 2;
  for (let k = 3; k < 60; k++) {
    power *= -x;
    const term = power / k;
    sum += term;
    if (Math.abs(term) <= 1e-17 * sum) break;
  }
  return sum;
}
