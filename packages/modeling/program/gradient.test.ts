import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../expression/evaluate.ts';
import { call, type Expression, symbol } from '../expression/expression.ts';
import { expressions, NAMES } from '../expression/fixtures/expressions.ts';
import { nodesOf } from '../expression/fold.ts';
import { parse } from '../expression/parse.ts';
import { gradients } from './gradient.ts';
import { interpret } from './interpret.ts';
import { Lowering } from './lower.ts';
import { ValueGraph } from './value-graph.ts';

/** ∂expression/∂NAMES at a point; NaN time. */
function gradientAt(expression: Expression, x: readonly number[]): readonly number[] {
  const graph = new ValueGraph();
  const read = (name: string) => (name === 'time' ? graph.constant(0.5) : graph.read(0, NAMES.indexOf(name as 'a')));
  const value = new Lowering(graph, read).one(expression);
  const [gradient] = gradients(graph, [value], NAMES.map(read));
  const zero = graph.constant(0);
  const values = NAMES.map((_, i) => gradient.get(i) ?? zero);
  const program = graph.program([{ name: 'x', length: NAMES.length }], [{ name: 'd', values }]);
  return [...interpret(program, [x])[0]];
}

/** Central difference, extrapolated once, with an estimate of its error. */
function difference(expression: Expression, x: readonly number[], i: number): { value: number; error: number } {
  const at = (h: number) => {
    const values = Object.fromEntries(NAMES.map((name, j) => [name, j === i ? x[j] + h : x[j]]));
    return evaluate(expression, values, 0.5);
  };
  const central = (h: number) => (at(h) - at(-h)) / (2 * h);
  const [wide, middle, narrow] = [central(2e-3), central(1e-3), central(5e-4)];
  const first = (4 * middle - wide) / 3;
  const value = (4 * narrow - middle) / 3;
  const rounding = (Math.abs(at(0)) * 4e-16) / 5e-4;
  return { value, error: Math.abs(value - first) + rounding };
}

test('derivatives of random expressions, where every term is finite, agree with finite differences to 1e-6', () => {
  let compared = 0;
  const coordinate = fc.integer({ min: -1000, max: 1000 }).map((n) => n / 331 + 0.00137);
  const point = fc.array(coordinate, { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(expressions(), point, (expression, x) => {
      const values = Object.fromEntries(NAMES.map((name, i) => [name, x[i]]));
      if (!nodesOf([expression]).every((node) => Number.isFinite(evaluate(node, values, 0.5)))) return;
      const gradient = gradientAt(expression, x);
      gradient.forEach((analytic, i) => {
        const { value, error } = difference(expression, x, i);
        const scale = Math.max(1, Math.abs(value));
        if (!Number.isFinite(value) || !(error < 1e-8 * scale) || Math.abs(value) > 1e6) return;
        if (value !== 0) compared++;
        expect(Math.abs(analytic - value)).toBeLessThan(1e-6 * scale);
      });
    }),
    { numRuns: 4000, seed: 1 },
  );
  expect(compared).toBeGreaterThan(800);
});

describe('each rule agrees with finite differences', () => {
  const functions = 'exp ln log10 sqrt abs sin cos tan asin acos atan sinh cosh tanh asinh atanh'.split(' ');
  test.each([
    ...functions.map((name) => `${name}(a*b)`),
    'acosh(1 + a*b)',
    'a^b',
    'a^2.5',
    '2^b',
    'a^-3',
    'a/b/(a + b)',
    'rem(5.1 + a, b)',
    'min(a, b*b)',
    'max(a, b*b)*a',
    'a > b ? a*b : b^2',
    'a > b and b > 0 ? a*b : sqrt(b - a)',
    '(a*b + a)*(a*b + b)',
  ])('%s', (text) => {
    const x = [0.6, 0.7, 0, 0];
    const gradient = gradientAt(parse(text), x);
    for (const i of [0, 1]) expect(gradient[i]).toBeCloseTo(difference(parse(text), x, i).value, 8);
  });
});

test('a side not taken does not spoil the derivative', () => {
  expect(gradientAt(parse('a > 0 ? ln(a) : 3*a'), [-1, 0, 0, 0])).toEqual([3, 0, 0, 0]);
  expect(gradientAt(parse('a >= 0 ? sqrt(a)*b : b'), [-1, 2, 0, 0])).toEqual([0, 1, 0, 0]);
  expect(gradientAt(parse('sqrt(max(a, 0)) + max(a, 0)^0.7 + b'), [-1, 2, 0, 0])).toEqual([0, 1, 0, 0]);
});

test('a power of zero has the derivative it has', () => {
  expect(gradientAt(parse('a^2.5 + a^b'), [0, 3, 0, 0])).toEqual([0, 0, 0, 0]);
});

test('long sums and shared terms take time in proportion to their length', () => {
  const graph = new ValueGraph();
  const lowering = new Lowering(graph, (name) => graph.read(0, Number(name.slice(1))));
  let sum: Expression = symbol('x0');
  for (let i = 1; i < 5000; i++) sum = call('add', sum, call('mul', symbol(`x${i}`), symbol(`x${i - 1}`)));
  let shared: Expression = symbol('x0');
  for (let i = 0; i < 60; i++) shared = call('mul', shared, call('sin', shared));
  const variables = Array.from({ length: 5000 }, (_, i) => graph.read(0, i));
  const [ofSum, ofShared] = gradients(graph, lowering.all([sum, shared]), variables);
  expect(ofSum.size).toBe(5000);
  expect(ofShared.size).toBe(1);
  expect(graph.instructions.length).toBeLessThan(40_000);
});
