import type { FastifyReply, FastifyRequest } from 'fastify';

/** How cookies of this server are sent: over TLS only, and into frames of other sites where those are allowed. */
export interface CookiePolicy {
  readonly secure: boolean;
  readonly framed: boolean;
}

/** The value of a cookie that a request bears; null where it bears none, or two of the name. */
export function readCookie(request: Pick<FastifyRequest, 'headers'>, name: string): string | null {
  const found = (request.headers.cookie ?? '')
    .split(/;\s*/)
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return found.length === 1 && found[0] !== '' ? found[0]! : null;
}

/** `__Host-` binds a cookie to this host over TLS (RFC 6265bis, 4.1.3.2). */
export const cookieName = (name: string, { secure }: CookiePolicy): string => (secure ? `__Host-${name}` : name);

/** Sets a cookie that scripts cannot read; an empty value takes it away. */
export function setCookie(
  reply: FastifyReply,
  name: string,
  value: string,
  policy: CookiePolicy,
  seconds?: number,
): void {
  const site = policy.framed && policy.secure ? 'SameSite=None; Partitioned' : 'SameSite=Lax';
  const age = value === '' ? '; Max-Age=0' : seconds === undefined ? '' : `; Max-Age=${seconds}`;
  const text = `${cookieName(name, policy)}=${value}; Path=/; HttpOnly; ${site}${policy.secure ? '; Secure' : ''}${age}`;
  reply.header('set-cookie', text);
}
