import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainThermometerDoor as door } from './plain-thermometer.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const decode = (text: string, unit?: string) => [
  ...door.decode(bytes(text), { name: 'a.csv', subject: 's|1', ...(unit === undefined ? {} : { unit }) }),
];

describe('plain-thermometer', () => {
  it('gives every row in the source’s own words, with its place', () => {
    const text = 'time,temperature,unit\n2024-05-21T12:00:00+02:00,38.5,Cel\n2024-05-21T10:30:00Z,101.3,[degF]\n';
    const items = decode(text).flatMap((d) => d.items);
    expect(items).toMatchObject([
      { value: { value: 38.5, unit: 'Cel' }, time: { start: Date.UTC(2024, 4, 21, 10), offset: 120 } },
      { value: { value: 101.3, unit: '[degF]' }, time: { start: Date.UTC(2024, 4, 21, 10, 30), offset: 0 } },
    ]);
    const { byteStart, byteEnd } = items[1]!.provenance;
    expect(text.slice(byteStart, byteEnd)).toBe('2024-05-21T10:30:00Z,101.3,[degF]');
  });

  it.each([
    ['2024-05-21T12:00:00,38.5,Cel', 'exchange-date-unreadable'],
    ['2024-05-21T12:00:00Z,warm,Cel', 'exchange-number-unreadable'],
    ['2024-05-21T12:00:00Z,,Cel', 'exchange-number-unreadable'],
    ['2024-05-21T12:00:00Z,38.5', 'exchange-unit-missing'],
  ])('refuses %s with %s and keeps the rest', (row, code) => {
    const [bad, good] = decode(`time,temperature,unit\n${row}\n2024-05-21T12:00:00Z,38.5,Cel\n`);
    expect([bad!.fate, bad!.problems[0]!.code, bad!.problems[0]!.where.line]).toEqual(['refused', code, 2]);
    expect(good!.fate).toBe('mapped');
  });

  it('takes the unit a person adds, and says when a file is another or empty', () => {
    expect(decode('time,temperature\n2024-05-21T12:00:00Z,38.5\n', 'Cel')[0]!.fate).toBe('mapped');
    expect(decode('a,b\n')[0]!.problems[0]!.code).toBe('exchange-not-this-format');
    expect(decode('')[0]!.problems[0]!.code).toBe('exchange-empty');
  });

  it('recognises its header and nothing else', () => {
    expect(door.sniff(bytes('time,temperature\n'))).toBeGreaterThan(0.5);
    expect(door.sniff(bytes('{"resourceType":"Bundle"}'))).toBe(0);
  });

  it('never throws, whatever the bytes; every row has a fate', () => {
    const row = fc.array(fc.constantFrom('2024-05-21T12:00:00Z', '38', 'Cel', '"', ',', '\n', '\r', 'ü', ''), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(row, fc.uint8Array({ maxLength: 40 }), (parts, tail) => {
        const head = bytes(`time,temperature,unit\n${parts.join(',')}`);
        const all = new Uint8Array([...head, ...tail]);
        for (const d of door.decode(all, { name: 'a.csv', subject: 's|1' })) {
          expect(d.fate === 'mapped' ? d.items.length : d.problems.length).toBeGreaterThan(0);
        }
      }),
    );
  });
});
