import { sobolDirections } from './sobol-directions.data.ts';
import type { RandomStream } from './stream.ts';

/** Most dimensions of the Sobol' sequence here. */
export const SOBOL_DIMENSIONS = sobolDirections.length + 1;

const BITS = 32;
const UNIT = 2 ** -32;

/**
 * The first `count` points of the Sobol' sequence in [0, 1)ⁿ, count × dimension, in Gray-code order (Antonov and Saleev
 * 1979; direction numbers of Joe and Kuo 2008). Best with a power of two. With a stream every coordinate is scrambled by a
 * random lower triangular binary matrix and a digital shift (Matoušek, J. Complexity 14 (1998) 527): each point is then
 * uniform on (0, 1)ⁿ, the net as even as before.
 * @throws RangeError for a dimension outside 1 to SOBOL_DIMENSIONS or a count outside 0 to 2³²
 */
export function sobolPoints(dimension: number, count: number, random?: RandomStream): Float64Array {
  if (!Number.isInteger(dimension) || dimension < 1 || dimension > SOBOL_DIMENSIONS) {
    throw new RangeError(`The Sobol' sequence has 1 to ${SOBOL_DIMENSIONS} dimensions here, not ${dimension}.`);
  }
  if (!Number.isInteger(count) || count < 0 || count > 2 ** BITS) {
    throw new RangeError(`The Sobol' sequence has up to 2^32 points, not ${count}.`);
  }
  const points = new Float64Array(count * dimension);
  for (let d = 0; d < dimension; d++) {
    let directions = directionNumbers(d);
    let x = 0;
    let offset = 0;
    if (random) {
      const stream = random.fork('sobol', d);
      directions = scrambled(directions, stream);
      x = stream.uint32();
      offset = 0.5;
    }
    for (let k = 0; k < count; k++) {
      points[k * dimension + d] = ((x >>> 0) + offset) * UNIT;
      // The lowest zero bit of k says which direction number the next point differs by.
      x ^= directions[trailingOnes(k)];
    }
  }
  return points;
}

/** Latin hypercube in (0, 1)ⁿ, count × dimension: every coordinate has one point in each of `count` equal cells. */
export function latinHypercube(dimension: number, count: number, random: RandomStream): Float64Array {
  const points = new Float64Array(count * dimension);
  for (let d = 0; d < dimension; d++) {
    const cells = Array.from({ length: count }, (_, k) => k);
    for (let k = count - 1; k > 0; k--) {
      const j = Math.floor(random.uniform() * (k + 1));
      [cells[k], cells[j]] = [cells[j], cells[k]];
    }
    for (let k = 0; k < count; k++) points[k * dimension + d] = (cells[k] + random.uniform()) / count;
  }
  return points;
}

/** 32-bit direction numbers of a dimension (0-based): vₖ = mₖ 2^(32 − k), by the recurrence of its polynomial. */
function directionNumbers(dimension: number): Uint32Array {
  const v = new Uint32Array(BITS);
  if (dimension === 0) return v.map((_, k) => 2 ** (BITS - 1 - k));
  const { a, m } = sobolDirections[dimension - 1];
  const s = m.length;
  for (let k = 0; k < BITS; k++) {
    if (k < s) {
      v[k] = m[k] * 2 ** (BITS - 1 - k);
      continue;
    }
    let next = v[k - s] ^ (v[k - s] >>> s);
    for (let j = 1; j < s; j++) if ((a >>> (s - 1 - j)) & 1) next ^= v[k - j];
    v[k] = next;
  }
  return v;
}

/** The direction numbers times a random lower triangular matrix of bits with ones on its diagonal. */
function scrambled(directions: Uint32Array, random: RandomStream): Uint32Array {
  // Row r takes part of the r higher bits, and bit r itself.
  const rows = Uint32Array.from({ length: BITS }, (_, r) => {
    const own = 2 ** (BITS - 1 - r);
    const higher = r === 0 ? 0 : (0xffffffff << (BITS - r)) >>> 0;
    return ((random.uint32() & higher) | own) >>> 0;
  });
  return directions.map((v) => {
    let out = 0;
    for (let r = 0; r < BITS; r++) out = (out << 1) | parity(rows[r] & v);
    return out >>> 0;
  });
}

function parity(x: number): number {
  let y = x ^ (x >>> 16);
  y ^= y >>> 8;
  y ^= y >>> 4;
  y ^= y >>> 2;
  return (y ^ (y >>> 1)) & 1;
}

function trailingOnes(k: number): number {
  return Math.min(BITS - 1, 31 - Math.clz32(~k & (k + 1)));
}
