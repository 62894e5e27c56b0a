import { instant } from '@gemel/core/time';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseZone } from '../device/zone.ts';
import { readDateTime, writeDateTime } from './datetime.ts';

const berlin = parseZone('Europe/Berlin');
const at = (text: string) => Date.parse(text);

describe('readDateTime', () => {
  test.each([
    ['2024-01-15T10:30:00Z', '2024-01-15T10:30:00Z', 0],
    ['2024-01-15T10:30:00+05:30', '2024-01-15T05:00:00Z', 330],
    ['2024-01-15T10:30:00.1234567-08:00', '2024-01-15T18:30:00.123Z', -480],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00Z', 0],
    ['0099-01-01T00:00:00Z', '0099-01-01T00:00:00Z', 0],
  ])('%s is a point', (text, utc, offset) => {
    expect(readDateTime(text, null)).toEqual({ kind: 'point', at: at(utc), offset });
  });

  test.each([
    ['2024-02-29', '2024-02-29', '2024-03-01', 'day'],
    ['2024-12', '2024-12-01', '2025-01-01', 'month'],
    ['2024', '2024-01-01', '2025-01-01', 'year'],
  ])('%s is the whole %s, in UTC without a zone', (text, start, end, precision) => {
    expect(readDateTime(text, null)).toEqual({ kind: 'span', start: at(start), end: at(end), offset: null, precision });
  });

  test('a date in a zone runs from local midnight to local midnight, over a change of the clocks too', () => {
    const day = readDateTime('2024-03-31', berlin);
    expect(day).toEqual({
      kind: 'span',
      start: at('2024-03-30T23:00:00Z'),
      end: at('2024-03-31T22:00:00Z'),
      offset: 60,
      precision: 'day',
    });
  });

  test.each([
    ['2024-01-15T10:30:00', 'exchange-zone-missing'],
    ['2023-02-29', 'fhir-time-invalid'],
    ['2024-13-01', 'fhir-time-invalid'],
    ['2024-00-01', 'fhir-time-invalid'],
    ['2024-01-00', 'fhir-time-invalid'],
    ['2024-01-15T24:00:00Z', 'fhir-time-invalid'],
    ['2024-01-15T10:60:00Z', 'fhir-time-invalid'],
    ['2024-01-15T10:30:00+15:00', 'fhir-time-invalid'],
    ['15/01/2024', 'fhir-time-invalid'],
    ['2024-01-15 10:30:00Z', 'fhir-time-invalid'],
    ['', 'fhir-time-invalid'],
  ])('%s is unreadable: %s', (text, code) => {
    expect(readDateTime(text, null)).toMatchObject({ kind: 'unreadable', code });
  });

  test.each([
    ['2024-01-15T10:30:00', '2024-01-15T09:30:00Z', 60],
    ['2024-07-15T10:30:00', '2024-07-15T08:30:00Z', 120],
  ])('%s without a zone is read in the zone given', (text, utc, offset) => {
    expect(readDateTime(text, berlin)).toEqual({ kind: 'point', at: at(utc), offset });
  });

  test('a local time that the clocks skip or repeat is not guessed', () => {
    expect(readDateTime('2024-03-31T02:30:00', berlin)).toMatchObject({ code: 'exchange-local-time-never' });
    expect(readDateTime('2024-10-27T02:30:00', berlin)).toMatchObject({ code: 'exchange-local-time-twice' });
  });

  test('writeDateTime is read back to the same instant and offset', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: at('1900-01-01'), max: at('2200-01-01') }),
        fc.option(fc.integer({ min: -840, max: 840 })),
        (ms, offset) => {
          const text = writeDateTime(instant(ms), offset);
          expect(readDateTime(text, null)).toEqual({ kind: 'point', at: ms, offset: offset ?? 0 });
        },
      ),
    );
  });
});
