import type { Model } from '../model/model.ts';
import type { SparsePattern } from './compiled-model.ts';
import { type Gradient, gradients } from './gradient.ts';
import { lowerModel, parameterDefaults, T, W, Y } from './lower-model.ts';
import type { Program } from './program.ts';
import { switchFunctions } from './switches.ts';
import type { ValueGraph } from './value-graph.ts';

/**
 * Every computation a running model needs (see CompiledModel), as programs. All take the same arguments in the order of
 * ARGUMENTS, with the model's lengths (0 where it has none), whether they read them or not.
 */
export interface ModelPrograms {
  readonly model: Model;
  /** Default values of the parameters, worked out. */
  readonly parameters: Float64Array;
  /** Distinct terms delay(x, τ): entries of argument `delayed`, and of the results of `history` and `lags`. */
  readonly delays: number;
  /** Whether neither `rates` nor `constraints` read time, and nothing is delayed. */
  readonly autonomous: boolean;
  /** Entries of the result of `switchValues`. */
  readonly switches: number;
  /** Where ∂rates/∂y may differ from zero: the order of the result of `jacobian`. */
  readonly pattern: SparsePattern;
  /** Results `y` and `w`; reads time, parameters and inputs only. delay(x, τ) is x here. */
  readonly initial: Program;
  /** Result `dy`. */
  readonly rates: Program;
  /** Result `values`. */
  readonly jacobian: Program;
  /** Result `values`, one per definition. */
  readonly definitions: Program;
  /** Result `values`, one per constraint. */
  readonly constraints: Program;
  /** Result `values`: ∂constraints/∂w, dense, row-major. */
  readonly constraintJacobian: Program;
  /** Result `values`: 1 or 0 per event. */
  readonly triggers: Program;
  /** Result `values`. */
  readonly switchValues: Program;
  /** Per event, result `values`: delay (0 if none), priority (NaN if none), then one per assignment. */
  readonly events: readonly Program[];
  /** Result `values`, one per reaction. */
  readonly propensities: Program;
  /** Result `values`, one per delay term: what is delayed, now. */
  readonly history: Program;
  /** Result `values`, one per delay term: by how long. */
  readonly lags: Program;
}

/** Arguments of every program of a model: time (length 1), states, parameters, inputs, unknowns, delayed values. */
export const ARGUMENTS = ['t', 'y', 'p', 'u', 'w', 'delayed'] as const;

/** All programs of a checked model (checkModel, defineModel). @throws RangeError for a model that was not checked */
export function modelPrograms(model: Model): ModelPrograms {
  const values = lowerModel(model);
  const { graph } = values;
  const lengths = [1, model.states.length, model.parameters.length, model.inputs.length, model.unknowns.length];
  const args = ARGUMENTS.map((name, i) => ({ name, length: lengths[i] ?? values.lags.length }));
  const program = (...results: readonly (readonly [name: string, values: readonly number[]])[]) =>
    graph.program(
      args,
      results.map(([name, ids]) => ({ name, values: ids })),
    );
  const switches = switchFunctions(values);
  const byState = gradients(graph, values.rates, reads(graph, Y, model.states.length));
  const { pattern, entries } = sparse(byState, model.states.length);
  const byUnknown = gradients(graph, values.constraints, reads(graph, W, model.unknowns.length));
  const zero = graph.constant(0);
  const rates = program(['dy', values.rates]);
  const constraints = program(['values', values.constraints]);
  return {
    model,
    parameters: parameterDefaults(model),
    delays: values.lags.length,
    autonomous: values.lags.length === 0 && ![rates, constraints].some(readsTime),
    switches: switches.length,
    pattern,
    initial: program(['y', values.initial], ['w', values.guesses]),
    rates,
    jacobian: program(['values', entries]),
    definitions: program(['values', values.definitions]),
    constraints,
    constraintJacobian: program([
      'values',
      byUnknown.flatMap((gradient) => model.unknowns.map((_, i) => gradient.get(i) ?? zero)),
    ]),
    triggers: program(['values', values.triggers]),
    switchValues: program(['values', switches]),
    events: values.events.map((ids) => program(['values', ids])),
    propensities: program(['values', values.propensities]),
    history: program(['values', values.history]),
    lags: program(['values', values.lags]),
  };
}

const readsTime = ({ instructions }: Program) => instructions.some((one) => one.kind === 'read' && one.argument === T);

function reads(graph: ValueGraph, argument: number, length: number): readonly number[] {
  return Array.from({ length }, (_, i) => graph.read(argument, i));
}

/** Rows of derivatives as columns of a sparse matrix. */
function sparse(
  rows: readonly Gradient[],
  columns: number,
): { readonly pattern: SparsePattern; readonly entries: readonly number[] } {
  const byColumn: { readonly row: number; readonly value: number }[][] = Array.from({ length: columns }, () => []);
  rows.forEach((gradient, row) => {
    for (const [column, value] of gradient) byColumn[column].push({ row, value });
  });
  const starts = new Int32Array(columns + 1);
  byColumn.forEach((column, j) => {
    starts[j + 1] = starts[j] + column.length;
  });
  const all = byColumn.flat();
  const rowIndices = Int32Array.from(all, ({ row }) => row);
  return { pattern: { rows: rows.length, columns, starts, rowIndices }, entries: all.map(({ value }) => value) };
}
