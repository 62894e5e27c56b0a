import { type Measure, onScale } from './measure.ts';

/** Differences of paired readings, added up as they come (Welford 1962, doi:10.1080/00401706.1962.10490022). */
export class Paired {
  count = 0;
  mean = 0;
  #squares = 0;

  add(difference: number): void {
    this.count++;
    const step = difference - this.mean;
    this.mean += step / this.count;
    this.#squares += step * (difference - this.mean);
  }

  /** Sample SD; 0 of fewer than two. */
  get sd(): number {
    return this.count < 2 ? 0 : Math.sqrt(this.#squares / (this.count - 1));
  }
}

/** Pairs before a source is held against another. */
export const ENOUGH_PAIRS = 10;

/**
 * Whether two sources disagree for good: their bias is beyond what the measure's standard allows by more than chance explains (two
 * standard errors), or the SD of their differences is.
 */
export function disagrees(measure: Pick<Measure, 'agree'>, pairs: Pick<Paired, 'count' | 'mean' | 'sd'>): boolean {
  const { agree } = measure;
  if (agree === undefined || pairs.count < ENOUGH_PAIRS) return false;
  const chance = (2 * pairs.sd) / Math.sqrt(pairs.count);
  return Math.abs(pairs.mean) - chance > agree.bias || pairs.sd / (1 + 2 / Math.sqrt(2 * pairs.count)) > agree.sd;
}

/** Difference of two values on the measure's scale. */
export function differenceOn(measure: Pick<Measure, 'scale'>, a: number, b: number): number {
  return onScale(measure, a) - onScale(measure, b);
}

/** Bias and 95 % limits of agreement of two methods. */
export interface Agreement {
  readonly pairs: number;
  readonly bias: number;
  /** SD of a single difference. */
  readonly sd: number;
  readonly lower: number;
  readonly upper: number;
  /** 95 % confidence limits of the bias. */
  readonly biasLow: number;
  readonly biasHigh: number;
}

/** 97.5 % point of the normal distribution. */
const Z = 1.959963984540054;

/**
 * Limits of agreement of single pairs: bias ± 1.96 SD (Bland and Altman 1986, doi:10.1016/S0140-6736(86)90837-8). Null of fewer
 * than two differences.
 */
export function limitsOfAgreement(differences: readonly number[]): Agreement | null {
  return repeatedLimits(differences.map((difference) => [difference]));
}

/**
 * The same where each subject (or occasion) gave several pairs and the true value varies: the variance of a single difference is that
 * within subjects plus that between them, by one-way analysis of variance with unequal numbers (Bland and Altman 1999, section 5.3,
 * doi:10.1177/096228029900800204). One list of differences for each subject.
 */
export function repeatedLimits(bySubject: readonly (readonly number[])[]): Agreement | null {
  const groups = bySubject.filter((group) => group.length > 0);
  const pairs = groups.reduce((sum, group) => sum + group.length, 0);
  if (pairs < 2) return null;
  const bias = groups.flat().reduce((sum, value) => sum + value, 0) / pairs;
  const k = groups.length;
  let within = 0;
  let between = 0;
  let squares = 0;
  for (const group of groups) {
    const mean = group.reduce((sum, value) => sum + value, 0) / group.length;
    for (const value of group) within += (value - mean) ** 2;
    between += group.length * (mean - bias) ** 2;
    squares += group.length ** 2;
  }
  const meanWithin = pairs > k ? within / (pairs - k) : 0;
  const share = k > 1 ? (pairs ** 2 - squares) / ((k - 1) * pairs) : 1;
  const meanBetween = k > 1 ? between / (k - 1) : meanWithin;
  // With one pair of each subject nothing is known within; the spread between them is all there is.
  const heterogeneity = pairs > k ? Math.max(0, (meanBetween - meanWithin) / share) : meanBetween;
  const sd = Math.sqrt(heterogeneity + meanWithin);
  const error = k > 1 ? Math.sqrt(meanBetween / pairs) : sd / Math.sqrt(pairs);
  const [low, high] = [bias - Z * sd, bias + Z * sd];
  return { pairs, bias, sd, lower: low, upper: high, biasLow: bias - Z * error, biasHigh: bias + Z * error };
}
