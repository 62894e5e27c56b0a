import type { Adapter, AdapterPayload } from 'oidc-provider';
import { type AccessStore, fingerprint } from './access-store.ts';
import type { Clients, StoredClient } from './clients.ts';

/** Kinds whose id is the secret itself: filed under its fingerprint, and without it. */
const SECRET: readonly string[] = ['AccessToken', 'ClientCredentials', 'RefreshToken', 'AuthorizationCode'];
/** An access token is remembered for this long after its end, so that it can be called expired, ms. */
const REMEMBERED = 60 * 60_000;

/** The records of the authorization server in the file of users and clients: one adapter for each of its kinds. */
export function tokenRecords(store: AccessStore, clients: Clients, now: () => number): (kind: string) => Adapter {
  return (kind) => {
    const key = (id: string) => (SECRET.includes(kind) ? fingerprint(id) : id);
    const found = async (id: string): Promise<AdapterPayload | undefined> => {
      if (kind === 'Client') return clientMetadata(clients, store, id);
      const payload = store.get<AdapterPayload>(kind, key(id));
      return payload === null ? undefined : { ...payload, jti: id };
    };
    return {
      async upsert(id, payload, seconds) {
        const kept: AdapterPayload = { ...payload };
        if (SECRET.includes(kind)) delete kept.jti;
        if (kind === 'Client' && kept.client_secret !== undefined) kept.client_secret = fingerprint(kept.client_secret);
        const slack = kind === 'AccessToken' || kind === 'ClientCredentials' ? REMEMBERED : 0;
        const expires = seconds ? { expires: now() + seconds * 1000 + slack } : {};
        const uid = kind === 'Grant' ? payload.accountId : payload.uid;
        const more = {
          ...expires,
          ...(payload.grantId === undefined ? {} : { grant: payload.grantId }),
          ...(uid === undefined ? {} : { uid }),
        };
        if (kind !== 'ReplayDetection') store.put(kind, key(id), kept, more);
        else if (!store.putOnce(kind, id, kept, more)) throw new Error('The assertion was used at the same moment.');
      },
      find: found,
      async findByUid(uid) {
        return store.getByUid<AdapterPayload>(kind, uid) ?? undefined;
      },
      async findByUserCode() {
        return undefined;
      },
      async consume(id) {
        store.together(() => {
          const payload = store.get<AdapterPayload>(kind, key(id));
          if (payload === null || payload.consumed !== undefined) throw new Error('It was used at the same moment.');
          const expires = payload.exp === undefined ? {} : { expires: payload.exp * 1000 };
          const grant = payload.grantId === undefined ? {} : { grant: payload.grantId };
          store.put(kind, key(id), { ...payload, consumed: Math.floor(now() / 1000) }, { ...expires, ...grant });
        });
      },
      async destroy(id) {
        store.remove(kind, key(id));
        if (kind === 'Grant') store.removeGrant(id);
      },
      async revokeByGrantId(grant) {
        store.removeGrant(grant);
      },
    };
  };
}

/** A client as the authorization server knows it: one that was registered here, else one that registered itself. */
function clientMetadata(clients: Clients, store: AccessStore, id: string): AdapterPayload | undefined {
  const client = clients.get(id);
  if (client === null) return store.get<AdapterPayload>('Client', id) ?? undefined;
  return client.disabled ? undefined : metadataOf(client);
}

function metadataOf(client: StoredClient): AdapterPayload {
  const person = client.redirects.length > 0;
  const system = client.scopes.some((scope) => scope.startsWith('system/'));
  return {
    client_id: client.id,
    client_name: client.title,
    redirect_uris: [...client.redirects],
    response_types: person ? ['code'] : [],
    grant_types: [
      ...(person ? ['authorization_code', 'refresh_token'] : []),
      ...(system ? ['client_credentials'] : []),
    ],
    ...(client.proof === 'none' && { token_endpoint_auth_method: 'none' }),
    ...(client.proof === 'secret' && {
      token_endpoint_auth_method: 'client_secret_basic',
      client_secret: client.secret!,
    }),
    ...(client.proof === 'key' && { token_endpoint_auth_method: 'private_key_jwt' }),
    ...(client.keys !== null && { jwks: client.keys }),
    ...(client.keysAddress !== null && { jwks_uri: client.keysAddress }),
  } as AdapterPayload;
}
