import type { Consent } from '@gemel/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import type { Caller } from '../../access.ts';
import type { ReviewRow, WillView } from '../../api.ts';
import { serverErrors } from '../../errors.data.ts';
import { personOf } from '../auth/guard.ts';
import type { World } from '../world.ts';
import { actor } from './act.ts';
import { closeReview, listReviews } from './reviews.ts';
import { exportSubject } from './subject-export.ts';
import { endRestriction, giveConsent, restrict, willView, withdrawConsent } from './will.ts';

const Subject = Type.Object({ subject: Type.String({ minLength: 1 }) });
const Id = Type.Object({ id: Type.String({ minLength: 1 }) });
const Text = Type.String({ minLength: 1, maxLength: 4000 });
const Signed = Type.Object({ person: Text, reason: Text });
const Closing = Type.Object({ person: Text, finding: Text });
const Withdrawal = Type.Object({ reference: Text, person: Text, reason: Text });
const Given = Type.Object({
  type: Type.Union([Type.Literal('permit'), Type.Literal('deny')]),
  purposes: Type.Optional(Type.Array(Type.String(), { minItems: 1, maxItems: 50 })),
  types: Type.Optional(Type.Array(Type.String({ pattern: '^[A-Z][A-Za-z]{1,63}$' }), { minItems: 1, maxItems: 50 })),
  labels: Type.Optional(Type.Array(Type.String({ pattern: '^[^|]+\\|[^|]+$' }), { minItems: 1, maxItems: 50 })),
  from: Type.Optional(Type.Number()),
  to: Type.Optional(Type.Number()),
  person: Text,
  reason: Text,
});
const Form = Type.Object({ as: Type.Optional(Type.Union([Type.Literal('bundle'), Type.Literal('log')])) });

/** What a person asked for, being of the data: purpose of use of the routes by which rights are met. */
const RIGHTS = 'PATRQT';

/** Consent, the rights of the person, and the review of accesses past consent. */
export function governRoutes(app: FastifyInstance, world: World): void {
  const { hub, store, clock, governance } = world;
  const act = actor(world);

  app.get<{ Params: Static<typeof Subject> }>(
    '/api/twins/:subject/consents',
    { schema: { params: Subject }, config: { access: 'governed' } },
    ({ caller, params: { subject } }): Promise<WillView> =>
      act({ caller, action: 'read', type: 'Consent', subject }, async () => ({
        answer: await willView(hub, subject),
        entities: [],
      })),
  );

  app.post<{ Params: Static<typeof Subject>; Body: Static<typeof Given> }>(
    '/api/twins/:subject/consents',
    { schema: { params: Subject, body: Given }, config: { access: 'governed' } },
    ({ caller, params: { subject }, body }): Promise<Consent> =>
      act({ caller, action: 'create', type: 'Consent', subject }, async () => {
        await willView(hub, subject);
        const consent = await giveConsent(hub, subject, { ...body, person: personOf(caller, body.person) }, clock());
        return { answer: consent, entities: [consent.reference] };
      }),
  );

  app.post<{ Params: Static<typeof Subject>; Body: Static<typeof Withdrawal> }>(
    '/api/twins/:subject/consents/withdrawal',
    { schema: { params: Subject, body: Withdrawal }, config: { access: 'governed' } },
    ({ caller, params: { subject }, body: { reference, ...by } }): Promise<Consent> =>
      act({ caller, action: 'update', type: 'Consent', subject }, async () => {
        const signed = { ...by, person: personOf(caller, by.person) };
        return { answer: await withdrawConsent(hub, subject, reference, signed), entities: [reference] };
      }),
  );

  const restricting =
    (end: boolean) =>
    async (request: FastifyRequest<{ Params: Static<typeof Subject>; Body: Static<typeof Signed> }>) => {
      const {
        caller,
        params: { subject },
        body,
      } = request;
      return act({ caller, action: 'update', type: 'Consent', subject }, async () => {
        await willView(hub, subject);
        const signed = { ...body, person: personOf(caller, body.person) };
        if (end) await endRestriction(hub, subject, signed, clock());
        else await restrict(hub, subject, signed, clock());
        return { answer: await willView(hub, subject), entities: [] };
      });
    };
  const signed = { schema: { params: Subject, body: Signed }, config: { access: 'governed' as const } };
  app.post('/api/twins/:subject/restriction', signed, restricting(false));
  app.post('/api/twins/:subject/restriction/end', signed, restricting(true));

  app.get<{ Params: Static<typeof Subject>; Querystring: Static<typeof Form> }>(
    '/api/twins/:subject/export',
    { schema: { params: Subject, querystring: Form }, config: { access: 'governed' } },
    async ({ caller, params: { subject }, query: { as = 'bundle' } }, reply) => {
      const { bundle, entries } = await act(
        { caller: asked(caller), action: 'export', type: 'Patient', subject },
        async () => ({
          answer: await exportSubject(hub, store, subject),
          entities: [],
        }),
      );
      if (as === 'bundle') return reply.type('application/fhir+json').send(bundle);
      return reply.type('application/x-ndjson').send(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    },
  );

  app.post<{ Params: Static<typeof Subject>; Body: Static<typeof Signed> }>(
    '/api/twins/:subject/erasure',
    { ...signed },
    async ({ caller, params: { subject }, body }, reply) => {
      const person = personOf(caller, body.person);
      await act({ caller: asked(caller), action: 'erase', type: 'Patient', subject }, async () => {
        await willView(hub, subject);
        await hub.erase(subject);
        return { answer: null, entities: [], said: `${person}: ${body.reason}` };
      });
      return reply.code(204).send();
    },
  );

  // They name people of everybody's, and who looked at them: for those who answer for it.
  const config = { access: 'identified' as const };
  app.get('/api/reviews', { config }, async ({ caller }): Promise<readonly ReviewRow[]> => {
    requireAdministrator(caller);
    return listReviews(store);
  });
  app.post<{ Params: Static<typeof Id>; Body: Static<typeof Closing> }>(
    '/api/reviews/:id',
    { schema: { params: Id, body: Closing }, config },
    async ({ caller, params, body }): Promise<ReviewRow> => {
      requireAdministrator(caller);
      // Where nobody logs in, one agent stands for everybody at this machine.
      const agent = caller.scopes === 'all' ? null : caller.agent.id;
      return closeReview(store, params.id, { ...body, person: personOf(caller, body.person) }, clock(), agent);
    },
  );

  app.addHook('onClose', () => governance.flush());
}

/** The rights of a person are asked for by the person, whoever writes it down. */
function asked(caller: Caller): Caller {
  return { ...caller, purpose: RIGHTS };
}

/** @throws server-scope-missing */
function requireAdministrator({ agent }: Caller): void {
  if (!agent.roles.includes('administrator'))
    throw serverErrors.error('server-scope-missing', 'Reviews are for administrators.');
}
