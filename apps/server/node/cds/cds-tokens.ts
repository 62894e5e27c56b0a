import { createRemoteJWKSet, customFetch, decodeJwt, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { serverErrors } from '../../errors.data.ts';
import type { AccessStore } from '../auth/access-store.ts';
import { CLIENT_ALGORITHMS } from '../auth/clients.ts';
import type { TokenReader } from '../auth/identify.ts';

export interface CdsClients {
  readonly base: string;
  /** Where the keys of each issuer are. */
  readonly clients: Readonly<Record<string, string>>;
  readonly store: AccessStore;
  readonly fetch: typeof fetch;
  readonly now: () => number;
}

/** A token may be made for no longer ahead than this, seconds (CDS Hooks 2.0, "Trusting CDS Clients": five minutes). */
const LONGEST = 300;

/**
 * Reads the tokens that CDS clients sign for each call: of an issuer that was configured, for one of the services here, used
 * once. It opens the twins to be asked, and no other address.
 */
export function cdsTokens({ base, clients, store, fetch, now }: CdsClients): TokenReader {
  const keys = new Map<string, JWTVerifyGetKey>();
  const refuse = (message: string) => serverErrors.error('server-token-invalid', message);
  return async (token) => {
    const issuer = issuerOf(token);
    if (issuer === null || !Object.hasOwn(clients, issuer)) return null;
    let known = keys.get(issuer);
    if (known === undefined) {
      known = createRemoteJWKSet(new URL(clients[issuer]!), { [customFetch]: fetch, timeoutDuration: 5000 });
      keys.set(issuer, known);
    }
    const options = {
      issuer,
      algorithms: [...CLIENT_ALGORITHMS],
      requiredClaims: ['exp', 'iat', 'jti', 'aud'],
      currentDate: new Date(now()),
    };
    const { payload } = await jwtVerify(token, known, options).catch((error: unknown) => {
      if (error instanceof errors.JWTExpired)
        throw serverErrors.error('server-token-expired', 'The token of the CDS client has expired.');
      if (error instanceof errors.JOSEError)
        throw refuse(`The token of the CDS client does not hold: ${error.message}.`);
      throw error;
    });
    const audience = [payload.aud].flat();
    if (!audience.some((each) => each === `${base}/cds-services` || each?.startsWith(`${base}/cds-services/`) === true))
      throw refuse('The token is for another service.');
    if (payload.exp! - now() / 1000 > LONGEST + 15) throw refuse(`exp must lie at most ${LONGEST} s ahead.`);
    if (!store.putOnce('cds-token', `${issuer}|${payload.jti}`, {}, { expires: payload.exp! * 1000 + 60_000 }))
      throw refuse('The token was used before.');
    return {
      agent: { id: `client|cds|${issuer}`, kind: 'system', name: issuer, roles: ['clinician'] },
      scopes: ['system/Twin.rs'],
      patient: null,
      purpose: 'TREAT',
      token: null,
    };
  };
}

function issuerOf(token: string): string | null {
  try {
    return decodeJwt(token).iss ?? null;
  } catch {
    return null;
  }
}
