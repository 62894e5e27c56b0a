import type { CompiledModel } from '../program/compiled-model.ts';
import type { Evaluation } from './evaluation.ts';

/** Where a named quantity's value is found; `definition` values are worked out together. */
export type Place =
  | { readonly kind: 'state' | 'unknown' | 'input' | 'parameter' | 'definition'; readonly index: number }
  | { readonly kind: 'time' };

/** Finds names in a model. */
export function places(model: CompiledModel): ReadonlyMap<string, Place> {
  const { states, unknowns, inputs, parameters, definitions } = model.model;
  const found = new Map<string, Place>([['time', { kind: 'time' }]]);
  const add = (kind: Exclude<Place['kind'], 'time'>, named: readonly { readonly name: string }[]) => {
    for (const [index, { name }] of named.entries()) found.set(name, { kind, index });
  };
  add('state', states);
  add('unknown', unknowns);
  add('input', inputs);
  add('parameter', parameters);
  add('definition', definitions);
  return found;
}

/** Reads some quantities at the point an evaluation stands at. */
export class QuantityReader {
  readonly #places: readonly Place[];
  readonly #defined: Float64Array | null;

  constructor(model: CompiledModel, wanted: readonly Place[]) {
    this.#places = wanted;
    const defines = wanted.some(({ kind }) => kind === 'definition');
    this.#defined = defines ? new Float64Array(model.model.definitions.length) : null;
  }

  /** Writes quantity i to out[begin + i · stride]. */
  read(evaluation: Evaluation, out: Float64Array, begin = 0, stride = 1): void {
    const { values: v, model } = evaluation;
    if (this.#defined !== null) model.definitions(v, this.#defined);
    for (let i = 0; i < this.#places.length; i++) {
      const place = this.#places[i];
      out[begin + i * stride] = place.kind === 'time' ? v.t : this.#arrayOf(place.kind, evaluation)[place.index];
    }
  }

  #arrayOf(kind: Exclude<Place['kind'], 'time'>, { values }: Evaluation): Float64Array {
    switch (kind) {
      case 'state':
        return values.y;
      case 'unknown':
        return values.w;
      case 'input':
        return values.u;
      case 'parameter':
        return values.p;
      case 'definition':
        return this.#defined!;
    }
  }
}
