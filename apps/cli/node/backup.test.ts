import { existsSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { commandLine } from './fixtures/command-line.ts';

const at = commandLine();
afterEach(() => vi.unstubAllEnvs());
const message = [
  'MSH|^~\\&|ADT|HOSP|G|H|20240131080000+0000||ADT^A01|M1|P|2.5.1',
  'PID|1||p1^^^&1.2.3&ISO^MR||Doe^Jane',
  'PV1|1|I|W^1^A^HOSP||||||||||||||||V1^^^&1.2.9&ISO',
].join('\r');

test('a data folder is backed up and restored, and neither overwrites anything', async () => {
  const data = ['--data', at.at('data')];
  const again = ['--data', at.at('again')];
  expect(await at.gemel(...data, 'import', at.file('adt.hl7', message))).toMatchObject({ code: 0 });
  expect((await at.gemel(...data, 'backup', at.at('copy'))).code).not.toBe(0);
  expect((await at.gemel(...data, 'backup', at.at('copy'), '--with-key', '--without-key')).code).not.toBe(0);
  expect(at.told()).toMatch(/store-backup-key/);
  expect(existsSync(at.at('copy'))).toBe(false);
  const backup = await at.gemel(...data, 'backup', at.at('copy'), '--key', at.at('apart.key'), '--json');
  expect(backup.code).toBe(0);
  const { log } = JSON.parse(backup.out) as { log: { entries: number } };
  expect(log.entries).toBeGreaterThan(0);
  expect((await at.gemel(...again, 'restore', at.at('copy'), '--key', at.at('apart.key'))).out).toContain(
    `${log.entries} entries as of `,
  );
  expect((await at.gemel(...again, '--at', '2024-01-31T09:00:00Z', 'census')).out).toContain('1 present');
  expect((await at.gemel(...again, 'restore', at.at('copy'), '--key', at.at('apart.key'))).code).not.toBe(0);
  expect(at.told()).toMatch(/store-backup-place/);
});

test('a log on a server is left to the means of the server', async () => {
  vi.stubEnv('GEMEL_DATABASE_URL', 'postgresql://gemel:SECRET@127.0.0.1:1/gemel');
  expect((await at.gemel('--data', at.at('none'), 'backup', at.at('nowhere'), '--with-key')).code).toBe(2);
  expect(at.told()).toMatch(/pg_dump/);
  expect(existsSync(at.at('nowhere'))).toBe(false);
});
