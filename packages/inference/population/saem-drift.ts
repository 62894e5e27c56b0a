import type { InferenceProblem } from '../problem.ts';
import { populationProblems } from './errors.data.ts';

const BATCHES = 10;
/** Share of the scatter of batch means that a straight line has to explain: neighbouring iterations are alike, and wander. */
const CLEAR = 0.9;

/**
 * Parameters that still moved in one direction through the iterations given, those before averaging began: ten batch means lie
 * on a line. `names` are of the entries of a trail; fewer than 20 iterations tell nothing.
 */
export function drifts(trails: readonly Float64Array[], names: readonly string[]): readonly InferenceProblem[] {
  const length = Math.floor(trails.length / BATCHES);
  if (length < 2) return [];
  const middle = (BATCHES - 1) / 2;
  const spread = (BATCHES * (BATCHES * BATCHES - 1)) / 12;
  return names.flatMap((name, k) => {
    const means = Array.from({ length: BATCHES }, (_, b) => {
      let sum = 0;
      for (let t = b * length; t < (b + 1) * length; t++) sum += trails[t][k] / length;
      return sum;
    });
    const mean = means.reduce((sum, each) => sum + each, 0) / BATCHES;
    const slope = means.reduce((sum, each, b) => sum + (b - middle) * each, 0) / spread;
    const scatter = means.reduce((sum, each) => sum + (each - mean) ** 2, 0);
    if (!(slope * slope * spread > CLEAR * scatter)) return [];
    const message = `${name} still ${slope > 0 ? 'rose' : 'fell'}, by ${Math.abs(slope * BATCHES).toPrecision(2)} on its scale in ${trails.length} iterations.`;
    return [populationProblems.problem('population-drift', message, name)];
  });
}
