import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate } from '../expression/evaluate.ts';
import { call, type Expression, symbol } from '../expression/expression.ts';
import { expressions, NAMES } from '../expression/fixtures/expressions.ts';
import { nodesOf } from '../expression/fold.ts';
import { parse } from '../expression/parse.ts';
import { adjoints } from './adjoints.ts';
import { gradients } from './gradient.ts';
import { interpret } from './interpret.ts';
import { Lowering } from './lower.ts';
import { ValueGraph } from './value-graph.ts';

/** ∂expression/∂NAMES at a point, walked back from the value and made forwards. */
function both(expression: Expression, x: readonly number[]): readonly (readonly number[])[] {
  const graph = new ValueGraph();
  const read = (name: string) => (name === 'time' ? graph.constant(0.5) : graph.read(0, NAMES.indexOf(name as 'a')));
  const value = new Lowering(graph, read).one(expression);
  const zero = graph.constant(0);
  const backwards = adjoints(graph, value, NAMES.map(read)).map((id) => id ?? zero);
  const [gradient] = gradients(graph, [value], NAMES.map(read));
  const forwards = NAMES.map((_, i) => gradient.get(i) ?? zero);
  return [backwards, forwards].map((values) => [
    ...interpret(graph.program([{ name: 'x', length: NAMES.length }], [{ name: 'd', values }]), [x])[0],
  ]);
}

test('of random expressions, where every term is finite, are the derivatives made forwards', () => {
  let compared = 0;
  const coordinate = fc.integer({ min: -1000, max: 1000 }).map((n) => n / 331 + 0.00137);
  fc.assert(
    fc.property(expressions(), fc.array(coordinate, { minLength: 4, maxLength: 4 }), (expression, x) => {
      const values = Object.fromEntries(NAMES.map((name, i) => [name, x[i]]));
      if (!nodesOf([expression]).every((node) => Math.abs(evaluate(node, values, 0.5)) < 1e6)) return;
      const [backwards, forwards] = both(expression, x);
      forwards.forEach((expected, i) => {
        if (!(Math.abs(expected) < 1e6)) return;
        if (expected !== 0) compared++;
        expect(Math.abs(backwards[i] - expected)).toBeLessThanOrEqual(1e-8 * Math.max(1, Math.abs(expected)));
      });
    }),
    { numRuns: 3000, seed: 2 },
  );
  expect(compared).toBeGreaterThan(600);
});

test('a side not taken adds nothing, not even where its derivative is infinite', () => {
  const backwards = (text: string, x: readonly number[]) => both(parse(text), x)[0];
  expect(backwards('a > 0 ? ln(a) : 3*a', [-1, 0, 0, 0])).toEqual([3, 0, 0, 0]);
  expect(backwards('(a > 0 ? sqrt(a*b) : b)*2', [-1, 2, 0, 0])).toEqual([0, 2, 0, 0]);
  expect(backwards('sqrt(max(a, 0)) + max(a, 0)^0.7 + b', [-1, 2, 0, 0])).toEqual([0, 1, 0, 0]);
  expect(backwards('(a > 0 ? sqrt(a) : 0) + (b > 0 ? 1/a : a)', [0, -1, 0, 0])).toEqual([1, 0, 0, 0]);
});

test('by all of many variables cost a small multiple of the value', () => {
  const graph = new ValueGraph();
  const lowering = new Lowering(graph, (name) => graph.read(0, Number(name.slice(1))));
  const many = 500;
  const scale = symbol('x0');
  let sum: Expression = symbol('x1');
  for (let i = 1; i < many; i++) {
    const residual = call('sub', call('mul', scale, symbol(`x${i}`)), call('exp', symbol(`x${i - 1}`)));
    sum = call('add', sum, call('mul', residual, residual));
  }
  const value = lowering.one(sum);
  const before = graph.instructions.length;
  const found = adjoints(
    graph,
    value,
    Array.from({ length: many }, (_, i) => graph.read(0, i)),
  );
  expect(found.every((id) => id !== undefined)).toBe(true);
  expect(graph.instructions.length).toBeLessThan(3 * before);
});
