import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ANNA, BEN, type Served, serve } from './served.fixture.ts';

/** A provider outside: its discovery document and keys, as a hospital's log-in has them. */
let provider: Server;
let issuer: string;
let served: Served;
let base: string;
let asked: string[] = [];
const pairs: Awaited<ReturnType<typeof generateKeyPair>>[] = [];

beforeAll(async () => {
  pairs.push(...(await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')])));
  provider = createServer(async (request, answer) => {
    asked.push(request.url!);
    answer.setHeader('content-type', 'application/json');
    if (request.url === '/.well-known/openid-configuration')
      answer.end(JSON.stringify({ issuer, jwks_uri: `${issuer}/keys` }));
    else
      answer.end(JSON.stringify({ keys: [{ ...(await exportJWK(pairs[0]!.publicKey)), alg: 'RS256', kid: 'one' }] }));
  });
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  served = await serve({
    environment: {
      GEMEL_AUTH: 'outside',
      GEMEL_ISSUER: issuer,
      GEMEL_AUDIENCE: 'gemel',
      GEMEL_PRIVATE_HOSTS: new URL(issuer).host,
    },
  });
  base = served.server.url;
});
afterAll(async () => {
  await served.close();
  provider.close();
});

const claims = (): JWTPayload => ({
  iss: issuer,
  aud: 'gemel',
  sub: 'u-1',
  name: 'Dr Outside',
  roles: ['clinician'],
  scope: 'openid user/*.rs',
  exp: Math.floor(Date.now() / 1000) + 300,
});
const token = (change: JWTPayload = {}, { key = 0, alg = 'RS256', typ = 'at+jwt' } = {}) =>
  new SignJWT({ ...claims(), ...change }).setProtectedHeader({ alg, kid: 'one', typ }).sign(pairs[key]!.privateKey);
const get = async (path: string, bearer: string) => {
  const response = await fetch(base + path, { headers: { authorization: `Bearer ${bearer}` } });
  return { status: response.status, body: await response.json() };
};
const twin = (subject: string) => `/api/twins/${encodeURIComponent(subject)}`;

describe('tokens of a provider outside', () => {
  test('let in whom it says, by its discovery and its keys', async () => {
    const good = await token();
    expect((await get(twin(ANNA), good)).status).toBe(200);
    expect((await get('/api/session', good)).body).toMatchObject({ name: 'Dr Outside', roles: ['clinician'] });
  });

  test('are checked once, and remembered until they expire', async () => {
    const good = await token({ jti: 'seen-often' });
    await get(twin(ANNA), good);
    asked = [];
    for (let i = 0; i < 5; i++) expect((await get(twin(ANNA), good)).status).toBe(200);
    expect(asked).toEqual([]);
    served.pass(301_000);
    expect(await get(twin(ANNA), good)).toMatchObject({ status: 401, body: { code: 'server-token-expired' } });
    served.pass(-301_000);
  });

  test('reach the person of their launch alone, and none where that person is not here', async () => {
    const launched = await token({ scope: 'patient/*.rs', patient: 'anna' });
    expect((await get(twin(ANNA), launched)).status).toBe(200);
    expect((await get(twin(BEN), launched)).status).toBe(403);
    const nobody = await token({ scope: 'patient/*.rs', patient: 'nobody' });
    expect((await get(twin(ANNA), nobody)).status).toBe(403);
  });

  test('open what their scopes say and no more', async () => {
    expect((await get(twin(ANNA), await token({ scope: 'openid profile' }))).status).toBe(403);
    expect((await get(twin(ANNA), await token({ scope: 42 as never }))).status).toBe(403);
    const written = await fetch(`${base}/api/import?name=a.json`, {
      method: 'POST',
      body: '{}',
      headers: { authorization: `Bearer ${await token()}` },
    });
    expect(written.status).toBe(403);
  });

  test.each<[string, () => Promise<string>, string?]>([
    ['another issuer', () => token({ iss: 'https://evil.example' })],
    ['another audience', () => token({ aud: 'another' })],
    ['no audience', () => token({ aud: undefined as never })],
    ['an end that is past', () => token({ exp: Math.floor(Date.now() / 1000) - 5 }), 'server-token-expired'],
    ['no end', () => token({ exp: undefined as never })],
    ['a beginning to come', () => token({ nbf: Math.floor(Date.now() / 1000) + 300 })],
    ['another key', () => token({}, { key: 1 })],
    ['the mark of an identity token', () => token({ nonce: 'n' })],
    [
      'no signature',
      async () =>
        `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims())).toString('base64url')}.`,
    ],
    [
      'a changed claim',
      async () => {
        const [head, , signature] = (await token()).split('.');
        return `${head}.${Buffer.from(JSON.stringify({ ...claims(), scope: 'user/*.cruds' })).toString('base64url')}.${signature}`;
      },
    ],
    [
      'a secret made of its public key',
      async () => {
        const { n } = await exportJWK(pairs[0]!.publicKey);
        return new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', kid: 'one' }).sign(new TextEncoder().encode(n));
      },
    ],
  ])('with %s are refused', async (_, make, code = 'server-token-invalid') => {
    expect(await get(twin(ANNA), await make())).toMatchObject({ status: 401, body: { code } });
  });
});

test('a discovery document that names another issuer is not believed', async () => {
  const liar = createServer((_request, answer) => {
    answer.setHeader('content-type', 'application/json');
    answer.end(JSON.stringify({ issuer: 'https://other.example', jwks_uri: `${issuer}/keys` }));
  });
  await new Promise<void>((resolve) => liar.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(liar.address() as AddressInfo).port}`;
  const other = await serve({
    environment: {
      GEMEL_AUTH: 'outside',
      GEMEL_ISSUER: address,
      GEMEL_AUDIENCE: 'gemel',
      GEMEL_PRIVATE_HOSTS: new URL(address).host,
    },
  });
  try {
    const response = await fetch(`${other.server.url}/api/twins`, {
      headers: { authorization: `Bearer ${await token({ iss: address })}` },
    });
    expect([response.status, (await response.json()).code]).toEqual([401, 'server-token-invalid']);
  } finally {
    await other.close();
    liar.close();
  }
});
