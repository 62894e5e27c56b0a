import type { Graph, GraphOperator } from './graph.ts';
import { ahead, type Schedule } from './schedule.ts';

/** What differs between the languages that blocks are written in as text. */
export interface TextWriter {
  /** Statements so far. */
  readonly lines: string[];
  /** Begins the statement that gives a value its name. */
  readonly keyword: string;
  /** The statement that announces a name whose value is given later. */
  declaration(name: string): string;
  readonly equal: string;
  /** Names of the operations that are functions. */
  readonly functions: Partial<Record<GraphOperator, string>>;
  literal(value: number): string;
  element(array: number, index: number): string;
  /** Name of an elementary function. */
  elementary(name: string): string;
  /** Name of a table of constants. */
  table(values: readonly number[]): string;
  /** Entry of a table at the whole part of a number. */
  entry(table: string, at: string): string;
  select(condition: string, a: string, b: string): string;
}

const INFIX: Partial<Record<GraphOperator, string>> = {
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  lt: '<',
  le: '<=',
  and: '&&',
  or: '||',
};
const PREFIX: Partial<Record<GraphOperator, string>> = { neg: '-', not: '!' };

/** One block of straight-line code: variables of the graph are x0, x1, …, values worked out ahead t0, t1, …. */
export class TextBlock {
  readonly #writer: TextWriter;
  readonly #graph: Graph;
  readonly #schedule: Schedule;
  readonly #texts = new Map<number, string>();

  constructor(writer: TextWriter, graph: Graph, made: Schedule) {
    this.#writer = writer;
    this.#graph = graph;
    this.#schedule = made;
  }

  /** Works out what a value of the region needs more than once. */
  ahead(root: number): void {
    const held = (node: number) => this.#texts.has(node);
    for (const node of ahead(this.#graph, this.#schedule, root, held)) this.#name(node);
  }

  text(node: number): string {
    const known = this.#texts.get(node);
    if (known !== undefined) return known;
    const [first, second] = this.#schedule.branches(node);
    return first === undefined && second === undefined ? this.#write(node) : this.#name(node);
  }

  #name(node: number): string {
    const { lines, keyword } = this.#writer;
    const name = `t${node}`;
    const [first, second] = this.#schedule.branches(node);
    if (first === undefined && second === undefined) lines.push(`${keyword} ${name} = ${this.#write(node)};`);
    else {
      const [condition, a, b] = this.#graph.operands(node);
      lines.push(this.#writer.declaration(name), `if (${this.text(condition)}) {`);
      this.#choice(name, first, a);
      lines.push('} else {');
      this.#choice(name, second, b);
      lines.push('}');
    }
    this.#texts.set(node, name);
    return name;
  }

  #choice(name: string, region: number | undefined, value: number): void {
    if (region !== undefined) this.ahead(value);
    this.#writer.lines.push(`${name} = ${this.text(value)};`);
  }

  #write(node: number): string {
    const writer = this.#writer;
    const made = this.#graph.nodes[node];
    switch (made.kind) {
      case 'constant':
        return writer.literal(made.value);
      case 'variable':
        return `x${made.variable}`;
      case 'element':
        return writer.element(made.array, made.index);
      case 'call':
        return `${writer.elementary(made.name)}(${made.operands.map((operand) => this.text(operand)).join(', ')})`;
      case 'truth':
        return writer.select(this.text(made.operands[0]), writer.literal(1), writer.literal(0));
      case 'lookup':
        return writer.entry(writer.table(made.table), this.text(made.operands[0]));
      case 'operation': {
        const { operator } = made;
        const [a, b, c] = made.operands.map((operand) => this.text(operand));
        if (operator === 'select') return writer.select(a, b, c);
        const infix = operator === 'eq' ? writer.equal : INFIX[operator];
        if (infix !== undefined) return `(${a} ${infix} ${b})`;
        const prefix = PREFIX[operator];
        if (prefix !== undefined) return `(${prefix}${a})`;
        return `${writer.functions[operator]}(${b === undefined ? a : `${a}, ${b}`})`;
      }
    }
  }
}
