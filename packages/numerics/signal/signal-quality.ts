/** What a stretch of signal is judged by. */
export interface StretchQuality {
  /** Whether all rules hold: what is derived from it may be used. */
  readonly good: boolean;
  /** Mean correlation of the beats with their mean; NaN where there are fewer than three. */
  readonly correlation: number;
  /** Beats a minute. */
  readonly rate: number;
  /** Third standardised moment of the samples. */
  readonly skewness: number;
  /** Part of the samples that are there, 0 to 1. */
  readonly present: number;
  /** Part of the samples within runs of one value of 0.2 s or more, 0 to 1. */
  readonly flat: number;
  /** Rules that do not hold, in words. */
  readonly reasons: readonly string[];
}

/** Seconds of one value that no living signal shows. */
const STILL = 0.2;
/** A stretch that stands still for more than this part of it has no contact. */
const MOST_FLAT = 0.25;

/** Least mean correlation: ECG 0.66, PPG 0.86 (Orphanidou et al. 2015). */
export const LEAST_CORRELATION = { ecg: 0.66, ppg: 0.86 } as const;

/**
 * Judges a stretch (10 s in the paper) by the rules of Orphanidou et al. 2015 (doi:10.1109/JBHI.2014.2338351): 40 to 180 beats a
 * minute, no pause above 3 s, at the ends neither, longest over shortest interval below 2.2, and mean correlation with the mean beat of at least
 * 0.66 (ECG) or 0.86 (PPG). Skewness is the index that Elgendi 2016 (doi:10.3390/bioengineering3040021) found best for PPG.
 * `beats` are sample numbers within `samples`; gaps are NaN.
 */
export function judgeStretch(
  samples: Float64Array,
  rate: number,
  beats: ArrayLike<number>,
  kind: keyof typeof LEAST_CORRELATION,
): StretchQuality {
  const reasons: string[] = [];
  const there = samples.filter((value) => !Number.isNaN(value));
  const present = samples.length === 0 ? 0 : there.length / samples.length;
  const flat = flatPart(there, rate);
  const intervals = Float64Array.from(
    { length: Math.max(0, beats.length - 1) },
    (_, i) => (beats[i + 1]! - beats[i]!) / rate,
  );
  const mean = intervals.reduce((a, b) => a + b, 0) / intervals.length;
  const longest = Math.max(...intervals);
  const shortest = Math.min(...intervals);
  const perMinute = 60 / mean;
  const correlation = templateCorrelation(samples, beats, Math.round(mean * rate));
  if (present < 0.9) reasons.push('samples are missing');
  if (flat > MOST_FLAT) reasons.push('the signal stands still');
  if (intervals.length < 2) reasons.push('fewer than three beats');
  else {
    if (perMinute < 40 || perMinute > 180) reasons.push('the rate is outside 40 to 180 a minute');
    const ends = [beats[0]! / rate, (samples.length - 1 - beats[beats.length - 1]!) / rate];
    if (Math.max(longest, ...ends) > 3) reasons.push('a pause is longer than 3 s');
    if (longest / shortest >= 2.2) reasons.push('the intervals differ by more than 2.2 times');
    if (!(correlation >= LEAST_CORRELATION[kind])) reasons.push('the beats do not resemble one another');
  }
  return {
    good: reasons.length === 0,
    correlation,
    rate: perMinute,
    skewness: skewness(there),
    present,
    flat,
    reasons,
  };
}

/** Third standardised moment; NaN of fewer than three values or of one value only. */
export function skewness(values: ArrayLike<number>): number {
  const n = values.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += values[i]! / n;
  let [second, third] = [0, 0];
  for (let i = 0; i < n; i++) {
    const d = values[i]! - mean;
    second += (d * d) / n;
    third += (d * d * d) / n;
  }
  return n < 3 || second === 0 ? Number.NaN : third / second ** 1.5;
}

/** Part of the samples in runs of one value that last at least `STILL` seconds. */
function flatPart(values: Float64Array, rate: number): number {
  let still = 0;
  let start = 0;
  for (let i = 1; i <= values.length; i++) {
    if (i < values.length && values[i] === values[start]) continue;
    if (i - start >= STILL * rate) still += i - start;
    start = i;
  }
  return values.length === 0 ? 1 : still / values.length;
}

/** Mean correlation of windows around the beats, as wide as the mean interval, with their mean. */
function templateCorrelation(samples: Float64Array, beats: ArrayLike<number>, width: number): number {
  const half = Math.floor(width / 2);
  const windows: Float64Array[] = [];
  for (let i = 0; i < beats.length; i++) {
    const from = beats[i]! - half;
    if (half < 2 || from < 0 || from + 2 * half > samples.length) continue;
    const window = samples.subarray(from, from + 2 * half);
    if (!window.some(Number.isNaN)) windows.push(window);
  }
  if (windows.length < 3) return Number.NaN;
  const template = new Float64Array(2 * half);
  for (const window of windows)
    for (let k = 0; k < template.length; k++) template[k] = template[k]! + window[k]! / windows.length;
  return windows.reduce((sum, window) => sum + correlationOf(window, template), 0) / windows.length;
}

function correlationOf(a: Float64Array, b: Float64Array): number {
  const n = a.length;
  let [meanA, meanB] = [0, 0];
  for (let i = 0; i < n; i++) {
    meanA += a[i]! / n;
    meanB += b[i]! / n;
  }
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    ab += (a[i]! - meanA) * (b[i]! - meanB);
    aa += (a[i]! - meanA) ** 2;
    bb += (b[i]! - meanB) ** 2;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}
