import type { Grid } from './readings.ts';

/** Windows of the two trailing moving averages, in grid steps of 5 minutes, and the gap that ends a segment. */
const SHORT = 5;
const LONG = 32;
const LONGEST_GAP_MINUTES = 180;

/**
 * Mean amplitude of glycaemic excursions, mg/dL: the mean height of the excursions that exceed one standard deviation
 * (Service 1970, doi:10.2337/diab.19.9.644). Turning points are sought between the crossings of a short (25 min) and a
 * long (160 min) moving average of glucose on a 5-minute grid (Fernandes 2022, doi:10.1177/19322968211061165); rising and
 * falling excursions are averaged; the trace is split at gaps over three hours and the segments weighted by their length.
 * NaN where no excursion counts.
 */
export function mage(grid: Grid): number {
  let sum = 0;
  let weight = 0;
  for (const segment of segments(grid)) {
    const sd = standardDeviation(segment.filter((v) => !Number.isNaN(v)));
    if (segment.length < 7 || !(sd >= 1)) continue;
    const points = turningPoints(segment);
    const duration = segment.length - 1;
    for (const heights of [
      rises(points, sd),
      rises(
        points.map((p) => -p),
        sd,
      ),
    ]) {
      if (heights.length === 0) continue;
      sum += duration * (heights.reduce((s, h) => s + h, 0) / heights.length);
      weight += duration;
    }
  }
  return weight === 0 ? Number.NaN : sum / weight;
}

/** The stretches of the grid between gaps over `LONGEST_GAP_MINUTES`, each beginning and ending with a value. */
function segments(grid: Grid): Float64Array[] {
  const found: Float64Array[] = [];
  let from = -1;
  let last = -1;
  for (let i = 0; i < grid.values.length; i++) {
    if (Number.isNaN(grid.values[i]!)) continue;
    if (last >= 0 && (i - last) * grid.stepMinutes > LONGEST_GAP_MINUTES) {
      found.push(grid.values.slice(from, last + 1));
      from = i;
    }
    if (from < 0) from = i;
    last = i;
  }
  if (from >= 0) found.push(grid.values.slice(from, last + 1));
  return found;
}

/** Trailing mean over the values present; the first `window` entries take the first full one. */
function movingAverage(values: Float64Array, window: number): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    let sum = 0;
    let count = 0;
    for (let j = Math.max(0, i - window + 1); j <= i; j++) {
      if (Number.isNaN(values[j]!)) continue;
      sum += values[j]!;
      count++;
    }
    out[i] = count === 0 ? Number.NaN : sum / count;
  }
  return out.fill(out[Math.min(window, values.length) - 1]!, 0, Math.min(window, values.length));
}

/** Peaks and nadirs in turn: the extreme value between one turning point and the next crossing. */
function turningPoints(values: Float64Array): number[] {
  const short = movingAverage(values, SHORT);
  const long = movingAverage(values, LONG);
  const above = (i: number) => short[i]! > long[i]!;
  const undecided = (i: number) => Number.isNaN(short[i]! - long[i]!) || short[i] === long[i];
  const crossings: { at: number; peak: boolean }[] = [{ at: 0, peak: above(0) }];
  let before = 0;
  for (let i = 1; i < values.length; i++) {
    if (undecided(i)) continue;
    // Across a gap or a tie the side is compared with that at the last crossing, not with the step before.
    const since = [i, i - 1].some((k) => Number.isNaN(values[k]!)) || undecided(i - 1) ? crossings.at(-1)!.at : before;
    if (!undecided(since) && above(since) !== above(i)) crossings.push({ at: i, peak: above(i) });
    before = i;
  }
  const end = values.length - 1;
  crossings.push({ at: end, peak: above(end) });
  const points: number[] = [];
  let from = 0;
  for (let c = 0; c + 1 < crossings.length; c++) {
    const { peak } = crossings[c]!;
    let best = -1;
    for (let i = from; i <= crossings[c + 1]!.at; i++) {
      const v = values[i]!;
      if (Number.isNaN(v)) continue;
      if (best < 0 || (peak ? v > values[best]! : v < values[best]!)) best = i;
    }
    points.push(values[best]!);
    from = best;
  }
  return points;
}

/** Heights of the rises over `sd` that are followed by a fall over `sd` (or by the end of the trace). */
function rises(points: readonly number[], sd: number): number[] {
  const heights: number[] = [];
  let from = 0;
  let j = 0;
  while (j < points.length) {
    const nadir = Math.min(...points.slice(from, j + 1));
    if (points[j]! - nadir < sd) {
      j++;
      continue;
    }
    let peak = j;
    let k = j;
    for (; k < points.length; k++) {
      if (points[k]! > points[peak]!) peak = k;
      if (points[peak]! - points[k]! > sd || k === points.length - 1) break;
    }
    heights.push(points[peak]! - nadir);
    if (k === points.length - 1) break;
    from = k;
    j = k;
  }
  return heights;
}

function standardDeviation(values: Float64Array): number {
  const mean = values.reduce((s, v) => s + v, 0) / values.length;
  return Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / (values.length - 1));
}
