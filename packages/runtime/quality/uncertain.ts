import type { Observation } from '@gemel/core';

/** Variance of the error of a value graded uncertain over that of a good one: an SD twice as large. An assumption, stated here. */
const UNCERTAIN_VARIANCE = 4;

/**
 * How many times larger the variance of an observation's error is than its sensor's: what an assimilator multiplies the observation
 * error by, or divides the log likelihood by. Poor values never come this far.
 */
export function errorVarianceFactor({ grade }: Pick<Observation, 'grade'>): number {
  return grade === 'uncertain' ? UNCERTAIN_VARIANCE : 1;
}
