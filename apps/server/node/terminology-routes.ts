import { CodedError, type Problem } from '@gemel/core';
import { OPERATIONS, runOperation } from '@gemel/exchange/terminology/fhir-operation';
import { Inputs } from '@gemel/exchange/terminology/inputs';
import type { Terminology } from '@gemel/exchange/terminology/terminology';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { serverErrors } from '../errors.data.ts';
import { readJsonBody } from '../json-body.ts';

const FHIR_JSON = 'application/fhir+json; charset=utf-8';

/** HTTP status and FHIR issue type of a terminology error; what is not listed is the caller's mistake. */
const ISSUES: Readonly<Record<string, readonly [status: number, issue: string]>> = {
  'terminology-system-unknown': [404, 'not-found'],
  'terminology-code-unknown': [404, 'code-invalid'],
  'terminology-value-set-unknown': [404, 'not-found'],
  'terminology-map-unknown': [404, 'not-found'],
  'terminology-too-costly': [422, 'too-costly'],
  'terminology-filter': [422, 'not-supported'],
  'terminology-ecl': [422, 'not-supported'],
  'terminology-pattern': [422, 'not-supported'],
  'terminology-too-deep': [422, 'too-long'],
  'terminology-value-set-circle': [422, 'business-rule'],
  'terminology-store': [500, 'exception'],
  'server-internal': [500, 'exception'],
  'server-token-missing': [401, 'login'],
  'server-token-invalid': [401, 'login'],
  'server-token-expired': [401, 'expired'],
  'server-scope-missing': [403, 'forbidden'],
  'server-refused': [403, 'forbidden'],
  'server-foreign-origin': [403, 'forbidden'],
  'server-forged': [403, 'forbidden'],
  'server-rate-exceeded': [429, 'throttled'],
};

/** The terminology operations of FHIR R4 under /fhir, by GET and POST, on the type or on an id; `fault` is told what should not have failed. */
export function terminologyRoutes(
  app: FastifyInstance,
  terminology: Terminology,
  now: () => number,
  fault: (error: unknown) => void,
): void {
  app.register(async (scope) => {
    scope.addContentTypeParser('application/fhir+json', { parseAs: 'string' }, (_request, body, done) => {
      try {
        done(null, readJsonBody(String(body)));
      } catch (error) {
        done(error as Error);
      }
    });
    scope.setErrorHandler((error, _request, reply) => refused(error, reply, fault));
    for (const name of Object.keys(OPERATIONS)) {
      const [type, operation] = name.split('/') as [string, string];
      const answer = (request: FastifyRequest, reply: FastifyReply) => {
        const { id } = request.params as { id?: string };
        const call = { inputs: inputsOf(request), id: id ?? null, at: new Date(now()).toISOString() };
        return reply.type(FHIR_JSON).send(runOperation(name, terminology, call));
      };
      for (const method of ['GET', 'POST'] as const) {
        scope.route({ method, url: `/fhir/${type}/${operation}`, handler: answer });
        if (operation !== '$lookup' && operation !== '$subsumes' && type !== 'CodeSystem')
          scope.route({ method, url: `/fhir/${type}/:id/${operation}`, handler: answer });
      }
    }
  });
}

function inputsOf({ method, query, body }: FastifyRequest): Inputs {
  if (method === 'POST') return Inputs.ofResource(body);
  const pairs = Object.entries(query as Record<string, string | string[]>);
  return Inputs.ofQuery(pairs.flatMap(([key, value]) => [value].flat().map((one) => [key, one] as const)));
}

function refused(error: unknown, reply: FastifyReply, fault: (error: unknown) => void): FastifyReply {
  const { validation, statusCode = 500 } = error as { validation?: unknown; statusCode?: number };
  const problem: Problem =
    error instanceof CodedError
      ? error.toJSON()
      : validation !== undefined || statusCode < 500
        ? serverErrors.problem('server-request-invalid', (error as Error).message)
        : serverErrors.problem('server-internal', 'The request could not be served.');
  const [status, code] = ISSUES[problem.code] ?? [400, 'invalid'];
  if (status === 500) fault(error);
  return reply
    .code(status)
    .type(FHIR_JSON)
    .send({
      resourceType: 'OperationOutcome',
      issue: [
        {
          severity: 'error',
          code,
          details: { coding: [{ system: 'urn:gemel:error', code: problem.code }], text: problem.message },
          diagnostics: problem.remedy,
          ...(problem.where.field === undefined ? {} : { expression: [problem.where.field] }),
        },
      ],
    });
}
