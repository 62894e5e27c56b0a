import type { Instant } from '@gemel/core';
import { paretoSmooth } from '@gemel/inference/smc/pareto-smoothing';
import { systematicResample } from '@gemel/inference/smc/resampling';
import { effectiveSampleSize } from '@gemel/inference/smc/weights';
import type { RandomStream } from '@gemel/numerics/random/stream';
import type { Assimilator, Belief, History } from '@gemel/runtime/pack';
import { MEMBERS } from '../calibrate.ts';
import type { DrugCourse } from '../course.ts';
import type { StructuralValues } from '../drug.ts';
import { dosingErrors } from '../errors.data.ts';
import type { DosingState } from '../fed-dynamics.ts';
import { FedRun, Feed, inflowsOf } from '../inflow.ts';
import { effectPosterior } from '../posterior.ts';
import { hours } from '../record.ts';
import { modelSubject } from '../subject.ts';
import type { Agent } from './agent.ts';
import { candidateOf } from './candidate.ts';
import { courseUnder, covariatesUnder, indexValues } from './record.ts';

/** A Pareto shape above which importance weights are not to be trusted. */
const UNRELIABLE = 0.7;

/** Draws that values of the index choose among. */
const DRAWS = 2000;
/** Effective draws below which the posterior is said to rest on few. */
const FEW = 50;

/** The population, narrowed by whatever levels and values of the index were measured. */
export function calibrated(agent: Agent, history: History, at: Instant, random: RandomStream): Belief<DosingState> {
  const { model, index } = agent;
  const covariates = covariatesUnder(history, at).at(-1)!.values;
  const { used, reasons } = candidateOf(agent, covariates);
  const subject = used ? modelSubject(model, courseUnder(history, at)) : null;
  const posterior = subject && effectPosterior(subject, DRAWS, random.fork(model.id));
  if (subject === null || posterior === null) {
    throw dosingErrors.error('dosing-no-model', `No model of ${agent.title} may speak of ${history.subject}.`);
  }
  const q = subject.effects.names.length;
  const sensitivity = random.fork('sensitivity');
  const now = hours(at);
  const course = courseUnder(history, at);
  const measured = index === undefined ? [] : indexValues(history, at);
  const logWeights = Float64Array.from(posterior.weights, Math.log);
  const halves = new Float64Array(DRAWS);
  const eta = (i: number) => posterior.draws.subarray(i * q, (i + 1) * q);
  for (let i = 0; i < DRAWS && index !== undefined; i++) {
    halves[i] = index.half(covariates) * Math.exp(Math.sqrt(index.variance) * sensitivity.normal());
    if (measured.length > 0)
      logWeights[i] += logLikelihood(agent, course, subject.individual(eta(i), now), halves[i], measured);
  }
  const { weights, k } =
    measured.length > 0 ? paretoSmooth(logWeights) : { weights: posterior.weights, k: posterior.k };
  const ess = effectiveSampleSize(weights);
  const members = Array.from(systematicResample(weights, MEMBERS, random.fork('members')), (i) => {
    const values = subject.individual(eta(i), now);
    const own = model.structure.names.map((name) => values[name]);
    if (index !== undefined) own.push(halves[i]);
    return { parameters: Float64Array.from(own), state: { at, values: subject.stateAt(eta(i), now) } };
  });
  const warnings = reasons.map(({ code, statement }) => ({ code, message: statement }));
  if (ess < FEW) {
    warnings.push({
      code: 'few-draws',
      message: `What was measured leaves ${Math.round(ess)} of ${DRAWS} draws: the spread is told roughly.`,
    });
  }
  if (k > UNRELIABLE) {
    warnings.push({
      code: 'importance-unreliable',
      message: `${model.title}: the sample of the posterior is unreliable (Pareto shape ${k.toFixed(2)}).`,
    });
  }
  return {
    at,
    knownAt: history.knownAt,
    members,
    weights: new Float64Array(MEMBERS).fill(1 / MEMBERS),
    diagnostics: { method: 'importance sampling', ess, warnings, numbers: {} },
    modelHash: '',
    seed: 0,
  };
}

/** Log likelihood of measured values of the index, up to a constant; under the covariates that hold now, which an operation does not change. */
function logLikelihood(
  { model: { structure }, index }: Agent,
  { doses }: DrugCourse,
  values: StructuralValues,
  half: number,
  measured: ReturnType<typeof indexValues>,
): number {
  const run = structure.run(values, structure.rest(values));
  const begin = Math.min(measured[0].time, doses[0]?.time ?? Number.POSITIVE_INFINITY);
  const fed = new FedRun(run, new Feed(inflowsOf(doses, () => values)), begin);
  let sum = 0;
  for (const { time, value } of measured) {
    fed.to(time);
    sum -= 0.5 * ((value - index!.of(Math.max(0, run.effect()), half)) / index!.sd) ** 2;
  }
  return sum;
}

export function agentAssimilator(agent: Agent): Assimilator<DosingState> {
  return {
    *start(history, at, random) {
      yield { fraction: 0, message: `Fitting ${agent.model.title}` };
      return calibrated(agent, history, at, random);
    },
    update: (_, history, __, at, random) => calibrated(agent, history, at, random),
  };
}
