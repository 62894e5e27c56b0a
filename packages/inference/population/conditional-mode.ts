import { jointObjective } from './joint-objective.ts';
import { type Kink, placeAmong } from './kinks.ts';
import { type FoundMode, type ModeTask, searchMode } from './mode-search.ts';
import { type EtaPrior, errorVariance, type PopulationValues, type Subject } from './population.ts';

export type { FoundMode, ModeStatus } from './mode-search.ts';
export { jointObjective };

/** The mode that counts. */
export interface ConditionalMode extends FoundMode {
  /** The mode nearest to the start, where another one is lower and counts in its place. */
  readonly nearest: FoundMode | null;
}

export interface ModeOptions {
  /** Whether the residual variance follows the prediction at the mode, rather than that at η = 0. Absent: it does. */
  readonly interaction?: boolean;
  /** Where the search begins; absent: η = 0. */
  readonly start?: Float64Array;
  /** Which of several modes: the `lowest` objective of one search in every smooth piece, or the `nearest` to the start. Absent: lowest. */
  readonly modes?: 'lowest' | 'nearest';
  /** Step of central differences by η; 1e-4 where absent, larger for predictions that are less exact. */
  readonly differenceStep?: number;
  /** The search ends once no random effect moves by more; 1e-8 where absent. */
  readonly tolerance?: number;
  readonly mostSteps?: number;
}

/** Pieces are searched where the prior puts the delay, in standard deviations. */
const REACH = 4;

/**
 * Empirical-Bayes estimate of a subject's random effects: the mode of their posterior at given population values, by Newton's method, or
 * Fisher scoring where that does not descend. Where the prediction has kinks there may be a mode on each side of every one: each smooth
 * piece is searched, and the lowest objective counts. Censored observations count by the chance that they lie below the limit (Beal 2001,
 * method M3, doi 10.1023/A:1012299115260).
 */
export function conditionalMode(
  subject: Subject,
  values: PopulationValues,
  prior: EtaPrior,
  options: ModeOptions = {},
): ConditionalMode {
  const { interaction = true, differenceStep = 1e-4, tolerance = 1e-8, mostSteps = 200 } = options;
  const q = prior.dimension;
  const start = options.start ?? new Float64Array(q);
  let variance: Float64Array | null = null;
  if (!interaction) {
    const typical = new Float64Array(subject.observed.length);
    if (!subject.predict(values.theta, new Float64Array(q), typical)) {
      const none = { objective: Infinity, information: prior.precision, linearization: null, steps: 0 };
      return { status: 'no-value', eta: Float64Array.from(start), ...none, nearest: null };
    }
    variance = typical.map((f, i) => errorVariance(subject, values.sigma, i, f));
  }
  const task: ModeTask = { subject, values, prior, variance, differenceStep, tolerance, mostSteps };
  const nearest = searchMode(task, start, false);
  let best = nearest;
  if (options.modes !== 'nearest' && nearest.status !== 'no-value') {
    for (const other of startsByPiece(task, nearest.eta)) {
      const found = searchMode(task, other, true);
      // Of modes that differ by rounding alone, the nearest counts.
      if (found.objective < best.objective - 1e-9) best = found;
    }
  }
  return { ...best, nearest: best === nearest ? null : nearest };
}

/** A start in each piece, moved there from the mode as the prior correlates the effects. */
function startsByPiece({ subject, values, prior, differenceStep }: ModeTask, eta: Float64Array): Float64Array[] {
  const kinks = subject.kinks ?? [];
  if (kinks.length === 0) return [];
  const { theta } = values;
  const q = prior.dimension;
  const { slopes } = placeAmong(kinks, theta, eta, differenceStep);
  return kinks.flatMap((kink, k) => {
    const direction = new Float64Array(q);
    let variance = 0;
    let score = 0;
    for (let i = 0; i < q; i++) {
      for (let j = 0; j < q; j++) direction[i] += prior.covariance[i * q + j] * slopes[k * q + j];
      variance += direction[i] * slopes[k * q + i];
      score += eta[i] * slopes[k * q + i];
    }
    if (!(variance > 0)) return [];
    const sd = Math.sqrt(variance);
    const along = (t: number) => eta.map((each, i) => each + ((t - score / sd) * direction[i]) / sd);
    const edges = edgesAlong(kink, theta, along);
    return edges.slice(1).flatMap((edge, i) => {
      const t = 0.5 * (edges[i] + edge);
      return edge - edges[i] < 1e-9 ? [] : [along(t)];
    });
  });
}

/** The ends of the prior's range, and between them where the delay meets its times. */
function edgesAlong(kink: Kink, theta: Float64Array, along: (t: number) => Float64Array): readonly number[] {
  const first = kink.delay(theta, along(-REACH));
  const last = kink.delay(theta, along(REACH));
  const edges = [-REACH];
  for (const time of kink.at) {
    if (!(time > first && time < last)) continue;
    let [low, high] = [-REACH, REACH];
    for (let turn = 0; turn < 40; turn++) {
      const middle = 0.5 * (low + high);
      if (kink.delay(theta, along(middle)) < time) low = middle;
      else high = middle;
    }
    edges.push(high);
  }
  return [...edges, REACH];
}
