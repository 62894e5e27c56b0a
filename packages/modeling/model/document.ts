import type { Expression } from '../expression/expression.ts';
import { escaped, latex, latexName } from '../expression/latex.ts';
import { print } from '../expression/print.ts';
import { conservationLaws } from './conservation-laws.ts';
import type { Described, Model } from './model.ts';

/** Equations of a model in LaTeX's math mode, one per line, in the order in which a reader needs them. */
export interface ModelEquations {
  readonly rates: readonly string[];
  readonly definitions: readonly string[];
  readonly constraints: readonly string[];
  readonly initial: readonly string[];
  readonly conservation: readonly string[];
}

export function modelEquations(model: Model): ModelEquations {
  const equals = (name: string, value: Expression) => `${latexName(name)} = ${latex(value)}`;
  return {
    rates: model.states.map(
      ({ name, rate }) => `\\frac{\\mathrm{d} ${latexName(name)}}{\\mathrm{d} t} = ${latex(rate)}`,
    ),
    definitions: model.definitions.map(({ name, value }) => equals(name, value)),
    constraints: model.constraints.map((residual) => {
      const isDifference = residual.kind === 'call' && residual.operator === 'sub';
      const [left, right] = isDifference ? residual.operands : [residual, undefined];
      return `${latex(left)} = ${right ? latex(right) : '0'}`;
    }),
    initial: model.states.map(({ name, initial }) => `${latexName(name)}(0) = ${latex(initial)}`),
    conservation: conservationLaws(model).map(({ weights }) => {
      const terms = [...weights].map(([name, weight], i) => {
        const size = Math.abs(weight) === 1 ? '' : `${Math.abs(weight)} \\, `;
        const sign = weight < 0 ? '- ' : i > 0 ? '+ ' : '';
        return sign + size + latexName(name);
      });
      return `${terms.join(' ')} = \\text{constant}`;
    }),
  };
}

/** The model as a Markdown document: equations between dollar signs, then tables of all quantities with unit, meaning, source. */
export function modelMarkdown(model: Model): string {
  const equations = modelEquations(model);
  const display = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [`## ${title}`, ...lines.map((line) => `$$${line}$$`)];
  const rows = sections(model).flatMap(({ title, head, lines }) => [
    `## ${title}`,
    [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n'),
  ]);
  return `${[
    `# ${model.title}`,
    ...(model.timeUnit === null ? [] : [`Time is in ${model.timeUnit}.`]),
    ...display('Rates of change', equations.rates),
    ...display('Definitions', equations.definitions),
    ...display('Constraints', equations.constraints),
    ...display('Start', equations.initial),
    ...display('Kept sums', equations.conservation),
    ...rows,
  ].join('\n\n')}\n`;
}

/** The same as a LaTeX fragment (packages amsmath and longtable), to be put into a document. */
export function modelLatex(model: Model): string {
  const equations = modelEquations(model);
  const display = (title: string, lines: readonly string[]) =>
    lines.length === 0
      ? []
      : [
          `\\subsection*{${title}}`,
          `\\begin{align*}\n${lines.map((line) => `  ${line.replace(' = ', ' &= ')}`).join(' \\\\\n')}\n\\end{align*}`,
        ];
  const tables = sections(model).map(({ title, head, lines }) => {
    const rows = [head, ...lines].map((cells) => `  ${cells.map(escaped).join(' & ')} \\\\`);
    rows.splice(1, 0, '  \\hline');
    return `\\subsection*{${title}}\n\\begin{longtable}{${'l'.repeat(head.length)}}\n${rows.join('\n')}\n\\end{longtable}`;
  });
  return `${[
    `\\section*{${escaped(model.title)}}`,
    ...display('Rates of change', equations.rates),
    ...display('Definitions', equations.definitions),
    ...display('Constraints', equations.constraints),
    ...display('Start', equations.initial),
    ...display('Kept sums', equations.conservation),
    ...tables,
  ].join('\n\n')}\n`;
}

interface Section {
  readonly title: string;
  readonly head: readonly string[];
  readonly lines: readonly (readonly string[])[];
}

function sections(model: Model): readonly Section[] {
  const table = <Q extends Described>(
    title: string,
    quantities: readonly Q[],
    what: string,
    value: (q: Q) => string,
  ) => ({
    title,
    head: ['name', what, 'unit', 'meaning', 'source'],
    lines: quantities.map((q) => [q.name, value(q), q.unit ?? '', q.meaning, q.source]),
  });
  const events: Section = {
    title: 'Events',
    head: ['event', 'when', 'what it sets', 'after', 'source'],
    lines: model.events.map(({ id, trigger, assignments, delay, source }) => [
      id,
      print(trigger),
      assignments.map(({ state, value }) => `${state} := ${print(value)}`).join('; '),
      delay ? print(delay) : '',
      source,
    ]),
  };
  return [
    table('States', model.states, 'at the start', ({ initial }) => print(initial)),
    table('Parameters', model.parameters, 'value', ({ value }) => print(value)),
    table('Inputs', model.inputs, 'where none is given', ({ fallback }) => String(fallback)),
    table('Definitions, in words', model.definitions, 'value', ({ value }) => print(value)),
    table('Unknowns', model.unknowns, 'search begins at', ({ guess }) => print(guess)),
    events,
  ].filter(({ lines }) => lines.length > 0);
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s+/g, ' ');
}
