import type { Problem } from '@gemel/core/error';
import { randomStream } from '@gemel/numerics/random/philox';
import { compile } from '../codegen/compile.ts';
import { evaluate } from '../expression/evaluate.ts';
import { symbol } from '../expression/expression.ts';
import type { Model } from '../model/model.ts';
import { simulate } from '../simulate/simulate.ts';
import { stochasticSummary } from '../stochastic/moments.ts';
import { sedmlErrors } from './errors.data.ts';
import { courseTimes, type Experiment, type ReportColumn, type VariableSource } from './experiment.ts';
import { readModelFile } from './model-file.ts';
import { changeAttributes } from './target.ts';

/** Numbers of an experiment: one column per label, rows in order of time. */
export interface Report {
  readonly labels: readonly string[];
  readonly columns: readonly Float64Array[];
  /** null where all times were reached; else why rows are missing. */
  readonly problem: Problem | null;
  /** Warnings of the model's reader. */
  readonly warnings: readonly Problem[];
}

/**
 * Runs an experiment: the model file with its attributes changed, read and simulated.
 * @throws errors of `sedmlErrors`, of the model's reader, of `simulate` and of stochastic simulation for what cannot be run at all
 */
export function runExperiment(experiment: Experiment): Report {
  const { model, changes, course, method } = experiment;
  const text = changeAttributes(model.text, changes, model.file);
  const read = readModelFile(text, model.file);
  const compiled = compile(read.model);
  const columns = experiment.columns.length > 0 ? experiment.columns : defaultColumns(read.model);
  const names = new Map<string, string>();
  for (const { variables } of columns) {
    for (const source of variables.values()) {
      const key = keyOf(source);
      if (!names.has(key)) names.set(key, read.nameOf(source));
    }
  }
  const outputs = [...new Set(names.values())];
  const reported = courseTimes(course);
  const early = course.start < course.from;
  const times = early ? Float64Array.of(course.start, ...reported) : reported;
  if (course.start > course.from) {
    throw sedmlErrors.error('sedml-element', 'The output of a time course begins before the course.', {
      element: experiment.id,
    });
  }
  const skip = early ? 1 : 0;
  if (method.kind === 'ode') {
    const { kind: _, ...request } = method;
    const result = simulate(compiled, { times, outputs, ...request });
    const rows = result.times.length;
    const series = (name: string) => {
      const at = outputs.indexOf(name) * rows;
      return result.values.subarray(at + skip, at + rows);
    };
    return {
      labels: columns.map(({ label }) => label),
      columns: columns.map((column) => columnOf(column, names, series)),
      problem: result.problem,
      warnings: read.warnings,
    };
  }
  const { seed, runs, epsilon } = method;
  const request = { times, outputs, method: method.method, ...(epsilon !== undefined && { epsilon }) };
  const summary = stochasticSummary(compiled, request, runs, randomStream(seed));
  const part = (values: Float64Array) => (name: string) => {
    const at = outputs.indexOf(name) * times.length;
    return values.subarray(at + skip, at + times.length);
  };
  if (runs === 1) {
    return {
      labels: columns.map(({ label }) => label),
      columns: columns.map((column) => columnOf(column, names, part(summary.mean))),
      problem: null,
      warnings: read.warnings,
    };
  }
  const isTime = ({ variables }: ReportColumn) => [...variables.values()].every(({ kind }) => kind === 'time');
  const spread = columns.flatMap((column) => {
    const { label, formula } = column;
    if (isTime(column)) return [{ label, values: columnOf(column, names, part(summary.mean)) }];
    if (formula.kind !== 'symbol') {
      throw sedmlErrors.error(
        'sedml-unsupported',
        `${label}: over several runs only quantities themselves are reported.`,
        {
          element: label,
        },
      );
    }
    return [
      { label: `${label}-mean`, values: columnOf(column, names, part(summary.mean)) },
      { label: `${label}-sd`, values: columnOf(column, names, part(summary.sd)) },
    ];
  });
  return {
    labels: spread.map(({ label }) => label),
    columns: spread.map(({ values }) => values),
    problem: null,
    warnings: read.warnings,
  };
}

function keyOf(source: VariableSource): string {
  if (source.kind === 'element') return `${source.as} ${source.target}`;
  return source.kind === 'time' ? 'time' : `name ${source.name}`;
}

function columnOf(
  { variables, formula }: ReportColumn,
  names: ReadonlyMap<string, string>,
  series: (name: string) => Float64Array,
): Float64Array {
  const sources = [...variables].map(([id, source]) => [id, series(names.get(keyOf(source))!)] as const);
  if (formula.kind === 'symbol') return Float64Array.from(sources.find(([id]) => id === formula.name)![1]);
  const rows = sources[0]?.[1].length ?? 0;
  return Float64Array.from({ length: rows }, (_, i) =>
    evaluate(formula, Object.fromEntries(sources.map(([id, values]) => [id, values[i]]))),
  );
}

function defaultColumns(model: Model): readonly ReportColumn[] {
  return ['time', ...model.outputs].map((name) => ({
    label: name,
    variables: new Map([['x', name === 'time' ? { kind: 'time' } : { kind: 'name', name }]]),
    formula: symbol('x'),
  }));
}
