import type { RandomStream } from '@gemel/numerics/random/stream';
import { poisson } from '@gemel/numerics/ssa/poisson';
import type { DrawFamily } from '../model/model.ts';
import { stochasticErrors } from './errors.data.ts';

/** How numbers of one family are drawn. Two arguments more than the family's own bound it, both bounds possible. */
interface Family {
  /** Counts of own arguments it may have; `bounded`: whether bounds may follow the most. */
  readonly takes: readonly number[];
  readonly bounded: boolean;
  /** Whether the own arguments are in their domain. */
  valid(a: readonly number[]): boolean;
  draw(a: readonly number[], random: RandomStream): number;
}

const last = (a: readonly number[]) => a[a.length - 1];
/** Where a location may be left out, it is 0. */
const location = (a: readonly number[]) => (a.length === 1 ? 0 : a[0]);
const whole = (n: number) => Number.isInteger(n) && n >= 0;
const share = (p: number) => p >= 0 && p <= 1;

export const FAMILIES: Readonly<Record<DrawFamily, Family>> = {
  normal: {
    takes: [2],
    bounded: true,
    valid: ([, sd]) => sd >= 0,
    draw: ([mean, sd], random) => mean + sd * random.normal(),
  },
  uniform: {
    takes: [2],
    bounded: false,
    valid: ([low, high]) => low <= high,
    draw: ([low, high], random) => low + (high - low) * random.uniform(),
  },
  bernoulli: { takes: [1], bounded: false, valid: ([p]) => share(p), draw: ([p], random) => +(random.uniform() < p) },
  binomial: {
    takes: [2],
    bounded: true,
    valid: ([n, p]) => whole(n) && share(p),
    draw: ([n, p], random) => binomial(n, p, random),
  },
  cauchy: {
    takes: [1, 2],
    bounded: true,
    valid: (a) => last(a) > 0,
    draw: (a, random) => location(a) + last(a) * Math.tan(Math.PI * (random.uniform() - 0.5)),
  },
  chisquare: {
    takes: [1],
    bounded: true,
    valid: ([degrees]) => degrees > 0,
    draw: ([degrees], random) => 2 * standardGamma(degrees / 2, random),
  },
  exponential: {
    takes: [1],
    bounded: true,
    valid: ([rate]) => rate > 0,
    draw: ([rate], random) => -Math.log(random.uniform()) / rate,
  },
  gamma: {
    takes: [2],
    bounded: true,
    valid: ([shape, scale]) => shape > 0 && scale > 0,
    draw: ([shape, scale], random) => scale * standardGamma(shape, random),
  },
  laplace: {
    takes: [1, 2],
    bounded: true,
    valid: (a) => last(a) > 0,
    draw(a, random) {
      const u = random.uniform() - 0.5;
      return location(a) - last(a) * Math.sign(u) * Math.log(1 - 2 * Math.abs(u));
    },
  },
  lognormal: {
    takes: [2],
    bounded: true,
    valid: ([, sd]) => sd >= 0,
    draw: ([mean, sd], random) => Math.exp(mean + sd * random.normal()),
  },
  poisson: {
    takes: [1],
    bounded: true,
    valid: ([mean]) => mean >= 0 && mean < 2 ** 52,
    draw: ([mean], random) => poisson(mean, random),
  },
  rayleigh: {
    takes: [1],
    bounded: true,
    valid: ([scale]) => scale > 0,
    draw: ([scale], random) => scale * Math.sqrt(-2 * Math.log(random.uniform())),
  },
};

const MOST_TRIALS = 100_000;

/** Whether a family may be given so many arguments. */
export function takesArguments(family: DrawFamily, count: number): boolean {
  const { takes, bounded } = FAMILIES[family];
  return takes.includes(count) || (bounded && count === takes[takes.length - 1] + 2);
}

/** One number of the family; `name` names it in errors. @throws stochastic-draw */
export function drawOf(family: DrawFamily, given: readonly number[], random: RandomStream, name: string): number {
  const { takes, valid, draw } = FAMILIES[family];
  const bounds = takes.includes(given.length) ? null : given.slice(-2);
  const own = bounds === null ? given : given.slice(0, -2);
  if (!own.every(Number.isFinite) || !valid(own) || (bounds !== null && !(bounds[0] <= bounds[1]))) {
    throw stochasticErrors.error('stochastic-draw', `${family}(${given.join(', ')}) cannot be drawn from.`, {
      element: name,
    });
  }
  if (bounds === null) return draw(own, random);
  for (let trial = 0; trial < MOST_TRIALS; trial++) {
    const value = draw(own, random);
    if (value >= bounds[0] && value <= bounds[1]) return value;
  }
  throw stochasticErrors.error(
    'stochastic-draw',
    `Of ${MOST_TRIALS} numbers of ${family}(${own.join(', ')}) none lay between ${bounds[0]} and ${bounds[1]}.`,
    { element: name },
  );
}

/** G. Marsaglia, W. W. Tsang, ACM Trans. Math. Softw. 26 (2000) 363, doi:10.1145/358407.358414; below shape 1 its last remark. */
function standardGamma(shape: number, random: RandomStream): number {
  if (shape < 1) return standardGamma(shape + 1, random) * random.uniform() ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(random.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Halves n by its median order statistic until few trials are left: L. Devroye, Non-Uniform Random Variate Generation (1986), X.4.3. */
function binomial(n: number, p: number, random: RandomStream): number {
  let successes = 0;
  while (n > 20) {
    const middle = Math.floor(n / 2) + 1;
    const below = standardGamma(middle, random);
    const x = below / (below + standardGamma(n + 1 - middle, random));
    if (x <= p) {
      successes += middle;
      n -= middle;
      p = (p - x) / (1 - x);
    } else {
      n = middle - 1;
      p /= x;
    }
  }
  for (let i = 0; i < n; i++) if (random.uniform() < p) successes++;
  return successes;
}
