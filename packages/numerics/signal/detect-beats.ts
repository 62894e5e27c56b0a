import { bandPass, filled, movingMean } from './biquad.ts';

/** Seconds within which there is no second beat. */
const REFRACTORY = 0.2;
/** Seconds within which a beat of less than half the slope of the one before is its T wave. */
const T_WAVE = 0.36;
/** The threshold lies this part of the way from the noise to the beats. */
const FRACTION = 0.3125;
/** Peaks of beats and of noise that the threshold remembers. */
const REMEMBERED = 8;
/** Peaks left aside that a search looks through: at least 13 s of them. */
const ASIDE = 64;
/** A pause this many times the usual interval is searched again, at half the threshold. */
const PAUSE = 1.5;

interface Peak {
  readonly at: number;
  readonly height: number;
  /** Steepest slope of the band around it. */
  readonly slope: number;
}

/**
 * Places of the beats of an ECG: the sample of the R wave (or of the largest deflection) of each, ascending.
 *
 * The detector of Hamilton (Open source ECG analysis. Computers in Cardiology 29:101–104, 2002, after Pan & Tompkins 1985,
 * doi:10.1109/TBME.1985.325532): 8 to 16 Hz, difference, absolute value, mean over 80 ms, then peaks against a threshold
 * between remembered noise and beats, with refractory time, T-wave rule and search after a pause. Filters run both ways here,
 * so that nothing is delayed, and medians are remembered in place of means, so that one artefact does not lift the threshold.
 *
 * `signal` in any unit, `rate` in Hz, at least 50. Gaps are NaN; no beat is found in them.
 */
export function detectBeats(signal: Float64Array, rate: number): Int32Array {
  if (signal.length < rate) return new Int32Array(0);
  const ecg = filled(signal);
  const band = bandPass(ecg, rate, 8, 16);
  const slopes = new Float64Array(band.length);
  for (let i = 1; i < band.length; i++) slopes[i] = Math.abs(band[i]! - band[i - 1]!);
  const energy = movingMean(slopes, Math.round(0.08 * rate));
  const peaks = peaksOf(energy, slopes, rate);
  const beats = choose(peaks, energy, rate);
  return placed(beats, ecg, signal, rate);
}

/** Local maxima, each the largest within the refractory time around it. */
function peaksOf(energy: Float64Array, slopes: Float64Array, rate: number): Peak[] {
  const apart = Math.round(REFRACTORY * rate);
  const found: number[] = [];
  for (let i = 1; i < energy.length - 1; i++) {
    if (!(energy[i]! > energy[i - 1]! && energy[i]! >= energy[i + 1]!)) continue;
    const last = found.at(-1);
    if (last === undefined || i - last >= apart) found.push(i);
    else if (energy[i]! > energy[last]!) {
      found.pop();
      // What the smaller one had pushed aside may not stand either.
      while (found.length > 0 && i - found.at(-1)! < apart && energy[found.at(-1)!]! < energy[i]!) found.pop();
      if (found.length === 0 || i - found.at(-1)! >= apart) found.push(i);
    }
  }
  const around = Math.round(0.06 * rate);
  return found.map((at) => {
    let slope = 0;
    const end = Math.min(slopes.length, at + around + 1);
    for (let k = Math.max(0, at - around); k < end; k++) slope = Math.max(slope, slopes[k]!);
    return { at, height: energy[at]!, slope };
  });
}

class Memory {
  readonly #values: number[];

  constructor(values: readonly number[]) {
    this.#values = [...values];
  }

  add(value: number): void {
    this.#values.push(value);
    if (this.#values.length > REMEMBERED) this.#values.shift();
  }

  get median(): number {
    return medianOf(this.#values);
  }
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** Beats among the peaks. */
function choose(peaks: readonly Peak[], energy: Float64Array, rate: number): Peak[] {
  const beats: Peak[] = [];
  const heights = new Memory(firstMaxima(energy, rate));
  const noise = new Memory([0]);
  const intervals = new Memory([rate]);
  const threshold = () => noise.median + FRACTION * (heights.median - noise.median);
  let last: Peak | null = null;
  /** The last peaks taken for noise since the last beat. */
  let passed: Peak[] = [];
  const accept = (peak: Peak) => {
    if (last !== null) intervals.add(peak.at - last.at);
    heights.add(peak.height);
    beats.push(peak);
    last = peak;
  };
  const isTWave = (peak: Peak) => last !== null && peak.at - last.at < T_WAVE * rate && peak.slope < 0.5 * last.slope;
  for (const peak of peaks) {
    // After a pause the largest peak left aside in it may have been a beat; and again in what remains of it.
    while (last !== null && peak.at - (last as Peak).at > PAUSE * intervals.median) {
      const from: number = (last as Peak).at + T_WAVE * rate;
      const missed = largest(passed.filter(({ at, height }) => at >= from && height > 0.5 * threshold()));
      if (missed === null) break;
      passed = passed.filter(({ at }) => at > missed.at);
      accept(missed);
    }
    if (peak.height > threshold() && !isTWave(peak)) {
      accept(peak);
      passed = [];
    } else {
      if (!isTWave(peak)) noise.add(peak.height);
      passed.push(peak);
      if (passed.length > ASIDE) passed.shift();
    }
  }
  return beats;
}

function largest(peaks: readonly Peak[]): Peak | null {
  let best: Peak | null = null;
  for (const peak of peaks) if (best === null || peak.height > best.height) best = peak;
  return best;
}

/** Largest energy of each of the first seconds. */
function firstMaxima(energy: Float64Array, rate: number): number[] {
  const second = Math.round(rate);
  const maxima: number[] = [];
  for (let start = 0; start < energy.length && maxima.length < REMEMBERED; start += second) {
    let most = 0;
    const end = Math.min(energy.length, start + second);
    for (let i = start; i < end; i++) most = Math.max(most, energy[i]!);
    maxima.push(most);
  }
  return maxima;
}

/** Moves each beat to the largest deflection near it; beats in gaps are left out. */
function placed(beats: readonly Peak[], ecg: Float64Array, signal: Float64Array, rate: number): Int32Array {
  const shape = bandPass(ecg, rate, 5, 30);
  const around = Math.round(0.06 * rate);
  const places: number[] = [];
  for (const { at } of beats) {
    let best = at;
    const end = Math.min(shape.length, at + around + 1);
    for (let k = Math.max(0, at - around); k < end; k++) {
      if (Math.abs(shape[k]!) > Math.abs(shape[best]!)) best = k;
    }
    if (!Number.isNaN(signal[best]!) && (places.length === 0 || best > places.at(-1)!)) places.push(best);
  }
  return Int32Array.from(places);
}
