import { type Instant, instant } from '@gemel/core';
import { searchErrors } from '@gemel/exchange/fhir/search/errors.data';
import { dateRange } from '@gemel/exchange/fhir/search/range';
import type { Resource, ResourceVersion } from '@gemel/store/resource-contract';
import { restErrors } from './errors.data.ts';
import type { FhirAnswer } from './outcome.ts';
import { type FhirRequest, tagOf } from './request.ts';
import { OF_NOBODY } from './resource-format.ts';
import type { SearchSurroundings } from './search.ts';

const PAGE = 50;
const LARGEST_PAGE = 1000;

/** A page of the history of one resource, a type or all, newest first. */
export async function historyBundle(
  scope: { readonly type?: string; readonly id?: string },
  request: FhirRequest,
  { resources, access }: SearchSurroundings,
): Promise<FhirAnswer> {
  const { type, id } = scope;
  const query = new Map(request.query);
  const limit = Math.min(count(query.get('_count')) ?? PAGE, LARGEST_PAGE);
  const since = sinceOf(query.get('_since'));
  const beforeSeq = pageOf(query.get('_page'));
  const asked = {
    ...scope,
    limit: limit + 1,
    ...(since === null ? {} : { since }),
    ...(beforeSeq === null ? {} : { beforeSeq }),
  };
  const newest = type !== undefined && id !== undefined ? await resources.read(type, id) : null;
  const whose = newest?.subject ?? (type === 'Patient' && id !== undefined ? `Patient/${id}` : OF_NOBODY);
  const entered = await access.enter(request.caller, id === undefined ? 'search' : 'read', type ?? '*', whose);
  if (id !== undefined && newest === null) throw restErrors.error('rest-not-found', `There is no ${type}/${id}.`);
  const found = await resources.history(asked);
  const page = found.slice(0, limit);
  const shown = await access.visible(request.caller, page);
  const path = [request.base, type, id, '_history'].filter((part) => part !== undefined).join('/');
  const link = [{ relation: 'self', url: path }];
  if (found.length > limit) {
    const next = new URLSearchParams({ _count: String(limit), _page: String(page.at(-1)!.seq) });
    if (query.has('_since')) next.set('_since', query.get('_since')!);
    link.push({ relation: 'next', url: `${path}?${next}` });
  }
  await access.record([{ ...entered, entities: shown.map((each) => `${each.type}/${each.id}`), outcome: 'success' }]);
  const entry = shown.map((version) => entryOf(version, request.base));
  const body = { resourceType: 'Bundle', type: 'history', link, ...(entry.length === 0 ? {} : { entry }) };
  return { status: 200, headers: {}, body: body as Resource };
}

function entryOf({ type, id, version, at, how, resource }: ResourceVersion, base: string): object {
  const method = { create: 'POST', update: 'PUT', delete: 'DELETE' }[how];
  const status = { create: '201', update: '200', delete: '204' }[how];
  return {
    fullUrl: `${base}/${type}/${id}`,
    ...(resource === null ? {} : { resource }),
    request: { method, url: how === 'create' ? type : `${type}/${id}` },
    response: { status, etag: tagOf(version), lastModified: new Date(at).toISOString() },
  };
}

function count(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw searchErrors.error('search-value', `_count: "${text.slice(0, 40)}" is not a number of entries.`, {
      field: '_count',
    });
  return Number(text);
}

function sinceOf(text: string | undefined): Instant | null {
  if (text === undefined) return null;
  const range = dateRange(text);
  if (range === null)
    throw searchErrors.error('search-value', `_since: "${text.slice(0, 40)}" is not an instant.`, { field: '_since' });
  return instant(range.low);
}

function pageOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^\d{1,15}$/.test(text))
    throw searchErrors.error('search-page', '_page is not a place this server gave.', { field: '_page' });
  return Number(text);
}
