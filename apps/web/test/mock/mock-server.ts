import { createReadStream, existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { ActionRequest, JobView, LiveEvent, WhatIfRequest } from '@gemel/server/api';
import { MockDesk } from './desk.ts';
import { whatif } from './plans.ts';
import { quality } from './quality.ts';
import { detail, people, summary } from './twins.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

export interface MockServer {
  readonly url: string;
  readonly port: number;
  readonly desk: MockDesk;
  /** Twins shown; an empty list shows the empty state. */
  empty: boolean;
  now(): number;
  send(event: LiveEvent): void;
  /** Moves the pretended clock, ms. */
  advance(by: number): void;
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** A pretended server over invented twins, for states that a real one is seldom in. Loopback only. */
export async function startMockServer(options: {
  readonly webRoot: string;
  readonly port?: number;
  readonly now?: number;
}): Promise<MockServer> {
  const desk = new MockDesk();
  const streams = new Set<ServerResponse>();
  let offset = (options.now ?? Date.UTC(2026, 4, 5, 11, 20)) - Date.now();
  const now = () => Date.now() + offset;
  const jobs = new Map<string, JobView>();
  const state = { empty: false };

  const send = (event: LiveEvent) => {
    for (const stream of streams) stream.write(`data: ${JSON.stringify(event)}\n\n`);
  };
  const json = (response: ServerResponse, value: unknown, status = 200) => {
    response.writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' });
    response.end(JSON.stringify(value));
  };
  const problem = (response: ServerResponse, status: number, code: string, message: string, remedy: string) =>
    json(
      response,
      { type: code, title: code, status, detail: message, code, where: { file: 'readings.csv' }, remedy },
      status,
    );

  /** A calibration that comes half-way and waits there, so that a slow machine too has the time to call it off. */
  function calibrate(subject: string): JobView {
    const id = `job-${jobs.size + 1}`;
    const job: JobView = {
      id,
      kind: 'calibrate',
      subject,
      state: 'running',
      progress: { fraction: 0, message: 'finding the mode' },
      problem: null,
    };
    jobs.set(id, job);
    const step = () => {
      const old = jobs.get(id)!;
      if (old.state !== 'running') return;
      const fraction = old.progress.fraction + 0.1;
      const next: JobView = { ...old, progress: { fraction, message: 'sampling' } };
      jobs.set(id, next);
      send({ kind: 'job', job: next });
      if (fraction < 0.5) setTimeout(step, 300);
    };
    setTimeout(step, 300);
    return job;
  }

  async function api(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const parts = url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
    const [, root, id, verb] = parts;
    const person = people.find((p) => p.subject === id);
    if (root === 'session')
      return json(response, { logIn: false, name: null, roles: [], patient: null, formToken: null });
    if (root === 'status')
      return json(response, {
        name: 'gemel',
        version: '0.1.0',
        banner: 'Research use. Not for clinical use.',
        now: now(),
        clock: { kind: 'demonstration', now: now(), speed: 1 },
        packs: [
          {
            id: 'glucose',
            title: 'Type 1 diabetes, UVA/Padova',
            version: '0.1.0',
            intendedUse: 'Research on forecasting and decision support.',
            notFor: ['Treatment decisions', 'Children under two years', 'Pregnancy'],
          },
        ],
      });
    if (root === 'events') {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write(`data: ${JSON.stringify({ kind: 'clock', now: now() })}\n\n`);
      streams.add(response);
      response.on('close', () => streams.delete(response));
      return;
    }
    if (root === 'twins' && id === undefined)
      return json(response, state.empty ? [] : people.map((p) => summary(p, now(), desk.open(p.subject))));
    if (root === 'twins' && person === undefined)
      return problem(
        response,
        404,
        'server-unknown-subject',
        `There is no twin of "${id}".`,
        'Take a subject from the list.',
      );
    if (root === 'twins' && person !== undefined) {
      if (verb === undefined)
        return json(
          response,
          detail(
            person,
            now(),
            Number(url.searchParams.get('from') ?? now() - 9 * 60 * 60_000),
            Number(url.searchParams.get('to') ?? now() + 12 * 60 * 60_000),
            desk.open(person.subject),
          ),
        );
      if (verb === 'quality') return json(response, quality(person, now()));
      if (verb === 'whatif')
        return json(response, whatif(person, now(), (JSON.parse(await bodyOf(request)) as WhatIfRequest).arms));
      if (verb === 'advise') return json(response, desk.advise(person, now()));
      if (verb === 'calibrate') return json(response, calibrate(person.subject));
    }
    if (root === 'proposals' && id === undefined) return json(response, desk.of(url.searchParams.get('subject') ?? ''));
    if (root === 'proposals' && verb === 'action') {
      const action = JSON.parse(await bodyOf(request)) as ActionRequest;
      if (desk.inputsChanged)
        return problem(response, 409, 'release-inputs-changed', 'New data came in since.', 'Ask for a new proposal.');
      const result = desk.act(id!, action, now());
      return result === null
        ? problem(response, 404, 'server-unknown-proposal', 'No such proposal.', '')
        : json(response, result);
    }
    if (root === 'jobs') {
      const job = jobs.get(id!)!;
      if (request.method === 'DELETE') {
        jobs.set(id!, { ...job, state: 'cancelled' });
        send({ kind: 'job', job: jobs.get(id!)! });
      }
      return json(response, jobs.get(id!));
    }
    if (root === 'import') {
      await bodyOf(request);
      if (!url.searchParams.has('zone') || !url.searchParams.has('unit'))
        return problem(
          response,
          422,
          'device-zone-missing',
          'The file writes local times without a zone, and no unit.',
          'Add --zone (for example Europe/Berlin) and --unit.',
        );
      return json(response, {
        account: {
          source: url.searchParams.get('name'),
          sha256: 'ab'.repeat(32),
          format: 'cgm-csv',
          bytes: 1234,
          entries: 2917,
          mapped: 2915,
          kept: 0,
          duplicates: 1,
          refused: 1,
          byType: { row: { mapped: 2915, kept: 0, duplicates: 1, refused: 1 } },
          problems: [
            {
              code: 'device-value-implausible',
              message: 'The value 1043 mg/dL is no sensor value.',
              where: { file: 'readings.csv', line: 1207, element: 'row', field: 'gl' },
              remedy: 'Mend the row and import again.',
            },
          ],
          truncated: false,
        },
        subjects: ['cgm-subject-1'],
      });
    }
    return problem(response, 404, 'server-unknown-route', 'Nothing is at this address.', '');
  }

  function file(response: ServerResponse, url: URL): void {
    const asked = join(options.webRoot, url.pathname);
    const path = extname(asked) !== '' && existsSync(asked) ? asked : join(options.webRoot, 'index.html');
    response.writeHead(200, {
      'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
      'content-security-policy':
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'",
    });
    createReadStream(path).pipe(response);
  }

  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (url.pathname.startsWith('/api/')) void api(request, response, url);
    else file(response, url);
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    desk,
    get empty() {
      return state.empty;
    },
    set empty(value) {
      state.empty = value;
    },
    now,
    send,
    advance: (by) => {
      offset += by;
      send({ kind: 'clock', now: now() });
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
