import { logGamma } from './gamma.ts';
import { invertCdf } from './invert-cdf.ts';
import { normalQuantile } from './normal.ts';
import { logExcess, STIRLING_FROM, stirlingCorrection } from './stirling.ts';

const TINY = 1e-300;

/** Regularised lower incomplete gamma function P(a, x), a > 0, x ≥ 0 (DLMF 8.2.4; series 8.7.1, continued fraction 8.9.2). */
export function gammaP(a: number, x: number): number {
  if (x <= 0) return 0;
  if (x === Number.POSITIVE_INFINITY) return 1;
  return x < a + 1 ? series(a, x) : 1 - fraction(a, x);
}

/** Q(a, x) = 1 − P(a, x), exact where it is small. */
export function gammaQ(a: number, x: number): number {
  if (x <= 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  return x < a + 1 ? 1 - series(a, x) : fraction(a, x);
}

/** x^a e^−x / Γ(a); in Stirling's form for large a, where the plain logarithms cancel. */
function kernel(a: number, x: number): number {
  if (a < STIRLING_FROM) return Math.exp(a * Math.log(x) - x - logGamma(a));
  return Math.sqrt(a / (2 * Math.PI)) * Math.exp(-a * logExcess((x - a) / a) - stirlingCorrection(a));
}

function series(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < 1_000_000; n++) {
    term *= x / (a + n);
    sum += term;
    if (term < 1e-17 * sum) break;
  }
  return sum * kernel(a, x);
}

/** Modified Lentz evaluation (W. J. Lentz, Applied Optics 15 (1976) 668). */
function fraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let h = d;
  for (let n = 1; n < 1_000_000; n++) {
    const an = -n * (n - a);
    b += 2;
    d = an * d + b;
    d = 1 / (Math.abs(d) < TINY ? TINY : d);
    c = b + an / c;
    if (Math.abs(c) < TINY) c = TINY;
    const step = c * d;
    h *= step;
    if (Math.abs(step - 1) < 1e-16) break;
  }
  return h * kernel(a, x);
}

/** The x with P(a, x) = p, for p in [0, 1]. */
export function gammaQuantile(a: number, p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0) return 0;
  if (p === 1) return Number.POSITIVE_INFINITY;
  return invertCdf({
    p,
    cdf: (x) => gammaP(a, x),
    upper: (x) => gammaQ(a, x),
    density: (x) => kernel(a, x) / x,
    low: 0,
    high: Number.POSITIVE_INFINITY,
    start: startOf(a, p),
  });
}

/** Wilson–Hilferty (PNAS 17 (1931) 684), or the first term of the series where that is not positive. */
function startOf(a: number, p: number): number {
  const z = normalQuantile(p);
  const cube = 1 - 1 / (9 * a) + z / (3 * Math.sqrt(a));
  if (cube > 0.1 && a > 0.3) return a * cube ** 3;
  return Math.exp((Math.log(p) + Math.log(a) + logGamma(a)) / a);
}
