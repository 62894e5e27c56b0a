import type { DifferentiableLogDensity } from '../differentiable-log-density.ts';
import { inferenceErrors } from '../errors.data.ts';
import { heldMaximum } from '../map/profile.ts';
import { InferenceError } from '../problem.ts';

/** Distance, in units of the start (1 at least), from which a chain is asked whether its density falls off. */
const FAR = 1e7;

/** How many times farther out the density is then looked at. */
const FARTHER = 1e3;

/**
 * Watches the points of a chain for one that has gone very far along a coordinate, and looks there whether the density,
 * the other coordinates at their best, falls off faster than 1/|x|: else it has no integral.
 * @throws inference-improper-posterior
 */
export function watchForEndlessness(
  target: DifferentiableLogDensity,
  start: Float64Array,
): (point: Float64Array) => void {
  let far = FAR;
  return (point) => {
    let index = -1;
    for (let i = 0; i < point.length; i++) {
      const away = Math.abs(point[i]) / Math.max(1, Math.abs(start[i]));
      if (!(away > far)) continue;
      far = away;
      index = i;
    }
    if (index < 0) return;
    far *= FARTHER;
    const here = bestAt(
      point[index],
      point.filter((_, i) => i !== index),
    );
    const beyond = here && bestAt(FARTHER * point[index], here.others);
    if (!beyond || here.logDensity - beyond.logDensity > Math.log(FARTHER)) return;
    throw inferenceErrors.error(
      'inference-improper-posterior',
      `A chain went to ${point[index].toExponential(1)} along parameter ${index}, and the density does not fall off there.`,
      `parameter ${index}`,
    );

    /** null where the density has no gradient: it is no level one there. */
    function bestAt(value: number, others: Float64Array) {
      try {
        return heldMaximum(target, index, value, others);
      } catch (error) {
        if (error instanceof InferenceError) return null;
        throw error;
      }
    }
  };
}
