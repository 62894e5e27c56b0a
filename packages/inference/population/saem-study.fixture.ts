import { randomStream } from '@gemel/numerics';
import { type ImportanceLikelihood, importanceLikelihood } from './importance-likelihood.ts';
import { populationObjective } from './objective.ts';
import { populationParameters } from './parameters.ts';
import type { PopulationValues } from './population.ts';
import * as saem from './saem.ts';
import { type Shrinkage, shrinkage } from './shrinkage.ts';
import * as standardErrors from './standard-errors.ts';

/** What a published study prints of a fit by SAEM. */
export interface SaemStudy {
  readonly values: PopulationValues;
  /** −2 log likelihood with its constant, by importance sampling. */
  readonly importance: number;
  /** The same of the model made linear at the modes. */
  readonly linear: number;
  readonly errors: standardErrors.StandardErrors;
  readonly shrinkage: Shrinkage;
}

/** n log 2π, which other programs count in. */
export function constantOf({ subjects }: Pick<saem.SaemProblem, 'subjects'>): number {
  return Math.log(2 * Math.PI) * subjects.reduce((sum, { observed }) => sum + observed.length, 0);
}

export function accurateLikelihood(
  { subjects }: Pick<saem.SaemProblem, 'subjects'>,
  values: PopulationValues,
): ImportanceLikelihood {
  return importanceLikelihood(subjects, values, randomStream(1, 'likelihood'), { draws: 20_000 });
}

/** A fit from one seed, with errors from the linear approximation. */
export function saemStudy(problem: saem.SaemProblem, start: PopulationValues): SaemStudy {
  const random = randomStream(1, 'saem');
  let state = saem.init(problem, start);
  for (;;) {
    const next = saem.step(problem, state, random);
    if (next.info.phase === 'done') break;
    state = next.state;
  }
  const { subjects, domains } = problem;
  const { values } = state;
  const likelihood = accurateLikelihood(problem, values);
  const linear = populationObjective('focei', subjects, values, { starts: likelihood.modes });
  const modes = linear.individuals.map(({ eta }) => eta);
  const task: standardErrors.StandardErrorProblem = {
    parameters: populationParameters(values, { domains }),
    domains,
    values,
    atMaximum: false,
    likelihood: (at) =>
      Float64Array.from(
        populationObjective('focei', subjects, at, { starts: modes }).individuals,
        ({ value }) => value,
      ),
  };
  let measured = standardErrors.init(task);
  for (let done = false; !done; ) {
    const next = standardErrors.step(task, measured);
    measured = next.state;
    done = next.info.done;
  }
  return {
    values,
    importance: likelihood.value + constantOf(problem),
    linear: linear.value + constantOf(problem),
    errors: standardErrors.result(task, measured),
    shrinkage: shrinkage(subjects, values, modes),
  };
}
