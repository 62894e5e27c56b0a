import { integerPower, multiplied, operations, type ProgramOperator, TRUTHS } from '../expression/operations.ts';
import type { Instruction, Program } from './program.ts';

const COMMUTATIVE: ReadonlySet<ProgramOperator> = new Set(['add', 'mul', 'min', 'max', 'eq', 'ne', 'and', 'or']);

/**
 * Values numbered as they are asked for: what is alike has one number, however often and by whatever expression it is asked
 * for. Operands come before what takes them. Simplifies only where every bit of the result stays the same, NaN, infinities and
 * the sign of zero included: x·1, x/1, x − 0, x + (−0), −(−x), x + (−y), a constant's arithmetic, (−x)·y as −(x·y), x/2ⁿ as a product, a
 * condition that is constant. x + 0 (which turns −0 into 0), x·0 and x − x stay. A constant whole exponent up to 8 becomes
 * products (see integerPower). Comparisons are turned to lt and le.
 */
export class ValueGraph {
  readonly instructions: Instruction[] = [];
  readonly #numbers = new Map<number | string, number>();
  readonly #operators: ReadonlyMap<ProgramOperator, number> = new Map(
    (Object.keys(operations) as ProgramOperator[]).map((operator, i) => [operator, i]),
  );

  constant(value: number): number {
    const key = Object.is(value, -0) ? '-0' : `${value}`;
    return this.#numbers.get(key) ?? this.#add(key, { kind: 'constant', value });
  }

  read(argument: number, index: number): number {
    const key = `${argument}[${index}]`;
    return this.#numbers.get(key) ?? this.#add(key, { kind: 'read', argument, index });
  }

  operation(operator: ProgramOperator, ...operands: readonly number[]): number {
    return this.#simplified(operator, operands) ?? this.#operation(operator, operands);
  }

  /** The constant that value `id` is; undefined where it is not one. */
  constantOf(id: number): number | undefined {
    const instruction = this.instructions[id];
    return instruction.kind === 'constant' ? instruction.value : undefined;
  }

  /** The straight-line program of some values: all they need, nothing else, in the order of their numbers. */
  program(
    args: Program['arguments'],
    results: readonly { readonly name: string; readonly values: readonly number[] }[],
  ): Program {
    const place = new Int32Array(this.instructions.length);
    let last = -1;
    for (const { values } of results) {
      for (const id of values) {
        place[id] = 1;
        if (id > last) last = id;
      }
    }
    for (let id = last; id >= 0; id--) {
      const instruction = this.instructions[id];
      if (place[id] === 1 && instruction.kind === 'operation') {
        for (const operand of instruction.operands) place[operand] = 1;
      }
    }
    const instructions: Instruction[] = [];
    for (let id = 0; id <= last; id++) {
      if (place[id] === 0) continue;
      const instruction = this.instructions[id];
      place[id] = instructions.length;
      instructions.push(
        instruction.kind === 'operation'
          ? { ...instruction, operands: instruction.operands.map((operand) => place[operand]) }
          : instruction,
      );
    }
    return {
      arguments: args,
      instructions,
      results: results.map(({ name, values }) => ({ name, values: values.map((id) => place[id]) })),
    };
  }

  #simplified(operator: ProgramOperator, operands: readonly number[]): number | undefined {
    const [a, b, c] = operands;
    const [ka, kb, kc] = operands.map((id) => this.constantOf(id));
    if (operator === 'pow' && kb !== undefined && multiplied(kb)) {
      return integerPower(
        a,
        kb,
        () => this.constant(1),
        (x, y) => this.operation('mul', x, y),
        (x, y) => this.operation('div', x, y),
      );
    }
    const known = (ka !== undefined ? 1 : 0) + (kb !== undefined ? 1 : 0) + (kc !== undefined ? 1 : 0);
    if (known === operands.length) return this.constant(operations[operator](ka!, kb!, kc!));
    switch (operator) {
      case 'add':
        if (Object.is(ka, -0)) return b;
        if (Object.is(kb, -0)) return a;
        if (this.#negated(b) !== undefined) return this.operation('sub', a, this.#negated(b)!);
        if (this.#negated(a) !== undefined) return this.operation('sub', b, this.#negated(a)!);
        return undefined;
      case 'sub':
        if (Object.is(kb, 0)) return a;
        if (this.#negated(b) !== undefined) return this.operation('add', a, this.#negated(b)!);
        return undefined;
      case 'mul':
        if (ka === 1) return b;
        if (kb === 1) return a;
        if (ka === -1) return this.operation('neg', b);
        if (kb === -1) return this.operation('neg', a);
        return this.#signsOff('mul', a, b);
      case 'div':
        if (kb === 1) return a;
        if (kb === -1) return this.operation('neg', a);
        if (kb !== undefined && exactReciprocal(kb)) return this.operation('mul', a, this.constant(1 / kb));
        return this.#signsOff('div', a, b);
      case 'neg':
        return this.#negated(a);
      case 'gt':
        return this.operation('lt', b, a);
      case 'ge':
        return this.operation('le', b, a);
      case 'and':
        if (ka !== undefined) return ka !== 0 ? this.#truth(b) : this.constant(0);
        if (kb !== undefined) return kb !== 0 ? this.#truth(a) : this.constant(0);
        return a === b ? this.#truth(a) : undefined;
      case 'or':
        if (ka !== undefined) return ka !== 0 ? this.constant(1) : this.#truth(b);
        if (kb !== undefined) return kb !== 0 ? this.constant(1) : this.#truth(a);
        return a === b ? this.#truth(a) : undefined;
      case 'select':
        if (ka !== undefined) return ka !== 0 ? b : c;
        return b === c ? b : undefined;
      default:
        return undefined;
    }
  }

  /** Signs go outside: (−a)·b is −(a·b), (−a)/(−b) is a/b. */
  #signsOff(operator: 'mul' | 'div', a: number, b: number): number | undefined {
    const left = this.#negated(a);
    const right = this.#negated(b);
    if (left === undefined && right === undefined) return undefined;
    const value = this.operation(operator, left ?? a, right ?? b);
    return left !== undefined && right !== undefined ? value : this.operation('neg', value);
  }

  #negated(id: number): number | undefined {
    const instruction = this.instructions[id];
    return instruction.kind === 'operation' && instruction.operator === 'neg' ? instruction.operands[0] : undefined;
  }

  #truth(id: number): number {
    const instruction = this.instructions[id];
    if (instruction.kind === 'operation' && TRUTHS.has(instruction.operator)) return id;
    return this.operation('ne', id, this.constant(0));
  }

  #operation(operator: ProgramOperator, operands: readonly number[]): number {
    const ordered = COMMUTATIVE.has(operator) && operands[0] > operands[1] ? [operands[1], operands[0]] : [...operands];
    const code = this.#operators.get(operator)!;
    const key =
      ordered.length < 3
        ? ((ordered[0] + 1) * 2 ** 22 + (ordered[1] ?? -1) + 1) * 64 + code
        : `${code}:${ordered.join()}`;
    return this.#numbers.get(key) ?? this.#add(key, { kind: 'operation', operator, operands: ordered });
  }

  #add(key: number | string, instruction: Instruction): number {
    const id = this.instructions.length;
    if (id >= 2 ** 22 - 1) throw new RangeError('A model of more than four million operations cannot be compiled.');
    this.instructions.push(instruction);
    this.#numbers.set(key, id);
    return id;
  }
}

/** Whether 1/k is exact, so that x/k and x·(1/k) are the same double: powers of two with a normal reciprocal. */
function exactReciprocal(k: number): boolean {
  const size = Math.abs(k);
  return size >= 2 ** -1000 && size <= 2 ** 1000 && 2 ** Math.round(Math.log2(size)) === size;
}
