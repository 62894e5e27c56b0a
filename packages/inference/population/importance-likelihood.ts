import type { RandomStream } from '@gemel/numerics';
import { logGamma } from '@gemel/numerics/special/gamma';
import type { InferenceProblem } from '../problem.ts';
import { conditionalMode, jointObjective } from './conditional-mode.ts';
import { populationProblems } from './errors.data.ts';
import { drawAbout, FREEDOM, logTail, modeProposal } from './mode-proposal.ts';
import { type EtaPrior, etaPrior, type PopulationValues, type Subject } from './population.ts';

export interface ImportanceOptions {
  /** Draws for each subject; 2,000 where absent. */
  readonly draws?: number;
  /** Where the search of each subject's mode begins. */
  readonly starts?: readonly Float64Array[];
}

export interface ImportanceLikelihood {
  /** −2 log likelihood without the constant n log 2π; Infinity where a subject has none. */
  readonly value: number;
  /** Monte-Carlo standard error of `value`. */
  readonly error: number;
  /** Each subject's part, in the order given. */
  readonly individuals: Float64Array;
  readonly modes: readonly Float64Array[];
  readonly problems: readonly InferenceProblem[];
}

/** Effective draws of a subject below which its part is not believed. */
const FEWEST = 50;

/**
 * −2 log of the marginal likelihood without approximation of the model, each integral over η by importance sampling: proposals of
 * Student's t with 5 degrees of freedom about the conditional mode, scaled by its curvature. Draws belong to the subject's id, so that
 * values nearby see the same ones and the result is a smooth function of them.
 */
export function importanceLikelihood(
  subjects: readonly Subject[],
  values: PopulationValues,
  random: RandomStream,
  { draws = 2000, starts }: ImportanceOptions = {},
): ImportanceLikelihood {
  const individuals = new Float64Array(subjects.length);
  const modes: Float64Array[] = [];
  const problems: InferenceProblem[] = [];
  let value = 0;
  let variance = 0;
  subjects.forEach((subject, s) => {
    const prior = etaPrior(values, subject.occasions ?? 0);
    const one =
      prior === null
        ? NONE
        : integral(subject, values, prior, random.fork('importance', subject.id), draws, starts?.[s]);
    individuals[s] = one.value;
    modes.push(one.mode);
    value += one.value;
    variance += one.variance;
    if (one.value === Infinity) {
      const message = `Subject ${subject.id} has no finite likelihood.`;
      problems.push(populationProblems.problem('population-no-value', message, subject.id));
    } else if (one.effective < FEWEST) {
      const message = `The likelihood of subject ${subject.id} rests on ${one.effective.toFixed(0)} effective draws of ${draws}.`;
      problems.push(populationProblems.problem('population-importance-weights', message, subject.id));
    }
  });
  return { value, error: Math.sqrt(variance), individuals, modes, problems };
}

interface Integral {
  readonly value: number;
  readonly variance: number;
  readonly effective: number;
  readonly mode: Float64Array;
}

const NONE: Integral = { value: Infinity, variance: 0, effective: 0, mode: new Float64Array(0) };

function integral(
  subject: Subject,
  values: PopulationValues,
  prior: EtaPrior,
  random: RandomStream,
  draws: number,
  start: Float64Array | undefined,
): Integral {
  const d = prior.dimension;
  const n = subject.observed.length;
  if (n === 0) return { value: 0, variance: 0, effective: draws, mode: new Float64Array(d) };
  const found = conditionalMode(subject, values, prior, start && { start });
  const mode = found.eta;
  const proposal = modeProposal(found);
  if (proposal === null) return { ...NONE, mode };
  // log of the proposal's density at distance 0, and what the joint objective leaves out.
  const constant =
    logGamma((FREEDOM + d) / 2) -
    logGamma(FREEDOM / 2) -
    0.5 * d * Math.log(FREEDOM * Math.PI) -
    0.5 * proposal.logDeterminant +
    0.5 * prior.logDeterminant +
    0.5 * d * Math.log(2 * Math.PI);
  const logs = new Float64Array(draws);
  const f = new Float64Array(n);
  const eta = new Float64Array(d);
  for (let m = 0; m < draws; m++) {
    const square = drawAbout(proposal, random, eta);
    const joint = subject.predict(values.theta, eta, f)
      ? jointObjective(subject, values, prior, eta, f, null)
      : Infinity;
    logs[m] = -0.5 * joint - constant - logTail(d, square);
  }
  const most = logs.reduce((best, each) => Math.max(best, each), -Infinity);
  if (most === -Infinity) return { ...NONE, mode };
  let sum = 0;
  let squares = 0;
  for (const each of logs) {
    const weight = Math.exp(each - most);
    sum += weight;
    squares += weight * weight;
  }
  const effective = (sum * sum) / squares;
  // Of −2 log of the mean weight, to first order.
  const variance = 4 * (1 / effective - 1 / draws);
  return { value: -2 * (most + Math.log(sum / draws)), variance, effective, mode };
}
