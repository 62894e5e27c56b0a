import { existsSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { commandLine } from './fixtures/command-line.ts';
import { main } from './main.ts';

const at = commandLine();
const oru = (stamp: string) =>
  [
    'MSH|^~\\&|LAB|HOSP|GEMEL|HERE|20240131||ORU^R01|M1|P|2.5.1',
    'PID|1||123^^^HOSP&1.2.3&ISO^MR||Doe^Jane',
    'OBR|1|P1|F1|24321-2^Panel^LN',
    `OBX|1|NM|2345-7^Glucose^LN||5.4|mmol/L^^UCUM|||||F|||${stamp}`,
  ].join('\r');

test('gemel serve --mllp takes what gemel send sends; what it refuses is listed, shown, mended and replayed', async () => {
  const data = ['--data', at.at('data')];
  const address = at.at('address.json');
  const stop = new AbortController();
  const served = main([...data, 'serve', '--port', '0', '--mllp', '0', '--json', '--out', address], stop.signal);
  while (!existsSync(address) || readFileSync(address, 'utf8') === '') await setTimeout(20);
  const { mllp } = JSON.parse(readFileSync(address, 'utf8'));
  const to = ['--mllp', `127.0.0.1:${mllp}`];
  try {
    const good = await at.gemel('send', 'oru', at.file('good.hl7', oru('20240131113000+0100')), ...to);
    expect(good).toMatchObject({ code: 0, out: expect.stringContaining('1 acknowledged as taken') });
    const bad = await at.gemel('send', 'oru', at.file('bad.hl7', oru('20240131113000')), ...to);
    expect(bad.code).toBe(3);
    expect(at.told()).toMatch(/cli-message-refused[\s\S]*OBX-14/);
    const fhir = JSON.stringify({ resourceType: 'Patient', id: 'p', gender: 'female', birthDate: '1970-01-02' });
    expect((await at.gemel('send', 'adt', at.file('patient.json', fhir), ...to)).code).toBe(0);
    expect((await at.gemel('send', 'oru', at.at('patient.json'), ...to)).code).not.toBe(0);
  } finally {
    stop.abort();
    await served;
  }
  const [waiting] = JSON.parse((await at.gemel(...data, '--json', 'quarantine', 'list')).out);
  expect(waiting).toMatchObject({ problems: [{ code: 'exchange-zone-missing' }] });
  expect((await at.gemel(...data, 'quarantine', 'replay', waiting.id)).code).toBe(3);
  await at.gemel(...data, 'quarantine', 'show', waiting.id);
  const mended = at.file('mended.hl7', oru('20240131114500+0100'));
  expect((await at.gemel(...data, 'quarantine', 'replay', waiting.id, '--with', mended)).code).toBe(0);
  expect(JSON.parse((await at.gemel(...data, '--json', 'quarantine', 'list')).out)).toEqual([]);
});
