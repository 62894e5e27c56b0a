import { DELAYED, type ModelValues, P, W, Y } from '../program/lower-model.ts';
import type { Model } from './model.ts';

const STEPS: ReadonlySet<string> = new Set(['floor', 'ceil', 'rem', 'factorial']);

/** Which values of a model change with some of its parameters and initial values, by whatever way. */
export class Influence {
  readonly #values: ModelValues;
  readonly #parameters: ReadonlySet<number>;
  readonly #states: Set<number>;
  #unknowns = false;
  #marks = new Uint8Array(0);

  constructor(model: Model, values: ModelValues, names: readonly string[]) {
    this.#values = values;
    const isNamed = ({ name }: { readonly name: string }) => names.includes(name);
    this.#parameters = new Set(model.parameters.flatMap((parameter, i) => (isNamed(parameter) ? [i] : [])));
    this.#states = new Set(model.states.flatMap((state, i) => (isNamed(state) ? [i] : [])));
    const place = new Map(model.states.map(({ name }, i) => [name, i]));
    for (let before = -1; before !== this.#states.size; ) {
      before = this.#states.size;
      this.#mark();
      [...values.initial, ...values.rates].forEach((id, i) => {
        if (this.of(id)) this.#states.add(i % model.states.length);
      });
      if (!this.#unknowns && values.constraints.some((id) => this.of(id))) {
        this.#unknowns = true;
        before = -1;
      }
      model.events.forEach(({ assignments }, e) => {
        const [delay, , ...assigned] = values.events[e];
        const isMoved = this.of(values.triggers[e]) || this.of(delay);
        assignments.forEach(({ state }, i) => {
          if (isMoved || this.of(assigned[i])) this.#states.add(place.get(state)!);
        });
      });
    }
    this.#mark();
  }

  of(id: number): boolean {
    return this.#marks[id] === 1;
  }

  /** An operation that goes in steps and takes such a value, on the way to some values; undefined where there is none. */
  stepBefore(ids: readonly number[]): string | undefined {
    const { instructions } = this.#values.graph;
    for (const id of needed(this.#values, ids)) {
      const instruction = instructions[id];
      if (instruction.kind === 'operation' && STEPS.has(instruction.operator) && this.of(id))
        return instruction.operator;
    }
    return undefined;
  }

  #mark(): void {
    const { graph, history, lags } = this.#values;
    const marks = new Uint8Array(graph.instructions.length);
    graph.instructions.forEach((instruction, id) => {
      if (instruction.kind === 'operation') marks[id] = instruction.operands.some((i) => marks[i] === 1) ? 1 : 0;
      if (instruction.kind !== 'read') return;
      const { argument, index } = instruction;
      const isInfluenced =
        (argument === P && this.#parameters.has(index)) ||
        (argument === Y && this.#states.has(index)) ||
        (argument === W && this.#unknowns) ||
        (argument === DELAYED && (marks[history[index]] === 1 || marks[lags[index]] === 1));
      marks[id] = isInfluenced ? 1 : 0;
    });
    this.#marks = marks;
  }
}

/** Values and all they are made of, ascending. */
export function needed({ graph }: ModelValues, ids: readonly number[]): readonly number[] {
  const all = new Set<number>();
  const open = [...ids];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (all.has(id)) continue;
    all.add(id);
    const instruction = graph.instructions[id];
    if (instruction.kind === 'operation') open.push(...instruction.operands);
  }
  return [...all].sort((a, b) => a - b);
}

/** Values with some of what they are made of put in another's place. */
export function rebuilt(
  values: ModelValues,
  ids: readonly number[],
  instead: ReadonlyMap<number, number>,
): readonly number[] {
  const { graph } = values;
  const made = new Map(instead);
  for (const id of needed(values, ids)) {
    const instruction = graph.instructions[id];
    if (made.has(id)) continue;
    const isSame =
      instruction.kind !== 'operation' || instruction.operands.every((operand) => made.get(operand) === operand);
    made.set(
      id,
      isSame ? id : graph.operation(instruction.operator, ...instruction.operands.map((operand) => made.get(operand)!)),
    );
  }
  return ids.map((id) => made.get(id)!);
}
