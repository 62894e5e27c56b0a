import { LinkQueue } from '@gemel/runtime/identity/link-queue';
import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import type { LinkResult, LinksView, QualityView } from '../api.ts';
import { personOf } from './auth/guard.ts';
import { sha256, type World } from './world.ts';

const Subject = Type.Object({ subject: Type.String() });
const Id = Type.Object({ id: Type.String() });
const signature = {
  person: Type.String({ minLength: 1, maxLength: 200 }),
  reason: Type.String({ minLength: 1, maxLength: 4000 }),
};
const Correction = Type.Object({
  value: Type.Number(),
  unit: Type.String({ minLength: 1, maxLength: 100 }),
  ...signature,
});
const Decision = Type.Object({
  decision: Type.Union([Type.Literal('accept'), Type.Literal('reject'), Type.Literal('undo')]),
  ...signature,
});

/** How good data are, corrections by people, and who is who. */
export function qualityRoutes(app: FastifyInstance, world: World): void {
  const { hub, store, clock } = world;
  const links = new LinkQueue(hub, store, sha256, clock);

  app.get<{ Params: Static<typeof Subject> }>(
    '/api/twins/:subject/quality',
    { schema: { params: Subject } },
    (request): Promise<QualityView> => hub.quality(request.params.subject),
  );

  app.post<{ Params: Static<typeof Id>; Body: Static<typeof Correction> }>(
    '/api/observations/:id/correction',
    { schema: { params: Id, body: Correction } },
    async (request) => {
      const { value, unit, reason } = request.body;
      const person = personOf(request.caller, request.body.person);
      const { id, grade, marks } = await hub.correct({
        observation: request.params.id,
        value: { value, unit },
        person,
        reason,
      });
      return { id, grade, marks };
    },
  );

  app.get('/api/links', async (): Promise<LinksView> => {
    const [waiting, decisions] = await Promise.all([links.list(), links.decisions()]);
    return { waiting, decisions };
  });

  app.post<{ Params: Static<typeof Id>; Body: Static<typeof Decision> }>(
    '/api/links/:id',
    { schema: { params: Id, body: Decision } },
    async (request): Promise<LinkResult> => {
      const { decision, reason } = request.body;
      const person = personOf(request.caller, request.body.person);
      await links[decision](request.params.id, person, reason);
      return { id: request.params.id, decision };
    },
  );
}
