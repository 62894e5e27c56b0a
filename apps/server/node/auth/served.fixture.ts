import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { coding, instant, LOINC, type RawItem } from '@gemel/core';
import type { DestinationStream } from 'pino';
import { type Environment, readConfiguration } from '../configuration.ts';
import { openLog } from '../log.ts';
import { type RunningServer, startServer } from '../server.ts';
import { openWorld, type World } from '../world.ts';
import { Access } from './access.ts';

/** A server with log-in over a small world: two people with a glucose value each, and users of every role. */

export const ANNA = 'Patient/anna';
export const BEN = 'Patient/ben';
export const PASSWORD = 'correct horse battery';
export const START = instant(Date.parse('2026-03-02T10:00:00Z'));

export interface Served {
  readonly folder: string;
  readonly world: World;
  readonly access: Access;
  readonly server: RunningServer;
  /** Moves the clock of log-in: sessions, tokens, locks. */
  pass(ms: number): void;
  close(): Promise<void>;
}

export interface ServedOptions {
  readonly environment?: Environment;
  readonly log?: DestinationStream;
  readonly webRoot?: string;
}

export async function serve({ environment = {}, log, webRoot }: ServedOptions = {}): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), 'gemel-access-'));
  let passed = 0;
  const now = () => Date.now() + passed;
  const world = await openWorld({ folder, clock: () => START });
  await admit(world, [...records(ANNA, 'Anna Sommer', 101), ...records(BEN, 'Ben Keller', 102)]);
  const configuration = readConfiguration({ GEMEL_AUTH: 'embedded', GEMEL_LOGIN_RATE: '1000', ...environment });
  const access = await Access.open({ configuration, world, folder, now });
  const server = await startServer({
    world,
    access,
    log: openLog(log === undefined ? 'silent' : configuration.logLevel, log),
    ...(webRoot === undefined ? {} : { webRoot }),
  });
  const served: Served = {
    folder,
    world,
    access,
    server,
    pass: (ms) => {
      passed += ms;
    },
    close: async () => {
      await server.close();
      await world.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await access.users.add(
    { name: 'doctor', title: 'Dr Ada Stern', roles: ['clinician'], fhirUser: 'Practitioner/ada', subject: null },
    PASSWORD,
  );
  return served;
}

function records(subject: string, name: string, glucose: number): RawItem[] {
  const time = { start: START, offset: 0 };
  const provenance = { source: 'ward', element: 'row' };
  return [
    { kind: 'fact', subject, fact: 'name', codings: [], value: { kind: 'text', text: name }, time, provenance },
    {
      kind: 'observation',
      subject,
      codings: [coding(LOINC, '2345-7')],
      value: { kind: 'quantity', value: glucose, unit: 'mg/dL' },
      time,
      provenance,
    },
  ];
}

async function admit(world: World, items: readonly RawItem[]): Promise<void> {
  const provenance = { source: 'test', element: 'item' };
  const decoded = items.map((item) => ({
    type: 'item',
    fate: 'mapped' as const,
    items: [item],
    problems: [],
    provenance,
  }));
  await world.hub.admit(decoded, { name: 'test', sha256: '', format: 'test', bytes: 0 });
}

/** A browser as far as logging in needs one: it keeps cookies, and follows redirects when asked. */
export class Visitor {
  readonly #base: string;
  readonly cookies = new Map<string, string>();

  constructor(base: string) {
    this.#base = base;
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return this.#send(path, { method: 'GET', headers });
  }

  /** Sends a form as the page of this server would. */
  async form(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    return this.#send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: this.#base, ...headers },
      body: new URLSearchParams(fields).toString(),
    });
  }

  async json(
    method: string,
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    const sent = { 'content-type': 'application/json', origin: this.#base, ...headers };
    return this.#send(path, { method, headers: sent, body: JSON.stringify(body) });
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const url = new URL(path, this.#base);
    const response = await fetch(url, {
      ...init,
      headers: { ...(init.headers as object), ...(cookie && { cookie }) },
      redirect: 'manual',
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      if (value === '' || /max-age=0|expires=thu, 01 jan 1970/i.test(line)) this.cookies.delete(name!);
      else this.cookies.set(name!, value!);
    }
    return response;
  }

  /** The hidden form token of a page. */
  async formToken(response: Response): Promise<string> {
    return /name="form" value="([^"]+)"/.exec(await response.text())![1]!;
  }

  async logIn(name: string, password = PASSWORD): Promise<Response> {
    const form = await this.formToken(await this.get('/login'));
    return this.form('/login', { form, name, password, next: '/' });
  }

  /** Follows redirects of this server until an answer is none, or leads elsewhere. */
  async follow(path: string): Promise<{ readonly at: string; readonly response: Response }> {
    let at = path;
    for (let step = 0; step < 12; step++) {
      const response = await this.get(at);
      const next = response.headers.get('location');
      if (next === null || response.status < 300) return { at, response };
      at = new URL(next, this.#base).href;
      if (!at.startsWith(this.#base) || new URL(at).pathname === '/launch') return { at, response };
    }
    throw new Error('it goes round');
  }
}

export interface Authorization {
  readonly client: string;
  readonly redirect: string;
  readonly scope: string;
  readonly launch?: string;
  readonly more?: Readonly<Record<string, string>>;
}

/** An authorization request with PKCE, and what belongs to it. */
export function authorization(base: string, { client, redirect, scope, launch, more = {} }: Authorization) {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: client,
    redirect_uri: redirect,
    scope,
    state: 'state-of-the-app',
    aud: `${base}/fhir`,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(launch === undefined ? {} : { launch }),
    ...more,
  });
  return { verifier, path: `/oauth/authorize?${query}` };
}

export async function tokenRequest(
  base: string,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
) {
  const response = await fetch(`${base}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields),
  });
  return { status: response.status, body: (await response.json()) as TokenAnswer };
}

export interface TokenAnswer {
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly id_token?: string;
  readonly scope: string;
  readonly expires_in: number;
  readonly token_type: string;
  readonly patient?: string;
  readonly encounter?: string;
  readonly intent?: string;
  readonly need_patient_banner?: boolean;
  readonly error?: string;
  readonly error_description?: string;
}
