import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessOf, type RouteAccess } from '../../route-access.data.ts';
import { fingerprint } from './access-store.ts';
import { ANNA, BEN, type Served, serve } from './served.fixture.ts';

/**
 * Every route that the server registers, whatever it is: a new one without a guard fails here. The caller's place is tried at
 * each: without a token, with a wrong one, one that expired, one for another server, one of a person whose data they are
 * not, and one that reads where writing is asked.
 */

let served: Served;
let base: string;
const tokens = { anna: '', reader: '', expired: '', elsewhere: '', lab: '' };

beforeAll(async () => {
  served = await serve();
  base = served.server.url;
  const { access } = served;
  const give = (
    name: keyof typeof tokens,
    scopes: readonly string[],
    more: { aud?: string; seconds?: number } = {},
  ) => {
    const token = `${name}-`.padEnd(43, 'x');
    const grant = `grant-of-${name}`;
    const exp = Math.floor(Date.now() / 1000) + (more.seconds ?? 600);
    const stored = {
      clientId: 'gemel-web',
      accountId: 'doctor',
      grantId: grant,
      scope: scopes.join(' '),
      aud: more.aud ?? `${base}/fhir`,
      exp,
    };
    access.store.put('Grant', grant, { accountId: 'doctor' });
    access.launches.keep(
      grant,
      { subject: ANNA, encounter: null, needPatientBanner: true, intent: null, ...{ scopes } },
      Date.now() + 1e6,
    );
    access.store.put('AccessToken', fingerprint(token), stored, { grant });
    tokens[name] = token;
  };
  give('anna', ['patient/*.cruds']);
  give('reader', ['user/*.rs']);
  give('expired', ['user/*.cruds'], { seconds: -5 });
  give('elsewhere', ['user/*.cruds'], { aud: 'https://other.example/fhir' });
  give('lab', ['patient/Observation.rs?category=laboratory']);
});
afterAll(() => served.close());

interface Route {
  readonly method: string;
  readonly url: string;
  readonly access: RouteAccess | null;
}

/** What is registered, as the running server says. */
function registered(): readonly Route[] {
  return served.server.routes.map(({ method, url, config }) => ({
    method,
    url,
    access: config?.access ?? accessOf(method, url),
  }));
}

const address = (url: string, subject = BEN) =>
  url
    .replace(':subject', encodeURIComponent(subject))
    .replace(/:(study|series|instance)/g, '1.2.3')
    .replace(/:\w+/g, 'unknown-one')
    .replace('*', 'x') + (url === '/api/proposals' ? `?subject=${encodeURIComponent(subject)}` : '');

async function ask({ method, url }: Route, token: string | null, subject = BEN) {
  const body = method === 'GET' || method === 'HEAD' || method === 'DELETE' ? {} : { body: '{}' };
  const response = await fetch(base + address(url, subject), {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...('body' in body
        ? { 'content-type': url.startsWith('/dicom-web') ? 'application/dicom' : 'application/json' }
        : {}),
    },
    redirect: 'manual',
    ...body,
    signal: AbortSignal.timeout(5000),
  });
  const { status, headers } = response;
  // A stream goes on for ever: its head says enough.
  if (headers.get('content-type')?.startsWith('text/event-stream')) {
    await response.body?.cancel();
    return { status, headers, text: '' };
  }
  return { status, headers, text: await response.text() };
}

/** Who may come in without a token, by name: adding to this list is a decision. */
const OPEN = [
  'GET /.well-known/oauth-authorization-server',
  'GET /.well-known/openid-configuration',
  'GET /.well-known/smart-configuration',
  'GET /api/session',
  'GET /cds-services',
  'GET /fhir/.well-known/smart-configuration',
  'GET /fhir/metadata',
  'GET /healthz',
  'GET /login',
  'GET /oauth/authorize',
  'GET /oauth/authorize/:uid',
  'GET /oauth/interaction/:uid',
  'GET /oauth/jwks',
  'GET /readyz',
  'OPTIONS /oauth/introspect',
  'OPTIONS /oauth/jwks',
  'OPTIONS /oauth/revoke',
  'OPTIONS /oauth/token',
  'POST /login',
  'POST /logout',
  'POST /oauth/interaction/:uid',
  'POST /oauth/introspect',
  'POST /oauth/register',
  'POST /oauth/revoke',
  'POST /oauth/token',
];

describe('every registered route', () => {
  test('says who may use it', () => {
    const silent = registered().filter(({ access }) => access === null);
    expect(silent.map(({ method, url }) => `${method} ${url}`)).toEqual([]);
    expect(registered().length).toBeGreaterThan(60);
  });

  test('that is open is open on purpose', () => {
    const open = registered().filter(({ access, method }) => access === 'open' && method !== 'HEAD');
    expect(open.map(({ method, url }) => `${method} ${url}`).sort()).toEqual(OPEN);
  });

  const closed = () => registered().filter(({ access, url }) => access !== 'open' && url !== '/metrics');

  test.each<[string, () => string | null, string]>([
    ['without a token', () => null, 'server-token-missing'],
    ['with a token nobody gave', () => 'made-up-token', 'server-token-invalid'],
    ['with an expired token', () => tokens.expired, 'server-token-expired'],
    ['with a token for another server', () => tokens.elsewhere, 'server-token-invalid'],
  ])('is closed %s', async (_, token, code) => {
    const wrong: string[] = [];
    for (const route of closed()) {
      const { status, headers, text } = await ask(route, token());
      const told = route.method === 'HEAD' || text.includes(code);
      if (status !== 401 || !told || !headers.get('www-authenticate')?.startsWith('Bearer'))
        wrong.push(`${route.method} ${route.url} ${status} ${text.slice(0, 100)}`);
    }
    expect(wrong).toEqual([]);
  });

  test.each(['Basic YTpi', 'Bearer', 'Bearer a b', 'bearer \u00e4', `Bearer ${'x'.repeat(9000)}`])(
    'is closed with Authorization: %s',
    async (authorization) => {
      const response = await fetch(`${base}/api/twins`, {
        headers: { authorization: encodeURI(authorization).replaceAll('%20', ' ') },
      });
      expect(response.status).toBe(401);
    },
  );

  /** Routes whose handler answers with what the caller may see, and nothing else; tested where they stand. */
  const guarded = () => closed().filter(({ access }) => typeof access === 'object');

  test("is closed to a token of another person's launch", async () => {
    const wrong: string[] = [];
    for (const route of guarded()) {
      const { status } = await ask(route, tokens.anna);
      if (status !== 403) wrong.push(`${route.method} ${route.url} ${status}`);
    }
    expect(wrong).toEqual([]);
  });

  test('is closed to a token that opens less', async () => {
    const wrong: string[] = [];
    for (const route of guarded()) {
      const { status } = await ask(route, tokens.lab, ANNA);
      if (status !== 403) wrong.push(`${route.method} ${route.url} ${status}`);
    }
    expect(wrong).toEqual([]);
  });

  test('that changes something is closed to a token that reads', async () => {
    const reads = ['read', 'search', 'simulate', 'export', 'operate'];
    const writing = guarded().filter(({ access }) => typeof access === 'object' && !reads.includes(access!.action));
    expect(writing.length).toBeGreaterThan(5);
    for (const route of writing)
      expect((await ask(route, tokens.reader)).status, `${route.method} ${route.url}`).toBe(403);
  });

  test('that reads is open to a token that reads: what it then says is of its own', async () => {
    const wrong: string[] = [];
    for (const route of guarded().filter(({ access }) => typeof access === 'object' && access!.action === 'read')) {
      const { status } = await ask(route, tokens.reader);
      if (status === 401 || status === 403) wrong.push(`${route.method} ${route.url} ${status}`);
    }
    expect(wrong).toEqual([]);
  });

  test('serves the person of its own launch', async () => {
    const own = registered().find(({ method, url }) => method === 'GET' && url === '/api/twins/:subject')!;
    expect((await ask(own, tokens.anna, ANNA)).status).toBe(200);
  });
});

test('a list holds those alone whom its reader may see', async () => {
  const list = async (token: string) =>
    (await (await fetch(`${base}/api/twins`, { headers: { authorization: `Bearer ${token}` } })).json())
      .map(({ subject }: { subject: string }) => subject)
      .sort();
  expect(await list(tokens.anna)).toEqual([ANNA]);
  expect(await list(tokens.reader)).toEqual([ANNA, BEN]);
  expect(await list(tokens.lab)).toEqual([]);
});

test('what is not there is as closed as what is of another: nothing is learnt of whether it is', async () => {
  const answer = async (path: string) => {
    const response = await fetch(base + path, { headers: { authorization: `Bearer ${tokens.anna}` } });
    const { detail, code } = await response.json();
    return [response.status, code, detail];
  };
  expect(await answer(`/api/twins/${encodeURIComponent('Patient/nobody')}`)).toEqual(
    await answer(`/api/twins/${encodeURIComponent(BEN)}`),
  );
});

test('a program decides nothing that a person must', async () => {
  const { access } = served;
  await access.clients.add({
    id: 'robot',
    title: 'Robot',
    proof: 'key',
    redirects: [],
    launch: null,
    scopes: ['system/*.cruds'],
    keys: null,
    keysAddress: 'https://robot.example/jwks',
    roles: ['clinician'],
    purpose: 'TREAT',
  });
  const stored = {
    clientId: 'robot',
    scope: 'system/*.cruds',
    aud: `${base}/fhir`,
    exp: Math.floor(Date.now() / 1000) + 600,
  };
  access.store.put('ClientCredentials', fingerprint('robot-token'), stored);
  const [observation] = await served.world.store.read({ subject: ANNA, kinds: ['observation'] });
  const response = await fetch(`${base}/api/observations/${observation!.id}/correction`, {
    method: 'POST',
    headers: { authorization: 'Bearer robot-token', 'content-type': 'application/json' },
    body: JSON.stringify({ value: 5.6, unit: 'mmol/L', person: 'Somebody', reason: 'because' }),
  });
  expect([response.status, (await response.json()).code]).toEqual([403, 'server-scope-missing']);
});

test('who decides is who logged in, whatever name the request states', async () => {
  const [observation] = await served.world.store.read({ subject: ANNA, kinds: ['observation'] });
  const response = await fetch(`${base}/api/observations/${observation!.id}/correction`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokens.anna}`, 'content-type': 'application/json' },
    body: JSON.stringify({ value: 5.6, unit: 'mmol/L', person: 'Somebody else', reason: 'seen on the meter' }),
  });
  expect(response.status).toBe(200);
  const logged = JSON.stringify(await served.world.store.read({ subject: ANNA }));
  expect(logged).toContain('Dr Ada Stern (person|doctor)');
  expect(logged).not.toContain('Somebody else');
});
