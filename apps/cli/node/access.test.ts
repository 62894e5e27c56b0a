import { generateKeyPairSync } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandLine } from './fixtures/command-line.ts';

const at = commandLine();
const data = ['--data', at.at('data'), '--json'];

test('gemel user: people are added, closed, opened and given new passwords', async () => {
  const added = await at.gemel(...data, 'user', 'add', 'ada', '--role', 'clinician', '--title', 'Dr Ada Stern');
  expect(added.code).toBe(0);
  expect(JSON.parse(added.out)).toMatchObject({
    name: 'ada',
    roles: ['clinician'],
    password: expect.stringMatching(/^.{24}$/),
  });
  expect(statSync(join(at.at('data'), 'access', 'access.db')).mode & 0o777).toBe(0o600);
  const known = at.file('password', 'a password of a file\n');
  expect((await at.gemel(...data, 'user', 'password', 'ada', '--password-file', known)).out).not.toContain(
    'password of a file',
  );
  expect((await at.gemel(...data, 'user', 'disable', 'ada')).code).toBe(0);
  expect(JSON.parse((await at.gemel(...data, 'user', 'list')).out)).toMatchObject([{ name: 'ada', disabled: true }]);
  expect((await at.gemel(...data, 'user', 'enable', 'ada')).code).toBe(0);
});

test('gemel user refuses with a code what cannot be', async () => {
  const refused = async (...args: string[]) => (await at.gemel(...data, 'user', ...args)).code;
  expect(await refused('add', 'ada', '--role', 'clinician')).not.toBe(0);
  expect(await refused('add', 'eve', '--role', 'king')).not.toBe(0);
  expect(await refused('add', 'eve', '--role', 'clinician', '--password-file', at.file('short', 'short'))).not.toBe(0);
  expect(await refused('password', 'nobody')).not.toBe(0);
  expect(await refused('disable', 'nobody')).not.toBe(0);
  expect(at.told()).toMatch(/server-user/);
});

test('gemel client: apps and programs are registered and taken away', async () => {
  const app = await at.gemel(
    ...data,
    'client',
    'add',
    'chart',
    '--scope',
    'launch patient/*.rs',
    '--redirect',
    'https://app.example/done',
  );
  expect(JSON.parse(app.out)).toMatchObject({ id: 'chart', proof: 'none', scopes: ['launch', 'patient/*.rs'] });
  const secret = await at.gemel(
    ...data,
    'client',
    'add',
    'registry',
    '--scope',
    'patient/*.rs',
    '--redirect',
    'https://r.example/done',
    '--secret',
  );
  expect(JSON.parse(secret.out).secret).toMatch(/^[\w-]{43}$/);
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const keys = at.file(
    'keys.json',
    JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), alg: 'ES384', kid: '1' }] }),
  );
  const program = await at.gemel(
    ...data,
    'client',
    'add',
    'exporter',
    '--scope',
    'system/*.rs',
    '--jwks',
    keys,
    '--role',
    'researcher',
  );
  expect(JSON.parse(program.out)).toMatchObject({ proof: 'key', roles: ['researcher'] });
  expect((await at.gemel(...data, 'client', 'remove', 'registry')).code).toBe(0);
  const listed = await at.gemel(...data, 'client', 'list');
  expect(JSON.parse(listed.out).map(({ id }: { id: string }) => id)).toEqual(['chart', 'exporter']);
  expect(listed.out).not.toContain('"secret"');
});

test.each<[string, string[]]>([
  ['a scope that is none', ['--scope', 'everything', '--redirect', 'https://a.example']],
  ['an address that is not by https', ['--scope', 'patient/*.rs', '--redirect', 'http://a.example']],
  ['no address', ['--scope', 'patient/*.rs']],
  ['system scopes without a key', ['--scope', 'system/*.rs', '--secret']],
  ['a secret and keys', ['--scope', 'system/*.rs', '--secret', '--jwks-url', 'https://a.example/jwks']],
  ['keys that are no keys', ['--scope', 'system/*.rs', '--jwks', at.file('no-keys.json', '{"keys":[]}')]],
  [
    'a private key',
    ['--scope', 'system/*.rs', '--jwks', at.file('private.json', '{"keys":[{"kty":"EC","crv":"P-384","d":"x"}]}')],
  ],
  ['a file that is not JSON', ['--scope', 'system/*.rs', '--jwks', at.file('text.json', 'keys')]],
])('gemel client add refuses %s', async (_, args) => {
  expect((await at.gemel(...data, 'client', 'add', 'wrong', ...args)).code).not.toBe(0);
});
