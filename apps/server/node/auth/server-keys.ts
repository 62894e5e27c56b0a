import { randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type { AccessStore } from './access-store.ts';

/** What the authorization server signs with. */
export interface ServerKeys {
  /** Private keys for identity tokens: RS256, which every app can check, and ES384. */
  readonly jwks: { readonly keys: JWK[] };
  /** Signs the cookies of an authorization under way. */
  readonly cookieSecret: string;
}

/** The keys of a data folder; made at the first use. */
export async function serverKeys(store: AccessStore): Promise<ServerKeys> {
  const known = store.get<ServerKeys>('keys', 'server');
  if (known !== null) return known;
  const made: ServerKeys = {
    jwks: { keys: [await newKey('RS256'), await newKey('ES384')] },
    cookieSecret: randomBytes(32).toString('base64url'),
  };
  // Another process may have made them meanwhile.
  return store.putOnce('keys', 'server', made) ? made : store.get<ServerKeys>('keys', 'server')!;
}

async function newKey(alg: 'RS256' | 'ES384'): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: randomBytes(8).toString('hex') };
}
