import { dosingPack } from '@gemel/pack-dosing';
import { vancomycin } from '@gemel/pack-dosing/drugs/vancomycin/index';
import { pack as glucose } from '@gemel/pack-glucose/pack';
import { packRecords } from '@gemel/server/views/pack-records';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bundleOf,
  EMPTY_PERSON,
  EMPTY_ROW,
  idOf,
  numberIn,
  originOf,
  pastedRows,
  problemsOf,
} from '../entry/records.ts';

const pack = packRecords(dosingPack(vancomycin));
const now = Date.UTC(2026, 2, 7, 9);
const person = { ...EMPTY_PERSON, name: 'Vera Voss', born: '65', sex: 'female' as const, weight: '80' };

interface Resource {
  readonly resourceType: string;
  readonly birthDate?: string;
  readonly effectiveDateTime?: string;
  readonly effectivePeriod?: { readonly start: string; readonly end: string };
  readonly valueQuantity?: { readonly value: number; readonly unit: string; readonly comparator?: string };
  readonly dosage?: object;
}
const resources = (bundle: object) =>
  (bundle as { entry: { resource: Resource }[] }).entry.map(({ resource }) => resource);

describe('records entered by hand', () => {
  test('E1 pasted rows find what they are by word, name or title; what is not found is left to be chosen', () => {
    const rows = pastedRows(
      'dose\t2026-03-05 08:00\t1500\tmg\t1.5\nlevel;2026-03-06 07:30;9,5;MG/L\nmoonstone,x',
      pack,
    );
    expect(rows.map(({ what }) => what)).toEqual(['vancomycin.dose', 'vancomycin.level', '']);
    expect(rows[0]).toMatchObject({ value: '1500', unit: 'mg', hours: '1.5' });
    expect(rows[1]).toMatchObject({ unit: 'mg/L' });
    expect(pastedRows('creatinine; 2026-03-06 06:00; 97; µmol/L', pack)[0]).toMatchObject({
      what: 'creatinine',
      unit: 'umol/L',
    });
  });

  test('E2 the bundle holds the times with their offset, infusions with their end, and whom they are of', () => {
    const rows = [
      { what: 'vancomycin.dose', time: '2026-03-05 08:00', value: '1500', unit: 'mg', hours: '1.5' },
      { what: 'vancomycin.level', time: '2026-03-06 07:30 +03:00', value: '< 2', unit: 'mg/L', hours: '' },
      EMPTY_ROW,
    ];
    const { bundle, origins } = bundleOf({ person, rows, zone: 'Europe/Berlin' }, pack, now);
    const [patient, weight, dose, level] = resources(bundle);
    expect(patient).toMatchObject({ resourceType: 'Patient', birthDate: '1960-09', gender: 'female' });
    expect(weight).toMatchObject({ effectiveDateTime: '2026-03-05T08:00:00+01:00' });
    expect(dose?.effectivePeriod).toEqual({ start: '2026-03-05T08:00:00+01:00', end: '2026-03-05T09:30:00+01:00' });
    expect(level).toMatchObject({ effectiveDateTime: '2026-03-06T07:30:00+03:00' });
    expect(level?.valueQuantity).toMatchObject({ value: 2, comparator: '<' });
    expect(origins).toEqual([null, 'weight', 'row 0', 'row 1']);
    expect(originOf('Bundle.entry[3].resource.valueQuantity', origins)).toBe('row 1');
    expect(originOf(undefined, origins)).toBeNull();
  });

  test('E3 an infusion over a change of the clocks lasts as long as it does; a time that the change skips goes out as it is, to be refused', () => {
    const row = (time: string) => ({ what: 'vancomycin.dose', time, value: '1000', unit: 'mg', hours: '2' });
    const [, , over] = resources(
      bundleOf({ person, rows: [row('2026-03-29 01:30')], zone: 'Europe/Berlin' }, pack, now).bundle,
    );
    expect(over?.effectivePeriod).toEqual({ start: '2026-03-29T01:30:00+01:00', end: '2026-03-29T04:30:00+02:00' });
    const [, , skipped] = resources(
      bundleOf({ person, rows: [row('2026-03-29 02:30')], zone: 'Europe/Berlin' }, pack, now).bundle,
    );
    expect(skipped?.effectivePeriod?.start).toBe('2026-03-29T02:30:00');
  });

  test('E4 what cannot be sent is named by its field', () => {
    const wrong = problemsOf(
      {
        person: { ...person, name: ' ', born: 'young', weight: 'heavy' },
        rows: [{ what: '', time: 'noon', value: 'much', unit: '', hours: 'long' }],
        zone: 'Moon/Tycho',
      },
      pack,
      now,
    );
    const fields = [
      'name',
      'born',
      'weight',
      'zone',
      'row 0 what',
      'row 0 time',
      'row 0 value',
      'row 0 unit',
      'row 0 hours',
    ];
    expect(Object.keys(wrong).sort()).toEqual(fields.sort());
    expect(Object.keys(problemsOf({ person, rows: [EMPTY_ROW], zone: 'UTC' }, pack, now))).toEqual(['rows']);
  });

  test('E5 names make ids that FHIR allows, and names that differ make ids that do', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (a, b) => {
        expect(idOf(a)).toMatch(/^[A-Za-z0-9\-.]{1,64}$/);
        if (a.trim() === b.trim()) expect(idOf(a)).toBe(idOf(b));
      }),
    );
    expect(idOf('Vera Voss')).not.toBe(idOf('Vera Vass'));
    expect([numberIn('9,5'), numberIn(' 12 '), numberIn('1e3'), numberIn('-1')]).toEqual([9.5, 12, null, null]);
  });

  test('E6 any pack gives a form: what it reads, with the units it knows', () => {
    const records = packRecords(glucose);
    expect(records.controls.map(({ name }) => name)).toEqual(['insulin.bolus', 'insulin.basal', 'meal.carbohydrate']);
    expect(records.signals[0]?.units).toEqual(expect.arrayContaining(['mg/dL', 'mmol/L']));
    const rows = [{ what: 'meal.carbohydrate', time: '2026-03-05 08:00', value: '40', unit: 'g', hours: '' }];
    const [, , meal] = resources(bundleOf({ person, rows, zone: 'UTC' }, records, now).bundle);
    expect(meal?.resourceType).toBe('Observation');
  });
});
