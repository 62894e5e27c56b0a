import { logGamma } from '../special/gamma.ts';
import { gammaQ, gammaQuantile } from '../special/incomplete-gamma.ts';
import { normalCdf, normalQuantile } from '../special/normal.ts';
import { integrate } from '../special/quadrature.ts';

/**
 * How long something lasts: a distribution on times from 0 on, in the unit of the world it is used in. Sampled by
 * inversion from one uniform number, so that the same number gives a longer time in every distribution that is longer.
 */
export interface Duration {
  readonly name: string;
  readonly mean: number;
  readonly variance: number;
  /** Probability that it lasts longer than t. */
  survival(t: number): number;
  /** The time that it outlasts with probability s, 0 < s < 1. */
  atSurvival(s: number): number;
  /** How long it lasts on average up to t: the integral of the survival function from 0 to t. */
  lasted(t: number): number;
}

/** Adds `lasted` to a smooth distribution, by quadrature in panels of up to a quarter of the median. */
function integrated(of: Omit<Duration, 'lasted'>): Duration {
  return {
    ...of,
    lasted(t) {
      const median = of.atSurvival(0.5);
      let sum = 0;
      let width = median / 1024;
      let from = 0;
      while (from < t) {
        const to = Math.min(t, from + width);
        const part = integrate(of.survival, from, to, 1);
        sum += part;
        if (part < 1e-17 * sum) break;
        from = to;
        // Narrow at first, where some fall like a root; wide again once the bulk is behind, in what may be a long tail.
        if (from < median / 4) width = from;
        else if (from > 8 * median) width *= 1.25;
        else width = median / 4;
      }
      return sum;
    },
  };
}

function positive(value: number, what: string): number {
  if (!(value > 0 && value < Number.POSITIVE_INFINITY)) throw new RangeError(`${what} is above 0, not ${value}.`);
  return value;
}

export function fixed(value: number): Duration {
  if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) throw new RangeError(`A duration is 0 or more, not ${value}.`);
  return {
    name: `fixed ${value}`,
    mean: value,
    variance: 0,
    survival: (t) => (t < value ? 1 : 0),
    atSurvival: () => value,
    lasted: (t) => Math.max(0, Math.min(t, value)),
  };
}

export function exponential(mean: number): Duration {
  positive(mean, 'The mean of an exponential duration');
  return {
    name: `exponential, mean ${mean}`,
    mean,
    variance: mean * mean,
    survival: (t) => (t <= 0 ? 1 : Math.exp(-t / mean)),
    atSurvival: (s) => -mean * Math.log(s),
    lasted: (t) => (t <= 0 ? 0 : -mean * Math.expm1(-t / mean)),
  };
}

/** Shape a, scale b: mean ab, variance ab². A whole shape is Erlang's. */
export function gammaDuration(shape: number, scale: number): Duration {
  positive(shape, 'The shape of a gamma duration');
  positive(scale, 'The scale of a gamma duration');
  return integrated({
    name: `gamma, shape ${shape}, scale ${scale}`,
    mean: shape * scale,
    variance: shape * scale * scale,
    survival: (t) => (t <= 0 ? 1 : gammaQ(shape, t / scale)),
    atSurvival: (s) => (s > 1e-9 ? scale * gammaQuantile(shape, 1 - s) : scale * upperGammaQuantile(shape, s)),
  });
}

/** x with Q(a, x) = s for small s, by Newton's method on ln Q from the exponential tail. */
function upperGammaQuantile(shape: number, s: number): number {
  const target = Math.log(s);
  let x = Math.max(shape, -target);
  for (let i = 0; i < 100; i++) {
    const q = gammaQ(shape, x);
    const density = Math.exp((shape - 1) * Math.log(x) - x - logGamma(shape));
    const step = ((Math.log(q) - target) * q) / density;
    x = Math.max(x + step, x / 2);
    if (Math.abs(step) <= 4 * Number.EPSILON * x) break;
  }
  return x;
}

export function weibull(shape: number, scale: number): Duration {
  positive(shape, 'The shape of a Weibull duration');
  positive(scale, 'The scale of a Weibull duration');
  const mean = scale * Math.exp(logGamma(1 + 1 / shape));
  return integrated({
    name: `Weibull, shape ${shape}, scale ${scale}`,
    mean,
    variance: scale * scale * Math.exp(logGamma(1 + 2 / shape)) - mean * mean,
    survival: (t) => (t <= 0 ? 1 : Math.exp(-((t / scale) ** shape))),
    atSurvival: (s) => scale * (-Math.log(s)) ** (1 / shape),
  });
}

/** The logarithm is normal with mean mu and standard deviation sigma. */
export function logNormalDuration(mu: number, sigma: number): Duration {
  positive(sigma, 'The sigma of a lognormal duration');
  const mean = Math.exp(mu + (sigma * sigma) / 2);
  return integrated({
    name: `lognormal, mu ${mu}, sigma ${sigma}`,
    mean,
    variance: mean * mean * Math.expm1(sigma * sigma),
    survival: (t) => (t <= 0 ? 1 : normalCdf((mu - Math.log(t)) / sigma)),
    atSurvival: (s) => Math.exp(mu - sigma * normalQuantile(s)),
  });
}

/** The lognormal duration that itself has this mean and variance. */
export function logNormalOf(mean: number, variance: number): Duration {
  positive(mean, 'The mean of a lognormal duration');
  const square = Math.log1p(positive(variance, 'The variance of a lognormal duration') / (mean * mean));
  return logNormalDuration(Math.log(mean) - square / 2, Math.sqrt(square));
}

/** Survival 1 / (1 + (t/scale)^shape). The mean is infinite for shapes up to 1, the variance up to 2. */
export function logLogistic(shape: number, scale: number): Duration {
  positive(shape, 'The shape of a log-logistic duration');
  positive(scale, 'The scale of a log-logistic duration');
  const angle = Math.PI / shape;
  const mean = shape > 1 ? (scale * angle) / Math.sin(angle) : Number.POSITIVE_INFINITY;
  const second = shape > 2 ? (scale * scale * 2 * angle) / Math.sin(2 * angle) : Number.POSITIVE_INFINITY;
  return integrated({
    name: `log-logistic, shape ${shape}, scale ${scale}`,
    mean,
    variance: shape > 2 ? second - mean * mean : Number.POSITIVE_INFINITY,
    survival: (t) => (t <= 0 ? 1 : 1 / (1 + (t / scale) ** shape)),
    atSurvival: (s) => scale * ((1 - s) / s) ** (1 / shape),
  });
}

/** A normal duration, given that it is above 0. Mean and variance are those before the cut. */
export function normalAboveZero(mean: number, variance: number): Duration {
  const sd = Math.sqrt(positive(variance, 'The variance of a normal duration'));
  const whole = normalCdf(mean / sd);
  const start = -mean / sd;
  const hazard = Math.exp(-(start * start) / 2) / Math.sqrt(2 * Math.PI) / whole;
  return integrated({
    name: `normal above 0, mean ${mean}, variance ${variance}`,
    mean: mean + sd * hazard,
    variance: variance * (1 + start * hazard - hazard * hazard),
    survival: (t) => (t <= 0 ? 1 : normalCdf((mean - t) / sd) / whole),
    atSurvival: (s) => mean - sd * normalQuantile(s * whole),
  });
}

export function uniformDuration(low: number, high: number): Duration {
  if (!(low >= 0 && high > low))
    throw new RangeError(`A uniform duration has 0 <= low < high, not ${low} and ${high}.`);
  return {
    name: `uniform from ${low} to ${high}`,
    mean: (low + high) / 2,
    variance: (high - low) ** 2 / 12,
    survival: (t) => (t <= low ? 1 : t >= high ? 0 : (high - t) / (high - low)),
    atSurvival: (s) => high - s * (high - low),
    lasted(t) {
      if (t <= low) return Math.max(0, t);
      const within = Math.min(t, high) - low;
      return low + within - (within * within) / (2 * (high - low));
    },
  };
}

export function triangularDuration(low: number, mode: number, high: number): Duration {
  if (!(low >= 0 && low <= mode && mode <= high && low < high)) {
    throw new RangeError(`A triangular duration has 0 <= low <= mode <= high, not ${low}, ${mode}, ${high}.`);
  }
  const width = high - low;
  const atMode = (high - mode) / width;
  return integrated({
    name: `triangular, ${low}, ${mode}, ${high}`,
    mean: (low + mode + high) / 3,
    variance: (low * low + mode * mode + high * high - low * mode - low * high - mode * high) / 18,
    survival: (t) => {
      if (t <= low) return 1;
      if (t >= high) return 0;
      return t < mode ? 1 - (t - low) ** 2 / (width * (mode - low)) : (high - t) ** 2 / (width * (high - mode));
    },
    atSurvival: (s) =>
      s > atMode ? low + Math.sqrt((1 - s) * width * (mode - low)) : high - Math.sqrt(s * width * (high - mode)),
  });
}

/** Times that were seen, each with its weight (all alike without weights). */
export function empirical(times: ArrayLike<number>, weights?: ArrayLike<number>): Duration {
  const order = Array.from(times, (_, i) => i).sort((a, b) => times[a] - times[b]);
  if (order.length === 0) throw new RangeError('An empirical duration needs at least one time.');
  const sorted = Float64Array.from(order, (i) => times[i]);
  if (!(sorted[0] >= 0 && sorted[sorted.length - 1] < Number.POSITIVE_INFINITY)) {
    throw new RangeError('The times of an empirical duration are finite and 0 or more.');
  }
  const weight = Float64Array.from(order, (i) => (weights === undefined ? 1 : weights[i]));
  const total = weight.reduce((sum, w) => sum + w, 0);
  /** Probability of lasting as long as sorted[i] or longer. */
  const reach = new Float64Array(sorted.length);
  let left = total;
  let mean = 0;
  for (let i = 0; i < sorted.length; i++) {
    reach[i] = left / total;
    left -= weight[i];
    mean += (sorted[i] * weight[i]) / total;
  }
  let variance = 0;
  for (let i = 0; i < sorted.length; i++) variance += ((sorted[i] - mean) ** 2 * weight[i]) / total;
  /** First index whose time is above t. */
  const above = (t: number) => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle] > t) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  return {
    name: `empirical, ${sorted.length} times`,
    mean,
    variance,
    survival(t) {
      const i = above(t);
      return i === sorted.length ? 0 : reach[i];
    },
    atSurvival(s) {
      let low = 0;
      let high = sorted.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (reach[middle] >= s) low = middle;
        else high = middle - 1;
      }
      return sorted[low];
    },
    lasted(t) {
      let sum = 0;
      for (let i = 0; i < sorted.length; i++) sum += (Math.max(0, Math.min(t, sorted[i])) * weight[i]) / total;
      return sum;
    },
  };
}

/** One of several, with these probabilities. */
export function mixture(parts: readonly { readonly share: number; readonly of: Duration }[]): Duration {
  const total = parts.reduce((sum, part) => sum + positive(part.share, 'A share of a mixture'), 0);
  const mean = parts.reduce((sum, part) => sum + (part.share * part.of.mean) / total, 0);
  const second = parts.reduce((sum, { share, of }) => sum + (share * (of.variance + of.mean ** 2)) / total, 0);
  const survival = (t: number) => parts.reduce((sum, part) => sum + part.share * part.of.survival(t), 0) / total;
  return {
    name: `mixture of ${parts.map((part) => part.of.name).join('; ')}`,
    mean,
    variance: second - mean * mean,
    survival,
    atSurvival(s) {
      const ends = parts.map((part) => part.of.atSurvival(s));
      return bisect(survival, s, Math.min(...ends), Math.max(...ends));
    },
    lasted: (t) => parts.reduce((sum, part) => sum + part.share * part.of.lasted(t), 0) / total,
  };
}

/** Longer by a fixed time. */
export function shifted(by: number, of: Duration): Duration {
  if (!(by >= 0)) throw new RangeError(`A duration is shifted by 0 or more, not ${by}.`);
  return {
    name: `${by} + ${of.name}`,
    mean: by + of.mean,
    variance: of.variance,
    survival: (t) => (t < by ? 1 : of.survival(t - by)),
    atSurvival: (s) => by + of.atSurvival(s),
    lasted: (t) => (t <= by ? Math.max(0, t) : by + of.lasted(t - by)),
  };
}

/**
 * The time still to come of a duration that has lasted for `elapsed` already: P(rest > t) = S(elapsed + t) / S(elapsed).
 * Throws a RangeError where nothing of the kind ever lasts so long.
 */
export function remaining(of: Duration, elapsed: number): Duration {
  if (!(elapsed > 0)) return of;
  const reached = of.survival(elapsed);
  if (!(reached > 0)) throw new RangeError(`No duration of the kind “${of.name}” lasts as long as ${elapsed}.`);
  const survival = (t: number) => (t <= 0 ? 1 : of.survival(elapsed + t) / reached);
  let moments: readonly [number, number] | null = null;
  const both = () => {
    moments ??= momentsOf((s) => Math.max(0, of.atSurvival(s * reached) - elapsed));
    return moments;
  };
  return {
    name: `what remains after ${elapsed} of ${of.name}`,
    get mean() {
      return both()[0];
    },
    get variance() {
      return both()[1];
    },
    survival,
    atSurvival: (s) => Math.max(0, of.atSurvival(s * reached) - elapsed),
    lasted: (t) => (t <= 0 ? 0 : (of.lasted(elapsed + t) - of.lasted(elapsed)) / reached),
  };
}

/** Mean and variance of an inverse survival function, by the double-exponential rule, which bears its open ends. */
function momentsOf(atSurvival: (s: number) => number): readonly [number, number] {
  let mean = 0;
  let second = 0;
  const step = 1 / 32;
  for (let i = -160; i <= 160; i++) {
    const t = i * step;
    const u = (Math.PI / 2) * Math.sinh(t);
    const s = 1 / (1 + Math.exp(-2 * u));
    const weight = (step * Math.PI * Math.cosh(t) * s) / (1 + Math.exp(2 * u));
    if (!(weight > 0 && s > 0 && s < 1)) continue;
    const x = atSurvival(s);
    mean += weight * x;
    second += weight * x * x;
  }
  return [mean, second - mean * mean];
}

/** The x between two ends at which a falling function passes s. */
function bisect(falling: (x: number) => number, s: number, low: number, high: number): number {
  let a = low;
  let b = high;
  for (let i = 0; i < 200 && a < b; i++) {
    const middle = a + (b - a) / 2;
    if (middle === a || middle === b) break;
    if (falling(middle) >= s) a = middle;
    else b = middle;
  }
  return b;
}
