import fc from 'fast-check';
import { expect, test } from 'vitest';
import { call, type Expression, symbol } from '../expression/expression.ts';
import { expressions, NAMES } from '../expression/fixtures/expressions.ts';
import { interpret } from '../program/interpret.ts';
import { lower, type SymbolSlot } from '../program/lower.ts';
import { javascriptFunction, javascriptSource } from './javascript.ts';

const slots = new Map<string, SymbolSlot>([
  ...NAMES.map((name, index) => [name, { argument: 1, index }] as const),
  ['time', { argument: 0, index: 0 }],
]);
const args = [
  { name: 't', length: 1 },
  { name: 'x', length: NAMES.length },
];
const program = (...results: readonly (readonly Expression[])[]) =>
  lower(
    results.map((values, r) => ({ name: `r${r}`, values })),
    args,
    slots,
  );
const edge = fc.constantFrom(-0, 0, 0.5, 1, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324);
const entry = fc.oneof(fc.double(), fc.integer({ min: -3, max: 3 }), edge);
const vector = fc.array(entry, { minLength: NAMES.length, maxLength: NAMES.length });

test('compiled programs have, bit for bit, the values of their interpretation', () => {
  fc.assert(
    fc.property(fc.array(expressions(), { minLength: 1, maxLength: 4 }), fc.double(), vector, (values, t, x) => {
      const made = program(values, values.slice(1));
      const expected = interpret(made, [[t], x]);
      const out = expected.map((result) => new Float64Array(result.length));
      javascriptFunction(made)(Float64Array.of(t), Float64Array.from(x), ...out);
      expect(out).toEqual(expected);
    }),
    { numRuns: 400 },
  );
});

test('a large program is split into stages that pass shared values on', () => {
  let sum = symbol(NAMES[0]) as Expression;
  const sums: Expression[] = [];
  for (let i = 0; i < 6000; i++) {
    const other = symbol(NAMES[i % NAMES.length]);
    sum = call(i % 3 === 0 ? 'mul' : 'add', call('sin', sum), i % 7 === 0 ? call('lt', sum, other) : other);
    if (i % 500 === 0) sums.push(sum, call('lt', sum, other));
  }
  const made = program(sums, [sum, sums[0]]);
  expect(javascriptSource(made)).toContain('const stage1');
  const x = NAMES.map((_, i) => 0.3 * i - 0.4);
  const expected = interpret(made, [[0], x]);
  const out = expected.map((result) => new Float64Array(result.length));
  javascriptFunction(made)(Float64Array.of(0), Float64Array.from(x), ...out);
  expect(out).toEqual(expected);
});
