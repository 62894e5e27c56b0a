import type { RandomStream } from '@gemel/numerics/random/stream';
import type { CompiledModel } from '../program/compiled-model.ts';
import { stochasticErrors } from './errors.data.ts';
import { assertComplete, type StochasticRequest, StochasticRuns } from './runs.ts';

/** Runs whose moments are gathered together before they join the others: the same for any number of workers. */
export const CHUNK = 100;

/** Mean and sum of squared deviations of every name at every time over some runs. */
export interface Moments {
  readonly runs: number;
  /** names × times. */
  readonly mean: Float64Array;
  readonly squares: Float64Array;
  /** Reactions carried out. */
  readonly jumps: number;
}

export interface StochasticSummary {
  readonly times: Float64Array;
  readonly names: readonly string[];
  readonly runs: number;
  /** names × times, one series after the other. */
  readonly mean: Float64Array;
  /** Of the sample: divided by runs − 1; NaN of one run. */
  readonly sd: Float64Array;
  readonly jumps: number;
}

/**
 * Moments of chunk c: runs c · CHUNK up to the next chunk's first or `runs`. Run r draws from random.fork('run', r).
 * @throws what assertComplete throws; stochastic-draw
 */
export function chunkMoments(requested: StochasticRuns, random: RandomStream, c: number, runs: number): Moments {
  const size = requested.names.length * requested.times.length;
  const values = new Float64Array(size);
  const mean = new Float64Array(size);
  const squares = new Float64Array(size);
  let count = 0;
  let jumps = 0;
  for (let r = c * CHUNK; r < Math.min(runs, (c + 1) * CHUNK); r++) {
    const outcome = requested.run(random.fork('run', r), values);
    assertComplete(outcome);
    jumps += outcome.jumps;
    count++;
    for (let k = 0; k < size; k++) {
      const apart = values[k] - mean[k];
      mean[k] += apart / count;
      squares[k] += apart * (values[k] - mean[k]);
    }
  }
  return { runs: count, mean, squares, jumps };
}

/** Of two sets of runs together: T. F. Chan, G. H. Golub, R. J. LeVeque, Am. Stat. 37 (1983) 242, doi:10.1080/00031305.1983.10483115. */
export function combineMoments(a: Moments, b: Moments): Moments {
  const runs = a.runs + b.runs;
  const mean = new Float64Array(a.mean.length);
  const squares = new Float64Array(a.mean.length);
  for (let k = 0; k < mean.length; k++) {
    const apart = b.mean[k] - a.mean[k];
    mean[k] = a.mean[k] + (apart * b.runs) / runs;
    squares[k] = a.squares[k] + b.squares[k] + (apart * apart * a.runs * b.runs) / runs;
  }
  return { runs, mean, squares, jumps: a.jumps + b.jumps };
}

/** Mean and standard deviation over many runs. @throws stochastic-request, what StochasticRuns and chunkMoments throw */
export function stochasticSummary(
  compiled: CompiledModel,
  request: StochasticRequest,
  runs: number,
  random: RandomStream,
): StochasticSummary {
  if (!(Number.isInteger(runs) && runs > 0)) {
    throw stochasticErrors.error('stochastic-request', `The number of runs is a whole number above 0, not ${runs}.`, {
      element: 'runs',
    });
  }
  const requested = new StochasticRuns(compiled, request);
  let all = chunkMoments(requested, random, 0, runs);
  for (let c = 1; c * CHUNK < runs; c++) all = combineMoments(all, chunkMoments(requested, random, c, runs));
  const sd = all.squares.map((squares) => Math.sqrt(squares / (runs - 1)));
  return { times: requested.times, names: requested.names, runs, mean: all.mean, sd, jumps: all.jumps };
}
