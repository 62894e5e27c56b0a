import { type Instant, MINUTE, type Observation, type Work } from '@gemel/core';
import { systematicResample } from '@gemel/inference/smc/resampling';
import { effectiveSampleSize, normaliseLogWeights } from '@gemel/inference/smc/weights';
import type { RandomStream } from '@gemel/numerics';
import type { Dynamics, Member, Parameters } from './dynamics.ts';
import type { Assimilator, Belief, Diagnostics, History } from './pack.ts';
import { errorVarianceFactor } from './quality/uncertain.ts';

/** What a particle filter needs to know of a twin. */
export interface ParticleChoice<State> {
  readonly dynamics: Dynamics<State>;
  readonly count: number;
  /** One draw of the parameters from the prior. */
  draw(random: RandomStream, history: History): Parameters;
  /** log p(observation | member): the sensor model on what the member shows; of an uncertain value it counts for less. */
  logLikelihood(observation: Observation, member: Member<State>): number;
  /** Minutes the members run before the first observation, so that their states spread (default 0). */
  readonly leadMinutes?: number;
  /** Moves a resampled member's parameters a little, so that copies part (default: not at all). */
  jitter?(parameters: Parameters, random: RandomStream): Parameters;
}

interface Cloud<State> {
  readonly members: readonly Member<State>[];
  readonly weights: Float64Array;
  readonly unexplained: number;
}

/**
 * Bootstrap particle filter (Gordon, Salmond and Smith 1993, doi:10.1049/ip-f-2.1993.0015) for any dynamics: the state is only
 * ever advanced and observed, so that vectors, fields, event worlds and networks all fit. Resamples systematically below half
 * the effective sample size. An observation no member can explain leaves the weights as they are and is counted.
 */
export function particleAssimilator<State>(choice: ParticleChoice<State>): Assimilator<State> {
  const { dynamics, count } = choice;

  function carry(
    cloud: Cloud<State>,
    controls: History['controls'],
    until: Instant,
    random: RandomStream,
  ): Cloud<State> {
    const members = cloud.members.map((member, m) => {
      if (dynamics.time(member.state) >= until) return member;
      return {
        parameters: member.parameters,
        state: dynamics.advance(member.state, member.parameters, controls, until, random.fork(m)),
      };
    });
    return { ...cloud, members };
  }

  function weigh(cloud: Cloud<State>, observations: readonly Observation[], random: RandomStream): Cloud<State> {
    const logWeights = cloud.weights.map(Math.log);
    cloud.members.forEach((member, m) => {
      for (const observation of observations) {
        logWeights[m]! += choice.logLikelihood(observation, member) / errorVarianceFactor(observation);
      }
    });
    const weights = normaliseLogWeights(logWeights);
    const ess = effectiveSampleSize(weights);
    if (ess === 0) return { ...cloud, unexplained: cloud.unexplained + 1 };
    if (ess >= count / 2) return { ...cloud, weights };
    const ancestors = systematicResample(weights, count, random.fork('resample'));
    const members = Array.from(ancestors, (ancestor, m) => {
      const member = cloud.members[ancestor]!;
      if (choice.jitter === undefined) return member;
      return { parameters: choice.jitter(member.parameters, random.fork('jitter', m)), state: member.state };
    });
    return { ...cloud, members, weights: new Float64Array(count).fill(1 / count) };
  }

  /** The cloud over each instant with observations, then to `at`. */
  function* over(
    cloud: Cloud<State>,
    history: History,
    observations: readonly Observation[],
    at: Instant,
    random: RandomStream,
  ): Work<Cloud<State>> {
    let i = 0;
    let now = cloud;
    while (i < observations.length) {
      const time = observations[i]!.trueAt;
      const first = i;
      while (i < observations.length && observations[i]!.trueAt === time) i++;
      const own = random.fork('step', time);
      now = weigh(carry(now, history.controls, time, own), observations.slice(first, i), own);
      yield { fraction: i / observations.length, message: `${i} of ${observations.length} observations` };
    }
    return carry(now, history.controls, at, random.fork('to the end'));
  }

  function belief(cloud: Cloud<State>, history: History, at: Instant): Belief<State> {
    const { members, weights, unexplained } = cloud;
    const message = `${unexplained} observations could not be explained by any member.`;
    const diagnostics: Diagnostics = {
      method: 'bootstrap particle filter',
      ess: effectiveSampleSize(weights),
      warnings: unexplained === 0 ? [] : [{ code: 'observation-unexplained', message }],
      numbers: { members: members.length, unexplained },
    };
    return { at, knownAt: history.knownAt, members, weights, diagnostics, modelHash: '', seed: 0 };
  }

  return {
    *start(history, at, random) {
      const used = history.observations.filter((observation) => observation.trueAt <= at);
      const begin = ((used[0]?.trueAt ?? at) - (choice.leadMinutes ?? 0) * MINUTE) as Instant;
      const members = Array.from({ length: count }, (_, m): Member<State> => {
        const parameters = choice.draw(random.fork('prior', m), history);
        return { parameters, state: dynamics.init(parameters, begin) };
      });
      yield { fraction: 0, message: `${count} members drawn from the prior` };
      const weights = new Float64Array(count).fill(1 / count);
      const cloud = yield* over({ members, weights, unexplained: 0 }, history, used, at, random);
      return belief(cloud, history, at);
    },
    update(old, history, fresh, at, random) {
      const unexplained = old.diagnostics.numbers.unexplained ?? 0;
      const work = over({ members: old.members, weights: old.weights, unexplained }, history, fresh, at, random);
      for (;;) {
        const step = work.next();
        if (step.done) return belief(step.value, history, at);
      }
    },
  };
}
