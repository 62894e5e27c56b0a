import { changeAfter, scheduleOf, valueAt } from './compile.ts';
import type { Duration } from './duration.ts';
import type { Schedule } from './flow.ts';

/** Someone who is there now, for how long so far, and how long such stays last in all. */
export interface Present {
  readonly elapsed: number;
  readonly stay: Duration;
}

/** Those who will come: a Poisson process with this rate (by time from now), each staying as long as `stay` says. */
export interface Coming {
  readonly rate: number | Schedule;
  readonly stay: Duration;
}

export interface Occupancy {
  readonly mean: number;
  readonly variance: number;
  /** Probability of each count from 0 on, up to where what is left out is below 1e-12. */
  readonly probabilities: Float64Array;
}

/**
 * How many are there a time from now, where nobody is turned away. Each of those now there is still there with probability
 * S(elapsed + time) / S(elapsed), independently: a sum of Bernoulli variables. Of those who come, the number then there is Poisson
 * with mean ∫ λ(u) S(time − u) du (the M_t/G/∞ queue: S. G. Eick, W. A. Massey, W. Whitt, Operations Research 41 (1993) 731,
 * theorem 1). The two are independent, so means and variances add up and the probabilities are their convolution.
 * Throws a RangeError where somebody has stayed longer than any stay of the kind lasts.
 */
export function occupancyAfter(time: number, present: readonly Present[], coming: readonly Coming[]): Occupancy {
  if (!(time >= 0)) throw new RangeError(`An occupancy is foretold for a time from now on, not ${time}.`);
  let mean = 0;
  let variance = 0;
  let probabilities: Float64Array = Float64Array.of(1);
  for (const each of present) {
    const stays = staysFor(each, time);
    mean += stays;
    variance += stays * (1 - stays);
    probabilities = withOneMore(probabilities, stays);
  }
  let expected = 0;
  for (const { rate, stay } of coming) expected += newlyThere(scheduleOf(rate, 'The rate of arrivals'), stay, time);
  return {
    mean: mean + expected,
    variance: variance + expected,
    probabilities: convolve(probabilities, poissonProbabilities(expected)),
  };
}

/** Probability that someone who is there now is there after a time. */
export function staysFor({ elapsed, stay }: Present, time: number): number {
  const reached = stay.survival(elapsed);
  if (!(reached > 0)) throw new RangeError(`No stay of the kind “${stay.name}” lasts as long as ${elapsed}.`);
  return stay.survival(elapsed + time) / reached;
}

/** Smallest count that is not exceeded with probability p. */
export function occupancyQuantile({ probabilities }: Occupancy, p: number): number {
  let sum = 0;
  for (let count = 0; count < probabilities.length; count++) {
    sum += probabilities[count];
    if (sum >= p) return count;
  }
  return probabilities.length - 1;
}

/** ∫ λ(u) S(time − u) du from 0 to `time`, piece by piece of the rate. */
function newlyThere(rate: Schedule, stay: Duration, time: number): number {
  let sum = 0;
  let from = 0;
  while (from < time) {
    const to = Math.min(time, changeAfter(rate, from));
    const value = valueAt(rate, from);
    if (value > 0) sum += value * (stay.lasted(time - from) - stay.lasted(time - to));
    from = to;
  }
  return sum;
}

function withOneMore(probabilities: Float64Array, p: number): Float64Array {
  const more = new Float64Array(probabilities.length + 1);
  for (let count = 0; count < probabilities.length; count++) {
    more[count] += (1 - p) * probabilities[count];
    more[count + 1] += p * probabilities[count];
  }
  return more;
}

function poissonProbabilities(mean: number): Float64Array {
  // Outwards from the mode, which neither e^(−mean) nor mean^count overflow at.
  const end = Math.ceil(mean + 8 * Math.sqrt(mean) + 20);
  const mode = Math.floor(mean);
  const weights = new Float64Array(end + 1);
  weights[mode] = 1;
  for (let count = mode; count > 0; count--) weights[count - 1] = (weights[count] * count) / mean;
  for (let count = mode + 1; count <= end; count++) weights[count] = (weights[count - 1] * mean) / count;
  const sum = weights.reduce((all, each) => all + each, 0);
  return weights.map((each) => each / sum);
}

function convolve(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length + b.length - 1);
  for (let i = 0; i < a.length; i++) {
    if (a[i] === 0) continue;
    for (let j = 0; j < b.length; j++) out[i + j] += a[i] * b[j];
  }
  let end = out.length;
  let left = 0;
  while (end > 1 && left + out[end - 1] < 1e-12) left += out[--end];
  return out.slice(0, end);
}
