import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { serverErrors } from '../errors.data.ts';
import { isLoopback } from './configuration.ts';

export interface OriginOptions {
  /** Base address others reach the server at; null: loopback alone. */
  readonly url: string | null;
  /** Whether a page of another origin may call the addresses that are made for that. */
  readonly mayCall: (origin: string) => boolean;
  /** Name of the cookie by which a browser proves who it is; null where nobody logs in. */
  readonly sessionCookie: string | null;
}

/** Addresses that programs in pages of other origins call: FHIR, tokens, CDS Hooks. */
const SHARED = /^\/(fhir|cds-services|\.well-known|oauth\/(token|revoke|introspect|jwks|register))(\/|$|\?)/;
/** Those of them that anybody may read. */
const PUBLIC = /^\/(cds-services|oauth\/jwks|\.well-known\/[\w-]+|fhir\/(metadata|\.well-known\/[\w-]+))\/?(\?|$)/;
/** The authorization server writes these headers itself for its addresses. */
const OWN_HEADERS = /^\/(oauth\/|\.well-known\/(openid-configuration|oauth-authorization-server))/;
const EXPOSED = 'etag, location, content-location, last-modified, www-authenticate, retry-after';

/**
 * A page of another origin may neither read nor write but where it is let; a name that only resolves here may not be used
 * to get in; and what a browser sends by itself, its cookie, changes nothing unless a page of this server sent it.
 */
export function guardOrigin(app: FastifyInstance, options: OriginOptions): void {
  const own = options.url === null ? null : new URL(options.url);

  app.addHook('onRequest', async (request, reply) => {
    const host = request.headers.host ?? '';
    const { origin } = request.headers;
    const named = host === own?.host || isLoopback(host.replace(/:\d+$/, ''));
    const refused = () =>
      serverErrors.error('server-foreign-origin', `Host "${host}", origin "${origin ?? 'none'}" is not served.`);
    if (!named) throw refused();
    const same = origin === undefined || origin === `${request.protocol}://${host}` || origin === own?.origin;
    if (!same) {
      if (!SHARED.test(request.url)) throw refused();
      const open = PUBLIC.test(request.url) && (request.method === 'GET' || request.method === 'OPTIONS');
      if (!open && !options.mayCall(origin)) throw refused();
      if (!OWN_HEADERS.test(request.url)) return share(request, reply, origin);
    }
    const bearsCookie =
      options.sessionCookie !== null && (request.headers.cookie ?? '').includes(`${options.sessionCookie}=`);
    const bySession = bearsCookie && request.headers.authorization === undefined;
    const changes = !['GET', 'HEAD', 'OPTIONS'].includes(request.method);
    if (bySession && changes && origin === undefined && request.headers['sec-fetch-site'] !== 'same-origin')
      throw serverErrors.error('server-forged', 'A browser says which page a request comes from; this one does not.');
  });
}

/** Lets a page of this origin read the answer; a question before the request is answered here. */
function share(request: FastifyRequest, reply: FastifyReply, origin: string): FastifyReply | undefined {
  reply.header('access-control-allow-origin', origin);
  reply.header('vary', 'origin');
  reply.header('access-control-expose-headers', EXPOSED);
  if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return undefined;
  reply.header('access-control-allow-methods', 'GET, POST, PUT, PATCH, DELETE');
  reply.header('access-control-allow-headers', request.headers['access-control-request-headers'] ?? '');
  reply.header('access-control-max-age', '600');
  return reply.code(204).send();
}
