import { after, type Instant, instant, MINUTE } from '@gemel/core';
import { crpsEnsemble, sampleQuantile } from '@gemel/inference/diagnose/scores';
import { type Autoregression, fitAutoregression, predictAutoregression } from '@gemel/inference/series/autoregressive';
import { randomStream } from '@gemel/numerics/random/philox';
import type { Belief } from '@gemel/runtime/pack';
import { assimilate } from './assimilate.ts';
import { calibrate } from './calibrate.ts';
import { actedControls } from './calibrate-window.ts';
import { dynamics, type GlucoseState } from './dynamics.ts';
import type { GeneratedPatient } from './generate.ts';
import { generatedHistory } from './generated-history.ts';

/** Minutes between readings, and after midnight of the first held-out day from which forecasts are made. */
const SPACING = 5;
/** Orders an autoregressive model may have; the one with the least AIC on the training days is taken. */
const ORDERS = [1, 2, 3, 4, 6, 8, 12] as const;
/** Quantiles that stand for a baseline's own residuals on the training days. */
const RESIDUALS = 199;
/** Readings whose slope the linear baseline follows: the last 15 minutes. */
const SLOPE = 4;

export const FORECASTERS = ['twin', 'last value', 'linear', 'autoregressive'] as const;
export type Forecaster = (typeof FORECASTERS)[number];

/** One forecast against the reading it met, mg/dL. */
export interface Scored {
  readonly at: Instant;
  readonly lead: number;
  readonly observed: number;
  /** What stood on the display when the forecast was made. */
  readonly last: number;
  readonly by: Readonly<Record<Forecaster, { readonly mean: number; readonly crps: number }>>;
  /** Of the twin: probability below 70, and where the reading fell in the predictive distribution. */
  readonly below70: number;
  readonly rank: number;
}

/**
 * Forecasts of the held-out days of a generated patient, made at every reading from what was known then: the twin calibrated
 * once on the training days and carried over each reading since; the baselines fitted on the training days, each with the
 * empirical distribution of its own residuals there. Readings shown as "LO" or "HI" are not scored.
 */
export function forecastStudy(
  patient: GeneratedPatient,
  trainingDays: number,
  leads: readonly number[],
): readonly Scored[] {
  const from = after(patient.start, trainingDays * 1440 * MINUTE);
  const end = after(patient.start, patient.days * 1440 * MINUTE);
  const series = gridOf(patient);
  const split = trainingDays * (1440 / SPACING);
  const baselines = leads.map((lead) => fitBaselines(series.subarray(0, split), lead / SPACING));
  const random = randomStream(patient.seed, 'forecast study');
  let belief = finished(patient, from, random);
  const scored: Scored[] = [];
  for (let i = split + 1; i < series.length; i++) {
    const now = instant(patient.start + i * SPACING * MINUTE);
    if (now >= end) break;
    const history = generatedHistory(patient, now);
    const fresh = history.observations.filter((o) => o.trueAt > belief.at);
    belief = assimilate(belief, history, fresh, now, random.fork('update', i));
    if (!Number.isFinite(series[i])) continue;
    const times = leads.map((lead) => after(now, lead * MINUTE));
    const { values } = dynamics.trajectories({
      members: belief.members,
      controls: actedControls(history, now, times.at(-1)!),
      times,
      signals: ['glucose.sensor'],
      random: random.fork('forecast', i),
    });
    leads.forEach((lead, l) => {
      const observed = series[i + lead / SPACING];
      const points = baselines[l](series, i);
      if (observed === undefined || !Number.isFinite(observed) || points === null) return;
      const members = belief.members.map((_, m) => values['glucose.sensor'][m * leads.length + l]);
      const mean = members.reduce((sum, v) => sum + v, 0) / members.length;
      scored.push({
        at: now,
        lead,
        observed,
        last: series[i],
        by: { twin: { mean, crps: crpsEnsemble(members, observed) }, ...scoreBaselines(points, observed) },
        below70: members.filter((v) => v < 70).length / members.length,
        rank: (members.filter((v) => v < observed).length + 0.5) / (members.length + 1),
      });
    });
  }
  return scored;
}

function finished(
  patient: GeneratedPatient,
  at: Instant,
  random: ReturnType<typeof randomStream>,
): Belief<GlucoseState> {
  const work = calibrate(generatedHistory(patient, at), at, random.fork('calibrate'));
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/** Readings on the five-minute grid from the start, mg/dL; NaN where none, or none with a number, was displayed. */
function gridOf(patient: GeneratedPatient): Float64Array {
  const series = new Float64Array((patient.days * 1440) / SPACING + 1).fill(Number.NaN);
  for (const { at, reading, repeats } of patient.cgm) {
    const i = Math.round((at - patient.start) / (SPACING * MINUTE));
    if (!repeats && 'value' in reading && i < series.length) series[i] = reading.value;
  }
  return series;
}

type Points = Readonly<Record<Exclude<Forecaster, 'twin'>, Baseline>>;
interface Baseline {
  readonly point: number;
  /** Residuals on the training days: what is added to the point for its distribution. */
  readonly residuals: Float64Array;
}

/** The baselines at one lead, in steps: point forecasts from the series up to i, with their training residuals; null in a gap. */
function fitBaselines(training: Float64Array, steps: number): (series: Float64Array, i: number) => Points | null {
  const model = bestAutoregression(training);
  const points = {
    'last value': (s: Float64Array, i: number) => s[i],
    linear: (s: Float64Array, i: number) => s[i] + slopeAt(s, i) * steps,
    autoregressive: (s: Float64Array, i: number) => {
      const order = model.coefficients.length;
      return i + 1 < order ? Number.NaN : predictAutoregression(model, s.subarray(i + 1 - order, i + 1), steps).mean;
    },
  } as const;
  const residuals = Object.fromEntries(
    Object.entries(points).map(([name, point]) => {
      const errors: number[] = [];
      for (let i = 0; i + steps < training.length; i++) {
        const error = training[i + steps] - point(training, i);
        if (Number.isFinite(error)) errors.push(error);
      }
      const quantiles = Float64Array.from({ length: RESIDUALS }, (_, k) =>
        sampleQuantile(errors, (k + 0.5) / RESIDUALS),
      );
      return [name, quantiles];
    }),
  );
  return (series, i) => {
    const entries = Object.entries(points).map(
      ([name, point]) => [name, { point: point(series, i), residuals: residuals[name] }] as const,
    );
    return entries.every(([, { point }]) => Number.isFinite(point)) ? (Object.fromEntries(entries) as Points) : null;
  };
}

/** Least-squares slope over the last readings, mg/dL per step. */
function slopeAt(series: Float64Array, i: number): number {
  if (i + 1 < SLOPE) return Number.NaN;
  const middle = (SLOPE - 1) / 2;
  let sum = 0;
  let square = 0;
  for (let k = 0; k < SLOPE; k++) {
    sum += (k - middle) * series[i - SLOPE + 1 + k];
    square += (k - middle) ** 2;
  }
  return sum / square;
}

function bestAutoregression(training: Float64Array): Autoregression {
  let best: { model: Autoregression; aic: number } | null = null;
  for (const order of ORDERS) {
    const model = fitAutoregression(training, order);
    if (model === null) continue;
    const aic = model.count * Math.log(model.variance) + 2 * (order + 1);
    if (best === null || aic < best.aic) best = { model, aic };
  }
  if (best === null) throw new RangeError('The training days hold too few readings for any autoregression.');
  return best.model;
}

function scoreBaselines(points: Points, observed: number) {
  const entries = Object.entries(points).map(([name, { point, residuals }]) => {
    const members = residuals.map((r) => point + r);
    return [name, { mean: members.reduce((s, v) => s + v, 0) / members.length, crps: crpsEnsemble(members, observed) }];
  });
  return Object.fromEntries(entries) as Record<Exclude<Forecaster, 'twin'>, { mean: number; crps: number }>;
}
