/** Independent uncertain inputs of a model, by their quantile functions from (0, 1). */
export interface UncertainInputs {
  readonly quantiles: readonly ((p: number) => number)[];
  readonly names?: readonly string[];
}

/** Quantile function of the uniform distribution on [low, high]. */
export function uniformInput(low: number, high: number): (p: number) => number {
  return (p) => low + (high - low) * p;
}
