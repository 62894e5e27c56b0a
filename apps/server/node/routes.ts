import { HOUR, instant, MINUTE, type Trace } from '@gemel/core';
import { type Door, doors, sniffDoor } from '@gemel/exchange';
import { viewOf } from '@gemel/runtime';
import { purposeOf } from '@gemel/runtime/govern/purpose';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import type { Caller } from '../access.ts';
import type {
  ActionResult,
  ImportResult,
  JobView,
  LiveEvent,
  PackRecords,
  ProposalView,
  ReplayResult,
  Status,
  TwinDetail,
  TwinSummary,
  WhatIfResult,
} from '../api.ts';
import { serverErrors } from '../errors.data.ts';
import { packRecords } from '../views/pack-records.ts';
import { scenarios } from '../views/points.ts';
import { proposalBundle, releaseBundle, standingReport } from '../views/standing-report.ts';
import { newestOf, proposalView, standing, twinDetail } from '../views/twin.ts';
import { type Gate, personOf } from './auth/guard.ts';
import type { Desk } from './desk.ts';
import { useOf } from './govern/governance.ts';
import { TWIN_USE } from './govern/governor.ts';
import { recordImport } from './govern/record-import.ts';
import { sha256 } from './world.ts';

/** Largest file the import address takes, bytes. */
const IMPORT_LIMIT = 256 * 1024 * 1024;
/** Spacing of the live stream's clock events, ms. */
const HEARTBEAT = 5_000;

/** Farthest ahead that a what-if may reach, minutes: as far as any twin foretells. */
const LONGEST_MINUTES = 60 * 24 * 60;

const Control = Type.Object({
  control: Type.String(),
  value: Type.Number(),
  unit: Type.String(),
  inMinutes: Type.Number({ minimum: 0, maximum: LONGEST_MINUTES }),
  forMinutes: Type.Optional(Type.Number({ minimum: 0, maximum: LONGEST_MINUTES })),
  everyMinutes: Type.Optional(Type.Number({ minimum: 5, maximum: LONGEST_MINUTES })),
});
const WhatIf = Type.Object({
  arms: Type.Array(
    Type.Object({ title: Type.String({ maxLength: 200 }), controls: Type.Array(Control, { maxItems: 50 }) }),
    {
      minItems: 1,
      maxItems: 4,
    },
  ),
});
const Action = Type.Object({
  kind: Type.Union([Type.Literal('agree'), Type.Literal('change'), Type.Literal('reject')]),
  person: Type.String({ minLength: 1, maxLength: 200 }),
  reason: Type.String({ maxLength: 4000 }),
  traceHash: Type.String(),
  scenario: Type.Optional(Type.String()),
  controls: Type.Optional(Type.Array(Control, { maxItems: 50 })),
});
const Subject = Type.Object({ subject: Type.String() });
const Proposals = Type.Object({ subject: Type.String(), pack: Type.Optional(Type.String()) });
const Id = Type.Object({ id: Type.String() });
const Window = Type.Object({
  pack: Type.Optional(Type.String()),
  from: Type.Optional(Type.Number()),
  to: Type.Optional(Type.Number()),
});
const Report = Type.Object({
  pack: Type.Optional(Type.String()),
  unit: Type.Optional(Type.String()),
});
const Import = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 500 }),
  zone: Type.Optional(Type.String()),
  unit: Type.Optional(Type.String()),
  dates: Type.Optional(Type.Union([Type.Literal('day-first'), Type.Literal('month-first')])),
  subject: Type.Optional(Type.String()),
});

/** All addresses of the interface; the payloads stand in api.ts. */
export function routes(app: FastifyInstance, desk: Desk, clock: () => Status['clock'], gate: Gate): void {
  const { hub } = desk;
  const packOf = (id: string) => hub.packs.find((pack) => pack.id === id);
  /** For another purpose than treatment, or past consent, a twin goes by other data than by itself. */
  const hubFor = ({ caller }: FastifyRequest) =>
    caller.breakGlass === undefined && purposeOf(caller.purpose).hl7.includes(TWIN_USE.purpose)
      ? hub
      : hub.under(useOf(caller));
  const standingFor = (request: FastifyRequest, subject: string, pack: string) => {
    const own = hubFor(request);
    return own === hub ? desk.standing(subject, pack) : standing(own, subject, pack);
  };

  app.get(
    '/api/status',
    async (): Promise<Status> => ({
      name: 'gemel',
      version: '0.1.0',
      banner: 'Research use. Not for clinical use.',
      now: desk.now(),
      clock: clock(),
      packs: hub.packs.map(({ id, title, version, intendedUse, notFor }) => ({
        id,
        title,
        version,
        intendedUse,
        notFor,
      })),
    }),
  );

  app.get<{ Params: Static<typeof Id> }>(
    '/api/packs/:id',
    { schema: { params: Id } },
    async (request): Promise<PackRecords> => {
      const pack = packOf(request.params.id);
      if (pack === undefined)
        throw serverErrors.error('server-unknown-pack', `There is no pack "${request.params.id}".`, { field: 'id' });
      return packRecords(pack);
    },
  );

  app.get('/api/twins', async (request): Promise<TwinSummary[]> => {
    const [open, closed]: [string[], string[]] = [[], []];
    for (const subject of await hub.subjects())
      ((await gate.permits(request, 'read', 'Twin', subject, 'recorded')) ? open : closed).push(subject);
    // That a twin stands still for want of consent may be known to who may treat; nothing else of it.
    const paused = [];
    if (hubFor(request) === hub)
      for (const subject of closed) if (gate.opens(request, 'read', 'Twin', subject)) paused.push(subject);
    const still = (await desk.summaries(paused)).filter((summary) => summary.paused !== undefined);
    return [...(await desk.summaries(open)), ...still];
  });

  app.get<{ Params: Static<typeof Subject>; Querystring: Static<typeof Window> }>(
    '/api/twins/:subject',
    { schema: { params: Subject, querystring: Window } },
    async (request): Promise<TwinDetail> => {
      const decision = await gate.decide(request, 'read', 'Twin', request.params.subject);
      const { subject, pack } = await desk.place(request.params.subject, request.query.pack);
      const still = hubFor(request) === hub && (await hub.paused(subject, pack)).length > 0;
      if (decision?.permit === false && !still) throw serverErrors.error('server-refused', decision.reason);
      const now = desk.now();
      // Without a window: the first that is shown, with half of it held ready before.
      const [{ past }] = viewOf(packOf(pack)!).windows;
      const from = instant(request.query.from ?? now - 1.5 * past * HOUR);
      const to = instant(request.query.to ?? now + packOf(pack)!.forecast.horizonMinutes * MINUTE);
      return twinDetail(hubFor(request), await standingFor(request, subject, pack), now, from, to);
    },
  );

  app.post<{ Params: Static<typeof Subject>; Querystring: Static<typeof Window>; Body: Static<typeof WhatIf> }>(
    '/api/twins/:subject/whatif',
    { schema: { params: Subject, querystring: Window, body: WhatIf } },
    async (request): Promise<WhatIfResult> => {
      const { subject, pack } = await desk.place(request.params.subject, request.query.pack);
      const arms = scenarios(packOf(pack)!, subject, desk.now(), request.body.arms);
      const result = await hubFor(request).whatIf(subject, pack, arms);
      if ('kind' in result) throw withheld(result.missing);
      return { arms: result.plans, differences: result.differences };
    },
  );

  app.post<{ Params: Static<typeof Subject>; Querystring: Static<typeof Window> }>(
    '/api/twins/:subject/calibrate',
    { schema: { params: Subject, querystring: Window } },
    async (request): Promise<JobView> => {
      const { subject, pack } = await desk.place(request.params.subject, request.query.pack);
      const own = hubFor(request);
      return desk.jobs.start('calibrate', subject, async (signal, onProgress) => {
        const result = await own.calibrate(subject, pack, { signal, onProgress });
        if ('kind' in result) throw withheld(result.missing);
      });
    },
  );

  app.post<{ Params: Static<typeof Subject>; Querystring: Static<typeof Window> }>(
    '/api/twins/:subject/advise',
    { schema: { params: Subject, querystring: Window } },
    async (request): Promise<ProposalView> => {
      const { subject, pack } = await desk.place(request.params.subject, request.query.pack);
      const trace = await hubFor(request).advise(subject, pack);
      return proposalView(trace, trace, desk.now());
    },
  );

  app.get<{ Params: Static<typeof Subject>; Querystring: Static<typeof Report> }>(
    '/api/twins/:subject/report',
    { schema: { params: Subject, querystring: Report } },
    async (request, reply) => {
      const { subject, pack } = await desk.place(request.params.subject, request.query.pack);
      const { units } = viewOf(packOf(pack)!);
      const { unit = units[0].unit } = request.query;
      if (!units.some((offered) => offered.unit === unit))
        throw serverErrors.error(
          'server-request-invalid',
          `Values of ${pack} are shown in ${units.map((offered) => offered.unit).join(' or ')}, not in "${unit}".`,
          { field: 'unit' },
        );
      const report = await standingReport(hubFor(request), subject, pack, { now: desk.now(), unit, sha256 });
      return reply.type('text/html; charset=utf-8').send(report.html);
    },
  );

  app.get<{ Params: Static<typeof Subject>; Querystring: Static<typeof Window> }>(
    '/api/twins/:subject/fhir',
    { schema: { params: Subject, querystring: Window } },
    async (request, reply) => {
      const { subject, pack } = await desk.place(request.params.subject, request.query.pack);
      const trace = newestOf(await hub.traces(subject), pack);
      if (trace === undefined)
        throw serverErrors.error('server-unknown-proposal', `Nothing was ever proposed for "${subject}".`);
      const { forecast } = await standingFor(request, subject, pack);
      const bundle = proposalBundle(trace, forecast, await hub.facts(subject), desk.now(), sha256);
      return reply.type('application/fhir+json').send(bundle);
    },
  );

  app.get<{ Querystring: Static<typeof Proposals> }>(
    '/api/proposals',
    { schema: { querystring: Proposals } },
    async (request): Promise<ProposalView[]> => {
      const { subject, pack } = request.query;
      const traces = await hub.traces(subject);
      return traces
        .filter((trace) => pack === undefined || trace.pack.id === pack)
        .map((trace) => proposalView(trace, newestOf(traces, trace.pack.id), desk.now()))
        .sort((a, b) => b.madeAt - a.madeAt);
    },
  );

  app.get<{ Params: Static<typeof Id> }>(
    '/api/proposals/:id',
    { schema: { params: Id } },
    async (request): Promise<ProposalView> => {
      const trace = await knownTrace(request.params.id);
      return proposalView(trace, newestOf(await hub.traces(trace.subject), trace.pack.id), desk.now());
    },
  );

  app.post<{ Params: Static<typeof Id>; Body: Static<typeof Action> }>(
    '/api/proposals/:id/action',
    { schema: { params: Id, body: Action } },
    async (request): Promise<ActionResult> => {
      const trace = await knownTrace(request.params.id);
      const { kind, reason, traceHash, scenario, controls } = request.body;
      const person = personOf(request.caller, request.body.person);
      if (traceHash !== trace.hash)
        throw serverErrors.error(
          'server-request-invalid',
          'The proposal that was read is not the one being acted on.',
          {
            field: 'traceHash',
          },
        );
      const now = desk.now();
      const chosen =
        controls === undefined
          ? {}
          : {
              controls: scenarios(packOf(trace.pack.id)!, trace.subject, now, [{ title: 'changed', controls }])[0]!
                .controls,
            };
      const acted = await hubFor(request).act(trace.id, { kind, person, at: now, reason, ...chosen }, scenario);
      return {
        proposal: proposalView(acted.trace, newestOf(await hub.traces(trace.subject), trace.pack.id), now),
        bundle: await releaseBundle(hub, trace.id),
      };
    },
  );

  app.get<{ Params: Static<typeof Id> }>(
    '/api/proposals/:id/bundle',
    { schema: { params: Id } },
    async (request, reply) => {
      const trace = await knownTrace(request.params.id);
      const bundle =
        (await releaseBundle(hub, trace.id)) ??
        proposalBundle(
          trace,
          trace.advice.plans[0]?.forecast ?? null,
          await hub.facts(trace.subject),
          trace.at,
          sha256,
        );
      return reply.type('application/fhir+json').send(bundle);
    },
  );

  app.post<{ Params: Static<typeof Id> }>(
    '/api/proposals/:id/replay',
    { schema: { params: Id } },
    async (request): Promise<ReplayResult> => hub.replay((await knownTrace(request.params.id)).id),
  );

  app.get<{ Params: Static<typeof Id> }>(
    '/api/jobs/:id',
    { schema: { params: Id } },
    async (request): Promise<JobView> => desk.jobs.get(request.params.id),
  );
  app.delete<{ Params: Static<typeof Id> }>(
    '/api/jobs/:id',
    { schema: { params: Id } },
    async (request): Promise<JobView> => desk.jobs.cancel(request.params.id),
  );

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: IMPORT_LIMIT }, (_request, body, done) =>
      done(null, body),
    );
    scope.post<{ Querystring: Static<typeof Import>; Body: Buffer }>(
      '/api/import',
      { schema: { querystring: Import }, bodyLimit: IMPORT_LIMIT },
      (request): Promise<ImportResult> => importBytes(new Uint8Array(request.body), request.query, request.caller),
    );
  });

  app.get('/api/events', (request, reply) => {
    liveEvents(desk, gate, request, reply);
    request.raw.on('close', () => reply.raw.end());
  });

  async function knownTrace(id: string): Promise<Trace> {
    const trace = await hub.trace(id);
    if (trace === null)
      throw serverErrors.error('server-unknown-proposal', `There is no proposal "${id}".`, { field: 'id' });
    return trace;
  }

  async function importBytes(bytes: Uint8Array, query: Static<typeof Import>, caller: Caller): Promise<ImportResult> {
    const door: Door | null = sniffDoor(bytes, query.name);
    if (door === null)
      throw serverErrors.error(
        'server-format-unknown',
        `"${query.name}" is none of: ${doors.map((candidate) => candidate.title).join(', ')}.`,
        { file: query.name },
      );
    const hash = sha256(bytes);
    const decoded = door.decode(bytes, { ...query, sha256: hash });
    const source = { name: query.name, sha256: hash, format: door.id, bytes: bytes.length };
    const { account, subjects } = await hub.admit(decoded, source);
    await recordImport(desk.world, subjects, query.name, caller);
    return { account, subjects };
  }
}

function withheld(missing: readonly { readonly code: string; readonly statement: string }[]) {
  return serverErrors.error('server-withheld', missing.map((part) => part.statement).join(' '));
}

/** Holds the connection open and writes every event that its reader may see, as it happens; ends with the session or the server. */
function liveEvents(desk: Desk, gate: Gate, request: FastifyRequest, reply: FastifyReply): void {
  reply.hijack();
  for (const [name, value] of Object.entries(reply.getHeaders())) reply.raw.setHeader(name, value as string);
  reply.raw.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    connection: 'keep-alive',
  });
  const write = (event: LiveEvent) => reply.raw.write(`data: ${JSON.stringify(event)}\n\n`);
  const clock = () => write({ kind: 'clock', now: desk.now() });
  clock();
  // One after the other: what was asked first is told first.
  let told: Promise<unknown> = Promise.resolve();
  const tell = (event: LiveEvent) => {
    told = told.then(async () => {
      const subject = event.kind === 'clock' ? null : event.kind === 'job' ? event.job.subject : event.subject;
      if (await gate.permits(request, 'read', 'Twin', subject)) write(event);
    });
    told.catch(() => reply.raw.end());
  };
  const unlisten = desk.listen(tell, () => reply.raw.end());
  const beat = setInterval(async () => {
    if (await gate.holds(request)) clock();
    else reply.raw.end();
  }, HEARTBEAT);
  reply.raw.on('close', () => {
    clearInterval(beat);
    unlisten();
  });
}
