/** A distribution function on (low, high) to be inverted at p. */
export interface InvertRequest {
  readonly p: number;
  cdf(x: number): number;
  /** 1 − cdf, exact where it is small. */
  upper(x: number): number;
  density(x: number): number;
  readonly low: number;
  readonly high: number;
  readonly start: number;
}

/**
 * The x with cdf(x) = p: Newton steps on whichever tail is the smaller, kept inside a shrinking bracket; outside it the
 * bracket is halved (doubled while one end is infinite). Ends when x no longer moves.
 */
export function invertCdf(request: InvertRequest): number {
  const { p } = request;
  const lowerSide = p <= 0.5;
  const q = 1 - p;
  let low = request.low;
  let high = request.high;
  let x = request.start > low && request.start < high ? request.start : inside(low, high);
  for (let i = 0; i < 400; i++) {
    const error = lowerSide ? request.cdf(x) - p : q - request.upper(x);
    if (error === 0) return x;
    if (error > 0) high = x;
    else low = x;
    let next = x - error / request.density(x);
    if (!(next > low && next < high)) next = inside(low, high);
    if (next === x || Math.abs(next - x) <= Number.EPSILON * Math.abs(x)) return next;
    x = next;
  }
  return x;
}

/** The geometric mean where the bracket spans decades, else the middle; one doubling outward from an open end. */
function inside(low: number, high: number): number {
  if (high === Number.POSITIVE_INFINITY) return low === Number.NEGATIVE_INFINITY ? 0 : low > 0 ? low * 2 : low / 2 + 1;
  if (low === Number.NEGATIVE_INFINITY) return high < 0 ? high * 2 : high / 2 - 1;
  if (low >= 0 && high > 4 * low) return low === 0 ? high * 1e-3 : Math.sqrt(low) * Math.sqrt(high);
  return low + (high - low) / 2;
}
