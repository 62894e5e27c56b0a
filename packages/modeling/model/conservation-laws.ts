import { lowerModel } from '../program/lower-model.ts';
import type { ValueGraph } from '../program/value-graph.ts';
import { type Fraction, fraction, gcd, minusProduct, over, plus, times, ZERO } from './fraction.ts';
import type { Model } from './model.ts';

/** A weighted sum of states that no rate changes. */
export interface ConservationLaw {
  /** Whole weights without a common divisor, the first positive; where these are beyond 2⁵³, relative to the first. */
  readonly weights: ReadonlyMap<string, number>;
  /** Events that set one of the states, and so may change the sum. */
  readonly events: readonly string[];
}

/** By column (a flux, or beyond them a state): weight. */
type Row = Map<number, Fraction>;

/**
 * All independent laws Σ weight·state = constant of a model's rates. Each rate is taken apart into a sum of fluxes, whatever is
 * no sum, with constant factors (decimals, as written); the laws are the exact rational null space of that table, so reactions, where the model has
 * them, show as its columns. States that never change are left out.
 */
export function conservationLaws(model: Model): readonly ConservationLaw[] {
  const { graph, rates } = lowerModel(model);
  const columns = new Map<number, number>();
  const table: Row[] = [];
  const identity = graph.instructions.length;
  rates.forEach((rate, state) => {
    const row = fluxes(graph, rate, columns);
    if (row.size > 0) table.push(row.set(identity + state, fraction(1)));
  });
  const laws = reduce(reduce(table, identity).filter((row) => ![...row.keys()].some((column) => column < identity)));
  return laws.map((row) => {
    const weights = weightsOf(row);
    const states = [...weights].map(([column, weight]) => [model.states[column - identity].name, weight] as const);
    const named = new Map(states);
    const events = model.events.filter(({ assignments }) => assignments.some(({ state }) => named.has(state)));
    return { weights: named, events: events.map(({ id }) => id) };
  });
}

/** A rate as a sum of fluxes, by the flux's column. */
function fluxes(graph: ValueGraph, rate: number, columns: Map<number, number>): Row {
  const row: Row = new Map();
  const stack = [{ id: rate, weight: fraction(1) }];
  for (let top = stack.pop(); top; top = stack.pop()) {
    const { id, weight } = top;
    const instruction = graph.instructions[id];
    const minus = { above: -weight.above, below: weight.below };
    const operator = instruction.kind === 'operation' ? instruction.operator : instruction.kind;
    const [a, b] = instruction.kind === 'operation' ? instruction.operands : [];
    const [ka, kb] = [a, b].map((operand) => (operand === undefined ? undefined : graph.constantOf(operand)));
    if (operator === 'add') stack.push({ id: b, weight }, { id: a, weight });
    else if (operator === 'sub') stack.push({ id: b, weight: minus }, { id: a, weight });
    else if (operator === 'neg') stack.push({ id: a, weight: minus });
    else if (operator === 'mul' && finite(ka)) stack.push({ id: b, weight: times(weight, fraction(ka)) });
    else if (operator === 'mul' && finite(kb)) stack.push({ id: a, weight: times(weight, fraction(kb)) });
    else if (operator === 'div' && finite(kb) && kb !== 0) stack.push({ id: a, weight: over(weight, fraction(kb)) });
    else if (graph.constantOf(id) !== 0) {
      const column = columns.get(id) ?? columns.size;
      columns.set(id, column);
      const sum = plus(row.get(column) ?? ZERO, weight);
      if (sum.above === 0n) row.delete(column);
      else row.set(column, sum);
    }
  }
  return row;
}

/** Reduced row echelon form over the columns before `end`; a row's leading entry is 1 there. */
function reduce(rows: readonly Row[], end = Number.POSITIVE_INFINITY): readonly Row[] {
  const leading = new Map<number, Row>();
  const done: Row[] = [];
  for (const source of rows) {
    const row = new Map(source);
    for (const [column, pivot] of leading) subtract(row, pivot, column);
    const lead = Math.min(...[...row.keys()].filter((column) => column < end));
    if (lead < end) {
      const first = row.get(lead)!;
      for (const [column, value] of row) row.set(column, over(value, first));
      for (const other of done) subtract(other, row, lead);
      leading.set(lead, row);
    }
    done.push(row);
  }
  return done;
}

/** Clears a column of a row by the pivot row that leads there. */
function subtract(row: Row, pivot: Row, column: number): void {
  const factor = row.get(column);
  if (factor === undefined) return;
  for (const [at, value] of pivot) {
    const rest = minusProduct(row.get(at) ?? ZERO, factor, value);
    if (rest.above === 0n) row.delete(at);
    else row.set(at, rest);
  }
}

function weightsOf(row: Row): ReadonlyMap<number, number> {
  const entries = [...row].sort(([a], [b]) => a - b);
  const below = entries.reduce((all, [, { below }]) => (all / gcd(all, below)) * below, 1n);
  const weights = entries.map(([column, value]) => [column, (value.above * below) / value.below] as const);
  const common = weights.reduce((all, [, weight]) => gcd(all, weight), 0n) * (weights[0][1] < 0n ? -1n : 1n);
  const whole = weights.map(([column, weight]) => [column, Number(weight / common)] as const);
  if (whole.every(([, weight]) => Number.isSafeInteger(weight))) return new Map(whole);
  return new Map(whole.map(([column, weight]) => [column, weight / whole[0][1]]));
}

function finite(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value);
}
