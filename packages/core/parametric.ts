import type { RandomStream } from '@gemel/numerics/random/stream';
import { logGamma } from '@gemel/numerics/special/gamma';
import { betaI, betaQuantile, betaUpper } from '@gemel/numerics/special/incomplete-beta';
import { gammaP, gammaQ, gammaQuantile } from '@gemel/numerics/special/incomplete-gamma';
import { logNormalDensity, normalCdf, normalQuantile } from '@gemel/numerics/special/normal';
import { integrate } from '@gemel/numerics/special/quadrature';
import { logBeta } from '@gemel/numerics/special/stirling';
import { studentCdf, studentLogDensity, studentQuantile } from '@gemel/numerics/special/student';
import type { Distribution } from './distribution.ts';
import { coreErrors } from './errors.data.ts';

/** What a parametric family supplies; the rest of a Distribution follows from it. */
interface Family {
  readonly mean: () => number;
  readonly variance: () => number;
  cdf(x: number): number;
  /** 1 − cdf, exact where it is small. */
  upper(x: number): number;
  quantile(p: number): number;
  logDensity(x: number): number;
  /** Default: the quantile of one uniform draw. */
  sample?(random: RandomStream): number;
}

/** Normal. @throws core-distribution-parameter unless sd > 0 */
export function normal(mean: number, sd: number): Distribution {
  positive('sd of a normal distribution', sd);
  finite('mean of a normal distribution', mean);
  return distribution({
    mean: () => mean,
    variance: () => sd * sd,
    cdf: (x) => normalCdf((x - mean) / sd),
    upper: (x) => normalCdf((mean - x) / sd),
    quantile: (p) => mean + sd * normalQuantile(p),
    logDensity: (x) => logNormalDensity((x - mean) / sd) - Math.log(sd),
    sample: (random) => mean + sd * random.normal(),
  });
}

/** Log-normal: log X is normal with mean `mu` and standard deviation `sigma`. @throws core-distribution-parameter */
export function logNormal(mu: number, sigma: number): Distribution {
  positive('sigma of a log-normal distribution', sigma);
  finite('mu of a log-normal distribution', mu);
  const z = (x: number) => (x > 0 ? (Math.log(x) - mu) / sigma : Number.NEGATIVE_INFINITY);
  return distribution({
    mean: () => Math.exp(mu + (sigma * sigma) / 2),
    variance: () => Math.expm1(sigma * sigma) * Math.exp(2 * mu + sigma * sigma),
    cdf: (x) => normalCdf(z(x)),
    upper: (x) => normalCdf(-z(x)),
    quantile: (p) => Math.exp(mu + sigma * normalQuantile(p)),
    logDensity: (x) => (x > 0 ? logNormalDensity(z(x)) - Math.log(sigma * x) : Number.NEGATIVE_INFINITY),
    sample: (random) => Math.exp(mu + sigma * random.normal()),
  });
}

/**
 * Logit-normal on (low, high): the logit of (X − low)/(high − low) is normal with mean `mu` and standard deviation `sigma`.
 * Mean and sd, which have no closed form, by the trapezoidal rule over the normal variable.
 * @throws core-distribution-parameter
 */
export function logitNormal(mu: number, sigma: number, low = 0, high = 1): Distribution {
  positive('sigma of a logit-normal distribution', sigma);
  finite('mu of a logit-normal distribution', mu);
  ordered('logit-normal', low, high);
  const width = high - low;
  const at = (z: number) => low + width / (1 + Math.exp(-(mu + sigma * z)));
  const z = (x: number) => {
    if (x <= low) return Number.NEGATIVE_INFINITY;
    return x >= high ? Number.POSITIVE_INFINITY : (Math.log((x - low) / (high - x)) - mu) / sigma;
  };
  const expected = (f: (x: number) => number) => {
    const step = 1 / 32;
    let sum = 0;
    for (let i = -288; i <= 288; i++) sum += Math.exp(logNormalDensity(i * step)) * f(at(i * step));
    return sum * step;
  };
  const mean = once(() => expected((x) => x));
  return distribution({
    mean,
    variance: () => expected((x) => (x - mean()) ** 2),
    cdf: (x) => normalCdf(z(x)),
    upper: (x) => normalCdf(-z(x)),
    quantile: (p) => at(normalQuantile(p)),
    logDensity: (x) =>
      x > low && x < high
        ? logNormalDensity(z(x)) + Math.log(width / (sigma * (x - low) * (high - x)))
        : Number.NEGATIVE_INFINITY,
    sample: (random) => at(random.normal()),
  });
}

/** Normal(mean, sd) conditioned on [low, high]; either bound may be infinite. @throws core-distribution-parameter */
export function truncatedNormal(mean: number, sd: number, low: number, high: number): Distribution {
  positive('sd of a truncated normal distribution', sd);
  finite('mean of a truncated normal distribution', mean);
  if (!(low < high)) throw refuse(`The bounds ${low}, ${high} of a truncated normal distribution are not in order.`);
  const a = (low - mean) / sd;
  const b = (high - mean) / sd;
  const mass = normalBetween(a, b);
  if (!(mass > 0)) throw refuse('The interval of a truncated normal distribution holds no mass.');
  const z = (x: number) => Math.min(b, Math.max(a, (x - mean) / sd));
  const moment = truncatedMoments(a, b);
  return distribution({
    mean: () => mean + sd * moment().mean,
    variance: () => sd * sd * moment().variance,
    cdf: (x) => normalBetween(a, z(x)) / mass,
    upper: (x) => normalBetween(z(x), b) / mass,
    // From the side where the bound cuts deeper into a tail, so that its small probabilities keep their digits.
    quantile: (p) => {
      const inner = a > 0 ? -normalQuantile(normalCdf(-a) - p * mass) : normalQuantile(normalCdf(a) + p * mass);
      return Math.min(high, Math.max(low, mean + sd * inner));
    },
    logDensity: (x) =>
      x >= low && x <= high ? logNormalDensity((x - mean) / sd) - Math.log(sd * mass) : Number.NEGATIVE_INFINITY,
  });
}

/** Uniform on [low, high]. @throws core-distribution-parameter */
export function uniform(low: number, high: number): Distribution {
  ordered('uniform', low, high);
  const width = high - low;
  const part = (x: number) => Math.min(1, Math.max(0, x / width));
  return distribution({
    mean: () => low + width / 2,
    variance: () => (width * width) / 12,
    cdf: (x) => part(x - low),
    upper: (x) => part(high - x),
    quantile: (p) => low + p * width,
    logDensity: (x) => (x >= low && x <= high ? -Math.log(width) : Number.NEGATIVE_INFINITY),
  });
}

/** Triangular on [low, high] with its peak at `mode`. @throws core-distribution-parameter */
export function triangular(low: number, mode: number, high: number): Distribution {
  ordered('triangular', low, high);
  if (!(mode >= low && mode <= high)) throw refuse(`The mode ${mode} lies outside [${low}, ${high}].`);
  const width = high - low;
  const left = (mode - low) / width;
  return distribution({
    mean: () => (low + mode + high) / 3,
    variance: () => ((mode - low) ** 2 + (high - mode) ** 2 + (mode - low) * (high - mode)) / 18,
    cdf: (x) => {
      if (x <= low) return 0;
      if (x >= high) return 1;
      return x < mode ? (x - low) ** 2 / (width * (mode - low)) : 1 - (high - x) ** 2 / (width * (high - mode));
    },
    upper: (x) => {
      if (x <= low) return 1;
      if (x >= high) return 0;
      return x < mode ? 1 - (x - low) ** 2 / (width * (mode - low)) : (high - x) ** 2 / (width * (high - mode));
    },
    quantile: (p) =>
      p < left ? low + Math.sqrt(p * width * (mode - low)) : high - Math.sqrt((1 - p) * width * (high - mode)),
    logDensity: (x) => {
      if (!(x >= low && x <= high)) return Number.NEGATIVE_INFINITY;
      if (x === mode) return Math.log(2 / width);
      return Math.log(2 / width) + Math.log(x < mode ? (x - low) / (mode - low) : (high - x) / (high - mode));
    },
  });
}

/** Beta with shapes a and b, stretched to [low, high]. @throws core-distribution-parameter */
export function beta(a: number, b: number, low = 0, high = 1): Distribution {
  positive('shape a of a beta distribution', a);
  positive('shape b of a beta distribution', b);
  ordered('beta', low, high);
  const width = high - low;
  const unit = (x: number) => Math.min(1, Math.max(0, (x - low) / width));
  return distribution({
    mean: () => low + (width * a) / (a + b),
    variance: () => (width * width * a * b) / ((a + b) ** 2 * (a + b + 1)),
    cdf: (x) => betaI(a, b, unit(x)),
    upper: (x) => betaUpper(a, b, unit(x)),
    quantile: (p) => low + width * betaQuantile(a, b, p),
    logDensity: (x) =>
      x >= low && x <= high
        ? power(a - 1, unit(x)) + power(b - 1, 1 - unit(x)) - logBeta(a, b) - Math.log(width)
        : Number.NEGATIVE_INFINITY,
  });
}

/** Gamma with shape and scale (mean = shape · scale). @throws core-distribution-parameter */
export function gamma(shape: number, scale: number): Distribution {
  positive('shape of a gamma distribution', shape);
  positive('scale of a gamma distribution', scale);
  return distribution({
    mean: () => shape * scale,
    variance: () => shape * scale * scale,
    cdf: (x) => gammaP(shape, x / scale),
    upper: (x) => gammaQ(shape, x / scale),
    quantile: (p) => scale * gammaQuantile(shape, p),
    logDensity: (x) =>
      x >= 0 ? power(shape - 1, x / scale) - x / scale - logGamma(shape) - Math.log(scale) : Number.NEGATIVE_INFINITY,
  });
}

/**
 * Student's t with `degrees` of freedom, shifted and scaled.
 * The mean is NaN for degrees ≤ 1; the sd is Infinity for degrees ≤ 2.
 * @throws core-distribution-parameter
 */
export function studentT(location: number, scale: number, degrees: number): Distribution {
  positive('scale of a t distribution', scale);
  positive('degrees of freedom of a t distribution', degrees);
  finite('location of a t distribution', location);
  return distribution({
    mean: () => (degrees > 1 ? location : Number.NaN),
    variance: () => (degrees > 2 ? (scale * scale * degrees) / (degrees - 2) : Number.POSITIVE_INFINITY),
    cdf: (x) => studentCdf((x - location) / scale, degrees),
    upper: (x) => studentCdf((location - x) / scale, degrees),
    quantile: (p) => location + scale * studentQuantile(p, degrees),
    logDensity: (x) => studentLogDensity((x - location) / scale, degrees) - Math.log(scale),
  });
}

function distribution(family: Family): Distribution {
  const mean = once(family.mean);
  const sd = once(() => Math.sqrt(family.variance()));
  const median = once(() => family.quantile(0.5));
  const quantile = (p: number) => family.quantile(probability(p));
  return {
    get mean() {
      return mean();
    },
    get sd() {
      return sd();
    },
    get median() {
      return median();
    },
    quantile,
    interval: (level) => {
      const tail = (1 - probability(level)) / 2;
      return [quantile(tail), quantile(1 - tail)];
    },
    cdf: (x) => family.cdf(x),
    logDensity: (x) => family.logDensity(x),
    probability: (event) => {
      if ('below' in event) return family.cdf(event.below);
      if ('above' in event) return family.upper(event.above);
      if (event.from > event.to) return 0;
      const upper = family.upper(event.from);
      return upper < 0.5 ? upper - family.upper(event.to) : family.cdf(event.to) - family.cdf(event.from);
    },
    sample: (random) => (family.sample ? family.sample(random) : family.quantile(random.uniform())),
  };
}

/** P(a < Z < b), from the tail in which it keeps its digits. */
function normalBetween(a: number, b: number): number {
  return a > 0 ? normalCdf(-a) - normalCdf(-b) : normalCdf(b) - normalCdf(a);
}

/** Mean and variance of the standard normal on [a, b], by quadrature of the density relative to its peak there. */
function truncatedMoments(a: number, b: number): () => { readonly mean: number; readonly variance: number } {
  return once(() => {
    const peak = Math.min(b, Math.max(a, 0));
    const reach = 40 / (Math.abs(peak) + 4);
    const from = Math.max(a, peak - reach);
    const to = Math.min(b, peak + reach);
    const weight = (z: number) => Math.exp(-0.5 * (z - peak) * (z + peak));
    const mass = integrate(weight, from, to, 24);
    const shift = integrate((z) => (z - peak) * weight(z), from, to, 24) / mass;
    const variance = integrate((z) => (z - peak - shift) ** 2 * weight(z), from, to, 24) / mass;
    return { mean: peak + shift, variance };
  });
}

/** exponent · log x with 0 · log 0 = 0. */
function power(exponent: number, x: number): number {
  return exponent === 0 ? 0 : exponent * Math.log(x);
}

function once<T>(make: () => T): () => T {
  let value: T | undefined;
  return () => {
    value ??= make();
    return value;
  };
}

function probability(p: number): number {
  if (!(p >= 0 && p <= 1)) throw refuse(`The probability ${p} is not between 0 and 1.`);
  return p;
}

function positive(what: string, value: number): void {
  if (!(value > 0 && Number.isFinite(value))) throw refuse(`The ${what} is ${value}; it must be a positive number.`);
}

function finite(what: string, value: number): void {
  if (!Number.isFinite(value)) throw refuse(`The ${what} is ${value}; it must be a number.`);
}

function ordered(what: string, low: number, high: number): void {
  if (!(low < high && Number.isFinite(high - low))) {
    throw refuse(`The bounds ${low}, ${high} of a ${what} distribution are not two numbers in order.`);
  }
}

function refuse(message: string): Error {
  return coreErrors.error('core-distribution-parameter', message);
}
