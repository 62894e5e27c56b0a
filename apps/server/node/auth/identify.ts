import type { FastifyRequest } from 'fastify';
import type { Caller } from '../../access.ts';
import { serverErrors } from '../../errors.data.ts';
import { LOCAL_PERSON } from '../../local-person.ts';
import { narrowScopes } from '../../scopes.ts';
import { type AccessStore, fingerprint } from './access-store.ts';
import { clientScopes, fhirBase, type GrantedContext, WEB_CLIENT } from './authorization-server.ts';
import type { Clients } from './clients.ts';
import { type CookiePolicy, cookieName, readCookie } from './cookie.ts';
import { purposeOf, scopesOf } from './role-scopes.ts';
import type { User, Users } from './users.ts';
import type { WebSession, WebSessions } from './web-sessions.ts';

export { LOCAL_PERSON };

/** Says who a token is of. @throws server-token-invalid, server-token-expired */
export type TokenReader = (token: string) => Promise<Caller | null>;

export interface Identification {
  readonly sessions: WebSessions;
  readonly cookies: CookiePolicy;
  /** In the order they are asked; the first that knows the token answers. */
  readonly readers: readonly TokenReader[];
}

/** Name of the cookie of a web session. */
export const SESSION_COOKIE = 'gemel';

/** Who sent a request: by its bearer token, else by its session; null where it says nothing of it. @throws server-token-* */
export async function identify(
  request: FastifyRequest,
  { sessions, cookies, readers }: Identification,
): Promise<Caller | null> {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const token = /^Bearer ([A-Za-z0-9\-._~+/]+=*)$/i.exec(authorization)?.[1];
    if (token === undefined) throw serverErrors.error('server-token-invalid', 'Authorization is not "Bearer <token>".');
    for (const read of readers) {
      const caller = await read(token);
      if (caller !== null) return stated(request, caller);
    }
    throw serverErrors.error('server-token-invalid', 'The access token is not known here.');
  }
  const session = sessionOf(request, sessions, cookies);
  return session === null ? null : stated(request, callerOf(session.user));
}

/** The web session of a request's cookie; null where it has none that holds. */
export function sessionOf(
  request: Pick<FastifyRequest, 'headers'>,
  sessions: WebSessions,
  cookies: CookiePolicy,
): WebSession | null {
  const cookie = readCookie(request, cookieName(SESSION_COOKIE, cookies));
  return cookie === null ? null : sessions.find(cookie);
}

/** What a person says of why they ask: the purpose of use, and why they go past what consent allows. Policies judge it. */
export function stated({ headers }: FastifyRequest, caller: Caller): Caller {
  const purpose = headers['x-purpose-of-use'];
  const reason = headers['x-break-glass'];
  if (typeof purpose === 'string' && !/^[A-Za-z0-9:/.|#-]{2,200}$/.test(purpose))
    throw serverErrors.error('server-request-invalid', 'X-Purpose-Of-Use is no code.', { field: 'X-Purpose-Of-Use' });
  return {
    ...caller,
    ...(typeof purpose === 'string' && { purpose }),
    ...(typeof reason === 'string' && reason.trim() !== '' && { breakGlass: reason.slice(0, 1000) }),
  };
}

/** A person who is logged in. */
export function callerOf(user: User): Caller {
  return {
    agent: { id: `person|${user.name}`, kind: 'person', name: user.title, roles: user.roles },
    scopes: scopesOf(user),
    patient: user.subject,
    purpose: purposeOf(user),
    token: null,
  };
}

/** The parts of a stored token that matter here. */
interface StoredToken {
  readonly clientId: string;
  readonly accountId?: string;
  readonly grantId?: string;
  readonly sessionUid?: string;
  readonly expiresWithSession?: boolean;
  readonly scope?: string;
  readonly aud?: string | readonly string[];
  readonly exp: number;
}

/** Reads the tokens that the authorization server inside gave out: looked up each time, so that a withdrawal holds at once. */
export function embeddedTokens(
  base: string,
  { store, users, clients, now }: { store: AccessStore; users: Users; clients: Clients; now: () => number },
): TokenReader {
  return async (token) => {
    const id = fingerprint(token);
    const person = store.get<StoredToken>('AccessToken', id);
    const stored = person ?? store.get<StoredToken>('ClientCredentials', id);
    if (stored === null) return null;
    const refuse = (message: string) => serverErrors.error('server-token-invalid', message);
    if (stored.exp * 1000 <= now())
      throw serverErrors.error(
        'server-token-expired',
        `The access token expired at ${new Date(stored.exp * 1000).toISOString()}.`,
      );
    if (![stored.aud].flat().includes(fhirBase(base))) throw refuse('The access token is meant for another server.');
    const client = clients.get(stored.clientId);
    const dynamic = client === null && store.get('Client', stored.clientId) !== null;
    if (stored.clientId !== WEB_CLIENT && !dynamic && (client === null || client.disabled))
      throw refuse('The client is registered no longer.');
    const held = (stored.scope ?? '').split(' ');
    if (person === null)
      return {
        agent: {
          id: `client|${stored.clientId}`,
          kind: 'system',
          name: client?.title ?? stored.clientId,
          roles: client?.roles ?? [],
        },
        scopes: narrowScopes(held, clientScopes(clients, stored.clientId)),
        patient: null,
        purpose: client?.purpose ?? 'TREAT',
        token: id,
      };
    const user = users.get(stored.accountId ?? '');
    const granted = store.get<GrantedContext>('context', stored.grantId ?? '');
    const grant = store.get('Grant', stored.grantId ?? '');
    if (user === null || user.disabled || grant === null || granted === null) throw refuse('The access was withdrawn.');
    if (stored.expiresWithSession && store.getByUid('Session', stored.sessionUid ?? '') === null)
      throw refuse('The person has logged out.');
    return {
      ...callerOf(user),
      scopes: narrowScopes(narrowScopes(held, granted.scopes), scopesOf(user)),
      patient: granted.subject,
      token: id,
    };
  };
}
