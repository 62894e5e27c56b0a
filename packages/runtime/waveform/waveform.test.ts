import { type Decoded, HOUR, instant, NO_SAMPLE, type Waveform } from '@gemel/core';
import { memory } from '@gemel/store';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256, testWorld } from '../fixtures/world.ts';
import { chunkText, chunkValues } from './chunk-text.ts';
import { MOST_COLUMNS, WaveformReader } from './read-waveforms.ts';
import { CHUNK_SAMPLES, waveformEntries } from './waveform-entries.ts';

const START = instant(Date.UTC(2024, 4, 21));
const wave = (count: number) =>
  Int32Array.from({ length: count }, (_, i) => Math.round(900 * Math.sin(i / 20) + (i % 97)));
const signalOf = (runs: Waveform['runs'], frequency = 125): Waveform => ({
  name: 'II',
  unit: 'mV',
  frequency,
  gain: 200,
  baseline: 10,
  runs,
});

async function stored(signal: Waveform) {
  const store = memory();
  const entries = [...waveformEntries({ ref: 'file/0', start: START, signal }, 'p|1', START, sha256)];
  await store.append(entries);
  return { store, entries, reader: new WaveformReader(store, sha256) };
}

/** Least and greatest of stored numbers by column, the long way. */
function byHand(samples: Int32Array, first: number, last: number, columns: number) {
  const edge = (column: number) =>
    Math.max(0, Math.min(samples.length, Math.round(first + ((last - first) * column) / columns)));
  return Array.from({ length: columns }, (_, i) => {
    const part = [...samples.subarray(edge(i), edge(i + 1))].filter((value) => value !== NO_SAMPLE);
    return part.length === 0 ? null : [Math.min(...part), Math.max(...part)];
  });
}

describe('waveforms in the log', () => {
  test('chunks give back every number', () => {
    const number = fc.oneof(fc.integer(), fc.integer({ min: -9, max: 9 }), fc.constant(NO_SAMPLE));
    fc.assert(
      fc.property(fc.array(number, { maxLength: 300 }), (list) => {
        const values = Int32Array.from(list);
        expect(chunkValues(chunkText(values), values.length)).toEqual(values);
      }),
    );
  });

  test('a close look is drawn from the samples, exactly, over the ends of chunks', async () => {
    const samples = wave(2 * CHUNK_SAMPLES + 500);
    samples.fill(NO_SAMPLE, 70_000, 71_000);
    const { reader } = await stored(signalOf([{ after: 2, samples }]));
    const at = (sample: number) => instant(START + 2000 + sample * 8);
    for (const [first, last, columns] of [
      [65_000, 72_000, 100],
      [-500, 400, 90],
      [131_400, 132_000, 600],
      [10, 14, 40],
    ] as const) {
      const drawn = (await reader.envelope('p|1', 'file/0', at(first), at(last), columns))!;
      const pairs = drawn.least.map((least, i) => (least === null ? null : [least, drawn.greatest[i]]));
      expect(pairs).toEqual(byHand(samples, first, last, columns));
      expect(drawn.samplesRead).toBeLessThanOrEqual(last - first + 2);
    }
  });

  test('24 hours at 125 Hz are drawn from the pyramid alone, in less than 100 kB', async () => {
    const samples = new Int32Array(24 * 3600 * 125);
    const beat = wave(5000);
    for (let at = 0; at + beat.length <= samples.length; at += beat.length) samples.set(beat, at);
    samples[5_000_000] = 30_000;
    const { reader, entries } = await stored(signalOf([{ after: 0, samples }]));
    expect(entries.length).toBe(Math.ceil(samples.length / CHUNK_SAMPLES) + 1);
    for (const columns of [1000, MOST_COLUMNS]) {
      const drawn = (await reader.envelope('p|1', 'file/0', START, instant(START + 24 * HOUR), columns))!;
      expect(drawn.samplesRead).toBe(0);
      expect(JSON.stringify(drawn).length).toBeLessThan(100_000);
      expect(drawn.greatest.indexOf(30_000)).toBe(Math.floor((5_000_000 / samples.length) * columns));
      expect(drawn.least.every((least) => least !== null && least <= -895)).toBe(true);
    }
  });

  test('gaps between runs and times outside are empty; unknown waveforms are null', async () => {
    const { reader } = await stored(
      signalOf(
        [
          { after: 0, samples: wave(100) },
          { after: 3, samples: wave(100) },
        ],
        100,
      ),
    );
    const drawn = (await reader.envelope('p|1', 'file/0', START, instant(START + 6000), 6))!;
    expect(drawn.least.map((value) => value !== null)).toEqual([true, false, false, true, false, false]);
    expect(await reader.envelope('p|1', 'other', START, instant(START + 1), 1)).toBeNull();
    expect(await reader.envelope('p|2', 'file/0', START, instant(START + 1), 1)).toBeNull();
    await expect(reader.envelope('p|1', 'file/0', START, START, 10)).rejects.toThrow(RangeError);
    await expect(reader.envelope('p|1', 'file/0', START, instant(START + 1), 5000)).rejects.toThrow(RangeError);
  });

  test('admitted once, listed, not stored twice, gone with the subject', async () => {
    const world = testWorld();
    const signal = signalOf([{ after: 0, samples: wave(500) }]);
    const provenance = { source: 'a.edf', element: 'signal 0' };
    const element: Decoded = {
      type: 'signal',
      fate: 'mapped',
      problems: [],
      provenance,
      waveform: { ref: 'file/0', start: START, signal },
      items: [
        {
          kind: 'observation',
          subject: 'p|1',
          codings: [],
          text: 'II',
          value: { kind: 'series', ref: 'file/0', unit: 'mV', count: 500, frequency: 125 },
          time: { start: START, offset: null },
          provenance,
        },
      ],
    };
    const admit = () => world.hub.admit([element], { name: 'a.edf', sha256: 'x', format: 'edf', bytes: 1 });
    expect((await admit()).account).toMatchObject({ entries: 1, kept: 1, duplicates: 0, refused: 0 });
    const reader = new WaveformReader(world.store, sha256);
    const all = await reader.list('p|1');
    expect(all).toEqual([
      { ref: 'file/0', start: START, end: START + 4000, name: 'II', unit: 'mV', frequency: 125, samples: 500 },
    ]);
    expect((await admit()).account).toMatchObject({ entries: 1, kept: 0, duplicates: 1 });
    expect((await reader.list('p|1')).length).toBe(1);
    expect(await reader.envelope('p|1', 'file/0', START, instant(START + 4000), 10)).not.toBeNull();
    await world.hub.erase('p|1');
    await expect(reader.envelope('p|1', 'file/0', START, instant(START + 4000), 10)).rejects.toMatchObject({
      code: 'store-erased',
    });
  });
});
