import { sortedQuantile } from '../diagnose/scores.ts';
import { inferenceErrors } from '../errors.data.ts';
import type { InferenceProblem } from '../problem.ts';
import type { SimulatedSubject } from './simulation.ts';
import { binsOf, type VisualCheckBinning } from './visual-check-bins.ts';

/** A subject with the axis its observations are shown along. */
export interface VisualCheckSubject extends SimulatedSubject {
  /** Time, time after dose or another quantity, one for each observation. */
  readonly x: Float64Array;
  /** The part of the data each observation belongs to; absent: one part. */
  readonly strata?: readonly string[];
}

export interface VisualCheckOptions {
  /** 8 bins of equal count where absent. */
  readonly binning?: VisualCheckBinning;
  /** Which quantiles of the observations are compared; 5, 50 and 95 % where absent. */
  readonly levels?: readonly number[];
  /** Central share of the replicates' quantiles that a band holds; 0.95 where absent. */
  readonly band?: number;
  /** `ratio` for values on a natural scale, `difference` for logarithms; absent: none. */
  readonly correction?: 'ratio' | 'difference';
  /** Lower bound of what is measured, for the ratio; 0 where absent. */
  readonly lowerBound?: number;
  /** Limit of quantification; absent: the one that stands at all censored observations. */
  readonly limit?: number;
}

/** One figure of a bin: that of the observations, and where the replicates have it. −∞: below the limit; NaN: none. */
export interface VisualCheckFigure {
  readonly observed: number;
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

export interface VisualCheckBin {
  readonly low: number;
  readonly high: number;
  /** Median of the axis over the observations; middle of the bin where there is none. */
  readonly centre: number;
  readonly count: number;
  /** One for each level. */
  readonly quantiles: readonly VisualCheckFigure[];
  /** Share of observations below the limit; null where there is no limit. */
  readonly below: VisualCheckFigure | null;
}

export interface VisualCheckStratum {
  readonly name: string;
  readonly bins: readonly VisualCheckBin[];
  /** The observations as drawn: corrected where asked; −∞ below the limit. */
  readonly x: Float64Array;
  readonly y: Float64Array;
}

export interface VisualCheck {
  readonly levels: readonly number[];
  readonly band: number;
  readonly limit: number | null;
  readonly correction: 'ratio' | 'difference' | null;
  readonly strata: readonly VisualCheckStratum[];
  /** Figures of observations that lie within their band, of those compared. */
  readonly within: number;
  readonly compared: number;
  readonly problems: readonly InferenceProblem[];
}

/**
 * Visual predictive check (Holford 2005; Karlsson and Savic, Clin. Pharmacol. Ther. 82 (2007) 17, doi 10.1038/sj.clpt.6100241):
 * quantiles of the observations in bins of the axis beside the same quantiles of replicated data sets. With a prediction
 * correction (Bergstrand, Hooker, Wallin, Karlsson, AAPS J. 13 (2011) 143, doi 10.1208/s12248-011-9255-z, equations 1 and 2),
 * observed and simulated values are scaled to the median typical prediction of their bin. Values below the limit of
 * quantification rank lowest, so that a quantile among them is −∞, and their share is compared too (Bergstrand and Karlsson,
 * AAPS J. 11 (2009) 371, doi 10.1208/s12248-009-9112-5).
 * @throws inference-shape, inference-limit-open; inference-prediction-correction where values lie below a limit
 */
export function visualPredictiveCheck(
  subjects: readonly VisualCheckSubject[],
  options: VisualCheckOptions = {},
): VisualCheck {
  const { binning = { kind: 'count', count: 8 }, levels = [0.05, 0.5, 0.95], band = 0.95, lowerBound = 0 } = options;
  const correction = options.correction ?? null;
  if (!(band > 0 && band < 1) || levels.length === 0 || levels.some((p) => !(p > 0 && p < 1))) {
    throw inferenceErrors.error('inference-shape', 'Levels and band are shares between 0 and 1.', 'levels');
  }
  const flat = flatten(subjects);
  const limit = options.limit ?? commonLimit(flat);
  if (correction !== null && limit !== null) {
    throw inferenceErrors.error(
      'inference-prediction-correction',
      'Values below a limit of quantification cannot be corrected for the prediction.',
    );
  }
  const problems: InferenceProblem[] = [];
  let outside = 0;
  let uncorrected = 0;
  let within = 0;
  let compared = 0;
  const strata = [...new Set(flat.map(({ stratum }) => stratum))].map((name): VisualCheckStratum => {
    const own = flat.filter(({ stratum }) => stratum === name);
    const bins = binsOf(
      Float64Array.from(own, ({ x }) => x),
      binning,
    );
    const shownX: number[] = [];
    const shownY: number[] = [];
    outside += own.length - bins.reduce((sum, { members }) => sum + members.length, 0);
    const results = bins.map(({ low, high, members }): VisualCheckBin => {
      let points = members.map((i) => own[i]);
      const typical = correction === null ? 0 : sortedQuantile(ascending(points.map((point) => point.typical)), 0.5);
      if (correction === 'ratio') {
        const kept = points.filter((point) => Number.isFinite((typical - lowerBound) / (point.typical - lowerBound)));
        uncorrected += points.length - kept.length;
        points = kept;
      }
      const corrected = (y: number, own: number) => {
        if (correction === null) return limit !== null && y < limit ? -Infinity : y;
        if (correction === 'difference') return y + typical - own;
        return lowerBound + ((y - lowerBound) * (typical - lowerBound)) / (own - lowerBound);
      };
      const y = points.map((point) => (point.censored ? -Infinity : corrected(point.y, point.typical)));
      points.forEach((point, i) => {
        shownX.push(point.x);
        shownY.push(y[i]);
      });
      const replicated = replicatedFigures(points, corrected, levels);
      const compare = (observed: number, values: Float64Array): VisualCheckFigure => {
        const [bottom, median, top] = [(1 - band) / 2, 0.5, (1 + band) / 2].map((p) => sortedQuantile(values, p));
        const figure = { observed, low: bottom, median, high: top };
        if (Number.isNaN(observed) || Number.isNaN(median)) return figure;
        compared++;
        if (observed >= bottom && observed <= top) within++;
        return figure;
      };
      const sorted = ascending(y);
      return {
        low,
        high,
        centre: points.length === 0 ? (low + high) / 2 : sortedQuantile(ascending(points.map(({ x }) => x)), 0.5),
        count: points.length,
        quantiles: levels.map((p, k) => compare(sortedQuantile(sorted, p), replicated.quantiles[k])),
        below: limit === null ? null : compare(shareBelow(sorted), replicated.below),
      };
    });
    return { name, bins: results, x: Float64Array.from(shownX), y: Float64Array.from(shownY) };
  });
  const told = (code: 'inference-observations-left-out' | 'inference-prediction-correction', message: string) =>
    problems.push(inferenceErrors.problem(code, message));
  if (outside > 0) told('inference-observations-left-out', `${outside} observations lie outside the bins.`);
  if (uncorrected > 0) {
    told(
      'inference-prediction-correction',
      `${uncorrected} observations have no correction: their prediction is zero.`,
    );
  }
  const empty = strata.flatMap(({ name, bins }) =>
    bins.filter(({ count }) => count === 0).map((bin) => ({ name, bin })),
  );
  if (empty.length > 0) {
    const named = empty.map(({ name, bin }) => `${name === '' ? '' : `${name} `}[${bin.low}, ${bin.high}]`).join(', ');
    told('inference-observations-left-out', `No observation in ${named}.`);
  }
  return { levels, band, limit, correction, strata, within, compared, problems };
}

interface Point {
  readonly x: number;
  readonly y: number;
  readonly censored: boolean;
  readonly typical: number;
  readonly stratum: string;
  readonly subject: VisualCheckSubject;
  readonly at: number;
}

function flatten(subjects: readonly VisualCheckSubject[]): readonly Point[] {
  return subjects.flatMap((subject) => {
    const { id, observed, x, strata, simulated } = subject;
    const n = observed.length;
    if (x.length !== n || (strata && strata.length !== n) || (n > 0 && simulated.length % n !== 0)) {
      throw inferenceErrors.error(
        'inference-shape',
        `Subject ${id} has ${n} observations and another number beside.`,
        id,
      );
    }
    return Array.from(observed, (y, at) => {
      const censored = (subject.censored?.[at] ?? 0) === 1;
      return { x: x[at], y, censored, typical: subject.typical[at], stratum: strata?.[at] ?? '', subject, at };
    });
  });
}

function commonLimit(points: readonly Point[]): number | null {
  const limits = [...new Set(points.filter(({ censored }) => censored).map(({ y }) => y))];
  if (limits.length <= 1) return limits[0] ?? null;
  throw inferenceErrors.error(
    'inference-limit-open',
    `Observations lie below ${limits.sort((a, b) => a - b).join(', ')}.`,
  );
}

/** Ascending figures of every replicate. */
function replicatedFigures(
  points: readonly Point[],
  corrected: (y: number, typical: number) => number,
  levels: readonly number[],
): { readonly quantiles: readonly Float64Array[]; readonly below: Float64Array } {
  const replicates = points.reduce((least, { subject }) => {
    return Math.min(least, subject.simulated.length / subject.observed.length);
  }, Infinity);
  const count = Number.isFinite(replicates) ? replicates : 0;
  const quantiles = levels.map(() => new Float64Array(count));
  const below = new Float64Array(count);
  for (let r = 0; r < count; r++) {
    const values: number[] = [];
    for (const { subject, at, typical } of points) {
      const y = subject.simulated[r * subject.observed.length + at];
      if (!Number.isNaN(y)) values.push(corrected(y, typical));
    }
    const sorted = ascending(values);
    levels.forEach((p, k) => {
      quantiles[k][r] = sortedQuantile(sorted, p);
    });
    below[r] = shareBelow(sorted);
  }
  const known = (values: Float64Array) => values.filter((v) => !Number.isNaN(v)).sort();
  return { quantiles: quantiles.map(known), below: known(below) };
}

function ascending(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}

/** NaN for no values. */
function shareBelow(sorted: Float64Array): number {
  let count = 0;
  while (sorted[count] === -Infinity) count++;
  return count / sorted.length;
}
