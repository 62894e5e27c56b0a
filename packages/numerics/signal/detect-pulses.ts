import { bandPass, filled, movingMean } from './biquad.ts';

/**
 * Systolic peaks of a photoplethysmogram or pressure wave, ascending: two moving means over the squared signal of 0.5 to 8 Hz,
 * 111 ms and 667 ms, offset 2 % (Elgendi et al. 2013, doi:10.1371/journal.pone.0076585). `rate` in Hz; gaps are NaN.
 */
export function detectPulses(signal: Float64Array, rate: number): Int32Array {
  if (signal.length < 2 * rate) return new Int32Array(0);
  const band = bandPass(filled(signal), rate, 0.5, 8);
  const squared = band.map((value) => (value > 0 ? value * value : 0));
  const peak = movingMean(squared, Math.round(0.111 * rate));
  const beat = movingMean(squared, Math.round(0.667 * rate));
  let mean = 0;
  for (const value of squared) mean += value / squared.length;
  const shortest = Math.round(0.111 * rate);
  const apart = Math.round(0.3 * rate);
  const found: number[] = [];
  for (let i = 0; i < band.length; i++) {
    if (!(peak[i]! > beat[i]! + 0.02 * mean)) continue;
    let end = i;
    let best = i;
    while (end < band.length && peak[end]! > beat[end]! + 0.02 * mean) {
      if (band[end]! > band[best]!) best = end;
      end++;
    }
    const last = found.at(-1);
    if (end - i >= shortest && !Number.isNaN(signal[best]!)) {
      if (last === undefined || best - last >= apart) found.push(best);
      else if (band[best]! > band[last]!) found[found.length - 1] = best;
    }
    i = end;
  }
  return Int32Array.from(found);
}
