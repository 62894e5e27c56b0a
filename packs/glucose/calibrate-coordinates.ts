import { exp } from '@gemel/numerics/elementary/exp';
import { cholesky } from '@gemel/numerics/linalg/cholesky';
import { DISTURBANCE, PARAMETER_COUNT, TWIN_PARAMETER_COUNT } from './parameters.ts';
import { type AgeGroup, fromSampling, populationPrior, unlikely, VARIED, VARIED_COUNT } from './population.ts';

/** How far a twin may stray from model and record: the disturbance parameters every member carries. */
export interface Disturbances {
  readonly sensitivitySd: number;
  readonly sensitivityTime: number;
  readonly driveSd: number;
  readonly driveTime: number;
  readonly mealSd: number;
  /** Share of the sensitivity's variance that keeps a day instead of `sensitivityTime`; forecasts are without. */
  readonly sensitivityBetweenDays: number;
  /** Share of the drive's variance that comes again every day at its hour; forecasts are without. */
  readonly driveDaily: number;
  /** Deviation of the log of each meal's kabs and kmax; a calibration marginalises it, and forecasts are without. */
  readonly absorptionSd: number;
}

/**
 * How a twin may stray from model and record. Sensitivity within and between days as in Visentin 2018
 * (doi:10.1177/1932296818757747), a quarter of its variance from one day to the next; carbohydrate miscounted by a fifth (Brazeau 2013,
 * doi:10.1016/j.diabres.2012.10.024); half times of gastric emptying that differ by a fifth from meal to meal (20 to 24 %
 * within a person: doi:10.1111/nmo.13365, doi:10.1111/j.1365-2982.2012.01972.x); the drive stands for what the model leaves
 * out, a tenth of basal production, half of it at the same hours of every day, as dawn has it.
 */
export const DISTURBANCES: Disturbances = {
  sensitivitySd: 0.2,
  sensitivityTime: 240,
  driveSd: 0.2,
  driveTime: 120,
  mealSd: 0.2,
  sensitivityBetweenDays: 0.25,
  driveDaily: 0.5,
  absorptionSd: 0.2,
};

/**
 * The unconstrained coordinates a calibration samples: the population's sampling scale, whitened, so that the prior is
 * standard normal. Body weight, where known, is conditioned on. The last coordinate lets glucose at the first reading
 * depart from what the record before it explains.
 */
export interface SampledCoordinates {
  readonly dimension: number;
  /** The twin's parameters at a point; null where no patient has them (the prior is zero there). */
  parameters(points: Float64Array, at: number): Float64Array | null;
  /** Coordinates of gastric emptying and absorption, whose posterior is curved and may have several modes. */
  readonly absorption: readonly number[];
  /** Factor on glucose at the first reading. */
  jump(points: Float64Array, at: number): number;
}

/** Prior SD of the log of glucose at the first reading over what the record explains. */
const JUMP_SD = 0.15;

/** @param weight kg; null where not recorded: it is then sampled like the rest */
export function sampledCoordinates(
  group: AgeGroup,
  weight: number | null,
  disturbances: Disturbances,
): SampledCoordinates {
  const { mean, covariance } = populationPrior(group);
  const factor = cholesky(covariance, VARIED_COUNT);
  if (factor.status !== 'ok') throw new RangeError(`The population covariance of ${group} is not positive definite.`);
  const { lower } = factor;
  if (VARIED[0] !== 'BW') throw new RangeError('Conditioning on weight takes it to be the first varied parameter.');
  const known = weight === null ? 0 : 1;
  const own = VARIED_COUNT - known;
  const fixed = weight === null ? 0 : (Math.log(weight) - mean[0]) / lower[0];
  const white = new Float64Array(VARIED_COUNT);
  white[0] = fixed;
  const z = new Float64Array(VARIED_COUNT);
  const extra = new Float64Array(TWIN_PARAMETER_COUNT - PARAMETER_COUNT);
  for (const [name, index] of Object.entries(DISTURBANCE)) {
    extra[index - PARAMETER_COUNT] = disturbances[name as keyof Disturbances];
  }
  return {
    dimension: own + 1,
    absorption: (['kabs', 'kmax', 'kmin', 'b', 'd'] as const).map((name) => VARIED.indexOf(name) - known),
    parameters(points, at) {
      for (let j = 0; j < own; j++) white[known + j] = points[at + j];
      for (let i = 0; i < VARIED_COUNT; i++) {
        let sum = mean[i];
        for (let j = 0; j <= i; j++) sum += lower[i * VARIED_COUNT + j] * white[j];
        z[i] = sum;
      }
      const model = fromSampling(z);
      if (unlikely(model) !== null) return null;
      const twin = new Float64Array(TWIN_PARAMETER_COUNT);
      twin.set(model);
      twin.set(extra, PARAMETER_COUNT);
      return twin;
    },
    jump: (points, at) => exp(JUMP_SD * points[at + own]),
  };
}
