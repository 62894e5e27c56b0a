import type { Kernel } from '@gemel/numerics/elementary/arithmetic';
import { kernels, OF_TWO } from '@gemel/numerics/elementary/kernels';
import { Graph, type GraphOperator, type Sink } from '../graph.ts';
import { schedule } from '../schedule.ts';
import { TextBlock, type TextWriter } from '../text-block.ts';

const FUNCTIONS: Partial<Record<GraphOperator, string>> = {
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
export class WgslWriter implements TextWriter {
  readonly lines: string[] = [];
  readonly keyword = 'let';
  readonly equal = '==';
  readonly functions = FUNCTIONS;
  readonly literal = literal;
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

  declaration(name: string): string {
    return `var ${name}: f32;`;
  }

  entry(table: string, at: string): string {
    return `${table}[u32(${at})]`;
  }

  select(condition: string, a: string, b: string): string {
    return `select(${b}, ${a}, ${condition})`;
  }

  /** Tables and functions that the written code uses. */
  module(): string {
    const tables = [...this.#tables].map(
      ([values, name]) => `const ${name} = array<f32, ${values.split(',').length}>(${values});`,
    );
    return [PRELUDE, ...tables, ...this.#functions.values()].join('\n');
  }

  block(graph: Graph, sinks: readonly Sink[]): void {
    const block = new TextBlock(this, graph, schedule(graph, sinks));
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
    const block = new TextBlock(writer, graph, schedule(graph, [{ kind: 'variable', variable: 0, value: result }]));
    block.ahead(result);
    const text = block.text(result);
    const given = parameters.map((parameter) => `${parameter}: f32`).join(', ');
    this.#functions.set(name, `fn ${known}(${given}) -> f32 {\n${writer.lines.join('\n')}\nreturn ${text};\n}`);
    return known;
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
