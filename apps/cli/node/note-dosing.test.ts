import { createHash } from 'node:crypto';
import { HOUR, instant } from '@gemel/core';
import { type Door, fhirDoor, plainNoteDoor } from '@gemel/exchange';
import { packs } from '@gemel/pack-dosing';
import { createHub } from '@gemel/runtime';
import { memory } from '@gemel/store';
import { expect, test } from 'vitest';

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');
const START = Date.UTC(2026, 2, 1, 8);
const at = (hours: number) => new Date(START + hours * HOUR).toISOString();
const PACK = 'dosing-vancomycin';
const NOTE = `Assessment:
Continue vancomycin 1 g q12h. Vancomycin 1 g IV was given at noon. Weight 140 kg.
Allergies: vancomycin (anaphylaxis)`;

const subject = { reference: 'Patient/x' };
const quantity = (value: number, code: string) => ({ value, unit: code, system: 'http://unitsofmeasure.org', code });
const measured = (code: string, hours: number, value: number, unit: string) => ({
  resourceType: 'Observation',
  id: `${code}-${hours}`,
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code }] },
  subject,
  effectiveDateTime: at(hours),
  valueQuantity: quantity(value, unit),
});
const given = (hours: number, mg: number) => ({
  resourceType: 'MedicationAdministration',
  id: `dose-${hours}`,
  status: 'completed',
  medicationCodeableConcept: {
    coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '11124', display: 'vancomycin' }],
  },
  subject,
  effectivePeriod: { start: at(hours), end: at(hours + 1) },
  dosage: { dose: quantity(mg, 'mg') },
});
const RECORD = [
  { resourceType: 'Patient', id: 'x', gender: 'male', birthDate: '1960-05-01' },
  measured('29463-7', -10, 80, 'kg'),
  measured('8302-2', -10, 175, 'cm'),
  measured('2160-0', -2, 1.1, 'mg/dL'),
  given(0, 1500),
  given(12, 1000),
  measured('20578-1', 11.5, 9.5, 'mg/L'),
];

test('vancomycin in a note changes no forecast until the administration is on record', async () => {
  const now = instant(START + 20 * HOUR);
  const hub = createHub({ store: memory(), packs, clock: () => now, seed: 1, sha256, engine: 'test' });
  const take = (door: Door, text: string, name: string) => {
    const bytes = new TextEncoder().encode(text);
    const options = {
      name,
      subject: 'Patient/x',
      start: instant(START + 19 * HOUR),
      zone: 'UTC',
      sha256: sha256(text),
    };
    return hub.admit(door.decode(bytes, options), { name, sha256: sha256(text), format: door.id, bytes: bytes.length });
  };
  const bundle = (...resources: object[]) =>
    JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry: resources.map((resource) => ({ resource })) });

  await take(plainNoteDoor, NOTE, 'note.txt');
  expect(await hub.packsOf('Patient/x')).not.toContain(PACK);
  const first = await hub.facts('Patient/x');
  expect(first.map(({ fact }) => fact).sort()).toEqual([
    'note.allergy',
    'note.body.weight',
    'note.medication',
    'note.medication',
  ]);

  await take(fhirDoor, bundle(...RECORD), 'record.json');
  await hub.calibrate('Patient/x', PACK);
  const forecast = async () => {
    const made = await hub.forecast('Patient/x', PACK);
    if ('kind' in made && made.kind === 'withheld') throw new Error(JSON.stringify(made.missing));
    return JSON.stringify((made as { quantities: unknown }).quantities);
  };
  const before = await forecast();
  const history = await hub.history('Patient/x', PACK);
  expect(history.controls.map(({ value }) => value.value)).toEqual([1500, 1000]);
  expect(history.facts.some(({ fact }) => fact.startsWith('note.'))).toBe(false);

  await take(plainNoteDoor, `${NOTE}\nPlan: vancomycin 2 g IV q8h was given this morning.`, 'again.txt');
  expect(await forecast()).toBe(before);
  expect((await hub.history('Patient/x', PACK)).controls).toHaveLength(2);

  await take(fhirDoor, bundle(given(18, 1000)), 'administered.json');
  expect((await hub.history('Patient/x', PACK)).controls).toHaveLength(3);
  expect(await forecast()).not.toBe(before);
});
