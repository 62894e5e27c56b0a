import type { Decoded, RawObservation } from '@gemel/core/raw';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DoorOptions } from '../../door.ts';
import { sniffDoor } from '../../doors.ts';
import { decodeCharacteristic, type Message } from './characteristic.ts';
import { gattDoor } from './door.ts';
import { floatBits, readFloat, readSfloat, sfloatBits } from './float.ts';

const two = (n: number) => [n & 0xff, (n >> 8) & 0xff];
const sfloat = (mantissa: number, exponent = 0) => two(sfloatBits(mantissa, exponent)!);
const CLOCK = [...two(2024), 3, 1, 8, 0, 0];
const hex = (bytes: readonly number[]) => bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
const message = (uuid: number, bytes: readonly number[]) =>
  decodeCharacteristic(uuid, Uint8Array.from(bytes)) as Message;
const line = (uuid: number, bytes: readonly number[], time = '2024-03-01T08:00:05.000+01:00', device = 'AA:BB') =>
  `${time} ${device} ${uuid.toString(16).toUpperCase()} ${hex(bytes)}`;
const capture = (...lines: string[]) => new TextEncoder().encode(`# gatt-capture 1\n${lines.join('\n')}\n`);
const decode = (data: Uint8Array, options: Partial<DoorOptions> = {}): Decoded[] => [
  ...gattDoor.decode(data, { name: 'capture.txt', subject: 'Patient/p', ...options }),
];
const values = (decoded: Decoded) =>
  decoded.items.map((item) =>
    item.kind !== 'merge' && item.kind !== 'retraction' && item.value.kind === 'quantity'
      ? [item.codings[0]!.code, item.value.value, item.value.unit]
      : null,
  );
const codes = (decoded: Decoded) => decoded.problems.map(({ code }) => code);

describe('numbers of IEEE 11073-20601', () => {
  test('what is written as mantissa and exponent is read as that decimal', () => {
    fc.assert(
      fc.property(fc.integer({ min: -2048, max: 2047 }), fc.integer({ min: -8, max: 7 }), (mantissa, exponent) => {
        const bits = sfloatBits(mantissa, exponent);
        if (bits === null) expect(exponent === 0 && (mantissa >= 2046 || mantissa <= -2046)).toBe(true);
        else expect(readSfloat(bits)).toBe(mantissa === 0 ? 0 : Number(`${mantissa}e${exponent}`));
      }),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: -(2 ** 23), max: 2 ** 23 - 1 }),
        fc.integer({ min: -128, max: 127 }),
        (mantissa, exponent) => {
          const bits = floatBits(mantissa, exponent);
          if (bits !== null) expect(readFloat(bits)).toBe(mantissa === 0 ? 0 : Number(`${mantissa}e${exponent}`));
        },
      ),
    );
  });

  test('every pattern of 16 bits is a number or a named code', () => {
    const special = Array.from({ length: 65_536 }, (_, bits) => readSfloat(bits)).filter(
      (value) => typeof value !== 'number',
    );
    expect(special).toEqual(['above-range', 'not-a-number', 'not-at-this-resolution', 'reserved', 'below-range']);
    expect([0x007fffff, 0x00800000, 0x007ffffe, 0x00800002, 0x00800001].map((bits) => readFloat(bits))).toEqual([
      'not-a-number',
      'not-at-this-resolution',
      'above-range',
      'below-range',
      'reserved',
    ]);
  });

  test('36.4 as the standard writes it', () => expect(readFloat(0xff00016c)).toBe(36.4));
});

describe('characteristics', () => {
  test('blood pressure with clock, pulse, user and status', () => {
    const read = message(0x2a35, [
      0b11110,
      ...sfloat(128),
      ...sfloat(82),
      ...sfloat(97),
      ...CLOCK,
      ...sfloat(613, -1),
      2,
      ...two(0b101),
    ]);
    expect(read).toMatchObject({
      clock: Date.UTC(2024, 2, 1, 8),
      user: 2,
      doubts: ['body movement', 'irregular pulse'],
    });
    expect(read.readings.map(({ value, parts }) => value ?? parts!.map((part) => part.value))).toEqual([
      [128, 82, 97].map((value) => ({ value, unit: 'mm[Hg]' })),
      { value: 61.3, unit: '/min' },
    ]);
  });

  test('heart rate in either width, energy and intervals', () => {
    const read = message(0x2a37, [0b11001, ...two(300), ...two(12), ...two(1024), ...two(512)]);
    expect(read.readings[0]).toMatchObject({ value: { value: 300, unit: '/min' } });
    expect(read.readings[0]!.parts!.map((part) => part.value)).toEqual([
      { value: 12, unit: 'kJ' },
      { value: 1000, unit: 'ms' },
      { value: 500, unit: 'ms' },
    ]);
    expect(message(0x2a37, [0b100, 61]).doubts).toEqual(['no skin contact']);
  });

  test('temperature, weight, oximetry and glucose in their units', () => {
    const first = (read: Message) => read.readings[0]!.value;
    const bits = floatBits(9860, -2)!;
    expect(message(0x2a1c, [0b101, ...two(bits), ...two(bits >>> 16), 6]).readings[0]).toMatchObject({
      codings: [{ code: '8310-5' }, { code: '8331-1' }],
      value: { value: 98.6, unit: '[degF]' },
    });
    expect(first(message(0x2a9d, [0, ...two(14_005)]))).toEqual({ value: 70.025, unit: 'kg' });
    expect(
      message(0x2a9d, [0b1001, ...two(15_430), ...two(231), ...two(700)]).readings.map(({ value }) => value),
    ).toEqual([
      { value: 154.3, unit: '[lb_av]' },
      { value: 23.1, unit: 'kg/m2' },
      { value: 70, unit: '[in_i]' },
    ]);
    expect(first(message(0x2a5f, [0b00001, ...sfloat(97), ...sfloat(61), ...sfloat(96), ...sfloat(60)]))).toEqual({
      value: 97,
      unit: '%',
    });
    expect(message(0x2a5e, [0b00110, ...sfloat(97), ...sfloat(61), ...two(1 << 14), 1 << 4, 0, 0]).doubts).toEqual([
      'questionable measurement',
      'poor signal',
    ]);
    expect(first(message(0x2a18, [2, ...two(7), ...CLOCK, ...sfloat(95, -5), 0x11]))).toEqual({
      value: 95,
      unit: 'mg/dL',
    });
    expect(first(message(0x2a18, [6, ...two(7), ...CLOCK, ...sfloat(54, -4), 0x19]))).toEqual({
      value: 5.4,
      unit: 'mmol/L',
    });
  });

  test('a glucose has the time of its base and offset', () => {
    const read = message(0x2a18, [3, ...two(7), ...CLOCK, ...two(-30 & 0xffff), ...sfloat(95, -5), 0x11]);
    expect(read.clock).toBe(Date.UTC(2024, 2, 1, 7, 30));
  });

  test('special values are named, never numbers', () => {
    const read = message(0x2a35, [0, ...two(0x07ff), ...sfloat(82), ...two(0x0800)]);
    expect(read.specials).toEqual(['systolic: not-a-number', 'mean: not-at-this-resolution']);
    expect(read.readings[0]!.parts).toHaveLength(1);
  });

  test('whatever the bytes, a message or a fault; never more numbers than bytes', () => {
    const uuids = fc.constantFrom(0x2a37, 0x2a35, 0x2a1c, 0x2a9d, 0x2a5e, 0x2a5f, 0x2a18, 0x2a34);
    fc.assert(
      fc.property(uuids, fc.uint8Array({ maxLength: 40 }), (uuid, bytes) => {
        const read = decodeCharacteristic(uuid, bytes);
        if ('fault' in read) expect(read.fault).not.toBe('');
        else {
          const numbers = read.readings.flatMap(({ value, parts }) => [
            value,
            ...(parts ?? []).map((part) => part.value),
          ]);
          for (const value of numbers) if (value && 'value' in value) expect(Number.isFinite(value.value)).toBe(true);
          expect(read.readings.length).toBeLessThanOrEqual(bytes.length);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a capture', () => {
  const glucose = (sequence: number, clock = CLOCK) => [2, ...two(sequence), ...clock, ...sfloat(95, -5), 0x11];

  test('is known by its first line, and each notification becomes one entry', () => {
    const data = capture(
      line(0x2a37, [0, 61]),
      '# a remark',
      line(0x2a35, [2, ...sfloat(128), ...sfloat(82), ...sfloat(97), ...CLOCK]),
    );
    expect(sniffDoor(data, 'capture.txt')?.id).toBe('gatt-capture');
    const all = decode(data);
    expect(all.map(({ type, fate }) => [type, fate])).toEqual([
      ['heart-rate', 'mapped'],
      ['blood-pressure', 'mapped'],
    ]);
    expect(all.map(values)).toEqual([
      [['8867-4', 61, '/min']],
      [
        ['8480-6', 128, 'mm[Hg]'],
        ['8462-4', 82, 'mm[Hg]'],
        ['8478-0', 97, 'mm[Hg]'],
      ],
    ]);
    expect((all[1]!.items[0] as RawObservation).time).toEqual({
      start: Date.parse('2024-03-01T07:00:00Z'),
      offset: 60,
    });
  });

  test('the clock of the device is corrected by its Current Time, and the zone places it', () => {
    const ahead = [...two(2024), 3, 1, 9, 0, 5];
    const data = capture(line(0x2a2b, [...ahead, 5, 0, 0]), line(0x2a18, glucose(1, [...two(2024), 3, 1, 8, 30, 0])));
    for (const zone of [undefined, 'Europe/Berlin']) {
      const [clock, read] = decode(data, zone === undefined ? {} : { zone });
      expect(clock!.fate).toBe('kept');
      expect((read!.items[0] as RawObservation).time.start).toBe(Date.parse('2024-03-01T06:30:00Z'));
      expect(codes(read!)).toEqual(['exchange-clock-changed']);
    }
  });

  test('a record sent again after a reconnection has the same identity, at whatever time it arrives', () => {
    const again = decode(
      capture(
        line(0x2a18, glucose(1)),
        line(0x2a18, glucose(1), '2024-03-01T09:30:00+01:00'),
        line(0x2a18, glucose(2)),
      ),
    );
    const ids = again.map(({ items }) => items[0]!.provenance.sourceId);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[0]).not.toBe(ids[2]);
    expect(again[0]!.items.map((item) => ({ ...item, provenance: 0 }))).toEqual(
      again[1]!.items.map((item) => ({ ...item, provenance: 0 })),
    );
  });

  test('a context has the time of its measurement; without one it is kept', () => {
    const context = (sequence: number) => [0b11, ...two(sequence), 2, ...sfloat(45, -3), 2];
    const all = decode(capture(line(0x2a34, context(1)), line(0x2a18, glucose(1)), line(0x2a34, context(1))));
    expect(all.map(({ fate }) => fate)).toEqual(['kept', 'mapped', 'mapped']);
    expect(all[2]!.items).toMatchObject([
      { kind: 'control', value: { value: 45, unit: 'g' }, time: { start: Date.parse('2024-03-01T07:00:00Z') } },
    ]);
  });

  test.each([
    [
      'control solution is nobody’s',
      line(0x2a18, [2, ...two(1), ...CLOCK, ...sfloat(95, -5), 0x1a]),
      'kept',
      'device-status',
    ],
    ['a value under a doubt is marked', line(0x2a37, [0b100, 61]), 'mapped', 'device-status'],
    ['no number at all', line(0x2a1c, [0, ...two(0xffff), ...two(0x007f)]), 'kept', 'device-value-special'],
    ['too short', line(0x2a35, [2, 1]), 'refused', 'device-message-invalid'],
    ['too long', line(0x2a37, [0, 61, 9]), 'refused', 'device-message-invalid'],
    ['a month 13', line(0x2a18, glucose(1, [...two(2024), 13, 1, 8, 0, 0])), 'refused', 'device-message-invalid'],
    ['no hex', '2024-03-01T08:00:05+01:00 AA 2A37 zz', 'refused', 'device-message-invalid'],
    ['no offset', '2024-03-01T08:00:05 AA 2A37 003d', 'refused', 'exchange-date-unreadable'],
    ['another characteristic', line(0x2a19, [99]), 'kept', 'device-measure-unknown'],
  ])('%s', (_name, text, fate, code) => {
    const [decoded] = decode(capture(text));
    expect([decoded!.fate, codes(decoded!)[0]]).toEqual([fate, code]);
  });

  test('values of several people on one device are nobody’s until told apart', () => {
    const user = (number: number) => line(0x2a9d, [4, ...two(14_000), number]);
    expect(decode(capture(user(1), user(2))).map((decoded) => codes(decoded))).toEqual([
      ['exchange-subject-conflict'],
      ['exchange-subject-conflict'],
    ]);
    expect(decode(capture(user(1), user(1))).map(({ fate }) => fate)).toEqual(['mapped', 'mapped']);
  });

  test('whatever the lines, nothing throws and every entry has a reason', () => {
    const any = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc
        .tuple(fc.constantFrom(0x2a18, 0x2a34, 0x2a35, 0x2a2b), fc.array(fc.nat(255), { maxLength: 24 }))
        .map(([uuid, bytes]) => line(uuid, bytes)),
    );
    fc.assert(
      fc.property(fc.array(any, { maxLength: 8 }), fc.boolean(), (lines, zoned) => {
        for (const { fate, items, problems, type } of decode(
          capture(...lines),
          zoned ? { zone: 'Europe/Berlin' } : {},
        )) {
          expect(fate === 'mapped' ? items.length > 0 : problems.length > 0 || type === 'clock').toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});
