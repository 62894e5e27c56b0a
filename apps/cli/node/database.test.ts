import { existsSync, readdirSync } from 'node:fs';
import { postgresAbsent, testDatabase } from '@gemel/store/node/test-postgres';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { commandLine } from './fixtures/command-line.ts';
import { openPlace } from './place.ts';
import { Shell } from './shell.ts';

const absent = postgresAbsent();

describe.skipIf(absent !== null)(`a log on PostgreSQL${absent === null ? '' : ` (skipped: ${absent})`}`, () => {
  const at = commandLine();
  const database = testDatabase();
  afterAll(() => database.drop());
  afterEach(() => vi.unstubAllEnvs());
  const message = [
    'MSH|^~\\&|ADT|HOSP|G|H|20240131080000+0000||ADT^A01|M1|P|2.5.1',
    'EVN||20240131080000+0000',
    'PID|1||p1^^^&1.2.3&ISO^MR||Doe^Jane',
    'PV1|1|I|W^1^A^HOSP||||||||||||||||V1^^^&1.2.9&ISO',
  ].join('\r');

  test('GEMEL_DATABASE_URL puts the log on the server; the folder keeps the key', async () => {
    vi.stubEnv('GEMEL_DATABASE_URL', await database.empty());
    const data = ['--data', at.at('data')];
    expect(await at.gemel(...data, 'import', at.file('adt.hl7', message))).toMatchObject({ code: 0 });
    expect((await at.gemel(...data, '--at', '2024-01-31T09:00:00Z', 'census')).out).toContain('1 present');
    expect(existsSync(at.at('data/gemel.sqlite'))).toBe(false);
    const doctor = await at.gemel(...data, '--json', 'doctor');
    const [log] = (JSON.parse(doctor.out) as { check: string; state: string; says: string }[]).filter(
      ({ check }) => check === 'log',
    );
    expect(log).toMatchObject({ state: 'well', says: expect.stringMatching(/^postgresql:.* entries of 1 subjects/) });
    expect(at.told()).not.toMatch(/gemel:gemel@/);
  });

  test('a command that has a folder of its own leaves the server alone', async () => {
    vi.stubEnv('GEMEL_DATABASE_URL', await database.empty());
    const shell = new Shell({ seed: 1, data: at.at('data') }, new AbortController().signal);
    const { world } = await openPlace(shell, null, at.at('own'));
    await world.close();
    expect(existsSync(at.at('own/gemel.sqlite'))).toBe(true);
  });

  test('an address that nobody answers, or that is none, is an error with a code and without the password', async () => {
    vi.stubEnv('GEMEL_DATABASE_URL', 'postgresql://gemel:SECRET@127.0.0.1:1/gemel');
    expect((await at.gemel('--data', at.at('none'), 'census')).code).not.toBe(0);
    expect(at.told()).toMatch(/store-server-unreachable/);
    vi.stubEnv('GEMEL_DATABASE_URL', 'mysql://gemel:SECRET@127.0.0.1/gemel');
    expect((await at.gemel('--data', at.at('none'), 'census')).code).not.toBe(0);
    expect(at.told()).toMatch(/store-server-url/);
    expect(at.told()).not.toMatch(/SECRET/);
    expect(existsSync(at.at('none')) ? readdirSync(at.at('none')) : []).not.toContain('gemel.sqlite');
  });
});
