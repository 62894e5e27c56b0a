import { setImmediate } from 'node:timers/promises';
import { conditionalMode } from '@gemel/inference/population/conditional-mode';
import { etaPrior, type PopulationValues } from '@gemel/inference/population/population';
import type { NumericSubject } from '@gemel/modeling/population/compartment-subjects';
import type { PopulationModel } from '@gemel/modeling/population/population-model';
import { Command, Option } from 'commander';
import { cliErrors } from '../../errors.data.ts';
import { EXIT } from '../../exit.ts';
import { type Begin, wholeNumber } from '../begin.ts';
import {
  checkFiles,
  checkPopulation,
  checkText,
  type PopulationCheckOptions,
  withPopulationCheck,
} from '../population-check.ts';
import { finite, fitLikelihood, fitSaem, type PopulationFit, type PopulationRow } from '../population-fit.ts';
import { readDataFile, readPopulationSource } from '../population-source.ts';
import { type ErrorSource, type Uncertainty, uncertaintyOf } from '../population-uncertainty.ts';
import type { Shell } from '../shell.ts';

interface NlmeOptions extends PopulationCheckOptions {
  readonly model: string;
  readonly est: 'ebe' | 'fo' | 'foce' | 'focei' | 'saem';
  readonly theta?: readonly string[];
  readonly omega?: readonly string[];
  readonly sigma?: readonly string[];
  readonly columns?: readonly string[];
  readonly ignore?: string;
  readonly output?: string;
  readonly modes: 'lowest' | 'nearest';
  readonly covariances?: boolean;
  readonly maxSteps?: number;
  readonly errors: ErrorSource;
}

interface ModeRow extends PopulationRow {
  /** The mode nearest to η = 0, where it is another one than the lowest. */
  readonly nearest?: Omit<PopulationRow, 'id' | 'status'>;
}

/** `gemel nlme`: nonlinear mixed effects on a data set in NONMEM's form. */
export function nlmeCommand(begin: Begin): Command {
  const command = new Command('nlme')
    .description("fit a population model to a data set in NONMEM's form, or each subject to a given population")
    .requiredOption(
      '--model <model>',
      'a built-in model, or a .ts or .js module that exports a model with theta, omega, sigma',
    )
    .addOption(
      new Option('--est <method>', 'empirical-Bayes estimates at the given values, or an estimation of the population')
        .choices(['ebe', 'fo', 'foce', 'focei', 'saem'])
        .makeOptionMandatory(),
    )
    .option('--theta <name=value...>', 'typical values in place of the model’s')
    .option('--omega <name=value...>', 'variances of random effects in place of the model’s')
    .option('--sigma <part=value...>', 'variances of the residual error: proportional, additive')
    .option('--columns <from=to...>', 'other names of columns, as in Y=DV')
    .option('--ignore <character>', 'leave out rows that begin with it; @ for any letter')
    .option('--output <name>', 'what is observed, of a model of equations')
    .addOption(
      new Option('--modes <which>', 'of several modes of a subject, for ebe: the lowest, or the nearest to η = 0')
        .choices(['lowest', 'nearest'])
        .default('lowest'),
    )
    .option('--covariances', 'estimate the covariances of random effects too')
    .option(
      '--max-steps <n>',
      'most steps of the search, 200; iterations of saem, 500; 0 evaluates the objective',
      wholeNumber,
    )
    .addOption(
      new Option('--errors <likelihood>', 'whose curvature gives the standard errors')
        .choices(['linear', 'importance', 'none'])
        .default('linear'),
    )
    .action(async (options: NlmeOptions, self: Command) => {
      const shell = begin(self);
      if (!shell.given('data')) {
        throw cliErrors.error('cli-option-unreadable', '--data is missing: the data set, as in --data study.csv', {});
      }
      checkFiles(options);
      const file = shell.options.data;
      const source = await readPopulationSource(options.model, {
        theta: numbers('--theta', options.theta),
        omega: numbers('--omega', options.omega),
        sigma: numbers('--sigma', options.sigma),
        ...(options.output !== undefined && { output: options.output }),
      });
      const columns = Object.fromEntries(pairs('--columns', options.columns));
      const data = await readDataFile(file, {
        columns,
        ...(options.ignore !== undefined && { ignore: options.ignore }),
      });
      for (const problem of data.problems) shell.problem(problem);
      if (data.problems.length > 0) shell.end(EXIT.input);
      const { model } = source;
      const subjects = source.subjects(data, file);
      const values: PopulationValues = {
        theta: model.theta,
        omega: model.between.covariance,
        ...(model.within.names.length > 0 && { occasionOmega: model.within.covariance }),
        sigma: model.sigma,
      };
      const summary = { model: model.text.id, est: options.est, etas: model.between.names };
      if (options.est === 'ebe') {
        const rows = await modes(shell, subjects, values, options.modes);
        tellMissing(shell, rows);
        tellSeveral(shell, rows);
        const check = await checkPopulation(shell, data, subjects, values, options);
        const text = checkText(check) + rowsText(model, rows);
        await shell.result({ ...summary, rows, ...(check && { check }), problems: data.problems }, text);
        return;
      }
      const covariances = options.covariances ?? false;
      const maxSteps = options.maxSteps ?? (options.est === 'saem' ? 500 : 200);
      const request = { model, subjects, start: values, covariances, maxSteps };
      const fit =
        options.est === 'saem' ? await fitSaem(shell, request) : await fitLikelihood(shell, options.est, request);
      if (fit.status === 'no-value') shell.end(EXIT.withheld);
      tellMissing(shell, fit.rows);
      const estimated = fit.status !== 'no-value' && fit.status !== 'evaluated';
      const errors = estimated ? options.errors : 'none';
      const uncertainty = await uncertaintyOf(shell, model, subjects, fit, { est: options.est, errors, covariances });
      const { values: found, modes: _, problems: troubles, ...rest } = fit;
      const problems = [...data.problems, ...troubles, ...uncertainty.problems];
      for (const problem of [...troubles, ...uncertainty.problems]) {
        shell.note(`${problem.code}: ${problem.message} ${problem.remedy}`);
      }
      const check = fit.status === 'no-value' ? null : await checkPopulation(shell, data, subjects, found, options);
      const text = `${fitText(model, fit, uncertainty)}\n${checkText(check)}\n${rowsText(model, fit.rows)}`;
      await shell.result(
        { ...summary, ...rest, ...valuesOf(model, found), ...uncertainty, ...(check && { check }), problems },
        text,
      );
    });
  return withPopulationCheck(command);
}

async function modes(
  shell: Shell,
  subjects: readonly NumericSubject[],
  values: PopulationValues,
  which: NlmeOptions['modes'],
): Promise<readonly ModeRow[]> {
  const rows: ModeRow[] = [];
  let rested = Date.now();
  for (const subject of subjects) {
    const prior = etaPrior(values, subject.occasions);
    if (prior === null) throw cliErrors.error('cli-option-unreadable', 'omega is not positive definite', {});
    const { nearest, ...mode } = conditionalMode(subject, values, prior, { modes: which });
    const row = { id: subject.id, eta: [...mode.eta], objective: finite(mode.objective), status: mode.status };
    const other = nearest && { eta: [...nearest.eta], objective: finite(nearest.objective) };
    rows.push({ ...row, ...(other && { nearest: other }) });
    if (Date.now() - rested > 50) {
      shell.progress({
        fraction: rows.length / subjects.length,
        message: `${rows.length} of ${subjects.length} subjects`,
      });
      await setImmediate();
      shell.checkpoint();
      rested = Date.now();
    }
  }
  return rows;
}

function valuesOf(model: PopulationModel, { theta, omega, occasionOmega, sigma }: PopulationValues) {
  const square = (m: Float64Array, n: number) => Array.from({ length: n }, (_, i) => [...m.subarray(i * n, i * n + n)]);
  const { between, within } = model;
  return {
    theta: Object.fromEntries(model.thetaNames.map((name, i) => [name, theta[i]!])),
    omega: { names: between.names, matrix: square(omega, between.names.length) },
    ...(occasionOmega && { occasions: { names: within.names, matrix: square(occasionOmega, within.names.length) } }),
    sigma,
  };
}

function fitText(model: PopulationModel, fit: PopulationFit, uncertainty: Uncertainty): string {
  const { theta, omega, occasions, sigma } = valuesOf(model, fit.values);
  const figure = (value: number) => value.toPrecision(6);
  const monteCarlo = fit.objectiveError === undefined ? '' : ` ± ${fit.objectiveError.toPrecision(2)}`;
  const estimates = [
    ...Object.entries(theta).map(([name, value]) => `theta ${name}  ${figure(value)}`),
    ...omega.names.map((name, i) => `omega ${name}  ${figure(omega.matrix[i]![i]!)}`),
    ...(occasions?.names ?? []).map((name, i) => `omega of occasions ${name}  ${figure(occasions!.matrix[i]![i]!)}`),
    ...Object.entries(sigma).flatMap(([part, value]) => (value > 0 ? [`sigma ${part}  ${figure(value)}`] : [])),
  ];
  return [
    `${model.text.id}  ${fit.status} after ${fit.steps} steps`,
    `−2 log likelihood (without n log 2π)  ${fit.objective?.toFixed(3) ?? 'none'}${monteCarlo}`,
    ...(fit.linearObjective === undefined
      ? []
      : [`  of the model made linear at the modes  ${fit.linearObjective?.toFixed(3) ?? 'none'}`]),
    ...(uncertainty.standardErrors === null ? estimates : errorLines(uncertainty.standardErrors)),
    ...shrinkageLines(uncertainty.shrinkage),
  ].join('\n');
}

function errorLines({ parameters, conditionNumber }: NonNullable<Uncertainty['standardErrors']>): readonly string[] {
  const figure = (value: number | null) => (value === null ? '.' : value.toPrecision(value === 0 ? 1 : 4));
  const heads = ['', 'estimate', 'error', 'relative', 'robust'];
  const rows = parameters.map(({ name, estimate, error, relative, robust }) => {
    const percent = relative === null ? '.' : `${(100 * relative).toPrecision(3)} %`;
    return [name, estimate.toPrecision(6), figure(error), percent, figure(robust)];
  });
  const widths = heads.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]!.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ');
  const condition =
    conditionNumber === null ? [] : [`condition number of the correlations  ${figure(conditionNumber)}`];
  return [...[heads, ...rows].map(line), ...condition];
}

function shrinkageLines({ etas, occasions, epsilon }: Uncertainty['shrinkage']): readonly string[] {
  const part = (title: string) => (name: string, value: number | null) =>
    `${title}${name}  ${value === null ? '.' : `${(100 * value).toFixed(1)} %`}`;
  return [
    ...Object.entries(etas).map(([name, value]) => part('shrinkage of eta ')(name, value)),
    ...Object.entries(occasions).map(([name, value]) => part('shrinkage of occasions ')(name, value)),
    part('shrinkage of epsilon')('', epsilon),
  ];
}

function rowsText(model: PopulationModel, rows: readonly PopulationRow[]): string {
  const { between, within } = model;
  const most = Math.max(0, ...rows.map(({ eta }) => eta.length));
  const names = Array.from({ length: most }, (_, k) => {
    if (k < between.names.length) return `eta_${between.names[k]}`;
    const at = k - between.names.length;
    return `eta_${within.names[at % within.names.length]}_${Math.floor(at / within.names.length) + 1}`;
  });
  const line = ({ id, eta, objective }: PopulationRow) =>
    [id, ...names.map((_, k) => eta[k]?.toFixed(6) ?? ''), objective?.toFixed(6) ?? ''].join(',');
  return [['id', ...names, 'objective'].join(','), ...rows.map(line)].join('\n');
}

/** Subjects without a value are named; the others stand. */
function tellMissing(shell: Shell, rows: readonly PopulationRow[]): void {
  const missing = rows.filter(({ objective }) => objective === null);
  if (missing.length === 0) return;
  shell.note(`no value for ${someOf(missing)}: the prediction or its variance is not finite or zero`);
  shell.end(EXIT.withheld);
}

/** Subjects whose nearest mode is not the lowest are named. */
function tellSeveral(shell: Shell, rows: readonly ModeRow[]): void {
  const several = rows.filter(({ nearest }) => nearest !== undefined);
  if (several.length === 0) return;
  const remedy = 'the lowest is given; --json has the one nearest to η = 0 beside it, --modes nearest gives that one';
  shell.note(`several modes of ${someOf(several)}: ${remedy}`);
}

function someOf(rows: readonly PopulationRow[]): string {
  const named = rows.slice(0, 8).map(({ id }) => id);
  return named.join(', ') + (rows.length > named.length ? ` and ${rows.length - named.length} more` : '');
}

function pairs(option: string, given: readonly string[] = []): readonly (readonly [string, string])[] {
  return given.map((text) => {
    const [name = '', value = ''] = text.split(/=(.*)/s);
    if (name !== '' && value.trim() !== '') return [name, value] as const;
    throw cliErrors.error('cli-option-unreadable', `${option} ${text}: write ${option} name=value`, {});
  });
}

function numbers(option: string, given: readonly string[] | undefined): Readonly<Record<string, number>> {
  return Object.fromEntries(
    pairs(option, given).map(([name, value]) => {
      if (Number.isFinite(Number(value))) return [name, Number(value)];
      throw cliErrors.error('cli-option-unreadable', `${option} ${name}=${value}: ${value} is not a number`, {});
    }),
  );
}
