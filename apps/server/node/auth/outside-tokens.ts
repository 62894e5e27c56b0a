import { createRemoteJWKSet, customFetch, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { Caller } from '../../access.ts';
import { serverErrors } from '../../errors.data.ts';
import { isContextScope, parseScope } from '../../scopes.ts';
import { fingerprint } from './access-store.ts';
import type { TokenReader } from './identify.ts';
import type { People } from './people.ts';

/** Signatures that are believed; none and the symmetric ones are not. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** Tokens whose signature was checked, kept at most. */
const KEPT = 10_000;

export interface OutsideProvider {
  readonly issuer: string;
  /** Address of its keys; null: its discovery document says. */
  readonly jwks: string | null;
  readonly audience: string;
  readonly people: People;
  readonly fetch: typeof fetch;
  readonly now: () => number;
}

/**
 * Reads signed tokens of an OpenID provider outside. A signature is checked once and remembered until the token expires; a
 * token of another issuer is not its business (null).
 */
export function outsideTokens(provider: OutsideProvider): TokenReader {
  const { issuer, audience, people, now } = provider;
  const checked = new Map<string, JWTPayload>();
  let keys: Promise<JWTVerifyGetKey> | null = null;
  return async (token) => {
    if (token.split('.').length !== 3) return null;
    const key = fingerprint(token);
    const known = checked.get(key);
    const claims = known ?? (await verified(token));
    if (claims.exp! * 1000 <= now()) throw serverErrors.error('server-token-expired', 'The access token has expired.');
    if (known === undefined) {
      checked.set(key, claims);
      for (const oldest of checked.keys()) {
        if (checked.size <= KEPT) break;
        checked.delete(oldest);
      }
    }
    return callerOf(claims, key);
  };

  async function verified(token: string): Promise<JWTPayload> {
    keys ??= remoteKeys(provider);
    keys.catch(() => {
      keys = null;
    });
    try {
      const options = {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        requiredClaims: ['exp', 'sub'],
        currentDate: new Date(now()),
      };
      const { payload, protectedHeader } = await jwtVerify(token, await keys, options);
      // An identity token says who logged in, and lets nobody in (RFC 9068, 4).
      if (protectedHeader.typ?.toLowerCase() === 'id_token' || payload.nonce !== undefined)
        throw serverErrors.error('server-token-invalid', 'This is an identity token, not an access token.');
      return payload;
    } catch (error) {
      if (error instanceof errors.JWTExpired)
        throw serverErrors.error('server-token-expired', 'The access token has expired.');
      if (error instanceof errors.JOSEError)
        throw serverErrors.error('server-token-invalid', `The access token does not hold: ${error.message}.`);
      throw error;
    }
  }

  async function callerOf(claims: JWTPayload, token: string): Promise<Caller> {
    const text = (name: string) => (typeof claims[name] === 'string' ? (claims[name] as string) : null);
    const scope = claims.scope ?? claims.scp;
    const scopes = (Array.isArray(scope) ? scope.map(String) : String(scope ?? '').split(' ')).filter(
      (each) => parseScope(each) !== null || isContextScope(each),
    );
    const client = text('client_id') ?? text('azp');
    const system = client !== null && (claims.sub === client || text('gty') === 'client_credentials');
    const patient = text('patient');
    return {
      agent: {
        id: system ? `client|${issuer}|${client}` : `person|${issuer}|${claims.sub}`,
        kind: system ? 'system' : 'person',
        name: text('name') ?? text('preferred_username') ?? claims.sub!,
        roles: Array.isArray(claims.roles) ? claims.roles.map(String) : [],
      },
      scopes,
      // A person who is not here is nobody's data: the token opens none.
      patient: patient === null ? null : ((await people.find(patient))?.subject ?? null),
      purpose: text('purpose_of_use') ?? 'TREAT',
      token,
    };
  }
}

async function remoteKeys({ issuer, jwks, fetch }: OutsideProvider): Promise<JWTVerifyGetKey> {
  const address = jwks ?? (await discovered(issuer, fetch));
  return createRemoteJWKSet(new URL(address), {
    [customFetch]: fetch,
    timeoutDuration: 5000,
    cooldownDuration: 30_000,
  });
}

/** OpenID Connect Discovery 1.0, 4. */
async function discovered(issuer: string, fetch: OutsideProvider['fetch']): Promise<string> {
  const address = `${issuer}/.well-known/openid-configuration`;
  const refuse = (message: string) => serverErrors.error('server-token-invalid', `${address} ${message}.`);
  const response = await fetch(address, { signal: AbortSignal.timeout(5000) }).catch(() => null);
  if (response === null || !response.ok) throw refuse('does not answer');
  const found = (await response.json().catch(() => ({}))) as { readonly issuer?: unknown; readonly jwks_uri?: unknown };
  if (found.issuer !== issuer) throw refuse(`names another issuer, ${String(found.issuer)}`);
  if (typeof found.jwks_uri !== 'string') throw refuse('names no keys');
  return found.jwks_uri;
}
