import { studentQuantile } from '../special/student.ts';
import { Tally } from './statistics.ts';

/** The mean of independent replications, with Student's interval. */
export interface MeanEstimate {
  readonly n: number;
  readonly mean: number;
  /** Sample standard deviation (n − 1); NaN for one replication. */
  readonly sd: number;
  /** Half the width of the interval; infinite for one replication. */
  readonly half: number;
}

export function meanEstimate(values: ArrayLike<number>, level = 0.95): MeanEstimate {
  const tally = new Tally();
  for (let i = 0; i < values.length; i++) tally.add(values[i]);
  return estimateOf(tally, level);
}

function estimateOf(tally: Tally, level: number): MeanEstimate {
  const { count, mean } = tally;
  const sd = Math.sqrt(tally.variance);
  const half =
    count > 1 ? (studentQuantile(0.5 + level / 2, count - 1) * sd) / Math.sqrt(count) : Number.POSITIVE_INFINITY;
  return { n: count, mean, sd, half };
}

export interface PrecisionRequest {
  /** Half the width of every output's interval, as a share of its mean, at which enough was run. */
  readonly relative: number;
  readonly level?: number;
  readonly least?: number;
  readonly most: number;
  /** Replications between two looks; the same whatever runs them. Default 10. */
  readonly block?: number;
}

export interface PrecisionResult {
  readonly estimates: readonly MeanEstimate[];
  readonly replications: number;
  /** False where `most` were run and some interval is still wider than wished. */
  readonly reached: boolean;
}

/**
 * Replications until every output is known as precisely as wished (S. Robinson, Simulation, 2004, 9.6.2). `run` gives the
 * outputs of replications `from` to `to` − 1, row by row; where they are computed makes no difference to what comes out.
 */
export async function replicateToPrecision(
  outputs: number,
  run: (from: number, to: number) => Promise<Float64Array> | Float64Array,
  request: PrecisionRequest,
): Promise<PrecisionResult> {
  const { relative, most, level = 0.95, least = 10, block = 10 } = request;
  if (!(relative > 0)) throw new RangeError(`A precision is above 0, not ${relative}.`);
  const tallies = Array.from({ length: outputs }, () => new Tally());
  let done = 0;
  for (;;) {
    const to = Math.min(most, Math.max(least, done + block));
    const rows = await run(done, to);
    for (let i = 0; i < rows.length; i++) tallies[i % outputs].add(rows[i]);
    done = to;
    const estimates = tallies.map((tally) => estimateOf(tally, level));
    const reached = estimates.every(({ half, mean }) => half <= relative * Math.abs(mean));
    if (reached || done >= most) return { estimates, replications: done, reached };
  }
}

/**
 * Where a series stops being coloured by how it began: MSER-5 (K. P. White, Simulation 69 (1997) 323): the cut that makes the
 * squared standard error of the mean of what is left smallest, over means of five. Null where the least lies in the second
 * half: then the series is too short to tell.
 */
export function warmUpEnd(series: ArrayLike<number>): number | null {
  const batches = Math.floor(series.length / 5);
  const means = Float64Array.from({ length: batches }, (_, b) => {
    let sum = 0;
    for (let i = 0; i < 5; i++) sum += series[5 * b + i];
    return sum / 5;
  });
  let sum = 0;
  let squares = 0;
  let best = Number.POSITIVE_INFINITY;
  let cut = 0;
  // Backwards, so that each cut adds one mean; from five on, below which the statistic means nothing.
  for (let b = batches - 1; b >= 0; b--) {
    sum += means[b];
    squares += means[b] * means[b];
    const n = batches - b;
    const error = (squares - (sum * sum) / n) / (n * n);
    if (n >= 5 && error <= best) {
      best = error;
      cut = b;
    }
  }
  return batches < 10 || cut > batches / 2 ? null : 5 * cut;
}
