import { inferenceErrors } from '../errors.data.ts';
import type { InferenceProblem } from '../problem.ts';
import { paretoSmooth, reliableShape } from '../smc/pareto-smoothing.ts';
import { momentsOf } from './convergence.ts';
import { effectiveDraws } from './effective-draws.ts';
import { sampleQuantile } from './scores.ts';

/** Data, and data of the same kind drawn from the fitted model once for each posterior draw. */
export interface ReplicatedData {
  readonly observed: Float64Array;
  /** draws × observations, chain-major. */
  readonly replicated: Float64Array;
  /** 1 where absent. */
  readonly chains?: number;
}

/** A number of the data, which may depend on the parameters of a draw too (Gelman, Meng, Stern 1996). */
export interface TestQuantity {
  readonly name: string;
  readonly of: (data: Float64Array, draw: number) => number;
}

export interface PredictiveCheckRow {
  readonly name: string;
  /** T(y), averaged over the draws where it depends on them. */
  readonly observed: number;
  /** Of T(replicated): mean and central 95 %. */
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** Posterior predictive p-value Pr(T(replicated) ≥ T(y)), and its counterpart Pr(T(replicated) ≤ T(y)). */
  readonly atLeast: number;
  readonly atMost: number;
  /** Monte-Carlo standard error of either, by its effective draws. */
  readonly error: number;
}

export interface PredictiveCheck {
  readonly rows: readonly PredictiveCheckRow[];
  readonly problems: readonly InferenceProblem[];
}

/** What is looked at where nothing is named. */
export const testQuantities: readonly TestQuantity[] = [
  { name: 'mean', of: (y) => momentsOf(y).mean },
  { name: 'SD', of: (y) => momentsOf(y).sd },
  { name: 'least', of: (y) => y.reduce((a, b) => Math.min(a, b), Infinity) },
  { name: 'median', of: (y) => sampleQuantile(y, 0.5) },
  { name: 'largest', of: (y) => y.reduce((a, b) => Math.max(a, b), -Infinity) },
];

/** Tail probability below which the data are called unlike the model's. */
const EXTREME = 0.01;

/**
 * Posterior predictive check (Rubin 1984; Gelman, Carlin, Stern, Dunson, Vehtari, Rubin, Bayesian Data Analysis, 3rd edition,
 * 2013, section 6.3): where a quantity of the data lies among those of replicated data. A p-value near 0 or 1 shows a
 * feature that the model does not give; one in the middle is no proof, as the data were used twice.
 * @throws inference-shape
 */
export function posteriorPredictiveCheck(
  data: ReplicatedData,
  quantities: readonly TestQuantity[] = testQuantities,
): PredictiveCheck {
  const draws = drawsOf(data);
  const problems: InferenceProblem[] = [];
  const rows = quantities.map(({ name, of }): PredictiveCheckRow => {
    const own = new Float64Array(draws);
    const other = new Float64Array(draws);
    for (let s = 0; s < draws; s++) {
      own[s] = of(data.observed, s);
      other[s] = of(replicate(data, s), s);
    }
    const missing = own.reduce((count, v, s) => count + (Number.isNaN(v) || Number.isNaN(other[s]) ? 1 : 0), 0);
    if (missing > 0) {
      const message = `${name} is not a number for ${missing} of ${draws} draws; there is no check of it.`;
      problems.push(inferenceErrors.problem('inference-output-not-finite', message, name));
      const none = Number.NaN;
      return { name, observed: none, mean: none, low: none, high: none, atLeast: none, atMost: none, error: none };
    }
    const exceeds = other.map((v, s) => (v >= own[s] ? 1 : 0));
    const atLeast = exceeds.reduce((sum, v) => sum + v, 0) / draws;
    const atMost = other.reduce((sum, v, s) => sum + (v <= own[s] ? 1 : 0), 0) / draws;
    const observed = momentsOf(own).mean;
    const [low, high] = [sampleQuantile(other, 0.025), sampleQuantile(other, 0.975)];
    if (Math.min(atLeast, atMost) < EXTREME) {
      const side = atLeast < atMost ? 'above' : 'below';
      problems.push(
        inferenceErrors.problem(
          'inference-posterior-predictive',
          `The ${name} of the data, ${observed.toPrecision(4)}, lies ${side} that of replicated data, ${low.toPrecision(4)} to ${high.toPrecision(4)}.`,
          name,
        ),
      );
    }
    const error = errorOfShare(exceeds, data.chains ?? 1);
    return { name, observed, mean: momentsOf(other).mean, low, high, atLeast, atMost, error };
  });
  return { rows, problems };
}

/** SE of a share; a share of 0 or 1 counts half a draw more, as no number of draws makes it certain. */
function errorOfShare(indicator: Float64Array, chains: number): number {
  const varies = indicator.some((v) => v !== indicator[0]);
  const effective = varies ? effectiveDraws(indicator, chains) : indicator.length;
  const share = (momentsOf(indicator).mean * effective + 0.5) / (effective + 1);
  return Math.sqrt((share * (1 - share)) / effective);
}

export interface LeaveOneOutTransform {
  /** For each observation, the chance that the model fitted without it gives less, ties counted half; uniform if it is right. */
  readonly values: Float64Array;
  readonly shapes: Float64Array;
  readonly problems: readonly InferenceProblem[];
}

/**
 * Leave-one-out probability integral transform (Gelfand, Dey, Chang 1992; Gabry, Simpson, Vehtari, Betancourt, Gelman, J. R.
 * Stat. Soc. A 182 (2019) 389, doi 10.1111/rssa.12378): replicated values weighted by the Pareto-smoothed importance ratios of
 * `leaveOneOut`. Observations whose weights cannot be believed are named. Judge the values by `forecastUniformity`.
 * @param logLikelihood draws × observations
 * @throws inference-shape, inference-draws-not-finite
 */
export function leaveOneOutTransform(data: ReplicatedData, logLikelihood: Float64Array): LeaveOneOutTransform {
  const draws = drawsOf(data);
  const { observed, replicated } = data;
  const n = observed.length;
  if (logLikelihood.length !== replicated.length) {
    const message = `${logLikelihood.length} log likelihoods for ${draws} draws × ${n} observations.`;
    throw inferenceErrors.error('inference-shape', message);
  }
  const bad = logLikelihood.findIndex((v) => !Number.isFinite(v));
  if (bad >= 0) {
    const message = `The log likelihood of draw ${Math.floor(bad / n)} is ${logLikelihood[bad]}.`;
    throw inferenceErrors.error('inference-draws-not-finite', message, `observation ${bad % n}`);
  }
  const values = new Float64Array(n);
  const shapes = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const { weights, k } = paretoSmooth(Float64Array.from({ length: draws }, (_, s) => -logLikelihood[s * n + i]));
    shapes[i] = k;
    for (let s = 0; s < draws; s++) {
      const y = replicated[s * n + i];
      values[i] += weights[s] * (y < observed[i] ? 1 : y === observed[i] ? 0.5 : 0);
    }
  }
  const limit = reliableShape(draws);
  const named = [...shapes.keys()].filter((i) => !(shapes[i] <= limit));
  const problems = named.map((i) =>
    inferenceErrors.problem(
      'inference-importance-weights',
      `Without observation ${i} the posterior changes too much for reweighting (shape ${shapes[i].toFixed(2)}).`,
      `observation ${i}`,
    ),
  );
  return { values, shapes, problems };
}

/** Densities over one grid, for drawing the data over replicated data. */
export interface DensityOverlay {
  readonly x: Float64Array;
  readonly observed: Float64Array;
  readonly replicated: readonly Float64Array[];
}

/**
 * Kernel densities of the data and of `count` replicates spread evenly over the draws: normal kernels of the data's own width,
 * 0.9 · min(SD, IQR/1.34) · n^(−1/5) (Silverman 1986, equation 3.31), the same for all, so that shapes can be compared.
 * @throws inference-shape; inference-zero-variance where the data are all the same
 */
export function densityOverlay(data: ReplicatedData, count = 50, points = 128): DensityOverlay {
  const draws = drawsOf(data);
  const { observed } = data;
  const n = observed.length;
  const { sd } = momentsOf(observed);
  const spread = (sampleQuantile(observed, 0.75) - sampleQuantile(observed, 0.25)) / 1.34;
  const width = 0.9 * (spread > 0 ? Math.min(sd, spread) : sd) * n ** -0.2;
  if (!(width > 0))
    throw inferenceErrors.error('inference-zero-variance', 'The data do not vary: there is no density.');
  const taken = Math.min(count, draws);
  const chosen = Array.from({ length: taken }, (_, k) => replicate(data, Math.floor(((k + 0.5) / taken) * draws)));
  let low = Infinity;
  let high = -Infinity;
  for (const values of [observed, ...chosen]) {
    for (const v of values) {
      low = Math.min(low, v);
      high = Math.max(high, v);
    }
  }
  const from = low - 3 * width;
  const x = Float64Array.from({ length: points }, (_, k) => from + (k / (points - 1)) * (high + 3 * width - from));
  const density = (values: Float64Array) =>
    x.map((at) => {
      let sum = 0;
      for (const v of values) sum += Math.exp(-0.5 * ((at - v) / width) ** 2);
      return sum / (n * width * Math.sqrt(2 * Math.PI));
    });
  return { x, observed: density(observed), replicated: chosen.map(density) };
}

function replicate({ observed, replicated }: ReplicatedData, draw: number): Float64Array {
  return replicated.subarray(draw * observed.length, (draw + 1) * observed.length);
}

function drawsOf({ observed, replicated }: ReplicatedData): number {
  const draws = replicated.length / observed.length;
  if (Number.isInteger(draws) && draws >= 2) return draws;
  const message = `${replicated.length} replicated values are no table of draws × ${observed.length} observations.`;
  throw inferenceErrors.error('inference-shape', message);
}
