import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inMemory } from '../fixtures/data.ts';
import { mutated, sampleSets } from '../fixtures/recordings.ts';
import { readWfdbRecord } from '../wfdb/read-record.ts';
import { decodeFlac } from './decode-flac.ts';
import { type Coding, encodeFlac } from './flac.fixture.ts';

test.each<[Coding, 8 | 16 | 24]>([
  ['verbatim', 8],
  ['verbatim', 24],
  ['fixed', 16],
  ['fixed', 24],
  ['lpc', 16],
  ['mid-side', 16],
  ['left-side', 24],
  ['side-right', 8],
])('%s blocks of %i bits: what is written is read', (coding, bits) => {
  const edge = 2 ** (bits - 1);
  fc.assert(
    fc.property(sampleSets(2, -edge, edge - 1, 150), (channels) => {
      const read = decodeFlac(encodeFlac(channels, bits, coding), 1e6)!;
      expect(read.damage).toBeNull();
      expect(read.channels).toEqual(channels);
    }),
    { numRuns: 40 },
  );
});

test('constant blocks, and no more samples than asked for', () => {
  const bytes = encodeFlac([new Int32Array(500).fill(-7)], 16, 'constant');
  expect(decodeFlac(bytes, 1e6)!.channels).toEqual([new Int32Array(500).fill(-7)]);
  expect(decodeFlac(bytes, 130)!.channels[0]!.length).toBe(130);
});

test('a flat line that unpacks to more than its size allows is stopped', () => {
  const bytes = encodeFlac([new Int32Array(60_000)], 16, 'constant', 60_000);
  const read = decodeFlac(bytes, 1e9)!;
  expect(read.channels[0]!.length).toBeLessThanOrEqual(400 * bytes.length);
  expect(read.damage).toMatch(/more than its size allows/);
});

test('a damaged frame ends the stream at its byte; mutated streams never throw', () => {
  const bytes = encodeFlac([Int32Array.from({ length: 200 }, (_, i) => i * i)], 24, 'fixed');
  const broken = Uint8Array.from(bytes);
  broken[bytes.length - 20]! ^= 0xff;
  const read = decodeFlac(broken, 1e6)!;
  expect(read.channels[0]!.length % 64).toBe(0);
  expect(read.damage).toMatch(/^frame at byte \d+/);
  fc.assert(
    fc.property(mutated(bytes), (changed) => {
      const some = decodeFlac(changed, 1e7);
      if (some === null) return;
      const samples = some.channels.reduce((sum, { length }) => sum + length, 0);
      expect(samples).toBeLessThanOrEqual(400 * changed.length);
    }),
    { numRuns: 700 },
  );
});

test('a WFDB record of format 516 takes its samples from FLAC', () => {
  const samples = [Int32Array.of(1, -2, 3, -32_768), Int32Array.of(5, 6, 7, 8)];
  const files = new Map([['r.dat', encodeFlac(samples, 16, 'fixed')]]);
  const header = new TextEncoder().encode('r 2 100 4\nr.dat 516 200 16 0 1 -32766 0 a\nr.dat 516 200 16 0 5 26 0 b\n');
  const { signals, problems } = readWfdbRecord(header, 'r.hea', inMemory(files));
  expect(problems).toEqual([]);
  expect(signals.map(({ runs }) => [...runs[0]!.samples])).toEqual([
    [1, -2, 3, -2_147_483_648],
    [5, 6, 7, 8],
  ]);
});
