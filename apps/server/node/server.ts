import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import fastifyStatic from '@fastify/static';
import { CodedError } from '@gemel/core';
import Fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import type { ProblemDetails, Status } from '../api.ts';
import { serverErrors } from '../errors.data.ts';
import { Desk } from './desk.ts';
import type { DicomIntake } from './dicom-intake.ts';
import { dicomwebRoutes } from './dicomweb-routes.ts';
import { feedRoutes } from './feed-routes.ts';
import { qualityRoutes } from './quality-routes.ts';
import { Quarantine } from './quarantine.ts';
import { routes } from './routes.ts';
import { terminologyRoutes } from './terminology-routes.ts';
import type { World } from './world.ts';

export interface ServerOptions {
  readonly world: World;
  /** 0 takes a free port. */
  readonly port?: number;
  /** Loopback only by default; there is no log-in yet, so nothing else is accepted. */
  readonly host?: '127.0.0.1' | '::1' | 'localhost';
  /** Folder of the built web app; absent: the interface only. */
  readonly webRoot?: string;
  readonly clock?: () => Status['clock'];
  /** Where DICOM objects go; absent: no DICOMweb. */
  readonly dicom?: DicomIntake;
}

export interface RunningServer {
  readonly url: string;
  readonly desk: Desk;
  close(): Promise<void>;
}

/** HTTP status of a coded error; what is not listed is the caller's mistake. */
const STATUS: Readonly<Record<string, number>> = {
  'server-unknown-subject': 404,
  'server-unknown-pack': 404,
  'server-unknown-proposal': 404,
  'server-unknown-job': 404,
  'server-unknown-route': 404,
  'server-unknown-waveform': 404,
  'server-quarantine-unknown': 404,
  'runtime-subject-unknown': 404,
  'identity-link-unknown': 404,
  'quality-correction-unknown': 404,
  'server-format-unknown': 415,
  'server-foreign-origin': 403,
  'server-internal': 500,
  'dicomweb-query': 400,
  'dicomweb-multipart': 400,
  'dicomweb-unknown': 404,
  'dicomweb-gone': 410,
  'store-erased': 410,
  'dicomweb-media': 406,
  'release-inputs-changed': 409,
  'release-expired': 410,
  'release-already-acted': 409,
  'release-limits-changed': 409,
};

/** Nothing is loaded from anywhere else; styles of the component library are set inline. */
const CONTENT_SECURITY_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'self'";

function problemDetails(error: unknown): ProblemDetails {
  const problem =
    error instanceof CodedError
      ? error.toJSON()
      : serverErrors.problem('server-internal', 'The request could not be served.');
  const status = STATUS[problem.code] ?? 422;
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

/** A page of another origin may neither read nor write; a name that only resolves here may not be used to get in. */
function guardOrigin(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    const host = request.headers.host ?? '';
    const name = host.replace(/:\d+$/, '');
    const origin = request.headers.origin;
    const own = name === '127.0.0.1' || name === 'localhost' || name === '[::1]';
    if (!own || (origin !== undefined && origin !== `http://${host}`))
      throw serverErrors.error('server-foreign-origin', `Host "${host}", origin "${origin ?? 'none'}" is not served.`);
  });
}

/** Starts the server on loopback and resolves when it accepts connections. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  await new Quarantine(options.world.store).sealEach();
  const app = Fastify({ logger: false, bodyLimit: 1024 * 1024, forceCloseConnections: true });
  const desk = new Desk(options.world);
  const wall = () => ({ kind: 'wall' as const, now: Date.now(), speed: 1 });

  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const invalid = error.validation !== undefined || (error.statusCode !== undefined && error.statusCode < 500);
    const details = problemDetails(
      invalid && !(error instanceof CodedError) ? serverErrors.error('server-request-invalid', error.message) : error,
    );
    if (details.status === 500) process.stderr.write(`${error.stack ?? error.message}\n`);
    return reply.code(details.status).type('application/problem+json').send(details);
  });
  app.addHook('onSend', async (_request, reply) => {
    reply.header('content-security-policy', CONTENT_SECURITY_POLICY);
    reply.header('x-content-type-options', 'nosniff');
    reply.header('referrer-policy', 'no-referrer');
  });
  guardOrigin(app);
  routes(app, desk, options.clock ?? wall);
  feedRoutes(app, options.world);
  qualityRoutes(app, options.world);
  if (options.dicom !== undefined) dicomwebRoutes(app, options.dicom);
  terminologyRoutes(app, options.world.terminology, options.world.clock);

  const unknown = () => serverErrors.error('server-unknown-route', 'Nothing is at this address.');
  if (options.webRoot !== undefined && existsSync(options.webRoot)) {
    await app.register(fastifyStatic, { root: options.webRoot, wildcard: false });
    app.setNotFoundHandler((request, reply) => {
      const page =
        request.method === 'GET' &&
        !/^\/(api|dicom-web)\//.test(request.url) &&
        !/\.\w+$/.test(request.url.split('?')[0]!);
      if (page) return reply.sendFile('index.html');
      throw unknown();
    });
  } else {
    app.setNotFoundHandler(() => {
      throw unknown();
    });
  }

  await app.listen({ port: options.port ?? 0, host: options.host ?? '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  return {
    url: `http://${options.host ?? '127.0.0.1'}:${port}`,
    desk,
    close: async () => {
      desk.close();
      await app.close();
    },
  };
}
