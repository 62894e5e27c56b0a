/** The stored number that says "no sample here", whatever the format's own was. */
export const NO_SAMPLE = -2_147_483_648;

/** An unbroken stretch of samples. */
export interface WaveformRun {
  /** Seconds from the start of the recording to the first sample, at least 0. */
  readonly after: number;
  /** Stored numbers; NO_SAMPLE where none was taken. */
  readonly samples: Int32Array;
}

/** One sampled signal as a recorder stored it: integers, and how they become physical values. */
export interface Waveform {
  /** The source's own word: `MLII`, `ABP`. */
  readonly name: string;
  /** Physical unit in the source's own words. */
  readonly unit: string;
  /** Samples per second. */
  readonly frequency: number;
  /** Stored numbers per physical unit; may be negative, never 0. */
  readonly gain: number;
  /** The stored number that means 0; need not be a whole one. */
  readonly baseline: number;
  /** In order of time, not overlapping. */
  readonly runs: readonly WaveformRun[];
}

/** Something noted at a moment of a recording. */
export interface WaveformMark {
  /** Seconds from the start of the recording. */
  readonly after: number;
  /** Seconds it lasts, where the source says so. */
  readonly duration?: number;
  /** In the words or letters of the format (`N`, `V`); empty where there is only text. */
  readonly code: string;
  readonly subtype?: number;
  /** Number of the signal it belongs to, from 0. */
  readonly channel?: number;
  readonly number?: number;
  readonly text?: string;
}

/** Samples of a waveform, over all runs. */
export function sampleCount(waveform: Waveform): number {
  return waveform.runs.reduce((count, { samples }) => count + samples.length, 0);
}

/** Physical values of stored numbers, (stored − baseline) / gain; NaN where there is no sample. */
export function physicalValues(waveform: Pick<Waveform, 'gain' | 'baseline'>, samples: Int32Array): Float64Array {
  const { gain, baseline } = waveform;
  const values = new Float64Array(samples.length);
  for (let i = 0; i < samples.length; i++) {
    values[i] = samples[i] === NO_SAMPLE ? Number.NaN : (samples[i]! - baseline) / gain;
  }
  return values;
}
