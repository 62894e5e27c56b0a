import { createHash, randomUUID } from 'node:crypto';
import { instant, MINUTE, type Trace } from '@gemel/core';
import type * as fhir from '@medplum/fhirtypes';
import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { abstentionCard, advisoryCard, type CardFrame, limitCard, ordersOf, proposalCard } from '../../cds/cards.ts';
import { cdsErrors } from '../../cds/errors.data.ts';
import { type Card, CDS_SERVICES, type CdsRequest } from '../../cds/hooks.ts';
import { scenarios } from '../../views/points.ts';
import { proposalBundle } from '../../views/standing-report.ts';
import { newestOf, proposalStatus } from '../../views/twin.ts';
import type { Gate } from '../auth/guard.ts';
import type { People } from '../auth/people.ts';
import type { Desk } from '../desk.ts';
import { sha256, type World } from '../world.ts';
import { subjectOfRequest } from './cds-patient.ts';
import { readCdsFeedback, readCdsRequest } from './cds-request.ts';

export interface CdsOptions {
  readonly world: World;
  readonly desk: Desk;
  readonly gate: Gate;
  readonly people: People;
  readonly fetch: typeof fetch;
  /** Base address of this server. */
  readonly base: () => string;
}

const Id = Type.Object({ id: Type.String({ maxLength: 100 }) });
/** A proposal as old as this is shown again rather than made anew, ms. */
const FRESH = 15 * MINUTE;
/** Cards without a trace whose subject is remembered for their feedback, at most. */
const REMEMBERED = 10_000;
/** Drafts that a person may take over; the plan around them is not. */
const ORDERS: readonly string[] = ['MedicationRequest', 'NutritionOrder', 'ServiceRequest'];

/** CDS Hooks 2.0: what the twins say to a record that is open, and to an order that is being written. */
export function cdsRoutes(app: FastifyInstance, options: CdsOptions): void {
  const { world, desk, gate } = options;
  const { hub } = world;
  const subjects = new Map<string, string>();

  app.get('/cds-services', { config: { access: 'open' } }, async () => ({ services: CDS_SERVICES }));

  app.post<{ Params: Static<typeof Id> }>(
    '/cds-services/:id',
    { config: { access: 'governed' }, schema: { params: Id } },
    async (request) => {
      const asked = readCdsRequest(request.body, serviceOf(request.params.id));
      const subject = await subjectOfRequest(asked, { hub, people: options.people, fetch: options.fetch });
      // Nothing to say of who is not here, or whom the caller may not ask about: neither is told from the other.
      if (subject === null || !(await gate.permits(request, 'simulate', 'Twin', subject, 'recorded')))
        return { cards: [] };
      const cards: Card[] = [];
      for (const pack of await hub.packsOf(subject)) {
        if ((await hub.paused(subject, pack)).length > 0) continue;
        cards.push(...(await cardsOf(asked, subject, pack)));
      }
      for (const { uuid } of cards) remember(uuid, subject);
      return { cards };
    },
  );

  app.post<{ Params: Static<typeof Id> }>(
    '/cds-services/:id/feedback',
    { config: { access: 'governed' }, schema: { params: Id } },
    async (request) => {
      const service = serviceOf(request.params.id);
      const { feedback } = readCdsFeedback(request.body);
      const entries = [];
      for (const given of feedback) {
        const subject = subjects.get(given.card) ?? (await hub.trace(given.card))?.subject;
        if (subject === undefined || !(await gate.permits(request, 'simulate', 'Twin', subject)))
          throw cdsErrors.error('cds-card-unknown', `No card "${given.card}" was given.`, { field: 'feedback.card' });
        const key = sha256(JSON.stringify([service.id, given]));
        entries.push({
          id: `cds-feedback|${key}`,
          subject,
          kind: 'outcome' as const,
          trueAt: instant(Date.parse(given.outcomeTimestamp)),
          knownAt: world.clock(),
          dedupeKey: key,
          payload: { kind: 'cds-feedback', service: service.id, from: request.caller.agent.id, ...given },
        });
      }
      await world.store.append(entries);
      return {};
    },
  );

  async function cardsOf(asked: CdsRequest, subject: string, pack: string): Promise<Card[]> {
    const definition = hub.packs.find(({ id }) => id === pack)!;
    const frame: CardFrame = {
      title: definition.title,
      base: options.base(),
      patient: `Patient/${asked.context.patientId}`,
      subject,
      pack,
    };
    if (asked.hook === 'patient-view') {
      const { forecast } = await desk.standing(subject, pack);
      const advisories = definition.advisories(await hub.outlook(subject, pack), forecast);
      const trace = await proposal(subject, pack);
      const uuid = uuidOf(`${subject}|${pack}|${advisories.map(({ code }) => code).join()}|${world.clock()}`);
      return [advisoryCard(advisories, uuid, frame), trace === null ? null : await proposed(trace, frame)].filter(
        (card) => card !== null,
      );
    }
    const { draftOrders, selections } = asked.context;
    const orders = ordersOf(draftOrders, asked.hook === 'order-select' ? selections : undefined, definition.controls);
    if (orders.length === 0) return [];
    const cards: (Card | null)[] = [];
    for (const order of orders) {
      const every = order.everyMinutes === null ? {} : { everyMinutes: Math.max(5, order.everyMinutes) };
      const arm = {
        title: order.words,
        controls: [{ control: order.control, value: order.value, unit: order.unit, inMinutes: 0, ...every }],
      };
      const outcome = await hub.whatIf(subject, pack, scenarios(definition, subject, desk.now(), [arm]));
      if ('kind' in outcome) cards.push(abstentionCard(order, outcome.missing, randomUUID(), frame));
      else cards.push(limitCard(order, outcome.plans[0]!, randomUUID(), frame));
    }
    const trace = await proposal(subject, pack);
    const card = trace === null ? null : await proposed(trace, frame);
    if (trace !== null && card === null) cards.push(abstentionCard(orders[0]!, trace.advice.reasons, trace.id, frame));
    return [card, ...cards].filter((each) => each !== null);
  }

  /** The standing proposal, or a new one; null before a calibration: there is nothing to propose from. */
  async function proposal(subject: string, pack: string): Promise<Trace | null> {
    if (!(await hub.calibrated(subject, pack))) return null;
    const newest = newestOf(await hub.traces(subject), pack);
    const now = desk.now();
    const stands =
      newest !== undefined &&
      now - newest.at < FRESH &&
      ['open', 'abstained'].includes(proposalStatus(newest, newest, now));
    return stands ? newest : hub.advise(subject, pack);
  }

  async function proposed(trace: Trace, frame: CardFrame): Promise<Card | null> {
    const bundle = proposalBundle(
      trace,
      trace.advice.plans[0]?.forecast ?? null,
      await hub.facts(trace.subject),
      trace.at,
      sha256,
    );
    const orders = (bundle.entry ?? []).flatMap(({ resource }) =>
      resource !== undefined && ORDERS.includes(resource.resourceType) ? [resource as fhir.Resource] : [],
    );
    return proposalCard(trace, orders, frame);
  }

  function remember(card: string, subject: string): void {
    subjects.set(card, subject);
    for (const oldest of subjects.keys()) {
      if (subjects.size <= REMEMBERED) break;
      subjects.delete(oldest);
    }
  }
}

function serviceOf(id: string) {
  const service = CDS_SERVICES.find((each) => each.id === id);
  if (service === undefined)
    throw cdsErrors.error('cds-service-unknown', `There is no service "${id}".`, { field: 'id' });
  return service;
}

/** The same uuid for the same words at the same time (RFC 9562, version 8). */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
