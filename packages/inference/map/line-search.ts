/** A function of the step length along a search direction. */
export interface LinePoint {
  readonly alpha: number;
  /** To be minimised; +Infinity outside the domain. */
  readonly value: number;
  readonly slope: number;
}

/** The step found, and whether it meets the strong Wolfe conditions (or descends all the way to `longest`). */
export interface LineSearchResult {
  readonly status: 'ok' | 'failed';
  readonly point: LinePoint;
  readonly evaluations: number;
}

/** Sufficient decrease and curvature constants usual for quasi-Newton directions. */
const DECREASE = 1e-4;
const CURVATURE = 0.9;

/**
 * Strong Wolfe line search on (0, longest]: Nocedal and Wright, Numerical Optimization, 2nd ed., algorithms 3.5 and
 * 3.6, with cubic interpolation. A direction that still descends at `longest` ends there.
 * @param origin value and (negative) slope at step 0
 */
export function strongWolfe(
  evaluate: (alpha: number) => LinePoint,
  origin: LinePoint,
  first: number,
  longest: number,
): LineSearchResult {
  let evaluations = 0;
  const at = (alpha: number): LinePoint => {
    evaluations++;
    const p = evaluate(alpha);
    return Number.isFinite(p.value) && Number.isFinite(p.slope) ? p : { alpha, value: Infinity, slope: Infinity };
  };
  const decreased = (p: LinePoint) => p.value <= origin.value + DECREASE * p.alpha * origin.slope;
  const flat = (p: LinePoint) => Math.abs(p.slope) <= -CURVATURE * origin.slope;
  const zoom = (a: LinePoint, b: LinePoint): LineSearchResult => {
    let low = a;
    let high = b;
    for (let i = 0; i < 30; i++) {
      const p = at(between(low, high));
      if (!decreased(p) || p.value >= low.value) high = p;
      else {
        if (flat(p)) return { status: 'ok', point: p, evaluations };
        if (p.slope * (high.alpha - low.alpha) >= 0) high = low;
        low = p;
      }
      if (Math.abs(high.alpha - low.alpha) <= 1e-12 * Math.max(low.alpha, high.alpha)) break;
    }
    return { status: low.alpha > 0 && low.value < origin.value ? 'ok' : 'failed', point: low, evaluations };
  };
  let last = origin;
  let alpha = Math.min(first, longest);
  for (let i = 0; i < 30; i++) {
    const p = at(alpha);
    if (!decreased(p) || (i > 0 && p.value >= last.value)) return zoom(last, p);
    if (flat(p)) return { status: 'ok', point: p, evaluations };
    if (p.slope >= 0) return zoom(p, last);
    if (alpha >= longest) return { status: 'ok', point: p, evaluations };
    last = p;
    alpha = Math.min(longest, 2.5 * alpha);
  }
  return { status: last.alpha > 0 ? 'ok' : 'failed', point: last, evaluations };
}

/** Minimiser of the cubic through two points (equation 3.59), kept off the ends; the middle where there is none. */
function between(a: LinePoint, b: LinePoint): number {
  const middle = (a.alpha + b.alpha) / 2;
  if (!Number.isFinite(b.value)) return a.alpha + 0.1 * (b.alpha - a.alpha);
  const d1 = a.slope + b.slope - (3 * (a.value - b.value)) / (a.alpha - b.alpha);
  const square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return middle;
  const d2 = Math.sign(b.alpha - a.alpha) * Math.sqrt(square);
  const p = b.alpha - ((b.alpha - a.alpha) * (b.slope + d2 - d1)) / (b.slope - a.slope + 2 * d2);
  const margin = 0.1 * Math.abs(b.alpha - a.alpha);
  const low = Math.min(a.alpha, b.alpha) + margin;
  const high = Math.max(a.alpha, b.alpha) - margin;
  return Number.isFinite(p) ? Math.min(high, Math.max(low, p)) : middle;
}
