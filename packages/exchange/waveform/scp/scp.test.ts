import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BitReader } from '../bit-reader.ts';
import { decodedOf, mutated, overwritten, sampleSets, samplesIn, signalOf } from '../fixtures/recordings.ts';
import { scpDoor } from './door.ts';
import { DEFAULT_TABLE, HuffmanReader, type HuffmanTable, huffmanBytes } from './huffman.ts';
import { readScp } from './read-scp.ts';
import { crcCcitt } from './section.ts';
import { type ScpContent, writeScp } from './write-scp.ts';

const lead = (samples: ArrayLike<number>, name: string) =>
  signalOf(samples, { name, unit: 'uV', frequency: 500, gain: 1000 / 2500 });
const base: ScpContent = {
  subject: 'P9',
  name: { first: 'Ann', last: 'Body' },
  sex: 'female',
  start: { local: Date.UTC(2024, 1, 29, 13, 5, 6), offset: 90 },
  signals: [lead([1, 2, 30, -400, 5, 6], 'I'), lead([7, -8, 9, 10, 11, 12], 'aVF')],
  huffman: true,
  differences: 2,
};

describe('SCP-ECG', () => {
  test('what is written is read: plain or coded, values or differences', () => {
    fc.assert(
      fc.property(
        sampleSets(2, -8000, 8000, 60),
        fc.boolean(),
        fc.constantFrom(0, 1, 2),
        ([a, b], huffman, differences) => {
          const signals = [lead(a!, 'V1'), lead(b!, 'V6')];
          const read = readScp(writeScp({ ...base, signals, huffman, differences: differences as 0 }), 'f');
          expect(read.problems).toEqual([]);
          expect(read.signals.map(({ place, problems, ...signal }) => signal)).toEqual(signals);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('a subtracted reference beat is put back, also at the ends', () => {
    fc.assert(
      fc.property(
        sampleSets(2, -2000, 2000, 60),
        sampleSets(2, -900, 900, 9),
        fc.nat(8),
        fc.array(fc.nat(59), { maxLength: 4 }),
        (rhythm, shapes, at, places) => {
          const fiducial = Math.min(at, shapes[0]!.length - 1);
          const beats = [...new Set(places)].filter((place) => place < rhythm[0]!.length).sort((x, y) => x - y);
          const signals = [lead(rhythm[0]!, 'I'), lead(rhythm[1]!, 'II')];
          const read = readScp(writeScp({ ...base, signals, referenceBeat: { leads: shapes, fiducial, beats } }), 'f');
          expect(read.problems).toEqual([]);
          expect(read.signals.map(({ runs }) => runs)).toEqual(signals.map(({ runs }) => runs));
        },
      ),
      { numRuns: 150 },
    );
  });

  test('whose, when and with what stand in the recording', () => {
    const read = readScp(writeScp(base), 'f');
    expect([read.subject, read.start]).toEqual(['P9', base.start]);
    expect(read.facts.map(({ fact, value }) => [fact, value])).toEqual([
      ['name', { kind: 'text', text: 'Ann Body' }],
      ['sex', { kind: 'text', text: 'female' }],
    ]);
    expect(decodedOf(scpDoor, writeScp(base)).map(({ type }) => type)).toEqual([
      'header',
      'subject',
      'subject',
      'signal',
      'signal',
    ]);
  });

  test('checksums are CRC-CCITT; a changed byte is told with its section', () => {
    expect(crcCcitt(new TextEncoder().encode('123456789'))).toBe(0x29b1);
    const bytes = writeScp(base);
    bytes[bytes.length - 2]! ^= 1;
    const { problems } = readScp(bytes, 'f');
    expect(problems.map(({ code, message }) => [code, /section 6/.test(message)])).toEqual([
      ['waveform-checksum', false],
      ['waveform-checksum', true],
    ]);
  });

  test('bimodal compression is refused by name', () => {
    const bytes = writeScp(base);
    const plain = readScp(bytes, 'f');
    bytes[plain.signals[0]!.place.byteStart! + 5] = 1;
    expect(decodedOf(scpDoor, bytes).map(({ fate, problems }) => [fate, problems[0]!.code])).toEqual([
      ['refused', 'waveform-format-unread'],
    ]);
  });

  test('Huffman: the default table gives back every value of 16 bits; tables may be switched', () => {
    const values = Int32Array.from({ length: 65_536 }, (_, i) => i - 32_768);
    const bits = new BitReader(huffmanBytes(values)!);
    const reader = new HuffmanReader([DEFAULT_TABLE]);
    expect(values.every((value) => reader.next(bits) === value)).toBe(true);
    const switching = (to: number): HuffmanTable => [
      { prefixBits: 1, totalBits: 1, isValue: true, value: 10 * to, code: 0 },
      { prefixBits: 1, totalBits: 1, isValue: false, value: to, code: 1 },
    ];
    const two = new HuffmanReader([switching(2), switching(1)]);
    const stream = new BitReader(Uint8Array.of(0b01001000));
    expect([two.next(stream), two.next(stream), two.next(stream), two.next(stream)]).toEqual([20, 10, 10, 20]);
    // Tables that only switch among themselves give no value and come to an end.
    const turning: HuffmanTable = [{ prefixBits: 1, totalBits: 1, isValue: false, value: 1, code: 0 }];
    expect(new HuffmanReader([turning]).next(new BitReader(new Uint8Array(1000)))).toBeNull();
  });

  test('mutated records never throw, and give no more samples than their bits', () => {
    const beat = { leads: [Int32Array.of(5, 9), Int32Array.of(-3, 2)], fiducial: 1, beats: [2, 4] };
    const files = [writeScp(base), writeScp({ ...base, referenceBeat: beat }), writeScp({ ...base, huffman: false })];
    fc.assert(
      fc.property(
        fc.constantFrom(...files).chain((file) => fc.oneof(mutated(file), overwritten(file))),
        (bytes) => {
          const decoded = decodedOf(scpDoor, bytes);
          expect(samplesIn(decoded)).toBeLessThanOrEqual(bytes.length * 8);
          for (const { fate, items } of decoded) expect(fate === 'mapped').toBe(items.length > 0);
        },
      ),
      { numRuns: 700 },
    );
  });
});
