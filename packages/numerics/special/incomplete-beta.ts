import { invertCdf } from './invert-cdf.ts';
import { logBeta, logExcess, STIRLING_FROM, stirlingCorrection } from './stirling.ts';

const TINY = 1e-300;

/** Regularised incomplete beta function I_x(a, b), a, b > 0, x in [0, 1] (DLMF 8.17.2; continued fraction 8.17.22). */
export function betaI(a: number, b: number, x: number): number {
  return pair(a, b, x, 1 - x)[0];
}

/** 1 − I_x(a, b), exact where it is small. */
export function betaUpper(a: number, b: number, x: number): number {
  return pair(a, b, x, 1 - x)[1];
}

/** [I_x(a, b), 1 − I_x(a, b)] with y = 1 − x given apart, so that neither end loses digits. */
export function pair(a: number, b: number, x: number, y: number): readonly [number, number] {
  if (x <= 0) return [0, 1];
  if (y <= 0) return [1, 0];
  if (x * (b + 1) <= y * (a + 1)) {
    const lower = (kernel(a, b, x, y) * fraction(a, b, x)) / a;
    return [lower, 1 - lower];
  }
  const upper = (kernel(b, a, y, x) * fraction(b, a, y)) / b;
  return [1 - upper, upper];
}

/** log x where x + y = 1, from whichever of the two is the exact one. */
function logOf(x: number, y: number): number {
  return x > 0.5 ? Math.log1p(-y) : Math.log(x);
}

/** x^a y^b / B(a, b); as a deviance in Stirling's form where both a and b are large. */
function kernel(a: number, b: number, x: number, y: number): number {
  if (Math.min(a, b) < STIRLING_FROM) return Math.exp(a * logOf(x, y) + b * logOf(y, x) - logBeta(a, b));
  const n = a + b;
  const shift = x > y ? (b - n * y) / n : (n * x - a) / n;
  const deviance = a * logExcess((shift * n) / a) + b * logExcess((-shift * n) / b);
  const correction = stirlingCorrection(n) - stirlingCorrection(a) - stirlingCorrection(b);
  return Math.sqrt((a / n) * (b / (2 * Math.PI))) * Math.exp(correction - deviance);
}

/** Modified Lentz evaluation of DLMF 8.17.22. */
function fraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 - ((a + b) * x) / (a + 1);
  d = 1 / (Math.abs(d) < TINY ? TINY : d);
  let h = d;
  const fold = (coefficient: number) => {
    d = 1 + coefficient * d;
    d = 1 / (Math.abs(d) < TINY ? TINY : d);
    c = 1 + coefficient / c;
    if (Math.abs(c) < TINY) c = TINY;
    h *= c * d;
  };
  for (let m = 1; m < 1_000_000; m++) {
    const even = a + 2 * m;
    fold((m * (b - m) * x) / ((even - 1) * even));
    fold((-(a + m) * (a + b + m) * x) / (even * (even + 1)));
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return h;
}

/** The x with I_x(a, b) = p, for p in [0, 1]. */
export function betaQuantile(a: number, b: number, p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0 || p === 1) return p;
  return invertCdf({
    p,
    cdf: (x) => betaI(a, b, x),
    upper: (x) => betaUpper(a, b, x),
    density: (x) => kernel(a, b, x, 1 - x) / (x * (1 - x)),
    low: 0,
    high: 1,
    start: a / (a + b),
  });
}
