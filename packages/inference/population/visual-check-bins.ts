import { inferenceErrors } from '../errors.data.ts';

/**
 * How observations of a stratum are put together along the axis. `count`: that many bins of as equal a number of observations as
 * ties allow, which stay together. `edges`: ascending bounds, each bin with its lower and the last with both. `nominal`: every
 * value a bin of its own.
 */
export type VisualCheckBinning =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'edges'; readonly edges: readonly number[] }
  | { readonly kind: 'nominal' };

/** A stretch of the axis and which of the values lie in it. */
export interface Bin {
  readonly low: number;
  readonly high: number;
  readonly members: readonly number[];
}

/** Bins of the values in ascending order; what lies outside given edges is in none. @throws inference-shape */
export function binsOf(x: Float64Array, binning: VisualCheckBinning): readonly Bin[] {
  const order = Array.from(x.keys()).sort((a, b) => x[a] - x[b]);
  if (binning.kind === 'edges') {
    const { edges } = binning;
    if (edges.length < 2 || edges.some((edge, k) => !Number.isFinite(edge) || (k > 0 && !(edge > edges[k - 1])))) {
      throw inferenceErrors.error('inference-shape', `Edges ${edges.join(', ')} do not ascend.`, 'edges');
    }
    const last = edges.length - 2;
    return edges.slice(0, -1).map((low, k) => {
      const high = edges[k + 1];
      const members = order.filter((i) => x[i] >= low && (x[i] < high || (k === last && x[i] === high)));
      return { low, high, members };
    });
  }
  const ties: number[][] = [];
  for (const i of order) {
    const group = ties.at(-1);
    if (group !== undefined && x[group[0]] === x[i]) group.push(i);
    else ties.push([i]);
  }
  if (binning.kind === 'nominal') return ties.map((members) => spanned(members, x));
  const { count } = binning;
  if (!Number.isInteger(count) || count < 1) {
    throw inferenceErrors.error('inference-shape', `${count} bins cannot be made.`, 'bins');
  }
  const bins: number[][] = [];
  let placed = 0;
  for (const group of ties) {
    // The middle of the group says in which share of the whole it lies.
    const k = Math.min(count - 1, Math.floor(((placed + group.length / 2) / order.length) * count));
    placed += group.length;
    bins[k] = [...(bins[k] ?? []), ...group];
  }
  return bins.filter((members) => members !== undefined).map((members) => spanned(members, x));
}

function spanned(members: readonly number[], x: Float64Array): Bin {
  return { low: x[members[0]], high: x[members[members.length - 1]], members };
}
