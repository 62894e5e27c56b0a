import type { Problem } from '@gemel/core/error';
import { randomStream } from '@gemel/numerics/random/philox';
import { compile } from '../codegen/compile.ts';
import { evaluate } from '../expression/evaluate.ts';
import { symbol } from '../expression/expression.ts';
import { readSbml, type SbmlModel } from '../sbml/read.ts';
import { parseXml, type XmlElement } from '../sbml/xml.ts';
import { simulate } from '../simulate/simulate.ts';
import { stochasticSummary } from '../stochastic/moments.ts';
import { sedmlErrors } from './errors.data.ts';
import { courseTimes, type Experiment, type ReportColumn, type VariableSource } from './experiment.ts';
import { changeAttributes, matches, type Named, readTarget } from './target.ts';

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
  const sbml = readSbml(text, { file: model.file });
  const compiled = compile(sbml.model);
  const columns = experiment.columns.length > 0 ? experiment.columns : defaultColumns(sbml);
  const root = parseXml(text.startsWith('\ufeff') ? text.slice(1) : text, model.file);
  const names = new Map<string, string>();
  for (const { variables } of columns) {
    for (const source of variables.values()) {
      const key = keyOf(source);
      if (!names.has(key)) names.set(key, nameOf(source, sbml, root, model.file));
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
      warnings: sbml.problems,
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
      warnings: sbml.problems,
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
    warnings: sbml.problems,
  };
}

function keyOf(source: VariableSource): string {
  return source.kind === 'time' ? 'time' : `${source.as} ${source.target}`;
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

/** The name in the model of what a variable stands for. */
function nameOf(source: VariableSource, sbml: SbmlModel, root: XmlElement, file: string): string {
  if (source.kind === 'time') return 'time';
  const where = { file, element: source.target };
  const target = readTarget(source.target);
  const found = elementsOf(root, (chain) => matches(chain, target));
  if (found.length !== 1) {
    throw sedmlErrors.error('sedml-target', `“${source.target}” fits ${found.length} elements, not one.`, where);
  }
  const id = found[0].attributes.get('id') ?? found[0].attributes.get('variable') ?? '';
  const name = sbml.names.get(id) ?? id;
  const species = sbml.species.get(name);
  const wanted =
    source.as === 'itself' || species === undefined
      ? name
      : source.as === 'amount'
        ? species.amount
        : (species.concentration ?? '');
  const { states, definitions, parameters, unknowns } = sbml.model;
  if ([states, definitions, parameters, unknowns].some((list) => list.some((item) => item.name === wanted)))
    return wanted;
  throw sedmlErrors.error('sedml-target', `“${source.target}” has no value that can be reported.`, where);
}

function elementsOf(root: XmlElement, fits: (chain: readonly Named[]) => boolean): readonly XmlElement[] {
  const found: XmlElement[] = [];
  const chain: XmlElement[] = [];
  const visit = (element: XmlElement) => {
    chain.push(element);
    if (fits(chain)) found.push(element);
    for (const child of element.children) visit(child);
    chain.pop();
  };
  visit(root);
  return found;
}

function defaultColumns({ model }: SbmlModel): readonly ReportColumn[] {
  const names = ['time', ...model.outputs];
  return names.map((name) => ({
    label: name,
    variables: new Map([['x', name === 'time' ? { kind: 'time' } : elementNamed(name)]]),
    formula: symbol('x'),
  }));
}

function elementNamed(id: string): VariableSource {
  return { kind: 'element', target: `//*[@id='${id}']`, as: 'itself' };
}
