import { setImmediate } from 'node:timers/promises';
import { populationProblems } from '@gemel/inference/population/errors.data';
import { importanceLikelihood } from '@gemel/inference/population/importance-likelihood';
import { type Approximation, populationObjective } from '@gemel/inference/population/objective';
import { type PopulationParameter, populationParameters } from '@gemel/inference/population/parameters';
import { collapsedEffects, shrinkage } from '@gemel/inference/population/shrinkage';
import * as standardErrors from '@gemel/inference/population/standard-errors';
import type { InferenceProblem } from '@gemel/inference/problem';
import type { NumericSubject } from '@gemel/modeling/population/compartment-subjects';
import type { PopulationModel } from '@gemel/modeling/population/population-model';
import { randomStream } from '@gemel/numerics';
import { domainsOf, finite, namesOf, type PopulationFit } from './population-fit.ts';
import type { Shell } from './shell.ts';

/** Whose curvature gives the errors: the fit's own approximation, or the importance-sampled likelihood. */
export type ErrorSource = 'none' | 'linear' | 'importance';

export interface Uncertainty {
  readonly standardErrors: {
    readonly likelihood: string;
    readonly status: string;
    readonly parameters: readonly standardErrors.ParameterError[];
    readonly correlations: {
      readonly names: readonly string[];
      readonly matrix: readonly (readonly number[])[];
    } | null;
    readonly conditionNumber: number | null;
  } | null;
  readonly shrinkage: {
    readonly etas: Readonly<Record<string, number | null>>;
    readonly occasions: Readonly<Record<string, number | null>>;
    readonly epsilon: number | null;
  };
  readonly problems: readonly InferenceProblem[];
}

/** Importance draws of each subject at every point of the differences, the same ones at all. */
const DRAWS = 500;

/** Standard errors and shrinkage of a fit; variances that collapsed are held where they are. */
export async function uncertaintyOf(
  shell: Shell,
  model: PopulationModel,
  subjects: readonly NumericSubject[],
  fit: PopulationFit,
  request: { readonly est: string; readonly errors: ErrorSource; readonly covariances: boolean },
): Promise<Uncertainty> {
  const { values, modes } = fit;
  const { between, within } = model;
  // FO has no modes of its own.
  const own = request.est === 'fo' ? populationObjective('focei', subjects, values).individuals : null;
  const shrunk = shrinkage(subjects, values, own?.map(({ eta }) => eta) ?? modes);
  const named = (names: readonly string[], of: Float64Array) =>
    Object.fromEntries(names.map((name, k) => [name, finite(of[k]!)]));
  const found = {
    etas: named(between.names, shrunk.etas),
    occasions: named(within.names, shrunk.occasions),
    epsilon: finite(shrunk.epsilon),
  };
  const collapsed = collapsedEffects(subjects, values);
  const problems: InferenceProblem[] = [
    ...collapsed.etas.map((k) => `omega ${between.names[k]}`),
    ...collapsed.occasions.map((k) => `omega of occasions ${within.names[k]}`),
  ].map((name) => {
    const message = `${name} collapsed: no subject's observations bear a random effect of this variance out.`;
    return populationProblems.problem('population-variance-collapsed', message, name);
  });
  if (request.errors === 'none') return { standardErrors: null, shrinkage: found, problems };

  const domains = domainsOf(model);
  const gone = ({ part, row, column }: PopulationParameter) =>
    (part === 'omega' && (collapsed.etas.includes(row) || collapsed.etas.includes(column))) ||
    (part === 'occasion' && (collapsed.occasions.includes(row) || collapsed.occasions.includes(column)));
  const all = populationParameters(values, { domains, covariances: request.covariances, names: namesOf(model) });
  const isSaem = request.est === 'saem';
  const approximation = (isSaem ? 'focei' : request.est) as Approximation;
  const random = randomStream(shell.options.seed, 'errors');
  const problem: standardErrors.StandardErrorProblem = {
    parameters: all.filter((each) => !gone(each)),
    domains,
    values,
    // The maximum of the integrated likelihood lies near that of its linear approximation, not at it.
    atMaximum: !isSaem && request.errors === 'linear',
    likelihood: (at) =>
      request.errors === 'importance'
        ? importanceLikelihood(subjects, at, random, { draws: DRAWS, starts: modes }).individuals
        : Float64Array.from(
            populationObjective(approximation, subjects, at, { starts: modes }).individuals,
            ({ value }) => value,
          ),
  };
  let state = standardErrors.init(problem);
  for (;;) {
    await setImmediate();
    shell.checkpoint();
    const next = standardErrors.step(problem, state);
    state = next.state;
    if (next.info.done) break;
    shell.progress({
      fraction: next.info.fraction,
      message: `standard errors, ${Math.round(100 * next.info.fraction)} %`,
    });
  }
  const result = standardErrors.result(problem, state);
  const p = problem.parameters.length;
  const { correlations } = result;
  const rows = new Map(result.rows.map((row) => [row.name, row]));
  return {
    standardErrors: {
      likelihood: request.errors === 'importance' ? 'importance' : approximation,
      status: result.status,
      parameters: all.map(({ name, value }) => {
        return rows.get(name) ?? { name, estimate: value, error: null, relative: null, robust: null };
      }),
      correlations: correlations && {
        names: problem.parameters.map(({ name }) => name),
        matrix: Array.from({ length: p }, (_, i) => [...correlations.subarray(i * p, i * p + p)]),
      },
      conditionNumber: result.conditionNumber,
    },
    shrinkage: found,
    problems: [...problems, ...result.problems],
  };
}
