import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { BulkExport, ExportScope } from './bulk-export.ts';
import { restErrors } from './errors.data.ts';
import { requestOf, send } from './fhir-routes.ts';
import { answerOf } from './outcome.ts';
import type { FhirRequest } from './request.ts';

/** Where exports start, by pattern; the CapabilityStatement lists them. */
export const EXPORTS: readonly (readonly [pattern: string, operation: string])[] = [
  ['/fhir/$export', '$export'],
  ['/fhir/Patient/$export', 'Patient/$export'],
  ['/fhir/Group/:id/$export', 'Group/$export'],
];

type Handler = (asked: FhirRequest, reply: FastifyReply, params: Readonly<Record<string, string>>) => Promise<unknown>;

/** Bulk Data: kick-off, status and files. */
export function bulkRoutes(scope: FastifyInstance, bulk: BulkExport, url: () => string | null): void {
  const config = { access: 'governed' } as const;
  const answer = (handler: Handler) => async (request: FastifyRequest, reply: FastifyReply) => {
    // A file is no resource: whoever fetches one may ask for NDJSON.
    const asked = requestOf(request, url(), true);
    if ('status' in asked) return send(reply, asked);
    try {
      return await handler(asked, reply, request.params as Record<string, string>);
    } catch (error) {
      return send(reply, answerOf(error));
    }
  };
  for (const [pattern, operation] of EXPORTS) {
    const start = answer(async (asked, reply, { id }) => {
      if (!/respond-async/.test(asked.headers.prefer ?? ''))
        throw restErrors.error('rest-parameter', '$export is answered later: send Prefer: respond-async.', {
          field: 'Prefer',
        });
      const what: ExportScope =
        id !== undefined ? { kind: 'group', id } : { kind: operation === '$export' ? 'system' : 'patient' };
      const job = await bulk.start(what, asked);
      return reply.code(202).header('content-location', `${asked.base}/$export-status/${job}`).send();
    });
    scope.route({ method: ['GET', 'POST'], url: pattern, config, handler: start });
  }
  scope.get(
    '/fhir/$export-status/:job',
    { config },
    answer(async (asked, reply, { job }) => {
      const status = bulk.status(job!, asked);
      if ('manifest' in status) return reply.type('application/json').send(JSON.stringify(status.manifest));
      return reply
        .code(202)
        .header('x-progress', `${Math.round(100 * status.done)} % counted`)
        .header('retry-after', '1')
        .send();
    }),
  );
  scope.delete(
    '/fhir/$export-status/:job',
    { config },
    answer(async (asked, reply, { job }) => {
      bulk.cancel(job!, asked.caller);
      return reply.code(202).send();
    }),
  );
  scope.get(
    '/fhir/$export-file/:job/:name',
    { config },
    answer(async (asked, reply, { job, name }) => {
      const lines = bulk.file(job!, name!.replace(/\.ndjson$/, ''), asked.caller);
      return reply.type('application/fhir+ndjson').send(Readable.from(lines));
    }),
  );
}
