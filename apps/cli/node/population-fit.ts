import { setImmediate } from 'node:timers/promises';
import { CodedError } from '@gemel/core/error';
import { importanceLikelihood } from '@gemel/inference/population/importance-likelihood';
import * as maximumLikelihood from '@gemel/inference/population/maximum-likelihood';
import { populationObjective } from '@gemel/inference/population/objective';
import type { PopulationNames } from '@gemel/inference/population/parameters';
import type { PopulationValues } from '@gemel/inference/population/population';
import * as saem from '@gemel/inference/population/saem';
import { drifts } from '@gemel/inference/population/saem-drift';
import { InferenceError, type InferenceProblem } from '@gemel/inference/problem';
import type { NumericSubject } from '@gemel/modeling/population/compartment-subjects';
import type { PopulationModel } from '@gemel/modeling/population/population-model';
import { randomStream } from '@gemel/numerics';
import type { Shell } from './shell.ts';

/** One subject of the result. */
export interface PopulationRow {
  readonly id: string;
  readonly eta: readonly number[];
  /** Its part of the objective; null where it has none. */
  readonly objective: number | null;
  readonly status: string;
}

export interface PopulationFit {
  /** `converged`; `slow`: the step limit; `stopped`: no step lowers the objective; `finished`: all iterations of SAEM; `evaluated`; `no-value`. */
  readonly status: string;
  /** −2 log likelihood without the constant n log 2π. */
  readonly objective: number | null;
  /** Monte-Carlo standard error of the objective, of SAEM. */
  readonly objectiveError?: number;
  /** −2 log likelihood of the model made linear at the modes, of SAEM. */
  readonly linearObjective?: number | null;
  readonly steps: number;
  /** Largest component of the gradient by the coordinates of the search; null of SAEM. */
  readonly gradient: number | null;
  readonly rows: readonly PopulationRow[];
  readonly values: PopulationValues;
  readonly modes: readonly Float64Array[];
  readonly problems: readonly InferenceProblem[];
}

export interface FitRequest {
  readonly model: PopulationModel;
  readonly subjects: readonly NumericSubject[];
  readonly start: PopulationValues;
  readonly covariances: boolean;
  /** 0 evaluates the objective. */
  readonly maxSteps: number;
}

export function domainsOf(model: PopulationModel): readonly maximumLikelihood.ThetaDomain[] {
  return model.positive.map((positive) => (positive ? 'positive' : 'real'));
}

export function namesOf({ thetaNames, between, within }: PopulationModel): PopulationNames {
  return { theta: thetaNames, etas: between.names, occasions: within.names };
}

/** The maximum of an approximate likelihood. */
export async function fitLikelihood(
  shell: Shell,
  approximation: 'fo' | 'foce' | 'focei',
  { model, subjects, start, covariances, maxSteps }: FitRequest,
): Promise<PopulationFit> {
  const problem = { subjects, approximation, domains: domainsOf(model), covariances };
  let values = start;
  let steps = 0;
  let gradient = 0;
  let status = 'evaluated';
  if (maxSteps > 0) {
    let state = maximumLikelihood.init(problem, start);
    status = Number.isFinite(state.objective) ? 'slow' : 'no-value';
    while (status === 'slow' && steps < maxSteps) {
      await setImmediate();
      shell.checkpoint();
      const next = maximumLikelihood.step(problem, state);
      state = next.state;
      gradient = next.info.gradient;
      steps++;
      const message = `step ${steps}: −2 log likelihood ${state.objective.toFixed(3)}, gradient ${gradient.toPrecision(2)}`;
      shell.progress({ fraction: Math.min(0.99, steps / maxSteps), message });
      const flat = 1e-6 * Math.max(1, Math.abs(state.objective));
      if (gradient < 1e-3 || (next.info.accepted && next.info.decrease < flat * 1e-2)) status = 'converged';
      else if (!next.info.accepted) status = gradient < 0.05 ? 'converged' : 'stopped';
    }
    values = state.values;
  }
  const { value, individuals } = populationObjective(approximation, subjects, values);
  return {
    status: Number.isFinite(value) ? status : 'no-value',
    objective: finite(value),
    steps,
    gradient,
    rows: individuals.map(({ id, eta, value: own, status: found }) => rowOf(id, eta, own, found)),
    values,
    modes: individuals.map(({ eta }) => eta),
    problems: [],
  };
}

/**
 * Stochastic approximation of EM; three fifths of the iterations explore, the others average.
 * @throws population-no-observations, population-covariance, population-no-value, population-not-identifiable
 */
export async function fitSaem(
  shell: Shell,
  { model, subjects, start, covariances, maxSteps }: FitRequest,
): Promise<PopulationFit> {
  const random = randomStream(shell.options.seed, 'nlme');
  const names = namesOf(model);
  const exploration = Math.ceil(0.6 * maxSteps);
  const problem: saem.SaemProblem = {
    subjects,
    domains: domainsOf(model),
    links: model.links,
    covariances,
    exploration,
    smoothing: maxSteps - exploration,
    names,
  };
  let state = begun(problem, start);
  const trails: Float64Array[] = [];
  for (let k = 0; k < maxSteps; k++) {
    await setImmediate();
    shell.checkpoint();
    const next = saem.step(problem, state, random);
    state = next.state;
    const { iteration, phase, objective, trail, acceptance } = next.info;
    if (phase === 'exploration') trails.push(trail);
    const message = `${phase} ${iteration} of ${maxSteps}: −2 log density of the data ${objective.toFixed(1)}, ${Math.round(100 * acceptance.component)} % of moves accepted`;
    shell.progress({ fraction: Math.min(0.99, iteration / maxSteps), message });
  }
  const { values } = state;
  const found = importanceLikelihood(subjects, values, random.fork('likelihood'));
  const linear = populationObjective('focei', subjects, values, { starts: found.modes });
  const tracked = [
    ...model.thetaNames.map((name) => `theta ${name}`),
    ...model.between.names.map((name) => `omega ${name}`),
    ...model.within.names.map((name) => `omega of occasions ${name}`),
    ...(['proportional', 'additive'] as const).filter((part) => values.sigma[part] > 0).map((part) => `sigma ${part}`),
  ];
  const done = maxSteps > 0 ? 'finished' : 'evaluated';
  return {
    status: Number.isFinite(found.value) ? done : 'no-value',
    objective: finite(found.value),
    objectiveError: found.error,
    linearObjective: finite(linear.value),
    steps: maxSteps,
    gradient: null,
    rows: linear.individuals.map(({ id, eta, status }, i) => rowOf(id, eta, found.individuals[i]!, status)),
    values,
    modes: linear.individuals.map(({ eta }) => eta),
    problems: [...drifts(trails, tracked), ...found.problems],
  };
}

/** @throws population-no-observations, population-covariance, population-no-value, population-not-identifiable */
function begun(problem: saem.SaemProblem, start: PopulationValues): saem.SaemState {
  try {
    return saem.init(problem, start);
  } catch (error) {
    if (error instanceof InferenceError) throw new CodedError(error.toJSON(), { cause: error });
    throw error;
  }
}

function rowOf(id: string, eta: Float64Array, objective: number, status: string): PopulationRow {
  return { id, eta: [...eta], objective: finite(objective), status };
}

export function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
