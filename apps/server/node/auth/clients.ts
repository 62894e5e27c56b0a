import { randomBytes } from 'node:crypto';
import { importJWK, type JSONWebKeySet } from 'jose';
import { serverErrors } from '../../errors.data.ts';
import { isContextScope, parseScope } from '../../scopes.ts';
import { type AccessStore, fingerprint } from './access-store.ts';

/** A program that may ask for tokens. */
export interface Client {
  readonly id: string;
  /** What people read when they are asked for consent. */
  readonly title: string;
  /** How it proves who it is: not at all (an app in a browser, with PKCE), a secret, or a key of its own. */
  readonly proof: 'none' | 'secret' | 'key';
  /** Addresses that codes are sent to; none for a program without a person. */
  readonly redirects: readonly string[];
  /** Page that begins an EHR launch; null where it has none. */
  readonly launch: string | null;
  /** The most it may get. */
  readonly scopes: readonly string[];
  readonly keys: JSONWebKeySet | null;
  /** Where its keys are, for those that change them. */
  readonly keysAddress: string | null;
  /** Roles by which policies decide where no person is present. */
  readonly roles: readonly string[];
  /** HL7 v3 PurposeOfUse it acts for where no person is present. */
  readonly purpose: string;
  readonly disabled: boolean;
  readonly addedAt: number;
}

export interface StoredClient extends Client {
  /** Fingerprint of the secret: 32 random bytes need no slow hash. */
  readonly secret: string | null;
}

/** Signature algorithms of keys that programs prove themselves by (SMART 2.2, asymmetric authentication). */
export const CLIENT_ALGORITHMS = ['ES384', 'RS384', 'ES256', 'RS256'] as const;
const SMALLEST_RSA = 2048;

/** The programs that were registered. */
export class Clients {
  readonly #store: AccessStore;
  readonly #now: () => number;

  constructor(store: AccessStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  list(): readonly Client[] {
    return this.#store.list<StoredClient>('client').map(([, stored]) => withoutSecret(stored));
  }

  get(id: string): StoredClient | null {
    return this.#store.get<StoredClient>('client', id);
  }

  /** Whether pages of this origin are those of a client that runs in a browser. */
  ofOrigin(origin: string): boolean {
    return this.list().some(
      ({ disabled, redirects }) => !disabled && redirects.some((address) => URL.parse(address)?.origin === origin),
    );
  }

  /** Registers a client; the secret of one that has one is told this once. @throws server-client */
  async add(
    client: Omit<Client, 'disabled' | 'addedAt'>,
  ): Promise<{ readonly client: Client; readonly secret: string | null }> {
    await check(client);
    const secret = client.proof === 'secret' ? randomBytes(32).toString('base64url') : null;
    const stored: StoredClient = {
      ...client,
      disabled: false,
      addedAt: this.#now(),
      secret: secret === null ? null : fingerprint(secret),
    };
    if (!this.#store.putOnce('client', client.id, stored))
      throw serverErrors.error('server-client', `there is a client "${client.id}" already`, { field: 'id' });
    return { client: withoutSecret(stored), secret };
  }

  /** Takes a client away, with every token it was given. @throws server-client */
  remove(id: string): void {
    if (!this.#store.remove('client', id))
      throw serverErrors.error('server-client', `there is no client "${id}"`, { field: 'id' });
    for (const kind of ['Grant', 'ClientCredentials'])
      for (const [key, { clientId }] of this.#store.list<{ readonly clientId?: string }>(kind))
        if (clientId === id) {
          this.#store.removeGrant(key);
          this.#store.remove(kind, key);
        }
  }
}

function withoutSecret({ secret: _, ...client }: StoredClient): Client {
  return client;
}

/** @throws server-client */
async function check(client: Omit<Client, 'disabled' | 'addedAt'>): Promise<void> {
  const refuse = (field: string, message: string) => serverErrors.error('server-client', message, { field });
  if (!/^[A-Za-z0-9][\w.-]{0,99}$/.test(client.id)) throw refuse('id', `"${client.id}" is no client id`);
  if (client.scopes.length === 0) throw refuse('scope', 'give the scopes it may ask for');
  for (const scope of client.scopes)
    if (parseScope(scope) === null && !isContextScope(scope)) throw refuse('scope', `"${scope}" is no SMART scope`);
  for (const address of [...client.redirects, ...(client.launch === null ? [] : [client.launch])]) {
    const url = URL.parse(address);
    const local = url !== null && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
    const well = url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && local));
    if (!well || url.hash !== '' || url.username !== '')
      throw refuse('redirect', `"${address}" is no address by https (http on this machine) without a fragment`);
  }
  if (client.keysAddress !== null && URL.parse(client.keysAddress)?.protocol !== 'https:')
    throw refuse('keys', `"${client.keysAddress}" is no address by https`);
  const hasKeys = client.keys !== null || client.keysAddress !== null;
  if (hasKeys !== (client.proof === 'key'))
    throw refuse('keys', 'a client proves itself by a key, a secret, or not at all');
  const system = client.scopes.some((scope) => scope.startsWith('system/'));
  if (system && client.proof !== 'key')
    throw refuse('scope', 'system scopes are for programs that prove themselves by a key (Backend Services)');
  if (!system && client.redirects.length === 0) throw refuse('redirect', 'give the address that codes are sent to');
  if (client.keys !== null) await checkKeys(client.keys, (message) => refuse('keys', message));
}

async function checkKeys(keys: JSONWebKeySet, refuse: (message: string) => Error): Promise<void> {
  if (!Array.isArray(keys.keys) || keys.keys.length === 0) throw refuse('the file is no JSON Web Key Set');
  for (const key of keys.keys) {
    if ('d' in key || 'k' in key) throw refuse('the set holds a private key: give the public ones alone');
    const algorithm = key.alg ?? (key.kty === 'EC' && key.crv === 'P-384' ? 'ES384' : key.kty === 'RSA' ? 'RS384' : '');
    const fit = (CLIENT_ALGORITHMS as readonly string[]).includes(algorithm);
    if (!fit) throw refuse(`key "${key.kid ?? '?'}" is none of ${CLIENT_ALGORITHMS.join(', ')}`);
    if (key.kty === 'RSA' && Buffer.from(key.n ?? '', 'base64url').length * 8 < SMALLEST_RSA)
      throw refuse(`key "${key.kid ?? '?'}" has fewer than ${SMALLEST_RSA} bits`);
    await importJWK(key, algorithm).catch((error: Error) => {
      throw refuse(`key "${key.kid ?? '?'}": ${error.message}`);
    });
  }
}
