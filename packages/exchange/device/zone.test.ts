import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseZone } from './zone.ts';

const berlin = parseZone('Europe/Berlin')!;
const local = (text: string) => Date.parse(`${text}Z`);

test('offsets and names are read; anything else is no zone', () => {
  expect(parseZone('+05:30')!.offsetAt(0)).toBe(330);
  expect(parseZone('-0330')!.offsetAt(0)).toBe(-210);
  expect(parseZone('UTC+2')!.offsetAt(0)).toBe(120);
  expect(parseZone('Z')!.offsetAt(0)).toBe(0);
  expect(parseZone('Asia/Kolkata')!.offsetAt(0)).toBe(330);
  for (const no of ['', 'Berlin', 'Europe/Nowhere', '+25:00', '+02:75', 'summer']) expect(parseZone(no)).toBeNull();
});

test('the hour of the forward change never is, the hour of the backward change is twice', () => {
  expect(berlin.meaning(local('2024-03-31T01:59:59'))).toEqual({ kind: 'once', offset: 60 });
  expect(berlin.meaning(local('2024-03-31T02:30:00'))).toEqual({ kind: 'never', before: 60, after: 120 });
  expect(berlin.meaning(local('2024-03-31T03:00:00'))).toEqual({ kind: 'once', offset: 120 });
  expect(berlin.meaning(local('2024-10-27T02:30:00'))).toEqual({ kind: 'twice', first: 120, second: 60 });
  expect(berlin.meaning(local('2024-10-27T03:00:00'))).toEqual({ kind: 'once', offset: 60 });
});

test('an instant turned into local time and back is one of its meanings', () => {
  const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'America/St_Johns'].map(
    (name) => parseZone(name)!,
  );
  fc.assert(
    fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 2_000_000_000 }), (zone, seconds) => {
      const offset = zone.offsetAt(seconds * 1000);
      const meaning = zone.meaning(seconds * 1000 + offset * 60_000);
      const offsets =
        meaning.kind === 'once' ? [meaning.offset] : meaning.kind === 'twice' ? [meaning.first, meaning.second] : [];
      expect(offsets).toContain(offset);
    }),
    { numRuns: 300 },
  );
});
