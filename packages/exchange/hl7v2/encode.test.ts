import type { RawItem } from '@gemel/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hl7v2Door } from './decode.ts';
import { encodeAdt, encodeOru } from './encode.ts';
import { takeMessage } from './take.ts';

const frame = { stamp: '20240201000000+0000', controlId: 'G1', from: ['GEMEL', 'HERE'], to: ['EHR', 'THERE'] } as const;
const provenance = { source: 'test', element: 'x' };
const back = (bytes: Uint8Array): RawItem[] =>
  [...hl7v2Door.decode(bytes, { name: 'sent' })].flatMap(({ items }) => items);

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).map((each) => each.trim() || 'x');
const value = fc.oneof(
  fc.record({
    kind: fc.constant('quantity' as const),
    value: fc.integer({ min: -999, max: 9999 }).map((n) => n / 10),
    unit: fc.constantFrom('mg/dL', 'mmol/L', '%'),
  }),
  fc.record({ kind: fc.constant('text' as const), text }),
);
const observation = fc.record({
  code: fc.constantFrom('2345-7', '8480-6', '8867-4'),
  at: fc.integer({ min: 1.6e9, max: 1.7e9 }).map((seconds) => seconds * 1000),
  offset: fc.constantFrom(0, 60, -330, 840),
  value,
});

describe('messages out', () => {
  test('observations sent as ORU are read back as they were', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(observation, { minLength: 1, maxLength: 6, selector: ({ code, at }) => `${code}|${at}` }),
        (list) => {
          const items = list.map(
            ({ code, at, offset, value: said }): RawItem => ({
              kind: 'observation',
              subject: 'urn:oid:1.2.3|7',
              codings: [{ system: 'http://loinc.org', code }],
              value: said,
              time: { start: at as never, offset },
              status: 'final',
              provenance,
            }),
          );
          const [message, ...rest] = encodeOru(items, frame);
          expect(rest).toEqual([]);
          expect(takeMessage(message!, { name: 'sent' }).verdict.outcome).toBe('taken');
          const essence = (all: readonly RawItem[]) =>
            all
              .flatMap((item) =>
                item.kind === 'observation'
                  ? [JSON.stringify([item.subject, item.codings[0]?.code, item.value, item.time])]
                  : [],
              )
              .sort();
          expect(essence(back(message!))).toEqual(essence(items));
        },
      ),
      { numRuns: 100 },
    );
  });

  test('who a patient is, sent as ADT^A31', () => {
    const fact = (name: string, said: RawItem & { kind: 'fact' } extends { value: infer V } ? V : never): RawItem => ({
      kind: 'fact',
      subject: 'https://gemel.example.org/hl7v2/authority/HERE/MRN|7',
      fact: name,
      codings: [],
      value: said,
      time: { start: 0 as never, offset: null },
      provenance,
    });
    const [message] = encodeAdt(
      [
        fact('name', { kind: 'text', text: 'Jane Q Doe' }),
        fact('birthDate', { kind: 'text', text: '1970-01-02' }),
        fact('sex', {
          kind: 'coded',
          codings: [{ system: 'http://hl7.org/fhir/administrative-gender', code: 'female' }],
        }),
      ],
      frame,
    );
    const facts = Object.fromEntries(
      back(message!).flatMap((item) => (item.kind === 'fact' ? [[item.fact, item.value]] : [])),
    );
    expect(facts.name).toEqual({ kind: 'text', text: 'Jane Q Doe' });
    expect(facts.birthDate).toEqual({ kind: 'text', text: '1970-01-02' });
    expect(facts.sex).toMatchObject({ codings: [{ code: 'female' }] });
  });
});
