import type { LeastSquares, LogDensity } from '@gemel/inference/log-density';
import { cholesky, choleskyInverse, solveLower } from '@gemel/numerics/linalg/cholesky';
import { gram, transpose } from '@gemel/numerics/linalg/matrix';
import type { Disturbances, SampledCoordinates } from './calibrate-coordinates.ts';
import { SPLIT_STEP, type SplitDisturbance, SplitSolver } from './calibrate-solver.ts';
import type { CalibrationWindow } from './calibrate-window.ts';
import { basalState, CONSTANT_COUNT, deriveConstants, STATE_COUNT } from './model.ts';
import { gaussianForm, type SensorModel } from './sensor.ts';

/** Minutes over which a disturbance counts as constant in the discrepancy. */
const BLOCK_MINUTES = 30;
const BLOCK_STEPS = BLOCK_MINUTES / SPLIT_STEP;
/** Variance of rounding to whole mg/dL and of the split solver against the model, (mg/dL)². */
const NUGGET = 0.5;
/** Glucose from a meal that is not in the record: deviation, mg/kg/min (50 g over three hours in 75 kg), and its time. */
const UNRECORDED = { sd: 3, minutes: 60 } as const;
/** A reading this many conditional SDs from where all others put it counts as an outlier. */
const OUTLIER_SD = 4;
/** A drive that the readings put this many SDs from zero tells of something that is not in the record. */
const EVENT_SD = 3.5;
const DAY_MINUTES = 1440;
/** Step of the derivative by parameters, in prior SDs. */
const PARAMETER_STEP = 0.05;
/** Variance that takes a reading out of the likelihood, (mg/dL)². */
const IGNORED = 1e8;

/** What the disturbances did to the readings, linearised at one point. */
export interface Discrepancy {
  /** readings × latents derivative. */
  readonly effect: Float64Array;
  /** latents × latents prior covariance. */
  readonly prior: Float64Array;
  /** Sensitivity of each block, drive of each block, log error of each meal, log absorption of each meal. */
  readonly latents: number;
  readonly blocks: number;
  /** Lower Cholesky factor of the covariance of all error: sensor, rounding, disturbances. */
  readonly lower: Float64Array;
  /** Readings that count for nothing: bounded ones on their side of the bound, and outliers. */
  readonly ignored: Uint8Array;
  /** Stretches in which the readings tell of something that is not in the record. */
  readonly events: number;
}

/** Minutes after the window's start. */
interface Stretch {
  from: number;
  to: number;
}

/**
 * The likelihood of the readings in a window: normal around the undisturbed path, with the covariance of the sensor's
 * error (its Gaussian form) plus that of the disturbances (insulin sensitivity, unexplained glucose drive, miscounted
 * meals, meals absorbed faster or slower), marginalised through their linearised effect on the readings at the present mode.
 */
export class CalibrationLikelihood {
  readonly window: CalibrationWindow;
  readonly coordinates: SampledCoordinates;
  readonly #disturbances: Disturbances;
  readonly #sensor: SensorModel;
  readonly #solver = new SplitSolver();
  readonly #constants = new Float64Array(CONSTANT_COUNT);
  readonly #states = new Float64Array(STATE_COUNT);
  readonly #path: Float64Array;
  /** Paths simulated so far. */
  simulated = 0;

  constructor(
    window: CalibrationWindow,
    coordinates: SampledCoordinates,
    disturbances: Disturbances,
    sensor: SensorModel,
  ) {
    this.window = window;
    this.coordinates = coordinates;
    this.#disturbances = disturbances;
    this.#sensor = sensor;
    this.#path = new Float64Array(window.inputs.steps + 1);
  }

  /**
   * Interstitial glucose at the readings, mg/dL, into `out` from `to`; false outside the prior's support. `#states` and
   * the returned states are those at the window's end.
   */
  predict(
    points: Float64Array,
    at: number,
    disturbance: SplitDisturbance,
    out: Float64Array,
    to: number,
  ): Float64Array | null {
    const parameters = this.coordinates.parameters(points, at);
    if (parameters === null) return null;
    this.simulated++;
    deriveConstants(parameters, this.#constants);
    basalState(this.#constants, 0, this.#states);
    const { inputs, readings, first } = this.window;
    const jump = { at: first, factor: this.coordinates.jump(points, at) };
    this.#solver.solve(this.#states, this.#constants, 0, inputs, { ...disturbance, jump }, this.#path, 0);
    for (let k = 0; k < readings.length; k++) {
      const { position } = readings[k];
      const whole = Math.min(inputs.steps - 1, Math.floor(position));
      const share = position - whole;
      out[to + k] = (1 - share) * this.#path[whole] + share * this.#path[whole + 1];
    }
    return this.#states;
  }

  /** Readings minus sensor bias minus prediction; zero for ignored ones, NaN outside the support. */
  #misfit(points: Float64Array, at: number, ignored: Uint8Array): Float64Array {
    const { readings } = this.window;
    const n = readings.length;
    const misfit = new Float64Array(n);
    if (this.predict(points, at, {}, misfit, 0) === null) return misfit.fill(Number.NaN);
    const bias = gaussianForm(this.#sensor).mean;
    for (let k = 0; k < n; k++) misfit[k] = ignored[k] === 1 ? 0 : readings[k].value - bias - misfit[k];
    return misfit;
  }

  /** Linearises the disturbances at a point and builds the covariance of all error; null outside the support. */
  linearise(point: Float64Array): Discrepancy | null {
    const { readings, inputs, meals } = this.window;
    const n = readings.length;
    const blocks = Math.ceil(inputs.steps / BLOCK_STEPS);
    const latents = 2 * (blocks + meals.length);
    const base = new Float64Array(n);
    if (this.predict(point, 0, {}, base, 0) === null) return null;
    const effect = new Float64Array(n * latents);
    const moved = new Float64Array(n);
    const h = 0.05;
    for (let q = 0; q < latents; q++) {
      const latent = new Float64Array(latents);
      latent[q] = h;
      this.predict(point, 0, this.disturbance(latent), moved, 0);
      for (let k = 0; k < n; k++) effect[k * latents + q] = (moved[k] - base[k]) / h;
    }
    const ignored = new Uint8Array(n);
    readings.forEach(({ bound, value }, k) => {
      if ((bound === 'below' && base[k] < value) || (bound === 'above' && base[k] > value)) ignored[k] = 1;
    });
    let prior = this.#latentPrior(blocks, meals.length, []);
    let lower = this.#errorFactor(effect, prior, latents, ignored);
    const events = this.#events(point, base, { effect, prior, latents, blocks, lower, ignored });
    if (events.length > 0) {
      prior = this.#latentPrior(blocks, meals.length, events);
      lower = this.#errorFactor(effect, prior, latents, ignored);
    }
    const outliers = this.#outliers(point, lower, ignored);
    if (outliers.length > 0) {
      for (const k of outliers) ignored[k] = 1;
      lower = this.#errorFactor(effect, prior, latents, ignored);
    }
    return { effect, prior, latents, blocks, lower, ignored, events: events.length };
  }

  /**
   * Minutes [from, to) after the start in which the readings tell of glucose that neither record nor model explains: blocks
   * whose drive, given the readings, lies EVENT_SD of what it does by chance from zero, with parameters and all disturbances
   * free under their priors (linearised at the point), and an hour on either side.
   */
  #events(point: Float64Array, base: Float64Array, discrepancy: Omit<Discrepancy, 'events'>): Stretch[] {
    const { effect, prior, latents, blocks, lower, ignored } = discrepancy;
    const { dimension } = this.coordinates;
    const { readings } = this.window;
    const n = readings.length;
    const bias = gaussianForm(this.#sensor).mean;
    const covariance = gram(transpose(lower, n, n), n, n);
    const misfit = base.map((g, k) => (ignored[k] === 1 ? 0 : readings[k].value - bias - g));
    const moved = new Float64Array(n);
    for (let i = 0; i < dimension; i++) {
      const there = point.slice();
      there[i] += PARAMETER_STEP;
      if (this.predict(there, 0, {}, moved, 0) === null) continue;
      const slope = moved.map((g, k) => (ignored[k] === 1 ? 0 : (g - base[k]) / PARAMETER_STEP));
      for (let k = 0; k < n; k++) {
        misfit[k] += slope[k] * point[i];
        for (let l = 0; l < n; l++) covariance[k * n + l] += slope[k] * slope[l];
      }
    }
    const factor = cholesky(covariance, n);
    if (factor.status !== 'ok') throw new RangeError('The covariance of the readings is not positive definite.');
    const whitened = solveLower(factor.lower, n, misfit);
    const found: Stretch[] = [];
    for (let b = 0; b < blocks; b++) {
      const p = blocks + b;
      const crossed = new Float64Array(n);
      for (let q = blocks; q < 2 * blocks; q++) {
        const shared = prior[p * latents + q];
        for (let k = 0; k < n; k++) crossed[k] += shared * effect[k * latents + q];
      }
      const direction = solveLower(factor.lower, n, crossed);
      let mean = 0;
      let variance = 0;
      for (let k = 0; k < n; k++) {
        mean += direction[k] * whitened[k];
        variance += direction[k] * direction[k];
      }
      if (Math.abs(mean) > EVENT_SD * Math.sqrt(variance)) {
        const [from, to] = [b * BLOCK_MINUTES - UNRECORDED.minutes, (b + 1) * BLOCK_MINUTES + UNRECORDED.minutes];
        const last = found.at(-1);
        if (last !== undefined && last.to >= from) last.to = to;
        else found.push({ from, to });
      }
    }
    return found;
  }

  /** The disturbances of a latent vector, in the order of `Discrepancy`. A meal's absorption holds until the next meal. */
  disturbance(latent: Float64Array): SplitDisturbance {
    const { inputs, meals } = this.window;
    const blocks = Math.ceil(inputs.steps / BLOCK_STEPS);
    const spread = (from: number) =>
      Float64Array.from({ length: inputs.steps }, (_, s) => latent[from + Math.floor(s / BLOCK_STEPS)]);
    const carbs = new Float64Array(inputs.carbs.length).fill(1);
    const absorption = new Float64Array(inputs.steps).fill(1);
    meals.forEach(({ from, to }, i) => {
      carbs.fill(Math.exp(latent[2 * blocks + i]), from, to);
      absorption.fill(Math.exp(latent[2 * blocks + meals.length + i]), Math.floor(from / SPLIT_STEP));
    });
    return { sensitivity: spread(0), drive: spread(blocks), carbs, absorption };
  }

  /**
   * Covariance of the latents: for sensitivity a first-order series and a slower one over days, for the drive one and another
   * that comes again every day; the drive freed where something seems to be missing from the record; independent meals.
   */
  #latentPrior(blocks: number, meals: number, events: readonly Stretch[]): Float64Array {
    const n = 2 * (blocks + meals);
    const prior = new Float64Array(n * n);
    const { sensitivitySd, sensitivityTime, sensitivityBetweenDays, driveSd, driveTime, driveDaily } =
      this.#disturbances;
    const { mealSd, absorptionSd } = this.#disturbances;
    for (let i = 0; i < blocks; i++) {
      for (let j = 0; j < blocks; j++) {
        const apart = Math.abs(i - j) * BLOCK_MINUTES;
        const within = (1 - sensitivityBetweenDays) * Math.exp(-apart / sensitivityTime);
        prior[i * n + j] = sensitivitySd ** 2 * (within + sensitivityBetweenDays * Math.exp(-apart / DAY_MINUTES));
        const hours = Math.min(apart % DAY_MINUTES, DAY_MINUTES - (apart % DAY_MINUTES));
        const once = (1 - driveDaily) * Math.exp(-apart / driveTime);
        prior[(blocks + i) * n + blocks + j] = driveSd ** 2 * (once + driveDaily * Math.exp(-hours / driveTime));
      }
    }
    for (const { from, to } of [...this.window.unrecorded, ...events]) {
      const first = Math.max(0, Math.floor(from / BLOCK_MINUTES));
      const last = Math.min(blocks, Math.ceil(to / BLOCK_MINUTES));
      for (let i = first; i < last; i++) {
        for (let j = first; j < last; j++) {
          const apart = Math.abs(i - j) * BLOCK_MINUTES;
          prior[(blocks + i) * n + blocks + j] += UNRECORDED.sd ** 2 * Math.exp(-apart / UNRECORDED.minutes);
        }
      }
    }
    for (let i = 0; i < meals; i++) {
      const [error, absorption] = [2 * blocks + i, 2 * blocks + meals + i];
      prior[error * n + error] = mealSd ** 2;
      prior[absorption * n + absorption] = absorptionSd ** 2;
    }
    return prior;
  }

  #errorFactor(effect: Float64Array, prior: Float64Array, latents: number, ignored: Uint8Array): Float64Array {
    const { readings } = this.window;
    const n = readings.length;
    const { sd, correlation } = gaussianForm(this.#sensor);
    // effect · prior, then · effectᵀ.
    const half = new Float64Array(n * latents);
    for (let k = 0; k < n; k++) {
      for (let p = 0; p < latents; p++) {
        const e = effect[k * latents + p];
        if (e === 0) continue;
        for (let q = 0; q < latents; q++) half[k * latents + q] += e * prior[p * latents + q];
      }
    }
    const covariance = new Float64Array(n * n);
    for (let k = 0; k < n; k++) {
      for (let l = 0; l <= k; l++) {
        const apart = (readings[k].position - readings[l].position) * SPLIT_STEP;
        let sum = sd * sd * correlation(apart);
        for (let q = 0; q < latents; q++) sum += half[k * latents + q] * effect[l * latents + q];
        if (k === l) sum += ignored[k] === 1 ? IGNORED : NUGGET + ((readings[k].doubt ?? 1) - 1) * sd * sd;
        covariance[k * n + l] = sum;
      }
    }
    const factor = cholesky(covariance, n);
    if (factor.status !== 'ok') throw new RangeError('The covariance of the readings is not positive definite.');
    return factor.lower;
  }

  /** Readings too far from what all the others and the path say, given the covariance of the errors. */
  #outliers(point: Float64Array, lower: Float64Array, ignored: Uint8Array): number[] {
    const n = this.window.readings.length;
    const misfit = this.#misfit(point, 0, ignored);
    const precision = choleskyInverse(lower, n);
    const far: number[] = [];
    for (let k = 0; k < n; k++) {
      let sum = 0;
      for (let l = 0; l < n; l++) sum += precision[k * n + l] * misfit[l];
      // Σ⁻¹r / √diag Σ⁻¹ is the leave-one-out residual over its own SD.
      if (ignored[k] === 0 && Math.abs(sum) > OUTLIER_SD * Math.sqrt(precision[k * n + k])) far.push(k);
    }
    return far;
  }

  /** Whitened misfit and the standard normal prior as one least-squares problem. */
  leastSquares(discrepancy: Discrepancy): LeastSquares {
    const { dimension } = this.coordinates;
    const n = this.window.readings.length;
    return {
      dimension,
      residuals: n + dimension,
      evaluate: (points, count) => {
        const residuals = new Float64Array(count * (n + dimension));
        for (let c = 0; c < count; c++) {
          const misfit = this.#misfit(points, c * dimension, discrepancy.ignored);
          const row = c * (n + dimension);
          residuals.set(solveLower(discrepancy.lower, n, misfit), row);
          residuals.set(points.subarray(c * dimension, (c + 1) * dimension), row + n);
        }
        return residuals;
      },
    };
  }

  /** The log posterior density with the discrepancy held. */
  logDensity(discrepancy: Discrepancy): LogDensity {
    const problem = this.leastSquares(discrepancy);
    return {
      dimension: problem.dimension,
      evaluate: (points, count) => {
        const residuals = problem.evaluate(points, count);
        return Float64Array.from({ length: count }, (_, c) => {
          let sum = 0;
          for (let i = c * problem.residuals; i < (c + 1) * problem.residuals; i++) sum += residuals[i] * residuals[i];
          return Number.isFinite(sum) ? -0.5 * sum : -Infinity;
        });
      },
    };
  }
}
