import { existsSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { commandLine } from './fixtures/command-line.ts';
import { main } from './main.ts';

const at = commandLine();
const rows = (unit: string) =>
  ['time,code,value,unit', `2024-01-31T11:30:00Z,2345-7,100,${unit}`, '2024-01-31T11:35:00Z,2345-7,104,mg/dL', ''].join(
    '\n',
  );

test('gemel serve --mqtt takes what known devices send; what is refused is mended and replayed, or discarded', async () => {
  const data = ['--data', at.at('data')];
  const added = await at.gemel(...data, '--json', 'devices', 'add', 'meter', '--subject', 'p1');
  const secret = at.file('token', JSON.parse(added.out).token);
  expect(JSON.parse((await at.gemel(...data, '--json', 'devices', 'list')).out)).toEqual([
    { name: 'meter', subjects: ['p1'], devices: ['meter'] },
  ]);
  const address = at.at('address.json');
  const stop = new AbortController();
  const served = main([...data, 'serve', '--port', '0', '--mqtt', '0', '--json', '--out', address], stop.signal);
  while (!existsSync(address) || readFileSync(address, 'utf8') === '') await setTimeout(20);
  const broker = ['--broker', `mqtt://127.0.0.1:${JSON.parse(readFileSync(address, 'utf8')).mqtt}`];
  const known = [...broker, '--user', 'meter', '--password-file', secret, '--device', 'meter'];
  try {
    const good = await at.gemel('send', 'mqtt', at.file('good.csv', rows('mg/dL')), ...known, '--subject', 'p1');
    expect(good).toMatchObject({ code: 0, out: expect.stringContaining('2 values in 1 messages acknowledged') });
    for (const unit of ['mg', 'kg']) {
      const bad = at.file('bad.csv', rows(unit));
      expect((await at.gemel('send', 'mqtt', bad, ...known, '--subject', 'p1')).code).toBe(0);
    }
    const another = await at.gemel('send', 'mqtt', at.at('good.csv'), ...known, '--subject', 'p2');
    expect(another.code).not.toBe(0);
    const stranger = await at.gemel('send', 'mqtt', at.at('good.csv'), ...broker, '--subject', 'p1');
    expect(stranger.code).not.toBe(0);
    expect(at.told()).toMatch(/cli-peer-unreachable/);
  } finally {
    stop.abort();
    await served;
  }
  const [first, second] = JSON.parse((await at.gemel(...data, '--json', 'quarantine', 'list')).out);
  expect(first).toMatchObject({
    feed: 'mqtt',
    topic: 'twins/p1/meter/values',
    problems: [{ code: 'admit-unit-dimension' }],
  });
  const mended = at.file('mended.csv', rows('mg/dL'));
  expect((await at.gemel(...data, 'quarantine', 'replay', first.id, '--with', mended)).code).toBe(0);
  expect((await at.gemel(...data, 'quarantine', 'discard', second.id, '--reason', 'the same again')).code).toBe(0);
  expect(JSON.parse((await at.gemel(...data, '--json', 'quarantine', 'list')).out)).toEqual([]);
  expect((await at.gemel(...data, 'devices', 'remove', 'meter')).code).toBe(0);
  expect((await at.gemel(...data, 'devices', 'remove', 'meter')).code).not.toBe(0);
});

test('a broker that others can reach needs TLS and devices it knows', async () => {
  const open = await at.gemel(
    '--data',
    at.at('other'),
    'serve',
    '--port',
    '0',
    '--mqtt',
    '0',
    '--mqtt-host',
    '0.0.0.0',
  );
  expect(open.code).not.toBe(0);
  expect(at.told()).toMatch(/cli-usage[\s\S]*--mqtt-key/);
});

test('a broker outside that is not there ends the command', async () => {
  const nobody = ['--mqtt-broker', 'mqtt://127.0.0.1:9'];
  const served = await at.gemel('--data', at.at('third'), 'serve', '--port', '0', ...nobody);
  expect(served.code).not.toBe(0);
  expect(at.told()).toMatch(/cli-peer-unreachable[\s\S]*--mqtt-broker/);
});
