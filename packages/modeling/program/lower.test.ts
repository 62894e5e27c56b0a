import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate } from '../expression/evaluate.ts';
import { call, type Expression, number, symbol } from '../expression/expression.ts';
import { expressions, NAMES } from '../expression/fixtures/expressions.ts';
import { parse } from '../expression/parse.ts';
import { interpret } from './interpret.ts';
import { lower, type SymbolSlot } from './lower.ts';

const slots = new Map<string, SymbolSlot>([
  ...NAMES.map((name, index) => [name, { argument: 1, index }] as const),
  ['time', { argument: 0, index: 0 }],
]);
const args = [
  { name: 't', length: 1 },
  { name: 'x', length: NAMES.length },
];
const program = (...values: readonly Expression[]) => lower([{ name: 'out', values }], args, slots);

test('a lowered expression has, bit for bit, the value of its interpretation', () => {
  const value = fc.oneof(fc.double(), fc.integer({ min: -3, max: 3 }), fc.constantFrom(-0, 0, 0.5));
  fc.assert(
    fc.property(expressions(), fc.array(value, { minLength: 5, maxLength: 5 }), (expression, [t, ...x]) => {
      const [out] = interpret(program(expression), [[t], x]);
      const values = Object.fromEntries(NAMES.map((name, i) => [name, x[i]]));
      expect(out[0]).toBe(evaluate(expression, values, t));
    }),
    { numRuns: 3000 },
  );
});

test('no two instructions are alike, none is unused, operands come first', () => {
  fc.assert(
    fc.property(fc.array(expressions(), { maxLength: 4 }), (outputs) => {
      const { instructions, results } = program(...outputs);
      const texts = instructions.map((i) =>
        i.kind === 'constant' && Object.is(i.value, -0)
          ? '-0'
          : JSON.stringify(i, (_, x) => (typeof x === 'number' ? String(x) : x)),
      );
      expect(new Set(texts).size).toBe(texts.length);
      const used = new Set(results[0].values);
      instructions.forEach((instruction, i) => {
        if (instruction.kind !== 'operation') return;
        for (const operand of instruction.operands) {
          expect(operand).toBeLessThan(i);
          used.add(operand);
        }
      });
      expect(used.size).toBe(instructions.length);
    }),
    { numRuns: 500 },
  );
});

test('what two outputs share is worked out once', () => {
  const { instructions } = program(parse('a*b/(1 + a*b)'), parse('c*(b*a)'), parse('a > b'), parse('b < a'));
  expect(instructions.filter((i) => i.kind === 'operation').map((i) => i.operator)).toEqual([
    'mul',
    'add',
    'div',
    'mul',
    'lt',
  ]);
});

test('constants are folded; what could change a bit is not', () => {
  const operations = (text: string) =>
    program(parse(text)).instructions.flatMap((i) => (i.kind === 'operation' ? [i.operator] : []));
  expect(operations('2*3 + a*1')).toEqual(['add']);
  expect(operations('a/4')).toEqual(['mul']);
  expect(operations('a/3')).toEqual(['div']);
  expect(operations('a - 0')).toEqual([]);
  expect(operations('a + 0')).toEqual(['add']);
  expect(operations('a*0')).toEqual(['mul']);
  expect(operations('--a')).toEqual([]);
  expect(operations('a + -b')).toEqual(['sub']);
  expect(operations('a^3')).toEqual(['mul', 'mul']);
  expect(operations('a^-2')).toEqual(['mul', 'div']);
  expect(operations('1 < 2 ? a : exp(b)')).toEqual([]);
});

test('takes linear time on shared and on deep expressions', () => {
  let shared: Expression = symbol('a');
  for (let i = 0; i < 60; i++) shared = call('add', shared, shared);
  expect(program(shared).instructions).toHaveLength(61);
  let deep: Expression = symbol('a');
  for (let i = 0; i < 50_000; i++) deep = call('sub', number(i), deep);
  expect(program(deep).instructions.length).toBeGreaterThan(50_000);
});

test('a name without a slot is refused', () => {
  expect(() => program(symbol('nobody'))).toThrow('nobody has no value here');
});
