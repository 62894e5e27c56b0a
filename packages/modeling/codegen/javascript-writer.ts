import { exponent, powerOfTwo, significand } from '@gemel/numerics/elementary/bits';
import { elementary } from '@gemel/numerics/elementary/elementary';
import type { Graph, GraphOperator, Sink } from './graph.ts';
import { ahead, type Schedule, schedule } from './schedule.ts';

/** Names that written code uses, with what they stand for. */
export const SCOPE = { ...elementary, powerOfTwo, exponent, significand } as const;

const INFIX: Partial<Record<GraphOperator, string>> = {
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  lt: '<',
  le: '<=',
  eq: '===',
  and: '&&',
  or: '||',
};
const PREFIX: Partial<Record<GraphOperator, string>> = { neg: '-', not: '!' };
const FUNCTION: Partial<Record<GraphOperator, string>> = {
  abs: 'Math.abs',
  sqrt: 'Math.sqrt',
  floor: 'Math.floor',
  ceil: 'Math.ceil',
  min: 'Math.min',
  max: 'Math.max',
  powerOfTwo: 'powerOfTwo',
  exponent: 'exponent',
  significand: 'significand',
};

/** Statements of one JavaScript function. Variables of graphs are x0, x1, …; arrays a0, a1, … with pointers o0, o1, …. */
export class JavascriptWriter {
  readonly lines: string[] = [];
  readonly tables: string[] = [];
  #variables = 0;
  #arrays = 0;

  variable(): number {
    return this.#variables++;
  }

  array(): number {
    return this.#arrays++;
  }

  /** Declarations of the variables and pointers made so far. */
  declarations(): string {
    const list = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i} = 0`);
    const all = [...list('x', this.#variables), ...list('o', this.#arrays)];
    return all.length === 0 ? '' : `let ${all.join(', ')};`;
  }

  /** Works out a block and puts its values where they belong, all at its end. */
  block(graph: Graph, sinks: readonly Sink[]): void {
    const block = new Block(this, graph, schedule(graph, sinks));
    this.lines.push('{');
    const values = sinks.map((sink, i) => {
      block.ahead(sink.value);
      this.lines.push(`const s${i} = ${block.text(sink.value)};`);
      return `s${i}`;
    });
    sinks.forEach((sink, i) => {
      const place = sink.kind === 'variable' ? `x${sink.variable}` : element(sink.array, sink.index);
      this.lines.push(`${place} = ${values[i]};`);
    });
    this.lines.push('}');
  }
}

function element(array: number, index: number): string {
  return `a${array}[o${array} + ${index}]`;
}

class Block {
  readonly #writer: JavascriptWriter;
  readonly #graph: Graph;
  readonly #schedule: Schedule;
  readonly #texts = new Map<number, string>();

  constructor(writer: JavascriptWriter, graph: Graph, made: Schedule) {
    this.#writer = writer;
    this.#graph = graph;
    this.#schedule = made;
  }

  /** Works out what a value of the region needs more than once. */
  ahead(root: number): void {
    const held = (node: number) => this.#texts.has(node);
    for (const node of ahead(this.#graph, this.#schedule, root, held)) this.#name(node);
  }

  #name(node: number): string {
    const { lines } = this.#writer;
    const [first, second] = this.#schedule.branches(node);
    if (first === undefined && second === undefined) lines.push(`const t${node} = ${this.#write(node)};`);
    else {
      const [condition, a, b] = this.#graph.operands(node);
      lines.push(`let t${node};`, `if (${this.text(condition)}) {`);
      this.#choice(node, first, a);
      lines.push('} else {');
      this.#choice(node, second, b);
      lines.push('}');
    }
    this.#texts.set(node, `t${node}`);
    return `t${node}`;
  }

  text(node: number): string {
    const known = this.#texts.get(node);
    if (known !== undefined) return known;
    const [first, second] = this.#schedule.branches(node);
    return first === undefined && second === undefined ? this.#write(node) : this.#name(node);
  }

  #choice(select: number, region: number | undefined, value: number): void {
    if (region !== undefined) this.ahead(value);
    this.#writer.lines.push(`t${select} = ${this.text(value)};`);
  }

  #write(node: number): string {
    const made = this.#graph.nodes[node];
    switch (made.kind) {
      case 'constant':
        return made.value < 0 || Object.is(made.value, -0)
          ? `(${Object.is(made.value, -0) ? '-0' : made.value})`
          : String(made.value);
      case 'variable':
        return `x${made.variable}`;
      case 'element':
        return element(made.array, made.index);
      case 'call':
        return `${made.name}(${made.operands.map((operand) => this.text(operand)).join(', ')})`;
      case 'truth':
        return `(${this.text(made.operands[0])} ? 1 : 0)`;
      case 'lookup':
        return `table${this.#writer.tables.push(`[${made.table.join(', ')}]`) - 1}[${this.text(made.operands[0])}]`;
      case 'operation': {
        const { operator } = made;
        const [a, b, c] = made.operands.map((operand) => this.text(operand));
        if (operator === 'select') return `(${a} ? ${b} : ${c})`;
        const infix = INFIX[operator];
        if (infix !== undefined) return `(${a} ${infix} ${b})`;
        const prefix = PREFIX[operator];
        if (prefix !== undefined) return `(${prefix}${a})`;
        return `${FUNCTION[operator]}(${b === undefined ? a : `${a}, ${b}`})`;
      }
    }
  }
}
