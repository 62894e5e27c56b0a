import { gradients } from '../program/gradient.ts';
import { DELAYED, type ModelValues, P, T, W, Y } from '../program/lower-model.ts';
import type { Influence } from './influence.ts';
import type { Model } from './model.ts';

/** Places of further arguments in a model's graph: sensitivities of states, unknowns and delayed values, by name within. */
export const [OF_STATES, OF_UNKNOWNS, OF_DELAYED] = [6, 7, 8];

/** Per name; undefined where zero. */
export type Tangent = readonly (number | undefined)[];

/** Total derivatives of a model's values by some of its parameters and initial values, in terms of the sensitivities. */
export class Tangents {
  readonly #values: ModelValues;
  readonly #states: readonly number[];
  readonly #variables: readonly number[];
  readonly #tangents: readonly Tangent[];

  constructor(model: Model, values: ModelValues, influence: Influence, names: readonly string[]) {
    this.#values = values;
    const { graph } = values;
    const zero: Tangent = names.map(() => undefined);
    const reads = (argument: number, count: number) => Array.from({ length: count }, (_, i) => graph.read(argument, i));
    const further = (ids: readonly number[], argument: number) =>
      ids.map((id, i) => (influence.of(id) ? names.map((_, k) => graph.read(argument, i * names.length + k)) : zero));
    this.#states = reads(Y, model.states.length);
    const unknowns = reads(W, model.unknowns.length);
    const parameters = reads(P, model.parameters.length);
    const delayed = reads(DELAYED, values.lags.length);
    this.#variables = [...this.#states, ...unknowns, ...parameters, ...delayed];
    this.#tangents = [
      ...further(this.#states, OF_STATES),
      ...further(unknowns, OF_UNKNOWNS),
      ...model.parameters.map(({ name }) => names.map((other) => (other === name ? graph.constant(1) : undefined))),
      ...further(delayed, OF_DELAYED),
    ];
  }

  /** Derivatives of values, each by each name. */
  of(ids: readonly number[]): readonly Tangent[] {
    return gradients(this.#values.graph, ids, this.#variables).map((gradient) =>
      this.#tangents[0] === undefined
        ? []
        : this.#tangents[0].map((_, k) =>
            this.#sum([...gradient].map(([variable, weight]) => [weight, this.#tangents[variable][k]])),
          ),
    );
  }

  /** Derivatives of values by time, where states change at `rates` and nothing else moves. */
  byTime(ids: readonly number[], rates: readonly number[]): readonly (number | undefined)[] {
    const { graph } = this.#values;
    const speeds = [...rates, graph.constant(1)];
    return gradients(graph, ids, [...this.#states, graph.read(T, 0)]).map((gradient) =>
      this.#sum([...gradient].map(([variable, weight]) => [weight, speeds[variable]])),
    );
  }

  #sum(products: readonly (readonly [weight: number, value: number | undefined])[]): number | undefined {
    const { graph } = this.#values;
    const terms = products.flatMap(([weight, value]) =>
      value === undefined || graph.constantOf(value) === 0 ? [] : [graph.operation('mul', weight, value)],
    );
    return terms.length === 0 ? undefined : terms.reduce((sum, term) => graph.operation('add', sum, term));
  }
}
