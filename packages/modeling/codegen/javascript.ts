import { elementary } from '@gemel/numerics/elementary/elementary';
import type { Operator } from '../expression/expression.ts';
import type { Instruction, Program } from '../program/program.ts';

/** A program as a function of its argument arrays, then its result arrays, in order. Results must not share memory with arguments. */
export type CompiledProgram = (...arrays: Float64Array[]) => void;

type Operation = Extract<Instruction, { kind: 'operation' }>;
type ProgramOperator = Operation['operator'];

const INFIX: Partial<Record<Operator, string>> = { add: '+', sub: '-', mul: '*', div: '/' };
const COMPARISON: Partial<Record<Operator, string>> = {
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
  eq: '===',
  ne: '!==',
};
/** Of these every engine gives the one correctly rounded or exact result. */
const EXACT: Partial<Record<Operator, string>> = {
  sqrt: 'Math.sqrt',
  abs: 'Math.abs',
  floor: 'Math.floor',
  ceil: 'Math.ceil',
  min: 'Math.min',
  max: 'Math.max',
};
/** A nested expression longer than this gets a variable, so that engines' parsers stay shallow. */
const LONGEST_EXPRESSION = 1500;
/** Older V8 does not optimise functions above 60 kB of bytecode; an operation takes some 10 bytes. */
const LARGEST_STAGE = 4000;

/** Compiles to functions of this engine. A program above LARGEST_STAGE operations becomes several functions in turn. */
export function javascriptFunction(program: Program): CompiledProgram {
  const make = new Function(...Object.keys(elementary), javascriptSource(program));
  return make(...Object.values(elementary)) as CompiledProgram;
}

/** Source whose last statement returns the compiled function; its free names are those of `elementary`. */
export function javascriptSource(program: Program): string {
  return new Writer(program).source();
}

/** A function of its own: variables and statements. */
interface Stage {
  /** Variables of this stage, by value. */
  readonly names: Map<number, string>;
  readonly lines: string[];
  operations: number;
}

class Writer {
  readonly #program: Program;
  readonly #uses: Int32Array;
  readonly #stages: Stage[] = [];
  /** Stage in which a value with a variable was worked out. */
  readonly #home = new Map<number, number>();
  /** Values used once, not written down yet. */
  readonly #pending = new Map<number, string>();
  /** Scratch entries of values that later stages read. */
  readonly #scratch = new Map<number, number>();

  constructor(program: Program) {
    this.#program = program;
    this.#uses = countUses(program);
    this.#open();
    program.instructions.forEach((instruction, value) => {
      if (instruction.kind === 'operation') this.#operation(value, instruction);
    });
  }

  source(): string {
    const { arguments: given, results } = this.#program;
    const writes = results.flatMap((result, r) =>
      result.values.map((value, i) => `r${r}[${i}] = ${this.#number(value)};`),
    );
    this.#stage.lines.push(...writes);
    const names = [...given.map((_, i) => `a${i}`), ...results.map((_, r) => `r${r}`)].join(', ');
    const bodies = this.#stages.map((stage) => `function (${names}) {\n${stage.lines.join('\n')}\n}`);
    if (bodies.length === 1) return `'use strict';\nreturn ${bodies[0]};`;
    return [
      "'use strict';",
      `const scratch = new Float64Array(${this.#scratch.size});`,
      ...bodies.map((body, s) => `const stage${s} = ${body};`),
      `return function (${names}) {\n${bodies.map((_, s) => `stage${s}(${names});`).join('\n')}\n};`,
    ].join('\n');
  }

  get #stage(): Stage {
    return this.#stages[this.#stages.length - 1];
  }

  #open(): void {
    for (const [value, text] of this.#pending) this.#keep(value, text);
    this.#pending.clear();
    this.#stages.push({ names: new Map(), lines: [], operations: 0 });
  }

  #operation(value: number, operation: Operation): void {
    if (this.#stage.operations >= LARGEST_STAGE) this.#open();
    this.#stage.operations++;
    const text = isTruth(operation.operator) ? this.#truthText(operation) : this.#numberText(operation);
    if (this.#uses[value] === 1 && text.length < LONGEST_EXPRESSION) this.#pending.set(value, text);
    else this.#keep(value, text);
  }

  #keep(value: number, text: string): void {
    this.#stage.lines.push(`const v${value} = ${text};`);
    this.#stage.names.set(value, `v${value}`);
    this.#home.set(value, this.#stages.length - 1);
  }

  #number(value: number): string {
    const instruction = this.#program.instructions[value];
    if (instruction.kind === 'constant') return literal(instruction.value);
    if (instruction.kind === 'read') return this.#read(value, instruction.argument, instruction.index);
    const text = this.#made(value);
    return isTruth(instruction.operator) ? `(${text} ? 1 : 0)` : text;
  }

  #truth(value: number): string {
    const instruction = this.#program.instructions[value];
    if (instruction.kind === 'operation' && isTruth(instruction.operator)) return this.#made(value);
    return `(${this.#number(value)} !== 0)`;
  }

  /** An operation's value: its text if used only here, else its variable, passed on from its stage where needed. */
  #made(value: number): string {
    const pending = this.#pending.get(value);
    if (pending !== undefined) {
      this.#pending.delete(value);
      return pending;
    }
    const { names, lines } = this.#stage;
    const known = names.get(value);
    if (known !== undefined) return known;
    const name = `v${value}`;
    const truth = isTruth((this.#program.instructions[value] as Operation).operator);
    let entry = this.#scratch.get(value);
    if (entry === undefined) {
      entry = this.#scratch.size;
      this.#scratch.set(value, entry);
      this.#stages[this.#home.get(value)!].lines.push(`scratch[${entry}] = ${truth ? `${name} ? 1 : 0` : name};`);
    }
    lines.push(`const ${name} = scratch[${entry}]${truth ? ' !== 0' : ''};`);
    names.set(value, name);
    return name;
  }

  #read(value: number, argument: number, index: number): string {
    if (this.#uses[value] === 1) return `a${argument}[${index}]`;
    const { names, lines } = this.#stage;
    let name = names.get(value);
    if (name === undefined) {
      name = `v${value}`;
      lines.push(`const ${name} = a${argument}[${index}];`);
      names.set(value, name);
    }
    return name;
  }

  #numberText({ operator, operands }: Operation): string {
    const infix = INFIX[operator];
    if (infix !== undefined) return `(${this.#number(operands[0])} ${infix} ${this.#number(operands[1])})`;
    if (operator === 'neg') return `(-${this.#number(operands[0])})`;
    if (operator === 'select') {
      return `(${this.#truth(operands[0])} ? ${this.#number(operands[1])} : ${this.#number(operands[2])})`;
    }
    return `${EXACT[operator] ?? operator}(${operands.map((operand) => this.#number(operand)).join(', ')})`;
  }

  #truthText({ operator, operands }: Operation): string {
    const comparison = COMPARISON[operator];
    if (comparison !== undefined) return `(${this.#number(operands[0])} ${comparison} ${this.#number(operands[1])})`;
    if (operator === 'not') return `(!${this.#truth(operands[0])})`;
    return `(${this.#truth(operands[0])} ${operator === 'and' ? '&&' : '||'} ${this.#truth(operands[1])})`;
  }
}

/** Whether an operator's value is a truth, written as a condition. */
export function isTruth(operator: ProgramOperator): boolean {
  return operator in COMPARISON || operator === 'and' || operator === 'or' || operator === 'not';
}

/** How often each value is an operand or a result. */
export function countUses(program: Program): Int32Array {
  const uses = new Int32Array(program.instructions.length);
  for (const instruction of program.instructions) {
    if (instruction.kind === 'operation') for (const operand of instruction.operands) uses[operand]++;
  }
  for (const result of program.results) for (const value of result.values) uses[value]++;
  return uses;
}

function literal(value: number): string {
  if (Object.is(value, -0)) return '(-0)';
  return value < 0 ? `(${value})` : String(value);
}
