import type { Decoded, RawControl, RawItem, RawObservation } from '@gemel/core/raw';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DoorOptions } from '../../door.ts';
import { doors, sniffDoor } from '../../doors.ts';
import { cgmEncoders } from './encode.ts';
import { MG_PER_MMOL } from './item.ts';
import type { DeviceLog } from './log.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const MINUTE = 60_000;
const START = Date.parse('2024-03-29T22:00:00Z');

const door = (id: string) => doors.find((candidate) => candidate.id === id)!;
const read = (id: string, data: Uint8Array, options: Partial<DoorOptions> = {}): Decoded[] => [
  ...door(id).decode(data, { name: 'file', ...options }),
];

/** Whole minutes, as the coarsest format keeps; no time is used twice within a list. */
const minutesFrom = (max: number) =>
  fc.uniqueArray(fc.integer({ min: 0, max: 4000 }), { maxLength: max }).map((list) => list.sort((a, b) => a - b));
const logs: fc.Arbitrary<DeviceLog> = fc
  .record({
    glucose: minutesFrom(40),
    values: fc.array(fc.integer({ min: 40, max: 400 }), { minLength: 40, maxLength: 40 }),
    beyond: fc.array(fc.constantFrom(undefined, undefined, undefined, 'low' as const, 'high' as const), {
      minLength: 40,
      maxLength: 40,
    }),
    meter: minutesFrom(4),
    bolus: minutesFrom(6),
    carbohydrate: minutesFrom(6),
    basal: minutesFrom(5),
  })
  .map(({ glucose, values, beyond, meter, bolus, carbohydrate, basal }) => ({
    subject: 'Anna Muster',
    name: 'Anna Muster',
    glucose: [...glucose, 4100].map((minute, i) => {
      const side = beyond[i];
      const value = side === 'low' ? 40 : side === 'high' ? 400 : values[i % 40]!;
      return { at: START + minute * MINUTE, value, ...(side && { beyond: side }) };
    }),
    meter: meter.map((minute, i) => ({ at: START + minute * MINUTE, value: values[i]! })),
    bolus: bolus.map((minute, i) => ({ at: START + minute * MINUTE, units: values[i]! / 20 })),
    carbohydrate: carbohydrate.map((minute, i) => ({ at: START + minute * MINUTE, grams: values[i + 1]! / 4 })),
    basal: basal.map((minute, i) => ({
      from: START + minute * MINUTE,
      to: START + (basal[i + 1] ?? minute + 60) * MINUTE,
      rate: values[i]! / 100,
    })),
    sensorStart: [],
    siteChange: [],
  }));

/** What a decoded file says, in comparable lines. */
function told(items: readonly RawItem[]): string[] {
  return items
    .filter((item): item is RawObservation | RawControl => item.kind === 'observation' || item.kind === 'control')
    .map((item) => {
      const { value } = item;
      if (value.kind !== 'quantity') throw new Error('only quantities here');
      const end = item.time.end === undefined ? '' : `–${(item.time.end - START) / MINUTE}`;
      const amount = `${value.comparator ?? ''}${Number(value.value.toPrecision(9))} ${value.unit}`;
      return `${(item.time.start - START) / MINUTE}${end} ${item.codings[0]!.code} ${amount}`;
    })
    .sort();
}

function expected(log: DeviceLog, omits: readonly string[], unit: 'mg/dL' | 'mmol/L'): string[] {
  const mmol = unit === 'mmol/L';
  const amount = (value: number) => (mmol ? Number((value / MG_PER_MMOL).toFixed(1)) : value);
  const minute = (at: number) => (at - START) / MINUTE;
  return [
    ...log.glucose.map(({ at, value, beyond }) => {
      const mark = beyond === 'low' ? '<' : beyond === 'high' ? '>' : '';
      return `${minute(at)} ${mmol ? '105272-9' : '99504-3'} ${mark}${amount(value)} ${unit}`;
    }),
    ...log.meter.map(({ at, value }) => `${minute(at)} ${mmol ? '14743-9' : '41653-7'} ${amount(value)} ${unit}`),
    ...log.bolus.map(({ at, units }) => `${minute(at)} insulin.bolus ${units} U`),
    ...(omits.includes('basal')
      ? []
      : log.basal.map(({ from, to, rate }) => `${minute(from)}–${minute(to)} insulin.basal ${rate} U/h`)),
    ...log.carbohydrate.map(({ at, grams }) => `${minute(at)} meal.carbohydrate ${grams} g`),
  ].sort();
}

describe.each(cgmEncoders.map((encoder) => [encoder.id, encoder] as const))('%s', (id, encoder) => {
  test('what was written is read back, in either unit and over a change of the clocks', () => {
    fc.assert(
      fc.property(
        logs,
        fc.constantFrom('Europe/Berlin', 'America/New_York', '+05:30'),
        fc.boolean(),
        (log, zone, mmol) => {
          // Nightscout stores mg/dL; Tidepool keeps mmol/L precisely enough to give mg/dL back.
          const unit = mmol && id !== 'nightscout' && id !== 'tidepool' ? 'mmol/L' : 'mg/dL';
          const text = encoder.encode(log, { zone, unit });
          const decoded = read(id, bytes(text), { zone, subject: log.subject, dates: 'day-first' });
          expect(decoded.filter((entry) => entry.fate === 'refused')).toEqual([]);
          // An hour that the zone skips was never written: the instants are real.
          expect(told(decoded.flatMap((entry) => entry.items))).toEqual(expected(log, encoder.omits, unit));
        },
      ),
      { numRuns: 40 },
    );
  });

  test('it recognises its own files, by their bytes', () => {
    fc.assert(
      fc.property(logs, (log) => {
        const text = encoder.encode(log, { zone: 'UTC', unit: 'mg/dL' });
        expect(sniffDoor(bytes(text), `export.${encoder.extension}`)?.id).toBe(id);
      }),
      { numRuns: 20 },
    );
  });

  test('a file cut anywhere loses nothing silently: whole rows stay, the cut one is refused', () => {
    const [log] = fc.sample(logs, { numRuns: 1, seed: 7 });
    const data = bytes(encoder.encode(log!, { zone: 'UTC', unit: 'mg/dL' }));
    const options = { zone: 'UTC', subject: 'a', dates: 'day-first' as const };
    const whole = new Set(told(read(id, data, options).flatMap((entry) => entry.items)));
    for (let length = 0; length < data.length; length += 37) {
      const entries = read(id, data.subarray(0, length), options);
      expect(entries.length).toBeGreaterThan(0);
      for (const entry of entries) {
        if (entry.fate === 'refused') expect(entry.problems.length).toBeGreaterThan(0);
        const open = entry.problems.some((problem) => problem.code === 'exchange-row-open');
        // A last row without its line end may be cut short, and says so.
        if (!open) for (const line of told(entry.items)) expect(whole).toContain(line);
      }
    }
  });

  test('every mapped row points at its own bytes', () => {
    const [log] = fc.sample(logs, { numRuns: 1, seed: 3 });
    const data = bytes(encoder.encode(log!, { zone: 'UTC', unit: 'mg/dL' }));
    const text = new TextDecoder();
    for (const entry of read(id, data, { zone: 'UTC', subject: 'a', dates: 'day-first' })) {
      const { byteStart, byteEnd, line, element } = entry.provenance;
      if (element === 'file') continue;
      const before = text.decode(data.subarray(0, byteStart));
      expect(before.split('\n').length).toBe(line);
      for (const item of entry.items) {
        if (item.kind !== 'control' || item.value.kind !== 'quantity') continue;
        expect(text.decode(data.subarray(byteStart, byteEnd))).toContain(String(item.value.value));
      }
    }
  });
});

describe.each(doors.map((d) => [d.id, d] as const))('%s, given anything', (_id, each) => {
  const seeds = cgmEncoders.map((encoder) => {
    const [log] = fc.sample(logs, { numRuns: 1, seed: 11 });
    return bytes(encoder.encode(log!, { zone: 'UTC', unit: 'mmol/L' }));
  });
  const damaged = fc
    .record({
      base: fc.constantFrom(...seeds),
      cut: fc.nat(),
      edits: fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 12 }),
    })
    .map(({ base, cut, edits }) => {
      const copy = base.slice(0, cut % (base.length + 1));
      for (const [at, byte] of edits) if (copy.length > 0) copy[at % copy.length] = byte;
      return copy;
    });
  test('never throws, gives every entry a fate, a place and a reason', () => {
    fc.assert(
      fc.property(
        fc.oneof(damaged, fc.uint8Array({ maxLength: 300 }), fc.string().map(bytes), fc.json().map(bytes)),
        fc.constantFrom<Partial<DoorOptions>>(
          {},
          { zone: 'Europe/Berlin' },
          { zone: 'UTC', unit: 'mg/dL', subject: 's' },
        ),
        (data, options) => {
          const entries = [...each.decode(data, { name: 'f', ...options })];
          expect(entries.length).toBeGreaterThan(0);
          for (const entry of entries) {
            expect(entry.items.length > 0).toBe(entry.fate === 'mapped');
            if (entry.fate === 'refused') expect(entry.problems.length).toBeGreaterThan(0);
            if (entry.fate === 'kept') expect(entry.kept !== undefined || entry.problems.length > 0).toBe(true);
            for (const problem of entry.problems) expect(problem.remedy.length).toBeGreaterThan(0);
            for (const item of entry.items) {
              if (item.kind !== 'observation' && item.kind !== 'control') continue;
              expect(Number.isFinite(item.time.start)).toBe(true);
              if (item.value.kind === 'quantity') expect(Number.isFinite(item.value.value)).toBe(true);
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
