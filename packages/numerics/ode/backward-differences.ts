/*
 * Backward differences of a solution in equal steps: what the formulas of orders 1 to 5 hold of the past. Entry k of
 * `differences` is the difference of order k of the state, at the newest point.
 */

export const HIGHEST_ORDER = 5;
/** Shampine, Reichelt, SIAM J. Sci. Comput. 1997;18:1, table 1: κ of the numerical differentiation formulas by order. */
const KAPPA = [0, -0.185, -1 / 9, -0.0823, -0.0415, 0];
/** γ_k = Σ 1/j up to k. */
export const GAMMAS = [0, 1, 3 / 2, 11 / 6, 25 / 12, 137 / 60];
export const ALPHAS = KAPPA.map((kappa, k) => (1 - kappa) * GAMMAS[k]);
/** Error of one step over the difference of order k + 1. */
export const ERRORS = KAPPA.map((kappa, k) => kappa * GAMMAS[k] + 1 / (k + 1));

/**
 * The state a step on by the differences alone, and the sum of γ times them; for each order written out, since with the next
 * function it is most of a step on a large system.
 */
export function predict(
  [d0, d1, d2, d3, d4, d5]: readonly Float64Array[],
  order: number,
  state: Float64Array,
  psi: Float64Array,
): void {
  const n = state.length;
  const [, g1, g2, g3, g4, g5] = GAMMAS;
  if (order === 1) {
    for (let i = 0; i < n; i++) {
      state[i] = d0[i] + d1[i];
      psi[i] = g1 * d1[i];
    }
  } else if (order === 2) {
    for (let i = 0; i < n; i++) {
      state[i] = d0[i] + d1[i] + d2[i];
      psi[i] = g1 * d1[i] + g2 * d2[i];
    }
  } else if (order === 3) {
    for (let i = 0; i < n; i++) {
      state[i] = d0[i] + d1[i] + d2[i] + d3[i];
      psi[i] = g1 * d1[i] + g2 * d2[i] + g3 * d3[i];
    }
  } else if (order === 4) {
    for (let i = 0; i < n; i++) {
      state[i] = d0[i] + d1[i] + d2[i] + d3[i] + d4[i];
      psi[i] = g1 * d1[i] + g2 * d2[i] + g3 * d3[i] + g4 * d4[i];
    }
  } else {
    for (let i = 0; i < n; i++) {
      state[i] = d0[i] + d1[i] + d2[i] + d3[i] + d4[i] + d5[i];
      psi[i] = g1 * d1[i] + g2 * d2[i] + g3 * d3[i] + g4 * d4[i] + g5 * d5[i];
    }
  }
}

/** The state has gone on by a step of which `correction` is the difference to what was predicted. */
export function advance(differences: readonly Float64Array[], order: number, correction: Float64Array): void {
  const [d0, d1, d2, d3, d4, d5] = differences;
  const beyond = differences[order + 2];
  const top = differences[order + 1];
  const n = correction.length;
  for (let i = 0; i < n; i++) {
    beyond[i] = correction[i] - top[i];
    top[i] = correction[i];
  }
  if (order === 1) for (let i = 0; i < n; i++) d0[i] += d1[i] += d2[i];
  else if (order === 2) for (let i = 0; i < n; i++) d0[i] += d1[i] += d2[i] += d3[i];
  else if (order === 3) for (let i = 0; i < n; i++) d0[i] += d1[i] += d2[i] += d3[i] += d4[i];
  else if (order === 4) for (let i = 0; i < n; i++) d0[i] += d1[i] += d2[i] += d3[i] += d4[i] += d5[i];
  else for (let i = 0; i < n; i++) d0[i] += d1[i] += d2[i] += d3[i] += d4[i] += d5[i] += correction[i];
}

/**
 * The same polynomial in steps `factor` times as long, D·R(factor)·R(1) in Shampine, Reichelt 1997, (2.7). `table` is
 * working space of (order + 1)² numbers or more.
 */
export function rescale(
  differences: readonly Float64Array[],
  order: number,
  factor: number,
  table: Float64Array,
): void {
  const width = order + 1;
  // Entry (i, j) of R(x) is the product over l ≤ i of (l − 1 − x·j)/l; those of R(1) vanish below the diagonal.
  for (let j = 1; j < width; j++) {
    for (let i = 1; i < width; i++) {
      let sum = 0;
      for (let l = 1; l <= j; l++) sum += entry(i, l, factor) * entry(l, j, 1);
      table[i * width + j] = sum;
    }
  }
  const [, d1, d2, d3, d4, d5] = differences;
  const n = d1.length;
  for (let c = 0; c < n; c++) {
    const held1 = d1[c];
    const held2 = d2[c];
    const held3 = d3[c];
    const held4 = d4[c];
    const held5 = d5[c];
    for (let j = 1; j < width; j++) {
      let sum = table[width + j] * held1;
      if (order > 1) sum += table[2 * width + j] * held2;
      if (order > 2) sum += table[3 * width + j] * held3;
      if (order > 3) sum += table[4 * width + j] * held4;
      if (order > 4) sum += table[5 * width + j] * held5;
      differences[j][c] = sum;
    }
  }
}

function entry(i: number, j: number, x: number): number {
  let product = 1;
  for (let l = 1; l <= i; l++) product *= (l - 1 - x * j) / l;
  return product;
}

/** The polynomial through the last points, `to` the newest and h apart, from their backward differences. */
export function interpolateDifferences(
  t: number,
  to: number,
  h: number,
  order: number,
  kept: readonly Float64Array[],
  out: Float64Array,
): void {
  out.set(kept[0]);
  let weight = 1;
  for (let k = 1; k <= order; k++) {
    weight *= (t - to + (k - 1) * h) / (k * h);
    const difference = kept[k];
    for (let i = 0; i < out.length; i++) out[i] += weight * difference[i];
  }
}
