import { exponent, powerOfTwo, significand } from '@gemel/numerics/elementary/bits';
import { elementary } from '@gemel/numerics/elementary/elementary';
import type { Program } from '../program/program.ts';
import { Graph, type GraphOperator, type Sink } from './graph.ts';
import { programValues } from './program-values.ts';
import { schedule } from './schedule.ts';
import { TextBlock, type TextWriter } from './text-block.ts';

/** A program as a function of its argument arrays, then its result arrays, in order. Results must not share memory with arguments. */
export type CompiledProgram = (...arrays: Float64Array[]) => void;

/** Names that written code uses, with what they stand for. */
export const SCOPE = { ...elementary, powerOfTwo, exponent, significand } as const;

const FUNCTIONS: Partial<Record<GraphOperator, string>> = {
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

/** Older V8 does not optimise functions above 60 kB of bytecode; an operation takes some 10 bytes. */
const LARGEST_STAGE = 4000;

/** Compiles to functions of this engine. A program above LARGEST_STAGE operations becomes several functions in turn. */
export function javascriptFunction(program: Program): CompiledProgram {
  return evaluated(javascriptSource(program));
}

/** A function over arrays from the block that `sinks` describes. */
export function blockFunction(arrays: number, sinks: (graph: Graph) => readonly Sink[]): CompiledProgram {
  const graph = new Graph('double');
  return evaluated(`'use strict';\nreturn ${functionOf(arrays, 0, graph, sinks(graph))};`);
}

function evaluated(source: string): CompiledProgram {
  return new Function(...Object.keys(SCOPE), source)(...Object.values(SCOPE)) as CompiledProgram;
}

/** Source whose last statement returns the compiled function; its free names are those of SCOPE. */
export function javascriptSource(program: Program): string {
  const { instructions, arguments: given, results } = program;
  const arrays = given.length + results.length;
  const scratch = arrays;
  const slots = new Map<number, number>();
  const homes = stagesOf(program);
  const last = homes.reduce((most, home) => Math.max(most, home), 0);
  /** Per stage, values of earlier ones that it reads. */
  const passed = Array.from({ length: last + 1 }, () => new Set<number>());
  instructions.forEach((instruction, value) => {
    if (instruction.kind !== 'operation') return;
    for (const operand of instruction.operands) {
      if (instructions[operand].kind !== 'operation' || homes[operand] === homes[value]) continue;
      passed[homes[value]].add(operand);
      if (!slots.has(operand)) slots.set(operand, slots.size);
    }
  });
  const bodies = passed.map((earlier, stage) => {
    const graph = new Graph('double');
    const read = (argument: number, index: number) => graph.element(argument, index);
    const known = new Map([...earlier].map((value) => [value, graph.element(scratch, slots.get(value)!)]));
    const number = programValues(graph, program, read, known, false);
    const own = (value: number) => homes[value] === stage;
    const sinks: Sink[] = [...slots].flatMap(([value, index]) =>
      own(value) ? [{ kind: 'element', array: scratch, index, value: number(value) }] : [],
    );
    results.forEach(({ values }, r) => {
      values.forEach((value, index) => {
        if (own(value)) sinks.push({ kind: 'element', array: given.length + r, index, value: number(value) });
      });
    });
    return functionOf(arrays, slots.size > 0 ? 1 : 0, graph, sinks);
  });
  if (bodies.length === 1) return `'use strict';\nreturn ${bodies[0]};`;
  const names = arrayNames(arrays);
  return [
    "'use strict';",
    `const a${scratch} = new Float64Array(${slots.size});`,
    ...bodies.map((body, s) => `const stage${s} = ${body};`),
    `return function (${names}) {\n${bodies.map((_, s) => `stage${s}(${names});`).join('\n')}\n};`,
  ].join('\n');
}

/** The stage that works out each value: operations by number, in the order of the program; what is read or constant, any. */
function stagesOf({ instructions }: Program): Int32Array {
  const homes = new Int32Array(instructions.length);
  let operations = 0;
  instructions.forEach(({ kind }, value) => {
    if (kind === 'operation') homes[value] = Math.floor(operations++ / LARGEST_STAGE);
  });
  return homes;
}

/** The text of a function over arrays; `free` more are in its scope. */
function functionOf(arrays: number, free: number, graph: Graph, sinks: readonly Sink[]): string {
  const writer = new JavascriptWriter();
  for (let i = 0; i < arrays + free; i++) writer.array('fixed');
  writer.block(graph, sinks);
  const tables = writer.tables.map((table, i) => `const table${i} = ${table};`);
  return `function (${arrayNames(arrays)}) {\n${[...tables, ...writer.lines].join('\n')}\n}`;
}

function arrayNames(count: number): string {
  return Array.from({ length: count }, (_, i) => `a${i}`).join(', ');
}

/** Statements of one JavaScript function. Variables of graphs are x0, x1, …; arrays a0, a1, …, those that move with pointers o0, o1, …. */
export class JavascriptWriter implements TextWriter {
  readonly lines: string[] = [];
  readonly keyword = 'const';
  readonly equal = '===';
  readonly functions = FUNCTIONS;
  readonly tables: string[] = [];
  #variables = 0;
  readonly #arrays: ('moving' | 'fixed')[] = [];

  variable(): number {
    return this.#variables++;
  }

  array(kind: 'moving' | 'fixed'): number {
    return this.#arrays.push(kind) - 1;
  }

  element(array: number, index: number): string {
    return this.#arrays[array] === 'fixed' ? `a${array}[${index}]` : `a${array}[o${array} + ${index}]`;
  }

  declaration(name: string): string {
    return `let ${name};`;
  }

  literal(value: number): string {
    return value < 0 || Object.is(value, -0) ? `(${Object.is(value, -0) ? '-0' : value})` : String(value);
  }

  elementary(name: string): string {
    return name;
  }

  table(values: readonly number[]): string {
    return `table${this.tables.push(`[${values.join(', ')}]`) - 1}`;
  }

  entry(table: string, at: string): string {
    return `${table}[${at}]`;
  }

  select(condition: string, a: string, b: string): string {
    return `(${condition} ? ${a} : ${b})`;
  }

  /** Declarations of the variables and pointers made so far. */
  declarations(): string {
    const variables = Array.from({ length: this.#variables }, (_, i) => `x${i} = 0`);
    const all = [...variables, ...this.#arrays.flatMap((kind, i) => (kind === 'moving' ? [`o${i} = 0`] : []))];
    return all.length === 0 ? '' : `let ${all.join(', ')};`;
  }

  /** Works out a block and puts its values where they belong: at its end, where it reads from there. Arrays share no memory. */
  block(graph: Graph, sinks: readonly Sink[]): void {
    const block = new TextBlock(this, graph, schedule(graph, sinks));
    const read = new Set(graph.nodes.flatMap((node) => (node.kind === 'element' ? [node.array] : [])));
    const late: string[] = [];
    this.lines.push('{');
    sinks.forEach((sink, i) => {
      block.ahead(sink.value);
      const place = sink.kind === 'variable' ? `x${sink.variable}` : this.element(sink.array, sink.index);
      const value = block.text(sink.value);
      if (sink.kind === 'element' && !read.has(sink.array)) this.lines.push(`${place} = ${value};`);
      else {
        this.lines.push(`const s${i} = ${value};`);
        late.push(`${place} = s${i};`);
      }
    });
    this.lines.push(...late, '}');
  }
}
