import { ensembleWeights, type WhitenedForecast } from './ensemble-space.ts';
import type { Observation } from './observation.ts';
import type { FilterStatus } from './status.ts';

/** How far observations reach. The errors of the observation must be independent of each other. */
export interface Localisation {
  /** Distance of observed component `observed` (as numbered in the operator) from state coordinate `coordinate`. */
  readonly distance: (coordinate: number, observed: number) => number;
  /** Half-width of the taper, in the unit of `distance`: nothing reaches past twice of it. */
  readonly halfWidth: number;
}

/**
 * Fifth-order compactly supported correlation: Gaspari and Cohn, Q. J. R. Meteorol. Soc. 125 (1999) 723, equation 4.10;
 * 1 at distance 0, 0 from twice the half-width on.
 */
export function gaspariCohn(distance: number, halfWidth: number): number {
  const r = Math.abs(distance) / halfWidth;
  if (r >= 2) return 0;
  if (r <= 1) return 1 + r * r * (-5 / 3 + r * (5 / 8 + r * (1 / 2 - r / 4)));
  return Math.max(0, 4 - 2 / (3 * r) + r * (-5 + r * (5 / 3 + r * (5 / 8 + r * (-1 / 2 + r / 12)))));
}

/** Precisions below this share of an observation's own are left out. */
const NEGLIGIBLE = 1e-3;

/** The transform of each coordinate by the observations near it, their precision tapered. */
export function localAnalysis(
  { size, state, predicted, innovation }: WhitenedForecast,
  members: number,
  dimension: number,
  { values, operator }: Observation,
  localisation: Localisation,
): { readonly mean: Float64Array; readonly deviations: Float64Array } | FilterStatus {
  const full = operator.size;
  for (let i = 0; i < full; i++)
    for (let j = 0; j < i; j++) if (operator.covariance[i * full + j] !== 0) return 'correlated-errors';
  const observed = [...values.keys()].filter((i) => !Number.isNaN(values[i]));
  const mean = Float64Array.from(state.mean);
  const deviations = Float64Array.from(state.deviations);
  for (let i = 0; i < dimension; i++) {
    const near: number[] = [];
    const roots: number[] = [];
    for (let k = 0; k < size; k++) {
      const taper = gaspariCohn(localisation.distance(i, observed[k]), localisation.halfWidth);
      if (taper <= NEGLIGIBLE) continue;
      near.push(k);
      roots.push(Math.sqrt(taper));
    }
    if (near.length === 0) continue;
    const local = new Float64Array(members * near.length);
    for (let m = 0; m < members; m++)
      for (let k = 0; k < near.length; k++) local[m * near.length + k] = roots[k] * predicted[m * size + near[k]];
    const weights = ensembleWeights(
      local,
      Float64Array.from(near, (k, at) => roots[at] * innovation[k]),
      members,
    );
    if (!weights) return 'singular-innovation';
    for (let m = 0; m < members; m++) {
      mean[i] += weights.mean[m] * state.deviations[m * dimension + i];
      let d = 0;
      for (let l = 0; l < members; l++) d += weights.transform[m * members + l] * state.deviations[l * dimension + i];
      deviations[m * dimension + i] = d;
    }
  }
  return { mean, deviations };
}
