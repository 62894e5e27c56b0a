import { instant, MINUTE } from '@gemel/core';
import { cholesky, choleskySolve } from '@gemel/numerics/linalg/cholesky';
import { multiplyVector } from '@gemel/numerics/linalg/matrix';
import type { RandomStream } from '@gemel/numerics/random/stream';
import type { Member } from '@gemel/runtime/dynamics';
import type { CalibrationLikelihood, Discrepancy } from './calibrate-likelihood.ts';
import { SPLIT_STEP } from './calibrate-solver.ts';
import type { GlucoseState } from './dynamics.ts';
import { STATE, STATE_COUNT } from './model.ts';
import { gaussianForm, latentSd, type SensorModel } from './sensor.ts';

/** Latent value of a sensor error, mg/dL: the inverse of `sensorError`, held within four stationary deviations. */
export function sensorLatent(error: number, model: SensorModel): number {
  const value = model.gamma + model.delta * Math.asinh((error - model.xi) / model.lambda);
  const most = 4 * latentSd(model);
  return Math.max(-most, Math.min(most, value));
}

/**
 * Members for the chosen points, standing at the window's end: the disturbances are drawn from their normal distribution
 * given the parameters and the readings, the path is run with them, and what the last reading still differs by is the
 * sensor's error.
 * @param predictions takes each member's path at the readings, where given: members × readings
 */
export function drawMembers(
  likelihood: CalibrationLikelihood,
  discrepancy: Discrepancy,
  points: Float64Array,
  chosen: Int32Array,
  random: RandomStream,
  sensor: SensorModel,
  predictions?: Float64Array,
): Member<GlucoseState>[] {
  const { window, coordinates } = likelihood;
  const { readings } = window;
  const n = readings.length;
  const d = coordinates.dimension;
  const { effect, prior, latents, blocks, lower, ignored } = discrepancy;
  const bias = gaussianForm(sensor).mean;
  const minutes = window.inputs.steps * SPLIT_STEP;
  const at = instant((window.start + minutes) * MINUTE);

  // Posterior covariance P − P Bᵀ Σ⁻¹ B P and the gain P Bᵀ Σ⁻¹ of the latents.
  const crossed = new Float64Array(latents * n);
  for (let p = 0; p < latents; p++) {
    for (let k = 0; k < n; k++) {
      let sum = 0;
      for (let q = 0; q < latents; q++) sum += prior[p * latents + q] * effect[k * latents + q];
      crossed[p * n + k] = sum;
    }
  }
  const spread = Float64Array.from(prior);
  for (let p = 0; p < latents; p++) {
    const solved = choleskySolve(lower, n, crossed.subarray(p * n, (p + 1) * n));
    for (let q = 0; q < latents; q++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += solved[k] * crossed[q * n + k];
      spread[p * latents + q] -= sum;
    }
  }
  for (let p = 0; p < latents; p++) spread[p * latents + p] += 1e-9;
  const factor = cholesky(spread, latents);
  if (factor.status !== 'ok') throw new RangeError('The covariance of the disturbances is not positive definite.');

  const predicted = new Float64Array(n);
  return Array.from(chosen, (point, i) => {
    const stream = random.fork(i);
    likelihood.predict(points, point * d, {}, predicted, 0);
    const misfit = predicted.map((g, k) => (ignored[k] === 1 ? 0 : readings[k].value - bias - g));
    const latent = multiplyVector(crossed, choleskySolve(lower, n, misfit), latents, n);
    const noise = Float64Array.from({ length: latents }, () => stream.normal());
    const drawn = multiplyVector(factor.lower, noise, latents, latents).map((v, p) => v + latent[p]);
    const states = likelihood.predict(points, point * d, likelihood.disturbance(drawn), predicted, 0)!;
    predictions?.set(predicted, i * n);
    const values = new Float64Array(STATE_COUNT + 1);
    values.set(states);
    values[STATE.sensitivity] = drawn[blocks - 1];
    values[STATE.drive] = drawn[2 * blocks - 1];
    const meal = window.meals.findIndex((m) => m.to >= minutes);
    values[STATE.mealError] = meal >= 0 ? drawn[2 * blocks + meal] : 0;
    const last = n - 1;
    values[STATE_COUNT] =
      ignored[last] === 1
        ? latentSd(sensor) * stream.normal()
        : sensorLatent(readings[last].value - predicted[last], sensor);
    return { parameters: coordinates.parameters(points, point * d)!, state: { at, values } };
  });
}
