import { sampleCount } from '@gemel/core/waveform';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { folder, HAS_WFDB, inMemory, WFDB } from '../fixtures/data.ts';
import { decodedOf, mutated, overwritten, sampleSets, samplesIn, signalOf } from '../fixtures/recordings.ts';
import { type Annotation, letterOf, readAnnotations, writeAnnotations } from './annotation.ts';
import { BEAT_LETTERS } from './annotation-codes.data.ts';
import { wfdbDoor } from './door.ts';
import { readHeader } from './header.ts';
import { readWfdbRecord, wfdbFiles } from './read-record.ts';
import { writeWfdbRecord } from './write-record.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const RANGES: readonly (readonly [number, number, number])[] = [
  [16, -32_767, 32_767],
  [24, -8_388_607, 8_388_607],
  [32, -2_147_483_647, 2_147_483_647],
  [61, -32_767, 32_767],
  [80, -127, 127],
  [160, -32_767, 32_767],
  [212, -2047, 2047],
  [310, -511, 511],
  [311, -511, 511],
];

describe('WFDB signals', () => {
  test.each(RANGES)('format %i: what is written is read', (format, low, high) => {
    fc.assert(
      fc.property(sampleSets(3, low, high), fc.constantFrom(0, 24), ([a, b, c], prolog) => {
        const signals = [a!, b!, c!].map((samples, i) => signalOf(samples, { name: `s${i}`, baseline: 7, unit: 'uV' }));
        const files = writeWfdbRecord({ record: 'r', frequency: 100, format, signals, prolog });
        const read = readWfdbRecord(files.get('r.hea')!, 'r.hea', inMemory(files));
        expect(read.problems).toEqual([]);
        expect(read.signals.map(({ place, problems, ...signal }) => signal)).toEqual(signals);
      }),
      { numRuns: 60 },
    );
  });

  test('format 8: differences are summed up from the initial value', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -127, max: 127 }), { minLength: 1, maxLength: 99 }),
        fc.integer(),
        (steps, from) => {
          let value = from % 1000;
          const signal = signalOf(steps.map((step) => (value += step)));
          const files = writeWfdbRecord({ record: 'r', frequency: 100, format: 8, signals: [signal] });
          const read = readWfdbRecord(files.get('r.hea')!, 'r.hea', inMemory(files));
          expect(read.problems).toEqual([]);
          expect(read.signals[0]!.runs).toEqual(signal.runs);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('signals of several samples a frame, comments and the start come back', () => {
    const signals = [
      signalOf([1, 2, 3, 4, 5, 6], { name: 'fast', frequency: 200 }),
      signalOf([7, 8, 9], { name: 'slow' }),
    ];
    const start = Date.UTC(2024, 1, 29, 13, 5, 6, 250);
    const files = writeWfdbRecord({ record: 'r', frequency: 100, format: 212, signals, start, comments: ['age: 69'] });
    const read = readWfdbRecord(files.get('r.hea')!, 'r.hea', inMemory(files));
    expect(read.signals.map(({ frequency, runs }) => [frequency, [...runs[0]!.samples]])).toEqual([
      [200, [1, 2, 3, 4, 5, 6]],
      [100, [7, 8, 9]],
    ]);
    expect([read.start, read.header.comments]).toEqual([{ local: start, offset: null }, ['age: 69']]);
  });

  test('a skewed signal is brought forward, what is no sample is marked, a wrong sum and a short file are told', () => {
    const data = Uint8Array.from([10, 0, 20, 0, 11, 0, 21, 0, 0, 128, 22, 0]);
    const header = (sum: string, frames = 3) =>
      bytesOf(`r 2 100 ${frames}\nr.dat 16:1 200 16 0 10 ${sum} 0 late\nr.dat 16 200 16 0 20 63 0 early\n`);
    const read = (hea: Uint8Array, dat = data) => readWfdbRecord(hea, 'r.hea', inMemory(new Map([['r.dat', dat]])));
    const whole = read(header(String((10 + 11 - 32_768) << 0)));
    expect(whole.problems).toEqual([]);
    expect(whole.signals.map(({ runs }) => [...runs[0]!.samples])).toEqual([
      [11, -2_147_483_648],
      [20, 21, 22],
    ]);
    expect(read(header('5')).problems.map(({ code }) => code)).toEqual(['waveform-checksum']);
    const short = read(header('5', 9));
    expect(short.problems.map(({ code, where }) => [code, where.line])).toEqual([['exchange-truncated', 2]]);
    expect(sampleCount(short.signals[1]!)).toBe(3);
  });

  test('segments of fixed and variable layout are joined, gaps stay gaps', () => {
    const files = new Map<string, Uint8Array>();
    const part = (name: string, signals: readonly (readonly [string, readonly number[]])[]) => {
      const content = signals.map(([label, samples]) => signalOf(samples, { name: label }));
      for (const [file, bytes] of writeWfdbRecord({ record: name, frequency: 100, format: 16, signals: content }))
        files.set(file, bytes);
    };
    part('a', [
      ['II', [1, 2]],
      ['V', [3, 4]],
    ]);
    part('b', [['V', [5, 6, 7]]]);
    part('c', [
      ['II', [8]],
      ['V', [9]],
    ]);
    files.set('m_layout.hea', bytesOf('m_layout 2 100 0\n~ 0 200 16 0 0 0 0 II\n~ 0 200 16 0 0 0 0 V\n'));
    const hea = bytesOf('m/5 2 100 10\nm_layout 0\na 2\nb 3\n~ 4\nc 1\n');
    const read = readWfdbRecord(hea, 'm.hea', inMemory(files));
    expect(read.problems).toEqual([]);
    expect(read.signals.map(({ name, runs }) => [name, runs.map(({ after, samples }) => [after, ...samples])])).toEqual(
      [
        [
          'II',
          [
            [0, 1, 2],
            [0.09, 8],
          ],
        ],
        [
          'V',
          [
            [0, 3, 4, 5, 6, 7],
            [0.09, 9],
          ],
        ],
      ],
    );
    expect(wfdbFiles(hea, 'm.hea', inMemory(files)).sort()).toEqual([
      'a.dat',
      'a.hea',
      'b.dat',
      'b.hea',
      'c.dat',
      'c.hea',
      'm_layout.hea',
    ]);
    const twice = readWfdbRecord(bytesOf('m/2 2 100 4\na 2\na 2\n'), 'm.hea', inMemory(files));
    expect(twice.refused.map(({ problem }) => problem.code)).toEqual(['waveform-header']);
  });

  test.each([
    ['no record line', 'hello world\n', 'waveform-header'],
    ['fewer lines than signals', 'r 2 100 3\nr.dat 16\n', 'waveform-header'],
    ['a format WFDB has not', 'r 1 100 3\nr.dat 999\n', 'waveform-format-unread'],
    ['a missing file', 'r 1 100 3\ngone.dat 16\n', 'waveform-file-missing'],
    ['a path for a name', 'r 1 100 3\n../../etc/passwd 16\n', 'waveform-file-missing'],
    ['a rate of nothing', 'r 1 0 3\nr.dat 16\n', 'waveform-header'],
  ])('%s refuses the record with %#', (_, text, code) => {
    const neighbours = { names: ['r.dat'], read: (name: string) => (name === 'r.dat' ? new Uint8Array(6) : null) };
    const decoded = decodedOf(wfdbDoor, bytesOf(text), { neighbours, start: 0 as never });
    expect(decoded.map(({ fate, problems }) => [fate, problems[0]?.code])).toEqual([['refused', code]]);
  });
});

const annotation: fc.Arbitrary<Annotation> = fc.record({
  tick: fc.integer({ min: 0, max: 200_000_000 }),
  code: fc.integer({ min: 1, max: 41 }),
  subtype: fc.integer({ min: -128, max: 127 }),
  channel: fc.integer({ min: 0, max: 255 }),
  number: fc.integer({ min: -128, max: 127 }),
  text: fc.stringMatching(/^[A-Za-zäöü ]{0,20}$/),
});

/** An annotation of the AHA format. */
const aha = (letter: string, tick: number, number: number, subtype = 0, code = 1, text = '') => [
  ...[0, letter.charCodeAt(0), (tick >> 16) & 0xff, (tick >> 24) & 0xff, tick & 0xff, (tick >> 8) & 0xff],
  ...[number & 0xff, number >> 8, subtype & 0xff, code, ...[...text.padEnd(6, '\0')].map((c) => c.charCodeAt(0))],
];

describe('annotations of the AHA format', () => {
  const whole = [...aha('N', 77, 1), ...aha('V', 70_000, 2, 0, 5), ...aha('O', 70_001, 3, -1, 28, '(AFIB')];

  test('are known by their first bytes and read with the MIT code, subtype and text they carry', () => {
    for (const bytes of [[...whole, 0xff], whole]) {
      const { annotations, damage } = readAnnotations(Uint8Array.from(bytes));
      expect(damage).toBeNull();
      expect(annotations.map(({ tick, code, subtype, text }) => [tick, code, subtype, text])).toEqual([
        [77, 1, 0, ''],
        [70_000, 5, 0, ''],
        [70_001, 28, -1, '(AFIB'],
      ]);
    }
  });

  test.each([
    ['a tape of the database, whose times no file places', aha('N', 77, 1, 0, 0), 0, 0],
    ['a cut file', whole.slice(0, 40), 32, 2],
    ['something else in between', [...whole.slice(0, 16), ...Array(16).fill(7)], 16, 1],
  ])('%s is damage with its byte', (_, bytes, byte, count) => {
    const { annotations, damage } = readAnnotations(Uint8Array.from(bytes));
    expect([damage?.byte, annotations.length]).toEqual([byte, count]);
  });
});

describe('WFDB annotations', () => {
  test('what is written is read, with skips, numbers, subtypes, channels and texts', () => {
    fc.assert(
      fc.property(
        fc.array(annotation, { maxLength: 20 }),
        fc.option(fc.constantFrom(250, 360), { nil: undefined }),
        (list, rate) => {
          const ordered = [...list].sort((a, b) => a.tick - b.tick);
          const read = readAnnotations(writeAnnotations(ordered, rate));
          expect(read.damage).toBeNull();
          expect(read.frequency).toBe(rate ?? null);
          expect(read.annotations).toEqual(ordered);
        },
      ),
    );
  });

  test('a file cut before its end says so, and keeps what it holds', () => {
    const one = { tick: 5, code: 1, subtype: 0, channel: 0, number: 0, text: 'abcd' };
    const bytes = writeAnnotations([one, { ...one, tick: 9, text: '' }]);
    const cut = readAnnotations(bytes.subarray(0, bytes.length - 2));
    expect([cut.annotations.length, cut.damage?.byte]).toEqual([2, bytes.length - 2]);
  });

  test('bytes of any kind never throw and never give more than they hold', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(readAnnotations(bytes).annotations.length).toBeLessThanOrEqual(bytes.length / 2);
      }),
      { numRuns: 500 },
    );
  });
});

describe('bounds', () => {
  const files = writeWfdbRecord({
    record: 'r',
    frequency: 100,
    format: 212,
    signals: [signalOf([1, 2, 3, 4]), signalOf([5, 6, 7, 8])],
    comments: ['x'],
  });
  const hea = files.get('r.hea')!;
  const dat = files.get('r.dat')!;

  test('mutated records never throw, and give no more samples than their bytes hold', () => {
    fc.assert(
      fc.property(fc.oneof(mutated(hea), overwritten(hea)), mutated(dat), (header, data) => {
        const neighbours = inMemory(
          new Map([
            ['r.dat', data],
            ['r.atr', data],
          ]),
        );
        const decoded = decodedOf(wfdbDoor, header, { neighbours, start: 0 as never });
        expect(samplesIn(decoded)).toBeLessThanOrEqual(2 * data.length + 8);
        for (const { fate, items, problems } of decoded) {
          expect(fate === 'mapped').toBe(items.length > 0);
          if (fate === 'refused') expect(problems.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 700 },
    );
  });

  test('a header that claims a million signals or segments is refused without reading on', () => {
    for (const text of [
      'r 999999999 100 999999999\n',
      'r/999999999 1 100 5\n',
      `r 1 100 ${'9'.repeat(400)}\nr.dat 16\n`,
    ]) {
      const decoded = decodedOf(wfdbDoor, bytesOf(text), {
        neighbours: inMemory(new Map([['r.dat', dat]])),
        start: 0 as never,
      });
      expect(samplesIn(decoded)).toBeLessThanOrEqual(dat.length);
    }
  });
});

describe.skipIf(!HAS_WFDB)('outside records (skipped where the data folder is absent)', () => {
  const neighbours = folder(WFDB);
  const record = (name: string) => readWfdbRecord(neighbours.read(`${name}.hea`)!, `${name}.hea`, neighbours);

  test.each(['100', '03700181', '3000003_0003', 'a103l', 's0010_re', 'v102s'])(
    '%s: every sum fits and nothing is refused',
    (name) => {
      const { problems, refused, signals, marks } = record(name);
      expect([problems, refused, marks.flatMap((list) => list.problems)]).toEqual([[], [], []]);
      const sums = readHeader(neighbours.read(`${name}.hea`)!, name).signals.map(({ checksum }) => checksum);
      expect(sums.every((sum) => sum !== null)).toBe(true);
      expect(signals.length).toBe(sums.length);
    },
  );

  test('a header without its signal file is refused by the name of the file', () => {
    const name = 'n8_evoked_raw_95_F1_R9.hea';
    const [entry] = decodedOf(wfdbDoor, neighbours.read(name)!, { name, neighbours, start: 0 as never });
    expect(entry).toMatchObject({ fate: 'refused', problems: [{ code: 'waveform-file-missing' }] });
    expect(entry!.problems[0]!.message).toContain('n8_evoked_raw_95_F1_R9.dat');
  });

  test('annotation files are found by name and read, and written again as they were', () => {
    const { marks } = record('100');
    expect(marks.map(({ name }) => name)).toEqual(['atr', 'qrs']);
    expect(marks[0]!.marks.filter(({ code }) => BEAT_LETTERS.has(code)).length).toBe(2273);
    const bytes = neighbours.read('100.atr')!;
    const read = readAnnotations(bytes);
    expect(readAnnotations(writeAnnotations(read.annotations)).annotations).toEqual(read.annotations);
    expect(letterOf(read, read.annotations[1]!.code)).toBe('N');
  });

  test('a record without a date asks for its start, one without a zone for the zone', () => {
    const codes = (name: string, options: object) =>
      decodedOf(wfdbDoor, neighbours.read(`${name}.hea`)!, { name: `${name}.hea`, neighbours, ...options }).map(
        ({ problems }) => problems[0]?.code,
      );
    expect(codes('100', {})).toEqual(['waveform-start-missing']);
    expect(
      [
        ...decodedOf(wfdbDoor, neighbours.read('03700181.hea')!, { name: '03700181.hea', neighbours, zone: '-05:00' }),
      ].map(({ type }) => type),
    ).toEqual(['header', ...['signal', 'signal', 'signal'], ...['annotations', 'annotations', 'annotations']]);
  });
});
