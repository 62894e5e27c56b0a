import type { Arithmetic } from '@gemel/numerics/elementary/arithmetic';

/** Operations whose value is a condition. */
const CONDITIONS: ReadonlySet<string> = new Set(['lt', 'le', 'eq', 'and', 'or', 'not']);

export type GraphOperator =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'neg'
  | 'abs'
  | 'sqrt'
  | 'floor'
  | 'ceil'
  | 'min'
  | 'max'
  | 'lt'
  | 'le'
  | 'eq'
  | 'and'
  | 'or'
  | 'not'
  | 'select'
  | 'powerOfTwo'
  | 'exponent'
  | 'significand';

export type GraphNode =
  | { readonly kind: 'constant'; readonly value: number }
  /** A variable's value where the block begins. */
  | { readonly kind: 'variable'; readonly variable: number }
  /** Entry `index` after an array's pointer. */
  | { readonly kind: 'element'; readonly array: number; readonly index: number }
  | { readonly kind: 'operation'; readonly operator: GraphOperator; readonly operands: readonly number[] }
  /** 1 where a condition holds, else 0. */
  | { readonly kind: 'truth'; readonly operands: readonly [number] }
  | { readonly kind: 'lookup'; readonly table: readonly number[]; readonly operands: readonly [number] }
  /** An elementary function that is not written in place. */
  | { readonly kind: 'call'; readonly name: string; readonly operands: readonly number[] };

/** Where a block's value goes. */
export type Sink =
  | { readonly kind: 'variable'; readonly variable: number; readonly value: number }
  | { readonly kind: 'element'; readonly array: number; readonly index: number; readonly value: number };

/**
 * What a block of straight-line code works out, each distinct value once: the common ground of the JavaScript and the
 * WebAssembly writers. It is an Arithmetic, so that elementary functions are written into it.
 */
export class Graph implements Arithmetic<number, number> {
  readonly precision: 'double' | 'single';
  readonly nodes: GraphNode[] = [];
  /** Selects made by `choice`. */
  readonly choices = new Set<number>();
  readonly #known = new Map<string, number>();

  constructor(precision: 'double' | 'single') {
    this.precision = precision;
  }

  isCondition(node: number): boolean {
    const made = this.nodes[node];
    return made.kind === 'operation' && CONDITIONS.has(made.operator);
  }

  operands(node: number): readonly number[] {
    const made = this.nodes[node];
    return 'operands' in made ? made.operands : [];
  }

  constant(value: number): number {
    const rounded = this.precision === 'single' ? Math.fround(value) : value;
    return this.#node(`c${Object.is(rounded, -0) ? '-0' : rounded}`, { kind: 'constant', value: rounded });
  }

  variable(variable: number): number {
    return this.#node(`v${variable}`, { kind: 'variable', variable });
  }

  element(array: number, index: number): number {
    return this.#node(`e${array},${index}`, { kind: 'element', array, index });
  }

  operation(operator: GraphOperator, ...operands: readonly number[]): number {
    return this.#node(`${operator} ${operands.join()}`, { kind: 'operation', operator, operands });
  }

  call(name: string, ...operands: readonly number[]): number {
    return this.#node(`call ${name} ${operands.join()}`, { kind: 'call', name, operands });
  }

  /** The number 1 or 0 of a condition. */
  truth(condition: number): number {
    return this.#node(`truth ${condition}`, { kind: 'truth', operands: [condition] });
  }

  lookup(table: readonly number[], i: number): number {
    return this.#node(`lookup ${i} ${table.join()}`, { kind: 'lookup', table, operands: [i] });
  }

  add(a: number, b: number): number {
    return this.operation('add', a, b);
  }
  sub(a: number, b: number): number {
    return this.operation('sub', a, b);
  }
  mul(a: number, b: number): number {
    // The same to the bit, and no constant to load.
    if (this.#is(a, 2)) return this.add(b, b);
    if (this.#is(b, 2)) return this.add(a, a);
    return this.operation('mul', a, b);
  }
  div(a: number, b: number): number {
    return this.operation('div', a, b);
  }
  neg(a: number): number {
    return this.operation('neg', a);
  }
  abs(a: number): number {
    return this.operation('abs', a);
  }
  sqrt(a: number): number {
    return this.operation('sqrt', a);
  }
  floor(a: number): number {
    return this.operation('floor', a);
  }
  lt(a: number, b: number): number {
    return this.operation('lt', a, b);
  }
  le(a: number, b: number): number {
    return this.operation('le', a, b);
  }
  eq(a: number, b: number): number {
    return this.operation('eq', a, b);
  }
  and(a: number, b: number): number {
    return this.operation('and', a, b);
  }
  or(a: number, b: number): number {
    return this.operation('or', a, b);
  }
  not(a: number): number {
    return this.operation('not', a);
  }
  select(condition: number, a: number, b: number): number {
    return this.operation('select', condition, a, b);
  }
  /** A select whose sides may be worked out only where they are chosen, if they are dear. */
  choice(condition: number, a: number, b: number): number {
    const node = this.select(condition, a, b);
    this.choices.add(node);
    return node;
  }
  powerOfTwo(k: number): number {
    return this.operation('powerOfTwo', k);
  }
  exponent(x: number): number {
    return this.operation('exponent', x);
  }
  significand(x: number): number {
    return this.operation('significand', x);
  }

  #is(node: number, value: number): boolean {
    const made = this.nodes[node];
    return made.kind === 'constant' && made.value === value;
  }

  #node(key: string, node: GraphNode): number {
    const same = this.#known.get(key);
    if (same !== undefined) return same;
    this.#known.set(key, this.nodes.length);
    return this.nodes.push(node) - 1;
  }
}
