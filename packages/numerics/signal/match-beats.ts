/** Beats found against reference beats. */
export interface BeatMatch {
  readonly found: number;
  readonly missed: number;
  readonly extra: number;
  /** found / reference beats. */
  readonly sensitivity: number;
  /** found / detected beats. */
  readonly predictivity: number;
}

/**
 * Pairs ascending times of detected beats with those of reference beats, each once, nearest first in order, within `window`
 * (150 ms in ANSI/AAMI EC57, in the unit of the times).
 */
export function matchBeats(reference: ArrayLike<number>, detected: ArrayLike<number>, window: number): BeatMatch {
  let [i, k, found] = [0, 0, 0];
  while (i < reference.length && k < detected.length) {
    const apart = detected[k]! - reference[i]!;
    if (Math.abs(apart) <= window) {
      // A neighbour that fits better takes the pair.
      const closerDetected = k + 1 < detected.length && Math.abs(detected[k + 1]! - reference[i]!) < Math.abs(apart);
      const closerReference = i + 1 < reference.length && Math.abs(detected[k]! - reference[i + 1]!) < Math.abs(apart);
      if (closerDetected) k++;
      else if (closerReference) i++;
      else {
        found++;
        i++;
        k++;
      }
    } else if (apart < 0) k++;
    else i++;
  }
  return {
    found,
    missed: reference.length - found,
    extra: detected.length - found,
    sensitivity: reference.length === 0 ? Number.NaN : found / reference.length,
    predictivity: detected.length === 0 ? Number.NaN : found / detected.length,
  };
}
