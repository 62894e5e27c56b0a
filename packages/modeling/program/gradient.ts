import type { Instruction } from './program.ts';
import type { ValueGraph } from './value-graph.ts';

/** Derivatives of one value, by the place of the variable in the list given; absent: zero everywhere. */
export type Gradient = ReadonlyMap<number, number>;

type Operation = Extract<Instruction, { kind: 'operation' }>;

/** Steps, and what is compared: derivative 0 wherever they have one. */
const FLAT: ReadonlySet<string> = new Set([
  ...['floor', 'ceil', 'factorial', 'lt', 'le', 'gt', 'ge', 'eq', 'ne', 'and', 'or', 'not'],
]);

/** Of which one operand is taken whole, the other not at all. */
export const CHOICES: ReadonlySet<string> = new Set(['select', 'min', 'max']);

/**
 * Analytic derivatives of values by variables (both numbers of values in the graph), as further values of the same graph.
 * What is used more than once is differentiated once and chained onwards; a term between two such values is walked from
 * its root (reverse mode), so a long sum costs its length. Structural zeros are left out. At a kink the derivative is that of
 * one side; by an exponent whose base is not positive it is 0; a choice takes the derivative of the side it takes, so that a side not taken cannot spoil it.
 */
export function gradients(
  graph: ValueGraph,
  outputs: readonly number[],
  variables: readonly number[],
): readonly Gradient[] {
  const last = Math.max(-1, ...outputs);
  const instructions = graph.instructions.slice(0, last + 1);
  const active = activeValues(instructions, variables);
  const cuts = cutValues(instructions, active, outputs, variables);
  const one = graph.constant(1);
  const made = new Map<number, Gradient>(variables.map((id, i) => [id, new Map([[i, one]])]));
  const none = new Map<number, number>();
  const gradientOf = (id: number) => made.get(id) ?? none;
  for (let id = 0; id <= last; id++) {
    if (cuts[id] === 0 || made.has(id)) continue;
    const instruction = instructions[id];
    if (instruction.kind !== 'operation') continue;
    if (CHOICES.has(instruction.operator)) made.set(id, chosen(graph, instruction, gradientOf));
    else
      made.set(
        id,
        chained(graph, id, (value) => active[value] === 1, cuts, gradientOf),
      );
  }
  return outputs.map((id) => (id <= last && active[id] === 1 ? gradientOf(id) : none));
}

/** 1 for values that depend on a variable. */
export function activeValues(instructions: readonly Instruction[], variables: readonly number[]): Uint8Array {
  const active = new Uint8Array(instructions.length);
  for (const id of variables) if (id < active.length) active[id] = 1;
  instructions.forEach((instruction, id) => {
    if (instruction.kind === 'operation' && !FLAT.has(instruction.operator)) {
      if (instruction.operands.some((operand, i) => active[operand] === 1 && !isCondition(instruction, i)))
        active[id] = 1;
    }
  });
  return active;
}

/** 1 for values whose gradient is worked out whole: what outputs need and is used more than once, chosen or choosing. */
function cutValues(
  instructions: readonly Instruction[],
  active: Uint8Array,
  outputs: readonly number[],
  variables: readonly number[],
): Uint8Array {
  const uses = new Int32Array(instructions.length);
  const cuts = new Uint8Array(instructions.length);
  for (const id of outputs) {
    uses[id]++;
    cuts[id] = active[id];
  }
  for (let id = instructions.length - 1; id >= 0; id--) {
    const instruction = instructions[id];
    if (uses[id] === 0 || active[id] === 0 || instruction.kind !== 'operation') continue;
    const isChoice = CHOICES.has(instruction.operator);
    if (isChoice || uses[id] > 1) cuts[id] = 1;
    instruction.operands.forEach((operand, i) => {
      if (isCondition(instruction, i)) return;
      uses[operand]++;
      if (isChoice) cuts[operand] = active[operand];
    });
  }
  for (const id of variables) if (id < cuts.length) cuts[id] = 1;
  return cuts;
}

function isCondition(instruction: Operation, operand: number): boolean {
  return instruction.operator === 'select' && operand === 0;
}

/** The condition under which a choice is its first alternative. */
export function chosenFirst(graph: ValueGraph, { operator, operands }: Operation): number {
  const [a, b] = operands;
  if (operator === 'select') return a;
  return operator === 'min' ? graph.operation('le', a, b) : graph.operation('le', b, a);
}

function chosen(graph: ValueGraph, instruction: Operation, gradientOf: (id: number) => Gradient): Map<number, number> {
  const [a, b] = instruction.operands.slice(-2);
  const zero = graph.constant(0);
  const [left, right] = [gradientOf(a), gradientOf(b)];
  const gradient = new Map<number, number>();
  for (const variable of new Set([...left.keys(), ...right.keys()])) {
    gradient.set(
      variable,
      graph.operation(
        'select',
        chosenFirst(graph, instruction),
        left.get(variable) ?? zero,
        right.get(variable) ?? zero,
      ),
    );
  }
  return gradient;
}

/** The gradient of a value from those of the cut values its term ends in. */
function chained(
  graph: ValueGraph,
  root: number,
  isActive: (id: number) => boolean,
  cuts: Uint8Array,
  gradientOf: (id: number) => Gradient,
): Map<number, number> {
  const gradient = new Map<number, number>();
  const add = (variable: number, term: number) => {
    const sum = gradient.get(variable);
    gradient.set(variable, sum === undefined ? term : graph.operation('add', sum, term));
  };
  const byEnd = new Map<number, number>();
  const stack: { readonly id: number; readonly weight: number }[] = [{ id: root, weight: graph.constant(1) }];
  for (let entry = stack.pop(); entry; entry = stack.pop()) {
    const { id, weight } = entry;
    if (!isActive(id) || graph.constantOf(weight) === 0) continue;
    if (cuts[id] === 1 && id !== root) {
      const sum = byEnd.get(id);
      byEnd.set(id, sum === undefined ? weight : graph.operation('add', sum, weight));
      continue;
    }
    const instruction = graph.instructions[id];
    if (instruction.kind === 'operation') {
      const parts = partials(graph, instruction, id, weight, isActive);
      for (let i = parts.length - 1; i >= 0; i--) stack.push(parts[i]);
    }
  }
  for (const [id, weight] of byEnd) {
    for (const [variable, value] of gradientOf(id)) add(variable, weighted(graph, weight, value));
  }
  return gradient;
}

/** weight·value; a side of a choice that is zero stays zero, however large the weight: as in √max(x, 0) below 0. */
function weighted(graph: ValueGraph, weight: number, value: number): number {
  const instruction = graph.instructions[value];
  if (instruction.kind === 'operation' && instruction.operator === 'select') {
    const [condition, a, b] = instruction.operands;
    const isZero = (id: number) => graph.constantOf(id) === 0;
    const side = (id: number) => (isZero(id) ? id : weighted(graph, weight, id));
    if (isZero(a) || isZero(b)) return graph.operation('select', condition, side(a), side(b));
  }
  return graph.operation('mul', weight, value);
}

/** Weight × ∂value/∂operand for each operand that depends on a variable. */
export function partials(
  graph: ValueGraph,
  { operator, operands }: Operation,
  value: number,
  weight: number,
  isActive: (id: number) => boolean,
): { readonly id: number; readonly weight: number }[] {
  const [a, b] = operands;
  const of = graph.operation.bind(graph);
  const k = (x: number) => graph.constant(x);
  const by = (factor: number) => [{ id: a, weight: of('mul', weight, factor) }];
  const over = (divisor: number) => [{ id: a, weight: of('div', weight, divisor) }];
  const square = () => of('mul', a, a);
  switch (operator) {
    case 'add':
      return [
        { id: a, weight },
        { id: b, weight },
      ];
    case 'sub':
      return [
        { id: a, weight },
        { id: b, weight: of('neg', weight) },
      ];
    case 'mul':
      return [
        ...(isActive(a) ? [{ id: a, weight: of('mul', weight, b) }] : []),
        ...(isActive(b) ? [{ id: b, weight: of('mul', weight, a) }] : []),
      ];
    case 'div': {
      const share = of('div', weight, b);
      return [
        { id: a, weight: share },
        ...(isActive(b) ? [{ id: b, weight: of('neg', of('mul', share, value)) }] : []),
      ];
    }
    case 'neg':
      return [{ id: a, weight: of('neg', weight) }];
    case 'pow':
      return [
        ...(isActive(a) ? by(of('mul', b, of('pow', a, of('sub', b, k(1))))) : []),
        ...(isActive(b)
          ? [{ id: b, weight: of('mul', weight, of('select', of('lt', k(0), a), of('mul', value, of('ln', a)), k(0))) }]
          : []),
      ];
    case 'exp':
      return by(value);
    case 'ln':
      return over(a);
    case 'log10':
      return over(of('mul', a, k(Math.LN10)));
    case 'sqrt':
      return by(of('div', k(0.5), value));
    case 'abs':
      return [{ id: a, weight: of('select', of('lt', a, k(0)), of('neg', weight), weight) }];
    case 'sin':
      return by(of('cos', a));
    case 'cos':
      return by(of('neg', of('sin', a)));
    case 'tan':
      return by(of('add', k(1), of('mul', value, value)));
    case 'asin':
      return over(of('sqrt', of('sub', k(1), square())));
    case 'acos':
      return over(of('neg', of('sqrt', of('sub', k(1), square()))));
    case 'atan':
      return over(of('add', k(1), square()));
    case 'sinh':
      return by(of('cosh', a));
    case 'cosh':
      return by(of('sinh', a));
    case 'tanh':
      return by(of('sub', k(1), of('mul', value, value)));
    case 'asinh':
      return over(of('sqrt', of('add', square(), k(1))));
    case 'acosh':
      return over(of('mul', of('sqrt', of('sub', a, k(1))), of('sqrt', of('add', a, k(1)))));
    case 'atanh':
      return over(of('sub', k(1), square()));
    case 'rem': {
      const ratio = of('div', a, b);
      const whole = of('select', of('lt', ratio, k(0)), of('ceil', ratio), of('floor', ratio));
      return [{ id: a, weight }, ...(isActive(b) ? [{ id: b, weight: of('neg', of('mul', weight, whole)) }] : [])];
    }
    default:
      return [];
  }
}
