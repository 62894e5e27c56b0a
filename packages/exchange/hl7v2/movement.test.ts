import { type Fact, movementOf, type RawFact } from '@gemel/core';
import { describe, expect, test } from 'vitest';
import { hl7v2Door } from './decode.ts';

const bytes = (...segments: readonly string[]) => new TextEncoder().encode(segments.join('\r'));
const head = (event: string, time = '20240131120000+0100') => `MSH|^~\\&|A|HOSP|C|D|${time}||ADT^${event}|1|P|2.5.1`;
const PID = 'PID|1||p^^^&1.2&ISO^MR';
/** A visit by its fields: place, prior place, expected place, number, admission, discharge. */
function pv1(fields: Readonly<Record<number, string>>): string {
  const all = Array.from({ length: 45 }, (_, i) => fields[i + 1] ?? (i === 1 ? 'I' : ''));
  return `PV1|${all.join('|')}`;
}
const EVN = 'EVN||20240131113000+0100';
const movements = (...segments: readonly string[]) =>
  [...hl7v2Door.decode(bytes(...segments), { name: 'x' })]
    .flatMap(({ items }) => items)
    .filter((item): item is RawFact => item.kind === 'fact' && item.fact.startsWith('visit.'));
const told = (item: RawFact) => {
  const { value, time, fact } = item;
  if (value.kind !== 'coded') throw new Error('a movement is coded');
  const { kind: _, ...concept } = value;
  const until = time.end === undefined ? {} : { until: time.end };
  return movementOf({ fact, value: concept, trueAt: time.start, ...until } as Fact)!;
};
const at = (text: string) => Date.parse(text);

describe('ADT events as movements', () => {
  test.each([
    ['A01', 'admitted'],
    ['A02', 'transferred'],
    ['A03', 'discharged'],
    ['A04', 'admitted'],
    ['A05', 'expected'],
    ['A06', 'transferred'],
    ['A07', 'transferred'],
    ['A09', 'departed'],
    ['A10', 'arrived'],
    ['A11', 'admitted.cancelled'],
    ['A12', 'transferred.cancelled'],
    ['A13', 'discharged.cancelled'],
    ['A14', 'expected'],
    ['A15', 'transfer-expected'],
    ['A16', 'discharge-expected'],
    ['A21', 'on-leave'],
    ['A22', 'returned'],
    ['A25', 'discharge-expected.cancelled'],
    ['A26', 'transfer-expected.cancelled'],
    ['A27', 'expected.cancelled'],
  ])('%s: %s', (event, fact) => {
    expect(movements(head(event), EVN, PID, pv1({ 3: 'W^1^A' })).map((item) => item.fact)).toEqual([`visit.${fact}`]);
  });

  test.each(['A08', 'A28', 'A29', 'A31', 'A40', 'A41', 'A43', 'A44', 'A46', 'A47', 'A60'])(
    '%s moves nobody',
    (event) => {
      expect(movements(head(event), EVN, PID, pv1({ 3: 'W^1^A' }))).toEqual([]);
    },
  );

  test('place, number, class and the time of the admission itself', () => {
    const visit = pv1({ 3: 'W^1^A^HOSP', 19: 'V1^^^&1.9&ISO', 44: '20240131103000+0100' });
    expect(told(movements(head('A01'), EVN, PID, visit)[0]!)).toMatchObject({
      visit: { system: 'urn:oid:1.9', code: 'V1' },
      class: 'IMP',
      ward: 'HOSP/W',
      bed: 'HOSP/W/1/A',
      at: at('2024-01-31T10:30:00+01:00'),
    });
    expect(told(movements(head('A11'), EVN, PID, visit)[0]!).at).toBe(at('2024-01-31T11:30:00+01:00'));
    expect(told(movements(head('A01'), PID, pv1({}))[0]!)).toMatchObject({
      bed: null,
      at: at('2024-01-31T12:00:00+01:00'),
    });
    const happened = 'EVN||20240131113000+0100||||20240131110000+0100';
    expect(told(movements(head('A02'), happened, PID, visit)[0]!).at).toBe(at('2024-01-31T11:00:00+01:00'));
  });

  test('what is expected says where and when', () => {
    const visit = pv1({ 3: 'W^1^A', 42: 'X^2^B' });
    expect(told(movements(head('A15'), EVN, PID, visit)[0]!).bed).toBe('X/2/B');
    const leaving = movements(head('A16'), EVN, PID, visit, 'PV2|||||||||20240203100000+0100')[0]!;
    expect(told(leaving).expected).toBe(at('2024-02-03T10:00:00+01:00'));
  });

  test('a swap moves both, each to its own place', () => {
    const other = PID.replace('|p^', '|q^');
    const both = movements(head('A17'), EVN, PID, pv1({ 3: 'W^1^B' }), other, pv1({ 3: 'W^1^A' }));
    expect(both.map((item) => [item.subject, told(item).bed])).toEqual([
      ['urn:oid:1.2|p', 'W/1/B'],
      ['urn:oid:1.2|q', 'W/1/A'],
    ]);
  });

  test('a visit that goes on under another number names both', () => {
    const merged = movements(head('A42'), EVN, PID, 'MRG|p^^^&1.2&ISO||||V0^^^&1.9&ISO', pv1({ 19: 'V1^^^&1.9&ISO' }));
    expect(told(merged[0]!)).toMatchObject({ kind: 'renumbered', visit: { code: 'V1' }, prior: { code: 'V0' } });
  });
});
