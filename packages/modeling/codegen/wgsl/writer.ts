import type { Kernel } from '@gemel/numerics/elementary/arithmetic';
import { kernels, OF_TWO } from '@gemel/numerics/elementary/kernels';
import { Graph, type GraphOperator, type Sink } from '../graph.ts';
import { ahead, type Schedule, schedule } from '../schedule.ts';

const INFIX: Partial<Record<GraphOperator, string>> = {
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  lt: '<',
  le: '<=',
  eq: '==',
  and: '&&',
  or: '||',
};
const PREFIX: Partial<Record<GraphOperator, string>> = { neg: '-', not: '!' };
const FUNCTION: Partial<Record<GraphOperator, string>> = {
  abs: 'abs',
  sqrt: 'sqrt',
  floor: 'floor',
  ceil: 'ceil',
  min: 'min',
  max: 'max',
  powerOfTwo: 'powerOfTwo',
  exponent: 'exponentOf',
  significand: 'significandOf',
};

/** Numbers are taken apart by their bits; `special` holds what WGSL has no literal for. */
const PRELUDE = `fn powerOfTwo(k: f32) -> f32 { return bitcast<f32>(u32(i32(k) + 127) << 23u); }
fn exponentOf(x: f32) -> f32 { return f32(i32(bitcast<u32>(x) >> 23u) - 127); }
fn significandOf(x: f32) -> f32 { return bitcast<f32>((bitcast<u32>(x) & 0x007fffffu) | 0x3f800000u); }`;

/** Text of WGSL functions in single precision (WebGPU Shading Language, W3C). */
export class WgslWriter {
  readonly lines: string[] = [];
  readonly #functions: Map<string, string>;
  readonly #tables: Map<string, string>;
  readonly #arrays: string[] = [];
  #variables = 0;

  /** A writer of another function of the same module shares its elementary functions and tables. */
  constructor(of?: WgslWriter) {
    this.#functions = of === undefined ? new Map() : of.#functions;
    this.#tables = of === undefined ? new Map() : of.#tables;
  }

  variable(): number {
    return this.#variables++;
  }

  /** An array named in the module; its pointer is `o` and the name. */
  array(name: string): number {
    return this.#arrays.push(name) - 1;
  }

  declarations(): string {
    return Array.from({ length: this.#variables }, (_, i) => `var x${i}: f32 = 0.0;`).join('\n');
  }

  /** Tables and functions that the written code uses. */
  module(): string {
    const tables = [...this.#tables].map(
      ([values, name]) => `const ${name} = array<f32, ${values.split(',').length}>(${values});`,
    );
    return [PRELUDE, ...tables, ...this.#functions.values()].join('\n');
  }

  block(graph: Graph, sinks: readonly Sink[]): void {
    const block = new Block(this, graph, schedule(graph, sinks));
    this.lines.push('{');
    sinks.forEach((sink, i) => {
      block.ahead(sink.value);
      this.lines.push(`let s${i} = ${block.text(sink.value)};`);
    });
    sinks.forEach((sink, i) => {
      const place = sink.kind === 'variable' ? `x${sink.variable}` : this.element(sink.array, sink.index);
      this.lines.push(`${place} = s${i};`);
    });
    this.lines.push('}');
  }

  element(array: number, index: number): string {
    const name = this.#arrays[array];
    return `${name}[o_${name} ${index < 0 ? '-' : '+'} ${Math.abs(index)}u]`;
  }

  table(values: readonly number[]): string {
    const text = values.map((value) => literal(Math.fround(Math.min(value, 3.4e38)))).join(',');
    const known = this.#tables.get(text) ?? `table${this.#tables.size}`;
    this.#tables.set(text, known);
    return known;
  }

  /** Name of an elementary function's text, written when first called. */
  elementary(name: string): string {
    const known = `${name}Of`;
    if (this.#functions.has(name)) return known;
    const parameters = OF_TWO.includes(name) ? ['x0', 'x1'] : ['x0'];
    const writer = new WgslWriter(this);
    const graph = new Graph('single');
    const operands = parameters.map(() => graph.variable(writer.variable()));
    this.#functions.set(name, '');
    const result = (kernels[name as keyof typeof kernels] as Kernel)(graph, ...operands);
    const block = new Block(writer, graph, schedule(graph, [{ kind: 'variable', variable: 0, value: result }]));
    block.ahead(result);
    const text = block.text(result);
    const given = parameters.map((parameter) => `${parameter}: f32`).join(', ');
    this.#functions.set(name, `fn ${known}(${given}) -> f32 {\n${writer.lines.join('\n')}\nreturn ${text};\n}`);
    return known;
  }
}

class Block {
  readonly #writer: WgslWriter;
  readonly #graph: Graph;
  readonly #schedule: Schedule;
  readonly #texts = new Map<number, string>();

  constructor(writer: WgslWriter, graph: Graph, made: Schedule) {
    this.#writer = writer;
    this.#graph = graph;
    this.#schedule = made;
  }

  /** Works out what a value of the region needs more than once. */
  ahead(root: number): void {
    for (const node of ahead(this.#graph, this.#schedule, root, (other) => this.#texts.has(other))) this.#name(node);
  }

  text(node: number): string {
    const known = this.#texts.get(node);
    if (known !== undefined) return known;
    const [first, second] = this.#schedule.branches(node);
    return first === undefined && second === undefined ? this.#write(node) : this.#name(node);
  }

  #name(node: number): string {
    const { lines } = this.#writer;
    const [first, second] = this.#schedule.branches(node);
    if (first === undefined && second === undefined) lines.push(`let t${node} = ${this.#write(node)};`);
    else {
      const [condition, a, b] = this.#graph.operands(node);
      lines.push(`var t${node}: f32;`, `if (${this.text(condition)}) {`);
      this.#choice(node, first, a);
      lines.push('} else {');
      this.#choice(node, second, b);
      lines.push('}');
    }
    this.#texts.set(node, `t${node}`);
    return `t${node}`;
  }

  #choice(select: number, region: number | undefined, value: number): void {
    if (region !== undefined) this.ahead(value);
    this.#writer.lines.push(`t${select} = ${this.text(value)};`);
  }

  #write(node: number): string {
    const made = this.#graph.nodes[node];
    switch (made.kind) {
      case 'constant':
        return literal(made.value);
      case 'variable':
        return `x${made.variable}`;
      case 'element':
        return this.#writer.element(made.array, made.index);
      case 'call':
        return `${this.#writer.elementary(made.name)}(${made.operands.map((operand) => this.text(operand)).join(', ')})`;
      case 'truth':
        return `select(0.0, 1.0, ${this.text(made.operands[0])})`;
      case 'lookup':
        return `${this.#writer.table(made.table)}[u32(${this.text(made.operands[0])})]`;
      case 'operation': {
        const { operator } = made;
        const [a, b, c] = made.operands.map((operand) => this.text(operand));
        if (operator === 'select') return `select(${c}, ${b}, ${a})`;
        const infix = INFIX[operator];
        if (infix !== undefined) return `(${a} ${infix} ${b})`;
        const prefix = PREFIX[operator];
        if (prefix !== undefined) return `(${prefix}${a})`;
        return `${FUNCTION[operator]}(${b === undefined ? a : `${a}, ${b}`})`;
      }
    }
  }
}

function literal(value: number): string {
  if (Number.isNaN(value)) return 'bitcast<f32>(special.x)';
  if (value === Number.POSITIVE_INFINITY) return 'bitcast<f32>(special.y)';
  if (value === Number.NEGATIVE_INFINITY) return '(-bitcast<f32>(special.y))';
  const text = String(value);
  const written = /[.e]/.test(text) ? text : `${text}.0`;
  return value < 0 || Object.is(value, -0) ? `(${Object.is(value, -0) ? '-0.0' : written})` : written;
}
