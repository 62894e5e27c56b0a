import { type Expression, TIME } from '../expression/expression.ts';
import { fold, symbolsOf } from '../expression/fold.ts';
import type { Model } from './model.ts';

/** What expressions of a model rest on once its definitions are written out. */
export class Dependence {
  readonly #definitions = new Map<string, ReadonlySet<string>>();

  constructor(model: Model) {
    for (const { name, value } of model.definitions) this.#definitions.set(name, this.of(value));
  }

  /** Names of states, parameters, inputs and time. */
  of(...expressions: readonly Expression[]): ReadonlySet<string> {
    const bases = new Set<string>();
    for (const name of symbolsOf(...expressions)) {
      const known = this.#definitions.get(name);
      if (known === undefined) bases.add(name);
      else for (const base of known) bases.add(base);
    }
    return bases;
  }
}

/**
 * Whether every comparison in the expressions turns at most once while the names in `moving` and time run on in straight
 * lines: both its sides are straight lines themselves.
 */
export function turnsOnce(model: Model, moving: ReadonlySet<string>, expressions: readonly Expression[]): boolean {
  const degrees = new Map<string, number>();
  let once = true;
  const degree = (roots: readonly Expression[]): readonly number[] =>
    fold<number>(
      roots,
      (node) =>
        node.kind === 'number' ? 0 : (degrees.get(node.name) ?? (node.name === TIME || moving.has(node.name) ? 1 : 0)),
      ({ operator }, operands) => {
        const most = Math.max(...operands);
        switch (operator) {
          case 'add':
          case 'sub':
          case 'neg':
            return most;
          case 'mul':
            return operands[0] + operands[1];
          case 'div':
            return operands[1] === 0 ? operands[0] : 2;
          case 'lt':
          case 'le':
          case 'gt':
          case 'ge':
          case 'eq':
          case 'ne':
            if (most > 1) once = false;
            return most === 0 ? 0 : 2;
          default:
            return most === 0 ? 0 : 2;
        }
      },
    );
  for (const { name, value } of model.definitions) degrees.set(name, degree([value])[0]);
  degree(expressions);
  return once;
}
