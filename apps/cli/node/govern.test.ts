import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { commandLine } from './fixtures/command-line.ts';

const given = commandLine();
const { at, file, told } = given;
const gemel = (...args: readonly string[]) => given.gemel('--data', at('data'), ...args);
const SIGNED = ['--person', 'N. Joy', '--reason', 'said so'];

const reference = { reference: 'Patient/p1' };
const resources = [
  { resourceType: 'Patient', id: 'p1', name: [{ text: 'Anna Sommer' }] },
  {
    resourceType: 'Observation',
    id: 'o1',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '2345-7' }] },
    subject: reference,
    effectiveDateTime: '2026-03-02T09:00:00Z',
    valueQuantity: { value: 101, unit: 'mg/dL', system: 'http://unitsofmeasure.org', code: 'mg/dL' },
  },
  {
    resourceType: 'Consent',
    id: 'c1',
    status: 'active',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
    patient: reference,
    dateTime: '2026-03-01T09:00:00Z',
    provision: { type: 'permit' },
  },
];

it('a consent is withdrawn, the twin says so; all goes out, all is erased, and the log verifies', async () => {
  const bundle = { resourceType: 'Bundle', type: 'collection', entry: resources.map((resource) => ({ resource })) };
  expect((await gemel('import', file('b.json', JSON.stringify(bundle)))).code).toBe(0);
  const head = await gemel('audit', 'head');
  file('head.json', head.out);
  expect((await gemel('consent', 'withdraw', '--consent', 'Consent/c1', ...SIGNED)).out).toContain('inactive');
  const forecast = await gemel('forecast');
  expect([forecast.code, forecast.out + told()]).toEqual([4, expect.stringContaining('consent-revoked')]);
  expect((await gemel('report')).code).toBe(4);
  const listed = await gemel('consent', 'list');
  expect(listed.out).toContain('left out: Observation http://loinc.org|2345-7  consent-revoked');

  const audit = await gemel('audit', 'list', '--subject', 'Patient/p1', '--json');
  const events = JSON.parse(audit.out) as { meta?: { profile: string[] }; outcome: string }[];
  expect(events.map(({ outcome }) => outcome)).toEqual(['0', '0', '4', '4', '0']);
  expect(events[0]!.meta!.profile[0]).toMatch(/IHE\.BasicAudit\.PatientCreate$/);

  const out = at('all');
  expect((await gemel('export-subject', '--person', 'Anna Sommer', '--into', out)).code).toBe(0);
  const written = JSON.parse(readFileSync(join(out, 'bundle.json'), 'utf8')) as typeof bundle;
  expect(new Set(written.entry.map(({ resource }) => resource.resourceType))).toEqual(
    new Set(['Patient', 'Observation', 'Consent', 'AuditEvent', 'Provenance']),
  );
  expect(readFileSync(join(out, 'log.ndjson'), 'utf8').trim().split('\n').length).toBeGreaterThan(8);
}, 60_000);

it('an erasure is on record without a name, and the log still begins with what it was', async () => {
  const erased = await gemel('erase', 'Patient/p1', '--person', 'N. Joy', '--reason', 'wish of the person');
  expect(erased.code).toBe(0);
  const list = await gemel('audit', 'list');
  expect(list.out).toContain('erase Patient  urn:sha256:');
  expect(list.out).not.toContain('Patient/p1');
  const verified = await gemel('audit', 'verify', '--since', at('head.json'), '--json');
  expect([verified.code, JSON.parse(verified.out)]).toMatchObject([0, { faults: [] }]);
  const other = file('other.json', JSON.stringify({ size: 3, root: '0'.repeat(64), at: 'x' }));
  expect((await gemel('audit', 'verify', '--since', other)).code).toBe(5);
  expect((await gemel('audit', 'verify', '--since', file('bad.json', 'no'))).code).toBe(3);
  expect((await gemel('audit', 'prove', 'nothing')).code).toBe(2);
  expect(JSON.parse((await gemel('audit', 'prove', '1')).out)).toMatchObject({ seq: 1, holds: true });
}, 60_000);

it('a policy that does not parse stops every command, and says where it stands', async () => {
  mkdirSync(at('data/governance'), { recursive: true });
  file('data/governance/own.cedar', 'permit (principal, action, resource)\nwhen { ;');
  expect((await gemel('audit', 'head')).code).toBe(3);
  expect(told()).toMatch(/govern-policy-invalid.*own\.cedar:2/);
  file('data/governance/own.cedar', '');
  file('data/governance/settings.json', '{"implied": ["CARE"]}');
  expect((await gemel('audit', 'head')).code).toBe(3);
  expect(told()).toContain('govern-settings-invalid');
});
