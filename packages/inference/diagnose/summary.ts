import { inferenceErrors } from '../errors.data.ts';
import { coordinate, type Draws } from '../mcmc/draws.ts';
import { type InferenceProblem, problemLines } from '../problem.ts';
import { convergence, errorOfMean, errorOfSd, momentsOf } from './convergence.ts';
import { sampleQuantile } from './scores.ts';

/** One parameter. Units are the parameter's own. */
export interface SummaryRow {
  readonly name: string;
  readonly mean: number;
  readonly sd: number;
  /** 5 %, 50 % and 95 % quantiles. */
  readonly q5: number;
  readonly median: number;
  readonly q95: number;
  /** Monte-Carlo standard errors of mean and SD. */
  readonly errorOfMean: number;
  readonly errorOfSd: number;
  readonly rHat: number;
  readonly essBulk: number;
  readonly essTail: number;
}

export interface Summary {
  readonly rows: readonly SummaryRow[];
  readonly problems: readonly InferenceProblem[];
}

/** Largest R-hat, and fewest effective draws for each chain, at which a posterior is believed (Vehtari et al. 2021). */
export const LARGEST_R_HAT = 1.01;
export const FEWEST_PER_CHAIN = 100;

/** How chains are compared and what is asked of them; the defaults are those of Vehtari et al. 2021. */
export interface SummaryOptions {
  /** Groups in which many short chains are compared; a divisor of their number. All chains, where left out. */
  readonly superchains?: number;
  readonly largestRHat?: number;
  /** Effective draws wanted of each parameter. */
  readonly fewestDraws?: number;
}

/** Every parameter with its Monte-Carlo error and convergence; what is wrong, by the parameter's name. */
export function summarise(draws: Draws, names?: readonly string[], options: SummaryOptions = {}): Summary {
  const superchains = options.superchains ?? draws.chains;
  const wanted: Wanted = {
    largestRHat: options.largestRHat ?? LARGEST_R_HAT,
    fewestDraws: options.fewestDraws ?? FEWEST_PER_CHAIN * superchains,
  };
  if (!(draws.chains >= 1 && draws.length >= 4 && draws.chains % superchains === 0)) {
    throw inferenceErrors.error(
      'inference-shape',
      `${draws.chains} chains of ${draws.length} draws in ${superchains} groups: at least one chain of 4 draws and equal groups are needed.`,
    );
  }
  if (names && names.length !== draws.dimension) {
    throw inferenceErrors.error(
      'inference-shape',
      `${names.length} names were given to ${draws.dimension} parameters.`,
    );
  }
  const problems: InferenceProblem[] = [];
  const rows = Array.from({ length: draws.dimension }, (_, i): SummaryRow => {
    const name = names?.[i] ?? `x[${i}]`;
    const values = coordinate(draws, i);
    const found = convergence(values, draws.chains, superchains);
    const { mean, sd } = momentsOf(values);
    problems.push(...judged(name, values, wanted, found));
    return {
      name,
      mean,
      sd,
      q5: sampleQuantile(values, 0.05),
      median: sampleQuantile(values, 0.5),
      q95: sampleQuantile(values, 0.95),
      errorOfMean: errorOfMean(values, draws.chains),
      errorOfSd: errorOfSd(values, draws.chains),
      ...found,
    };
  });
  return { rows, problems };
}

type Wanted = Required<Pick<SummaryOptions, 'largestRHat' | 'fewestDraws'>>;

function judged(
  name: string,
  values: Float64Array,
  { largestRHat, fewestDraws }: Wanted,
  { rHat, essBulk, essTail }: { readonly rHat: number; readonly essBulk: number; readonly essTail: number },
): readonly InferenceProblem[] {
  const bad = values.findIndex((v) => !Number.isFinite(v));
  if (bad >= 0) {
    return [inferenceErrors.problem('inference-draws-not-finite', `A draw of ${name} is ${values[bad]}.`, name)];
  }
  if (values.every((v) => v === values[0])) {
    return [inferenceErrors.problem('inference-zero-variance', `Every draw of ${name} is ${values[0]}.`, name)];
  }
  const problems: InferenceProblem[] = [];
  if (!(rHat < largestRHat)) {
    problems.push(
      inferenceErrors.problem(
        'inference-chains-not-mixed',
        `The chains disagree about ${name}: R-hat ${rHat.toFixed(3)}, wanted below ${Number(largestRHat.toPrecision(4))}.`,
        name,
      ),
    );
  }
  const fewest = Math.min(essBulk, Number.isNaN(essTail) ? 0 : essTail);
  if (!(fewest >= fewestDraws)) {
    problems.push(
      inferenceErrors.problem(
        'inference-few-effective-draws',
        `${name} has ${fewest.toFixed(0)} effective draws, wanted ${fewestDraws}.`,
        name,
      ),
    );
  }
  return problems;
}

/** The summary as lines of text: one row a parameter, then one line for each kind of problem. */
export function summaryTable({ rows, problems }: Summary): string {
  const heads = ['', 'mean', 'sd', '5%', '50%', '95%', 'mcse mean', 'mcse sd', 'R-hat', 'ESS bulk', 'ESS tail'];
  const cells = rows.map((r) => [
    r.name,
    ...[r.mean, r.sd, r.q5, r.median, r.q95, r.errorOfMean, r.errorOfSd].map((v) => shown(v)),
    r.rHat.toFixed(3),
    r.essBulk.toFixed(0),
    r.essTail.toFixed(0),
  ]);
  const widths = heads.map((head, i) => Math.max(head.length, ...cells.map((row) => row[i].length)));
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ');
  return [...[heads, ...cells].map(line), ...problemLines(problems)].join('\n');
}

/** Four significant digits, without an exponent where the number is of ordinary size. */
function shown(value: number): string {
  const size = Math.abs(value);
  if (value === 0 || !Number.isFinite(value)) return String(value);
  if (size < 1e-4 || size >= 1e6) return value.toExponential(3);
  return value.toFixed(Math.max(0, 3 - Math.floor(Math.log10(size))));
}
