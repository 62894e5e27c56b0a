const MOST_ROUNDS = 300;
const MOST_KEPT = 12;

/**
 * x = g(x) by Anderson's method: each round takes the combination of the last rounds whose residual is least. Anderson, J ACM
 * 1965;12:547, doi:10.1145/321296.321305; in the form of Walker and Ni, SIAM J Numer Anal 2011;49:1715,
 * doi:10.1137/10078356X. Null where g fails or no point is found to relative · |x| + absolute in every component.
 */
export function fixedPoint(
  g: (x: Float64Array, out: Float64Array) => boolean,
  start: Float64Array,
  relative: number,
  absolute: number,
): Float64Array | null {
  const n = start.length;
  const most = Math.min(n, MOST_KEPT);
  let x = start.slice();
  const image = new Float64Array(n);
  /** Differences of residuals and of images, the newest last. */
  const moves: { residual: Float64Array; image: Float64Array }[] = [];
  let lastResidual: Float64Array | null = null;
  let lastImage: Float64Array | null = null;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    if (!g(x, image)) return null;
    const residual = image.map((value, i) => value - x[i]);
    if (!residual.every(Number.isFinite)) return null;
    if (residual.every((value, i) => Math.abs(value) <= relative * Math.abs(x[i]) + absolute)) return x;
    if (lastResidual !== null && lastImage !== null) {
      const [before, earlier] = [lastResidual, lastImage];
      moves.push({
        residual: residual.map((value, i) => value - before[i]),
        image: image.map((value, i) => value - earlier[i]),
      });
      if (moves.length > most) moves.shift();
    }
    lastResidual = residual;
    lastImage = image.slice();
    const weights = leastSquares(
      moves.map((move) => move.residual),
      residual,
      x,
    );
    const next = image.slice();
    for (const [k, move] of moves.entries()) for (let i = 0; i < n; i++) next[i] -= weights[k] * move.image[i];
    x = next;
  }
  return null;
}

/** Weights of the columns whose sum is nearest to b, each component by its size in x; dependent columns get 0. */
function leastSquares(columns: readonly Float64Array[], b: Float64Array, x: Float64Array): readonly number[] {
  const scale = Math.max(...x.map(Math.abs), Number.MIN_VALUE);
  const by = (v: Float64Array) => v.map((value, i) => value / Math.max(Math.abs(x[i]), 1e-6 * scale));
  const basis: { q: Float64Array; column: number; norm: number; along: number[] }[] = [];
  const rest = by(b);
  // From the newest column back: where they depend on one another the newest tell most.
  for (let k = columns.length - 1; k >= 0; k--) {
    const q = by(columns[k]);
    const size = Math.sqrt(dot(q, q));
    const along = basis.map((other) => {
      const part = dot(other.q, q);
      for (let i = 0; i < q.length; i++) q[i] -= part * other.q[i];
      return part;
    });
    const norm = Math.sqrt(dot(q, q));
    if (!(norm > 1e-10 * size)) continue;
    for (let i = 0; i < q.length; i++) q[i] /= norm;
    basis.push({ q, column: k, norm, along });
  }
  const parts = basis.map(({ q }) => dot(q, rest));
  const weights = columns.map(() => 0);
  for (let k = basis.length - 1; k >= 0; k--) {
    let part = parts[k];
    for (let j = k + 1; j < basis.length; j++) part -= basis[j].along[k] * weights[basis[j].column];
    weights[basis[k].column] = part / basis[k].norm;
  }
  return weights;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
