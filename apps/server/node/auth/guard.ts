import { instant } from '@gemel/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AccessDecision, AccessRequest, Caller, Governance } from '../../access.ts';
import { serverErrors } from '../../errors.data.ts';
import { accessOf, type GuardedRoute, type RouteAccess, type RouteSubject } from '../../route-access.data.ts';
import { scopePermits } from '../../scopes.ts';
import type { Desk } from '../desk.ts';
import type { RateLimit } from '../rate-limit.ts';
import type { World } from '../world.ts';
import { LOCAL_PERSON, stated } from './identify.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sent the request; nobody (no scope at all) at an open address without a token. */
    caller: Caller;
  }
  interface FastifyContextConfig {
    /** Who may use the route, where route-access.data.ts does not say. */
    access?: RouteAccess;
  }
}

/** Who sends no token to an address that is open. */
export const NOBODY: Caller = {
  agent: { id: 'nobody', kind: 'system', name: 'Nobody', roles: [] },
  scopes: [],
  patient: null,
  purpose: 'TREAT',
  token: null,
};

export interface GuardOptions {
  readonly world: World;
  readonly desk: Desk;
  /** Null where nobody logs in. */
  readonly identify: ((request: FastifyRequest) => Promise<Caller | null>) | null;
  /** How much each client may send; null: as much as it will. */
  readonly rate: RateLimit | null;
  readonly governance?: Governance;
}

/** What handlers ask whose answer holds several people's data, or goes on for long. */
export interface Gate {
  /** Whether the sender of a request may do this, by scopes and policies. */
  permits(
    request: FastifyRequest,
    action: AccessRequest['action'],
    type: string,
    subject: string | null,
    recorded?: 'recorded',
  ): Promise<boolean>;
  /** Whether the scopes open it, whatever consent and policies say. */
  opens(request: FastifyRequest, action: AccessRequest['action'], type: string, subject: string): boolean;
  /** What is decided of it, and recorded once the answer went out; the handler sees to a refusal. @throws server-scope-missing */
  decide(
    request: FastifyRequest,
    action: AccessRequest['action'],
    type: string,
    subject: string,
  ): Promise<AccessDecision | null>;
  /** Whether the session or token that a request came with still holds. */
  holds(request: FastifyRequest): Promise<boolean>;
}

interface Asked {
  readonly request: AccessRequest;
  readonly decision: AccessDecision;
}

/** The name under which a person decides: the one they logged in by; where nobody logs in, the one they state. @throws server-scope-missing */
export function personOf({ agent, scopes }: Caller, stated: string): string {
  if (scopes === 'all') return stated;
  if (agent.kind !== 'person') throw serverErrors.error('server-scope-missing', 'A person decides this, no program.');
  return `${agent.name} (${agent.id})`;
}

/** Finds out who sends each request, and lets through what its route, the scopes and the policies allow. */
export function guard(app: FastifyInstance, options: GuardOptions): Gate {
  const { governance } = options;
  const asked = new WeakMap<FastifyRequest, Asked>();
  app.decorateRequest('caller', null as unknown as Caller);

  app.addHook('onRequest', async (request, reply) => {
    const route = request.routeOptions;
    const known = route.url !== undefined;
    const access = route.config?.access ?? (known ? accessOf(request.method, route.url!) : 'open');
    request.caller = NOBODY;
    if (options.identify === null) request.caller = stated(request, LOCAL_PERSON);
    else {
      const caller = access === 'open' ? null : await found(options.identify, request, reply);
      // Who does not say who they are is counted by the address they come from.
      slow(reply, caller?.agent.id ?? request.ip);
      request.caller = caller ?? NOBODY;
      if (access === 'open') return;
      if (caller === null && !(access === 'operator' && fromHere(request)))
        throw serverErrors.error('server-token-missing', 'This address needs a session or an access token.');
      if (access === null)
        throw serverErrors.error('server-route-unguarded', `${request.method} ${route.url} says not who may use it.`);
      if (access === 'operator' && caller !== null && !caller.agent.roles.includes('administrator'))
        throw serverErrors.error('server-scope-missing', 'This address is for those who run the server.');
    }
    if (access !== null && typeof access !== 'string') await enter(request, access);
  });

  app.addHook('onResponse', async (request, reply) => {
    const entered = asked.get(request);
    if (governance === undefined || entered === undefined) return;
    const { permit } = entered.decision;
    const outcome =
      permit && reply.statusCode < 400 ? 'success' : reply.statusCode < 500 ? 'minor-failure' : 'serious-failure';
    await governance.record([{ ...entered, entities: [], outcome }]);
  });

  return {
    async permits({ caller }, action, type, subject, recorded) {
      if (!scopePermits(caller.scopes, caller.patient, action, type, subject)) return false;
      if (governance === undefined) return true;
      const request: AccessRequest = { caller, action, type, subject, at: instant(options.world.clock()) };
      const decision = await governance.decide(request);
      if (recorded && decision.permit)
        await governance.record([{ request, decision, entities: [], outcome: 'success' }]);
      return decision.permit;
    },
    opens: ({ caller }, action, type, subject) => scopePermits(caller.scopes, caller.patient, action, type, subject),
    async decide(request, action, type, subject) {
      const { caller } = request;
      if (!scopePermits(caller.scopes, caller.patient, action, type, subject))
        throw serverErrors.error('server-scope-missing', `The scopes do not open ${action} of ${type} here.`);
      if (governance === undefined) return null;
      const wanted: AccessRequest = { caller, action, type, subject, at: instant(options.world.clock()) };
      const decision = await governance.decide(wanted);
      asked.set(request, { request: wanted, decision });
      return decision;
    },
    async holds(request) {
      if (options.identify === null) return true;
      const caller = await options.identify(request).catch(() => null);
      return caller !== null && caller.agent.id === request.caller.agent.id;
    },
  };

  async function found(
    identify: NonNullable<GuardOptions['identify']>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Caller | null> {
    try {
      return await identify(request);
    } catch (error) {
      // Guessed tokens are counted too.
      slow(reply, request.ip);
      throw error;
    }
  }

  function slow(reply: FastifyReply, client: string): void {
    const wait = options.rate?.take(client) ?? 0;
    if (wait === 0) return;
    reply.header('retry-after', String(wait));
    throw serverErrors.error('server-rate-exceeded', `Too many requests; wait ${wait} s.`);
  }

  async function enter(request: FastifyRequest, { action, type, subject: named }: GuardedRoute): Promise<void> {
    const { caller } = request;
    const subject = await subjectOf(request, named);
    // What is of everybody is not of the one person of a launch.
    const patient = named === 'everybody' ? null : caller.patient;
    if (!scopePermits(caller.scopes, patient, action, type, subject))
      throw serverErrors.error('server-scope-missing', `The scopes do not open ${action} of ${type} here.`);
    if (governance === undefined) return;
    const wanted: AccessRequest = { caller, action, type, subject, at: instant(options.world.clock()) };
    const decision = await governance.decide(wanted);
    asked.set(request, { request: wanted, decision });
    if (!decision.permit) throw serverErrors.error('server-refused', decision.reason);
  }

  /** Null where it is of nobody, or nobody is found: the handler then says what is unknown, to those who may see everybody. */
  async function subjectOf(request: FastifyRequest, named: RouteSubject): Promise<string | null> {
    if (typeof named === 'string') return null;
    const params = request.params as Record<string, string>;
    if ('param' in named) return params[named.param] ?? null;
    if ('query' in named) return unknownAsOther((request.query as Record<string, unknown>)[named.query]);
    if ('trace' in named) return unknownAsOther((await options.world.hub.trace(params[named.trace] ?? ''))?.subject);
    if ('job' in named) return unknownAsOther(options.desk.jobs.find(params[named.job] ?? '')?.subject);
    return unknownAsOther((await options.world.store.get(params[named.entry] ?? '').catch(() => null))?.subject);
  }
}

/** What is not there is as closed as another person's: who may not see everybody learns nothing of whether it is. */
const unknownAsOther = (subject: unknown): string => (typeof subject === 'string' ? subject : '');

/** From this machine itself, not through a proxy. */
function fromHere({ socket, headers }: FastifyRequest): boolean {
  const address = socket.remoteAddress ?? '';
  return /^(127\.|::1$|::ffff:127\.)/.test(address) && headers['x-forwarded-for'] === undefined;
}
