/** Draws of several chains of equal length. */
export interface Draws {
  readonly dimension: number;
  readonly chains: number;
  readonly length: number;
  /** chains × length × dimension. */
  readonly values: Float64Array;
  /** chains × length. */
  readonly logDensity: Float64Array;
}

/** One draw of a chain. */
export interface ChainDraw<Info> {
  readonly phase: 'warm-up' | 'sampling';
  readonly point: Float64Array;
  readonly logDensity: number;
  readonly info: Info;
}

/** One coordinate of all chains: chains × length, chain-major. */
export function coordinate(draws: Draws, index: number): Float64Array {
  return Float64Array.from(
    { length: draws.chains * draws.length },
    (_, k) => draws.values[k * draws.dimension + index],
  );
}

/** The draws with every point mapped by `map` to `dimension` numbers, such as from unconstrained to constrained. */
export function mapDraws(draws: Draws, dimension: number, map: (point: Float64Array) => Float64Array): Draws {
  const count = draws.chains * draws.length;
  const values = new Float64Array(count * dimension);
  for (let k = 0; k < count; k++) {
    values.set(map(draws.values.subarray(k * draws.dimension, (k + 1) * draws.dimension)), k * dimension);
  }
  return { ...draws, dimension, values };
}

/** Chains gathered from the kept draws of each. */
export function gatherDraws(
  dimension: number,
  chains: readonly (readonly { readonly point: Float64Array; readonly logDensity: number }[])[],
): Draws {
  const length = chains[0]?.length ?? 0;
  const values = new Float64Array(chains.length * length * dimension);
  const logDensity = new Float64Array(chains.length * length);
  chains.forEach((chain, c) => {
    chain.forEach((draw, t) => {
      values.set(draw.point, (c * length + t) * dimension);
      logDensity[c * length + t] = draw.logDensity;
    });
  });
  return { dimension, chains: chains.length, length, values, logDensity };
}
