import { setImmediate } from 'node:timers/promises';
import { compile } from '@gemel/modeling/codegen/compile';
import type { CompiledModel } from '@gemel/modeling/program/compiled-model';
import { courseTimes, type UniformCourse } from '@gemel/modeling/sedml/experiment';
import { methods } from '@gemel/modeling/simulate/methods';
import { simulate } from '@gemel/modeling/simulate/simulate';
import { CHUNK, chunkMoments, combineMoments } from '@gemel/modeling/stochastic/moments';
import { STOCHASTIC_METHODS, type StochasticMethod, StochasticRuns } from '@gemel/modeling/stochastic/runs';
import { randomStream } from '@gemel/numerics';
import { Command, InvalidArgumentError, Option } from 'commander';
import { cliErrors } from '../../errors.data.ts';
import { EXIT } from '../../exit.ts';
import { type Begin, wholeNumber } from '../begin.ts';
import { archiveOf, isArchive, runArchive } from '../experiment-archive.ts';
import { type ModelSource, readModelSource } from '../model-source.ts';
import type { Shell } from '../shell.ts';

/** Options of a model's run, which an archive's experiment brings itself; those of solvers. */
const OF_SOLVERS: readonly string[] = ['rtol', 'atol', 'step'];
const OF_MODELS: readonly string[] = [
  ...['start', 'end', 'steps', 'outputs', 'amounts', 'set', 'method', 'runs', 'archive'],
  ...OF_SOLVERS,
];
/** Rows above which a table is not for people, and may not fit in memory. */
const MOST_STEPS = 10_000_000;

interface SimulateOptions {
  readonly start: number;
  readonly end?: number;
  readonly steps: number;
  readonly rtol?: number;
  readonly atol?: number;
  readonly step?: number;
  readonly method?: string;
  readonly runs: number;
  readonly outputs?: readonly string[];
  readonly amounts?: readonly string[];
  readonly set?: readonly string[];
  readonly archive?: string;
  readonly task?: string;
}

/** `gemel simulate`: runs a model and prints its values over time. */
export function simulateCommand(begin: Begin): Command {
  return new Command('simulate')
    .description(
      'run a model (SBML, CellML, a module that exports one, or a COMBINE archive); its values over time as CSV',
    )
    .argument('<model>', 'SBML or CellML file, .ts or .js module, .omex archive; - is SBML or CellML on standard input')
    .option('--start <t>', 'time of the first row', real, 0)
    .option('--end <t>', 'time of the last row; an archive has its own', real)
    .option('--steps <n>', 'rows after the first, evenly spaced', wholeNumber, 100)
    .option('--outputs <ids>', 'identifiers to print, separated by commas; else what the model reports', list)
    .option('--amounts <ids>', 'species to print as amounts; the others are concentrations', list)
    .option('--set <name=value...>', 'parameters, or initial values of states')
    .addOption(
      new Option('--method <name>', 'solver or stochastic method; else chosen by stiffness').choices([
        ...Object.keys(methods),
        ...STOCHASTIC_METHODS,
      ]),
    )
    .option('--rtol <x>', 'relative tolerance', real)
    .option('--atol <x>', 'absolute tolerance', real)
    .option('--step <h>', 'steps of this length in place of tolerances', real)
    .option('--runs <n>', 'runs of a stochastic method', wholeNumber, 100)
    .option('--archive <file>', 'also write the run of an SBML model as a COMBINE archive (.omex) that gives it again')
    .option('--task <id>', 'of an archive with several tasks, the one to run')
    .action(async (path: string, options: SimulateOptions, self: Command) => {
      const shell = begin(self);
      const given = (option: string) => self.getOptionValueSource(option) === 'cli';
      if (isArchive(path)) {
        refuse(OF_MODELS.filter(given), `${path} brings its own; change the archive, or run its model file`);
        return archived(shell, path, options.task);
      }
      const isStochastic = STOCHASTIC_METHODS.some((method) => method === options.method);
      refuse(['task'].filter(given), `${path} is no COMBINE archive`);
      const idle = isStochastic ? OF_SOLVERS.filter(given) : [];
      if (idle.length > 0) shell.note(`note  ${optionsText(idle)} without effect: ${options.method} takes none`);
      if (!isStochastic)
        refuse(['runs'].filter(given), `add a stochastic method, as in --method ${STOCHASTIC_METHODS[0]}`);
      const source = await readModelSource(path);
      for (const { code, message } of source.problems) shell.note(`note ${code}  ${message}`);
      const identifiers = options.outputs ?? source.identifiers;
      const known = [...identifiers, ...source.identifiers];
      const strange = (options.amounts ?? []).filter((id) => !known.includes(id));
      if (strange.length > 0) {
        const message = `--amounts ${strange.join(',')}: not in the model`;
        throw cliErrors.error('cli-option-unreadable', message, {}, `Take some of ${listed(source.identifiers)}.`);
      }
      const names = identifiers.map((id) => source.nameOf(id, options.amounts?.includes(id) ?? false));
      const course = courseOf(options);
      const asked: Asked = {
        times: courseTimes(course),
        outputs: [...new Set(names)],
        ...settings(source, options.set ?? []),
      };
      const compiled = compile(source.model);
      const run = isStochastic
        ? await stochastic(shell, compiled, asked, options)
        : deterministic(shell, compiled, asked, options);
      const columns = identifiers.flatMap((id, i) =>
        run.series.map(({ suffix, values }) => {
          const at = asked.outputs.indexOf(names[i]!) * run.times.length;
          return { name: `${id}${suffix}`, values: [...values.subarray(at, at + run.times.length)] };
        }),
      );
      if (options.archive !== undefined) {
        const method = isStochastic
          ? { kind: 'stochastic' as const, method: options.method as StochasticMethod, runs: options.runs }
          : { kind: 'ode' as const, ...solving(options) };
        const { parameters, initial } = asked;
        const request = {
          parameters,
          initial,
          course,
          method: { ...method, seed: shell.options.seed },
          outputs: names,
          labels: identifiers,
        };
        await shell.write(options.archive, await archiveOf(path, request));
      }
      const text = csv([{ name: 'time', values: run.times }, ...columns]);
      await shell.result({ model: source.model.id, ...run.summary, times: [...run.times], columns }, text);
    });
}

/** Options that were given and would have no effect. */
function refuse(options: readonly string[], why: string): void {
  if (options.length === 0) return;
  throw cliErrors.error(
    'cli-option-unreadable',
    `${optionsText(options)}: ${why}`,
    {},
    'Leave out what has no effect.',
  );
}

function optionsText(options: readonly string[]): string {
  return options.map((option) => `--${option}`).join(', ');
}

/** The experiment of an archive, under the labels of its report. */
async function archived(shell: Shell, path: string, task: string | undefined): Promise<void> {
  const { experiment, report } = await runArchive(shell, path, task);
  if (report.problem !== null) {
    shell.problem(report.problem);
    shell.end(EXIT.withheld);
  }
  const columns = report.labels.map((name, i) => ({ name, values: [...report.columns[i]!] }));
  const { id, title, method } = experiment;
  await shell.result({ task: id, title, method, problem: report.problem, columns }, csv(columns));
}

function csv(columns: readonly { readonly name: string; readonly values: ArrayLike<number> }[]): string {
  const rows = [columns.map(({ name }) => cell(name)).join(',')];
  const count = columns[0]?.values.length ?? 0;
  for (let k = 0; k < count; k++) rows.push(columns.map(({ values }) => numeral(values[k]!)).join(','));
  return rows.join('\n');
}

/** What was given of how to solve. */
function solving({ rtol, atol, step, method }: SimulateOptions) {
  return {
    ...(rtol !== undefined && { relative: rtol }),
    ...(atol !== undefined && { absolute: atol }),
    ...(step !== undefined && { step }),
    ...(method !== undefined && { method }),
  };
}

interface Asked {
  readonly times: Float64Array;
  readonly outputs: readonly string[];
  readonly parameters: Readonly<Record<string, number>>;
  readonly initial: Readonly<Record<string, number>>;
}

/** What was found: outputs × times each, and what is told of it with --json. */
interface Ran {
  readonly times: Float64Array;
  readonly series: readonly { readonly suffix: string; readonly values: Float64Array }[];
  readonly summary: Readonly<Record<string, unknown>>;
}

function deterministic(shell: Shell, compiled: CompiledModel, asked: Asked, options: SimulateOptions): Ran {
  const result = simulate(compiled, { ...asked, ...solving(options), seed: shell.options.seed });
  const { status, problem, reached, times, values, events, counts } = result;
  if (problem !== null) {
    shell.problem(problem);
    shell.end(EXIT.withheld);
  }
  return { times, series: [{ suffix: '', values }], summary: { status, problem, reached, events, counts } };
}

async function stochastic(shell: Shell, compiled: CompiledModel, asked: Asked, options: SimulateOptions): Promise<Ran> {
  const { runs } = options;
  if (runs < 2) throw cliErrors.error('cli-option-unreadable', '--runs is a whole number from 2 on', {});
  const requested = new StochasticRuns(compiled, { ...asked, method: options.method as StochasticMethod });
  const random = randomStream(shell.options.seed);
  let all = chunkMoments(requested, random, 0, runs);
  for (let chunk = 1; chunk * CHUNK < runs; chunk++) {
    shell.progress({ fraction: (chunk * CHUNK) / runs, message: `${chunk * CHUNK} of ${runs} runs` });
    await setImmediate();
    shell.checkpoint();
    all = combineMoments(all, chunkMoments(requested, random, chunk, runs));
  }
  const sd = all.squares.map((squares) => Math.sqrt(squares / (runs - 1)));
  return {
    times: asked.times,
    series: [
      { suffix: '-mean', values: all.mean },
      { suffix: '-sd', values: sd },
    ],
    summary: { method: options.method, runs, seed: shell.options.seed },
  };
}

function courseOf({ start, end, steps }: SimulateOptions): UniformCourse {
  if (end === undefined)
    throw cliErrors.error('cli-option-unreadable', '--end is missing: the time of the last row, as in --end 10', {});
  if (!(end - start > 0 && Number.isFinite(end - start))) {
    throw cliErrors.error('cli-option-unreadable', `--end ${end} is not after --start ${start}`, {});
  }
  if (steps < 1 || steps > MOST_STEPS) {
    throw cliErrors.error('cli-option-unreadable', `--steps is a whole number from 1 to ${MOST_STEPS}`, {});
  }
  return { start, from: start, to: end, steps };
}

/** Values given by name: of parameters, or initial ones of states. */
function settings({ model, nameOf }: ModelSource, given: readonly string[]): Pick<Asked, 'parameters' | 'initial'> {
  const states = new Set(model.states.map(({ name }) => name));
  const known = new Set([...model.parameters.map((parameter) => parameter.name), ...states]);
  const parameters: Record<string, number> = {};
  const initial: Record<string, number> = {};
  for (const text of given) {
    const [name = '', value = ''] = text.split(/=(.*)/s);
    if (name === '' || value.trim() === '' || Number.isNaN(Number(value))) {
      throw cliErrors.error('cli-option-unreadable', `--set ${text}: write --set name=number, as in --set k=0.3`, {});
    }
    if (!known.has(name)) {
      const amount = nameOf(name, true);
      const hint = amount !== name && known.has(amount) ? `; ${amount} is its amount` : '';
      const message = `--set ${name}: not a parameter or state of ${model.id}${hint}`;
      throw cliErrors.error('cli-option-unreadable', message, {}, `Take one of ${listed([...known])}.`);
    }
    (states.has(name) ? initial : parameters)[name] = Number(value);
  }
  return { parameters, initial };
}

/** Some of many names. */
function listed(names: readonly string[]): string {
  return names.length <= 20 ? names.join(', ') : `${names.slice(0, 20).join(', ')}, … (gemel inspect lists all)`;
}

function real(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('not a number');
  return value;
}

function list(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function numeral(value: number): string {
  if (Number.isFinite(value) || Number.isNaN(value)) return String(value);
  return value > 0 ? 'INF' : '-INF';
}

function cell(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
