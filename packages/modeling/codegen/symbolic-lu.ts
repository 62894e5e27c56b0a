import type { SparsePattern } from '../program/compiled-model.ts';
import type { Graph } from './graph.ts';

/** A row and a column of a matrix that may differ from zero once it is factorised, and where its value is kept. */
export interface LuPlan {
  readonly n: number;
  /** Unknowns in the order of elimination. */
  readonly order: readonly number[];
  /** Entries kept, by `row * n + column`: factors below, the diagonal's reciprocals, and what is above. */
  readonly place: ReadonlyMap<number, number>;
  /** Multiplications, each with a subtraction, in a factorisation. */
  readonly work: number;
}

/**
 * The order of elimination with diagonal pivots that fills in least, step by step (Markowitz), and the pattern with what is
 * filled in. For matrices shift·I − J, whose diagonal the shift makes strong.
 */
export function planLu(pattern: SparsePattern): LuPlan {
  const n = pattern.columns;
  const rows = Array.from({ length: n }, (_, i) => new Set([i]));
  const columns = Array.from({ length: n }, (_, i) => new Set([i]));
  for (let j = 0; j < n; j++) {
    for (let p = pattern.starts[j]; p < pattern.starts[j + 1]; p++) {
      rows[pattern.rowIndices[p]].add(j);
      columns[j].add(pattern.rowIndices[p]);
    }
  }
  const left = new Set(Array.from({ length: n }, (_, i) => i));
  const order: number[] = [];
  const place = new Map<number, number>();
  let work = 0;
  const keep = (i: number, j: number) => place.set(i * n + j, place.size);
  while (left.size > 0) {
    let pivot = -1;
    let least = Number.POSITIVE_INFINITY;
    for (const k of left) {
      const cost = (rows[k].size - 1) * (columns[k].size - 1);
      if (cost < least) [pivot, least] = [k, cost];
    }
    work += least;
    left.delete(pivot);
    order.push(pivot);
    keep(pivot, pivot);
    for (const j of rows[pivot]) if (j !== pivot) keep(pivot, j);
    for (const i of columns[pivot]) if (i !== pivot) keep(i, pivot);
    for (const i of columns[pivot]) {
      if (i === pivot) continue;
      rows[i].delete(pivot);
      for (const j of rows[pivot]) {
        if (j === pivot) continue;
        rows[i].add(j);
        columns[j].add(i);
      }
    }
    for (const j of rows[pivot]) columns[j].delete(pivot);
  }
  return { n, order, place, work };
}

/** Values of the factors of shift·I − J, in the plan's places; J's `entries` in the order of its pattern. */
export function factorNodes(
  graph: Graph,
  plan: LuPlan,
  pattern: SparsePattern,
  entries: readonly number[],
  shift: number,
): readonly number[] {
  const { n, order, place } = plan;
  const matrix = new Map<number, number>();
  for (let j = 0; j < n; j++) {
    matrix.set(j * n + j, shift);
    for (let p = pattern.starts[j]; p < pattern.starts[j + 1]; p++) {
      const i = pattern.rowIndices[p];
      matrix.set(i * n + j, i === j ? graph.sub(shift, entries[p]) : graph.neg(entries[p]));
    }
  }
  const out = new Array<number>(place.size);
  const done = new Set<number>();
  for (const k of order) {
    done.add(k);
    const inverse = graph.div(graph.constant(1), matrix.get(k * n + k)!);
    out[place.get(k * n + k)!] = inverse;
    const right = order.filter((j) => !done.has(j) && place.has(k * n + j) && matrix.has(k * n + j));
    for (const j of right) out[place.get(k * n + j)!] = matrix.get(k * n + j)!;
    for (const i of order) {
      if (done.has(i) || !matrix.has(i * n + k)) continue;
      const factor = graph.mul(matrix.get(i * n + k)!, inverse);
      out[place.get(i * n + k)!] = factor;
      for (const j of right) {
        const before = matrix.get(i * n + j);
        const less = graph.mul(factor, matrix.get(k * n + j)!);
        matrix.set(i * n + j, before === undefined ? graph.neg(less) : graph.sub(before, less));
      }
    }
  }
  return out;
}

/** The solution for a right-hand side, by the values of factorNodes. */
export function solveNodes(
  graph: Graph,
  { n, order, place }: LuPlan,
  factors: readonly number[],
  right: readonly number[],
): readonly number[] {
  const b = [...right];
  order.forEach((k, step) => {
    for (const i of order.slice(step + 1)) {
      const at = place.get(i * n + k);
      if (at !== undefined) b[i] = graph.sub(b[i], graph.mul(factors[at], b[k]));
    }
  });
  for (let step = n - 1; step >= 0; step--) {
    const k = order[step];
    for (const j of order.slice(step + 1)) {
      const at = place.get(k * n + j);
      if (at !== undefined) b[k] = graph.sub(b[k], graph.mul(factors[at], b[j]));
    }
    b[k] = graph.mul(b[k], factors[place.get(k * n + k)!]);
  }
  return b;
}
