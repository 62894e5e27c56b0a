import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTime, settleOrder } from './date.ts';

const iso = (text: string) => {
  const time = readTime(text);
  if (time.kind !== 'time') return time.kind;
  return `${new Date(time.local).toISOString().slice(0, 19)} ${time.offset}`;
};

test.each([
  ['2024-01-31T13:05:00', '2024-01-31T13:05:00 null'],
  ['2024-01-31 13:05', '2024-01-31T13:05:00 null'],
  ['2024/01/31 1:05 PM', '2024-01-31T13:05:00 null'],
  ['2024-01-31T13:05:00.250+05:30', '2024-01-31T13:05:00 330'],
  ['2024-01-31T12:00:00Z', '2024-01-31T12:00:00 0'],
  ['31.01.2024 13:05', '2024-01-31T13:05:00 null'],
  ['05.04.2024 13:05', '2024-04-05T13:05:00 null'],
  ['31-01-2024 13:05', '2024-01-31T13:05:00 null'],
  ['01/31/2024 12:05 AM', '2024-01-31T00:05:00 null'],
  ['31-Jan-2024 13:05', '2024-01-31T13:05:00 null'],
  ['Jan 31, 2024 13:05', '2024-01-31T13:05:00 null'],
  ['1706706300', '2024-01-31T13:05:00 0'],
  ['1706706300000', '2024-01-31T13:05:00 0'],
  ['05/04/2024 13:05', 'either'],
  ['05/05/2024 13:05', '2024-05-05T13:05:00 null'],
  ['2024-02-30 13:05', 'unreadable'],
  ['31/01/24 13:05', 'unreadable'],
  ['2024-01-31 25:00', 'unreadable'],
  ['13 o’clock', 'unreadable'],
  ['', 'unreadable'],
])('reads %s', (text, expected) => expect(iso(text)).toBe(expected));

test('a day above 12 settles the order', () => {
  expect(settleOrder(['01/02/2024 10:00', '13/02/2024 10:00'])).toBe('day-first');
  expect(settleOrder(['01/02/2024 10:00', '02/13/2024 10:00'])).toBe('month-first');
  expect(settleOrder(['13/02/2024 10:00', '02/13/2024 10:00'])).toBeNull();
});

test('readings that run on over midnight settle the order', () => {
  expect(
    settleOrder(['01/02/2024 23:55', '02/02/2024 00:00', '02/02/2024 00:05', '02/02/2024 23:58', '03/02/2024 00:03']),
  ).toBe('day-first');
  expect(settleOrder(['02/03/2024 23:55', '02/04/2024 00:00'])).toBe('month-first');
});

test('without evidence the order stays open', () => {
  expect(settleOrder(['01/02/2024 10:00', '01/02/2024 10:05'])).toBeNull();
});

describe('a time as nearly all feeds write it', () => {
  test('is what it is with its zone written another way', () => {
    const part = fc.integer({ min: 0, max: 64 }).map((n) => String(n).padStart(2, '0'));
    const fraction = fc.constantFrom('', '.', '.5', '.069', '.286', '.29', '.999', '.1234', '.x');
    const written = fc
      .tuple(
        fc.constantFrom('1899', '1900', '2023', '2024', '2199', '2200', '20x4'),
        part,
        part,
        part,
        part,
        part,
        fraction,
      )
      .map(
        ([year, month, day, hour, minute, second, rest]) =>
          `${year}-${month}-${day}T${hour}:${minute}:${second}${rest}`,
      );
    fc.assert(
      fc.property(written, (text) => {
        expect(readTime(`${text}Z`)).toEqual(readTime(`${text}+00:00`));
      }),
      { numRuns: 2000 },
    );
  });

  test('every day of a leap year and of another', () => {
    for (const year of [2023, 2024])
      for (let day = Date.UTC(year, 0, 1); day < Date.UTC(year + 1, 0, 1); day += 86_400_000) {
        const text = new Date(day).toISOString();
        expect(readTime(text)).toEqual({ kind: 'time', local: day, offset: 0, hasTime: true });
      }
    expect(readTime('2023-02-29T00:00:00Z').kind).toBe('unreadable');
    expect(readTime('2024-04-31T00:00:00Z').kind).toBe('unreadable');
  });
});
