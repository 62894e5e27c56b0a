import { randomUUID } from 'node:crypto';
import type { Instant } from '@gemel/core';
import type { ResourceSearch } from '@gemel/core/resource-search';
import { resourceLabels } from '@gemel/exchange/fhir/consent/resource-labels';
import { isObject } from '@gemel/exchange/fhir/datatype';
import { resourceTypes } from '@gemel/exchange/fhir/resource-types.data';
import { compartmentCodes } from '@gemel/exchange/fhir/search/parameter';
import type { Resource, ResourceHead, ResourceVersion } from '@gemel/store/resource-contract';
import type { AccessEvent, Caller } from '../../access.ts';
import { asksOf, CHANGED, eventsOf } from './asks.ts';
import { runBundle } from './bundle.ts';
import { checkValid } from './check.ts';
import { restErrors } from './errors.data.ts';
import type { Entered } from './fhir-access.ts';
import { fhirPathPatch } from './fhirpath-patch.ts';
import { historyBundle } from './history.ts';
import { jsonPatch } from './json-patch.ts';
import { runOperation } from './operations.ts';
import { answerOf, type FhirAnswer, outcome, remark } from './outcome.ts';
import { type FhirRequest, pairsOf, preferred, tagOf, versionOfTag } from './request.ts';
import { OF_NOBODY } from './resource-format.ts';
import { asIfResolved, conditionalReferences, withoutBase } from './rewrite.ts';
import { answerSearch, formPairs, inCompartment, type SearchSurroundings, searchOf } from './search.ts';
import { shaped } from './shape.ts';
import { isCondition, planSteps, type Settled, type Step } from './write.ts';

export interface FhirSurroundings extends SearchSurroundings {
  readonly clock: () => Instant;
  /** The CapabilityStatement, of this address. */
  readonly capability: (base: string) => Resource;
  /** Told after each commit. */
  readonly written: (versions: readonly ResourceVersion[]) => void;
}

/** What a step came to, with the version that was written, if any was. */
export interface Done extends Settled {
  readonly version: ResourceVersion | null;
}

const ID = /^[A-Za-z0-9\-.]{1,64}$/;
/** How often a patch is tried anew when others write in between. */
const TRIES = 8;

/** The interactions of FHIR R4, whatever they come by. */
export class FhirService {
  readonly surroundings: FhirSurroundings;

  constructor(surroundings: FhirSurroundings) {
    this.surroundings = surroundings;
  }

  /** Answers, also what is wrong. */
  async answer(request: FhirRequest): Promise<FhirAnswer> {
    try {
      return await this.handle(request);
    } catch (error) {
      return answerOf(error);
    }
  }

  /** @throws whatever the interaction refuses */
  async handle(request: FhirRequest): Promise<FhirAnswer> {
    const { method, path } = request;
    const [type, second, third, fourth] = path;
    const reading = method === 'GET' || method === 'HEAD';
    if (type === undefined && method === 'POST') return runBundle(this, request);
    if (type === 'metadata' && path.length === 1 && reading)
      return { status: 200, headers: {}, body: this.surroundings.capability(request.base) };
    if (type === '_history' && path.length === 1 && reading) return historyBundle({}, request, this.surroundings);
    if (type?.startsWith('$')) return runOperation(this, request, type, null, null);
    if (type === undefined) throw unknownRoute(request);
    if (!resourceTypes.has(type))
      throw restErrors.error('rest-type-unknown', `"${type.slice(0, 64)}" is no resource of FHIR R4.`);
    if (second === undefined) {
      if (reading) return answerSearch(type, request.query, request, this.surroundings);
      if (method === 'POST') return this.#create(type, request);
      if (method === 'PUT') return this.#update(type, this.#condition(type, request), request);
      if (method === 'PATCH') return this.#patch(type, null, request);
      if (method === 'DELETE') return this.#delete(type, this.#condition(type, request), request);
      throw unknownRoute(request);
    }
    if (path.length === 2 && second === '_search' && method === 'POST')
      return answerSearch(type, [...request.query, ...formPairs(request.body)], request, this.surroundings);
    if (path.length === 2 && second === '_history' && reading)
      return historyBundle({ type }, request, this.surroundings);
    if (second.startsWith('$') && path.length === 2) return runOperation(this, request, second, type, null);
    if (!ID.test(second)) throw restErrors.error('rest-id', `"${second.slice(0, 80)}" is no id.`, { field: 'id' });
    if (third === undefined) {
      if (reading) return this.#read(type, second, null, request);
      if (method === 'PUT') return this.#update(type, { id: second }, request);
      if (method === 'PATCH') return this.#patch(type, second, request);
      if (method === 'DELETE') return this.#delete(type, { id: second }, request);
      throw unknownRoute(request);
    }
    if (third.startsWith('$') && path.length === 3) return runOperation(this, request, third, type, second);
    if (third === '_history' && reading && path.length <= 4)
      return fourth === undefined
        ? historyBundle({ type, id: second }, request, this.surroundings)
        : this.#read(type, second, fourth, request);
    if (type === 'Patient' && resourceTypes.has(third) && compartmentCodes(third).length > 0) {
      const compartment = {
        path: `Patient/${second}`,
        criterion: inCompartment(third, second),
        subject: `Patient/${second}`,
      };
      if (reading && path.length === 3)
        return answerSearch(third, request.query, request, this.surroundings, compartment);
      if (method === 'POST' && fourth === '_search' && path.length === 4)
        return answerSearch(
          third,
          [...request.query, ...formPairs(request.body)],
          request,
          this.surroundings,
          compartment,
        );
    }
    throw unknownRoute(request);
  }

  /** Writes steps as one transaction, after scopes and policies let each of them. */
  async write(steps: readonly Step[], caller: Caller, base: string): Promise<readonly Done[]> {
    const { resources, access, clock } = this.surroundings;
    const condition = (type: string, query: string) => this.#search(type, query, base);
    const plan = planSteps(steps, condition);
    // Whose it will be is known once conditions are looked up; what is permitted then must still be so within the transaction.
    const permitted = new Map<string, Entered>();
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const found = plan.lookups.length === 0 ? [] : await this.#lookUp(plan.lookups);
      for (const asked of asksOf(plan.settle(found))) {
        if (permitted.has(asked.key)) continue;
        permitted.set(asked.key, await access.enter(caller, asked.action, asked.type, asked.subject, asked.labels));
      }
      let settled: readonly Settled[] = [];
      let events: readonly AccessEvent[] = [];
      let appended = false;
      try {
        const versions = await resources.write(
          {
            lookups: plan.lookups,
            decide: (now) => {
              settled = plan.settle(now);
              events = eventsOf(settled, permitted);
              const entries = access.entries(events);
              appended = entries !== null;
              return { writes: settled.flatMap(({ write }) => write ?? []), entries: entries ?? [] };
            },
          },
          clock(),
        );
        if (!appended) await access.record(events);
        this.surroundings.written(versions);
        const byKey = new Map(versions.map((version) => [`${version.type}/${version.id}`, version]));
        return settled.map((each) => ({ ...each, version: byKey.get(`${each.type}/${each.id}`) ?? null }));
      } catch (error) {
        if (error !== CHANGED) throw error;
      }
    }
    throw restErrors.error('rest-busy', 'Conditions were met by ever other resources.');
  }

  /** What a resource must be to be taken in. @throws rest-body, rest-id, rest-invalid */
  taken(body: unknown, type: string, base: string): Resource {
    if (!isObject(body)) throw restErrors.error('rest-body', 'The body is no JSON object.');
    if (body.resourceType !== type)
      throw restErrors.error(
        'rest-body',
        `The body is of type "${String(body.resourceType).slice(0, 64)}", not ${type}.`,
        { field: 'resourceType' },
      );
    if (body.id !== undefined && !(typeof body.id === 'string' && ID.test(body.id)))
      throw restErrors.error('rest-id', 'The id of the body is none of FHIR.', { field: 'id' });
    checkValid(conditionalReferences(body).length === 0 ? body : asIfResolved(body));
    return withoutBase(body, base);
  }

  /** A search that stands as a condition: all of it must be understood. @throws rest-condition, search-* */
  #search(type: string, query: string, base: string): ResourceSearch {
    if (!resourceTypes.has(type))
      throw restErrors.error('rest-type-unknown', `"${type.slice(0, 64)}" is no resource of FHIR R4.`);
    const { search } = searchOf(type, pairsOf(query), { base, headers: {} }, this.surroundings, true);
    if (!isCondition(search)) throw restErrors.error('rest-condition', `"${query.slice(0, 200)}" has no condition.`);
    return search;
  }

  #condition(type: string, { query, base }: FhirRequest): ResourceSearch {
    return this.#search(type, new URLSearchParams(query.map(([key, value]) => [key, value])).toString(), base);
  }

  async #lookUp(
    lookups: Parameters<FhirSurroundings['resources']['write']>[0]['lookups'],
  ): Promise<readonly (readonly ResourceHead[])[]> {
    let found: readonly (readonly ResourceHead[])[] = [];
    const decide = (now: typeof found) => {
      found = now;
      return { writes: [] };
    };
    await this.surroundings.resources.write({ lookups, decide }, this.surroundings.clock());
    return found;
  }

  async #read(type: string, id: string, version: string | null, request: FhirRequest): Promise<FhirAnswer> {
    const { resources, access } = this.surroundings;
    const number = version === null ? null : /^[1-9]\d{0,14}$/.test(version) ? Number(version) : 0;
    const found = number === null ? await resources.read(type, id) : await resources.vread(type, id, number);
    // Who may not see a person's data is not told either whether there are any.
    const entered =
      found === null
        ? await access.enter(request.caller, 'read', type, type === 'Patient' ? `Patient/${id}` : OF_NOBODY)
        : await access.enterVersion(request.caller, 'read', found);
    if (found === null)
      throw restErrors.error(
        'rest-not-found',
        `There is no ${type}/${id}${version === null ? '' : ` of version ${version.slice(0, 20)}`}.`,
      );
    if (found.resource === null) throw restErrors.error('rest-gone', `${type}/${id} was deleted.`);
    await access.record([{ ...entered, entities: [`${type}/${id}`], outcome: 'success' }]);
    const headers = versionHeaders(found);
    if (unchanged(found, request)) return { status: 304, headers, body: null };
    const wanted = searchOf(
      type,
      request.query.filter(([key]) => key === '_summary' || key === '_elements'),
      request,
      this.surroundings,
    );
    return { status: 200, headers, body: shaped(found.resource, wanted.summary, wanted.elements) };
  }

  async #create(type: string, request: FhirRequest): Promise<FhirAnswer> {
    const step = this.createStep(type, request);
    const [done] = await this.write([step], request.caller, request.base);
    return this.answerWrite(done!, request, 'representation');
  }

  createStep(type: string, { body, headers, base }: FhirRequest, fullUrl: string | null = null): Step {
    const resource = this.taken(body, type, base);
    const ifNoneExist =
      headers.ifNoneExist === undefined ? null : this.#search(type, headers.ifNoneExist.replace(/^.*\?/, ''), base);
    return { how: 'create', fullUrl, newId: randomUUID(), resource, ifNoneExist };
  }

  async #update(type: string, at: { readonly id: string } | ResourceSearch, request: FhirRequest): Promise<FhirAnswer> {
    const step = this.updateStep(type, at, request);
    const [done] = await this.write([step], request.caller, request.base);
    return this.answerWrite(done!, request, 'representation');
  }

  updateStep(
    type: string,
    at: { readonly id: string } | ResourceSearch,
    request: FhirRequest,
    fullUrl: string | null = null,
  ): Step {
    const resource = this.taken(request.body, type, request.base);
    if ('id' in at && resource.id !== at.id)
      throw restErrors.error('rest-id', `The body names the id "${String(resource.id)}", the address "${at.id}".`, {
        field: 'id',
      });
    const { ifMatch, ifNoneMatch } = request.headers;
    const ifVersion = ifNoneMatch === '*' ? 0 : versionOfTag(ifMatch);
    return { how: 'update', fullUrl, newId: randomUUID(), resource, at, ifVersion };
  }

  /** The address an entry of a transaction writes to: an id, or a condition. */
  at(type: string, id: string | undefined, request: FhirRequest): { readonly id: string } | ResourceSearch {
    if (id === undefined) return this.#condition(type, request);
    if (!ID.test(id)) throw restErrors.error('rest-id', `"${id.slice(0, 80)}" is no id.`, { field: 'id' });
    return { id };
  }

  /** The update that a patch comes to on the resource as it is now. */
  async patchStep(type: string, id: string | null, request: FhirRequest, fullUrl: string | null = null): Promise<Step> {
    const { resources } = this.surroundings;
    let key = id;
    if (key === null) {
      const { hits } = await resources.search(this.#condition(type, request), { limit: 2 });
      if (hits.length > 1)
        throw restErrors.error('rest-several', `Several resources of type ${type} meet the condition.`);
      key = hits[0]?.id ?? null;
    }
    const found = key === null ? null : await resources.read(type, key);
    const subject = found?.subject ?? OF_NOBODY;
    await this.surroundings.access.enter(
      request.caller,
      'update',
      type,
      subject,
      found?.resource == null ? [] : resourceLabels(found.resource),
    );
    if (found?.resource == null)
      throw restErrors.error(
        'rest-not-found',
        `There is no ${type}${key === null ? ' that meets the condition' : `/${key}`}.`,
      );
    const wanted = versionOfTag(request.headers.ifMatch);
    if (wanted !== null && wanted !== found.version)
      throw restErrors.error('rest-precondition', `${type}/${found.id} has version ${found.version}, not ${wanted}.`);
    const patched = Array.isArray(request.body)
      ? jsonPatch(found.resource, request.body)
      : isObject(request.body) && request.body.resourceType === 'Parameters'
        ? fhirPathPatch(found.resource, request.body)
        : null;
    if (patched === null)
      throw restErrors.error('rest-body', 'A patch is a JSON Patch array or a Parameters resource.');
    const taken = this.taken(patched, type, request.base);
    if (taken.id !== found.id) throw restErrors.error('rest-patch', 'A patch cannot change the id.', { field: 'id' });
    return { how: 'update', fullUrl, newId: '', resource: taken, at: { id: found.id }, ifVersion: found.version };
  }

  async #patch(type: string, id: string | null, request: FhirRequest): Promise<FhirAnswer> {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const step = await this.patchStep(type, id, request);
      try {
        const [done] = await this.write([step], request.caller, request.base);
        return this.answerWrite(done!, request, 'representation');
      } catch (error) {
        // Somebody else wrote in between: the patch is made anew, unless the request named the version.
        if ((error as { code?: unknown }).code !== 'rest-precondition' || request.headers.ifMatch !== undefined)
          throw error;
      }
    }
    throw restErrors.error('rest-busy', `${type}/${id ?? ''} was written by others ${TRIES} times in between.`);
  }

  async #delete(type: string, at: { readonly id: string } | ResourceSearch, request: FhirRequest): Promise<FhirAnswer> {
    const [done] = await this.write([this.deleteStep(type, at, request)], request.caller, request.base);
    return this.answerWrite(done!, request, 'minimal');
  }

  deleteStep(type: string, at: { readonly id: string } | ResourceSearch, { headers }: FhirRequest): Step {
    return { how: 'delete', fullUrl: null, newId: '', type, at, ifVersion: versionOfTag(headers.ifMatch) };
  }

  /** What is answered to a write. */
  async answerWrite(done: Done, request: FhirRequest, otherwise: 'minimal' | 'representation'): Promise<FhirAnswer> {
    const { type, id, version, step } = done;
    if (step.how === 'delete')
      return { status: 204, headers: version === null ? {} : { etag: tagOf(version.version) }, body: null };
    const current = version ?? (await this.surroundings.resources.read(type, id!))!;
    const status = version?.how === 'create' ? 201 : 200;
    const location = `${request.base}/${type}/${id}/_history/${current.version}`;
    const headers = { ...versionHeaders(current), location };
    const wanted = preferred(request.headers, otherwise);
    const body =
      wanted === 'representation'
        ? current.resource
        : wanted === 'OperationOutcome'
          ? outcome([remark('information', 'informational', `${type}/${id} has version ${current.version}.`)])
          : null;
    return { status, headers, body };
  }
}

export function versionHeaders({ version, at }: ResourceVersion): Readonly<Record<string, string>> {
  return { etag: tagOf(version), 'last-modified': new Date(at).toUTCString() };
}

function unchanged({ version, at }: ResourceVersion, { headers }: FhirRequest): boolean {
  if (headers.ifNoneMatch !== undefined)
    return headers.ifNoneMatch.split(',').some((tag) => tag.trim() === tagOf(version) || tag.trim() === `"${version}"`);
  const since = headers.ifModifiedSince === undefined ? Number.NaN : Date.parse(headers.ifModifiedSince);
  // The header knows whole seconds.
  return Math.floor(at / 1000) * 1000 <= since;
}

function unknownRoute({ method, path }: FhirRequest): Error {
  return restErrors.error(
    'rest-route-unknown',
    `${method} /fhir/${path.join('/').slice(0, 200)} is nothing that is served.`,
  );
}
