import { setImmediate } from 'node:timers/promises';
import { CHART_CSS, standaloneSvg } from '@gemel/charts';
import { vpcPlot } from '@gemel/charts/vpc';
import { CodedError } from '@gemel/core';
import type { PopulationValues } from '@gemel/inference/population/population';
import { type PredictionErrors, predictionErrors } from '@gemel/inference/population/prediction-errors';
import { type SimulatedSubject, simulatePopulation } from '@gemel/inference/population/simulation';
import { type VisualCheck, visualPredictiveCheck } from '@gemel/inference/population/visual-check';
import type { VisualCheckBinning } from '@gemel/inference/population/visual-check-bins';
import { InferenceError, type InferenceProblem } from '@gemel/inference/problem';
import type { Dataset, DatasetRecord, DatasetSubject } from '@gemel/modeling/dataset/read-dataset';
import type { NumericSubject } from '@gemel/modeling/population/compartment-subjects';
import { randomStream } from '@gemel/numerics';
import { type Command, Option } from 'commander';
import { cliErrors } from '../errors.data.ts';
import { wholeNumber } from './begin.ts';
import type { Shell } from './shell.ts';

/** How a fitted population is held against its data by simulation. */
export interface PopulationCheckOptions {
  readonly vpc?: readonly string[];
  readonly npde?: string;
  readonly simulations: number;
  readonly bins: string;
  readonly axis: string;
  readonly strata?: string;
  readonly correct?: 'ratio' | 'difference';
  readonly limit?: string;
  readonly logarithmic?: boolean;
}

/** What the checks say, for the summary of the command. */
export interface PopulationCheckSummary {
  readonly simulations: number;
  readonly vpc?: Pick<VisualCheck, 'within' | 'compared' | 'band'>;
  readonly npde?: PredictionErrors['tests'];
  readonly problems: readonly InferenceProblem[];
}

export function withPopulationCheck(command: Command): Command {
  return command
    .option('--vpc <file...>', 'write a visual predictive check: a drawing to .svg, numbers to .csv')
    .option('--npde <file>', 'write normalised prediction distribution errors to .csv, and test them')
    .option('--simulations <n>', 'data sets simulated for the checks', wholeNumber, 1000)
    .option('--bins <how>', 'bins of the check: how many of equal count, bounds as in 0,1,2,8, or nominal', '8')
    .option('--axis <column>', 'what the check runs along: TIME, TAD (time after dose), or a column', 'TIME')
    .option('--strata <column>', 'a panel of the check for each value of a column')
    .addOption(
      new Option('--correct <how>', 'correct for predictions: values in ratio, logarithms by difference').choices([
        'ratio',
        'difference',
      ]),
    )
    .option('--limit <value>', 'limit of quantification, where it is not that of the censored records')
    .option('--logarithmic', 'draw the check on a logarithmic axis');
}

/** Files a check is written to have a kind that is known, said before any work. @throws cli-option-unreadable */
export function checkFiles({ vpc = [], npde, simulations }: PopulationCheckOptions): void {
  const wrong = [
    ...vpc.filter((path) => !/\.(svg|csv)$/.test(path)),
    ...(npde && !npde.endsWith('.csv') ? [npde] : []),
  ];
  if (wrong.length > 0) throw unreadable(`${wrong[0]}: a check is written to .csv, a visual one to .svg too`);
  if (simulations < 2) throw unreadable(`--simulations ${simulations}: two at least, better a thousand`);
}

/**
 * Simulates the data set from the population and writes the checks asked for; null where none is.
 * @throws cli-option-unreadable, cli-file-unwritable, and what the checks throw
 */
export async function checkPopulation(
  shell: Shell,
  data: Dataset,
  subjects: readonly NumericSubject[],
  values: PopulationValues,
  options: PopulationCheckOptions,
): Promise<PopulationCheckSummary | null> {
  const { vpc = [], npde, simulations } = options;
  if (vpc.length === 0 && npde === undefined) return null;
  const limit = options.limit === undefined ? undefined : figure('--limit', options.limit);
  const binning = binningOf(options.bins);
  const along = data.subjects.map((subject) => axisOf(subject, options.axis));
  const { strata } = options;
  const parts = strata === undefined ? undefined : data.subjects.map((subject) => strataOf(subject, strata));
  try {
    const random = randomStream(shell.options.seed, 'population check');
    const problems: InferenceProblem[] = [];
    const drawn: SimulatedSubject[] = [];
    let rested = Date.now();
    for (const subject of subjects) {
      const one = simulatePopulation([subject], values, simulations, random);
      drawn.push(...one.subjects);
      problems.push(...one.problems);
      if (Date.now() - rested < 50) continue;
      const message = `simulated ${drawn.length} of ${subjects.length} subjects`;
      shell.progress({ fraction: drawn.length / subjects.length, message });
      await setImmediate();
      shell.checkpoint();
      rested = Date.now();
    }
    let visual: VisualCheck | undefined;
    if (vpc.length > 0) {
      visual = visualPredictiveCheck(
        drawn.map((one, i) => ({ ...one, x: along[i]!, ...(parts && { strata: parts[i]! }) })),
        { binning, ...(options.correct && { correction: options.correct }), ...(limit !== undefined && { limit }) },
      );
      problems.push(...visual.problems);
      for (const path of vpc)
        await shell.write(path, path.endsWith('.svg') ? drawing(visual, options) : visualTable(visual));
    }
    let errors: PredictionErrors | undefined;
    if (npde !== undefined) {
      errors = predictionErrors(drawn, random, limit === undefined ? {} : { limit });
      problems.push(...errors.problems);
      await shell.write(npde, errorTable(drawn, along, errors, options.axis));
    }
    tell(shell, problems);
    return {
      simulations,
      ...(visual && { vpc: { within: visual.within, compared: visual.compared, band: visual.band } }),
      ...(errors && { npde: errors.tests }),
      problems,
    };
  } catch (error) {
    if (error instanceof InferenceError) throw new CodedError(error.toJSON(), { cause: error });
    throw error;
  }
}

/** The summary in lines; nothing where there is none. */
export function checkText(summary: PopulationCheckSummary | null): string {
  if (summary === null) return '';
  const { simulations, vpc, npde } = summary;
  const p = (value: number) => value.toPrecision(3);
  return [
    ...(vpc
      ? [
          `visual check  ${vpc.within} of ${vpc.compared} figures in the ${100 * vpc.band} % band of ${simulations} simulations`,
        ]
      : []),
    ...(npde
      ? [
          `npde of ${npde.count}  mean ${npde.mean.toFixed(4)} (SE ${p(npde.meanError)}), variance ${npde.variance.toFixed(4)} (SE ${p(npde.varianceError)})`,
          `probabilities, adjusted  mean ${p(npde.location.adjusted)}, variance ${p(npde.spread.adjusted)}, normality ${p(npde.normality.adjusted)}, global ${p(npde.global.adjusted)}`,
        ]
      : []),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function tell(shell: Shell, problems: readonly InferenceProblem[]): void {
  const most = 8;
  for (const { code, message, remedy } of problems.slice(0, most)) shell.note(`${code}: ${message} ${remedy}`);
  if (problems.length > most) shell.note(`… and ${problems.length - most} more; --json lists them all`);
}

function drawing(check: VisualCheck, { axis, strata, correct, logarithmic = false }: PopulationCheckOptions): string {
  const plot = vpcPlot({
    id: 'vpc',
    title: 'Visual predictive check',
    quantity: correct === undefined ? 'DV' : 'DV, corrected for predictions',
    axis: axis.toUpperCase() === 'TAD' ? 'time after dose' : axis,
    levels: check.levels,
    band: check.band,
    limit: check.limit,
    panels: check.strata.map(({ name, bins, x, y }) => ({
      title: strata === undefined ? '' : `${strata} ${name}`,
      bins,
      x,
      y,
    })),
    logarithmic,
  });
  return standaloneSvg(plot, CHART_CSS);
}

function visualTable({ strata, levels }: VisualCheck): string {
  const lines = ['stratum,low,high,centre,count,figure,observed,simulated_low,simulated_median,simulated_high'];
  for (const { name, bins } of strata) {
    for (const bin of bins) {
      const row = (what: string, { observed, low, median, high }: (typeof bin.quantiles)[number]) =>
        lines.push(
          [
            name,
            ...[bin.low, bin.high, bin.centre, bin.count].map(cell),
            what,
            ...[observed, low, median, high].map(cell),
          ].join(','),
        );
      bin.quantiles.forEach((each, k) => {
        row(`quantile ${levels[k]}`, each);
      });
      if (bin.below !== null) row('share below limit', bin.below);
    }
  }
  return `${lines.join('\n')}\n`;
}

function errorTable(
  subjects: readonly SimulatedSubject[],
  along: readonly Float64Array[],
  errors: PredictionErrors,
  axis: string,
): string {
  const lines = [`id,${axis},observed,censored,typical,expected,share_below_limit,pd,npde`];
  subjects.forEach(({ id, observed, censored, typical }, s) => {
    const { pd, npde, expected, belowLimit } = errors.subjects[s]!;
    observed.forEach((y, i) => {
      const numbers = [typical[i]!, expected[i]!, belowLimit[i]!, pd[i]!, npde[i]!].map(cell);
      lines.push([id, cell(along[s]![i]!), cell(y), censored?.[i] ?? 0, ...numbers].join(','));
    });
  });
  return `${lines.join('\n')}\n`;
}

/** Nothing where there is no number; -Inf: below the limit of quantification. */
function cell(value: number): string {
  if (Number.isNaN(value)) return '';
  return value === -Infinity ? '-Inf' : String(Number(value.toPrecision(10)));
}

function binningOf(text: string): VisualCheckBinning {
  if (text === 'nominal') return { kind: 'nominal' };
  if (text.includes(',')) return { kind: 'edges', edges: text.split(',').map((part) => figure('--bins', part)) };
  return { kind: 'count', count: figure('--bins', text) };
}

function axisOf(subject: DatasetSubject, axis: string): Float64Array {
  const name = axis.toUpperCase();
  const { records } = subject;
  return Float64Array.from(
    observationsOf(subject).map((record) => {
      if (name === 'TIME') return record.time;
      return name === 'TAD' ? record.time - lastDose(records, record) : column(subject, record, name, '--axis');
    }),
  );
}

/** Time of the latest dose given before a record, additional ones too; of the first dose where none was. */
function lastDose(records: readonly DatasetRecord[], record: DatasetRecord): number {
  const doses = records.filter(({ event }) => event === 1 || event === 4);
  const before = doses.filter((dose) => records.indexOf(dose) < records.indexOf(record));
  if (before.length === 0) return doses[0]?.time ?? 0;
  return before.reduce((latest, { time, interval, additional }) => {
    const further = interval > 0 ? Math.min(additional, Math.floor((record.time - time) / interval)) : 0;
    return Math.max(latest, time + Math.max(0, further) * interval);
  }, -Infinity);
}

function strataOf(subject: DatasetSubject, name: string): readonly string[] {
  return observationsOf(subject).map((record) => String(column(subject, record, name.toUpperCase(), '--strata')));
}

function column({ id }: DatasetSubject, record: DatasetRecord, name: string, option: string): number {
  const value = name === 'CMT' ? record.compartment : record.covariates.get(name);
  if (value !== undefined && value !== null) return value;
  throw unreadable(`${option} ${name}: row ${record.line} of subject ${id} has no number there`);
}

function observationsOf({ records }: DatasetSubject): readonly DatasetRecord[] {
  return records.filter(({ observation }) => observation !== null);
}

function figure(option: string, text: string): number {
  if (text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  throw unreadable(`${option} ${text}: not a number`);
}

function unreadable(message: string): CodedError {
  return cliErrors.error('cli-option-unreadable', message, {});
}
