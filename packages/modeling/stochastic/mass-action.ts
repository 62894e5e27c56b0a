import type { Expression } from '../expression/expression.ts';
import type { Dependence } from '../model/dependence.ts';

/** A rate that is a constant times counts, each less a number: k · x · (x − 1) · y. */
export interface MassAction {
  /** Factors that no state is in; those under a stroke apart. */
  readonly over: readonly Expression[];
  readonly under: readonly Expression[];
  readonly counts: readonly { readonly state: number; readonly less: number }[];
}

/** The rate as mass action; null where it is none. Definitions are looked into; `place` gives the states' places. */
export function massActionOf(
  rate: Expression,
  place: ReadonlyMap<string, number>,
  definitions: ReadonlyMap<string, Expression>,
  dependence: Dependence,
): MassAction | null {
  const isConstant = (node: Expression) => ![...dependence.of(node)].some((name) => place.has(name));
  const over: Expression[] = [];
  const under: Expression[] = [];
  const counts: { state: number; less: number }[] = [];
  const isCount = (node: Expression, less: number): boolean => {
    const state = node.kind === 'symbol' ? place.get(node.name) : undefined;
    if (state !== undefined) counts.push({ state, less });
    return state !== undefined;
  };
  const take = (node: Expression): boolean => {
    if (isConstant(node)) {
      over.push(node);
      return true;
    }
    if (node.kind === 'symbol') {
      const definition = definitions.get(node.name);
      return definition === undefined ? isCount(node, 0) : take(definition);
    }
    if (node.kind === 'number') return false;
    const [a, b] = node.operands;
    if (node.operator === 'mul') return take(a) && take(b);
    if (node.operator === 'sub') return b.kind === 'number' && isCount(a, b.value);
    if (node.operator !== 'div' || !isConstant(b)) return false;
    under.push(b);
    return take(a);
  };
  return take(rate) ? { over, under, counts } : null;
}

/** Rates of mass action as one table: rate j is constant[j] times its counts, from starts[j] on. */
export class MassActionTable {
  readonly is: Uint8Array;
  readonly starts: Int32Array;
  readonly states: Int32Array;
  readonly less: Float64Array;

  constructor(rates: readonly (MassAction | null)[]) {
    this.is = Uint8Array.from(rates, (rate) => (rate === null ? 0 : 1));
    this.starts = new Int32Array(rates.length + 1);
    for (const [j, rate] of rates.entries()) this.starts[j + 1] = this.starts[j] + (rate?.counts.length ?? 0);
    const counts = rates.flatMap((rate) => rate?.counts ?? []);
    this.states = Int32Array.from(counts, ({ state }) => state);
    this.less = Float64Array.from(counts, ({ less }) => less);
  }

  rate(j: number, constants: Float64Array, y: Float64Array): number {
    let rate = constants[j];
    for (let k = this.starts[j]; k < this.starts[j + 1]; k++) rate *= y[this.states[k]] - this.less[k];
    return rate;
  }
}
