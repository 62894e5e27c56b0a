import fc from 'fast-check';
import { expect, test } from 'vitest';
import { add, apply, div, mul, neg, pow, select, sub } from './build.ts';
import { derivative } from './derivative.ts';
import { evaluate } from './evaluate.ts';
import { call, type Expression, number, symbol } from './expression.ts';
import { expressions, NAMES } from './fixtures/expressions.ts';
import { substitute, symbolsOf } from './fold.ts';
import { parse } from './parse.ts';
import { print } from './print.ts';

const leaf = fc.oneof(
  fc.constantFrom(-0, 0, 1, -1, 2, Number.NaN, Number.POSITIVE_INFINITY).map((x) => number(x)),
  fc.constantFrom('a', 'b').map(symbol),
);
const value = fc.constantFrom(-0, 0, 1, -2.5, 1e308, Number.POSITIVE_INFINITY, Number.NaN);

test('constructors give the very value of the plain call', () => {
  const builders = { add, sub, mul, div, pow } as const;
  fc.assert(
    fc.property(
      fc.constantFrom(...(Object.keys(builders) as 'add'[])),
      leaf,
      leaf,
      leaf,
      value,
      value,
      (operator, x, y, z, a, b) => {
        const values = { a, b };
        const same = (left: Expression, right: Expression) =>
          expect(evaluate(left, values)).toBe(evaluate(right, values));
        same(builders[operator](x, y), call(operator, x, y));
        same(neg(neg(x)), x);
        same(select(x, y, z), call('select', x, y, z));
        same(apply('max', x, y), call('max', x, y));
      },
    ),
  );
});

test('constructors drop what changes nothing and fold constants', () => {
  const a = symbol('a');
  expect([mul(a, number(1)), div(a, number(1)), sub(a, number(0)), pow(a, number(1)), neg(neg(a))]).toEqual(
    Array(5).fill(a),
  );
  expect(add(number(2), number(3))).toEqual(number(5));
  expect(print(add(a, number(0)))).toBe('a + 0');
  expect(mul(number(2, 'mg'), number(1))).toEqual(number(2, 'mg'));
  expect(print(mul(number(2, 'mg'), number(3)))).toBe('2 [mg]*3');
});

test('substituting names, then evaluating, is evaluating with their values', () => {
  fc.assert(
    fc.property(expressions(), fc.double({ noNaN: true }), (expression, x) => {
      const values = Object.fromEntries(NAMES.map((name) => [name, x]));
      const replaced = substitute(expression, new Map(NAMES.map((name) => [name, number(x)])));
      expect([...symbolsOf(replaced)].filter((name) => name !== 'time')).toEqual([]);
      const [before, after] = [evaluate(expression, values, 1), evaluate(replaced, {}, 1)];
      if (Number.isFinite(before)) expect(Math.abs(after - before)).toBeLessThanOrEqual(1e-6 * Math.abs(before));
    }),
    { numRuns: 200 },
  );
  const same = parse('a + b');
  expect(substitute(same, new Map([['c', number(1)]]))).toBe(same);
});

test('derivatives are expressions again', () => {
  expect(print(derivative(parse('exp(-k*x)'), 'x'))).toBe('-(k*exp(-(k*x)))');
  expect(print(derivative(parse('a*x^2'), 'x'))).toBe('x*a + x*a');
  expect(derivative(parse('a + b'), 'x')).toEqual(number(0));
});
