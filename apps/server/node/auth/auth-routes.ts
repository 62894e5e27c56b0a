import { randomBytes } from 'node:crypto';
import { CodedError } from '@gemel/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { InteractionResults } from 'oidc-provider';
import { type Static, Type } from 'typebox';
import type { SessionView } from '../../api.ts';
import { serverErrors } from '../../errors.data.ts';
import { scopeWords } from '../../scopes.ts';
import type { Access } from './access.ts';
import { fhirBase, type GrantedContext, grantable, OAUTH, WEB_CLIENT } from './authorization-server.ts';
import { cookieName, readCookie, setCookie } from './cookie.ts';
import { SESSION_COOKIE, sessionOf } from './identify.ts';
import type { LaunchContext } from './launches.ts';
import { consentPage, logInPage, noticePage } from './pages.ts';
import type { Person } from './people.ts';
import { smartConfiguration } from './smart-configuration.ts';
import type { WebSession } from './web-sessions.ts';

const FORM_COOKIE = 'gemel-form';
const HTML = 'text/html; charset=utf-8';
const Next = Type.Object({ next: Type.Optional(Type.String({ maxLength: 2000 })) });
const Uid = Type.Object({ uid: Type.String({ maxLength: 100 }) });
type Form = URLSearchParams;

/** An address of this server to go on to; nothing else is followed. */
export function localAddress(next: string | null | undefined): string {
  const there = next ?? '/';
  const own =
    /^\/(?![/\\])[\x21-\x7e]*$/.test(there) && URL.parse(there, 'http://here.invalid')?.host === 'here.invalid';
  return own ? there : '/';
}

/** Logging in and out, agreeing, and the addresses of the authorization server. */
export function authRoutes(app: FastifyInstance, access: Access): void {
  const open = { config: { access: 'open' as const } };
  const session = (request: FastifyRequest) => sessionOf(request, access.sessions, access.cookies);

  app.register(async (scope) => {
    formBodies(scope);

    scope.get<{ Querystring: Static<typeof Next> }>(
      '/login',
      { ...open, schema: { querystring: Next } },
      (request, reply) => {
        const next = localAddress(request.query.next);
        if (session(request) !== null) return reply.redirect(next, 303);
        return reply.type(HTML).send(logInPage({ formToken: newFormToken(reply), next }));
      },
    );

    scope.post<{ Body: Form }>('/login', open, async (request, reply) => {
      const form = formOf(request);
      const next = localAddress(form.get('next'));
      checkFormToken(form, readCookie(request, cookieName(FORM_COOKIE, access.cookies)));
      const wait = access.logIns.take(request.ip);
      if (wait > 0) throw tooMany(reply, wait);
      const name = form.get('name') ?? '';
      try {
        const user = await access.users.logIn(name, form.get('password') ?? '');
        endSession(request);
        setCookie(reply, SESSION_COOKIE, access.sessions.begin(user), access.cookies);
        return reply.redirect(next, 303);
      } catch (error) {
        if (!(error instanceof CodedError)) throw error;
        const status = error.code === 'server-log-in-locked' ? 429 : 401;
        const page = logInPage({ formToken: newFormToken(reply), next, name, problem: error.message });
        return reply.code(status).type(HTML).send(page);
      }
    });

    scope.post<{ Body: Form }>('/logout', open, async (request, reply) => {
      checkFormToken(formOf(request), session(request)?.formToken ?? null);
      endSession(request);
      setCookie(reply, SESSION_COOKIE, '', access.cookies);
      return reply.redirect('/login', 303);
    });

    scope.get('/api/session', open, async (request): Promise<SessionView> => {
      const caller = request.headers.authorization === undefined ? null : await access.identify(request);
      const held = session(request);
      return {
        logIn: access.configuration.auth.kind !== 'off',
        name: caller?.agent.name ?? held?.user.title ?? null,
        roles: caller?.agent.roles ?? held?.user.roles ?? [],
        patient: caller?.patient ?? null,
        formToken: caller === null ? (held?.formToken ?? null) : null,
      };
    });

    scope.get<{ Params: Static<typeof Uid> }>(
      `${OAUTH.interaction}/:uid`,
      { ...open, schema: { params: Uid } },
      async (request, reply) => {
        const asked = await interaction(request, reply);
        const held = session(request);
        if (held === null) return reply.redirect(`/login?next=${encodeURIComponent(request.url)}`, 303);
        const { accountId } = asked.session ?? {};
        if (asked.prompt.name === 'login') {
          if (accountId !== undefined && accountId !== held.user.name) return otherPerson(reply);
          return finish(request, reply, { login: { accountId: held.user.name, remember: false } });
        }
        const offer = await offered(asked, held);
        if (offer.silent) return agree(request, reply, asked, held, offer, offer.context);
        const client = await access.provider.Client.find(String(asked.params.client_id));
        const page = consentPage({
          action: `${OAUTH.interaction}/${request.params.uid}`,
          formToken: held.formToken,
          client: client?.clientName ?? String(asked.params.client_id),
          user: held.user.title,
          words: offer.scopes.flatMap((each) => scopeWords(each) ?? []),
          left: offer.left.flatMap((each) => scopeWords(each) ?? []),
          people: offer.people,
        });
        return reply.type(HTML).send(page);
      },
    );

    scope.post<{ Params: Static<typeof Uid>; Body: Form }>(
      `${OAUTH.interaction}/:uid`,
      { ...open, schema: { params: Uid } },
      async (request, reply) => {
        const form = formOf(request);
        const held = session(request);
        checkFormToken(form, held?.formToken ?? null);
        const asked = await interaction(request, reply);
        if (held === null || asked.session?.accountId !== held.user.name || asked.prompt.name !== 'consent')
          return otherPerson(reply);
        if (form.get('answer') !== 'allow')
          return finish(request, reply, { error: 'access_denied', error_description: 'The person refused.' });
        const offer = await offered(asked, held);
        if (offer.people.length === 0) return agree(request, reply, asked, held, offer, offer.context);
        const person = offer.people.find(({ id }) => id === form.get('person'));
        if (person === undefined)
          throw serverErrors.error('server-request-invalid', 'Choose whose data it gets.', { field: 'person' });
        return agree(request, reply, asked, held, offer, { ...offer.context, subject: person.subject });
      },
    );
  });

  for (const url of ['/.well-known/smart-configuration', '/fhir/.well-known/smart-configuration'])
    app.get(url, open, async () => smartConfiguration(access.base, access.configuration));

  app.register(async (scope) => {
    // The authorization server reads its bodies itself.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _body, done) => done(null));
    const answer = (request: FastifyRequest, reply: FastifyReply) => {
      reply.hijack();
      for (const [name, value] of Object.entries(reply.getHeaders())) reply.raw.setHeader(name, value as string);
      const { headers } = request.raw;
      // It knows the address that others reach it at, and of proxies what the server believes of them.
      const outside = access.configuration.url === null ? null : new URL(access.configuration.url);
      headers['x-forwarded-proto'] = outside?.protocol.slice(0, -1) ?? request.protocol;
      headers['x-forwarded-host'] = outside?.host ?? request.host;
      delete headers['x-forwarded-for'];
      access.provider.callback()(request.raw, reply.raw);
    };
    const [get, post] = ['GET' as const, 'POST' as const];
    for (const [method, url] of [
      [get, '/.well-known/openid-configuration'],
      [get, '/.well-known/oauth-authorization-server'],
      [get, OAUTH.keys],
      [get, OAUTH.authorize],
      [get, `${OAUTH.authorize}/:uid`],
      [post, OAUTH.token],
      [post, OAUTH.introspect],
      [post, OAUTH.revoke],
      [post, OAUTH.register],
    ] as const)
      scope.route({ method, url, config: { access: 'open' }, handler: answer, exposeHeadRoute: false });
    for (const url of [OAUTH.token, OAUTH.introspect, OAUTH.revoke, OAUTH.keys])
      scope.route({ method: 'OPTIONS', url, config: { access: 'open' }, handler: answer });
  });

  type Interaction = Awaited<ReturnType<typeof interaction>>;

  async function interaction(request: FastifyRequest, reply: FastifyReply) {
    try {
      return await access.provider.interactionDetails(request.raw, reply.raw);
    } catch {
      throw serverErrors.error(
        'server-forged',
        'This authorization is not under way in this browser, or took too long.',
      );
    }
  }

  async function finish(
    request: FastifyRequest,
    reply: FastifyReply,
    result: InteractionResults,
  ): Promise<FastifyReply> {
    const merge = !('error' in result);
    const next = await access.provider.interactionResult(request.raw, reply.raw, result, {
      mergeWithLastSubmission: merge,
    });
    return reply.redirect(next, 303);
  }

  /** What an app is offered: the scopes this person can give it, the context of its launch, and whom to choose from. */
  async function offered({ params }: Interaction, { user }: WebSession) {
    const client = String(params.client_id);
    const asked = [...new Set(String(params.scope ?? '').split(' '))].filter((scope) => scope !== '');
    const scopes = grantable(access.clients, client, user, asked);
    const left = asked.filter((scope) => !scopes.includes(scope) && scopeWords(scope) !== null);
    const launched =
      typeof params.launch === 'string' && scopes.includes('launch')
        ? access.store.get<{ readonly user: string; readonly context: LaunchContext }>('launch', params.launch)
        : null;
    const context: LaunchContext =
      launched?.user === user.name
        ? launched.context
        : { subject: null, encounter: null, needPatientBanner: true, intent: null };
    const needsPerson = scopes.some((scope) => scope === 'launch/patient' || scope.startsWith('patient/'));
    const own = user.roles.every((role) => role === 'patient');
    const all: readonly Person[] = needsPerson && context.subject === null ? await access.peopleFor(user) : [];
    const people = own ? all.filter(({ subject }) => subject === user.subject) : all;
    return { scopes, left, context, people, silent: client === WEB_CLIENT && people.length === 0 };
  }

  async function agree(
    request: FastifyRequest,
    reply: FastifyReply,
    { params }: Interaction,
    { user }: WebSession,
    { scopes }: Awaited<ReturnType<typeof offered>>,
    context: LaunchContext,
  ): Promise<FastifyReply> {
    const { Grant } = access.provider;
    if (typeof params.launch === 'string') {
      // A launch is good for one authorization: who comes second with it gets nothing.
      const taken = access.launches.take(params.launch, user.name);
      if (taken === null && scopes.includes('launch'))
        return finish(request, reply, { error: 'invalid_request', error_description: 'The launch is used up.' });
    }
    const clientId = String(params.client_id);
    const grant = new Grant({ accountId: user.name, clientId });
    const asked = String(params.scope ?? '').split(' ');
    // Clinical scopes are kept as asked and narrowed by what is kept beside the grant.
    const clinical = asked.filter((scope) => scope.includes('.'));
    const others = asked.filter((scope) => !scope.includes('.'));
    const agreed = others.filter((scope) => scopes.includes(scope));
    const refused = others.filter((scope) => !scopes.includes(scope));
    if (agreed.length > 0) grant.addOIDCScope(agreed.join(' '));
    if (refused.length > 0) grant.rejectOIDCScope(refused.join(' '));
    if (clinical.length > 0) grant.addResourceScope(fhirBase(access.base), clinical.join(' '));
    const id = await grant.save();
    const granted: GrantedContext = { ...context, scopes };
    access.launches.keep(id, granted, grant.exp === undefined ? access.now() + 3_600_000 : grant.exp * 1000);
    return finish(request, reply, { consent: { grantId: id } });
  }

  function endSession(request: FastifyRequest): void {
    const cookie = readCookie(request, cookieName(SESSION_COOKIE, access.cookies));
    if (cookie !== null) access.sessions.end(cookie);
    const authorization = readCookie(request, 'gemel_authorization');
    if (authorization !== null) access.store.remove('Session', authorization);
  }

  function newFormToken(reply: FastifyReply): string {
    const token = randomBytes(24).toString('base64url');
    setCookie(reply, FORM_COOKIE, token, access.cookies, 3600);
    return token;
  }
}

/** Forms as browsers send them. */
export function formBodies(scope: FastifyInstance): void {
  scope.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: 16_384 },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  );
}

export function formOf(request: FastifyRequest): Form {
  if (request.body instanceof URLSearchParams) return request.body;
  throw serverErrors.error('server-request-invalid', 'A form is expected.');
}

/** @throws server-forged where the form was not made by a page that this browser got from here */
export function checkFormToken(form: Form, expected: string | null): void {
  if (expected === null || form.get('form') !== expected)
    throw serverErrors.error('server-forged', 'The form is not one that this server sent to this browser.');
}

function tooMany(reply: FastifyReply, seconds: number) {
  reply.header('retry-after', String(seconds));
  return serverErrors.error('server-rate-exceeded', `Too many tries; wait ${seconds} s.`);
}

function otherPerson(reply: FastifyReply): FastifyReply {
  const words = 'Somebody else is logged in by now. Log out, and start again from the app.';
  return reply.code(409).type(HTML).send(noticePage('Start again', words));
}
