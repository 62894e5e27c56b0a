import { createHash } from 'node:crypto';
import { createLocalJWKSet, exportJWK, generateKeyPair, type JSONWebKeySet, jwtVerify, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ANNA,
  type Authorization,
  authorization,
  BEN,
  PASSWORD,
  type Served,
  serve,
  tokenRequest,
  Visitor,
} from './served.fixture.ts';

const APP = { client: 'growth-chart', redirect: 'https://app.example/done' } as const;
let served: Served;
let base: string;

beforeAll(async () => {
  served = await serve();
  base = served.server.url;
  const { clients, users } = served.access;
  const app = {
    title: 'Growth chart',
    proof: 'none',
    keys: null,
    keysAddress: null,
    roles: [],
    purpose: 'TREAT',
  } as const;
  const scopes = ['openid', 'fhirUser', 'launch', 'launch/patient', 'offline_access', 'patient/*.rs', 'user/*.rs'];
  await clients.add({
    ...app,
    id: APP.client,
    redirects: [APP.redirect],
    launch: 'https://app.example/launch',
    scopes,
  });
  await users.add(
    { name: 'anna', title: 'Anna Sommer', roles: ['patient'], fhirUser: 'Patient/anna', subject: ANNA },
    PASSWORD,
  );
});
afterAll(() => served.close());

/** Goes through an authorization as a logged-in person who agrees; the code and what came with it. */
async function agreed(visitor: Visitor, asked: Authorization, person?: string) {
  const { path, verifier } = authorization(base, asked);
  const { at, response } = await visitor.follow(path);
  if (at.startsWith(asked.redirect) || new URL(at).pathname === '/launch')
    return { verifier, back: new URL(at), page: '' };
  const page = await response.text();
  const form = /name="form" value="([^"]+)"/.exec(page)?.[1];
  if (form === undefined) throw new Error(`${response.status} ${page}`);
  const posted = await visitor.form(at, { form, answer: 'allow', ...(person === undefined ? {} : { person }) });
  const { at: end } = await visitor.follow(posted.headers.get('location')!);
  return { verifier, back: new URL(end), page };
}

const tokenFor = (asked: Authorization, verifier: string, code: string) =>
  tokenRequest(base, {
    grant_type: 'authorization_code',
    client_id: asked.client,
    code,
    redirect_uri: asked.redirect,
    code_verifier: verifier,
  });

/** A browser with a session; how one is got is told in log-in.test.ts. */
async function loggedIn(name = 'doctor'): Promise<Visitor> {
  const visitor = new Visitor(base);
  visitor.cookies.set('gemel', served.access.sessions.begin(served.access.users.get(name)!));
  return visitor;
}

async function standalone(scope = 'openid fhirUser launch/patient offline_access patient/*.rs', person = 'anna') {
  const asked = { ...APP, scope };
  const { verifier, back, page } = await agreed(await loggedIn(), asked, person);
  const { status, body } = await tokenFor(asked, verifier, back.searchParams.get('code')!);
  expect(status, JSON.stringify(body)).toBe(200);
  return { ...body, page };
}

const read = (path: string, token: string) =>
  fetch(`${base}${path}`, { headers: { authorization: `Bearer ${token}` } });
const twin = (subject: string) => `/api/twins/${encodeURIComponent(subject)}`;

describe('SMART App Launch', () => {
  test('says where everything is, under the FHIR base and to any origin', async () => {
    const response = await fetch(`${base}/fhir/.well-known/smart-configuration`, {
      headers: { origin: 'https://app.example' },
    });
    expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example');
    const found = await response.json();
    expect(found).toMatchObject({ issuer: base, code_challenge_methods_supported: ['S256'] });
    expect(found.capabilities).toEqual(
      expect.arrayContaining(['launch-ehr', 'launch-standalone', 'permission-v1', 'permission-v2']),
    );
    const openid = await (await fetch(`${base}/.well-known/openid-configuration`)).json();
    expect(openid).toMatchObject({
      issuer: base,
      token_endpoint: found.token_endpoint,
      authorization_endpoint: found.authorization_endpoint,
    });
    expect((await (await fetch(found.jwks_uri)).json()).keys).toHaveLength(2);
  });

  test('standalone: log in, choose a person, agree in plain words, and read that person alone', async () => {
    const token = await standalone();
    expect(token.page).toContain('Growth chart asks to');
    expect(token.page).toContain('Read and search all data of the chosen person');
    expect(token.page).toContain('<option value="ben">Ben Keller</option>');
    expect(token).toMatchObject({ token_type: 'Bearer', patient: 'anna', need_patient_banner: true, expires_in: 3600 });
    expect(token.scope.split(' ').sort()).toEqual([
      'fhirUser',
      'launch/patient',
      'offline_access',
      'openid',
      'patient/*.rs',
    ]);
    expect((await read(twin(ANNA), token.access_token)).status).toBe(200);
    expect((await read(twin(BEN), token.access_token)).status).toBe(403);
    const list = await (await read('/api/twins', token.access_token)).json();
    expect(list.map(({ subject }: { subject: string }) => subject)).toEqual([ANNA]);
  });

  test('the identity token is signed, and says who agreed', async () => {
    const { id_token } = await standalone();
    const keys = (await (await fetch(`${base}/oauth/jwks`)).json()) as JSONWebKeySet;
    const { payload, protectedHeader } = await jwtVerify(id_token!, createLocalJWKSet(keys), {
      issuer: base,
      audience: APP.client,
    });
    expect(protectedHeader.alg).toBe('RS256');
    expect(payload).toMatchObject({ sub: 'doctor', fhirUser: `${base}/fhir/Practitioner/ada` });
  });

  test('EHR launch: the person of the open record, without being chosen; the handle holds once', async () => {
    const visitor = await loggedIn();
    const context = { subject: BEN, encounter: 'e1', needPatientBanner: false, intent: 'reconcile' };
    const launch = served.access.launches.begin('doctor', context);
    const asked = { ...APP, scope: 'launch patient/Observation.rs', launch };
    const { verifier, back } = await agreed(visitor, asked);
    const { body } = await tokenFor(asked, verifier, back.searchParams.get('code')!);
    expect(body).toMatchObject({ patient: 'ben', encounter: 'e1', intent: 'reconcile', need_patient_banner: false });
    expect(back.searchParams.get('state')).toBe('state-of-the-app');
    const again = await visitor.follow(authorization(base, asked).path);
    expect(new URL(again.at).searchParams.get('error')).toBe('invalid_request');
  });

  test('a launch that somebody else began gives no context', async () => {
    const launch = served.access.launches.begin('somebody', {
      subject: BEN,
      encounter: null,
      needPatientBanner: true,
      intent: null,
    });
    const asked = { ...APP, scope: 'launch patient/*.rs', launch };
    const { back } = await agreed(await loggedIn(), asked, 'anna');
    expect(back.searchParams.get('error')).toBe('invalid_request');
    expect(back.searchParams.get('code')).toBeNull();
  });

  test('the web app of this server is launched without being asked, as it is its own', async () => {
    const launch = served.access.launches.begin('doctor', {
      subject: ANNA,
      encounter: null,
      needPatientBanner: true,
      intent: null,
    });
    const asked = {
      client: 'gemel-web',
      redirect: `${base}/launch`,
      scope: 'openid fhirUser launch online_access patient/*.cruds',
      launch,
    };
    const { verifier, back, page } = await agreed(await loggedIn(), asked);
    expect(page).toBe('');
    const { body } = await tokenFor(asked, verifier, back.searchParams.get('code')!);
    expect(body).toMatchObject({ patient: 'anna', scope: expect.stringContaining('patient/*.cruds') });
    expect(await (await read('/api/session', body.access_token)).json()).toMatchObject({
      patient: ANNA,
      name: 'Dr Ada Stern',
    });
  });

  test('SMART 1 scopes are granted as they were asked for', async () => {
    const token = await standalone('launch/patient patient/*.read');
    expect(token.scope.split(' ')).toContain('patient/*.read');
    expect((await read(twin(ANNA), token.access_token)).status).toBe(200);
  });

  test('no more is granted than the client was registered for, and it is said what is not', async () => {
    const token = await standalone('launch/patient patient/*.cruds system/*.rs');
    expect(token.scope.split(' ').sort()).toEqual(['launch/patient', 'patient/*.rs']);
    expect(token.page).toContain('It also asked for, and does not get');
    const simulate = await fetch(`${base}/api/import?name=a.json`, {
      method: 'POST',
      body: '{}',
      headers: { authorization: `Bearer ${token.access_token}` },
    });
    expect(simulate.status).toBe(403);
  });

  test('a patient can give away their own data alone', async () => {
    const asked = { ...APP, scope: 'launch/patient patient/*.rs user/*.rs' };
    const { verifier, back, page } = await agreed(await loggedIn('anna'), asked, 'anna');
    expect(page).not.toContain('Ben Keller');
    const { body } = await tokenFor(asked, verifier, back.searchParams.get('code')!);
    expect(body.scope.split(' ').sort()).toEqual(['launch/patient', 'patient/*.rs']);
    expect((await read(twin(BEN), body.access_token)).status).toBe(403);
    const other = await agreed(await loggedIn('anna'), asked, 'ben').catch((error: Error) => error);
    expect(other).toBeInstanceOf(Error);
  });

  test('a granular scope opens no twin', async () => {
    const token = await standalone('launch/patient patient/Observation.rs?category=laboratory');
    expect((await read(twin(ANNA), token.access_token)).status).toBe(403);
    expect((await read(`${twin(ANNA)}/quality`, token.access_token)).status).toBe(403);
  });

  test('refusing gives the app an error and nothing else', async () => {
    const visitor = await loggedIn();
    const { at, response } = await visitor.follow(
      authorization(base, { ...APP, scope: 'launch/patient patient/*.rs' }).path,
    );
    const form = await visitor.formToken(response);
    const posted = await visitor.form(at, { form, answer: 'deny' });
    const end = new URL((await visitor.follow(posted.headers.get('location')!)).at);
    expect(end.searchParams.get('error')).toBe('access_denied');
  });
});

describe('an authorization is refused', () => {
  const asked = { ...APP, scope: 'launch/patient patient/*.rs' };
  const outcome = async (change: Partial<Authorization>) => {
    const { at, response } = await (await loggedIn()).follow(authorization(base, { ...asked, ...change }).path);
    const { searchParams, hash } = new URL(at, base);
    const error = searchParams.get('error') ?? new URLSearchParams(hash.slice(1)).get('error');
    return { error, status: response.status, at: new URL(at, base).href };
  };

  test('without PKCE, or with plain PKCE', async () => {
    expect((await outcome({ more: { code_challenge: '', code_challenge_method: '' } })).error).toBe('invalid_request');
    expect((await outcome({ more: { code_challenge_method: 'plain' } })).error).toBe('invalid_request');
  });
  test('for another server', async () => {
    expect((await outcome({ more: { aud: 'https://other.example/fhir' } })).error).toBe('invalid_request');
    expect((await outcome({ more: { aud: '' } })).error).toBe('invalid_request');
  });
  test('to an address that is not registered: nothing is sent there', async () => {
    const { at, status } = await outcome({ redirect: 'https://evil.example/done' });
    expect([at.startsWith(base), status]).toEqual([true, 400]);
  });
  test('of a client that is not registered', async () => {
    expect((await outcome({ client: 'nobody' })).status).toBe(400);
  });
  test('for an implicit or hybrid answer', async () => {
    expect((await outcome({ more: { response_type: 'token' } })).error).toBe('unsupported_response_type');
  });
});

describe('a code', () => {
  const asked = { ...APP, scope: 'openid launch/patient offline_access patient/*.rs' };

  test('holds once: the second use ends what the first gave', async () => {
    const { verifier, back } = await agreed(await loggedIn(), asked, 'anna');
    const code = back.searchParams.get('code')!;
    const first = await tokenFor(asked, verifier, code);
    expect(first.status).toBe(200);
    expect((await read(twin(ANNA), first.body.access_token)).status).toBe(200);
    expect(await tokenFor(asked, verifier, code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect((await read(twin(ANNA), first.body.access_token)).status).toBe(401);
  });

  test('is taken by one of several who use it at the same moment', async () => {
    const { verifier, back } = await agreed(await loggedIn(), asked, 'anna');
    const code = back.searchParams.get('code')!;
    const all = await Promise.all(Array.from({ length: 8 }, () => tokenFor(asked, verifier, code).catch(() => null)));
    expect(all.filter((each) => each?.status === 200).length).toBeLessThanOrEqual(1);
  });

  test('is worth nothing without the verifier that belongs to it', async () => {
    const { back } = await agreed(await loggedIn(), asked, 'anna');
    expect(await tokenFor(asked, 'x'.repeat(43), back.searchParams.get('code')!)).toMatchObject({ status: 400 });
  });
});

describe('a token', () => {
  const introspect = async (token: string) => {
    const body = new URLSearchParams({ token, client_id: APP.client });
    return (await (await fetch(`${base}/oauth/introspect`, { method: 'POST', body })).json()) as Record<
      string,
      unknown
    >;
  };

  test('is refreshed, with the same person; a refresh token used twice ends them all', async () => {
    const first = await standalone();
    const refresh = (token: string) =>
      tokenRequest(base, { grant_type: 'refresh_token', client_id: APP.client, refresh_token: token });
    const second = await refresh(first.refresh_token!);
    expect(second.body).toMatchObject({ patient: 'anna', scope: expect.stringContaining('patient/*.rs') });
    expect((await read(twin(ANNA), second.body.access_token)).status).toBe(200);
    expect((await refresh(first.refresh_token!)).status).toBe(400);
    expect((await read(twin(ANNA), second.body.access_token)).status).toBe(401);
  });

  test('is introspected with its context, and is nothing once revoked', async () => {
    const { access_token } = await standalone();
    expect(await introspect(access_token)).toMatchObject({
      active: true,
      sub: 'doctor',
      patient: 'anna',
      client_id: APP.client,
    });
    const body = new URLSearchParams({ token: access_token, client_id: APP.client });
    expect((await fetch(`${base}/oauth/revoke`, { method: 'POST', body })).status).toBe(200);
    expect(await introspect(access_token)).toEqual({ active: false });
    expect((await read(twin(ANNA), access_token)).status).toBe(401);
  });

  test('ends with the log-out of the person, unless they agreed that it goes on', async () => {
    const visitor = await loggedIn();
    const take = async (scope: string) => {
      const wanted = { ...APP, scope };
      const { verifier, back } = await agreed(visitor, wanted, 'anna');
      return (await tokenFor(wanted, verifier, back.searchParams.get('code')!)).body.access_token;
    };
    const bound = await take('launch/patient patient/*.rs');
    const lasting = await take('launch/patient offline_access patient/*.rs');
    const { formToken } = await (await visitor.get('/api/session')).json();
    expect((await visitor.form('/logout', { form: formToken })).status).toBe(303);
    expect((await read(twin(ANNA), bound)).status).toBe(401);
    expect((await read(twin(ANNA), lasting)).status).toBe(200);
  });

  test('ends when its user or its client is closed', async () => {
    const { access_token } = await standalone();
    served.access.users.setDisabled('doctor', true);
    expect((await read(twin(ANNA), access_token)).status).toBe(401);
    served.access.users.setDisabled('doctor', false);
    expect((await read(twin(ANNA), access_token)).status).toBe(401);
  });

  test('is not kept in the clear', async () => {
    const { access_token, refresh_token } = await standalone();
    const { store } = served.access;
    for (const kind of ['AccessToken', 'RefreshToken']) {
      const text = JSON.stringify(store.list(kind));
      expect(text).toContain(
        createHash('sha256')
          .update(kind === 'AccessToken' ? access_token : refresh_token!)
          .digest('base64url'),
      );
      expect(text).not.toContain(access_token);
      expect(text).not.toContain(refresh_token);
    }
  });
});

test('behind a proxy that speaks TLS, everything is at the address that others reach', async () => {
  const behind = await serve({
    environment: { GEMEL_URL: 'https://twins.example', GEMEL_TRUSTED_PROXIES: '127.0.0.1' },
  });
  try {
    const listening = `http://127.0.0.1:${behind.server.port}`;
    const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'twins.example' };
    const { path } = authorization('https://twins.example', {
      client: 'gemel-web',
      redirect: 'https://twins.example/launch',
      scope: 'launch/patient patient/*.rs',
    });
    const response = await fetch(listening + path, { headers, redirect: 'manual' });
    expect(response.headers.get('location')).toMatch(/^(https:\/\/twins\.example)?\/oauth\/interaction\//);
    for (const cookie of response.headers.getSetCookie()) expect(cookie.toLowerCase()).toContain('; secure');
    const found = await (await fetch(`${listening}/fhir/.well-known/smart-configuration`)).json();
    expect(found.token_endpoint).toBe('https://twins.example/oauth/token');
  } finally {
    await behind.close();
  }
});

describe('confidential clients', () => {
  test('prove themselves by a secret, which is told once and kept as a fingerprint', async () => {
    const { secret } = await served.access.clients.add({
      id: 'registry',
      title: 'Registry',
      proof: 'secret',
      redirects: ['https://registry.example/done'],
      launch: null,
      scopes: ['launch/patient', 'patient/*.rs'],
      keys: null,
      keysAddress: null,
      roles: [],
      purpose: 'TREAT',
    });
    const asked = {
      client: 'registry',
      redirect: 'https://registry.example/done',
      scope: 'launch/patient patient/*.rs',
    };
    const { verifier, back } = await agreed(await loggedIn(), asked, 'anna');
    const fields = {
      grant_type: 'authorization_code',
      code: back.searchParams.get('code')!,
      redirect_uri: asked.redirect,
      code_verifier: verifier,
    };
    const basic = (password: string) => ({
      authorization: `Basic ${Buffer.from(`registry:${password}`).toString('base64')}`,
    });
    expect((await tokenRequest(base, { ...fields, client_id: 'registry' })).status).toBe(401);
    expect((await tokenRequest(base, fields, basic('guessed'))).status).toBe(401);
    expect(await tokenRequest(base, fields, basic(secret!))).toMatchObject({ status: 200, body: { patient: 'anna' } });
    expect(JSON.stringify(served.access.store.list('client'))).not.toContain(secret);
  });
});

describe('Backend Services', () => {
  const assertion = (
    key: CryptoKey,
    alg: string,
    change: Readonly<Record<string, unknown>> = {},
    kid: string | null = alg,
  ) =>
    new SignJWT({
      iss: 'exporter',
      sub: 'exporter',
      aud: `${base}/oauth/token`,
      jti: crypto.randomUUID(),
      exp: Math.floor(Date.now() / 1000) + 200,
      ...change,
    })
      .setProtectedHeader({ alg, typ: 'JWT', ...(kid === null ? {} : { kid }) })
      .sign(key);
  const ask = (jwt: string, scope = 'system/*.rs') =>
    tokenRequest(base, {
      grant_type: 'client_credentials',
      scope,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: jwt,
    });
  let keys: Record<'ES384' | 'RS384' | 'other', CryptoKey>;

  beforeAll(async () => {
    const pairs = await Promise.all([generateKeyPair('ES384'), generateKeyPair('RS384'), generateKeyPair('ES384')]);
    keys = { ES384: pairs[0].privateKey, RS384: pairs[1].privateKey, other: pairs[2].privateKey };
    const jwk = async (i: 0 | 1, alg: string) => ({
      ...(await exportJWK(pairs[i].publicKey)),
      alg,
      kid: alg,
      use: 'sig',
    });
    await served.access.clients.add({
      id: 'exporter',
      title: 'Exporter',
      proof: 'key',
      redirects: [],
      launch: null,
      scopes: ['system/*.rs'],
      keys: { keys: [await jwk(0, 'ES384'), await jwk(1, 'RS384')] },
      keysAddress: null,
      roles: ['clinician'],
      purpose: 'TREAT',
    });
  });

  test.each(['ES384', 'RS384'] as const)('a program proves itself by %s and reads everybody', async (alg) => {
    const { status, body } = await ask(await assertion(keys[alg], alg));
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body).toMatchObject({ scope: 'system/*.rs', expires_in: 300 });
    expect((await read(twin(BEN), body.access_token)).status).toBe(200);
    expect((await read('/api/census', body.access_token)).status).toBe(200);
    // For research nobody here has given their word: the purpose that is stated decides.
    const research = { authorization: `Bearer ${body.access_token}`, 'x-purpose-of-use': 'HRESCH' };
    const refused = await fetch(base + twin(BEN), { headers: research });
    expect([refused.status, (await refused.json()).code]).toEqual([403, 'server-refused']);
    const written = await fetch(`${base}/api/import?name=a.json`, {
      method: 'POST',
      body: '{}',
      headers: { authorization: `Bearer ${body.access_token}` },
    });
    expect(written.status).toBe(403);
  });

  test('a proof holds once', async () => {
    const jwt = await assertion(keys.ES384, 'ES384');
    const both = await Promise.all([ask(jwt), ask(jwt)]);
    expect(both.filter(({ status }) => status === 200)).toHaveLength(1);
    expect((await ask(jwt)).status).toBe(401);
  });

  test('no more than the registered scopes', async () => {
    const { body } = await ask(await assertion(keys.ES384, 'ES384'), 'system/*.cruds patient/*.rs');
    expect(body.scope).toBe('system/*.rs');
  });

  test.each<[string, () => Promise<string>]>([
    ['another key', () => assertion(keys.other, 'ES384')],
    ['no key named', () => assertion(keys.ES384, 'ES384', {}, null)],
    ['another audience', () => assertion(keys.ES384, 'ES384', { aud: 'https://other.example/token' })],
    ['the name of another', () => assertion(keys.ES384, 'ES384', { iss: APP.client, sub: APP.client })],
    ['an hour ahead', () => assertion(keys.ES384, 'ES384', { exp: Math.floor(Date.now() / 1000) + 3600 })],
    ['expired', () => assertion(keys.ES384, 'ES384', { exp: Math.floor(Date.now() / 1000) - 60 })],
    ['no id', () => assertion(keys.ES384, 'ES384', { jti: undefined })],
    [
      'no signature',
      async () =>
        `${Buffer.from('{"alg":"none"}').toString('base64url')}.${(await assertion(keys.ES384, 'ES384')).split('.')[1]}.`,
    ],
  ])('a proof with %s is refused', async (_, make) => {
    const jwt = await make();
    expect((await ask(jwt)).status).toBeGreaterThanOrEqual(400);
  });

  test('a withdrawn program is out at once', async () => {
    const { body } = await ask(await assertion(keys.ES384, 'ES384'));
    served.access.clients.remove('exporter');
    expect((await read(twin(BEN), body.access_token)).status).toBe(401);
  });
});

test('programs cannot register themselves unless that is switched on', async () => {
  const register = (at: string) =>
    fetch(`${at}/oauth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        redirect_uris: ['https://new.example/done'],
        token_endpoint_auth_method: 'none',
        client_name: 'New',
      }),
    });
  expect((await register(base)).status).toBe(404);
  const open = await serve({ environment: { GEMEL_REGISTRATION: 'on' } });
  try {
    const made = await register(open.server.url);
    expect(made.status).toBe(201);
    const { client_id } = await made.json();
    const visitor = new Visitor(open.server.url);
    visitor.cookies.set('gemel', open.access.sessions.begin(open.access.users.get('doctor')!));
    const asked = { client: client_id, redirect: 'https://new.example/done', scope: 'launch/patient patient/*.rs' };
    const { response } = await visitor.follow(authorization(open.server.url, asked).path);
    expect(await response.text()).toContain('New asks to');
  } finally {
    await open.close();
  }
});
