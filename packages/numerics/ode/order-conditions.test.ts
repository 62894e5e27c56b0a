import { describe, expect, test } from 'vitest';
import type { ExplicitMethod } from './method.ts';
import { rk4 } from './rk4.ts';
import { A, C, GAMMA, H, STAGE_TIMES, TIME_WEIGHTS } from './rodas5p.data.ts';
import type { OdeSystem, Solver } from './solver.ts';
import { tsit5 } from './tsit5.ts';
import { vern7 } from './vern7.ts';

/** A rooted tree as the trees on its root. Hairer, Nørsett, Wanner, Solving Ordinary Differential Equations I, II.2. */
type Tree = readonly Tree[];

/** All rooted trees of `order` nodes. */
function trees(order: number): Tree[] {
  const all: Tree[][] = [[], [[]]];
  for (let n = 2; n <= order; n++) {
    all[n] = forests(all, n - 1, n - 1, Number.POSITIVE_INFINITY);
  }
  return all[order];
}

/** Forests of `nodes` nodes whose trees have at most `largest` nodes, the first of that size at most the `most`-th of its size. */
function forests(all: Tree[][], nodes: number, largest: number, most: number): Tree[] {
  if (nodes === 0) return [[]];
  const found: Tree[] = [];
  for (let size = Math.min(nodes, largest); size >= 1; size--) {
    const last = size === largest ? Math.min(most, all[size].length - 1) : all[size].length - 1;
    for (let index = last; index >= 0; index--) {
      for (const rest of forests(all, nodes - size, size, index)) found.push([all[size][index], ...rest]);
    }
  }
  return found;
}

const count = (tree: Tree): number => tree.reduce((sum, branch) => sum + count(branch), 1);
const density = (tree: Tree): number => tree.reduce((product, branch) => product * density(branch), count(tree));

/** Stage weights of a tree; a branch that is its node's only one goes through `single`, others through `a`. */
function weights(tree: Tree, a: number[][], single: number[][]): number[] {
  const matrix = tree.length === 1 ? single : a;
  return tree
    .map((branch) => weights(branch, a, single))
    .map((inner) => matrix.map((row) => row.reduce((sum, value, j) => sum + value * inner[j], 0)))
    .reduce(
      (product, column) => product.map((value, i) => value * column[i]),
      a.map(() => 1),
    );
}

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0);

/** The largest miss of the conditions Σ b·Φ(tree) = θ^nodes / density up to an order. */
function worstCondition(b: readonly number[], a: number[][], single: number[][], order: number, theta = 1): number {
  let worst = 0;
  for (let nodes = 1; nodes <= order; nodes++) {
    for (const tree of trees(nodes)) {
      worst = Math.max(worst, Math.abs(dot(b, weights(tree, a, single)) - theta ** nodes / density(tree)));
    }
  }
  return worst;
}

test('there are 1, 1, 2, 4, 9, 20, 48 rooted trees of 1 to 7 nodes', () => {
  expect([1, 2, 3, 4, 5, 6, 7].map((n) => trees(n).length)).toEqual([1, 1, 2, 4, 9, 20, 48]);
});

/** y′ = 0. */
const rest: OdeSystem = { dimension: 1, rhs: (_t, _y, dy) => void dy.fill(0) };

/** Order of each interpolant; 0, where it is cubic Hermite. */
const INTERPOLANTS: readonly [ExplicitMethod & Solver, number][] = [
  [rk4, 0],
  [tsit5, 4],
  [vern7, 6],
];

describe.each(INTERPOLANTS)('$name', (method, interpolantOrder) => {
  const rows = [...method.a, ...(method.extra?.a ?? [])];
  const all = rows.map((row) => rows.map((_, j) => row[j] ?? 0));
  const square = (size: number) => all.slice(0, size).map((row) => row.slice(0, size));
  const stages = method.c.length;

  test('meets the order conditions of its order and no further', () => {
    const a = square(stages);
    expect(worstCondition(method.b, a, a, method.order)).toBeLessThan(2e-14);
    expect(worstCondition(method.b, a, a, method.order + 1)).toBeGreaterThan(1e-9);
  });

  test('has an embedded method of its order and no further, or none', () => {
    if (method.error === undefined) {
      expect(() =>
        method.start(rest, 0, new Float64Array(1), { kind: 'adaptive', relative: 1e-6, absolute: 1e-6 }),
      ).toThrow(RangeError);
      return;
    }
    const a = square(stages);
    const embedded = method.b.map((value, i) => value - method.error![i]);
    expect(worstCondition(embedded, a, a, method.errorOrder!)).toBeLessThan(2e-14);
    expect(worstCondition(embedded, a, a, method.errorOrder! + 1)).toBeGreaterThan(1e-6);
  });

  test('has an interpolant that meets the conditions everywhere in the step', () => {
    expect(method.interpolant !== undefined).toBe(interpolantOrder > 0);
    for (const theta of [0.1, 0.5, 0.77, 1]) {
      const b = rows.map((_, s) =>
        (method.interpolant?.[s] ?? []).reduceRight((sum, value) => (sum + value) * theta, 0),
      );
      expect(worstCondition(b, all, all, interpolantOrder, theta)).toBeLessThan(1e-12);
    }
  });

  test('is stable on as much of the negative real axis as it says', () => {
    const grows = (z: number) => {
      const g: number[] = [];
      for (const row of square(stages)) g.push(1 + z * dot(row.slice(0, g.length), g));
      return Math.abs(1 + z * dot(method.b, g));
    };
    for (let z = 0; z <= method.realStability!; z += 0.01) expect(grows(-z)).toBeLessThan(1 + 1e-12);
    expect(grows(-method.realStability! - 0.01)).toBeGreaterThan(1);
  });

  test('has rows that sum to c', () => {
    const c = [...method.c, ...(method.extra?.c ?? [])];
    for (const [i, row] of rows.entries()) expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(c[i], 13);
  });
});

describe('Rodas5P', () => {
  // From the form without products by the Jacobian: Γ⁻¹ = I/γ − C, α = A·Γ, b = m·Γ. Hairer, Wanner, Solving ODEs II, (7.25).
  const square = (rows: readonly (readonly number[])[]) => rows.map((row) => rows.map((_, j) => row[j] ?? 0));
  const c = square(C);
  // Γ⁻¹ is lower triangular: rows of Γ by forward substitution.
  const gammas = c.map(() => c.map(() => 0));
  for (let i = 0; i < c.length; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = i === j ? 1 : 0;
      for (let l = j; l < i; l++) sum += c[i][l] * gammas[l][j];
      gammas[i][j] = sum * GAMMA;
    }
  }
  const times = (row: readonly number[]) =>
    gammas.map((_, j) =>
      dot(
        row,
        gammas.map((g) => g[j]),
      ),
    );
  const alphas = square(A).map(times);
  const betas = alphas.map((row, i) => row.map((value, j) => value + gammas[i][j]));
  const end = [...A[7], 1];
  const embedded = [...A[7], 0];

  test('meets the order conditions of order 5 and no further; its embedded method those of 4', () => {
    expect(worstCondition(times(end), alphas, betas, 5)).toBeLessThan(1e-12);
    expect(worstCondition(times(end), alphas, betas, 6)).toBeGreaterThan(1e-6);
    expect(worstCondition(times(embedded), alphas, betas, 4)).toBeLessThan(1e-12);
    expect(worstCondition(times(embedded), alphas, betas, 5)).toBeGreaterThan(1e-6);
  });

  test('has an interpolant of order 4', () => {
    for (const theta of [0.1, 0.5, 0.9]) {
      const m = end.map(
        (value, s) => theta * value + theta * (1 - theta) * (H[0][s] + theta * (H[1][s] + theta * H[2][s])),
      );
      expect(worstCondition(times(m), alphas, betas, 4, theta)).toBeLessThan(1e-12);
    }
  });

  test('has stage times and weights of ∂f/∂t that follow from its matrices', () => {
    for (let i = 0; i < 8; i++) {
      expect(alphas[i].reduce((sum, value) => sum + value, 0)).toBeCloseTo(STAGE_TIMES[i], 12);
      expect(gammas[i].reduce((sum, value) => sum + value, 0)).toBeCloseTo(TIME_WEIGHTS[i], 12);
    }
  });

  test('is stiffly accurate and L-stable', () => {
    for (let j = 0; j < 8; j++) expect(betas[7][j]).toBeCloseTo(times(end)[j], 12);
    // R(z) = 1 + z·bᵀ(I − zβ)⁻¹1 by forward substitution on complex numbers, along the imaginary axis and far out.
    const b = times(end);
    const size = (x: number, y: number) => {
      const u: [number, number][] = [];
      for (let i = 0; i < 8; i++) {
        let [re, im] = [1, 0];
        for (let j = 0; j < i; j++) {
          re += betas[i][j] * (x * u[j][0] - y * u[j][1]);
          im += betas[i][j] * (x * u[j][1] + y * u[j][0]);
        }
        const [dr, di] = [1 - x * GAMMA, -y * GAMMA];
        const q = dr * dr + di * di;
        u.push([(re * dr + im * di) / q, (im * dr - re * di) / q]);
      }
      const re = u.reduce((sum, v, i) => sum + b[i] * v[0], 0);
      const im = u.reduce((sum, v, i) => sum + b[i] * v[1], 0);
      return Math.hypot(1 + x * re - y * im, x * im + y * re);
    };
    for (let p = -3; p < 5; p += 0.05) expect(size(0, 10 ** p)).toBeLessThan(1 + 1e-9);
    expect(size(-1e8, 0)).toBeLessThan(1e-5);
  });
});
