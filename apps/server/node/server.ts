import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import fastifyStatic from '@fastify/static';
import { CodedError } from '@gemel/core';
import Fastify, { type FastifyContextConfig, type FastifyError, type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Governance } from '../access.ts';
import type { ProblemDetails, SessionView, Status } from '../api.ts';
import { ERROR_STATUS } from '../error-status.data.ts';
import { serverErrors } from '../errors.data.ts';
import { readJsonBody } from '../json-body.ts';
import type { Access } from './auth/access.ts';
import { authRoutes } from './auth/auth-routes.ts';
import { cookieName } from './auth/cookie.ts';
import { guard } from './auth/guard.ts';
import { SESSION_COOKIE } from './auth/identify.ts';
import { launcherRoutes } from './auth/launcher-routes.ts';
import { People } from './auth/people.ts';
import { cdsRoutes } from './cds/cds-routes.ts';
import { type Configuration, defaultConfiguration } from './configuration.ts';
import { Desk } from './desk.ts';
import type { DicomIntake } from './dicom-intake.ts';
import { dicomwebRoutes } from './dicomweb-routes.ts';
import { feedRoutes } from './feed-routes.ts';
import { smartSecurity } from './fhir/capability.ts';
import { fhirRoutes } from './fhir/fhir-routes.ts';
import { openFhir } from './fhir/open-fhir.ts';
import { governRoutes } from './govern/govern-routes.ts';
import { guardedFetch } from './guarded-fetch.ts';
import { healthRoutes } from './health-routes.ts';
import { faultOf, openLog } from './log.ts';
import { Metrics } from './metrics.ts';
import { guardOrigin } from './origin.ts';
import { qualityRoutes } from './quality-routes.ts';
import { Quarantine } from './quarantine.ts';
import { RateLimit } from './rate-limit.ts';
import { routes } from './routes.ts';
import { terminologyRoutes } from './terminology-routes.ts';
import type { World } from './world.ts';

export interface ServerOptions {
  readonly world: World;
  /** 0 takes a free port. */
  readonly port?: number;
  /** Folder of the built web app; absent: the interface only. */
  readonly webRoot?: string;
  readonly clock?: () => Status['clock'];
  /** Where DICOM objects go; absent: no DICOMweb. */
  readonly dicom?: DicomIntake;
  /** What the environment says, where nobody logs in: loopback, the person at this machine. */
  readonly configuration?: Configuration;
  /** Users, clients and tokens: who may come in. Absent: nobody logs in, and nothing but loopback is listened on. */
  readonly access?: Access;
  /** Decides by policy and consent, and keeps the record of accesses; absent: that of the world. */
  readonly governance?: Governance;
  readonly log?: Logger;
}

export interface RunningServer {
  /** Where others reach it. */
  readonly url: string;
  /** What it listens on. */
  readonly port: number;
  readonly desk: Desk;
  /** Every route that was registered, HEAD among them. */
  readonly routes: readonly { readonly method: string; readonly url: string; readonly config?: FastifyContextConfig }[];
  close(): Promise<void>;
}

/** Nothing is loaded from anywhere else; styles of the component library are set inline. */
function contentSecurityPolicy({ frameAncestors }: Configuration): string {
  const framed = ["'self'", ...frameAncestors].join(' ');
  return `default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; frame-ancestors ${framed}`;
}

function problemDetails(error: unknown): ProblemDetails {
  const problem =
    error instanceof CodedError
      ? error.toJSON()
      : serverErrors.problem('server-internal', 'The request could not be served.');
  const status = ERROR_STATUS[problem.code] ?? 422;
  return {
    type: `urn:gemel:error:${problem.code}`,
    title: problem.code,
    status,
    detail: problem.message,
    code: problem.code,
    where: problem.where,
    remedy: problem.remedy,
  };
}

/** Starts the server and resolves when it accepts connections. @throws server-configuration */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { access, world } = options;
  const configuration = access?.configuration ?? options.configuration ?? defaultConfiguration;
  if (configuration.auth.kind !== 'off' && access === undefined)
    throw serverErrors.error('server-configuration', 'GEMEL_AUTH is set, and no users are open.', {
      field: 'GEMEL_AUTH',
    });
  await new Quarantine(world.store).sealEach();
  const log = options.log ?? openLog(configuration.logLevel);
  const metrics = new Metrics();
  const app = openApp(configuration);
  const registered: RunningServer['routes'][number][] = [];
  app.addHook('onRoute', ({ method, url, config }) => {
    for (const each of [method].flat())
      registered.push({ method: each, url, ...(config === undefined ? {} : { config }) });
  });
  const desk = new Desk(world, (error) => log.error(faultOf(error), 'what came in could not be followed'));
  const wall = () => ({ kind: 'wall' as const, now: Date.now(), speed: 1 });
  let stopping = false;

  app.setErrorHandler((error: FastifyError, request, reply) => {
    const invalid = error.validation !== undefined || (error.statusCode !== undefined && error.statusCode < 500);
    const details = problemDetails(
      invalid && !(error instanceof CodedError) ? serverErrors.error('server-request-invalid', error.message) : error,
    );
    const status = error.statusCode === 413 ? 413 : details.status;
    if (status === 500) log.error({ route: request.routeOptions.url, ...faultOf(error) }, 'a request failed');
    return reply
      .code(status)
      .type('application/problem+json')
      .send({ ...details, status });
  });
  watch(app, log, metrics);
  secureHeaders(app, configuration);
  guardOrigin(app, {
    url: configuration.url,
    mayCall: (origin) => configuration.corsOrigins.includes(origin) || access?.clients.ofOrigin(origin) === true,
    sessionCookie: access === undefined ? null : cookieName(SESSION_COOKIE, access.cookies),
  });
  const gate = guard(app, {
    world,
    desk,
    identify: access === undefined ? null : (request) => access.identify(request),
    rate: access === undefined ? null : new RateLimit(configuration.requestsPerMinute, 60_000, access.now),
    governance: options.governance ?? world.governance,
  });
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : readJsonBody(String(body)));
    } catch (error) {
      done(error as Error);
    }
  });
  healthRoutes(app, world, metrics, () => stopping);
  if (access === undefined) app.get('/api/session', async () => NO_LOG_IN);
  else {
    authRoutes(app, access);
    if (configuration.launcher) launcherRoutes(app, access);
  }
  routes(app, desk, options.clock ?? wall, gate);
  feedRoutes(app, world);
  qualityRoutes(app, world);
  governRoutes(app, world);
  if (options.dicom !== undefined) dicomwebRoutes(app, options.dicom);
  terminologyRoutes(app, world.terminology, world.clock, (error) => log.error(faultOf(error), 'a request failed'));
  const fhir = await openFhir({
    world,
    governance: options.governance ?? world.governance,
    failed: (error) => log.error(faultOf(error), 'a resource failed after it was written'),
    ...(access === undefined ? {} : { security: smartSecurity }),
  });
  if (fhir !== null) fhirRoutes(app, fhir, () => configuration.url);
  let url = '';
  cdsRoutes(app, {
    world,
    desk,
    gate,
    people: access?.people ?? new People(world.hub),
    fetch: access?.fetch ?? guardedFetch(configuration),
    base: () => url,
  });
  await webApp(app, options.webRoot);

  const host = configuration.host;
  await app.listen({ port: options.port ?? 0, host });
  const { port } = app.server.address() as AddressInfo;
  const scheme = configuration.tls === null ? 'http' : 'https';
  url = configuration.url ?? `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  access?.listening(url);
  log.info({ port }, 'listening');
  return {
    url,
    port,
    desk,
    routes: registered,
    close: async () => {
      stopping = true;
      // Streams end at once; a request under way is finished, but waits for nobody for ever.
      desk.close();
      const late = setTimeout(() => app.server.closeAllConnections(), LAST_ANSWERS);
      await app.close();
      await fhir?.close();
      clearTimeout(late);
      access?.close();
      log.info('stopped');
    },
  };
}

/** What a page is told where nobody logs in. */
const NO_LOG_IN: SessionView = { logIn: false, name: null, roles: [], patient: null, formToken: null };
/** How long requests under way may go on when the server stops, ms. */
const LAST_ANSWERS = 10_000;
/** How long the head of a request may take to arrive, and how often slow clients are looked for, ms. */
const HEAD = 10_000;
const LOOK = 1_000;

function openApp({ bodyLimit, requestTimeout, trustedProxies, tls }: Configuration): FastifyInstance {
  const settings = {
    logger: false,
    bodyLimit,
    requestTimeout,
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    forceCloseConnections: 'idle' as const,
    // Longer ones name a subject no more; each segment of an address stands for one.
    routerOptions: { maxParamLength: 500 },
    return503OnClosing: true,
  };
  const timing = { headersTimeout: Math.min(HEAD, requestTimeout), connectionsCheckingInterval: LOOK };
  return tls === null
    ? Fastify({ ...settings, http: timing })
    : (Fastify({ ...settings, https: { ...timing, ...tls, minVersion: 'TLSv1.2' } }) as unknown as FastifyInstance);
}

/** Counts and logs each answer by its address pattern: what was sent may name a patient. */
function watch(app: FastifyInstance, log: Logger, metrics: Metrics): void {
  app.addHook('onResponse', async (request, reply) => {
    const { method } = request;
    const route = request.routeOptions.url ?? 'unknown';
    metrics.observe(method, route, reply.statusCode, reply.elapsedTime / 1000);
    const caller = request.caller?.agent.kind ?? 'nobody';
    log.info({ method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime), caller }, 'answered');
  });
}

function secureHeaders(app: FastifyInstance, configuration: Configuration): void {
  const policy = contentSecurityPolicy(configuration);
  const secure = configuration.tls !== null || configuration.url?.startsWith('https:') === true;
  app.addHook('onRequest', async (request, reply) => {
    reply.header('content-security-policy', policy);
    reply.header('x-content-type-options', 'nosniff');
    // Forms of this server still say where they come from; nobody else learns an address.
    reply.header('referrer-policy', 'same-origin');
    reply.header('cross-origin-opener-policy', 'same-origin');
    if (secure) reply.header('strict-transport-security', 'max-age=31536000; includeSubDomains');
    // What names people is kept by no cache; files of the web app bear no one's data.
    if (!/\.\w+$/.test(request.routeOptions.url ?? '')) reply.header('cache-control', 'no-store');
  });
  app.addHook('onSend', async (_request, reply) => {
    if (reply.statusCode === 401 && !reply.hasHeader('www-authenticate'))
      reply.header('www-authenticate', 'Bearer realm="gemel"');
  });
}

/** The built web app, open to all: it bears no data. Any address that is no interface is one of its pages. */
async function webApp(app: FastifyInstance, root: string | undefined): Promise<void> {
  const unknown = () => serverErrors.error('server-unknown-route', 'Nothing is at this address.');
  if (root === undefined || !existsSync(root)) {
    app.setNotFoundHandler(() => {
      throw unknown();
    });
    return;
  }
  let files = true;
  app.addHook('onRoute', (route) => {
    if (files) route.config = { ...route.config, access: 'open' };
  });
  await app.register(fastifyStatic, { root, wildcard: false });
  files = false;
  app.setNotFoundHandler((request, reply) => {
    const [path = ''] = request.url.split('?');
    const page = request.method === 'GET' && !INTERFACES.test(path) && !/\.\w+$/.test(path);
    if (page) return reply.sendFile('index.html');
    throw unknown();
  });
}

/** Where no page of the web app is. */
const INTERFACES = /^\/(api|dicom-web|fhir|oauth|cds-services|\.well-known)(\/|$)/;
