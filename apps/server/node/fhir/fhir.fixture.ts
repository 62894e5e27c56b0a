import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instant } from '@gemel/core';
import Fastify, { type InjectOptions } from 'fastify';
import type { Caller, Governance } from '../../access.ts';
import { LOCAL_PERSON } from '../auth/identify.ts';
import { openWorld, type World } from '../world.ts';
import { fhirRoutes } from './fhir-routes.ts';
import { type Fhir, openFhir } from './open-fhir.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look at answers freely
export type Json = any;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
}

export interface FhirFixture {
  readonly world: World;
  readonly fhir: Fhir;
  readonly folder: string;
  /** Who sends the requests that follow. */
  caller: Caller;
  /** What failed after an answer was given. */
  readonly failures: unknown[];
  send(
    method: InjectOptions['method'],
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** Ids of what a search finds, in order. */
  ids(path: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** A FHIR server over a folder of its own; its clock goes on by a second with each look. */
export async function startFhir(
  options: { readonly folder?: string; readonly governance?: (world: World) => Governance } = {},
): Promise<FhirFixture> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'gemel-fhir-'));
  let now = Date.UTC(2026, 0, 2);
  const clock = () => {
    now += 1000;
    return instant(now);
  };
  const world = await openWorld({ folder, clock });
  const failures: unknown[] = [];
  const governance = options.governance?.(world);
  const fhir = (await openFhir({
    world,
    failed: (error) => failures.push(error),
    ...(governance === undefined ? {} : { governance }),
  }))!;
  const app = Fastify({ routerOptions: { maxParamLength: 500 } });
  const fixture: FhirFixture = {
    world,
    fhir,
    folder,
    caller: LOCAL_PERSON,
    failures,
    async send(method, path, body, headers = {}) {
      const url = `/fhir${path.startsWith('/') || path.startsWith('?') || path === '' ? path : `/${path}`}`;
      const payload = body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) };
      const type = body === undefined ? {} : { 'content-type': 'application/fhir+json' };
      const answer = await app.inject({ method: method!, url, headers: { ...type, ...headers }, ...payload });
      const told = answer.headers as Record<string, string>;
      return { status: answer.statusCode, headers: told, body: bodyOf(answer.body, told['content-type']) };
    },
    get: (path, headers) => fixture.send('GET', path, undefined, headers),
    async ids(path) {
      const { status, body } = await fixture.get(path);
      if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
      return (body.entry ?? []).filter((one: Json) => one.search.mode === 'match').map((one: Json) => one.resource.id);
    },
    async close() {
      await app.close();
      await fhir.close();
      await world.close();
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
  app.decorateRequest('caller', null as never);
  app.addHook('onRequest', async (request) => {
    request.caller = fixture.caller;
  });
  fhirRoutes(app, fhir, () => 'http://here');
  await app.ready();
  return fixture;
}

function bodyOf(text: string, type = ''): Json {
  if (text === '') return null;
  return type.includes('ndjson')
    ? text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
    : JSON.parse(text);
}

export const patient = (id: string | null, part: object = {}): Json => ({
  resourceType: 'Patient',
  ...(id === null ? {} : { id }),
  name: [{ family: 'Chalmers', given: ['Peter'] }],
  gender: 'male',
  birthDate: '1974-12-25',
  ...part,
});

export const observation = (id: string | null, part: object = {}): Json => ({
  resourceType: 'Observation',
  ...(id === null ? {} : { id }),
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '2339-0' }] },
  subject: { reference: 'Patient/p1' },
  effectiveDateTime: '2026-01-01T08:00:00Z',
  valueQuantity: { value: 100, unit: 'mg/dL', system: 'http://unitsofmeasure.org', code: 'mg/dL' },
  ...part,
});
