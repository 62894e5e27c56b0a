import { lookup } from 'node:dns/promises';
import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { BlockList, isIP } from 'node:net';
import { serverErrors } from '../errors.data.ts';

/** Networks that a server outside has no business to send this one to (RFC 6890 and its registry). */
const PRIVATE = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  PRIVATE.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  PRIVATE.addSubnet(network, prefix, 'ipv6');

/** Whether an address is of this machine, of a network behind a router, or of none. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return true;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return PRIVATE.check(mapped, 'ipv4');
  // An IPv4 address written in hexadecimal within an IPv6 one is read by the list itself.
  return PRIVATE.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

export interface FetchGuard {
  /** Hosts that may be reached although their addresses are private. */
  readonly privateHosts: readonly string[];
  /** Addresses of a name; every one of them must be public. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

/** Largest answer that is read, bytes, and how long one may take, ms. */
const LARGEST = 8 * 1024 * 1024;
const LONGEST = 10_000;

/**
 * A fetch for addresses that others chose (keys of clients, FHIR servers of CDS requests): by https to public addresses
 * only, the connection goes to the very address that was checked, no redirect is followed, and answers are cut off.
 * @throws server-address-refused
 */
export function guardedFetch({ privateHosts, resolve = resolved }: FetchGuard): typeof fetch {
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const refuse = (why: string) => serverErrors.error('server-address-refused', `${url.origin} ${why}.`);
    const trusted = privateHosts.includes(url.hostname) || privateHosts.includes(url.host);
    if (url.protocol !== 'https:' && !(trusted && url.protocol === 'http:')) throw refuse('is not reached by https');
    if (url.username !== '' || url.password !== '') throw refuse('bears a password');
    const addresses = isIP(host) === 0 ? await resolve(host).catch(() => []) : [host];
    const [address] = addresses;
    if (address === undefined) throw refuse('has no address');
    if (!trusted && addresses.some(isPrivateAddress)) throw refuse('lies in a private network');
    const { method = 'GET', body, signal } = init;
    const headers = Object.fromEntries(new Headers(init.headers));
    const { promise, resolve: answer, reject } = Promise.withResolvers<Response>();
    const send = url.protocol === 'https:' ? tlsRequest : plainRequest;
    const sent = send(
      {
        host: address,
        servername: isIP(host) === 0 ? host : '',
        port: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port),
        path: `${url.pathname}${url.search}`,
        method,
        headers: { ...headers, host: url.host },
        signal: AbortSignal.any([AbortSignal.timeout(LONGEST), ...(signal ? [signal] : [])]),
      },
      (incoming) => {
        read(incoming).then(answer, reject);
      },
    );
    sent.on('error', reject);
    sent.end(typeof body === 'string' || body instanceof URLSearchParams ? String(body) : undefined);
    return promise;

    async function read(incoming: IncomingMessage): Promise<Response> {
      const status = incoming.statusCode ?? 502;
      if (status >= 300 && status < 400) {
        incoming.destroy();
        throw refuse('redirects, which is not followed');
      }
      const parts: Buffer[] = [];
      let bytes = 0;
      for await (const part of incoming as AsyncIterable<Buffer>) {
        bytes += part.length;
        if (bytes > LARGEST) {
          incoming.destroy();
          throw refuse(`sends more than ${LARGEST} bytes`);
        }
        parts.push(part);
      }
      const answered = new Headers();
      for (const [name, value] of Object.entries(incoming.headers))
        if (value !== undefined) answered.set(name, [value].flat().join(', '));
      const empty = status === 204 || status === 205 || status === 304;
      return new Response(empty ? null : Buffer.concat(parts), { status, headers: answered });
    }
  };
}

async function resolved(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}
