import { exp } from '@gemel/numerics/elementary/exp';
import type { RandomStream } from '@gemel/numerics/random/stream';

/** How a continuous sensor errs, reports and rests. */
export interface SensorModel {
  readonly id: string;
  readonly citation: string;
  /** Autoregression of the latent normal series between knots: e(n) = a (e(n−1) + v(n)), v standard normal. */
  readonly autoregression: number;
  readonly knotMinutes: number;
  /** Johnson SU constants of the error, mg/dL: xi + lambda · sinh((e − gamma) / delta). */
  readonly xi: number;
  readonly lambda: number;
  readonly gamma: number;
  readonly delta: number;
  readonly intervalMinutes: number;
  /** Values outside are reported as LO or HI, mg/dL. */
  readonly range: readonly [low: number, high: number];
  /** Minutes after insertion without readings. */
  readonly warmUpMinutes: number;
}

/** The published error of an early sensor against laboratory glucose, with the reporting habits of present ones. */
export const SENSOR: SensorModel = {
  id: 'breton2008',
  citation: 'Breton, Kovatchev, J Diabetes Sci Technol 2008;2:853-862, doi:10.1177/193229680800200517',
  autoregression: 0.7,
  knotMinutes: 15,
  xi: -5.471,
  lambda: 15.9574,
  gamma: -0.5444,
  delta: 1.6898,
  intervalMinutes: 5,
  range: [40, 400],
  warmUpMinutes: 120,
};

/** Stationary standard deviation of the latent series: a / √(1 − a²). */
export function latentSd(model: SensorModel): number {
  const a = model.autoregression;
  return a / Math.sqrt(1 - a * a);
}

/** Autocorrelation of the latent series `minutes` apart. */
export function latentCorrelation(minutes: number, model: SensorModel): number {
  return model.autoregression ** (minutes / model.knotMinutes);
}

/** The latent value `minutes` later, given a standard normal draw: the exact transition of the stationary series. */
export function latentStep(latent: number, minutes: number, normal: number, model: SensorModel): number {
  const r = latentCorrelation(minutes, model);
  return r * latent + latentSd(model) * Math.sqrt(1 - r * r) * normal;
}

/** Sensor error of a latent value, mg/dL. */
export function sensorError(latent: number, model: SensorModel): number {
  const grown = exp((latent - model.gamma) / model.delta);
  return model.xi + (model.lambda * (grown - 1 / grown)) / 2;
}

/**
 * The Gaussian autoregression with the mean, standard deviation (mg/dL) and autocorrelation of the stationary Johnson
 * error, in closed form: for linear filters. `correlation` takes minutes.
 */
export function gaussianForm(model: SensorModel): {
  readonly mean: number;
  readonly sd: number;
  correlation(minutes: number): number;
} {
  const m = -model.gamma / model.delta;
  const s2 = (latentSd(model) / model.delta) ** 2;
  const mean = exp(s2 / 2) * Math.sinh(m);
  const covariance = (r: number) => (exp(s2 * (1 + r)) * Math.cosh(2 * m) - exp(s2 * (1 - r))) / 2 - mean * mean;
  const variance = covariance(1);
  return {
    mean: model.xi + model.lambda * mean,
    sd: model.lambda * Math.sqrt(variance),
    correlation: (minutes) => covariance(latentCorrelation(minutes, model)) / variance,
  };
}

/**
 * Errors at ascending `minutes` (from 0), mg/dL, as the paper simulates them: independent knots every `knotMinutes`
 * joined by a smooth cubic (Catmull–Rom, so that each value depends on four knots only).
 */
export function sensorErrors(minutes: ArrayLike<number>, random: RandomStream, model: SensorModel): Float64Array {
  const last = minutes.length === 0 ? 0 : minutes[minutes.length - 1];
  const knots = new Float64Array(Math.floor(last / model.knotMinutes) + 4);
  let latent = latentSd(model) * random.normal();
  for (let i = 0; i < knots.length; i++) {
    knots[i] = sensorError(latent, model);
    latent = latentStep(latent, model.knotMinutes, random.normal(), model);
  }
  return Float64Array.from({ length: minutes.length }, (_, i) => {
    const place = minutes[i] / model.knotMinutes;
    const k = Math.floor(place);
    const u = place - k;
    const [p0, p1, p2, p3] = knots.subarray(k, k + 4);
    return p1 + 0.5 * u * (p2 - p0 + u * (2 * p0 - 5 * p1 + 4 * p2 - p3 + u * (3 * (p1 - p2) + p3 - p0)));
  });
}

/** What the sensor displays: whole mg/dL, or that the value lies below or above its range. */
export type Reading = { readonly value: number } | { readonly below: number } | { readonly above: number };

/** The reading for an interstitial glucose and an error, both mg/dL. */
export function reading(glucose: number, error: number, model: SensorModel): Reading {
  const value = Math.round(glucose + error);
  if (value < model.range[0]) return { below: model.range[0] };
  if (value > model.range[1]) return { above: model.range[1] };
  return { value };
}
