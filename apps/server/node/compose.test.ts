import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfiguration, SETTINGS } from './configuration.ts';

const root = join(import.meta.dirname, '../../..');
const compose = readFileSync(join(root, 'compose.yaml'), 'utf8');
const settings = Object.fromEntries(
  [...compose.matchAll(/^ +(GEMEL_\w+): (.*)$/gm)].map(([, name, value]) => [name, value]),
);

test('compose.yaml sets only settings that there are, and the server takes them', () => {
  const ofLog = ['GEMEL_DATABASE_URL', 'GEMEL_MASTER_KEY'];
  expect(Object.keys(settings).filter((name) => !(name in SETTINGS))).toEqual(ofLog);
  expect(settings.GEMEL_DATABASE_URL).toMatch(/^postgresql:\/\/gemel:\$\{POSTGRES_PASSWORD\}@database:5432\/gemel$/);
  expect(settings.GEMEL_MASTER_KEY).toMatch(/^\$\{GEMEL_MASTER_KEY:\?/);
  const read = readConfiguration(settings, (file) => `${file} as PEM`);
  expect(read).toMatchObject({ auth: { kind: 'embedded' }, host: '0.0.0.0', tls: { key: '/tls/key.pem as PEM' } });
});

test('the Dockerfile starts a program that there is', () => {
  const program = /"(apps\/[^"]+)"/.exec(readFileSync(join(root, 'Dockerfile'), 'utf8'))![1]!;
  expect(existsSync(join(root, program))).toBe(true);
});
