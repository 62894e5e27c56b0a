/**
 * The two forms in which a posterior is handed to an algorithm. Both take many points at once, because the models
 * behind them are simulated in batches. Coordinates are unconstrained real numbers.
 */

/** A log density over ℝⁿ, up to one constant. */
export interface LogDensity {
  readonly dimension: number;
  /** Points: count × dimension, row-major. Returns `count` values; −Infinity (or NaN) outside the support. */
  evaluate(points: Float64Array, count: number): Float64Array;
}

/** A posterior whose log density is −½ |r(x)|² up to a constant; the prior's residuals are among them. */
export interface LeastSquares {
  readonly dimension: number;
  /** Length of r. */
  readonly residuals: number;
  /** Points: count × dimension. Returns count × residuals; a row with a value that is not finite lies outside the domain. */
  evaluate(points: Float64Array, count: number): Float64Array;
  /** residuals × dimension derivative at one point; absent: forward differences through `evaluate`. */
  jacobian?(point: Float64Array): Float64Array;
}

/** A multivariate normal by its mean and the lower Cholesky factor of its covariance. */
export interface Gaussian {
  readonly dimension: number;
  readonly mean: Float64Array;
  /** dimension × dimension, covariance = lower · lowerᵀ. */
  readonly lower: Float64Array;
}
