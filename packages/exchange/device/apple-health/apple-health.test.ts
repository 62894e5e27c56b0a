import type { Decoded, RawObservation } from '@gemel/core/raw';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sniffDoor } from '../../doors.ts';
import { appleHealthDoor } from './door.ts';
import { exportElements, LIMITS } from './elements.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 14 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout|ActivitySummary)*)>
<!ATTLIST HealthData locale CDATA #REQUIRED>
<!ELEMENT Record ((MetadataEntry|HeartRateVariabilityMetadataList)*)>
]>
<HealthData locale="de_DE">
 <ExportDate value="2024-03-02 10:00:00 +0100"/>
 <Me HKCharacteristicTypeIdentifierDateOfBirth="1980-02-03" HKCharacteristicTypeIdentifierBiologicalSex="HKBiologicalSexFemale"/>
`;
const whole = (...elements: string[]) => bytes(`${HEAD}${elements.join('\n')}\n</HealthData>\n`);
const record = (type: string, value: string, unit: string, more = '', inner = '') =>
  `<Record type="HKQuantityTypeIdentifier${type}" sourceName="Büro-Uhr 🩺" device="&lt;&lt;HKDevice: 0x28>, name:Apple Watch, manufacturer:Apple Inc., model:Watch, hardware:Watch6,1>" unit="${unit}" creationDate="2024-03-01 08:05:00 +0100" startDate="2024-03-01 08:00:00 +0100" endDate="2024-03-01 08:00:00 +0100" value="${value}"${more}>${inner}</Record>`;
const entry = (key: string, value: string) => `<MetadataEntry key="${key}" value="${value}"/>`;
const decode = (data: Uint8Array): Decoded[] => [
  ...appleHealthDoor.decode(data, { name: 'export.xml', subject: 'Patient/p' }),
];
const ofType = (all: readonly Decoded[], type: string) => all.filter((decoded) => decoded.type === type);

describe('Apple Health', () => {
  test('is known by its first bytes', () => {
    expect(sniffDoor(whole(), 'export.xml')?.id).toBe('apple-health');
  });

  test('types get LOINC codes, units UCUM, fractions become percentages, the device is named', () => {
    const all = decode(
      whole(
        record('HeartRate', '61', 'count/min'),
        record('OxygenSaturation', '0.97', '%'),
        record('BodyMass', '154.3', 'lb'),
        record('BodyMassIndex', '23.1', 'count'),
        record('BloodPressureSystolic', '121', 'mmHg', '', entry('HKWasUserEntered', '1')),
      ),
    );
    const [rate, saturation, pressure] = ['HeartRate', 'OxygenSaturation', 'BloodPressureSystolic'].map(
      (type) => ofType(all, type)[0]!.items[0] as RawObservation,
    );
    expect(rate!.codings.map(({ code }) => code)).toEqual(['8867-4', 'HKQuantityTypeIdentifierHeartRate']);
    expect(rate!.value).toMatchObject({ value: 61, unit: '/min' });
    expect(rate!.time).toEqual({ start: Date.parse('2024-03-01T07:00:00Z'), offset: 60 });
    expect(rate!.issued).toBe(Date.parse('2024-03-01T07:05:00Z'));
    expect(rate!.provenance.device).toBe('Büro-Uhr 🩺 / Apple Watch Apple Inc. Watch Watch6');
    expect(saturation!.value).toMatchObject({ value: 97, unit: '%' });
    expect(pressure!.marks?.map(({ code }) => code)).toEqual(['device-self-reported']);
    expect(ofType(all, 'BodyMass')[0]!.items).toMatchObject([
      { kind: 'fact', fact: 'body.weight', value: { value: 154.3, unit: '[lb_av]' } },
    ]);
    expect(ofType(all, 'BodyMassIndex')[0]!.items).toMatchObject([{ value: { unit: 'kg/m2' } }]);
    expect(ofType(all, 'Me')[0]!.items).toMatchObject([
      { fact: 'birthDate' },
      { fact: 'sex', value: { codings: [{ code: 'female' }] } },
    ]);
  });

  test('every element is at its bytes, beyond ASCII and over the edges of chunks', () => {
    const filler = `<!-- ${'ü'.repeat(LIMITS.chunk / 3)} -->`;
    const data = whole(
      ...Array.from({ length: 12 }, (_, i) => filler + record('HeartRate', String(60 + i), 'count/min')),
    );
    const places = ofType(decode(data), 'HeartRate').map(({ provenance }) => provenance);
    expect(places).toHaveLength(12);
    for (const [i, { byteStart, byteEnd }] of places.entries()) {
      const text = new TextDecoder().decode(data.subarray(byteStart, byteEnd));
      expect(text.startsWith('<Record type=')).toBe(true);
      expect(text.endsWith('</Record>')).toBe(true);
      expect(text).toContain(`value="${60 + i}"`);
    }
  });

  test('insulin and carbohydrate are controls; what cannot be a rate is kept', () => {
    const later = (text: string) => text.replace('endDate="2024-03-01 08:00', 'endDate="2024-03-01 08:30');
    const all = decode(
      whole(
        record('InsulinDelivery', '4', 'IU', '', entry('HKInsulinDeliveryReason', '2')),
        later(record('InsulinDelivery', '0.5', 'IU', '', entry('HKInsulinDeliveryReason', '1'))),
        record('InsulinDelivery', '0.5', 'IU'),
        record('DietaryCarbohydrates', '45', 'g'),
      ),
    );
    expect(
      ofType(all, 'InsulinDelivery').map(({ fate, items }) => [fate, items[0]?.kind === 'control' && items[0].value]),
    ).toMatchObject([
      ['mapped', { value: 4, unit: 'U' }],
      ['mapped', { value: 1, unit: 'U/h' }],
      ['kept', false],
    ]);
    expect(ofType(all, 'DietaryCarbohydrates')[0]!.items).toMatchObject([
      { kind: 'control', value: { value: 45, unit: 'g' } },
    ]);
  });

  test('glucose is blood unless its source is a sensor, and that this was inferred is marked', () => {
    const glucose = record('BloodGlucose', '5.4', 'mmol&lt;180.1558800000541>/L');
    const all = ofType(decode(whole(glucose, glucose.replace('Büro-Uhr', 'Dexcom G7'))), 'BloodGlucose');
    expect(all.map(({ items }) => (items[0] as RawObservation).codings[0]!.code)).toEqual(['15074-8', '105272-9']);
    expect(all.map(({ problems }) => problems.map(({ code }) => code))).toEqual([[], ['device-meaning-inferred']]);
  });

  test('the same reading from two sources stays two, each with its own', () => {
    const rate = record('HeartRate', '61', 'count/min');
    const all = ofType(decode(whole(rate, rate.replace('Büro-Uhr', 'Gurt'))), 'HeartRate');
    expect(new Set(all.map(({ items }) => items[0]!.provenance.device)).size).toBe(2);
  });

  test.each([
    ['an unknown unit', record('HeartRate', '61', 'furlong'), 'refused', 'exchange-unit-unknown'],
    ['a percentage above 1', record('OxygenSaturation', '97', '%'), 'refused', 'exchange-unit-conflict'],
    ['no number', record('HeartRate', 'n/a', 'count/min'), 'refused', 'exchange-number-unreadable'],
    [
      'no time',
      record('HeartRate', '61', 'count/min').replaceAll('2024-03-01', 'x'),
      'refused',
      'exchange-date-unreadable',
    ],
    [
      'a local time',
      record('HeartRate', '61', 'count/min').replaceAll('08:00:00 +0100', '08:00:00'),
      'refused',
      'exchange-date-unreadable',
    ],
  ])('%s is refused', (_name, text, fate, code) => {
    const [decoded] = ofType(decode(whole(text)), text.includes('Oxygen') ? 'OxygenSaturation' : 'HeartRate');
    expect([decoded!.fate, decoded!.problems[0]!.code]).toEqual([fate, code]);
  });

  test('sleep, workouts and correlations are accounted for', () => {
    const span = 'startDate="2024-03-01 08:00:00 +0100" endDate="2024-03-01 09:00:00 +0100"';
    const all = decode(
      whole(
        `<Record type="HKCategoryTypeIdentifierSleepAnalysis" value="HKCategoryValueSleepAnalysisAsleepDeep" sourceName="W" ${span}/>`,
        `<Workout workoutActivityType="HKWorkoutActivityTypeRunning" sourceName="W" ${span}><WorkoutStatistics type="HKQuantityTypeIdentifierDistanceWalkingRunning" sum="5.2" unit="km"/></Workout>`,
        `<Correlation type="HKCorrelationTypeIdentifierBloodPressure" ${span}>${record('BloodPressureSystolic', '121', 'mmHg')}</Correlation>`,
        `<ActivitySummary dateComponents="2024-03-01"/>`,
      ),
    );
    expect(all.map(({ type, fate, items }) => [type, fate, items.length])).toEqual([
      ['ExportDate', 'kept', 0],
      ['Me', 'mapped', 2],
      ['SleepAnalysis', 'mapped', 1],
      ['Workout', 'mapped', 2],
      ['Correlation', 'kept', 0],
      ['ActivitySummary', 'kept', 0],
    ]);
  });

  test('entities are refused, and nothing of them expands', () => {
    const bomb = `<?xml version="1.0"?><!DOCTYPE HealthData [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><HealthData>${record('HeartRate', '&b;', 'count/min')}</HealthData>`;
    const outside = '<!DOCTYPE HealthData SYSTEM "file:///etc/passwd"><HealthData/>';
    for (const text of [bomb, outside, `<HealthData>${record('HeartRate', '&x;', 'count/min')}</HealthData>`]) {
      const all = decode(bytes(text));
      expect(all.map(({ fate, problems }) => [fate, problems[0]?.code])).toEqual([['refused', 'device-xml']]);
    }
  });

  test('what stands before a cut or a break is taken', () => {
    const data = whole(record('HeartRate', '61', 'count/min'), record('HeartRate', '62', 'count/min'));
    const cut = decode(data.subarray(0, data.length - 60));
    expect(ofType(cut, 'HeartRate')).toHaveLength(1);
    expect(cut.at(-1)!.problems[0]!.code).toBe('exchange-truncated');
    const broken = decode(whole(record('HeartRate', '61', 'count/min'), '<a></b>'));
    expect(ofType(broken, 'HeartRate')).toHaveLength(1);
    expect(broken.at(-1)!.problems[0]!.code).toBe('device-xml');
  });

  test('what is held at once does not grow with the export', () => {
    const one = `${record('HeartRate', '61', 'count/min')}\n`;
    const data = whole(one.repeat(3000));
    const elements = exportElements(data);
    let longest = 0;
    let last = 0;
    for (const { byteEnd } of elements) {
      longest = Math.max(longest, byteEnd - last);
      last = byteEnd;
    }
    expect(data.length).toBeGreaterThan(10 * LIMITS.chunk);
    expect(longest).toBeLessThan(2 * one.length);
    const deep = `<HealthData>${'<a>'.repeat(LIMITS.depth + 2)}`;
    expect(decode(bytes(deep)).map(({ problems }) => problems[0]?.code)).toEqual(['device-xml']);
  });

  test('whatever the bytes, nothing throws and something is said', () => {
    const source = whole(
      record('HeartRate', '61', 'count/min', '', entry('a', 'b')),
      record('OxygenSaturation', '0.9', '%'),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(source.length - 1), fc.nat(255)), { maxLength: 6 }),
        fc.nat(source.length),
        (edits, end) => {
          const data = source.slice(0, end);
          for (const [at, value] of edits) if (at < data.length) data[at] = value;
          const all = decode(data);
          expect(all.length).toBeGreaterThan(0);
          for (const { fate, items, problems, kept } of all) {
            expect(fate === 'mapped' ? items.length > 0 : problems.length > 0 || kept !== undefined).toBe(true);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
