import type { FastifyRequest } from 'fastify';
import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { cdsTokens } from '../cds/cds-tokens.ts';
import type { Configuration } from '../configuration.ts';
import { guardedFetch } from '../guarded-fetch.ts';
import { RateLimit } from '../rate-limit.ts';
import type { World } from '../world.ts';
import { AccessStore } from './access-store.ts';
import { authorizationServer, fhirBase } from './authorization-server.ts';
import { Clients } from './clients.ts';
import type { CookiePolicy } from './cookie.ts';
import { callerOf, embeddedTokens, type Identification, identify, sessionOf, type TokenReader } from './identify.ts';
import { Launches } from './launches.ts';
import { outsideTokens } from './outside-tokens.ts';
import { People, type Person } from './people.ts';
import { type ServerKeys, serverKeys } from './server-keys.ts';
import { type User, Users } from './users.ts';
import { WebSessions } from './web-sessions.ts';

export interface AccessOptions {
  readonly configuration: Configuration;
  readonly world: World;
  /** The data folder: users, clients and keys lie in its folder `access`. */
  readonly folder: string;
  readonly now?: () => number;
}

/** Everything about who may come in, of one running server. */
export class Access {
  readonly configuration: Configuration;
  readonly store: AccessStore;
  readonly users: Users;
  readonly clients: Clients;
  readonly sessions: WebSessions;
  readonly launches: Launches;
  readonly people: People;
  readonly cookies: CookiePolicy;
  readonly now: () => number;
  /** Tries to log in, by the address they come from. */
  readonly logIns: RateLimit;
  readonly fetch: typeof fetch;
  readonly #keys: ServerKeys;
  readonly #world: World;
  #listening = '';
  #provider: Provider | null = null;
  #identification: Identification | null = null;
  #cds: TokenReader | null = null;

  private constructor(options: AccessOptions, store: AccessStore, keys: ServerKeys) {
    const { configuration, world } = options;
    this.now = options.now ?? Date.now;
    this.configuration = configuration;
    this.store = store;
    this.#keys = keys;
    this.#world = world;
    this.users = new Users(store, this.now);
    this.clients = new Clients(store, this.now);
    this.sessions = new WebSessions(store, this.users, this.now);
    this.launches = new Launches(store, this.now);
    this.people = new People(world.hub);
    const secure = configuration.tls !== null || configuration.url?.startsWith('https:') === true;
    this.cookies = { secure, framed: configuration.frameAncestors.length > 0 };
    this.logIns = new RateLimit(configuration.loginsPerMinute, 60_000, this.now);
    this.fetch = guardedFetch({ privateHosts: configuration.privateHosts });
  }

  static async open(options: AccessOptions): Promise<Access> {
    const store = new AccessStore(options.folder, options.now);
    return new Access(options, store, await serverKeys(store));
  }

  /** Said once the server listens: where, if nothing else was configured. */
  listening(url: string): void {
    this.#listening = url;
  }

  /** Base address of this server, without a slash at its end. */
  get base(): string {
    return this.configuration.url ?? this.#listening;
  }

  /** The authorization server, made when it is first asked: its issuer is the address it is reached at. */
  get provider(): Provider {
    this.#provider ??= authorizationServer({
      base: this.base,
      store: this.store,
      users: this.users,
      clients: this.clients,
      launches: this.launches,
      keys: this.#keys,
      cookies: this.cookies,
      registration: this.configuration.registration,
      userOf: ({ req }: KoaContextWithOIDC) => sessionOf(req, this.sessions, this.cookies)?.user ?? null,
      fetch: this.fetch,
      now: this.now,
    });
    return this.#provider;
  }

  /** The people whom a user may know of, by consent and policies. */
  async peopleFor(user: User): Promise<readonly Person[]> {
    const caller = callerOf(user);
    const at = this.#world.clock();
    const known: Person[] = [];
    for (const person of await this.people.list()) {
      const asked = { caller, action: 'read', type: 'Patient', subject: person.subject, at } as const;
      if ((await this.#world.governance.decide(asked)).permit) known.push(person);
    }
    return known;
  }

  /** Who sent a request. @throws server-token-* */
  identify(request: FastifyRequest) {
    this.#identification ??= {
      sessions: this.sessions,
      cookies: this.cookies,
      readers: [
        embeddedTokens(this.base, this),
        ...(this.configuration.auth.kind === 'outside'
          ? [
              outsideTokens({
                issuer: this.configuration.auth.issuer,
                jwks: this.configuration.auth.jwks,
                audience: this.configuration.auth.audience ?? fhirBase(this.base),
                people: this.people,
                fetch: this.fetch,
                now: this.now,
              }),
            ]
          : []),
      ],
    };
    // What a CDS client signs is for its services alone.
    if (!request.url.startsWith('/cds-services')) return identify(request, this.#identification);
    this.#cds ??= cdsTokens({
      base: this.base,
      clients: this.configuration.cdsClients,
      store: this.store,
      fetch: this.fetch,
      now: this.now,
    });
    return identify(request, { ...this.#identification, readers: [this.#cds, ...this.#identification.readers] });
  }

  close(): void {
    this.store.close();
  }
}
