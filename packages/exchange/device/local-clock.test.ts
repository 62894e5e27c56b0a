import { expect, test } from 'vitest';
import { placeLocals } from './local-clock.ts';
import { parseZone } from './zone.ts';

const berlin = parseZone('Europe/Berlin')!;
const MINUTE = 60_000;
const local = (text: string) => Date.parse(`${text}Z`);

/** Local stamps of a device that follows Berlin, every five minutes. */
function night(from: string, count: number) {
  const start = Date.parse(from);
  return Array.from({ length: count }, (_, i) => {
    const at = start + i * 5 * MINUTE;
    return { at, local: at + berlin.offsetAt(at) * MINUTE };
  });
}

test('the repeated hour is told apart by file order, oldest or newest first', () => {
  const truth = night('2024-10-26T23:00:00Z', 60);
  for (const rows of [truth, truth.toReversed()]) {
    const { placed } = placeLocals(
      rows.map((row) => ({ local: row.local, stream: 'egv' })),
      berlin,
    );
    expect(placed.map((place) => place.at)).toEqual(rows.map((row) => row.at));
    expect(placed.filter((place) => place.remarks.length > 0).length).toBe(24);
    expect(placed.flatMap((p) => p.remarks.map((r) => r.code)).every((c) => c === 'exchange-local-time-twice')).toBe(
      true,
    );
  }
});

test('late rows inside the repeated hour do not begin its second pass', () => {
  const truth = night('2024-10-26T23:00:00Z', 60);
  [truth[15], truth[14]] = [truth[14]!, truth[15]!];
  const { placed } = placeLocals(
    truth.map((row) => ({ local: row.local, stream: 'egv' })),
    berlin,
  );
  expect(placed.map((place) => place.at)).toEqual(truth.map((row) => row.at));
});

test('the transmitter tells the passes apart even in shuffled rows, and then nothing is left to remark on', () => {
  const truth = night('2024-10-26T22:00:00Z', 72);
  const shuffled = truth.map((_, i) => truth[(i * 31) % 72]!);
  const { placed } = placeLocals(
    shuffled.map((row) => ({
      local: row.local,
      stream: 'egv',
      steady: { clock: 'A', seconds: (row.at - truth[0]!.at) / 1000 },
    })),
    berlin,
  );
  expect(placed.map((place) => place.at)).toEqual(shuffled.map((row) => row.at));
  expect(placed.every((place) => place.remarks.length === 0)).toBe(true);
});

test('a time in the skipped hour is read as if the clock had not been changed, and marked', () => {
  const { placed } = placeLocals([{ local: local('2024-03-31T02:30:00'), stream: 'egv' }], berlin);
  expect(new Date(placed[0]!.at).toISOString()).toBe('2024-03-31T01:30:00.000Z');
  expect(placed[0]!.remarks[0]!.code).toBe('exchange-local-time-never');
});

test('a display clock set on a journey follows the transmitter, and the rows are marked', () => {
  const truth = night('2024-06-01T00:00:00Z', 600);
  const rows = truth.map((row, i) => ({
    local: row.local - (i >= 300 && i < 400 ? 6 * 60 * MINUTE : 0),
    stream: 'egv',
    steady: { clock: 'A', seconds: (row.at - truth[0]!.at) / 1000 },
  }));
  const { placed } = placeLocals(rows, berlin);
  placed.forEach((place, i) => {
    expect(Math.abs(place.at - truth[i]!.at)).toBeLessThan(1000);
    expect(place.remarks.map((remark) => remark.code)).toEqual(i >= 300 && i < 400 ? ['exchange-clock-changed'] : []);
  });
  expect(placed[350]!.offset).toBe(-240);
});

test('a new transmitter that counts from zero is not a journey', () => {
  const truth = night('2024-06-01T00:00:00Z', 400);
  const rows = truth.map((row, i) => ({
    local: row.local,
    stream: 'egv',
    steady: { clock: '', seconds: i < 200 ? 4_000_000 + i * 300 : (i - 200) * 300 },
  }));
  const { placed, remarks } = placeLocals(rows, berlin);
  expect(placed.map((place) => place.at)).toEqual(truth.map((row) => row.at));
  expect(remarks).toEqual([]);
});

test('drift between the two clocks is measured and remarked on; display times stay', () => {
  const truth = night('2024-06-01T00:00:00Z', 10 * 288);
  const rows = truth.map((row) => ({
    local: row.local,
    stream: 'egv',
    steady: { clock: 'A', seconds: Math.round(((row.at - truth[0]!.at) / 1000) * (1 - 1e-4)) },
  }));
  const { placed, remarks } = placeLocals(rows, berlin);
  expect(placed.map((place) => place.at)).toEqual(truth.map((row) => row.at));
  expect(remarks.map((remark) => remark.code)).toEqual(['exchange-clock-drift']);
  expect(remarks[0]!.message).toContain('8.6 s a day');
});

test('without a second clock, readings written over earlier ones are marked; repeats and late rows are not', () => {
  const stamp = (minutes: number) => ({ local: local('2024-06-01T10:00:00') + minutes * MINUTE, stream: 'egv' });
  const codes = (minutes: number[]) =>
    placeLocals(minutes.map(stamp), berlin).placed.map((place) => place.remarks.map((remark) => remark.code).join());
  expect(codes([0, 5, 10, 15, 20, 11, 16, 21, 26])).toEqual([
    '',
    '',
    '',
    '',
    '',
    'exchange-clock-set-back',
    'exchange-clock-set-back',
    '',
    '',
  ]);
  expect(codes([0, 5, 20, 10, 15, 15, 25])).toEqual(['', '', '', '', '', '', '']);
});
