import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeResources } from '../fhir/decode.ts';
import { r4Types } from '../fhir/validate/type-table.ts';
import { asWritten, convertMessage } from './convert.ts';
import { type Message, parseMessage } from './message.ts';
import { isReadForItems, unreadElements, WITH_ITEMS } from './purpose.ts';

function parsed(...segments: readonly string[]): Message {
  const bytes = new TextEncoder().encode(`${segments.join('\r')}\r`);
  const message = parseMessage(bytes, 0, bytes.length);
  if (!('segments' in message)) throw new Error(message.message);
  return message;
}

const SEGMENTS =
  'PID PD1 PV1 PV2 OBX ORC OBR NTE AL1 IAM DG1 PR1 IN1 FT1 PRB GOL PRD ROL PRT RXO RXE RXD RXA RXR TQ1 RF1 SPM SCH AIS AIL AIP TXA NK1 MRG EVN GT1';
const value = fc.constantFrom(
  ...[
    '',
    '',
    '',
    '""',
    '1',
    '12.5',
    '<3',
    'F',
    'C',
    'N',
    'M',
    'I',
    'NM',
    'CWE',
    'SN',
    'ST',
    'DTM',
    'LN',
    'UCUM',
    'mg/dL',
  ],
  ...[
    '20240131',
    '20240131120000',
    '20240131120000+0100',
    '20240231',
    'Doe',
    'MR',
    '1.2.3',
    'ISO',
    'Y',
    'X1',
    '2345-7',
    'D',
  ],
);
const components = fc.array(value, { minLength: 1, maxLength: 21 }).map((parts) => parts.join('^').replace(/\^+$/, ''));
const field = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  { weight: 3, arbitrary: value },
  { weight: 2, arbitrary: components },
  { weight: 1, arbitrary: fc.tuple(components, components).map((both) => both.join('~')) },
);
const segment = fc
  .tuple(fc.constantFrom(...SEGMENTS.split(' ')), fc.array(field, { maxLength: 45 }))
  .map(([id, fields]) => [id, ...fields].join('|'));
const message = fc.record({
  type: fc.constantFrom(
    'ADT^A01',
    'ADT^A40',
    'ADT^A24',
    'ORU^R01',
    'ORM^O01',
    'VXU^V04',
    'SIU^S12',
    'MDM^T02',
    'RDE^O11',
  ),
  zone: fc.constantFrom('', '+0100'),
  control: fc.constantFrom('', 'M1'),
  segments: fc.array(segment, { maxLength: 12 }),
});

/** What comes of a message in the log: what is wrong with each segment, and each item of its resources. */
function outcome(given: Message, purpose: 'items' | 'resources') {
  const { resources, account, patients, links, zoneless } = convertMessage(given, 'm', null, purpose);
  const written = resources.map(({ resource }) => (zoneless ? asWritten(resource) : resource));
  const decoded = [...decodeResources(written, { name: 'm' }, (each) => WITH_ITEMS.has(each.resourceType as string))];
  return {
    problems: given.segments.map((each) => account.problemsOf(each)),
    decoded: decoded.flatMap((one, i) => (one === null ? [] : [{ ...one, segment: resources[i]!.segment.index }])),
    patients: [...patients],
    links: links.map(({ kind, from, into }) => ({ kind, from, into })),
    zoneless,
  };
}

const STATUS: Readonly<Record<string, string>> = {
  Observation: 'final',
  Encounter: 'finished',
  MedicationRequest: 'active',
};

/** Without the place among the resources, of which there are fewer where only items are asked for. */
function placeless(given: unknown): string {
  return JSON.stringify(given).replace(/Bundle\.entry\[\d+\]/g, 'Bundle.entry');
}

describe('a message converted for its items', () => {
  test('gives the same items, and says the same is wrong, as one converted whole', () => {
    fc.assert(
      fc.property(message, ({ type, zone, control, segments }) => {
        const given = parsed(`MSH|^~\\&|A|B|C|D|20240131120000${zone}||${type}|${control}|P|2.5.1`, ...segments);
        expect(placeless(outcome(given, 'items'))).toBe(placeless(outcome(given, 'resources')));
      }),
      { numRuns: 300 },
    );
  });

  test('what is left out is an element of R4, and one that no decoder looks at', () => {
    for (const type of WITH_ITEMS) {
      const looked = new Set<string>();
      const watch = (resource: object) =>
        new Proxy(resource, {
          get: (target, key) => {
            looked.add(String(key));
            return Reflect.get(target, key);
          },
        });
      const whole = {
        resourceType: type,
        id: '1',
        subject: { reference: 'Patient/2' },
        code: { text: 'x' },
        class: { system: 's', code: 'IMP' },
        status: STATUS[type] ?? 'completed',
        intent: 'order',
        birthDate: '1970-01-02',
        valueString: 'x',
        effectiveDateTime: '2024-01-31T12:00:00Z',
        performedDateTime: '2024-01-31T12:00:00Z',
        recordedDate: '2024-01-31T12:00:00Z',
        authoredOn: '2024-01-31T12:00:00Z',
        period: { start: '2024-01-31T12:00:00Z' },
        medicationCodeableConcept: { coding: [{ system: 'http://x', code: '1' }] },
        dosageInstruction: [{ text: 'one' }],
        dosage: { dose: { value: 1, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' } },
      };
      const [one] = [...decodeResources([watch(whole) as never], { name: 'x' })];
      expect(one!.fate, `${type} ${JSON.stringify(one!.problems)}`).toBe('mapped');
      for (const element of unreadElements(type)) {
        expect(looked, `${type}.${element}`).not.toContain(element);
        expect([...r4Types().shape(type)!.byName.keys()], type).toContain(element);
      }
    }
    expect(isReadForItems('Practitioner')).toBe(false);
  });
});
