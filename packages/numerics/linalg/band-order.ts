import type { SparseColumns } from './sparse-ordering.ts';

/** An order of rows and columns in which every entry lies within `width` of the diagonal. */
export interface BandOrder {
  readonly order: Int32Array;
  readonly width: number;
}

/** A band wider than this share of the matrix saves little. */
const NARROW = 1 / 8;

/**
 * The order given, else that of Cuthill and McKee, if a pattern fills most of a narrow band in it; null where it does not.
 * George, Liu, Computer Solution of Large Sparse Positive Definite Systems, 1981, 4.3.
 */
export function bandOrder(n: number, pattern: SparseColumns): BandOrder | null {
  const { starts, rowIndices } = pattern;
  const given = { order: Int32Array.from({ length: n }, (_, i) => i), width: 0 };
  let beside = 0;
  for (let j = 0; j < n; j++) {
    for (let p = starts[j]; p < starts[j + 1]; p++) {
      const distance = Math.abs(rowIndices[p] - j);
      if (distance > 0) beside++;
      given.width = Math.max(given.width, distance);
    }
  }
  // Both sides of the band together hold 2·width entries a row: half of them and more are to be there.
  if (beside / n > 2 * NARROW * n) return null;
  const widest = Math.max(1, Math.min(beside / n, NARROW * n));
  if (given.width <= widest) return given;
  const order = cuthillMcKee(n, pattern);
  const positions = new Int32Array(n);
  for (let k = 0; k < n; k++) positions[order[k]] = k;
  let width = 0;
  for (let j = 0; j < n; j++) {
    for (let p = starts[j]; p < starts[j + 1]; p++) {
      width = Math.max(width, Math.abs(positions[rowIndices[p]] - positions[j]));
    }
  }
  return width <= widest ? { order, width } : null;
}

/** Neighbours level by level, those of few neighbours first, from an end of each connected part. */
function cuthillMcKee(n: number, { starts, rowIndices }: SparseColumns): Int32Array {
  const neighbours: number[][] = Array.from({ length: n }, () => []);
  for (let j = 0; j < n; j++) {
    for (let p = starts[j]; p < starts[j + 1]; p++) {
      const i = rowIndices[p];
      if (i === j) continue;
      neighbours[i].push(j);
      neighbours[j].push(i);
    }
  }
  for (const list of neighbours) list.sort((a, b) => neighbours[a].length - neighbours[b].length);
  const order = new Int32Array(n);
  /** The search that reached each one last. */
  const reached = new Int32Array(n).fill(-1);
  let searches = 0;
  /** Fills `order` from `from` on with what is connected to `root`; where that ends, and the last level begins. */
  const search = (root: number, from: number) => {
    const stamp = searches++;
    let end = from + 1;
    let level = from;
    let levels = 0;
    order[from] = root;
    reached[root] = stamp;
    for (let k = from, next = end; k < end; k++) {
      if (k === next) {
        level = k;
        next = end;
        levels++;
      }
      for (const i of neighbours[order[k]]) {
        if (reached[i] === stamp) continue;
        reached[i] = stamp;
        order[end++] = i;
      }
    }
    return { end, level, levels };
  };
  const placed = new Uint8Array(n);
  for (let from = 0, first = 0; from < n; ) {
    while (placed[first] === 1) first++;
    let found = search(first, from);
    // From the far end again, as long as that puts more levels between the ends.
    for (let deeper = true; deeper; ) {
      const far = order.subarray(found.level, found.end);
      const root = far.reduce((a, b) => (neighbours[b].length < neighbours[a].length ? b : a));
      const next = search(root, from);
      deeper = next.levels > found.levels;
      found = next;
    }
    for (let k = from; k < found.end; k++) placed[order[k]] = 1;
    from = found.end;
  }
  return order;
}
