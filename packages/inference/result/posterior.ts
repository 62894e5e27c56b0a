import { momentsOf } from '../diagnose/convergence.ts';
import { type Summary, type SummaryOptions, type SummaryRow, summarise, summaryTable } from '../diagnose/summary.ts';
import { inferenceErrors } from '../errors.data.ts';
import { coordinate, type Draws } from '../mcmc/draws.ts';
import type { InferenceProblem } from '../problem.ts';
import { effectiveSampleSize, weightedQuantile } from '../smc/weights.ts';
import { type DensityCounts, densityProblems } from './density-counts.ts';
import { separateModes } from './separate-modes.ts';

/** What a sampler says of its draws: one number for each (chains × length), such as `divergent` (0 or 1) or `energy`. */
export type SamplerStatistics = Readonly<Record<string, Float64Array>>;

/** What was known of a parameter before the data. */
export interface PriorWidth {
  readonly sd: number;
  /** The scale the SD is on (default linear); posterior draws are compared there. */
  readonly scale?: 'linear' | 'log' | 'logit';
}

export interface PosteriorParts {
  /** How the draws were made: `no-U-turn sampler`. */
  readonly method: string;
  readonly names: readonly string[];
  readonly draws: Draws;
  readonly statistics?: SamplerStatistics;
  /** Normalised weights of the draws (chains × length); absent: all count alike. */
  readonly weights?: Float64Array;
  /** Single numbers about the run: acceptance, log evidence, gradient evaluations. */
  readonly facts?: Readonly<Record<string, number>>;
  /** What the sampler itself found wrong. */
  readonly problems?: readonly InferenceProblem[];
}

export interface PosteriorOptions extends SummaryOptions {
  /** By parameter; one that the data did not narrow is named. */
  readonly priors?: Readonly<Record<string, PriorWidth>>;
  /** What a counted density met (`countedDensity`). */
  readonly density?: DensityCounts;
}

/** One parameter's draws, chains × length, chain-major: what the plots of @gemel/charts take. */
export interface ParameterDraws {
  readonly name: string;
  readonly chains: number;
  readonly length: number;
  readonly values: Float64Array;
  /** Independent draws that they are worth in the bulk; NaN where they do not vary. */
  readonly effective: number;
}

/** A row with the narrowing by the data: posterior over prior SD; null where no prior was given. */
export interface PosteriorRow extends SummaryRow {
  readonly overPrior: number | null;
}

/** A posterior as plain data; a number that does not exist is null. */
export interface PosteriorReport {
  readonly method: string;
  readonly chains: number;
  readonly length: number;
  readonly facts: Readonly<Record<string, number | null>>;
  readonly rows: readonly {
    readonly [K in keyof PosteriorRow]: PosteriorRow[K] extends string ? string : number | null;
  }[];
  readonly problems: readonly InferenceProblem[];
}

/** Posterior over prior SD from which a parameter is called known from its prior only. */
export const PRIOR_ONLY = 0.9;

/**
 * Draws of a posterior by chain and name, whichever sampler made them, with the sampler's statistics. It prints a summary
 * table and names what is wrong, with what to do; as long as `problems` is not empty, no interval of it should be used unread.
 */
export class Posterior {
  readonly method: string;
  readonly names: readonly string[];
  readonly draws: Draws;
  readonly statistics: SamplerStatistics;
  readonly weights: Float64Array | null;
  readonly facts: Readonly<Record<string, number>>;
  readonly rows: readonly PosteriorRow[];
  readonly problems: readonly InferenceProblem[];

  /** @throws inference-shape for names, statistics or weights of another number, and for fewer than four draws a chain */
  constructor(parts: PosteriorParts, options: PosteriorOptions = {}) {
    const { draws, names, statistics = {}, weights = null, problems = [] } = parts;
    const count = draws.chains * draws.length;
    const shapes = [...Object.entries(statistics), ...(weights === null ? [] : [['weights', weights] as const])];
    for (const [name, values] of shapes) {
      if (values.length === count) continue;
      const message = `${values.length} numbers of ${name} were given for ${count} draws.`;
      throw inferenceErrors.error('inference-shape', message, name);
    }
    const unknown = Object.keys(options.priors ?? {}).find((name) => !names.includes(name));
    if (unknown !== undefined || new Set(names).size !== names.length) {
      const message =
        unknown === undefined ? 'A name stands twice.' : `A prior was given for ${unknown}, which is no name.`;
      throw inferenceErrors.error('inference-shape', message, unknown);
    }
    const summary =
      weights === null ? summarise(draws, names, options) : weightedSummary(draws, names, weights, options);
    this.method = parts.method;
    this.names = names;
    this.draws = draws;
    this.statistics = statistics;
    this.weights = weights;
    this.facts = parts.facts ?? {};
    this.rows = summary.rows.map((row, i) => {
      const prior = options.priors?.[row.name];
      return { ...row, overPrior: prior === undefined ? null : narrowing(coordinate(draws, i), weights, prior) };
    });
    this.problems = [
      ...problems,
      ...densityProblems(options.density),
      ...(weights === null ? separateModes(draws, names) : []),
      ...summary.problems,
      ...this.rows.flatMap(priorOnly),
    ];
  }

  /** Draws of one parameter. @throws inference-shape for a name that is none of them */
  parameter(name: string): ParameterDraws {
    const index = this.names.indexOf(name);
    if (index < 0) {
      const message = `${name} is none of the parameters ${this.names.join(', ')}.`;
      throw inferenceErrors.error('inference-shape', message, name);
    }
    const { chains, length } = this.draws;
    return { name, chains, length, values: coordinate(this.draws, index), effective: this.rows[index].essBulk };
  }

  /** The summary table and, under it, each problem with its remedy. */
  toString(): string {
    const { chains, length } = this.draws;
    const drawn = this.weights === null ? `${chains} chains of ${length} draws` : `${length} weighted draws`;
    const facts = Object.entries(this.facts).map(([name, value]) => `, ${name} ${Number(value.toPrecision(6))}`);
    return [`${this.method}: ${drawn}${facts.join('')}`, summaryTable(this)].join('\n');
  }

  toJSON(): PosteriorReport {
    const known = (value: number) => (Number.isFinite(value) ? value : null);
    return {
      method: this.method,
      chains: this.draws.chains,
      length: this.draws.length,
      facts: Object.fromEntries(Object.entries(this.facts).map(([name, value]) => [name, known(value)])),
      rows: this.rows.map((row) => ({
        name: row.name,
        mean: known(row.mean),
        sd: known(row.sd),
        q5: known(row.q5),
        median: known(row.median),
        q95: known(row.q95),
        errorOfMean: known(row.errorOfMean),
        errorOfSd: known(row.errorOfSd),
        rHat: known(row.rHat),
        essBulk: known(row.essBulk),
        essTail: known(row.essTail),
        overPrior: row.overPrior === null ? null : known(row.overPrior),
      })),
      problems: this.problems,
    };
  }
}

function priorOnly({ name, overPrior }: PosteriorRow): readonly InferenceProblem[] {
  if (overPrior === null || !(overPrior > PRIOR_ONLY)) return [];
  const message = `The data say little of ${name}: its posterior SD is ${overPrior.toFixed(2)} of the prior's.`;
  return [inferenceErrors.problem('inference-prior-only-parameter', message, name)];
}

/** Posterior over prior SD on the prior's scale; NaN where a draw lies outside it. */
function narrowing(values: Float64Array, weights: Float64Array | null, { sd, scale = 'linear' }: PriorWidth): number {
  const scaled =
    scale === 'log' ? values.map(Math.log) : scale === 'logit' ? values.map((v) => Math.log(v / (1 - v))) : values;
  return (weights === null ? momentsOf(scaled).sd : Math.sqrt(weightedVariance(scaled, weights))) / sd;
}

function weightedMean(values: Float64Array, weights: Float64Array): number {
  return values.reduce((sum, v, k) => sum + weights[k] * v, 0);
}

function weightedVariance(values: Float64Array, weights: Float64Array): number {
  const mean = weightedMean(values, weights);
  return values.reduce((sum, v, k) => sum + weights[k] * (v - mean) ** 2, 0);
}

/** Effective draws of weighted ones below which nothing is read from them. */
const FEWEST_WEIGHTED = 400;

/**
 * Independent weighted draws. Effective draws are 1 / Σ w² in the bulk; in the tails (Σ w)² / Σ w² of the draws beyond the
 * 5 % or 95 % quantile, the smaller of both, over the 5 % they stand for. R-hat does not exist.
 */
function weightedSummary(
  draws: Draws,
  names: readonly string[],
  weights: Float64Array,
  options: SummaryOptions,
): Summary {
  if (names.length !== draws.dimension) {
    const message = `${names.length} names were given to ${draws.dimension} parameters.`;
    throw inferenceErrors.error('inference-shape', message);
  }
  const wanted = options.fewestDraws ?? FEWEST_WEIGHTED;
  const ess = effectiveSampleSize(weights);
  const problems: InferenceProblem[] = [];
  if (!(ess >= wanted)) {
    const message = `The weights of ${weights.length} draws are worth ${ess.toFixed(0)} equal ones, wanted ${wanted}.`;
    problems.push(inferenceErrors.problem('inference-collapsed-weights', message));
  }
  const rows = names.map((name, i): SummaryRow => {
    const values = coordinate(draws, i);
    const mean = weightedMean(values, weights);
    const squares = values.map((v) => (v - mean) ** 2);
    const variance = weightedMean(squares, weights);
    const error = (of: Float64Array, centre: number) =>
      Math.sqrt(of.reduce((sum, v, k) => sum + (weights[k] * (v - centre)) ** 2, 0));
    const [q5, median, q95] = [0.05, 0.5, 0.95].map((p) => weightedQuantile(values, weights, p));
    const tail = (beyond: (v: number) => boolean) => {
      const kept = weights.filter((_, k) => beyond(values[k]));
      const sum = kept.reduce((s, w) => s + w, 0);
      return (effectiveSampleSize(kept.map((w) => w / sum)) || 0) / 0.05;
    };
    const bad = values.findIndex((v, k) => weights[k] > 0 && !Number.isFinite(v));
    if (bad >= 0) {
      problems.push(
        inferenceErrors.problem('inference-draws-not-finite', `A draw of ${name} is ${values[bad]}.`, name),
      );
    } else if (!(variance > 0)) {
      problems.push(inferenceErrors.problem('inference-zero-variance', `Every draw of ${name} is ${mean}.`, name));
    }
    return {
      name,
      mean,
      sd: Math.sqrt(variance),
      q5,
      median,
      q95,
      errorOfMean: error(values, mean),
      errorOfSd: error(squares, variance) / (2 * Math.sqrt(variance)),
      rHat: Number.NaN,
      essBulk: ess,
      essTail: Math.min(
        ess,
        tail((v) => v <= q5),
        tail((v) => v >= q95),
      ),
    };
  });
  return { rows, problems };
}
