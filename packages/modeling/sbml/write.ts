import type { Problem } from '@gemel/core/error';
import { validUnit } from '@gemel/core/units';
import { call, type Expression, number, symbol, TIME } from '../expression/expression.ts';
import type { Described, Input, Model, ModelEvent } from '../model/model.ts';
import type { InputSeries } from '../simulate/simulation.ts';
import { sbmlErrors } from './errors.data.ts';
import { type MathNames, writeMath } from './write-mathml.ts';
import { UnitWriter } from './write-units.ts';
import { escapeXml } from './xml.ts';

/** What a run changed of the model, to be written in place of the model's own. */
export interface SbmlEdits {
  readonly parameters?: Readonly<Record<string, number>>;
  readonly initial?: Readonly<Record<string, number>>;
  readonly inputs?: Readonly<Record<string, InputSeries>>;
}

export interface SbmlText {
  readonly text: string;
  /** What a name of the model is called in the document. */
  readonly names: ReadonlyMap<string, string>;
  /** What the document does not say though the model does. */
  readonly problems: readonly Problem[];
}

/**
 * The model as SBML Level 3 Version 2 Core that runs to the same numbers: states are parameters with rate rules,
 * definitions have assignment rules, constraints are algebraic rules. Inputs without a series are constant at their
 * fallback. Reactions are contained in the rates; their happenings one by one are not written.
 * @throws sbml-not-expressible for random draws, sbml-reference for an edit of what the model does not have
 */
export function toSbml(model: Model, edits: SbmlEdits = {}): SbmlText {
  return new SbmlWriter(model, edits).write();
}

class SbmlWriter {
  private readonly model: Model;
  private readonly edits: SbmlEdits;
  private readonly names = new Map<string, string>();
  private readonly units = new UnitWriter();
  private readonly math: MathNames;

  constructor(model: Model, edits: SbmlEdits) {
    this.model = model;
    this.edits = edits;
    const { parameters, states, inputs, definitions, unknowns, draws = [] } = model;
    if (draws.length > 0) {
      throw sbmlErrors.error('sbml-not-expressible', `${model.id} draws random numbers, which are not written.`, {
        element: draws[0]!.input,
      });
    }
    requireNames(edits.parameters, parameters, 'parameter');
    requireNames(edits.initial, states, 'state');
    requireNames(edits.inputs, inputs, 'input');
    const taken = new Set<string>();
    for (const { name } of [...parameters, ...states, ...inputs, ...definitions, ...unknowns]) {
      this.names.set(name, identifier(name, taken));
    }
    for (const { id } of model.events) this.names.set(`event ${id}`, identifier(id, taken));
    this.math = { name: (name) => this.names.get(name)!, unit: (code) => this.unit(code) };
  }

  write(): SbmlText {
    const { model, edits } = this;
    const quantities: string[] = [];
    const initials: string[] = [];
    const rules: string[] = [];
    const value = (item: Described, given: Expression, constant: boolean) => {
      quantities.push(this.parameter(item, given.kind === 'number' ? given.value : null, constant));
      if (given.kind !== 'number') {
        initials.push(`<initialAssignment symbol="${this.id(item)}">${this.formula(given)}</initialAssignment>`);
      }
    };
    const assigned = (item: Described, formula: Expression) => {
      quantities.push(this.parameter(item, null, false));
      rules.push(`<assignmentRule variable="${this.id(item)}">${this.formula(formula)}</assignmentRule>`);
    };
    for (const item of model.parameters) value(item, edited(item.name, edits.parameters) ?? item.value, true);
    for (const item of model.inputs) {
      const series = edits.inputs?.[item.name];
      if (series === undefined) value(item, number(item.fallback), true);
      else assigned(item, seriesFormula(series, item));
    }
    for (const item of model.states) {
      value(item, edited(item.name, edits.initial) ?? item.initial, false);
      // Also where it is 0, so that no algebraic rule is taken to determine it.
      rules.push(`<rateRule variable="${this.id(item)}">${this.formula(item.rate)}</rateRule>`);
    }
    for (const item of model.definitions) assigned(item, item.value);
    for (const item of model.unknowns) value(item, item.guess, false);
    for (const residual of model.constraints) rules.push(`<algebraicRule>${this.formula(residual)}</algebraicRule>`);
    const events = model.events.map((event) => this.event(event));
    const timeUnit = model.timeUnit === null ? null : this.unit(model.timeUnit);
    const parts = [
      list('listOfUnitDefinitions', this.units.definitions),
      list('listOfParameters', quantities),
      list('listOfInitialAssignments', initials),
      list('listOfRules', rules),
      list('listOfEvents', events),
    ];
    const time = timeUnit === null ? '' : ` timeUnits="${timeUnit}"`;
    const text = `<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="${CORE}" xmlns:sbml="${CORE}" level="3" version="2">
<model id="${identifier(model.id, new Set())}" name="${escapeXml(model.title)}"${time}>
${parts.filter((part) => part !== '').join('\n')}
</model>
</sbml>
`;
    const names = new Map([...this.names].filter(([name]) => !name.startsWith('event ')));
    return { text, names, problems: this.problems() };
  }

  private id(item: Described): string {
    return this.names.get(item.name)!;
  }

  private formula(expression: Expression): string {
    return writeMath(expression, this.math);
  }

  private unit(code: string): string | null {
    return validUnit(code) ? this.units.name(code) : null;
  }

  private parameter(item: Described, value: number | null, constant: boolean): string {
    const given = value === null ? '' : ` value="${real(value)}"`;
    const unit = item.unit === null ? null : this.unit(item.unit);
    const units = unit === null ? '' : ` units="${unit}"`;
    const opening = `<parameter id="${this.id(item)}" name="${escapeXml(item.meaning)}"${given}${units} constant="${constant}"`;
    if (item.source === '') return `${opening}/>`;
    return `${opening}><notes><p xmlns="http://www.w3.org/1999/xhtml">${escapeXml(item.source)}</p></notes></parameter>`;
  }

  private event(event: ModelEvent): string {
    const { trigger, initially, persistent, delay, priority, valuesFromTrigger, assignments } = event;
    const all = assignments.map(
      ({ state, value }) =>
        `<eventAssignment variable="${this.names.get(state)!}">${this.formula(value)}</eventAssignment>`,
    );
    return [
      `<event id="${this.names.get(`event ${event.id}`)!}" useValuesFromTriggerTime="${valuesFromTrigger}">`,
      `<trigger initialValue="${initially}" persistent="${persistent}">${this.formula(trigger)}</trigger>`,
      priority === null ? '' : `<priority>${this.formula(priority)}</priority>`,
      delay === null ? '' : `<delay>${this.formula(delay)}</delay>`,
      list('listOfEventAssignments', all),
      '</event>',
    ].join('');
  }

  private problems(): readonly Problem[] {
    const { model, units } = this;
    const problems = units.missing.map((code) =>
      sbmlErrors.problem('sbml-unit', `The unit ${code} is not written: SBML has no kind of unit for it.`, {
        field: code,
      }),
    );
    const left = (what: string, element: string) =>
      problems.push(sbmlErrors.problem('sbml-not-expressible', `${what} not written.`, { element }));
    const positive = model.states.filter((state) => state.positive).map(({ name }) => name);
    if (positive.length > 0) left(`That ${positive.join(', ')} never fall below zero is`, positive[0]!);
    if (model.reactions.length > 0) left('The reactions as single happenings are', model.reactions[0]!.id);
    return problems;
  }
}

const CORE = 'http://www.sbml.org/sbml/level3/version2/core';

function list(name: string, items: readonly string[]): string {
  return items.length === 0 ? '' : `<${name}>${items.join('\n')}</${name}>`;
}

/** As XML Schema writes a double. */
function real(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'INF' : '-INF';
  return Object.is(value, -0) ? '-0' : String(value);
}

function edited(name: string, edits: Readonly<Record<string, number>> | undefined): Expression | null {
  return edits !== undefined && Object.hasOwn(edits, name) ? number(edits[name]!) : null;
}

function requireNames(edits: object | undefined, items: readonly Described[], what: string): void {
  for (const name of Object.keys(edits ?? {})) {
    if (items.some((item) => item.name === name)) continue;
    throw sbmlErrors.error('sbml-reference', `The model has no ${what} “${name}”.`, { element: name });
  }
}

/** A name made of what SBML allows in identifiers, and not taken. */
function identifier(name: string, taken: Set<string>): string {
  let id = name.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d|$)/, '_');
  while (taken.has(id)) id += '_';
  taken.add(id);
  return id;
}

/** An input as a function of time: its fallback before the first value given, then steps or straight lines. */
function seriesFormula({ times, values }: InputSeries, { interpolation, fallback }: Input): Expression {
  const time = symbol(TIME);
  const piece = (i: number): Expression => {
    const from = number(values[i]!);
    if (interpolation === 'step' || i === times.length - 1) return from;
    const slope = (values[i + 1]! - values[i]!) / (times[i + 1]! - times[i]!);
    return call('add', from, call('mul', number(slope), call('sub', time, number(times[i]!))));
  };
  // Of several values at one time the last holds from then on.
  const starts = Array.from(times, (_, i) => i).filter((i) => i === times.length - 1 || times[i + 1]! > times[i]!);
  const between = (low: number, high: number): Expression => {
    if (low === high) return piece(starts[low]!);
    const middle = (low + high + 1) >> 1;
    const later = number(times[starts[middle]!]!);
    return call('select', call('lt', time, later), between(low, middle - 1), between(middle, high));
  };
  const from = number(times[0]!);
  return call('select', call('lt', time, from), number(fallback), between(0, starts.length - 1));
}
