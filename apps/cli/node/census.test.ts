import { expect, test } from 'vitest';
import { commandLine } from './fixtures/command-line.ts';

const at = commandLine();
const adt = (event: string, time: string, place: string) =>
  [
    `MSH|^~\\&|ADT|HOSP|G|H|${time}+0000||ADT^${event}|M${time}|P|2.5.1`,
    `EVN||${time}+0000`,
    'PID|1||p1^^^&1.2.3&ISO^MR||Doe^Jane',
    `PV1|1|I|${place}||||||||||||||||V1^^^&1.2.9&ISO`,
  ].join('\r');
const encounter = {
  resourceType: 'Encounter',
  id: 'e1',
  status: 'in-progress',
  class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
  subject: { reference: 'Patient/f1' },
  period: { start: '2024-01-31T07:00:00Z' },
  location: [
    { location: { display: 'Intake' }, period: { start: '2024-01-31T07:00:00Z' } },
    { location: { display: 'Ward 9' }, period: { start: '2024-01-31T09:00:00Z' }, status: 'active' },
  ],
};

test('gemel census tells who is where, from HL7 v2 and FHIR, at any moment', async () => {
  const data = ['--data', at.at('data')];
  const messages = [adt('A01', '20240131080000', 'W^1^A^HOSP'), adt('A02', '20240131100000', 'W^2^B^HOSP')].join('\r');
  await at.gemel(...data, 'import', at.file('adt.hl7', messages), at.file('encounter.json', JSON.stringify(encounter)));
  const then = async (time: string, ...more: string[]) =>
    (await at.gemel(...data, '--at', time, 'census', ...more)).out;
  const late = await then('2024-01-31T12:30:00Z');
  expect(late).toContain('Census at 2024-01-31T12:30Z: 2 present, 0 expected');
  expect(late).toMatch(/HOSP\/W +HOSP\/W\/2\/B +2024-01-31T10:00Z +4 h 30 min +present IMP +urn:oid:1\.2\.3\|p1 +V1/);
  expect(late).toMatch(/Ward 9 +2024-01-31T09:00Z +5 h 30 min +present IMP +Patient\/f1/);
  expect(await then('2024-01-31T09:30:00Z')).toMatch(/HOSP\/W\/1\/A/);
  const json = JSON.parse((await at.gemel(...data, '--json', '--at', '2024-01-31T07:30:00Z', 'census')).out);
  expect(json.present).toMatchObject([{ subject: 'Patient/f1', placings: [{ ward: 'Intake' }] }]);
  expect(await then('2024-01-31T12:30:00Z', '--known-by', '2024-01-31T12:30:00Z')).toContain('0 present');
  expect((await at.gemel(...data, 'census', '--known-by', 'noon')).code).not.toBe(0);
});
