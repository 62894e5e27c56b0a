import { type Coding, coding, HOUR, type Instant, instant, MINUTE, type MovementKind } from '@gemel/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldCensus } from './census.ts';
import type { LoggedMovement } from './stay.ts';

const START = instant(Date.UTC(2024, 0, 1));
const hour = (n: number): Instant => instant(START + n * HOUR);
const visit = (code: string): Coding => coding('urn:visits', code);
let seq = 0;
/** `W/1` is bed 1 of ward W. */
const move = (
  kind: MovementKind,
  at: number,
  bed: string | null = null,
  more: Partial<LoggedMovement> = {},
): LoggedMovement => ({
  ...{
    kind,
    cancels: false,
    visit: visit('1'),
    prior: null,
    class: 'IMP',
    subject: 'p1',
    at: hour(at),
    expected: null,
  },
  ...{ ward: bed === null ? null : bed.split('/')[0]!, bed, seq: ++seq },
  ...more,
});
const cancel = (kind: MovementKind, at: number, more: Partial<LoggedMovement> = {}) =>
  move(kind, at, null, { cancels: true, ...more });
const at = (n: number, ...movements: readonly LoggedMovement[]) => foldCensus(movements, hour(n));
const codes = (problems: readonly { readonly code: string }[]) => problems.map(({ code }) => code);
const other = { visit: visit('2'), subject: 'p2' };

describe('one stay', () => {
  const way = [move('admitted', 0, 'A/1'), move('transferred', 5, 'B/2'), move('discharged', 30)];

  test('is followed from place to place, with its length so far', () => {
    const [stay] = at(10, ...way).present;
    expect(stay).toMatchObject({
      subject: 'p1',
      state: 'present',
      admitted: hour(0),
      elapsedMinutes: 600,
      problems: [],
    });
    expect(stay!.placings).toEqual([
      { ward: 'A', bed: 'A/1', since: hour(0) },
      { ward: 'B', bed: 'B/2', since: hour(5) },
    ]);
    expect(at(4, ...way).present[0]!.placings).toHaveLength(1);
    expect(at(-1, ...way)).toMatchObject({ present: [], expected: [], discharged: [] });
    expect(at(40, ...way).discharged).toMatchObject([{ discharged: hour(30), elapsedMinutes: 1800 }]);
  });

  test('is the same in whatever order its movements became known', () => {
    const all = [...way, move('on-leave', 7), move('returned', 9), move('discharge-expected', 10)];
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (shuffled) => {
        expect(at(20, ...shuffled)).toEqual(at(20, ...all));
      }),
    );
  });

  test('leave keeps the bed, a journey too', () => {
    const gone = at(8, ...way, move('on-leave', 7)).present[0]!;
    expect(gone).toMatchObject({ state: 'on-leave', placings: [{ bed: 'A/1' }, { bed: 'B/2' }] });
    expect(at(9, ...way, move('on-leave', 7), move('returned', 9)).present[0]!.state).toBe('present');
    const moving = [move('admitted', 0, 'A/1'), move('departed', 1)];
    expect(at(2, ...moving).present[0]!.state).toBe('in-transit');
    expect(at(3, ...moving, move('arrived', 3, 'X/9')).present[0]!).toMatchObject({
      state: 'present',
      placings: [{ bed: 'A/1' }, { bed: 'X/9' }],
    });
  });

  test('what is expected stands until it happens or is cancelled', () => {
    const plan = move('expected', 0, 'A/1', { expected: hour(4) });
    expect(at(1, plan)).toMatchObject({
      present: [],
      expected: [{ expects: { admission: { bed: 'A/1', at: hour(4) } } }],
    });
    expect(at(5, plan, move('admitted', 5, 'A/1'))).toMatchObject({ expected: [], present: [{ expects: {} }] });
    expect(at(5, plan, cancel('expected', 2))).toMatchObject({ expected: [], present: [] });
    const going = [move('admitted', 0, 'A/1'), move('transfer-expected', 1, 'B/2'), move('discharge-expected', 2)];
    expect(at(3, ...going).present[0]!.expects).toMatchObject({ transfer: { bed: 'B/2' }, discharge: {} });
    expect(at(4, ...going, cancel('transfer-expected', 3)).present[0]!.expects).not.toHaveProperty('transfer');
    expect(at(4, ...going, cancel('discharge-expected', 3)).present[0]!.expects).not.toHaveProperty('discharge');
    expect(at(4, ...going, move('transferred', 4, 'B/2')).present[0]!.expects).not.toHaveProperty('transfer');
  });

  test.each([
    ['admitted', 'A11', 0],
    ['transferred', 'A12', 1],
    ['discharged', 'A13', 2],
  ] as const)('a cancelled %s never was (%s)', (kind, _, index) => {
    const cancelled = at(40, ...way, cancel(kind, 35));
    const without = at(40, ...way.filter((each) => each !== way[index]));
    expect(cancelled).toEqual(without);
  });

  test('of two transfers the later is cancelled, then the earlier', () => {
    const two = [...way.slice(0, 2), move('transferred', 6, 'C/3')];
    expect(at(9, ...two, cancel('transferred', 7)).present[0]!.placings.at(-1)!.bed).toBe('B/2');
    expect(at(9, ...two, cancel('transferred', 7), cancel('transferred', 8)).present[0]!.placings.at(-1)!.bed).toBe(
      'A/1',
    );
  });

  test('visits without numbers are told apart by discharge and admission', () => {
    const none = { visit: null };
    const again = [
      move('admitted', 0, 'A/1', none),
      move('discharged', 2, null, none),
      move('admitted', 5, 'A/2', none),
    ];
    expect(at(6, ...again)).toMatchObject({
      present: [{ admitted: hour(5) }],
      discharged: [{ admitted: hour(0) }],
      problems: [],
    });
  });

  test('a visit goes on under another number, or is another person’s', () => {
    const renumbered = move('renumbered', 3, null, { visit: visit('9'), prior: visit('1') });
    const later = move('transferred', 4, 'B/2', { visit: visit('9') });
    expect(at(5, move('admitted', 0, 'A/1'), renumbered, later).present).toMatchObject([
      { visit: 'urn:visits|9', admitted: hour(0), placings: [{ bed: 'A/1' }, { bed: 'B/2' }], problems: [] },
    ]);
    const reassigned = [move('admitted', 0, 'A/1'), move('reassigned', 1, null, { subject: 'p2' })];
    expect(at(2, ...reassigned)).toMatchObject({ present: [{ subject: 'p2' }], problems: [] });
  });

  test('numbers that go on as each other end nowhere', () => {
    const there = move('renumbered', 1, null, { visit: visit('2'), prior: visit('1') });
    const back = move('renumbered', 2, null, { visit: visit('1'), prior: visit('2') });
    expect(at(3, move('admitted', 0, 'A/1'), there, back).present).toHaveLength(1);
  });
});

describe('what cannot have been is kept and named', () => {
  test.each([
    ['a discharge before the admission', [move('discharged', 1)], ['census-not-admitted']],
    ['a transfer of nobody', [move('transferred', 1, 'A/1')], ['census-not-admitted']],
    ['two admissions', [move('admitted', 0, 'A/1'), move('admitted', 1, 'A/2')], ['census-admitted-twice']],
    [
      'a transfer after the discharge',
      [move('admitted', 0, 'A/1'), move('discharged', 1), move('transferred', 2, 'B/2')],
      ['census-after-discharge'],
    ],
    ['a cancellation of nothing', [cancel('admitted', 1)], ['census-cancel-unmatched']],
    [
      'a visit of two',
      [move('admitted', 0, 'A/1'), move('transferred', 1, 'A/2', { subject: 'p2' })],
      ['census-visit-of-two'],
    ],
    ['two in a bed', [move('admitted', 0, 'A/1'), move('admitted', 1, 'A/1', other)], ['census-two-in-a-bed']],
    [
      'one in two beds',
      [move('admitted', 0, 'A/1'), move('admitted', 1, 'A/2', { visit: visit('2') })],
      ['census-in-two-beds'],
    ],
  ])('%s', (_, movements, expected) => {
    expect(codes(at(10, ...movements).problems)).toEqual(expected);
  });

  test('a swap (A17) is no conflict, nor is the bed of who is on leave', () => {
    const both = [move('admitted', 0, 'A/1'), move('admitted', 0, 'A/2', other)];
    const swapped = [...both, move('transferred', 3, 'A/2'), move('transferred', 3, 'A/1', other)];
    expect(at(3, ...swapped)).toMatchObject({ problems: [], present: [{ subject: 'p2' }, { subject: 'p1' }] });
    const leave = [move('admitted', 0, 'A/1'), move('on-leave', 1), move('admitted', 2, 'A/1', other)];
    expect(at(3, ...leave).problems).toEqual([]);
    expect(codes(at(5, ...leave, move('returned', 4)).problems)).toEqual(['census-two-in-a-bed']);
  });

  test('any movements whatever make a census of whole stays', () => {
    const any = fc.record({
      kind: fc.constantFrom<MovementKind>(
        'expected',
        'admitted',
        'transferred',
        'departed',
        'arrived',
        'on-leave',
        'returned',
        'discharged',
        'renumbered',
        'reassigned',
      ),
      cancels: fc.boolean(),
      visit: fc.option(fc.constantFrom(visit('1'), visit('2'), visit('3'))),
      prior: fc.option(fc.constantFrom(visit('1'), visit('2'))),
      subject: fc.constantFrom('p1', 'p2'),
      bed: fc.option(fc.constantFrom('A/1', 'A/2')),
      at: fc.integer({ min: 0, max: 600 }).map((minutes) => instant(START + minutes * MINUTE)),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 30 }), (list) => {
        const census = foldCensus(
          list.map((each, i) => ({ ...move('admitted', 0), ...each, seq: i })),
          hour(5),
        );
        for (const stay of [...census.present, ...census.discharged]) {
          expect(stay.elapsedMinutes ?? 0).toBeGreaterThanOrEqual(0);
          for (const { since } of stay.placings) expect(since).toBeLessThanOrEqual(hour(5));
        }
        expect(new Set(census.present).size).toBe(census.present.length);
      }),
    );
  });
});
