import { type Instant, instant, NO_SAMPLE } from '@gemel/core';
import {
  EMPTY_GREATEST,
  EMPTY_LEAST,
  envelope,
  FINEST,
  type MinMaxPyramid,
  pyramidOf,
} from '@gemel/numerics/signal/min-max-pyramid';
import type { Store } from '@gemel/store';
import { chunkValues } from './chunk-text.ts';
import { CHUNK_SAMPLES, type StoredChunk, type StoredWaveform, waveformIds } from './waveform-entries.ts';

/** A waveform in the log, without its samples. */
export interface WaveformSummary {
  readonly ref: string;
  readonly start: Instant;
  readonly end: Instant;
  readonly name: string;
  readonly unit: string;
  readonly frequency: number;
  readonly samples: number;
}

/** Least and greatest value of each column of a drawing. */
export interface WaveformEnvelope {
  readonly from: Instant;
  readonly to: Instant;
  readonly unit: string;
  /** Physical value = (stored − baseline) / gain; where gain is negative, least and greatest change places. */
  readonly gain: number;
  readonly baseline: number;
  /** Stored numbers by column; null where there is no sample. */
  readonly least: readonly (number | null)[];
  readonly greatest: readonly (number | null)[];
  /** Samples read for it: 0 where the pyramid alone answered. */
  readonly samplesRead: number;
}

/** Columns narrower than this are drawn from samples, exactly; wider ones from the pyramid, to within half of 64 samples. */
const CLOSE = 16 * FINEST;
/** Most columns of one drawing: the answer stays below 100 kB. */
export const MOST_COLUMNS = 4096;
/** Waveforms whose pyramids are kept in memory. */
const REMEMBERED = 32;
/** Entries read at a time. */
const PAGE = 200;

interface Held {
  readonly stored: StoredWaveform;
  readonly pyramids: readonly MinMaxPyramid[];
}

/** Identifiers under which what is known of a subject was admitted. */
export type Members = (subject: string) => Promise<readonly string[]>;

/** Reads the waveforms of a store, under every identifier that is the subject. */
export class WaveformReader {
  readonly #store: Store;
  readonly #sha256: (text: string) => string;
  readonly #members: Members;
  readonly #held = new Map<string, Held>();
  #erasures = -1;

  constructor(store: Store, sha256: (text: string) => string, members: Members = async (subject) => [subject]) {
    this.#store = store;
    this.#sha256 = sha256;
    this.#members = members;
  }

  /** Every waveform of the subject, by start. Reads all that is kept of the subject. @throws store-erased */
  async list(subject: string): Promise<readonly WaveformSummary[]> {
    const found: WaveformSummary[] = [];
    for (const member of await this.#members(subject)) {
      for (let afterSeq = 0; ; ) {
        const page = await this.#store.read({ subject: member, kinds: ['kept'], afterSeq, limit: PAGE });
        for (const { payload } of page) if (isWaveform(payload)) found.push(summaryOf(payload));
        if (page.length < PAGE) break;
        afterSeq = page.at(-1)!.seq;
      }
    }
    return found.sort((a, b) => a.start - b.start || (a.name < b.name ? -1 : 1));
  }

  /**
   * The envelope of [from, to) in `columns` of equal width, 1 to 4096; null where there is no such waveform.
   * @throws store-erased; RangeError for columns or times out of range
   */
  async envelope(
    subject: string,
    ref: string,
    from: Instant,
    to: Instant,
    columns: number,
  ): Promise<WaveformEnvelope | null> {
    if (!(Number.isInteger(columns) && columns >= 1 && columns <= MOST_COLUMNS)) {
      throw new RangeError(`A drawing has 1 to ${MOST_COLUMNS} columns, not ${columns}.`);
    }
    if (!(Number.isFinite(from) && Number.isFinite(to) && from < to))
      throw new RangeError('A drawing has a span of time.');
    let held: Held | null = null;
    let member = subject;
    for (member of await this.#members(subject)) {
      held = await this.#hold(member, ref);
      if (held !== null) break;
    }
    if (held === null) return null;
    const { stored, pyramids } = held;
    const { frequency, start, unit, gain, baseline } = stored;
    const least = new Int32Array(columns).fill(EMPTY_LEAST);
    const greatest = new Int32Array(columns).fill(EMPTY_GREATEST);
    let samplesRead = 0;
    for (const [run, pyramid] of pyramids.entries()) {
      const origin = start + stored.runs[run]!.after * 1000;
      const first = ((from - origin) / 1000) * frequency;
      const last = ((to - origin) / 1000) * frequency;
      if (last <= 0 || first >= pyramid.count) continue;
      let drawn: ReturnType<typeof envelope>;
      if ((last - first) / columns >= CLOSE) drawn = envelope(pyramid, first, last, columns);
      else {
        const begin = Math.max(0, Math.floor(first));
        const samples = await this.#samples(member, stored, run, begin, Math.min(pyramid.count, Math.ceil(last) + 1));
        samplesRead += samples.length;
        // A pyramid of the part alone would cost as much as looking at each sample once.
        drawn = envelope(
          { count: samples.length, levels: [] },
          first - begin,
          last - begin,
          columns,
          samples,
          NO_SAMPLE,
        );
      }
      for (let i = 0; i < columns; i++) {
        least[i] = Math.min(least[i]!, drawn.least[i]!);
        greatest[i] = Math.max(greatest[i]!, drawn.greatest[i]!);
      }
    }
    const shown = (values: Int32Array) => Array.from(values, (value, i) => (least[i]! > greatest[i]! ? null : value));
    return { from, to, unit, gain, baseline, least: shown(least), greatest: shown(greatest), samplesRead };
  }

  /** Stored numbers [from, to) of one run, counted from its first. */
  async #samples(subject: string, stored: StoredWaveform, run: number, from: number, to: number): Promise<Int32Array> {
    const ids = waveformIds(this.#sha256, subject, stored.ref);
    const samples = new Int32Array(Math.max(0, to - from)).fill(NO_SAMPLE);
    for (let chunk = Math.floor(from / CHUNK_SAMPLES); chunk * CHUNK_SAMPLES < to; chunk++) {
      const entry = await this.#store.get(ids.chunk(run, chunk));
      if (entry === null) continue;
      const { count, samples: text } = entry.payload as StoredChunk;
      const values = chunkValues(text, count);
      const begin = chunk * CHUNK_SAMPLES;
      const part = values.subarray(Math.max(0, from - begin), Math.max(0, to - begin));
      samples.set(part, Math.max(0, begin - from));
    }
    return samples;
  }

  async #hold(subject: string, ref: string): Promise<Held | null> {
    const erasures = await this.#store.erasures();
    if (erasures !== this.#erasures) {
      this.#held.clear();
      this.#erasures = erasures;
    }
    const id = waveformIds(this.#sha256, subject, ref).summary;
    const known = this.#held.get(id);
    if (known !== undefined) return known;
    const entry = await this.#store.get(id);
    if (entry === null || !isWaveform(entry.payload)) return null;
    const stored = entry.payload;
    const pyramids = stored.runs.map(({ count, least, greatest }) => {
      const blocks = Math.ceil(count / FINEST);
      return pyramidOf(count, chunkValues(least, blocks), chunkValues(greatest, blocks));
    });
    const held = { stored, pyramids };
    this.#held.set(id, held);
    if (this.#held.size > REMEMBERED) this.#held.delete(this.#held.keys().next().value!);
    return held;
  }
}

function isWaveform(payload: unknown): payload is StoredWaveform {
  return typeof payload === 'object' && payload !== null && 'kind' in payload && payload.kind === 'waveform';
}

function summaryOf({ ref, start, name, unit, frequency, runs }: StoredWaveform): WaveformSummary {
  const last = runs.at(-1);
  const seconds = last === undefined ? 0 : last.after + last.count / frequency;
  const samples = runs.reduce((sum, { count }) => sum + count, 0);
  return { ref, start, end: instant(start + Math.round(seconds * 1000)), name, unit, frequency, samples };
}
