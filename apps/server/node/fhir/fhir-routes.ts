import { CodedError } from '@gemel/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { serverErrors } from '../../errors.data.ts';
import { readJsonBody } from '../../json-body.ts';
import { bulkRoutes } from './bulk-routes.ts';
import { restErrors } from './errors.data.ts';
import type { Fhir } from './open-fhir.ts';
import { answerOf, type FhirAnswer } from './outcome.ts';
import type { FhirRequest } from './request.ts';
import { pairsOf } from './request.ts';

const FHIR_JSON = 'application/fhir+json; charset=utf-8';
/** Bytes of the longest body: a transaction of a patient's whole record. */
const LONGEST = 64 * 1024 * 1024;
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** FHIR R4 under /fhir, but for terminology's operations, which have routes of their own. `url`: this server's address as others see it. */
export function fhirRoutes(
  app: FastifyInstance,
  { service, bulk }: Pick<Fhir, 'service' | 'bulk'>,
  url: () => string | null,
): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    const json = ['application/fhir+json', 'application/json', 'application/json-patch+json', 'text/json'];
    scope.addContentTypeParser(json, { parseAs: 'string', bodyLimit: LONGEST }, (_request, body, done) => {
      try {
        done(null, body === '' ? undefined : readJsonBody(String(body)));
      } catch (error) {
        done(error as Error);
      }
    });
    scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
      const form = new Map<string, string[]>();
      for (const [name, value] of pairsOf(String(body))) form.set(name, [...(form.get(name) ?? []), value]);
      done(null, Object.fromEntries(form));
    });
    scope.setErrorHandler((error, _request, reply) => send(reply, refused(error)));
    const answer = async (request: FastifyRequest, reply: FastifyReply) => {
      const asked = requestOf(request, url());
      return send(reply, 'status' in asked ? asked : await service.answer(asked));
    };
    bulkRoutes(scope, bulk, url);
    scope.route({ method: 'GET', url: '/fhir/metadata', config: { access: 'open' }, handler: answer });
    for (const pattern of ['/fhir', '/fhir/*'])
      scope.route({
        method: [...METHODS],
        url: pattern,
        bodyLimit: LONGEST,
        config: { access: 'governed' },
        handler: answer,
      });
  });
}

export function send(reply: FastifyReply, { status, headers, body }: FhirAnswer): FastifyReply {
  reply.code(status).headers(headers);
  return body === null ? reply.send() : reply.type(FHIR_JSON).send(JSON.stringify(body));
}

/** What fastify itself refuses is the sender's mistake: no JSON, too long, of another type. */
function refused(error: unknown): FhirAnswer {
  if (error instanceof CodedError) return answerOf(error);
  const { statusCode = 500, message } = error as { statusCode?: number; message: string };
  if (statusCode === 413)
    return answerOf(restErrors.error('rest-too-much', `The body is longer than ${LONGEST} bytes.`));
  if (statusCode === 415)
    return answerOf(restErrors.error('rest-media', 'The body is of no type that is spoken here.'));
  return answerOf(statusCode < 500 ? serverErrors.error('server-request-invalid', message) : error);
}

/** The interaction that was sent, or why it is none. `anyFormat`: where the answer is no resource. */
export function requestOf(request: FastifyRequest, url: string | null, anyFormat = false): FhirRequest | FhirAnswer {
  const { headers, method, caller } = request;
  const [address, query = ''] = cut(request.raw.url ?? '', '?');
  let path: readonly string[];
  try {
    path = address
      .split('/')
      .slice(2)
      .filter((part) => part !== '')
      .map(decodeURIComponent);
  } catch {
    return answerOf(serverErrors.error('server-request-invalid', 'The address is not well escaped.'));
  }
  const pairs = pairsOf(query);
  const format = pairs.find(([name]) => name === '_format')?.[1] ?? headers.accept ?? '*/*';
  if (!anyFormat && !/json|\*\/\*|application\/\*/.test(format)) {
    const answer = answerOf(restErrors.error('rest-media', `"${format.slice(0, 80)}" is not spoken here.`));
    return { ...answer, status: 406 };
  }
  const text = (name: string) => {
    const value = headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    method,
    path,
    query: pairs,
    headers: {
      ifMatch: text('if-match'),
      ifNoneMatch: text('if-none-match'),
      ifModifiedSince: text('if-modified-since'),
      ifNoneExist: text('if-none-exist'),
      prefer: text('prefer'),
      contentType: text('content-type'),
    },
    body: request.body,
    caller,
    base: `${url ?? `${request.protocol}://${request.host}`}/fhir`,
  };
}

function cut(text: string, separator: string): readonly [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
