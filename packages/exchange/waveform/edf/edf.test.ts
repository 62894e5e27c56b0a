import { instant } from '@gemel/core/time';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodedOf, mutated, overwritten, sampleSets, samplesIn, signalOf } from '../fixtures/recordings.ts';
import { readAnnotationLists, writeAnnotationLists } from './annotation-list.ts';
import { edfDoor } from './door.ts';
import { readEdf } from './read-edf.ts';
import { type EdfContent, writeEdf } from './write-edf.ts';

const base: EdfContent = {
  kind: 'EDF+',
  patient: 'P7 F 02-MAR-1951 A_Body',
  recording: 'X X X',
  start: Date.UTC(2024, 1, 29, 23, 59, 58),
  recordSeconds: 1,
  signals: [signalOf([1, 2, 3, 4, -5, 6, 7, 8], { name: 'ECG II', frequency: 4 })],
  marks: [{ after: 0.5, duration: 1, code: '', text: 'Größe' }],
};
const latin = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

describe('EDF', () => {
  test.each([
    ['EDF+', -32_768, 32_767],
    ['BDF+', -8_388_608, 8_388_607],
  ] as const)('%s: what is written is read', (kind, low, high) => {
    fc.assert(
      fc.property(
        sampleSets(2, low / 2, Math.floor(high / 2), 6),
        fc.constantFrom(200, 1000, 0.5, 2.56),
        fc.constantFrom(0, -1024, 300),
        fc.constantFrom(0, 3, 12.5),
        ([a, b], gain, baseline, gap) => {
          // Three records on either side of the gap.
          const runs = (samples: Int32Array) => {
            const all = Int32Array.from({ length: 12 }, (_, i) => samples[i % samples.length]!);
            return gap === 0
              ? [{ after: 0, samples: all }]
              : [
                  { after: 0, samples: all.slice(0, 6) },
                  { after: 3 + gap, samples: all.slice(6) },
                ];
          };
          const signals = [
            signalOf([], { name: 'a', frequency: 2, gain, baseline, runs: runs(a!) }),
            signalOf([], { name: 'b', frequency: 2, gain: -gain, baseline, runs: runs(b!) }),
          ];
          const read = readEdf(writeEdf({ ...base, kind, signals }), 'f');
          expect(read.problems).toEqual([]);
          for (const [i, signal] of read.signals.entries()) {
            expect(signal.runs).toEqual(signals[i]!.runs);
            expect(Math.abs(signal.gain / signals[i]!.gain - 1)).toBeLessThan(1e-9);
            expect(Math.abs(signal.baseline - baseline)).toBeLessThan(1e-6 * (1 + Math.abs(high)));
          }
          expect(read.marks[0]!.marks).toEqual(base.marks);
          expect(read.start).toEqual({ local: base.start, offset: null });
        },
      ),
      { numRuns: 80 },
    );
  });

  test('patient, facts, lead code and time stand in the items', () => {
    const decoded = decodedOf(edfDoor, writeEdf(base), { zone: 'Europe/Berlin', subject: undefined as never });
    const facts = decoded.flatMap(({ items }) => items.filter((item) => item.kind === 'fact'));
    expect(facts.map(({ fact, value }) => [fact, value])).toEqual([
      ['name', { kind: 'text', text: 'A Body' }],
      ['sex', { kind: 'text', text: 'female' }],
      ['birthDate', { kind: 'text', text: '1951-03-02' }],
    ]);
    const signal = decoded.find(({ type }) => type === 'signal')!;
    expect(signal.items[0]).toMatchObject({
      subject: 'P7',
      codings: [{ code: '131330' }],
      value: { kind: 'series', ref: 'h/0', unit: 'mV', count: 8, frequency: 4 },
      time: { start: instant(base.start - 3_600_000), end: instant(base.start - 3_598_000), offset: 60 },
    });
  });

  test('plain EDF has no annotations, and its two digits of a year count from 1985', () => {
    const bytes = writeEdf(base);
    bytes.set(latin(' '.repeat(44)), 192);
    bytes.set(latin('29.02.84'), 168);
    expect(readEdf(bytes, 'f').start).toEqual({ local: Date.UTC(2084, 1, 29, 23, 59, 58), offset: null });
    expect(readEdf(bytes, 'f').signals.map(({ name }) => name)).toEqual(['ECG II', 'EDF Annotations']);
    bytes.set(latin('30.02.84'), 168);
    expect(readEdf(bytes, 'f').start).toBeNull();
  });

  test('a cut file gives the records that are whole', () => {
    const bytes = writeEdf(base);
    const read = readEdf(bytes.subarray(0, bytes.length - 1), 'f');
    expect(read.problems.map(({ code }) => code)).toEqual(['exchange-truncated']);
    expect([...read.signals[0]!.runs[0]!.samples]).toEqual([1, 2, 3, 4]);
  });

  test.each([
    ['a number of signals that is none', 252, 'many', 'waveform-header'],
    ['more signals than there are bytes for', 252, '4000', 'waveform-header'],
    ['a number of records below −1', 236, '-7', 'waveform-header'],
  ])('%s refuses the file', (_, at, text, code) => {
    const bytes = writeEdf(base);
    bytes.set(latin(text.padEnd(4)), at);
    expect(decodedOf(edfDoor, bytes).map(({ fate, problems }) => [fate, problems[0]!.code])).toEqual([
      ['refused', code],
    ]);
  });

  test('records that claim to begin before the one ahead of them follow on, with a remark', () => {
    const signals = [
      signalOf([], {
        frequency: 1,
        runs: [
          { after: 0, samples: Int32Array.of(1) },
          { after: 5, samples: Int32Array.of(2) },
        ],
      }),
    ];
    const bytes = writeEdf({ ...base, signals, marks: [] });
    const at = bytes.lastIndexOf(0x35);
    bytes[at] = 0x30;
    const read = readEdf(bytes, 'f');
    expect(read.problems.map(({ code }) => code)).toEqual(['waveform-annotations']);
    expect(read.signals[0]!.runs).toEqual([{ after: 0, samples: Int32Array.of(1, 2) }]);
  });

  test('annotation lists: what is written is read, and cut ones say where', () => {
    const bytes = writeAnnotationLists(-0.125, [{ after: 1.5, code: '', text: 'x' }]);
    expect(readAnnotationLists(bytes)).toEqual({
      begins: -0.125,
      marks: [{ after: 1.5, code: '', text: 'x' }],
      damage: null,
    });
    expect(readAnnotationLists(bytes.subarray(0, bytes.length - 2)).damage).toBe(bytes.indexOf(0) + 1);
  });

  test('mutated files never throw, and give no more samples than their bytes hold', () => {
    const files = [writeEdf(base), writeEdf({ ...base, kind: 'BDF+' })];
    fc.assert(
      fc.property(
        fc.constantFrom(...files).chain((file) => fc.oneof(mutated(file), overwritten(file))),
        (bytes) => {
          const decoded = decodedOf(edfDoor, bytes);
          expect(samplesIn(decoded)).toBeLessThanOrEqual(bytes.length);
          for (const { fate, items } of decoded) expect(fate === 'mapped').toBe(items.length > 0);
        },
      ),
      { numRuns: 700 },
    );
  });
});
