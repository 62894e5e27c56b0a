import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CERTIFICATE, KEY } from '@gemel/exchange/hl7v2/node/fixture-certificate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ANNA, PASSWORD, type Served, serve, Visitor } from './auth/served.fixture.ts';
import { guardedFetch, isPrivateAddress } from './guarded-fetch.ts';
import { faultOf } from './log.ts';
import { RateLimit } from './rate-limit.ts';

const lines: string[] = [];
let served: Served;
let base: string;
let web: string;

beforeAll(async () => {
  web = mkdtempSync(join(tmpdir(), 'gemel-web-'));
  writeFileSync(join(web, 'index.html'), '<!doctype html><title>Gemel</title>');
  writeFileSync(join(web, '..', 'gemel-secret.txt'), 'a secret beside the web app');
  served = await serve({
    webRoot: web,
    environment: {
      GEMEL_LOG: 'debug',
      GEMEL_RATE: '100000',
      GEMEL_FRAME_ANCESTORS: 'https://record.example',
      GEMEL_REQUEST_TIMEOUT: '1',
      GEMEL_CORS_ORIGINS: 'https://friend.example',
    },
    log: { write: (line) => void lines.push(line) },
  });
  base = served.server.url;
});
afterAll(async () => {
  await served.close();
  rmSync(web, { recursive: true, force: true });
});

const doctor = () => {
  const person = new Visitor(base);
  person.cookies.set('gemel', served.access.sessions.begin(served.access.users.get('doctor')!));
  return person;
};

describe('headers', () => {
  test('of every answer, a refused one among them', async () => {
    for (const path of ['/', '/login', '/api/twins', '/healthz', '/nowhere.txt', '/oauth/jwks']) {
      const { headers } = await fetch(base + path);
      expect(headers.get('content-security-policy'), path).toContain("default-src 'self'");
      expect(headers.get('content-security-policy'), path).toContain("frame-ancestors 'self' https://record.example");
      expect(headers.get('x-content-type-options'), path).toBe('nosniff');
      expect(headers.get('referrer-policy'), path).toBe('same-origin');
    }
  });
  test('what names people is kept by no cache', async () => {
    expect((await doctor().get('/api/twins')).headers.get('cache-control')).toBe('no-store');
  });
  test('another origin is let in where it was named, and reads nothing elsewhere', async () => {
    const from = (path: string, origin: string, method = 'GET') =>
      fetch(base + path, {
        method,
        headers: { origin, ...(method === 'OPTIONS' && { 'access-control-request-method': 'GET' }) },
      });
    const friend = await from('/fhir/ValueSet/$expand', 'https://friend.example', 'OPTIONS');
    expect([friend.status, friend.headers.get('access-control-allow-origin')]).toEqual([204, 'https://friend.example']);
    expect((await from('/fhir/ValueSet/$expand', 'https://evil.example', 'OPTIONS')).status).toBe(403);
    expect((await from('/api/twins', 'https://friend.example')).status).toBe(403);
    expect((await from('/login', 'https://friend.example')).status).toBe(403);
    expect(friend.headers.get('access-control-allow-credentials')).toBeNull();
  });
});

describe('bodies', () => {
  test('that are too large are refused before they are read', async () => {
    const answer = await doctor().json('POST', '/api/links/x', { reason: 'x'.repeat(2_000_000) });
    expect(answer.status).toBe(413);
  });
  test('that are nested too deep are refused', async () => {
    const cookie = `gemel=${doctor().cookies.get('gemel')}`;
    const headers = { cookie, origin: base, 'content-type': 'application/json' };
    const deep = await fetch(`${base}/api/links/x`, { method: 'POST', headers, body: '['.repeat(100_000) });
    expect([deep.status, (await deep.json()).code]).toEqual([400, 'server-body-too-deep']);
    const fhir = { ...headers, 'content-type': 'application/fhir+json' };
    const resource = await fetch(`${base}/fhir/ValueSet/$expand`, {
      method: 'POST',
      headers: fhir,
      body: '{"a":'.repeat(100_000),
    });
    expect(resource.status).toBe(400);
  });
});

describe('addresses', () => {
  /** As sent: `fetch` would tidy them up. */
  const raw = (path: string) =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const { port } = new URL(base);
      httpRequest({ port, host: '127.0.0.1', path, headers: { host: `127.0.0.1:${port}` } }, (answer) => {
        let text = '';
        answer.on('data', (part) => {
          text += part;
        });
        answer.on('end', () => resolve({ status: answer.statusCode!, text }));
      })
        .on('error', reject)
        .end();
    });

  test.each([
    '/../gemel-secret.txt',
    '/..%2fgemel-secret.txt',
    '/%2e%2e/gemel-secret.txt',
    '/assets/../../gemel-secret.txt',
    '/..\\gemel-secret.txt',
    '/..%5cgemel-secret.txt',
    '/%c0%ae%c0%ae/gemel-secret.txt',
    '//gemel-secret.txt',
    '/index.html%00.txt',
  ])('%s leads out of the web app to nothing', async (path) => {
    const { status, text } = await raw(path);
    expect(text).not.toContain('a secret beside the web app');
    expect(status).toBeGreaterThanOrEqual(400);
  });
});

describe('slow and broken clients', () => {
  const talk = (text: string) =>
    new Promise<string>((resolve) => {
      const socket = connect(Number(new URL(base).port), '127.0.0.1', () => socket.write(text));
      let heard = '';
      socket.on('data', (part) => {
        heard += part;
      });
      socket.on('close', () => resolve(heard));
      socket.on('error', () => resolve(heard));
    });
  const host = () => `Host: 127.0.0.1:${new URL(base).port}`;

  test('who never ends the head is sent away', async () => {
    expect(await talk(`GET / HTTP/1.1\r\n${host()}\r\nX-Slow: `)).toMatch(/^HTTP\/1.1 408/);
  });
  test('who never sends the body is sent away', async () => {
    const heard = await talk(
      `POST /login HTTP/1.1\r\n${host()}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nname=`,
    );
    expect(heard).toMatch(/^HTTP\/1.1 408/);
  });
  test('two lengths at once, or a length that is none, are no request (smuggling)', async () => {
    const two = `POST /login HTTP/1.1\r\n${host()}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`;
    expect(await talk(two)).toMatch(/^HTTP\/1.1 400/);
    expect(await talk(`POST /login HTTP/1.1\r\n${host()}\r\nContent-Length: 5x\r\n\r\n`)).toMatch(/^HTTP\/1.1 400/);
  });
});

describe('rates', () => {
  test('who sends too much waits as long as it is told', async () => {
    const slow = await serve({ environment: { GEMEL_RATE: '3' } });
    try {
      const ask = () => fetch(`${slow.server.url}/api/status`);
      const statuses = [];
      for (let i = 0; i < 3; i++) statuses.push((await ask()).status);
      const refused = await ask();
      expect([...statuses, refused.status]).toEqual([401, 401, 401, 429]);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      slow.pass(61_000);
      expect((await ask()).status).toBe(401);
    } finally {
      await slow.close();
    }
  });
  test('a bucket leaks as fast as requests may come, and one client fills not that of another', () => {
    let now = 0;
    const limit = new RateLimit(2, 1000, () => now);
    expect([limit.take('a'), limit.take('a'), limit.take('a'), limit.take('b')]).toEqual([0, 0, 1, 0]);
    now = 500;
    expect([limit.take('a'), limit.take('a')]).toEqual([0, 1]);
    now = 10_000;
    expect([limit.take('a'), limit.take('a'), limit.take('a')]).toEqual([0, 0, 1]);
    now = 1000;
    expect([limit.take('b'), limit.take('a')]).toEqual([0, 1]);
  });
});

describe('health', () => {
  test('is told to anybody, and how the process fares to those who run it', async () => {
    expect(await (await fetch(`${base}/healthz`)).json()).toEqual({ status: 'ok' });
    expect(await (await fetch(`${base}/readyz`)).json()).toEqual({ status: 'ok', store: 'ok' });
    const metrics = await fetch(`${base}/metrics`);
    expect(metrics.headers.get('content-type')).toContain('text/plain');
    const text = await metrics.text();
    expect(text).toMatch(/^gemel_http_requests_total\{method="GET",route="\/healthz",status="200"\} [1-9]/m);
    expect(text).toMatch(
      /^gemel_http_request_duration_seconds_bucket\{method="GET",route="\/healthz",le="\+Inf"\} [1-9]/m,
    );
    expect(text).toMatch(/^gemel_log_entries \d+$/m);
    expect((await fetch(`${base}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.9' } })).status).toBe(401);
    expect((await doctor().get('/metrics')).status).toBe(403);
  });
  test('a store that fails is not ready', async () => {
    const ill = await serve();
    try {
      Object.defineProperty(ill.world.store, 'lastSeq', { value: () => Promise.reject(new Error('disk')) });
      expect((await fetch(`${ill.server.url}/readyz`)).status).toBe(503);
      expect((await fetch(`${ill.server.url}/healthz`)).status).toBe(200);
    } finally {
      await ill.close();
    }
  });
});

test('a server that stops finishes what it began, and ends its streams', async () => {
  const stopping = await serve();
  const person = new Visitor(stopping.server.url);
  person.cookies.set('gemel', stopping.access.sessions.begin(stopping.access.users.get('doctor')!));
  const stream = await person.get('/api/events');
  const { hub } = stopping.world;
  const { subjects } = hub;
  const arrived = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  Object.assign(hub, {
    subjects: async () => {
      arrived.resolve();
      await goOn.promise;
      return subjects.call(hub);
    },
  });
  const underWay = person.get('/api/twins');
  await arrived.promise;
  const closed = stopping.close();
  goOn.resolve();
  const [answer] = await Promise.all([underWay, closed]);
  expect(answer.status).toBe(200);
  // The stream ends of itself.
  expect(await stream.text()).toContain('"kind":"clock"');
  await expect(fetch(`${stopping.server.url}/healthz`)).rejects.toThrow();
});

describe('TLS', () => {
  test('is spoken with the key of the configuration, from TLS 1.2 on; cookies are bound to it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gemel-tls-'));
    writeFileSync(join(folder, 'key.pem'), KEY);
    writeFileSync(join(folder, 'cert.pem'), CERTIFICATE);
    const environment = {
      GEMEL_TLS_KEY: join(folder, 'key.pem'),
      GEMEL_TLS_CERT: join(folder, 'cert.pem'),
      GEMEL_FRAME_ANCESTORS: 'https://record.example',
    };
    const safe = await serve({ environment });
    try {
      expect(safe.server.url).toMatch(/^https:/);
      const ask = (more: object = {}) =>
        new Promise<{ status: number; headers: Record<string, unknown> }>((resolve, reject) => {
          const { port } = new URL(safe.server.url);
          httpsRequest({ port, host: '127.0.0.1', path: '/login', rejectUnauthorized: false, ...more }, (answer) => {
            answer.resume();
            resolve({ status: answer.statusCode!, headers: answer.headers });
          })
            .on('error', reject)
            .end();
        });
      const { status, headers } = await ask();
      expect(status).toBe(200);
      expect(headers['strict-transport-security']).toContain('max-age=31536000');
      expect(String(headers['set-cookie'])).toMatch(
        /^__Host-gemel-form=.*; Path=\/; HttpOnly; SameSite=None; Partitioned; Secure/,
      );
      await expect(
        ask({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
      ).rejects.toThrow();
    } finally {
      await safe.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('addresses that others chose (SSRF)', () => {
  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fc00::1',
    'fd12::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'ff02::1',
    'not an address',
  ])('%s is private', (address) => expect(isPrivateAddress(address)).toBe(true));
  test.each(['8.8.8.8', '172.32.0.1', '192.169.0.1', '2606:4700::1111'])('%s is public', (address) =>
    expect(isPrivateAddress(address)).toBe(false),
  );

  const refused = async (address: string, resolve?: () => Promise<string[]>) =>
    expect(guardedFetch({ privateHosts: [], ...(resolve && { resolve }) })(address)).rejects.toMatchObject({
      code: 'server-address-refused',
    });

  test.each([
    'http://example.org/',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://169.254.169.254/latest/meta-data/',
    'https://user:password@example.org/',
    'file:///etc/passwd',
    'data:text/plain,x',
  ])('%s is not fetched', (address) => refused(address));

  test('a public name with one private address is not fetched, nor one without any', async () => {
    await refused('https://rebind.example/', async () => ['8.8.8.8', '127.0.0.1']);
    await refused('https://nowhere.example/', async () => []);
  });

  test('redirects are not followed, long answers cut off, and the checked address is the one that is reached', async () => {
    const { createServer } = await import('node:http');
    const server = createServer((request, answer) => {
      if (request.url === '/away') answer.writeHead(302, { location: 'http://169.254.169.254/' }).end();
      else if (request.url === '/long') answer.end(Buffer.alloc(9 * 1024 * 1024));
      else answer.end(JSON.stringify({ host: request.headers.host }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const fetches = guardedFetch({ privateHosts: ['keys.example'], resolve: async () => ['127.0.0.1'] });
    try {
      expect(await (await fetches(`http://keys.example:${port}/`)).json()).toEqual({ host: `keys.example:${port}` });
      await expect(fetches(`http://keys.example:${port}/away`)).rejects.toMatchObject({
        code: 'server-address-refused',
      });
      await expect(fetches(`http://keys.example:${port}/long`)).rejects.toMatchObject({
        code: 'server-address-refused',
      });
    } finally {
      server.close();
    }
  });
});

describe('the log', () => {
  test('names no patient, no value, no password and no token, whatever is sent', async () => {
    const person = doctor();
    const secret = 'Bearer secret-token-4711';
    await person.get(`/api/twins/${encodeURIComponent(ANNA)}`);
    await person.get('/api/twins/Anna%20Sommer?pack=Sommer');
    await person.get('/api/twins', { authorization: secret });
    await person.json('POST', `/api/twins/${encodeURIComponent(ANNA)}/whatif`, { name: 'Anna Sommer', value: 101 });
    await person.get('/nowhere/Anna%20Sommer');
    await new Visitor(base).logIn('Anna Sommer', 'her secret password');
    await person.json('POST', '/api/import?name=Anna%20Sommer.json', { name: 'Anna Sommer' });
    // A fault whose message names the patient, in the middle of a request.
    const { hub } = served.world;
    const { quality } = hub;
    Object.assign(hub, { quality: () => Promise.reject(new Error('Anna Sommer of 101 mg/dL failed')) });
    try {
      expect((await person.get(`/api/twins/${encodeURIComponent(ANNA)}/quality`)).status).toBe(500);
    } finally {
      Object.assign(hub, { quality });
    }
    const text = lines.join('');
    expect(text).toContain('"route":"/api/twins/:subject"');
    expect(text).toContain('"route":"/api/twins/:subject/quality"');
    expect(text).toContain('a request failed');
    for (const trace of ['Anna', 'anna', 'Sommer', 'mg/dL', 'secret', PASSWORD, 'doctor'])
      expect(text).not.toContain(trace);
    for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
  });

  test('says where a fault lies without what it says', () => {
    const fault = faultOf(new TypeError('Anna Sommer has no pulse'));
    expect(fault).toMatchObject({ kind: 'TypeError' });
    expect((fault.at as string[])[0]).toMatch(/^at .*security\.test\.ts/);
    expect(JSON.stringify(fault)).not.toContain('Anna');
    expect(faultOf('Anna Sommer')).toEqual({ kind: 'string' });
  });
});
