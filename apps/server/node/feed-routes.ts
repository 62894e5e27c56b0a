import { instant } from '@gemel/core';
import { MOST_COLUMNS } from '@gemel/runtime';
import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import type { CensusView, QuarantineRow, ReplayedMessage, WaveformDrawing, WaveformRow } from '../api.ts';
import { serverErrors } from '../errors.data.ts';
import { Quarantine, TOPICS } from './quarantine.ts';
import { replayQuarantined } from './quarantine-replay.ts';
import type { World } from './world.ts';

/** The range of a JavaScript date. */
const Moment = Type.Number({ minimum: -8.64e15, maximum: 8.64e15 });
const Moments = Type.Object({ at: Type.Optional(Moment), knownBy: Type.Optional(Moment) });
const Subject = Type.Object({ subject: Type.String() });
const Id = Type.Object({ id: Type.String() });
const Drawing = Type.Object({
  ref: Type.String({ minLength: 1 }),
  from: Moment,
  to: Moment,
  columns: Type.Integer({ minimum: 1, maximum: MOST_COLUMNS }),
});
const Reason = Type.Object({ reason: Type.String({ minLength: 1, maxLength: 4000 }) });

const Replay = Type.Object({ zone: Type.Optional(Type.String()), topics: Type.Optional(Type.String()) });
/** Bytes of the longest message that may be mended: an HL7 v2 message with its documents. */
const LONGEST = 64 * 1024 * 1024;

/** Addresses of what the feeds bring: the census, waveforms, and what waits in quarantine. */
export function feedRoutes(app: FastifyInstance, world: World): void {
  const { hub, store, clock } = world;
  const quarantine = new Quarantine(store);

  app.get<{ Querystring: Static<typeof Moments> }>(
    '/api/census',
    { schema: { querystring: Moments } },
    (request): Promise<CensusView> => {
      const { at, knownBy } = request.query;
      return hub.census(
        at === undefined ? undefined : instant(at),
        knownBy === undefined ? undefined : instant(knownBy),
      );
    },
  );

  app.get<{ Params: Static<typeof Subject> }>(
    '/api/twins/:subject/waveforms',
    { schema: { params: Subject } },
    async (request): Promise<readonly WaveformRow[]> => hub.waveforms.list(await known(request.params.subject)),
  );

  app.get<{ Params: Static<typeof Subject>; Querystring: Static<typeof Drawing> }>(
    '/api/twins/:subject/waveform',
    { schema: { params: Subject, querystring: Drawing } },
    async (request): Promise<WaveformDrawing> => {
      const { ref, from, to, columns } = request.query;
      if (from >= to)
        throw serverErrors.error('server-request-invalid', 'A drawing begins before it ends.', { field: 'from' });
      const subject = await known(request.params.subject);
      const drawing = await hub.waveforms.envelope(subject, ref, instant(from), instant(to), columns);
      if (drawing === null) {
        const message = `"${subject}" has no waveform "${ref}".`;
        throw serverErrors.error('server-unknown-waveform', message, { field: 'ref' });
      }
      return drawing;
    },
  );

  app.get('/api/quarantine', async (): Promise<readonly QuarantineRow[]> => {
    const waiting = await quarantine.list();
    return waiting.map(({ message, ...said }) => ({ ...said, message: new TextDecoder().decode(message) }));
  });

  app.post<{ Params: Static<typeof Id>; Body: Static<typeof Reason> }>(
    '/api/quarantine/:id/discard',
    { schema: { params: Id, body: Reason } },
    async (request): Promise<{ readonly id: string }> => {
      const { id } = await quarantine.get(request.params.id);
      await quarantine.release(id, clock(), { how: 'discarded', reason: request.body.reason });
      return { id };
    },
  );

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: LONGEST }, (_request, body, done) =>
      done(null, body),
    );
    scope.post<{ Params: Static<typeof Id>; Querystring: Static<typeof Replay>; Body: Buffer | undefined }>(
      '/api/quarantine/:id/replay',
      { schema: { params: Id, querystring: Replay }, bodyLimit: LONGEST },
      (request): Promise<ReplayedMessage> => {
        const { body } = request;
        const mended = body === undefined || body.length === 0 ? {} : { mended: new Uint8Array(body) };
        const { topics = TOPICS, ...query } = request.query;
        return replayQuarantined(world, request.params.id, { ...query, ...mended, topics });
      },
    );
  });

  /** @throws server-unknown-subject */
  async function known(subject: string): Promise<string> {
    if ((await hub.subjects()).includes(subject)) return subject;
    throw serverErrors.error('server-unknown-subject', `There is no twin of "${subject}".`, { field: 'subject' });
  }
}
