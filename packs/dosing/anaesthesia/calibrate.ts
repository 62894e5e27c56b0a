import type { Instant } from '@gemel/core';
import { systematicResample } from '@gemel/inference/smc/resampling';
import { effectiveSampleSize } from '@gemel/inference/smc/weights';
import type { RandomStream } from '@gemel/numerics/random/stream';
import type { Assimilator, Belief, History } from '@gemel/runtime/pack';
import { MEMBERS } from '../calibrate.ts';
import type { DosingState } from '../dynamics.ts';
import { dosingErrors } from '../errors.data.ts';
import { effectPosterior } from '../posterior.ts';
import { hours } from '../record.ts';
import { modelSubject } from '../subject.ts';
import type { Agent } from './agent.ts';
import { candidateOf } from './candidate.ts';
import { courseUnder, covariatesUnder } from './record.ts';

/** A Pareto shape above which importance weights are not to be trusted. */
const UNRELIABLE = 0.7;

/** The population, narrowed by whatever levels were measured; sensitivity to the effect is the population's. */
export function calibrated(agent: Agent, history: History, at: Instant, random: RandomStream): Belief<DosingState> {
  const { model, index } = agent;
  const covariates = covariatesUnder(history, at).at(-1)!.values;
  const { used, reasons } = candidateOf(agent, covariates);
  const subject = used ? modelSubject(model, courseUnder(history, at)) : null;
  const posterior = subject && effectPosterior(subject, MEMBERS, random.fork(model.id));
  if (subject === null || posterior === null) {
    throw dosingErrors.error('dosing-no-model', `No model of ${agent.title} may speak of ${history.subject}.`);
  }
  const q = subject.effects.names.length;
  const sensitivity = random.fork('sensitivity');
  const now = hours(at);
  const chosen = systematicResample(posterior.weights, MEMBERS, random.fork('members'));
  const members = Array.from(chosen, (i) => {
    const eta = posterior.draws.subarray(i * q, (i + 1) * q);
    const values = subject.individual(eta, now);
    const own = model.structure.names.map((name) => values[name]);
    if (index !== undefined)
      own.push(index.half(covariates) * Math.exp(Math.sqrt(index.variance) * sensitivity.normal()));
    return { parameters: Float64Array.from(own), state: { at, values: subject.stateAt(eta, now) } };
  });
  const warnings = reasons.map(({ code, statement }) => ({ code, message: statement }));
  if (posterior.k > UNRELIABLE) {
    warnings.push({
      code: 'importance-unreliable',
      message: `${model.title}: the sample of the posterior is unreliable (Pareto shape ${posterior.k.toFixed(2)}).`,
    });
  }
  return {
    at,
    knownAt: history.knownAt,
    members,
    weights: new Float64Array(MEMBERS).fill(1 / MEMBERS),
    diagnostics: { method: 'importance sampling', ess: effectiveSampleSize(posterior.weights), warnings, numbers: {} },
    modelHash: '',
    seed: 0,
  };
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
