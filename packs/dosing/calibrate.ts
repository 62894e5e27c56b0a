import type { Instant } from '@gemel/core';
import { systematicResample } from '@gemel/inference/smc/resampling';
import { effectiveSampleSize } from '@gemel/inference/smc/weights';
import type { RandomStream } from '@gemel/numerics/random/stream';
import type { Member } from '@gemel/runtime/dynamics';
import type { Assimilator, Belief, Diagnostics, History } from '@gemel/runtime/pack';
import { candidatesOf } from './candidates.ts';
import { covariatesAt, type DrugCourse } from './course.ts';
import type { Drug, DrugModel } from './drug.ts';
import { memberLayout } from './dynamics.ts';
import { dosingErrors } from './errors.data.ts';
import type { DosingState } from './fed-dynamics.ts';
import { micOf } from './mic.ts';
import { type EffectPosterior, effectPosterior } from './posterior.ts';
import { courseOf, hours } from './record.ts';
import { type ModelSubject, modelSubject } from './subject.ts';

export const MEMBERS = 200;
/** Draws of each model's random effects. */
const DRAWS = 200;
/** A Pareto shape above which importance weights are not to be trusted. */
const UNRELIABLE = 0.7;
/** Share of the weight below which a model is said to be ruled out by the levels. */
const RULED_OUT = 0.01;
/** Models of at least this weight are said to disagree when their clearances differ by more than this factor. */
const HEEDED = 0.1;
const DISAGREE = 1.5;

/** One model's answer. */
export interface ModelAnswer {
  readonly model: DrugModel;
  /** Position among the drug's models. */
  readonly number: number;
  readonly subject: ModelSubject;
  readonly posterior: EffectPosterior;
  /** Posterior probability of the model, models weighing alike beforehand. */
  readonly probability: number;
}

/** Every usable model's posterior on the record up to `at`; empty where no model may speak. */
export function answers(drug: Drug, history: History, at: Instant, random: RandomStream): readonly ModelAnswer[] {
  return answersOn(drug, courseOf(drug, history, at), hours(at), random);
}

/** The same on a course, at a time of it. */
export function answersOn(
  drug: Pick<Drug, 'models'>,
  course: DrugCourse,
  time: number,
  random: RandomStream,
): readonly ModelAnswer[] {
  const covariates = covariatesAt(course, time);
  const found = candidatesOf(drug, covariates).flatMap(({ model, used }, number) => {
    if (!used) return [];
    const subject = modelSubject(model, course);
    const posterior = effectPosterior(subject, DRAWS, random.fork(model.id));
    return posterior === null ? [] : [{ model, number, subject, posterior }];
  });
  const top = Math.max(...found.map(({ posterior }) => posterior.logEvidence));
  const weights = found.map(({ posterior }) => Math.exp(posterior.logEvidence - top));
  const sum = weights.reduce((total, each) => total + each, 0);
  return found.map((each, i) => ({ ...each, probability: weights[i] / sum }));
}

/**
 * Bayesian model averaging: draws of every usable model's posterior, weighted by how well the model foretold the levels
 * (Hoeting and others 1999, doi:10.1214/ss/1009212519). The states follow the record under covariates as they changed.
 */
export function calibrated(drug: Drug, history: History, at: Instant, random: RandomStream): Belief<DosingState> {
  const layout = memberLayout(drug);
  const all = answers(drug, history, at, random);
  if (all.length === 0) {
    const why = candidatesOf(drug, covariatesAt(courseOf(drug, history, at), hours(at))).map(({ model, reasons }) =>
      reasons.length > 0
        ? reasons.map(({ statement }) => statement).join(' ')
        : `${model.title} gives the levels no density.`,
    );
    const said = `No model of ${drug.title} may speak of ${history.subject}: ${why.join(' ')}`;
    throw dosingErrors.error('dosing-no-model', said, { element: history.subject });
  }
  const pooled = new Float64Array(all.length * DRAWS);
  all.forEach(({ probability, posterior }, a) => {
    for (let i = 0; i < DRAWS; i++) pooled[a * DRAWS + i] = probability * posterior.weights[i];
  });
  const now = hours(at);
  const mic = micOf(drug, history, at)?.counts;
  const memberOf = (chosen: number): Member<DosingState> => {
    const { number, subject, posterior } = all[Math.floor(chosen / DRAWS)];
    const q = subject.effects.names.length;
    const i = chosen % DRAWS;
    const eta = posterior.draws.subarray(i * q, (i + 1) * q);
    return {
      parameters: layout.pack(number, subject.individual(eta, now), mic),
      state: { at, values: subject.stateAt(eta, now) },
    };
  };
  // One that is drawn several times stands in a row as often: it is foretold once.
  const members: Member<DosingState>[] = [];
  let last = -1;
  for (const chosen of systematicResample(pooled, MEMBERS, random.fork('members'))) {
    members.push(chosen === last ? members.at(-1)! : memberOf(chosen));
    last = chosen;
  }
  return {
    at,
    knownAt: history.knownAt,
    members,
    weights: new Float64Array(MEMBERS).fill(1 / MEMBERS),
    diagnostics: diagnosticsOf(drug, history, at, all, pooled),
    modelHash: '',
    seed: 0,
  };
}

function diagnosticsOf(
  drug: Drug,
  history: History,
  at: Instant,
  all: readonly ModelAnswer[],
  pooled: Float64Array,
): Diagnostics {
  const course = courseOf(drug, history, at);
  const covariates = covariatesAt(course, hours(at));
  const warnings = candidatesOf(drug, covariates).flatMap(({ reasons }) =>
    reasons.map(({ code, statement }) => ({ code, message: statement })),
  );
  for (const { model, posterior, probability } of all) {
    if (posterior.k > UNRELIABLE) {
      warnings.push({
        code: 'importance-unreliable',
        message: `${model.title}: the sample of the posterior is unreliable (Pareto shape ${posterior.k.toFixed(2)}).`,
      });
    }
    if (probability < RULED_OUT) {
      const share = (100 * probability).toFixed(1);
      warnings.push({
        code: 'model-ruled-out',
        message: `${model.title}: the levels leave it ${share} % of the weight.`,
      });
    }
  }
  const clearances = all
    .filter(({ probability }) => probability >= HEEDED)
    .map(({ subject, posterior }) => subject.individual(posterior.mode, hours(at)).CL);
  const apart = Math.max(...clearances) / Math.min(...clearances);
  if (apart > DISAGREE) {
    warnings.push({
      code: 'models-disagree',
      message: `Models ${course.levels.length > 0 ? 'that the levels leave open' : 'of people like this one'} disagree: clearance ${Math.min(...clearances).toPrecision(3)} to ${Math.max(...clearances).toPrecision(3)} L/h.`,
    });
  }
  return {
    method: all.length > 1 ? 'model averaging over importance samples' : 'importance sampling',
    ess: effectiveSampleSize(pooled),
    warnings,
    numbers: Object.fromEntries(all.map(({ model, probability }) => [`probability ${model.id}`, probability])),
  };
}

/** A few levels are fitted anew each time: in milliseconds, and the same whatever the order they arrived in. */
export function drugAssimilator(drug: Drug): Assimilator<DosingState> {
  return {
    *start(history, at, random) {
      yield { fraction: 0, message: `Fitting ${drug.models.length} models` };
      return calibrated(drug, history, at, random);
    },
    update: (_, history, __, at, random) => calibrated(drug, history, at, random),
  };
}
