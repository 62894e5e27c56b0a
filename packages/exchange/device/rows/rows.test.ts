import { instant, LOINC, MINUTE, type RawObservation } from '@gemel/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sniffDoor } from '../../doors.ts';
import { decodePayload } from '../payload.ts';
import { rowsDoor } from './door.ts';
import { encodeRows } from './encode.ts';

const bytes = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const AT = '2024-03-01T08:00:00+01:00';
const START = instant(Date.parse(AT));
const decode = (value: unknown, more: object = {}) => [
  ...rowsDoor.decode(bytes(value), { name: 'x', subject: 'p', ...more }),
];
const items = (value: unknown, more: object = {}) =>
  decode(value, more).flatMap((decoded) => decoded.items) as RawObservation[];
const codes = (value: unknown, more: object = {}) =>
  decode(value, more).flatMap(({ fate, problems }) => (fate === 'refused' ? problems.map(({ code }) => code) : []));

const rows = [
  { time: AT, code: '8480-6', value: 120, unit: 'mm[Hg]' },
  { time: AT, code: 'MDC_PRESS_BLD_NONINV_DIA', value: 80, unit: 'mm[Hg]' },
  { time: START, code: 149530, value: 61, unit: 264864 },
];

describe('values one a row', () => {
  const table = `time;code;value;unit\n${rows.map(({ time, code, value, unit }) => `${time};${code};${value};${unit}`).join('\n')}\n`;
  const said = [
    ['8480-6', 120, 'mm[Hg]', START],
    ['8462-4', 80, 'mm[Hg]', START],
    ['8867-4', 61, '/min', START],
  ];

  test.each([
    ['an array', rows],
    ['one a line', rows.map((row) => JSON.stringify(row)).join('\n')],
    ['under readings', { sent: AT, readings: rows }],
    ['a table', table],
  ])('%s says the same', (_, source) => {
    expect(sniffDoor(bytes(source), 'x')?.id).toBe('device-rows');
    expect(
      items(source).map(({ codings, value, time }) => [
        codings[0]!.code,
        ...Object.values(value).slice(1, 3),
        time.start,
      ]),
    ).toEqual(said);
  });

  test('the clock of the sender is corrected by when it was received, and it stays the same reading', () => {
    const message = { sent: '2024-03-01T08:10:00+01:00', readings: rows };
    const [late, later] = [0, 700].map((ms) => items(message, { received: instant(START + ms) }));
    expect(late!.map(({ time }) => time.start)).toEqual([1, 1, 1].map(() => START - 10 * MINUTE));
    expect(late![0]!.marks?.map(({ code }) => code)).toEqual(['exchange-clock-changed']);
    expect(later!.map(({ provenance }) => provenance.sourceId)).toEqual(
      late!.map(({ provenance }) => provenance.sourceId),
    );
    expect(new Set(late!.map(({ provenance }) => provenance.sourceId)).size).toBe(3);
    expect(items(message, { received: instant(START + 11 * MINUTE) })[0]!.time.start).toBe(START);
  });

  test('what a device calls an artefact is marked', () => {
    const [item] = items([{ ...rows[0], doubt: 'movement' }]);
    expect(item!.marks).toMatchObject([{ code: 'device-status', message: 'movement' }]);
  });

  test.each([
    ['a name for a code', { code: 'pulse' }, 'device-code-unknown'],
    ['no unit', { unit: '' }, 'device-unit-missing'],
    ['no number', { value: 'high' }, 'exchange-number-unreadable'],
    ['nothing', { value: '' }, 'exchange-value-missing'],
    ['no time', { time: 'today' }, 'exchange-date-unreadable'],
    ['no zone', { time: '2024-03-01T08:00:00' }, 'exchange-zone-missing'],
  ])('%s is refused, the others are read', (_, wrong, code) => {
    expect(codes([rows[0], { ...rows[0], ...wrong }])).toEqual([code]);
    expect(items([rows[0], { ...rows[0], ...wrong }])).toHaveLength(1);
  });

  test('nobody is guessed', () => {
    expect(codes(rows, { subject: undefined })).toEqual(Array(3).fill('exchange-subject-missing'));
    expect(codes(table, { subject: undefined })).toEqual(Array(3).fill('exchange-subject-missing'));
  });

  test('bytes of any kind neither throw nor go on for ever', () => {
    const broken = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.tuple(fc.nat(300), fc.string()).map(([cut, more]) => bytes(table.slice(0, cut) + more)),
      fc.tuple(fc.nat(300), fc.string()).map(([cut, more]) => bytes(JSON.stringify(rows).slice(0, cut) + more)),
    );
    fc.assert(
      fc.property(broken, (source) => {
        for (const { fate, problems } of rowsDoor.decode(source, { name: 'x', subject: 'p' }))
          if (fate === 'refused') expect(problems.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('values out', () => {
  const reading = fc.record({
    time: fc.integer({ min: 0, max: 4e12 }).map((ms) => ({ start: instant(ms), offset: 60 })),
    value: fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => (value === 0 ? 0 : value)),
    code: fc.constantFrom('8480-6', '8867-4', '59408-5'),
    subject: fc.constantFrom('a', 'urn:oid:1.2|b'),
  });

  test('decode(encode(x)) = x', () => {
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 20 }), (list) => {
        const given = list.map(
          ({ time, value, code, subject }, i): RawObservation => ({
            ...{ kind: 'observation', subject, time, codings: [{ system: LOINC, code }] },
            value: { kind: 'quantity', value, unit: 'mm[Hg]' },
            provenance: { source: 'x', element: 'row', device: 'd', sourceId: `r${i}` },
          }),
        );
        const { messages, unsaid } = encodeRows(given, 'd', 7);
        expect(unsaid).toBe(0);
        const back = messages.flatMap(({ payload, subject }) =>
          decode(new TextDecoder().decode(payload), { subject }).flatMap(({ items }) => items as RawObservation[]),
        );
        const said = ({ subject, time, codings, value, provenance }: RawObservation) => [
          ...[subject, time.start, codings[0]!.code, value.kind === 'quantity' ? [value.value, value.unit] : value],
          provenance.sourceId?.replace(/^\|/, ''),
        ];
        const bySubject = [...given].sort((a, b) => {
          const order = [...new Set(given.map(({ subject }) => subject))];
          return order.indexOf(a.subject) - order.indexOf(b.subject);
        });
        expect(back.map(said)).toEqual(bySubject.map(said));
      }),
    );
  });

  test('what a row cannot say is counted', () => {
    const bound = items(rows)[0]!;
    const value = { kind: 'quantity', value: 20, unit: 'mm[Hg]', comparator: '<' } as const;
    expect(encodeRows([{ ...bound, value }, bound], 'd')).toMatchObject({ unsaid: 1, messages: [{ rows: 1 }] });
  });
});

describe('a payload under a topic', () => {
  const topic = { subject: 'p', device: 'd' };
  const fates = (payload: unknown) =>
    decodePayload('twins/p/d/x', topic, bytes(payload)).map(({ fate, problems }) => [fate, problems[0]?.code]);
  const heart = (subject: string) => ({
    resourceType: 'Observation',
    status: 'final',
    subject: { reference: subject },
    code: { coding: [{ system: LOINC, code: '8867-4' }] },
    effectiveDateTime: AT,
    valueQuantity: { value: 61, unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' },
  });

  test('cannot speak of another person than its topic', () => {
    expect(fates(heart('Patient/other'))).toEqual([['refused', 'exchange-subject-conflict']]);
    const own = { subject: 'Patient/own', device: 'd' };
    expect(decodePayload('twins/x/d/x', own, bytes(heart('Patient/own')))[0]!.fate).toBe('mapped');
    const message = (event: string, more: string) =>
      `MSH|^~\\&|A|B|C|D|20240131120000+0100||${event}|1|P|2.5.1\rPID|1||p2^^^&1.2&ISO\r${more}`;
    const oru = message('ORU^R01', 'OBR|1||f|x\rOBX|1|NM|8867-4^HR^LN||61|/min|||||F|||20240131120000+0100');
    expect(fates(oru).every(([fate]) => fate === 'refused')).toBe(true);
    expect(fates(message('ADT^A40', 'MRG|p^^^&1.2&ISO')).every(([fate]) => fate === 'refused')).toBe(true);
  });
});

describe('a characteristic by its topic', () => {
  const cuff = { subject: 'p', device: 'cuff 1' };
  const hex = '02800052006100e8070301080000';
  const read = (payload: Uint8Array) =>
    decodePayload('twins/p/cuff%201/gatt/2A35', cuff, payload, { zone: '+01:00', received: START });

  test('as hex and as bytes', () => {
    const raw = Uint8Array.from(hex.match(/../g)!, (two) => Number.parseInt(two, 16));
    const [one, other] = [read(bytes(hex)), read(raw)].map(
      (all) => all.flatMap((decoded) => decoded.items) as RawObservation[],
    );
    expect(one!.map(({ value, time }) => [Object.values(value)[1], time.start])).toEqual([
      [128, START],
      [82, START],
      [97, START],
    ]);
    expect(one![0]!.provenance).toMatchObject({ device: 'cuff 1', byteStart: 0, byteEnd: hex.length });
    expect(other!.map(({ value }) => value)).toEqual(one!.map(({ value }) => value));
  });

  test('what is no such value is refused', () => {
    expect(read(bytes('02')).map(({ fate }) => fate)).toEqual(['refused']);
  });
});
