import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RawObservation } from '@gemel/core/raw';
import { instant } from '@gemel/core/time';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DoorOptions } from '../../door.ts';
import { sniffDoor } from '../../doors.ts';
import { fhirDoor } from '../../fhir/decode.ts';
import { openMHealthDoor } from './door.ts';

const bytes = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const decode = (value: unknown, options: Partial<DoorOptions> = {}) => [
  ...openMHealthDoor.decode(bytes(value), { name: 'file.json', subject: 'Patient/p', ...options }),
];
const folder = join(process.env.GEMEL_DATA ?? join(import.meta.dirname, '../../../../../shared/data'), 'openmhealth');

const PRESSURE = {
  systolic_blood_pressure: { value: 128, unit: 'mmHg' },
  diastolic_blood_pressure: { value: 82, unit: 'mmHg' },
  effective_time_frame: { date_time: '2024-03-01T08:00:00+01:00' },
  body_posture: 'sitting',
};
const header = (name: string) => ({
  id: '123e4567-e89b-12d3-a456-426655440000',
  creation_date_time: '2024-03-01T09:00:00Z',
  schema_id: { namespace: 'omh', name, version: '2.0' },
  acquisition_provenance: { source_name: 'Cuff app', modality: 'self-reported' },
  user_id: 'user-7',
});

describe('Open mHealth', () => {
  test('a blood pressure means the same as one in FHIR', () => {
    const fhir = {
      resourceType: 'Observation',
      id: 'x',
      status: 'final',
      code: { coding: [{ system: 'http://loinc.org', code: '85354-9' }] },
      subject: { reference: 'Patient/p' },
      effectiveDateTime: '2024-03-01T08:00:00+01:00',
      component: [
        ['8480-6', 'Systolic blood pressure', 128],
        ['8462-4', 'Diastolic blood pressure', 82],
      ].map(([code, display, value]) => ({
        code: { coding: [{ system: 'http://loinc.org', code, display }] },
        valueQuantity: { value, unit: 'mm[Hg]', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' },
      })),
    };
    const said = (items: readonly object[]) => items.map((item) => ({ ...item, provenance: null, marks: null }));
    const [here] = decode(PRESSURE);
    const [there] = [...fhirDoor.decode(bytes(fhir), { name: 'x' })];
    expect(here!.fate).toBe('mapped');
    expect(said(here!.items)).toEqual(said(there!.items));
  });

  test('the header gives identity, device, person and how the value came about', () => {
    const point = {
      header: header('heart-rate'),
      body: {
        heart_rate: { value: 61, unit: 'beats/min' },
        effective_time_frame: { date_time: '2024-03-01T08:00:00Z' },
      },
    };
    const [{ items, type }] = decode(point, { subject: undefined }) as [ReturnType<typeof decode>[number]];
    const item = items[0] as RawObservation;
    expect(type).toBe('heart-rate');
    expect(item.subject).toBe('user-7');
    expect(item.provenance).toMatchObject({ sourceId: header('').id, device: 'Cuff app', byteStart: 0 });
    expect(item.value).toMatchObject({ value: 61, unit: '/min' });
    expect(item.marks?.map(({ code }) => code)).toEqual(['device-self-reported']);
  });

  test.each([
    ['statistics are no readings', { ...PRESSURE, descriptive_statistic: 'maximum' }, 'kept', 'device-statistic'],
    [
      'a time of day is not guessed',
      { ...PRESSURE, effective_time_frame: { time_interval: { date: '2024-03-01', part_of_day: 'morning' } } },
      'kept',
      'device-time-form',
    ],
    ['nor is when', { ...PRESSURE, effective_time_frame: undefined }, 'kept', 'device-time-missing'],
    [
      'local times need a zone',
      { ...PRESSURE, effective_time_frame: { date_time: '2024-03-01T08:00:00' } },
      'kept',
      'exchange-zone-missing',
    ],
    [
      'units are not guessed',
      { ...PRESSURE, systolic_blood_pressure: { value: 12.8, unit: 'kPa' } },
      'refused',
      'exchange-unit-unknown',
    ],
    [
      'nor are numbers',
      { ...PRESSURE, systolic_blood_pressure: { value: '128', unit: 'mmHg' } },
      'refused',
      'exchange-number-unreadable',
    ],
    [
      'saliva is not blood',
      {
        blood_glucose: { value: 5, unit: 'mmol/L' },
        specimen_source: 'saliva',
        effective_time_frame: PRESSURE.effective_time_frame,
      },
      'kept',
      'device-measure-unknown',
    ],
    ['a schema without a measure', { trade_name: 'Coumadin', rxnorm_code: 855304 }, 'kept', 'device-no-measurement'],
  ])('%s', (_name, body, fate, code) => {
    const [decoded] = decode(body);
    expect(decoded!.fate).toBe(fate);
    expect(decoded!.problems.map((problem) => problem.code)).toEqual([code]);
    expect(fate === 'kept' ? decoded!.kept : decoded!.items).toEqual(
      fate === 'kept' ? JSON.parse(JSON.stringify(body)) : [],
    );
  });

  test('a time frame is a point, or a stretch by its ends or by one end and a duration', () => {
    const times = [
      { start_date_time: '2024-03-01T08:00:00Z', end_date_time: '2024-03-01T09:00:00Z' },
      { start_date_time: '2024-03-01T08:00:00Z', duration: { value: 60, unit: 'min' } },
      { end_date_time: '2024-03-01T09:00:00Z', duration: { value: 1, unit: 'h' } },
    ].map((time_interval) => {
      const [decoded] = decode({ step_count: 900, effective_time_frame: { time_interval } });
      return (decoded!.items[0] as RawObservation).time;
    });
    const start = instant(Date.parse('2024-03-01T08:00:00Z'));
    expect(times).toEqual(Array(3).fill({ start, end: start + 3_600_000, offset: 0 }));
  });

  test('one time given for the source holds for points that have none', () => {
    const start = instant(Date.parse('2024-03-01T08:00:00Z'));
    const [decoded] = decode({ body_weight: { value: 70, unit: 'kg' } }, { start });
    expect(decoded!.items).toMatchObject([{ kind: 'fact', fact: 'body.weight', time: { start } }]);
  });

  test('an array, one a line and the array of a gateway hold the same points', () => {
    const point = { header: header('blood-pressure'), body: PRESSURE };
    const forms = [
      [point, point],
      `${JSON.stringify(point)}\n${JSON.stringify(point)}\n`,
      { shim: 'x', body: [point, point] },
    ];
    for (const form of forms) {
      const all = decode(form);
      expect(all.map(({ fate, items }) => [fate, items.length])).toEqual([
        ['mapped', 2],
        ['mapped', 2],
      ]);
    }
  });

  test('whatever the bytes, every entry is accounted for and nothing throws', () => {
    const json = fc.jsonValue({ maxDepth: 4 }).map((value) => bytes(value));
    const mangled = fc
      .tuple(
        fc.constantFrom(bytes({ header: header('x'), body: PRESSURE }), bytes([PRESSURE])),
        fc.nat(400),
        fc.nat(255),
      )
      .map(([source, at, value]) => Uint8Array.from(source, (byte, i) => (i === at % source.length ? value : byte)));
    fc.assert(
      fc.property(fc.oneof(json, mangled, fc.uint8Array({ maxLength: 200 })), (data) => {
        const all = [...openMHealthDoor.decode(data, { name: 'omh-heart-rate-1.0-x.json', subject: 's' })];
        expect(all.length).toBeGreaterThan(0);
        for (const { fate, items, problems } of all) {
          expect(fate === 'mapped' ? items.length : problems.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 300 },
    );
  });

  test.skipIf(!existsSync(folder))(
    'every file of the pass set is accounted for or refused with a code (needs shared/data/openmhealth)',
    () => {
      const files = readdirSync(folder);
      expect(files.length).toBeGreaterThan(30);
      for (const name of files) {
        const data = new Uint8Array(readFileSync(join(folder, name)));
        expect([name, sniffDoor(data, name)?.id]).toEqual([name, 'open-mhealth']);
        const all = [...openMHealthDoor.decode(data, { name, subject: 'Patient/p', start: instant(0) })];
        for (const { fate, items, problems } of all) {
          expect([name, fate === 'mapped' ? items.length > 0 : problems.length > 0]).toEqual([name, true]);
        }
        expect([name, all.length]).toEqual([name, 1]);
      }
    },
  );
});
