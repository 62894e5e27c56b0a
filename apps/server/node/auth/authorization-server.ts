import { timingSafeEqual } from 'node:crypto';
import Provider, { type Configuration, errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { CONTEXT_SCOPES, narrowScopes, parseScope } from '../../scopes.ts';
import { type AccessStore, fingerprint } from './access-store.ts';
import { CLIENT_ALGORITHMS, type Clients } from './clients.ts';
import type { CookiePolicy } from './cookie.ts';
import type { LaunchContext, Launches } from './launches.ts';
import { patientIdOf } from './people.ts';
import { scopesOf } from './role-scopes.ts';
import type { ServerKeys } from './server-keys.ts';
import { tokenRecords } from './token-records.ts';
import type { User, Users } from './users.ts';

/** Addresses of the authorization server. */
export const OAUTH = {
  authorize: '/oauth/authorize',
  token: '/oauth/token',
  introspect: '/oauth/introspect',
  revoke: '/oauth/revoke',
  register: '/oauth/register',
  keys: '/oauth/jwks',
  interaction: '/oauth/interaction',
} as const;

/** The web app as a client of its own server. */
export const WEB_CLIENT = 'gemel-web';
const WEB_SCOPES = [
  'openid',
  'fhirUser',
  'launch',
  'launch/patient',
  'online_access',
  'patient/*.cruds',
  'user/*.cruds',
];
/** What a program that registered itself may ask for at most. */
const DYNAMIC_SCOPES = [
  'openid',
  'fhirUser',
  'profile',
  'launch',
  'launch/patient',
  'offline_access',
  'online_access',
  'patient/*.rs',
];

/** Seconds that a token of a person's app and of a program without a person hold (SMART 2.2: at most an hour, five minutes). */
const PERSON_TOKEN = 3600;
const SYSTEM_TOKEN = 300;
/** A program's proof may be made for no longer ahead than this, seconds (SMART 2.2, Backend Services). */
const LONGEST_PROOF = 300;

export interface AuthorizationServerOptions {
  /** Base address of this server: the issuer. */
  readonly base: string;
  readonly store: AccessStore;
  readonly users: Users;
  readonly clients: Clients;
  readonly launches: Launches;
  readonly keys: ServerKeys;
  readonly cookies: CookiePolicy;
  readonly registration: boolean;
  /** Whose web session a request bears; null where none. */
  readonly userOf: (context: KoaContextWithOIDC) => User | null;
  /** Fetches the keys of clients that keep them elsewhere. */
  readonly fetch: typeof fetch;
  readonly now: () => number;
}

/** What a grant came to: the context of its launch, and the scopes that were agreed to. */
export interface GrantedContext extends LaunchContext {
  readonly scopes: readonly string[];
}

/** FHIR base: what tokens are for. */
export const fhirBase = (base: string): string => `${base}/fhir`;

/** The scopes a client may get at most. */
export function clientScopes(clients: Clients, id: string): readonly string[] {
  return id === WEB_CLIENT ? WEB_SCOPES : (clients.get(id)?.scopes ?? DYNAMIC_SCOPES);
}

/** What of the scopes asked for a user may give a client. */
export function grantable(clients: Clients, client: string, user: User, asked: readonly string[]): readonly string[] {
  return narrowScopes(narrowScopes(asked, clientScopes(clients, client)), [...scopesOf(user), ...CONTEXT_SCOPES]);
}

/** The authorization server inside: OAuth 2.1 with PKCE, SMART launch contexts, tokens that are looked up. */
export function authorizationServer(options: AuthorizationServerOptions): Provider {
  const { base, store, users, clients, launches, keys, cookies } = options;
  const policy = interactionPolicy.base();
  // A session here lasts as long as the person's at the web app, and is of the same person.
  policy.get('login')!.checks.add(
    new interactionPolicy.Check('web_session', 'the person is logged in no longer', (context) => {
      const { oidc } = context;
      return oidc.session?.accountId !== undefined && options.userOf(context)?.name !== oidc.session.accountId;
    }),
  );
  const cookie = {
    httpOnly: true,
    signed: true,
    secure: cookies.secure,
    sameSite: cookies.framed && cookies.secure ? ('none' as const) : ('lax' as const),
    ...(cookies.framed && cookies.secure ? { partitioned: true } : {}),
  };
  const configuration: Configuration = {
    adapter: tokenRecords(store, clients, options.now),
    clients: [
      {
        client_id: WEB_CLIENT,
        client_name: 'Gemel',
        redirect_uris: [`${base}/launch`],
        response_types: ['code'],
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'none',
      },
    ],
    jwks: keys.jwks as NonNullable<Configuration['jwks']>,
    scopes: [...CONTEXT_SCOPES],
    claims: { openid: ['sub'], fhirUser: ['fhirUser'], profile: ['name'] },
    conformIdTokenClaims: false,
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    responseTypes: ['code'],
    cookies: {
      names: { session: 'gemel_authorization', interaction: 'gemel_interaction', resume: 'gemel_resume' },
      long: cookie,
      short: cookie,
      keys: [keys.cookieSecret],
    },
    enabledJWA: {
      clientAuthSigningAlgValues: [...CLIENT_ALGORITHMS],
      idTokenSigningAlgValues: ['RS256', 'ES384'],
    },
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: mayIntrospect },
      revocation: {
        enabled: true,
        allowedPolicy: async (_context, client, token) => token.clientId === client.clientId,
      },
      registration: { enabled: options.registration },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => fhirBase(base),
        useGrantedResource: () => true,
        getResourceServerInfo: (context, resource) => {
          if (resource !== fhirBase(base)) throw new errors.InvalidTarget();
          return {
            audience: fhirBase(base),
            scope: askedFor(context)
              .filter((scope) => parseScope(scope) !== null)
              .join(' '),
            accessTokenFormat: 'opaque',
          };
        },
      },
    },
    extraParams: {
      launch: (context: KoaContextWithOIDC, value: string | undefined) => {
        const asks = askedFor(context).includes('launch');
        if (asks && (value === undefined || !launches.waits(value)))
          throw new errors.InvalidRequest('launch is none that this record began, or it is used up');
      },
      aud: (_context: KoaContextWithOIDC, value: string | undefined) => {
        if (value?.replace(/\/$/, '') !== fhirBase(base))
          throw new errors.InvalidRequest(`aud must be the FHIR server, ${fhirBase(base)}`);
      },
    },
    pkce: { required: () => true },
    routes: {
      authorization: OAUTH.authorize,
      token: OAUTH.token,
      introspection: OAUTH.introspect,
      revocation: OAUTH.revoke,
      registration: OAUTH.register,
      jwks: OAUTH.keys,
    },
    ttl: {
      AccessToken: PERSON_TOKEN,
      ClientCredentials: SYSTEM_TOKEN,
      AuthorizationCode: 60,
      RefreshToken: 30 * 24 * 3600,
      Grant: 30 * 24 * 3600,
      IdToken: PERSON_TOKEN,
      Interaction: 600,
      Session: 12 * 3600,
    },
    expiresWithSession: async (_context, source) => !source.scopes.has('offline_access'),
    issueRefreshToken: async (_context, client, source) =>
      client.grantTypeAllowed('refresh_token') &&
      (source.scopes.has('offline_access') || source.scopes.has('online_access')),
    // Each launch is agreed to by itself: a person chosen for one says nothing of the next.
    loadExistingGrant: async ({ oidc }) =>
      oidc.result?.consent?.grantId === undefined ? undefined : oidc.provider.Grant.find(oidc.result.consent.grantId),
    findAccount: async (_context, name) => {
      const user = users.get(name);
      if (user === null || user.disabled) return undefined;
      const fhirUser = user.fhirUser === null ? {} : { fhirUser: `${fhirBase(base)}/${user.fhirUser}` };
      return { accountId: user.name, claims: () => ({ sub: user.name, name: user.title, ...fhirUser }) };
    },
    assertJwtClientAuthClaimsAndHeader: async (_context, claims, header) => {
      if (Number(claims.exp) - options.now() / 1000 > LONGEST_PROOF + 15)
        throw new errors.InvalidClientAuth(`exp must lie at most ${LONGEST_PROOF} s ahead`);
      if (typeof header.kid !== 'string') throw new errors.InvalidClientAuth('the header must name the key by kid');
    },
    interactions: { policy, url: (_context, interaction) => `${OAUTH.interaction}/${interaction.uid}` },
    clientBasedCORS: (_context, origin, client) =>
      (client.redirectUris ?? []).some((address) => URL.parse(address)?.origin === origin),
    fetch: options.fetch,
    renderError: (context, out) => {
      context.type = 'application/json';
      context.body = out;
    },
  };
  const provider = new Provider(base, configuration);
  provider.proxy = true;
  // Secrets are kept as fingerprints.
  provider.Client.prototype.compareClientSecret = function compare(given: string) {
    return timingSafeEqual(Buffer.from(fingerprint(given)), Buffer.from(this.clientSecret ?? ''.padEnd(43)));
  };
  provider.use(async (context, next) => {
    const { query, path } = context;
    // Consent is asked for at each launch; only then may access go on later.
    if (path === OAUTH.authorize && query.prompt === undefined) context.query = { ...query, prompt: 'consent' };
    await next();
    const { oidc } = context as KoaContextWithOIDC;
    if (oidc === undefined || context.status !== 200) return;
    if (oidc.route === 'token') Object.assign(context.body as object, tellContext(oidc));
    if (oidc.route === 'introspection' && (context.body as { active?: boolean }).active === true)
      Object.assign(context.body as object, tellContext(oidc));
  });
  return provider;

  function askedFor({ oidc }: KoaContextWithOIDC): readonly string[] {
    const sources = [oidc.params?.scope, oidc.entities.AuthorizationCode?.scope, oidc.entities.RefreshToken?.scope];
    return sources.flatMap((scope) => (typeof scope === 'string' ? scope.split(' ') : []));
  }

  /** What stands beside a token: the person of the launch, and what the scopes came to. */
  function tellContext(oidc: KoaContextWithOIDC['oidc']): Record<string, unknown> {
    const { AccessToken, ClientCredentials, RefreshToken, AuthorizationCode } = oidc.entities;
    const token = AccessToken ?? ClientCredentials ?? RefreshToken;
    if (token === undefined) return {};
    const held = (token.scope ?? '').split(' ');
    if (ClientCredentials !== undefined)
      return { scope: narrowScopes(held, clientScopes(clients, token.clientId!)).join(' ') };
    const granted = store.get<GrantedContext>('context', (token as { grantId?: string }).grantId ?? '');
    if (granted === null) return {};
    const others = [AuthorizationCode?.scope, RefreshToken?.scope].flatMap((scope) => (scope ?? '').split(' '));
    return {
      scope: narrowScopes([...new Set([...others, ...held])], granted.scopes).join(' '),
      ...(granted.subject === null ? {} : { patient: patientIdOf(granted.subject) }),
      ...(granted.encounter === null ? {} : { encounter: granted.encounter }),
      ...(granted.subject === null ? {} : { need_patient_banner: granted.needPatientBanner }),
      ...(granted.intent === null ? {} : { intent: granted.intent }),
    };
  }
}

/** A client may ask after its own tokens; after others only one that proves itself by a key and holds system scopes. */
async function mayIntrospect(
  _context: KoaContextWithOIDC,
  client: { clientId: string; clientAuthMethod?: string },
  token: { clientId?: string },
): Promise<boolean> {
  return token.clientId === client.clientId || client.clientAuthMethod === 'private_key_jwt';
}
