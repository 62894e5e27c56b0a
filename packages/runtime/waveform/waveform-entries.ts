import { type Decoded, type Instant, instant, NO_SAMPLE } from '@gemel/core';
import { PyramidBuilder } from '@gemel/numerics/signal/min-max-pyramid';
import type { NewEntry } from '@gemel/store';
import { chunkText } from './chunk-text.ts';

/** Samples of a chunk: what is read at the least where a waveform is looked at closely. */
export const CHUNK_SAMPLES = 65_536;

/** What the log holds of a waveform besides its samples; payload of the entry that stands for it. */
export interface StoredWaveform {
  readonly kind: 'waveform';
  readonly ref: string;
  readonly start: Instant;
  readonly name: string;
  readonly unit: string;
  /** Samples per second. */
  readonly frequency: number;
  readonly gain: number;
  readonly baseline: number;
  /** Its finest level of least and greatest numbers per run, as chunk texts. */
  readonly runs: readonly {
    readonly after: number;
    readonly count: number;
    readonly least: string;
    readonly greatest: string;
  }[];
}

/** Payload of one stretch of samples. */
export interface StoredChunk {
  readonly kind: 'waveform-chunk';
  readonly count: number;
  readonly samples: string;
}

/** Ids under which a waveform of a subject stands in the log; they say nothing of whose or what it is. */
export function waveformIds(sha256: (text: string) => string, subject: string, ref: string) {
  const name = `waveform-${sha256(`${subject}|${ref}`).slice(0, 32)}`;
  return { summary: name, chunk: (run: number, chunk: number) => `${name}-${run}-${chunk}` };
}

/**
 * A waveform as entries of kind `kept`: its chunks, then the summary with the pyramid. They are sealed and erased with the
 * subject; the same waveform comes under the same ids, so that it is not stored twice.
 */
export function* waveformEntries(
  { ref, start, signal }: NonNullable<Decoded['waveform']>,
  subject: string,
  now: Instant,
  sha256: (text: string) => string,
): Generator<NewEntry, void, void> {
  const ids = waveformIds(sha256, subject, ref);
  const entry = (id: string, trueAt: Instant, payload: StoredWaveform | StoredChunk): NewEntry => ({
    id,
    subject,
    kind: 'kept',
    trueAt,
    knownAt: now,
    dedupeKey: id,
    payload,
  });
  const { name, unit, frequency, gain, baseline } = signal;
  const runs: StoredWaveform['runs'][number][] = [];
  for (const [run, { after, samples }] of signal.runs.entries()) {
    const builder = new PyramidBuilder(NO_SAMPLE);
    for (let at = 0, chunk = 0; at < samples.length; at += CHUNK_SAMPLES, chunk++) {
      const part = samples.subarray(at, at + CHUNK_SAMPLES);
      builder.add(part);
      const trueAt = instant(start + Math.round((after + at / frequency) * 1000));
      const payload: StoredChunk = { kind: 'waveform-chunk', count: part.length, samples: chunkText(part) };
      yield entry(ids.chunk(run, chunk), trueAt, payload);
    }
    const { least, greatest } = builder.finish().levels[0]!;
    runs.push({ after, count: samples.length, least: chunkText(least), greatest: chunkText(greatest) });
  }
  yield entry(ids.summary, start, { kind: 'waveform', ref, start, name, unit, frequency, gain, baseline, runs });
}
