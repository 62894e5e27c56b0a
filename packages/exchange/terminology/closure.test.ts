import fc from 'fast-check';
import { expect, test } from 'vitest';
import { adjacency, below, closureOf, isBelow } from './closure.ts';

/** A hierarchy without circles: parents have smaller numbers. */
const hierarchy = fc.integer({ min: 1, max: 40 }).chain((size) =>
  fc.record({
    size: fc.constant(size),
    edges: fc
      .uniqueArray(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { selector: ([a, b]) => `${a} ${b}`, maxLength: 80 })
      .map((pairs) => pairs.filter(([child, parent]) => parent < child)),
  }),
);

function reach(size: number, edges: readonly (readonly [number, number])[]): boolean[][] {
  const found = Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, k) => i === k));
  for (let n = 0; n < size; n++) {
    for (const [child, parent] of edges) {
      if (child !== n) continue;
      for (let above = 0; above < size; above++) if (found[parent]![above]) found[n]![above] = true;
    }
  }
  return found;
}

function close(size: number, edges: readonly (readonly [number, number])[]) {
  const child = edges.map(([one]) => one);
  const parent = edges.map(([, one]) => one);
  return closureOf(adjacency(size, parent, child), adjacency(size, child, parent));
}

test('the closure says what walking the hierarchy says', () => {
  fc.assert(
    fc.property(hierarchy, ({ size, edges }) => {
      const closure = close(size, edges);
      if ('circle' in closure) throw new Error('there is no circle');
      const walked = reach(size, edges);
      for (let above = 0; above < size; above++) {
        const under = walked.flatMap((row, n) => (row[above] && n !== above ? [n] : []));
        expect([...below(closure, above)].sort((a, b) => a - b)).toEqual(under);
        expect(walked.every((row, n) => isBelow(closure, above, n) === row[above])).toBe(true);
      }
    }),
  );
});

test('a circle is found and named', () => {
  const circle = close(4, [
    [1, 0],
    [2, 3],
    [3, 2],
  ]);
  expect(circle).toMatchObject({ circle: 2 });
});

test('a tree takes one interval a concept', () => {
  const edges = Array.from({ length: 999 }, (_, i) => [i + 1, Math.floor(i / 3)] as const);
  const closure = close(1000, edges);
  expect('circle' in closure ? 0 : closure.bounds.length).toBe(2000);
});
