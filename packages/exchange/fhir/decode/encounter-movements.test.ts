import type { RawFact } from '@gemel/core';
import { expect, test } from 'vitest';
import { bundleOf, decodedOf } from '../fixture.ts';

const bed = {
  resourceType: 'Location',
  id: 'b1',
  identifier: [{ value: 'W-1-A' }],
  physicalType: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/location-physical-type', code: 'bd' }] },
  partOf: { reference: 'Location/w', display: 'Ward' },
};
const encounter = (more: object = {}) => ({
  resourceType: 'Encounter',
  id: 'e',
  status: 'finished',
  class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
  identifier: [{ system: 'urn:visits', value: 'V1' }],
  subject: { reference: 'Patient/p' },
  period: { start: '2024-01-01T08:00:00Z', end: '2024-01-05T08:00:00Z' },
  ...more,
});
const movements = (resource: object) =>
  decodedOf(bundleOf(resource, bed))
    .flatMap(({ items }) => items)
    .filter((item): item is RawFact => item.kind === 'fact' && item.fact.startsWith('visit.'));
const said = (resource: object) =>
  movements(resource).map(({ fact, value, time }) => [
    fact.slice('visit.'.length),
    new Date(time.start).toISOString().slice(5, 13),
    value.kind === 'coded' ? value.codings.map(({ code }) => code).join(' ') : '',
  ]);

test('a stay with a bed, a further ward, a leave and its end', () => {
  const stay = encounter({
    location: [
      { location: { display: 'Ward 9' }, period: { start: '2024-01-03T08:00:00Z' } },
      { location: { reference: 'Location/b1' }, period: { start: '2024-01-01T08:00:00Z' } },
      { location: { display: 'Rehab' }, status: 'planned' },
    ],
    statusHistory: [
      { status: 'onleave', period: { start: '2024-01-02T08:00:00Z', end: '2024-01-02T18:00:00Z' } },
      { status: 'in-progress', period: { start: '2024-01-01T08:00:00Z' } },
    ],
  });
  expect(said(stay)).toEqual([
    ['admitted', '01-01T08', 'V1 Location/w W-1-A IMP'],
    ['transferred', '01-03T08', 'V1 Ward 9 IMP'],
    ['transfer-expected', '01-01T08', 'V1 Rehab IMP'],
    ['on-leave', '01-02T08', 'V1 IMP'],
    ['returned', '01-02T18', 'V1 IMP'],
    ['discharged', '01-05T08', 'V1 IMP'],
  ]);
});

test('a planned stay is expected; one under way is not discharged; an ambulatory visit occupies nothing', () => {
  expect(said(encounter({ status: 'planned' }))).toEqual([['expected', '01-01T08', 'V1 IMP']]);
  expect(said(encounter({ status: 'in-progress', period: { start: '2024-01-01T08:00:00Z' } }))).toHaveLength(1);
  expect(said(encounter({ class: { ...encounter().class, code: 'AMB' } }))).toEqual([]);
  expect(said(encounter({ status: 'cancelled' }))).toEqual([]);
});

test('every movement is a part of the encounter, so that what it no longer says is withdrawn', () => {
  const ids = movements(encounter()).map(({ provenance }) => provenance.sourceId);
  expect(ids.every((id) => id?.startsWith('Encounter/e#'))).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
});
