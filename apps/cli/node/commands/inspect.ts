import process from 'node:process';
import { print } from '@gemel/modeling/expression/print';
import { conservationLaws } from '@gemel/modeling/model/conservation-laws';
import { modelEquations, modelLatex, modelMarkdown } from '@gemel/modeling/model/document';
import type { Described, Model } from '@gemel/modeling/model/model';
import { unitReport } from '@gemel/modeling/model/unit-report';
import { modelPrograms } from '@gemel/modeling/program/model-programs';
import { Command, Option } from 'commander';
import type { Begin } from '../begin.ts';
import { type ModelSource, readModelSource } from '../model-source.ts';

interface InspectOptions {
  readonly latex?: boolean;
  readonly markdown?: boolean;
}

/** `gemel inspect`: what a model holds, whether its units fit together, and what it keeps constant. */
export function inspectCommand(begin: Begin): Command {
  return new Command('inspect')
    .description('what a model holds: states, parameters, equations, units, conservation laws, what is not supported')
    .argument('<model>', 'SBML or CellML file, .ts or .js module; - is SBML or CellML on standard input')
    .addOption(new Option('--latex', 'the equations and tables as a LaTeX fragment').conflicts('markdown'))
    .option('--markdown', 'the equations and tables as a Markdown document')
    .action(async (path: string, options: InspectOptions, self: Command) => {
      const shell = begin(self);
      const source = await readModelSource(path);
      const report = inspectionOf(source);
      const heading = (text: string) => shell.style('bold', text, process.stdout);
      const text = options.latex
        ? modelLatex(source.model)
        : options.markdown
          ? modelMarkdown(source.model)
          : asText(report, source, heading);
      await shell.result(report, text);
    });
}

function inspectionOf(source: ModelSource) {
  const { model, file, format, problems } = source;
  // A bare number in SBML has no unit told; elsewhere it is a pure one.
  const units = unitReport(model, format === 'SBML' ? 'any' : 'pure');
  const programs = modelPrograms(model);
  const described = ({ name, unit, meaning, source: from }: Described) => ({ name, unit, meaning, source: from });
  return {
    id: model.id,
    title: model.title,
    file,
    format,
    timeUnit: model.timeUnit,
    states: model.states.map((state) => ({
      ...described(state),
      initial: print(state.initial),
      rate: print(state.rate),
      positive: state.positive,
    })),
    parameters: model.parameters.map((parameter, i) => ({
      ...described(parameter),
      value: programs.parameters[i]!,
      expression: print(parameter.value),
    })),
    inputs: model.inputs.map((input) => ({
      ...described(input),
      interpolation: input.interpolation,
      fallback: input.fallback,
    })),
    definitions: model.definitions.map((definition) => ({ ...described(definition), value: print(definition.value) })),
    unknowns: model.unknowns.map((unknown) => ({ ...described(unknown), guess: print(unknown.guess) })),
    constraints: model.constraints.map(print),
    events: model.events.map(({ id, trigger, delay, priority, assignments }) => ({
      id,
      trigger: print(trigger),
      delay: delay && print(delay),
      priority: priority && print(priority),
      assignments: assignments.map(({ state, value }) => ({ state, value: print(value) })),
    })),
    reactions: model.reactions.map(({ id, rate }) => ({ id, rate: print(rate) })),
    delays: programs.delays,
    switches: programs.switches,
    outputs: model.outputs,
    units: { withoutUnit: units.withoutUnit, problems: units.problems },
    conservation: conservationLaws(model).map(({ weights, events }) => ({
      weights: Object.fromEntries(weights),
      events,
    })),
    equations: modelEquations(model),
    problems,
  };
}

function asText(
  report: ReturnType<typeof inspectionOf>,
  { model }: ModelSource,
  heading: (text: string) => string,
): string {
  const lines: string[] = [
    `${heading(report.title)}  ${report.format}, ${report.file}`,
    `time in ${report.timeUnit ?? 'no unit given'}; ${counts(model, report)}`,
  ];
  const section = (title: string, body: readonly string[]) => {
    if (body.length > 0) lines.push('', heading(title), ...body.map((line) => `  ${line}`));
  };
  const unit = (given: string | null) => (given === null ? '' : `  [${given}]`);
  section(
    'States',
    report.states.flatMap(({ name, unit: u, initial, rate }) => [
      `${name}(0) = ${initial}${unit(u)}`,
      `d${name}/dt = ${rate}`,
    ]),
  );
  section(
    'Parameters',
    report.parameters.map(({ name, value, unit: u }) => `${name} = ${value}${unit(u)}`),
  );
  section(
    'Inputs',
    report.inputs.map(
      ({ name, fallback, interpolation, unit: u }) => `${name}: ${fallback} ${interpolation}${unit(u)}`,
    ),
  );
  section(
    'Definitions',
    report.definitions.map(({ name, value, unit: u }) => `${name} = ${value}${unit(u)}`),
  );
  section(
    'Unknowns',
    report.unknowns.map(({ name, guess, unit: u }) => `${name}, from ${guess}${unit(u)}`),
  );
  section(
    'Constraints',
    report.constraints.map((constraint) => `0 = ${constraint}`),
  );
  section(
    'Events',
    report.events.map(({ id, trigger, delay, priority, assignments }) => {
      const more = [delay && `after ${delay}`, priority && `priority ${priority}`].filter(Boolean);
      const set = assignments.map(({ state, value }) => `${state} := ${value}`).join('; ');
      return `${[`${id}: when ${trigger}`, ...more].join(', ')}: ${set}`;
    }),
  );
  section('Conservation laws', report.conservation.map(lawText));
  const { withoutUnit, problems } = report.units;
  section('Units', [
    ...(withoutUnit.length > 0 ? [`without a unit, so not checked: ${withoutUnit.join(', ')}`] : []),
    ...problems.map(({ code, message }) => `${code}  ${message}`),
    ...(withoutUnit.length + problems.length === 0 ? ['every term fits'] : []),
  ]);
  section(
    'To know',
    report.problems.map(({ code, message }) => `${code}  ${message}`),
  );
  return lines.join('\n');
}

function lawText({
  weights,
  events,
}: {
  readonly weights: Readonly<Record<string, number>>;
  readonly events: readonly string[];
}): string {
  const sum = Object.entries(weights)
    .map(([name, weight], i) => {
      const sign = weight < 0 ? (i > 0 ? ' - ' : '-') : i > 0 ? ' + ' : '';
      return `${sign}${Math.abs(weight) === 1 ? '' : `${Math.abs(weight)} `}${name}`;
    })
    .join('');
  return `${sum} = constant${events.length > 0 ? `, but for ${events.join(', ')}` : ''}`;
}

function counts(model: Model, { delays }: { readonly delays: number }): string {
  const all: readonly (readonly [count: number, what: string])[] = [
    [model.states.length, 'states'],
    [model.parameters.length, 'parameters'],
    [model.inputs.length, 'inputs'],
    [model.definitions.length, 'definitions'],
    [model.unknowns.length, 'unknowns'],
    [model.events.length, 'events'],
    [model.reactions.length, 'reactions'],
    [delays, 'delay terms'],
    [model.draws?.length ?? 0, 'random draws (stochastic methods only)'],
  ];
  return all
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${what}: ${count}`)
    .join(', ');
}
