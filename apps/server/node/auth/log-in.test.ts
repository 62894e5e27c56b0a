import { statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localAddress } from './auth-routes.ts';
import { hashPassword, passwordFits } from './password.ts';
import { PASSWORD, type Served, serve, Visitor } from './served.fixture.ts';

const MINUTE = 60_000;
let served: Served;
let base: string;
beforeAll(async () => {
  served = await serve();
  base = served.server.url;
});
afterAll(() => served.close());

const visitor = () => new Visitor(base);
const user = (name: string, roles: readonly ['researcher'] | readonly ['clinician'] = ['clinician']) =>
  served.access.users.add({ name, title: name, roles, fhirUser: null, subject: null }, PASSWORD);

describe('passwords', () => {
  test('are kept as Argon2id, each with a salt of its own', async () => {
    const [a, b] = await Promise.all([hashPassword(PASSWORD), hashPassword(PASSWORD)]);
    expect(a).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(a).not.toBe(b);
    expect(await passwordFits(PASSWORD, a)).toBe(true);
    expect(await passwordFits(`${PASSWORD} `, a)).toBe(false);
    expect(await passwordFits('', a)).toBe(false);
  });
  test('fit no hash that is none', async () => {
    expect(await passwordFits(PASSWORD, null)).toBe(false);
    expect(await passwordFits(PASSWORD, PASSWORD)).toBe(false);
    expect(await passwordFits('', '')).toBe(false);
  });
  test('are the same however the keyboard writes their letters', async () => {
    expect(await passwordFits('Passwo\u0308rter', await hashPassword('Passw\u00f6rter'))).toBe(true);
  });
  test('lie in a file that its owner alone may read', () => {
    expect(statSync(join(served.folder, 'access', 'access.db')).mode & 0o777).toBe(0o600);
    expect(statSync(join(served.folder, 'access')).mode & 0o777).toBe(0o700);
  });
});

describe('logging in', () => {
  test('gives a session that scripts cannot read, and opens the interface', async () => {
    const person = visitor();
    expect((await person.get('/api/twins')).status).toBe(401);
    const answer = await person.logIn('doctor');
    const cookie = answer.headers.getSetCookie().find((line) => line.startsWith('gemel='))!;
    expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Lax$/);
    expect((await person.get('/api/twins')).status).toBe(200);
    expect(await (await person.get('/api/session')).json()).toMatchObject({ logIn: true, name: 'Dr Ada Stern' });
  });

  test('a cookie that was there before is not taken over (session fixation)', async () => {
    const person = visitor();
    person.cookies.set('gemel', 'chosen-by-somebody-else');
    await person.logIn('doctor');
    const first = person.cookies.get('gemel');
    expect(first).not.toBe('chosen-by-somebody-else');
    // Who is already logged in is sent on; the old session ends with a new one.
    expect((await person.get('/login')).status).toBe(303);
    const thief = visitor();
    thief.cookies.set('gemel', 'chosen-by-somebody-else');
    expect((await thief.get('/api/twins')).status).toBe(401);
  });

  test('a wrong password and an unknown name are told alike', async () => {
    const told = async (name: string, password: string) => {
      const answer = await visitor().logIn(name, password);
      return { status: answer.status, words: /role="alert">([^<]+)/.exec(await answer.text())![1] };
    };
    const wrong = await told('doctor', 'not it at all');
    expect(wrong.status).toBe(401);
    expect(await told('nobody-here', 'not it at all')).toEqual(wrong);
  });

  test('what was typed is shown again as text, never as a page', async () => {
    const answer = await visitor().logIn('"><script>alert(1)</script>', 'x');
    expect(await answer.text()).not.toContain('<script>');
  });

  test('leads to an address of this server only', async () => {
    const person = visitor();
    const form = await person.formToken(await person.get('/login?next=//evil.example'));
    const answer = await person.form('/login', { form, name: 'doctor', password: PASSWORD, next: '//evil.example' });
    expect(answer.headers.get('location')).toBe('/');
  });

  test.each([
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '',
    '/a\r\nb: c',
    '/\u0000',
  ])('%j is not gone on to', (next) => expect(localAddress(next)).toBe('/'));
  test('any address gone on to is of this server', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.string().map((text) => `/${text}`),
        ),
        (next) => {
          expect(new URL(localAddress(next), 'http://here.example').host).toBe('here.example');
        },
      ),
    );
  });
});

describe('a locked account', () => {
  test('takes no password after five wrong ones, not even the right one, and opens after a minute', async () => {
    await user('careless');
    const { users } = served.access;
    for (let i = 0; i < 5; i++)
      await expect(users.logIn('careless', 'wrong')).rejects.toMatchObject({ code: 'server-log-in-failed' });
    await expect(users.logIn('careless', PASSWORD)).rejects.toMatchObject({ code: 'server-log-in-locked' });
    served.pass(MINUTE + 1);
    expect((await users.logIn('careless', PASSWORD)).name).toBe('careless');
  });

  test('is locked for longer each time', async () => {
    await user('stubborn');
    const { users } = served.access;
    const round = async () => {
      for (let i = 0; i < 5; i++)
        await expect(users.logIn('stubborn', 'wrong')).rejects.toMatchObject({ code: 'server-log-in-failed' });
    };
    await round();
    served.pass(MINUTE + 1);
    await round();
    served.pass(MINUTE + 1);
    await expect(users.logIn('stubborn', PASSWORD)).rejects.toMatchObject({ code: 'server-log-in-locked' });
    served.pass(MINUTE);
    expect((await users.logIn('stubborn', PASSWORD)).name).toBe('stubborn');
  });

  test('tries sent all at once are counted all', async () => {
    await user('hasty');
    const tries = await Promise.allSettled(
      Array.from({ length: 12 }, () => served.access.users.logIn('hasty', 'wrong')),
    );
    const locked = tries.filter((each) => each.status === 'rejected' && each.reason.code === 'server-log-in-locked');
    expect(locked).toHaveLength(7);
  });

  test('a name that nobody bears locks alike', async () => {
    const { users } = served.access;
    for (let i = 0; i < 5; i++)
      await expect(users.logIn('phantom', 'wrong')).rejects.toMatchObject({ code: 'server-log-in-failed' });
    await expect(users.logIn('phantom', 'wrong')).rejects.toMatchObject({ code: 'server-log-in-locked' });
  });

  test('one address may try so often in a minute', async () => {
    const slow = await serve({ environment: { GEMEL_LOGIN_RATE: '2' } });
    try {
      const person = new Visitor(slow.server.url);
      const statuses = [];
      for (const name of ['a', 'b', 'c']) statuses.push((await person.logIn(name, 'wrong')).status);
      expect(statuses).toEqual([401, 401, 429]);
    } finally {
      await slow.close();
    }
  });
});

describe('a session', () => {
  const loggedIn = (name: string) => {
    const person = visitor();
    person.cookies.set('gemel', served.access.sessions.begin(served.access.users.get(name)!));
    return person;
  };
  const holds = async (person: Visitor) => (await person.get('/api/twins')).status === 200;

  test('ends at the log-out, and its cookie is worth nothing afterwards', async () => {
    const person = loggedIn('doctor');
    const cookie = person.cookies.get('gemel')!;
    const { formToken } = await (await person.get('/api/session')).json();
    expect((await person.form('/logout', { form: formToken })).headers.get('location')).toBe('/login');
    person.cookies.set('gemel', cookie);
    expect(await holds(person)).toBe(false);
  });

  test('ends after half an hour unused, and after twelve hours in any case', async () => {
    const person = loggedIn('doctor');
    served.pass(29 * MINUTE);
    expect(await holds(person)).toBe(true);
    served.pass(31 * MINUTE);
    expect(await holds(person)).toBe(false);
    const busy = loggedIn('doctor');
    for (let i = 0; i < 12 * 3 - 1; i++) {
      served.pass(20 * MINUTE);
      expect(await holds(busy)).toBe(true);
    }
    served.pass(20 * MINUTE);
    expect(await holds(busy)).toBe(false);
  });

  test('ends when the account is closed or gets another password', async () => {
    await user('leaving', ['researcher']);
    const closed = loggedIn('leaving');
    served.access.users.setDisabled('leaving', true);
    expect(await holds(closed)).toBe(false);
    await expect(served.access.users.logIn('leaving', PASSWORD)).rejects.toMatchObject({
      code: 'server-log-in-failed',
    });
    served.access.users.setDisabled('leaving', false);
    expect(await holds(closed)).toBe(false);
    const renewed = loggedIn('leaving');
    await served.access.users.setPassword('leaving', `${PASSWORD} 2`);
    expect(await holds(renewed)).toBe(false);
  });

  test('a cookie sent twice, cut short or made up is none', async () => {
    const cookie = loggedIn('doctor').cookies.get('gemel')!;
    for (const header of [
      `gemel=${cookie}; gemel=${cookie}`,
      `gemel=${cookie.slice(1)}`,
      'gemel=',
      `gemel=${'A'.repeat(43)}`,
    ])
      expect((await fetch(`${base}/api/twins`, { headers: { cookie: header } })).status).toBe(401);
  });
});

describe('a forged request', () => {
  const loggedIn = () => {
    const person = visitor();
    person.cookies.set('gemel', served.access.sessions.begin(served.access.users.get('doctor')!));
    return person;
  };

  test('from a page of another origin is refused, whatever it bears', async () => {
    const person = loggedIn();
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1'])
      expect((await person.json('POST', '/api/links/x', {}, { origin })).status).toBe(403);
    expect((await person.get('/api/twins', { origin: 'https://evil.example' })).status).toBe(403);
  });

  test('that bears the cookie and says not which page it is of is refused', async () => {
    const cookie = `gemel=${loggedIn().cookies.get('gemel')}`;
    const send = (headers: Record<string, string>) =>
      fetch(`${base}/api/import?name=a.json`, { method: 'POST', body: '{}', headers: { cookie, ...headers } });
    const refused = await send({});
    expect([refused.status, (await refused.json()).code]).toEqual([403, 'server-forged']);
    expect((await send({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await (await send({ 'sec-fetch-site': 'same-origin' })).json()).code).not.toBe('server-forged');
  });

  test('to log in, log out or agree needs the token of a page of this server', async () => {
    const person = visitor();
    await person.get('/login');
    expect((await person.form('/login', { name: 'doctor', password: PASSWORD })).status).toBe(403);
    expect((await person.form('/login', { form: 'made-up', name: 'doctor', password: PASSWORD })).status).toBe(403);
    const other = visitor();
    const form = await other.formToken(await other.get('/login'));
    expect((await person.form('/login', { form, name: 'doctor', password: PASSWORD })).status).toBe(403);
    expect((await loggedIn().form('/logout', { form: 'made-up' })).status).toBe(403);
    expect((await loggedIn().form('/oauth/interaction/x', { form: 'made-up', answer: 'allow' })).status).toBe(403);
  });

  test('under a name that only resolves here is refused (DNS rebinding)', async () => {
    const { request } = await import('node:http');
    const { port } = new URL(base);
    const status = await new Promise((resolve) => {
      request({ port, host: '127.0.0.1', path: '/api/status', headers: { host: `evil.example:${port}` } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }).end();
    });
    expect(status).toBe(403);
  });
});

describe('users', () => {
  const add = (change: object, password = PASSWORD) =>
    served.access.users.add(
      { name: 'somebody', title: 'Somebody', roles: ['clinician'], fhirUser: null, subject: null, ...change },
      password,
    );

  test.each<[object, string, RegExp]>([
    [{ name: '' }, PASSWORD, /is no name/],
    [{ name: 'a b' }, PASSWORD, /is no name/],
    [{ name: '../a' }, PASSWORD, /is no name/],
    [{ name: 'doctor' }, PASSWORD, /there is a user/],
    [{ name: 'DOCTOR ' }, PASSWORD, /there is a user/],
    [{ roles: [] }, PASSWORD, /at least one role/],
    [{ roles: ['king'] }, PASSWORD, /is no role/],
    [{ roles: ['patient'] }, PASSWORD, /needs the subject/],
    [{}, 'short', /12 to 1024/],
    [{}, 'x'.repeat(1025), /12 to 1024/],
  ])('%j is refused', async (change, password, words) => {
    await expect(add(change, password)).rejects.toThrow(words);
  });

  test('what is told of them holds no hash', () => {
    expect(JSON.stringify(served.access.users.list())).not.toContain('argon2');
    expect(JSON.stringify(served.access.users.get('doctor'))).not.toContain('argon2');
  });
});
