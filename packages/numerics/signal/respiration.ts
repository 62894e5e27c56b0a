import { bandPass, filled } from './biquad.ts';

/** A breathing rate, or why there is none. */
export interface BreathingRate {
  /** Breaths a minute; NaN where fewer than two whole breaths were counted. */
  readonly rate: number;
  readonly breaths: number;
  /** Standard deviation of the durations of breaths over their mean: regular breathing is below about 0.25. */
  readonly variation: number;
}

/** Samples a second that derived breathing signals are made of. */
export const BREATHING_RATE_HZ = 4;

/**
 * Breaths a minute in a breathing signal (impedance, belt, or one derived from ECG or PPG): 0.1 to 0.5 Hz, then the advanced
 * counting of Schäfer & Kratky 2008 (doi:10.1007/s10439-007-9428-1): maxima above 0.2 of their third quartile, with one minimum
 * below zero and no other extremum between them, are breaths. `rate` in Hz; gaps are NaN.
 */
export function breathingRate(signal: Float64Array, rate: number): BreathingRate {
  const none = { rate: Number.NaN, breaths: 0, variation: Number.NaN };
  if (signal.length < 10 * rate) return none;
  const band = bandPass(centred(filled(signal)), rate, 0.1, 0.5);
  const extrema: { readonly at: number; readonly value: number; readonly top: boolean }[] = [];
  for (let i = 1; i < band.length - 1; i++) {
    if (band[i]! > band[i - 1]! && band[i]! >= band[i + 1]!) extrema.push({ at: i, value: band[i]!, top: true });
    else if (band[i]! < band[i - 1]! && band[i]! <= band[i + 1]!) extrema.push({ at: i, value: band[i]!, top: false });
  }
  const tops = extrema
    .filter(({ top }) => top)
    .map(({ value }) => value)
    .sort((a, b) => a - b);
  if (tops.length < 2) return none;
  const threshold = 0.2 * tops[Math.floor(0.75 * (tops.length - 1))]!;
  const durations: number[] = [];
  let last = -1;
  for (const [k, { top, value }] of extrema.entries()) {
    if (!top || value <= threshold) continue;
    const between = last < 0 ? [] : extrema.slice(last + 1, k);
    if (between.length === 1 && between[0]!.value < 0) durations.push((extrema[k]!.at - extrema[last]!.at) / rate);
    last = k;
  }
  if (durations.length < 2) return { ...none, breaths: durations.length };
  const mean = durations.reduce((a, b) => a + b, 0) / durations.length;
  const deviation = Math.sqrt(durations.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (durations.length - 1));
  return { rate: 60 / mean, breaths: durations.length, variation: deviation / mean };
}

/**
 * A breathing signal from the sizes of beats (R waves of an ECG: Moody et al. 1985, Computers in Cardiology 12:113–116; pulses of
 * a PPG) or from the intervals between them: values at uneven times in seconds, joined by straight lines at 4 Hz.
 */
export function modulation(times: ArrayLike<number>, values: ArrayLike<number>): Float64Array {
  const n = times.length;
  if (n < 2) return new Float64Array(0);
  const start = times[0]!;
  const out = new Float64Array(Math.floor((times[n - 1]! - start) * BREATHING_RATE_HZ) + 1);
  for (let i = 0, k = 0; i < out.length; i++) {
    const at = start + i / BREATHING_RATE_HZ;
    while (k < n - 2 && times[k + 1]! <= at) k++;
    const width = times[k + 1]! - times[k]!;
    const part = width > 0 ? (at - times[k]!) / width : 0;
    out[i] = values[k]! + part * (values[k + 1]! - values[k]!);
  }
  return out;
}

/** Size of each beat: from the least to the greatest value within `around` seconds of it. */
export function beatSizes(signal: Float64Array, rate: number, beats: ArrayLike<number>, around = 0.06): Float64Array {
  const reach = Math.round(around * rate);
  return Float64Array.from({ length: beats.length }, (_, i) => {
    let least = Number.POSITIVE_INFINITY;
    let greatest = Number.NEGATIVE_INFINITY;
    const end = Math.min(signal.length, beats[i]! + reach + 1);
    for (let k = Math.max(0, beats[i]! - reach); k < end; k++) {
      const value = signal[k]!;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
    return greatest >= least ? greatest - least : Number.NaN;
  });
}

function centred(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}
