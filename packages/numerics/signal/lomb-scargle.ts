/** Power of beat intervals in the bands of the Task Force 1996 (doi:10.1161/01.CIR.93.5.1043), ms². */
export interface HrvSpectrum {
  /** 0.003 to 0.04 Hz; NaN where the segments are too short to resolve it. */
  readonly veryLow: number;
  /** 0.04 to 0.15 Hz. */
  readonly low: number;
  /** 0.15 to 0.4 Hz. */
  readonly high: number;
  readonly lowToHigh: number;
  /** Segments of five minutes that were averaged. */
  readonly segments: number;
}

/** Seconds of a segment, as the Task Force recommends for short-term recordings. */
const SEGMENT = 300;
/** A segment with fewer normal intervals than this part of what its mean allows is left out. */
const FILLED = 0.8;

/**
 * One-sided power density (unit² per Hz) of values at uneven times (seconds): the periodogram P of Lomb 1976
 * (doi:10.1007/BF00648343) and Scargle 1982 (doi:10.1086/160554, equation 10) of the values less their mean, as 2 T P / n with T
 * the span, so that the sum over the multiples of 1/T, times 1/T, is the variance. NaN of fewer than three values.
 */
export function lombScargle(
  times: ArrayLike<number>,
  values: ArrayLike<number>,
  frequencies: ArrayLike<number>,
): Float64Array {
  const n = times.length;
  const density = new Float64Array(frequencies.length);
  if (n < 3) return density.fill(Number.NaN);
  let mean = 0;
  for (let i = 0; i < n; i++) mean += values[i]! / n;
  const span = ((times[n - 1]! - times[0]!) * n) / (n - 1);
  for (let k = 0; k < frequencies.length; k++) {
    const omega = 2 * Math.PI * frequencies[k]!;
    let [sine, cosine] = [0, 0];
    for (let i = 0; i < n; i++) {
      sine += Math.sin(2 * omega * times[i]!);
      cosine += Math.cos(2 * omega * times[i]!);
    }
    const shift = Math.atan2(sine, cosine) / 2;
    let [c, s, cc, ss] = [0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const cos = Math.cos(omega * times[i]! - shift);
      const sin = Math.sin(omega * times[i]! - shift);
      const value = values[i]! - mean;
      c += value * cos;
      s += value * sin;
      cc += cos * cos;
      ss += sin * sin;
    }
    const power = 0.5 * ((cc > 0 ? (c * c) / cc : 0) + (ss > 0 ? (s * s) / ss : 0));
    density[k] = (2 * span * power) / n;
  }
  return density;
}

/**
 * Spectrum of the intervals between normal beats: five-minute segments, each less its straight line, Lomb–Scargle at the
 * multiples of 1/T without interpolation, powers averaged over segments. `times[i]` (s) is when interval i (ms) ended; only
 * intervals with `normal[i]` are used. NaN where no segment is filled.
 */
export function hrvSpectrum(
  times: ArrayLike<number>,
  intervals: ArrayLike<number>,
  normal: ArrayLike<boolean>,
): HrvSpectrum {
  const bands = { veryLow: 0, low: 0, high: 0 };
  let segments = 0;
  const first = times[0] ?? 0;
  const last = times[times.length - 1] ?? 0;
  const step = 1 / SEGMENT;
  const frequencies = Float64Array.from({ length: Math.floor(0.4 / step + 1e-9) }, (_, k) => (k + 1) * step);
  for (let start = first, i = 0; start + SEGMENT <= last + 1; start += SEGMENT) {
    const at: number[] = [];
    const values: number[] = [];
    let sum = 0;
    for (; i < times.length && times[i]! < start + SEGMENT; i++) {
      if (normal[i] !== true || times[i]! < start) continue;
      at.push(times[i]!);
      values.push(intervals[i]!);
      sum += intervals[i]!;
    }
    if (sum < FILLED * SEGMENT * 1000) continue;
    const density = lombScargle(at, withoutLine(at, values), frequencies);
    for (const [k, frequency] of frequencies.entries()) {
      const power = density[k]! * step;
      if (frequency <= 0.04) bands.veryLow += power;
      else if (frequency <= 0.15) bands.low += power;
      else bands.high += power;
    }
    segments++;
  }
  if (segments === 0)
    return { veryLow: Number.NaN, low: Number.NaN, high: Number.NaN, lowToHigh: Number.NaN, segments };
  return {
    veryLow: bands.veryLow / segments,
    low: bands.low / segments,
    high: bands.high / segments,
    lowToHigh: bands.low / bands.high,
    segments,
  };
}

/** Values less their straight line of least squares. */
function withoutLine(times: readonly number[], values: readonly number[]): number[] {
  const n = times.length;
  const meanTime = times.reduce((a, b) => a + b, 0) / n;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  let [up, across] = [0, 0];
  for (let i = 0; i < n; i++) {
    up += (times[i]! - meanTime) * (values[i]! - mean);
    across += (times[i]! - meanTime) ** 2;
  }
  const slope = across > 0 ? up / across : 0;
  return values.map((value, i) => value - mean - slope * (times[i]! - meanTime));
}
