import type { Criterion, ResourceSearch } from '@gemel/core/resource-search';
import { isObject } from '@gemel/exchange/fhir/datatype';
import { resourceTypes } from '@gemel/exchange/fhir/resource-types.data';
import type { CodeSets } from '@gemel/exchange/fhir/search/criterion';
import { searchErrors } from '@gemel/exchange/fhir/search/errors.data';
import { referencesOf } from '@gemel/exchange/fhir/search/extract';
import { compartmentCodes, parametersOf } from '@gemel/exchange/fhir/search/parameter';
import { type Include, parseQuery, type SearchQuery } from '@gemel/exchange/fhir/search/query';
import type { Resource, ResourceStore, ResourceVersion, SearchCursor } from '@gemel/store/resource-contract';
import type { Caller } from '../../access.ts';
import { serverErrors } from '../../errors.data.ts';
import { type FhirAccess, isOfOnePatient } from './fhir-access.ts';
import { type FhirAnswer, outcome, remark } from './outcome.ts';
import { type FhirRequest, handling } from './request.ts';
import { shaped } from './shape.ts';

export interface SearchSurroundings {
  readonly resources: ResourceStore;
  readonly access: FhirAccess;
  readonly codes: CodeSets | null;
  readonly clock: () => number;
}

/** Hits of a page where nothing is said, and at most. */
const PAGE = 50;
const LARGEST_PAGE = 1000;
/** What is included with a page, at most, and how often it is gone on from what was included. */
const MOST_INCLUDED = 1000;
const ROUNDS = 5;

/** The search of a query; conditions of its own that it must meet besides. */
export function searchOf(
  type: string,
  pairs: readonly (readonly [string, string])[],
  request: Pick<FhirRequest, 'base' | 'headers'>,
  { codes, clock }: SearchSurroundings,
  strict = false,
): SearchQuery {
  return parseQuery(type, pairs, {
    base: request.base,
    codes,
    now: clock(),
    handling: strict ? 'strict' : handling(request.headers),
  });
}

/** The condition that a resource lies in a patient's compartment. */
export function inCompartment(type: string, id: string): Criterion {
  return { kind: 'reference', param: `${type}._compartment`, any: [{ target: `Patient/${id}` }] };
}

/** Narrowed to what a launched app's one patient has, where its scopes reach no further. */
function ownOnly(caller: Caller, type: string): readonly Criterion[] {
  if (!isOfOnePatient(caller) || (type !== 'Patient' && compartmentCodes(type).length === 0)) return [];
  return [inCompartment(type, caller.patient!.replace(/^Patient\//, ''))];
}

/**
 * What a chain goes through must be open to the caller too: a condition on it tells of it. Whose scopes reach one patient alone may
 * not go from what is of nobody to what is of patients, where others' data would decide.
 * @throws server-scope-missing, server-refused
 */
async function mayAskThrough(
  all: readonly Criterion[],
  from: string,
  caller: Caller,
  access: FhirAccess,
): Promise<void> {
  if (caller.scopes === 'all') return;
  for (const criterion of all) {
    if (criterion.kind === 'not') await mayAskThrough([criterion.of], from, caller, access);
    if (criterion.kind === 'any') await mayAskThrough(criterion.of, from, caller, access);
    if (criterion.kind !== 'chain' && criterion.kind !== 'has') continue;
    const narrowed = ownOnly(caller, criterion.type).length > 0;
    if (narrowed && ownOnly(caller, from).length === 0)
      throw serverErrors.error(
        'server-scope-missing',
        `The scopes do not open ${criterion.type} of others, by which ${from} is asked.`,
      );
    await access.enter(caller, 'search', criterion.type, narrowed ? caller.patient : null);
    await mayAskThrough(criterion.all, criterion.type, caller, access);
  }
}

/** Answers a search of one type with a page of its hits. */
export async function answerSearch(
  type: string,
  pairs: readonly (readonly [string, string])[],
  request: FhirRequest,
  surroundings: SearchSurroundings,
  compartment: { readonly path: string; readonly criterion: Criterion; readonly subject: string } | null = null,
): Promise<FhirAnswer> {
  const { resources, access } = surroundings;
  const { caller } = request;
  const query = searchOf(type, pairs, request, surroundings);
  const owner = compartment?.subject ?? (ownOnly(caller, type).length > 0 ? caller.patient : null);
  const entered = await access.enter(caller, 'search', type, owner);
  await mayAskThrough(query.search.all, type, caller, access);
  const besides = [...ownOnly(caller, type), ...(compartment === null ? [] : [compartment.criterion])];
  const search: ResourceSearch = { ...query.search, all: [...query.search.all, ...besides] };
  const path = `${request.base}/${compartment === null ? '' : `${compartment.path}/`}${type}`;
  const links = [{ relation: 'self', url: address(path, query.used, null) }];
  const bundle: Record<string, unknown> = { resourceType: 'Bundle', type: 'searchset', link: links };
  const entities: string[] = [];
  const onlyCount = query.summary === 'count' || query.count === 0;
  if (onlyCount || query.total !== 'none') bundle.total = await resources.count(search);
  if (!onlyCount) {
    const limit = Math.min(query.count ?? PAGE, LARGEST_PAGE);
    const after = query.page === null ? undefined : cursorOf(query.page, search);
    const page = await resources.search(search, { limit, ...(after === undefined ? {} : { after }) });
    const hits = await access.visible(caller, page.hits);
    const included = await include(query.includes, hits, caller, surroundings);
    const entry = (mode: string) => (version: ResourceVersion) => ({
      fullUrl: `${request.base}/${version.type}/${version.id}`,
      resource: shaped(version.resource!, query.summary, query.elements),
      search: { mode },
    });
    const entries: object[] = [...hits.map(entry('match')), ...included.map(entry('include'))];
    entities.push(...hits.map(({ type: of, id }) => `${of}/${id}`));
    if (query.unknown.length > 0) {
      const told = query.unknown.map((name) =>
        remark('warning', 'not-supported', `${type} is not searched by ${name} here; it was left out.`),
      );
      entries.push({ resource: outcome(told), search: { mode: 'outcome' } });
    }
    if (entries.length > 0) bundle.entry = entries;
    if (page.next !== null) links.push({ relation: 'next', url: address(path, query.used, pageOf(page.next)) });
    else if (query.page === null && hits.length === page.hits.length) bundle.total ??= hits.length;
  }
  const sent = query.used.map(([key, value]) => `${key}=${value}`).join('&');
  await access.record([{ ...entered, entities, query: `${type}?${sent}`, outcome: 'success' }]);
  return { status: 200, headers: {}, body: bundle as Resource };
}

function address(path: string, used: readonly (readonly [string, string])[], page: string | null): string {
  const all = page === null ? used : [...used, ['_page', page] as const];
  return all.length === 0 ? path : `${path}?${new URLSearchParams(all.map(([key, value]) => [key, value]))}`;
}

function pageOf(cursor: SearchCursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

/** @throws search-page */
function cursorOf(page: string, { sort }: ResourceSearch): SearchCursor {
  let cursor: unknown;
  try {
    cursor = JSON.parse(Buffer.from(page, 'base64url').toString());
  } catch {
    cursor = null;
  }
  const kinds = [
    ...sort.map(({ by }) => (by === '_id' || (typeof by === 'object' && by.kind === 'string') ? 'string' : 'number')),
    'number',
  ];
  if (!Array.isArray(cursor) || cursor.length !== kinds.length || cursor.some((one, i) => typeof one !== kinds[i]))
    throw searchErrors.error('search-page', '_page is not a place this server gave for this search.', {
      field: '_page',
    });
  return cursor;
}

/** What is to come with the hits, and cannot be among them. */
async function include(
  includes: readonly Include[],
  hits: readonly ResourceVersion[],
  caller: Caller,
  surroundings: SearchSurroundings,
): Promise<readonly ResourceVersion[]> {
  if (includes.length === 0) return [];
  const { access } = surroundings;
  const known = new Set(hits.map(({ type, id }) => `${type}/${id}`));
  const found: ResourceVersion[] = [];
  let from = hits;
  for (let round = 0; round < ROUNDS && from.length > 0 && found.length < MOST_INCLUDED; round++) {
    const next: ResourceVersion[] = [];
    for (const one of includes.filter(({ iterate }) => iterate || round === 0)) {
      const led = one.reverse ? await leadingHere(one, from, surroundings) : await ledTo(one, from, surroundings);
      for (const version of await access.visible(caller, led)) {
        const key = `${version.type}/${version.id}`;
        if (known.has(key) || found.length >= MOST_INCLUDED) continue;
        known.add(key);
        found.push(version);
        next.push(version);
      }
    }
    from = next;
  }
  return found;
}

/** What a reference parameter of the resources leads to. */
function ledTo(
  { source, parameter, target }: Include,
  from: readonly ResourceVersion[],
  { resources }: SearchSurroundings,
): Promise<readonly ResourceVersion[]> {
  const keys = new Map<string, { readonly type: string; readonly id: string }>();
  for (const { type, resource } of from) {
    if ((source !== '*' && type !== source) || resource === null) continue;
    for (const one of parametersOf(type).values()) {
      if (one.type !== 'reference' || (parameter !== '*' && one.code !== parameter)) continue;
      for (const reference of referencesOf(resource, one)) {
        const [, to, id] = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})$/.exec(reference) ?? [];
        if (to !== undefined && resourceTypes.has(to) && (target === null || to === target))
          keys.set(reference, { type: to, id: id! });
      }
    }
  }
  return resources.readMany([...keys.values()].slice(0, MOST_INCLUDED));
}

/** What leads to the resources by a reference parameter of its type. */
async function leadingHere(
  { source, parameter, target }: Include,
  from: readonly ResourceVersion[],
  { resources }: SearchSurroundings,
): Promise<readonly ResourceVersion[]> {
  const to = from
    .filter(({ type }) => target === null || type === target)
    .map(({ type, id }) => ({ target: `${type}/${id}` }));
  if (to.length === 0 || source === '*') return [];
  const codes =
    parameter === '*'
      ? [...parametersOf(source).values()].filter(({ type }) => type === 'reference').map(({ code }) => code)
      : [parameter];
  const of = codes.map((code): Criterion => ({ kind: 'reference', param: `${source}.${code}`, any: to }));
  const all: readonly Criterion[] = of.length === 1 ? of : [{ kind: 'any', of }];
  return (await resources.search({ type: source, all, sort: [] }, { limit: MOST_INCLUDED })).hits;
}

/** Pairs of a form that came as the body of `_search`. */
export function formPairs(body: unknown): readonly (readonly [string, string])[] {
  return isObject(body)
    ? Object.entries(body).flatMap(([key, value]) => [value].flat().map((one) => [key, String(one)] as const))
    : [];
}
