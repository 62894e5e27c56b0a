import { CodedError } from '@gemel/core';
import { isObject } from '@gemel/exchange/fhir/datatype';
import { resourceTypes } from '@gemel/exchange/fhir/resource-types.data';
import type { Resource } from '@gemel/store/resource-contract';
import { restErrors } from './errors.data.ts';
import { answerOf, type FhirAnswer, IssuesError, issueOf } from './outcome.ts';
import { type FhirRequest, pairsOf } from './request.ts';
import type { FhirService } from './service.ts';
import type { Step } from './write.ts';

/** Entries of one Bundle at most. */
const MOST = 10_000;
/** Entries of a batch that are under way at once. */
const TOGETHER = 8;

interface Entry {
  readonly place: number;
  readonly fullUrl: string | null;
  readonly request: FhirRequest;
}

/** Carries out a batch, each entry by itself, or a transaction, all or nothing. */
export async function runBundle(service: FhirService, request: FhirRequest): Promise<FhirAnswer> {
  const { body } = request;
  if (!isObject(body) || body.resourceType !== 'Bundle') throw restErrors.error('rest-body', 'The body is no Bundle.');
  if (body.type !== 'batch' && body.type !== 'transaction')
    throw restErrors.error(
      'rest-bundle',
      `A Bundle of type "${String(body.type).slice(0, 40)}" is no batch or transaction.`,
      { field: 'type' },
    );
  const given = Array.isArray(body.entry) ? body.entry : [];
  if (given.length > MOST)
    throw restErrors.error('rest-too-much', `The Bundle has ${given.length} entries; up to ${MOST} are taken.`);
  const answers =
    body.type === 'batch' ? await batch(service, given, request) : await transaction(service, given, request);
  const entry = answers.map(responseOf);
  const answered = { resourceType: 'Bundle', type: `${body.type}-response`, ...(entry.length === 0 ? {} : { entry }) };
  return { status: 200, headers: {}, body: answered as Resource };
}

async function batch(
  service: FhirService,
  given: readonly unknown[],
  request: FhirRequest,
): Promise<readonly FhirAnswer[]> {
  const answers: FhirAnswer[] = [];
  for (let from = 0; from < given.length; from += TOGETHER) {
    const some = given.slice(from, from + TOGETHER).map(async (one, i) => {
      try {
        return await service.answer(entryOf(one, from + i, request).request);
      } catch (error) {
        return answerOf(error);
      }
    });
    answers.push(...(await Promise.all(some)));
  }
  return answers;
}

/** Deletions, creations, updates and patches are one write; what is read is read after it. */
async function transaction(
  service: FhirService,
  given: readonly unknown[],
  request: FhirRequest,
): Promise<readonly FhirAnswer[]> {
  const entries = given.map((one, i) => entryOf(one, i, request));
  const steps: { readonly entry: Entry; readonly step: Step }[] = [];
  for (const entry of entries)
    if (!reads(entry))
      try {
        steps.push({ entry, step: await stepOf(service, entry) });
      } catch (error) {
        throw placed(error, entry.place);
      }
  const done = await service.write(
    steps.map(({ step }) => step),
    request.caller,
    request.base,
  );
  const answers = new Map<number, FhirAnswer>();
  for (const [i, { entry }] of steps.entries())
    answers.set(entry.place, await service.answerWrite(done[i]!, entry.request, 'minimal'));
  for (const entry of entries) if (reads(entry)) answers.set(entry.place, await service.answer(entry.request));
  return entries.map(({ place }) => answers.get(place)!);
}

function reads({ request }: Entry): boolean {
  return request.method === 'GET' || request.method === 'HEAD';
}

async function stepOf(service: FhirService, { request, fullUrl }: Entry): Promise<Step> {
  const { method, path } = request;
  const [type, id] = path;
  if (type === undefined || !resourceTypes.has(type))
    throw restErrors.error('rest-type-unknown', `"${(type ?? '').slice(0, 64)}" is no resource of FHIR R4.`);
  if (path.length > 2 || (method === 'POST' && id !== undefined))
    throw restErrors.error(
      'rest-bundle',
      `${method} ${path.join('/').slice(0, 100)} is nothing that a transaction writes.`,
    );
  switch (method) {
    case 'POST':
      return service.createStep(type, request, fullUrl);
    case 'PUT':
      return service.updateStep(type, service.at(type, id, request), request, fullUrl);
    case 'PATCH':
      return service.patchStep(type, id ?? null, request, fullUrl);
    case 'DELETE':
      return service.deleteStep(type, service.at(type, id, request), request);
    default:
      throw restErrors.error('rest-bundle', `"${method.slice(0, 20)}" is no method of an entry.`);
  }
}

function entryOf(entry: unknown, place: number, above: FhirRequest): Entry {
  const request = isObject(entry) && isObject(entry.request) ? entry.request : null;
  if (request === null || typeof request.method !== 'string' || typeof request.url !== 'string')
    throw restErrors.error('rest-bundle', `Entry ${place} has no request with method and url.`, {
      element: `Bundle.entry[${place}].request`,
    });
  const { fullUrl, resource } = entry as Resource;
  const local = request.url.startsWith(`${above.base}/`)
    ? request.url.slice(above.base.length + 1)
    : request.url.replace(/^\//, '');
  const cut = local.indexOf('?');
  const path = (cut < 0 ? local : local.slice(0, cut)).split('/').filter((part) => part !== '');
  const text = (name: string) => (typeof request[name] === 'string' ? (request[name] as string) : undefined);
  return {
    place,
    fullUrl: typeof fullUrl === 'string' ? fullUrl : null,
    request: {
      method: request.method.toUpperCase(),
      path,
      query: cut < 0 ? [] : pairsOf(local.slice(cut + 1)),
      headers: {
        ifMatch: text('ifMatch'),
        ifNoneMatch: text('ifNoneMatch'),
        ifModifiedSince: text('ifModifiedSince'),
        ifNoneExist: text('ifNoneExist'),
        ...(above.headers.prefer === undefined ? {} : { prefer: above.headers.prefer }),
      },
      body: patchOf(resource) ?? resource,
      caller: above.caller,
      base: above.base,
    },
  };
}

/** A JSON Patch comes in a Bundle as a Binary of its JSON. */
function patchOf(resource: unknown): unknown {
  if (
    !isObject(resource) ||
    resource.resourceType !== 'Binary' ||
    resource.contentType !== 'application/json-patch+json'
  )
    return null;
  try {
    return JSON.parse(Buffer.from(String(resource.data), 'base64').toString());
  } catch {
    throw restErrors.error('rest-body', 'The Binary of a patch is no JSON.');
  }
}

/** An error of one entry tells which entry it was. */
function placed(error: unknown, place: number): unknown {
  if (!(error instanceof CodedError)) return error;
  const above = `Bundle.entry[${place}].resource`;
  const issues = error instanceof IssuesError ? error.issues : [issueOf(error.toJSON())];
  const within = (path: string) => `${above}.${path.replace(/^[A-Z]\w*\.?/, '')}`.replace(/\.$/, '');
  const told = issues.map((issue) => ({ ...issue, expression: (issue.expression ?? ['']).map(within) }));
  return new IssuesError({ ...error.toJSON(), message: `Entry ${place}: ${error.message}` }, told);
}

function responseOf({ status, headers, body }: FhirAnswer): object {
  const isOutcome = body?.resourceType === 'OperationOutcome';
  const { etag, location } = headers;
  const modified = headers['last-modified'];
  return {
    ...(body === null || isOutcome ? {} : { resource: body }),
    response: {
      status: String(status),
      ...(location === undefined ? {} : { location }),
      ...(etag === undefined ? {} : { etag }),
      ...(modified === undefined ? {} : { lastModified: new Date(modified).toISOString() }),
      ...(isOutcome ? { outcome: body } : {}),
    },
  };
}
