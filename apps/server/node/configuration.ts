import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { CodedError, type Problem } from '@gemel/core';
import { serverErrors } from '../errors.data.ts';

/** How people and programs come in. */
export type AuthConfiguration =
  /** Nobody logs in: the person at this machine, on loopback only. */
  | { readonly kind: 'off' }
  /** The authorization server inside. */
  | { readonly kind: 'embedded' }
  /** Tokens of an OpenID provider outside, and people of the one inside. */
  | {
      readonly kind: 'outside';
      readonly issuer: string;
      /** Where its keys are; null: its discovery document says. */
      readonly jwks: string | null;
      readonly audience: string | null;
    };

/** Everything that the environment says to the server, checked. */
export interface Configuration {
  readonly auth: AuthConfiguration;
  readonly host: string;
  /** Base address that others reach the server at, without a slash at its end; null: as it listens. */
  readonly url: string | null;
  readonly tls: { readonly key: string; readonly cert: string } | null;
  /** Origins whose pages may show the web app in a frame. */
  readonly frameAncestors: readonly string[];
  /** Origins whose scripts may call the FHIR, token and CDS Hooks addresses. */
  readonly corsOrigins: readonly string[];
  /** Requests that one client may make in a minute, and tries to log in from one address. */
  readonly requestsPerMinute: number;
  readonly loginsPerMinute: number;
  /** Largest body of an address that names no other limit, bytes. */
  readonly bodyLimit: number;
  readonly requestTimeout: number;
  /** Proxies whose X-Forwarded headers are believed. */
  readonly trustedProxies: readonly string[];
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** Dynamic client registration (RFC 7591). */
  readonly registration: boolean;
  /** The page that plays the hospital's record. */
  readonly launcher: boolean;
  /** CDS Hooks clients by issuer, with where their keys are. */
  readonly cdsClients: Readonly<Record<string, string>>;
  /** Hosts that may be reached although their addresses are private: a FHIR server beside this one. */
  readonly privateHosts: readonly string[];
}

const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;

/** Every setting with what it means; the guide lists them from here. */
export const SETTINGS: Readonly<Record<string, { readonly meaning: string; readonly default: string }>> = {
  GEMEL_AUTH: { meaning: 'off, embedded, or outside (an OpenID provider elsewhere beside it)', default: 'off' },
  GEMEL_ISSUER: { meaning: 'issuer of the provider outside, https', default: '' },
  GEMEL_JWKS: { meaning: 'address of its keys, where its discovery document should not say', default: '' },
  GEMEL_AUDIENCE: { meaning: 'audience its tokens must name', default: 'the address of /fhir' },
  GEMEL_HOST: {
    meaning: 'address to listen on; others than loopback need log-in and TLS or a proxy',
    default: '127.0.0.1',
  },
  GEMEL_URL: { meaning: 'address others reach the server at', default: 'as it listens' },
  GEMEL_TLS_KEY: { meaning: 'file of the private key, PEM', default: '' },
  GEMEL_TLS_CERT: { meaning: 'file of the certificate, PEM', default: '' },
  GEMEL_FRAME_ANCESTORS: { meaning: 'origins whose pages may frame the web app, by spaces', default: '' },
  GEMEL_CORS_ORIGINS: { meaning: 'origins whose scripts may call FHIR, token and CDS Hooks addresses', default: '' },
  GEMEL_RATE: { meaning: 'requests a minute for one client', default: '6000' },
  GEMEL_LOGIN_RATE: { meaning: 'tries to log in a minute from one address', default: '20' },
  GEMEL_BODY_LIMIT: { meaning: 'largest body, bytes', default: '1048576' },
  GEMEL_REQUEST_TIMEOUT: { meaning: 'seconds that a request may take to arrive', default: '300' },
  GEMEL_TRUSTED_PROXIES: { meaning: 'addresses of proxies whose X-Forwarded headers are believed', default: '' },
  GEMEL_LOG: { meaning: LOG_LEVELS.join(', '), default: 'error' },
  GEMEL_REGISTRATION: { meaning: 'on lets programs register themselves as clients', default: 'off' },
  GEMEL_LAUNCHER: { meaning: "on shows the page that plays the hospital's record", default: 'off' },
  GEMEL_CDS_CLIENTS: { meaning: 'issuer=address of its keys, by spaces: who may call CDS Hooks', default: '' },
  GEMEL_PRIVATE_HOSTS: { meaning: 'hosts with private addresses that may be reached, by spaces', default: '' },
};

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The settings of an environment. @throws server-configuration with every wrong value named
 * @param read reads a file (PEM)
 */
export function readConfiguration(
  environment: Environment,
  read: (file: string) => string = (file) => readFileSync(file, 'utf8'),
): Configuration {
  const problems: Problem[] = [];
  const refuse = (field: string, message: string) => {
    problems.push(serverErrors.problem('server-configuration', `${field}: ${message}`, { field }));
  };
  const text = (name: keyof typeof SETTINGS & string): string => (environment[name] ?? '').trim();
  const words = (name: string) => text(name).split(/\s+/).filter(Boolean);
  const origins = (name: string) =>
    words(name).filter((word) => {
      const origin = URL.parse(word);
      const well = origin !== null && /^https?:$/.test(origin.protocol) && origin.origin === word;
      if (!well) refuse(name, `"${word}" is no origin such as https://record.example`);
      return well;
    });
  const whole = (name: string, least: number, most: number): number => {
    const value = Number(text(name) || SETTINGS[name]!.default);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    refuse(name, `"${text(name)}" is no whole number from ${least} to ${most}`);
    return least;
  };
  const chosen = <T extends string>(name: string, choices: readonly T[]): T => {
    const value = text(name) || SETTINGS[name]!.default;
    if ((choices as readonly string[]).includes(value)) return value as T;
    refuse(name, `"${value}" is none of ${choices.join(', ')}`);
    return choices[0]!;
  };
  const address = (name: string, secure = false): string | null => {
    const value = text(name);
    if (value === '') return null;
    const url = URL.parse(value);
    const clear = url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && !secure));
    if (clear && url.search === '' && url.hash === '' && url.username === '') return value.replace(/\/+$/, '');
    refuse(name, `"${value}" is no address${secure ? ' by https' : ''} without user, query and fragment`);
    return null;
  };
  const file = (name: string): string | null => {
    if (text(name) === '') return null;
    try {
      return read(text(name));
    } catch (error) {
      refuse(name, `"${text(name)}" cannot be read: ${(error as Error).message}`);
      return null;
    }
  };

  const kind = chosen('GEMEL_AUTH', ['off', 'embedded', 'outside']);
  // A provider on this machine, for trying it out, needs no certificate.
  const issuer = address('GEMEL_ISSUER', !/^http:\/\/(127\.0\.0\.1|localhost)(:|\/|$)/.test(text('GEMEL_ISSUER')));
  if (kind === 'outside' && text('GEMEL_ISSUER') === '') refuse('GEMEL_ISSUER', 'is needed with GEMEL_AUTH=outside');
  if (kind !== 'outside' && text('GEMEL_ISSUER') !== '') refuse('GEMEL_ISSUER', 'needs GEMEL_AUTH=outside');
  const jwks = address('GEMEL_JWKS');
  const audience = text('GEMEL_AUDIENCE') || null;
  if (audience !== null && !/^[!-~]+$/.test(audience)) refuse('GEMEL_AUDIENCE', 'has spaces or other than ASCII');
  const privateHosts = words('GEMEL_PRIVATE_HOSTS');
  for (const name of privateHosts)
    if (!/^[\w.:[\]-]+$/.test(name)) refuse('GEMEL_PRIVATE_HOSTS', `"${name}" is no host`);

  const key = file('GEMEL_TLS_KEY');
  const cert = file('GEMEL_TLS_CERT');
  if ((text('GEMEL_TLS_KEY') === '') !== (text('GEMEL_TLS_CERT') === ''))
    refuse('GEMEL_TLS_CERT', 'a key and a certificate are given together');
  const tls = key !== null && cert !== null ? { key, cert } : null;

  const host = text('GEMEL_HOST') || SETTINGS.GEMEL_HOST!.default;
  const trustedProxies = words('GEMEL_TRUSTED_PROXIES');
  for (const proxy of trustedProxies)
    if (isIP(proxy.split('/')[0]!) === 0) refuse('GEMEL_TRUSTED_PROXIES', `"${proxy}" is no address`);
  const loopback = isLoopback(host);
  if (isIP(host) === 0 && host !== 'localhost') refuse('GEMEL_HOST', `"${host}" is no address of this machine`);
  if (!loopback && kind === 'off') refuse('GEMEL_HOST', `${host} is reached by others: it needs GEMEL_AUTH`);
  if (!loopback && tls === null && trustedProxies.length === 0)
    refuse(
      'GEMEL_HOST',
      `${host} is reached by others: it needs GEMEL_TLS_KEY and GEMEL_TLS_CERT, or GEMEL_TRUSTED_PROXIES`,
    );
  const url = address('GEMEL_URL');
  if (!loopback && text('GEMEL_URL') === '') refuse('GEMEL_URL', 'is needed where others reach the server');

  const cdsClients: Record<string, string> = {};
  for (const word of words('GEMEL_CDS_CLIENTS')) {
    const at = word.lastIndexOf('=http');
    const keys = URL.parse(word.slice(at + 1));
    if (at > 0 && keys !== null) cdsClients[word.slice(0, at)] = keys.href;
    else refuse('GEMEL_CDS_CLIENTS', `"${word}" is not issuer=address`);
  }
  const configuration: Configuration = {
    auth: kind === 'outside' ? { kind, issuer: issuer ?? '', jwks, audience } : { kind },
    host,
    url,
    tls,
    frameAncestors: origins('GEMEL_FRAME_ANCESTORS'),
    corsOrigins: origins('GEMEL_CORS_ORIGINS'),
    requestsPerMinute: whole('GEMEL_RATE', 1, 1e9),
    loginsPerMinute: whole('GEMEL_LOGIN_RATE', 1, 1e6),
    bodyLimit: whole('GEMEL_BODY_LIMIT', 1024, 1024 ** 3),
    requestTimeout: whole('GEMEL_REQUEST_TIMEOUT', 1, 3600) * 1000,
    trustedProxies,
    logLevel: chosen('GEMEL_LOG', LOG_LEVELS),
    registration: chosen('GEMEL_REGISTRATION', ['off', 'on']) === 'on',
    launcher: chosen('GEMEL_LAUNCHER', ['off', 'on']) === 'on',
    cdsClients,
    privateHosts,
  };
  if (problems.length > 0) {
    const [first] = problems as [Problem, ...Problem[]];
    throw new CodedError({ ...first, message: problems.map(({ message }) => message).join('\n') });
  }
  return configuration;
}

/** What holds where the environment says nothing. */
export const defaultConfiguration: Configuration = readConfiguration({});

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
