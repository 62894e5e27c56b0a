import { randomUUID } from 'node:crypto';
import { type Instant, instant } from '@gemel/core';
import type { Criterion, ResourceSearch } from '@gemel/core/resource-search';
import { isObject } from '@gemel/exchange/fhir/datatype';
import { resourceTypes } from '@gemel/exchange/fhir/resource-types.data';
import { compartmentCodes } from '@gemel/exchange/fhir/search/parameter';
import { dateRange } from '@gemel/exchange/fhir/search/range';
import type { SearchCursor } from '@gemel/store/resource-contract';
import type { Caller } from '../../access.ts';
import { serverErrors } from '../../errors.data.ts';
import { restErrors } from './errors.data.ts';
import { isOfOnePatient } from './fhir-access.ts';
import { inputsOf } from './operations.ts';
import type { FhirRequest } from './request.ts';
import type { SearchSurroundings } from './search.ts';

/** What is exported: everything, what is of patients, or of a group's patients. */
export type ExportScope = { readonly kind: 'system' | 'patient' } | { readonly kind: 'group'; readonly id: string };

interface Job {
  readonly id: string;
  readonly caller: Caller;
  /** The address that asked for it. */
  readonly request: string;
  /** Versions written by then. */
  readonly at: Instant;
  readonly searches: readonly ResourceSearch[];
  /** How many resources of each type; null while they are counted. */
  counts: ReadonlyMap<string, number> | null;
  counted: number;
  failed: unknown;
}

/** Jobs that are remembered, at most, and how long, ms. */
const KEPT = 100;
const LIFE = 24 * 3_600_000;
const PAGE = 500;

/**
 * Bulk Data export (2.0): what is asked for is counted in the background, and each file made as it is fetched, so that no copy of
 * anybody's data lies on the disk. A file has the current versions that were written by the job's time; what was written later
 * comes with the next export by `_since`.
 */
export class BulkExport {
  readonly #surroundings: SearchSurroundings;
  readonly #jobs = new Map<string, Job>();

  constructor(surroundings: SearchSurroundings) {
    this.#surroundings = surroundings;
  }

  /** Takes up an export; gives its id. @throws rest-parameter, rest-not-found, server-scope-missing, server-refused */
  async start(scope: ExportScope, request: FhirRequest): Promise<string> {
    const { access, clock } = this.#surroundings;
    if (isOfOnePatient(request.caller))
      throw serverErrors.error('server-scope-missing', 'An export is of many: scopes of one patient do not open it.');
    const entered = await access.enter(request.caller, 'export', '*', null);
    const at = instant(clock());
    const searches = await this.#searches(scope, request, at);
    const id = randomUUID();
    const query = new URLSearchParams(request.query.map(([name, value]) => [name, value]));
    const address = `${request.base}/${request.path.join('/')}${query.size === 0 ? '' : `?${query}`}`;
    const job: Job = {
      id,
      caller: request.caller,
      request: address,
      at,
      searches,
      counts: null,
      counted: 0,
      failed: null,
    };
    for (const [old, { at: begun }] of this.#jobs)
      if (this.#jobs.size >= KEPT || begun < at - LIFE) this.#jobs.delete(old);
    this.#jobs.set(id, job);
    await access.record([{ ...entered, entities: [], query: address, outcome: 'success' }]);
    void this.#count(job);
    return id;
  }

  /** The manifest; or how far counting came, from 0 to 1. @throws rest-not-found, and what failed */
  status(id: string, request: FhirRequest): { readonly done: number } | { readonly manifest: object } {
    const job = this.#job(id, request.caller);
    if (job.failed !== null) throw job.failed;
    if (job.counts === null) return { done: job.counted / job.searches.length };
    const output = [...job.counts].map(([type, count]) => ({
      type,
      url: `${request.base}/$export-file/${id}/${type}.ndjson`,
      count,
    }));
    const transactionTime = new Date(job.at).toISOString();
    return {
      manifest: {
        transactionTime,
        request: job.request,
        requiresAccessToken: job.caller.token !== null,
        output,
        error: [],
      },
    };
  }

  /** @throws rest-not-found */
  cancel(id: string, caller: Caller): void {
    this.#jobs.delete(this.#job(id, caller).id);
  }

  /** The lines of one file, a page at a time. @throws rest-not-found */
  file(id: string, type: string, caller: Caller): AsyncGenerator<string, void, void> {
    const job = this.#job(id, caller);
    const search = job.searches.find((one) => one.type === type);
    if (search === undefined || job.counts?.has(type) !== true)
      throw restErrors.error('rest-not-found', `The export has no file of ${type.slice(0, 64)}.`);
    return this.#lines(search, caller);
  }

  async *#lines(search: ResourceSearch, caller: Caller): AsyncGenerator<string, void, void> {
    const { access, resources } = this.#surroundings;
    const entered = await access.enter(caller, 'export', search.type, null);
    let after: SearchCursor | null = null;
    do {
      const page = await resources.search(search, { limit: PAGE, ...(after === null ? {} : { after }) });
      const seen = await access.visible(caller, page.hits);
      await access.record([{ ...entered, entities: seen.map(({ type, id }) => `${type}/${id}`), outcome: 'success' }]);
      if (seen.length > 0) yield `${seen.map(({ resource }) => JSON.stringify(resource)).join('\n')}\n`;
      after = page.next;
    } while (after !== null);
  }

  /** An export is of whoever asked for it; to others it is not there. */
  #job(id: string, caller: Caller): Job {
    const job = this.#jobs.get(id);
    if (job === undefined || job.caller.agent.id !== caller.agent.id)
      throw restErrors.error('rest-not-found', 'There is no such export.');
    return job;
  }

  async #count(job: Job): Promise<void> {
    try {
      const counts = new Map<string, number>();
      for (const search of job.searches) {
        if (!this.#jobs.has(job.id)) return;
        const count = await this.#surroundings.resources.count(search);
        if (count > 0) counts.set(search.type, count);
        job.counted++;
      }
      job.counts = counts;
    } catch (error) {
      job.failed = error;
    }
  }

  async #searches(scope: ExportScope, request: FhirRequest, at: Instant): Promise<readonly ResourceSearch[]> {
    const inputs = inputsOf(request);
    const unknown = [...inputs.keys()].find((name) => !['_type', '_since', '_outputFormat'].includes(name));
    if (unknown !== undefined)
      throw restErrors.error(
        'rest-parameter',
        `$export takes _type, _since and _outputFormat, not ${unknown.slice(0, 64)}.`,
        { field: unknown },
      );
    const format = inputs.get('_outputFormat')?.[0] ?? 'ndjson';
    if (!['application/fhir+ndjson', 'application/ndjson', 'ndjson'].includes(format))
      throw restErrors.error(
        'rest-parameter',
        `_outputFormat: "${format.slice(0, 64)}" is not written; files are NDJSON.`,
        { field: '_outputFormat' },
      );
    const since = inputs.get('_since')?.[0];
    const from = since === undefined ? null : dateRange(since);
    if (since !== undefined && from === null)
      throw restErrors.error('rest-parameter', `_since: "${since.slice(0, 40)}" is not an instant.`, {
        field: '_since',
      });
    const wanted = (inputs.get('_type') ?? []).flatMap((list) => list.split(','));
    const other = wanted.find((type) => !resourceTypes.has(type));
    if (other !== undefined)
      throw restErrors.error('rest-parameter', `_type: "${other.slice(0, 64)}" is no resource of R4.`, {
        field: '_type',
      });
    const written: Criterion = {
      kind: 'updated',
      any: [{ highTo: at, ...(from === null ? {} : { lowFrom: from.low }) }],
    };
    const members = scope.kind === 'group' ? await this.#members(scope.id, request.caller) : null;
    const types = [...(wanted.length > 0 ? new Set(wanted) : resourceTypes)];
    return types.flatMap((type): ResourceSearch[] => {
      const own: readonly Criterion[] | null = compartment(scope, type, members);
      return own === null ? [] : [{ type, all: [...own, written], sort: [] }];
    });
  }

  async #members(id: string, caller: Caller): Promise<readonly string[]> {
    const { resources, access } = this.#surroundings;
    const group = await resources.read('Group', id);
    await access.enter(caller, 'read', 'Group', group?.subject ?? null);
    if (group?.resource == null) throw restErrors.error('rest-not-found', `There is no Group/${id.slice(0, 64)}.`);
    const members = Array.isArray(group.resource.member) ? group.resource.member : [];
    return members.flatMap((member: unknown) => {
      const entity =
        isObject(member) && isObject(member.entity) && member.inactive !== true ? member.entity.reference : undefined;
      return typeof entity === 'string' && entity.startsWith('Patient/') ? [entity] : [];
    });
  }
}

/** What of a type belongs to the scope; null where nothing does. */
function compartment(scope: ExportScope, type: string, members: readonly string[] | null): readonly Criterion[] | null {
  if (scope.kind === 'system') return [];
  if (type !== 'Patient' && compartmentCodes(type).length === 0) return null;
  const param = `${type}._compartment`;
  return [
    members === null
      ? { kind: 'present', param }
      : { kind: 'reference', param, any: members.map((target) => ({ target })) },
  ];
}
