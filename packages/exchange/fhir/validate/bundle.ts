import { isJson, type Json } from './invariant/node.ts';
import { below, type Place } from './issue.ts';
import { follow, restfulParts } from './reference.ts';
import { type BundleScope, type Entry, type Run, type Scope, scopeOf } from './run.ts';

const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:/;
/** Types whose entries need no fullUrl: what they create has none yet, and answers may have none. */
const WITHOUT_URL = new Set(['batch', 'transaction', 'batch-response', 'transaction-response']);
/** Links of pages, of searches and histories alone. */
const PAGES = new Set(['first', 'previous', 'prev', 'next', 'last']);

/** Gathers the entries of a Bundle, by which references in it are resolved. */
export function bundleScope(scope: Scope, above: BundleScope | undefined): BundleScope {
  const byUrl = new Map<string, Entry[]>();
  const byKey = new Map<string, Entry[]>();
  const entries: Entry[] = [];
  const list = Array.isArray(scope.resource.entry) ? scope.resource.entry : [];
  list.forEach((each, index) => {
    if (!isJson(each) || !isJson(each.resource)) return;
    const { resource } = each;
    const fullUrl = typeof each.fullUrl === 'string' ? each.fullUrl : undefined;
    const entry: Entry = { index, fullUrl, resource };
    entries.push(entry);
    if (fullUrl !== undefined) add(byUrl, fullUrl, entry);
    if (typeof resource.id === 'string') add(byKey, `${String(resource.resourceType)}/${resource.id}`, entry);
  });
  return { scope, type: scope.resource.type, byUrl, byKey, entries, above };
}

function add(map: Map<string, Entry[]>, key: string, entry: Entry): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [entry]);
  else list.push(entry);
}

/** Checks what one entry's URL and resource say of one another. */
export function checkEntry(run: Run, { fullUrl, resource, index }: Entry, bundle: BundleScope, place: Place): void {
  const at = entryPlace(bundle, index);
  const { type } = bundle;
  if (fullUrl !== undefined) {
    const parts = restfulParts(fullUrl);
    if (parts !== null && typeof resource.id === 'string' && !WITHOUT_URL.has(String(type))) {
      if (parts.id !== resource.id)
        run.report('bundle-url', at, `the id is "${resource.id}", and the fullUrl says "${parts.id}"`);
      else if (parts.type !== resource.resourceType)
        run.report(
          'bundle-url',
          at,
          `the resource is ${String(resource.resourceType)}, and the fullUrl says ${parts.type}`,
        );
    }
    const id = /^urn:uuid:(.+)$/.exec(fullUrl)?.[1];
    if (
      id !== undefined &&
      type !== undefined &&
      resource.id !== undefined &&
      isUuid(String(resource.id)) &&
      id !== resource.id &&
      !WITHOUT_URL.has(String(type))
    )
      run.report('bundle-url', at, `the id is "${String(resource.id)}", and the fullUrl says "${id}"`, 'warning');
  }
  if (type === 'searchset' && resource.id === undefined && resource.resourceType !== 'OperationOutcome')
    run.report('bundle-entry', place, 'a resource that was found by a search has an id');
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
}

function entryPlace(bundle: BundleScope, index: number): Place {
  return below(bundle.scope.place, 'entry', index);
}

/** Checks a Bundle as a whole. */
export function checkBundle(run: Run, bundle: BundleScope): void {
  const { resource, place } = bundle.scope;
  const list = Array.isArray(resource.entry) ? resource.entry : [];
  const type = String(resource.type);
  list.forEach((each, index) => {
    if (!isJson(each)) return;
    const at = entryPlace(bundle, index);
    const { fullUrl } = each;
    if (fullUrl === undefined) {
      if (isJson(each.resource) && !WITHOUT_URL.has(type) && each.resource.resourceType !== 'OperationOutcome')
        run.report('bundle-url', at, 'the entry has no fullUrl');
    } else if (typeof fullUrl === 'string' && !ABSOLUTE.test(fullUrl))
      run.report('bundle-url', at, `the fullUrl "${fullUrl}" is not absolute`);
    checkRequest(run, each, type, at);
  });
  checkDuplicates(run, bundle, type);
  checkLinks(run, resource, type, place);
  if (type === 'searchset') checkSearch(run, bundle);
  if (type === 'document') checkDocument(run, bundle);
  if (type === 'message') checkMessage(run, bundle);
}

function checkRequest(run: Run, entry: Json, type: string, place: Place): void {
  const { request, resource } = entry;
  if (type !== 'transaction' && type !== 'batch') return;
  if (!isJson(request)) return;
  const { method, url } = request;
  if ((method === 'POST' || method === 'PUT') && resource === undefined)
    run.report('bundle-entry', place, `${method} needs a resource`);
  if ((method === 'GET' || method === 'DELETE' || method === 'HEAD') && resource !== undefined)
    run.report('bundle-entry', place, `${method} has no resource`);
  if (method === 'PUT' && isJson(resource) && typeof url === 'string' && /^[A-Za-z]+\/[^?/]+$/.test(url)) {
    const own = `${String(resource.resourceType)}/${String(resource.id)}`;
    if (resource.id !== undefined && url !== own) run.report('bundle-entry', place, `PUT ${url} has ${own}`);
  }
  if (
    method === 'POST' &&
    isJson(resource) &&
    typeof url === 'string' &&
    /^[A-Z][A-Za-z]+$/.test(url) &&
    url !== resource.resourceType
  )
    run.report('bundle-entry', place, `POST ${url} has ${String(resource.resourceType)}`);
}

function checkDuplicates(run: Run, bundle: BundleScope, type: string): void {
  if (type === 'history' || WITHOUT_URL.has(type)) return;
  for (const entries of bundle.byKey.values()) {
    // Resources of several servers may have the same id; bdl-7 judges their URLs.
    const urls = new Set(
      entries.map(({ fullUrl, resource }) => `${fullUrl}|${String((resource.meta as Json | undefined)?.versionId)}`),
    );
    if (urls.size < entries.length) {
      const { index, resource } = entries.at(-1)!;
      run.report(
        'bundle-duplicate',
        entryPlace(bundle, index),
        `${String(resource.resourceType)}/${String(resource.id)} is there ${entries.length} times`,
      );
    }
  }
}

function checkLinks(run: Run, { link }: Json, type: string, place: Place): void {
  if (!Array.isArray(link)) return;
  const seen = new Set<unknown>();
  link.forEach((each, i) => {
    if (!isJson(each)) return;
    const { relation } = each;
    const at = below(place, 'link', i);
    if (typeof relation === 'string' && PAGES.has(relation) && type !== 'searchset' && type !== 'history')
      run.report('bundle-link', below(at, 'relation'), `a ${type} has no "${relation}" page`);
    if (seen.has(relation) && (PAGES.has(String(relation)) || relation === 'self'))
      run.report('bundle-link', at, `the link "${relation}" is there twice`);
    seen.add(relation);
  });
}

function checkSearch(run: Run, bundle: BundleScope): void {
  const { resource, place } = bundle.scope;
  const links = Array.isArray(resource.link) ? resource.link.filter(isJson) : [];
  const self = links.find(({ relation }) => relation === 'self')?.url;
  const list = Array.isArray(resource.entry) ? resource.entry : [];
  if (self === undefined)
    run.report('bundle-link', place, 'a search result should say by a self link what was searched', 'warning');
  const searched =
    typeof self === 'string' ? /(?:^|\/)([A-Z][A-Za-z]+)(?:\/_search)?(?:\?|$)/.exec(self)?.[1] : undefined;
  list.forEach((each, index) => {
    if (!isJson(each) || !isJson(each.resource)) return;
    const mode = isJson(each.search) ? each.search.mode : undefined;
    const own = each.resource.resourceType;
    const at = entryPlace(bundle, index);
    if (mode === undefined)
      run.report('bundle-entry', at, 'an entry of a search result should say its mode', 'warning');
    else if (mode === 'outcome' && own !== 'OperationOutcome')
      run.report('bundle-entry', at, `an outcome is an OperationOutcome, not ${String(own)}`);
    else if (
      mode === 'match' &&
      searched !== undefined &&
      run.tables.types.resource(searched) !== undefined &&
      own !== searched
    )
      run.report('bundle-entry', at, `the search was for ${searched}, and this match is ${String(own)}`);
  });
}

/** Elements of a Composition whose targets belong into the document (R4, Documents, 3.3.1). */
const COMPOSITION = ['subject', 'encounter', 'author', 'custodian'];

function checkDocument(run: Run, bundle: BundleScope): void {
  const first = bundle.entries.find(({ index }) => index === 0);
  if (first === undefined) {
    run.report('bundle-entry', bundle.scope.place, 'a document begins with a Composition');
    return;
  }
  if (first.resource.resourceType !== 'Composition') return;
  const place = below(entryPlace(bundle, 0), 'resource');
  const scope = entryScope(run, first, bundle, place);
  const { resource } = first;
  for (const name of COMPOSITION) requireEach(run, resource[name], below(place, name), scope);
  for (const [name, inner] of [
    ['attester', 'party'],
    ['event', 'detail'],
  ] as const) {
    listed(resource[name]).forEach((each, i) => {
      requireEach(run, each[inner], below(below(place, name, i), inner), scope);
    });
  }
  checkSections(run, resource, place, scope, 0);
  checkReached(run, bundle, first);
}

function checkSections(run: Run, holder: Json, place: Place, scope: Scope, depth: number): void {
  if (depth > 50) return;
  listed(holder.section).forEach((section, i) => {
    const at = below(place, 'section', i);
    for (const name of ['author', 'focus', 'entry']) requireEach(run, section[name], below(at, name), scope);
    checkSections(run, section, at, scope, depth + 1);
  });
}

function entryScope(run: Run, { resource, fullUrl }: Entry, bundle: BundleScope, place: Place): Scope {
  return scopeOf(resource, place, run.tables, { bundle, ...(fullUrl === undefined ? {} : { fullUrl }) });
}

function listed(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isJson) : [];
}

/** References that must lead to an entry; an ambiguous one has been told where it stands. */
function requireEach(run: Run, value: unknown, place: Place, scope: Scope): void {
  const check = (each: unknown, at: Place) => {
    if (!isJson(each) || typeof each.reference !== 'string' || each.reference.startsWith('#')) return;
    if (follow(each.reference, scope).kind === 'none')
      run.report('reference-unresolved', at, `"${each.reference}" is not in the Bundle`, 'error');
  };
  if (!Array.isArray(value)) check(value, place);
  else {
    value.forEach((each, i) => {
      check(each, { ...place, index: i });
    });
  }
}

function checkMessage(run: Run, bundle: BundleScope): void {
  const first = bundle.entries.find(({ index }) => index === 0);
  if (first === undefined) {
    run.report('bundle-entry', bundle.scope.place, 'a message begins with a MessageHeader');
    return;
  }
  if (first.resource.resourceType !== 'MessageHeader') return;
  const place = below(entryPlace(bundle, 0), 'resource');
  requireEach(run, first.resource.focus, below(place, 'focus'), entryScope(run, first, bundle, place));
}

/** Entries that the Composition does not lead to; a Provenance may point to it from outside. */
function checkReached(run: Run, bundle: BundleScope, first: Entry): void {
  const reached = new Set<Entry>([first]);
  const open = [first];
  const links = new Map(bundle.entries.map((entry) => [entry, targetsOf(run, entry, bundle)] as const));
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    for (const target of links.get(entry)!) {
      if (reached.has(target)) continue;
      reached.add(target);
      open.push(target);
    }
  }
  for (const entry of bundle.entries) {
    if (reached.has(entry) || entry.resource.resourceType === 'Provenance') continue;
    // What points to something in the document belongs to it too.
    const backwards = links.get(entry)!.some((target) => reached.has(target));
    run.report(
      'bundle-unreached',
      entryPlace(bundle, entry.index),
      'nothing in the document leads to the entry',
      backwards ? 'information' : 'warning',
    );
  }
}

function targetsOf(run: Run, entry: Entry, bundle: BundleScope): readonly Entry[] {
  const scope = entryScope(run, entry, bundle, below(entryPlace(bundle, entry.index), 'resource'));
  const out: Entry[] = [];
  const open: unknown[] = [entry.resource];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (Array.isArray(value)) open.push(...value.filter((each) => each !== undefined));
    else if (isJson(value)) {
      if (typeof value.reference === 'string') {
        const target = follow(value.reference, scope);
        if (target.kind === 'found' && target.entry !== undefined) out.push(target.entry);
      }
      open.push(...Object.values(value).filter((each) => typeof each === 'object' && each !== null));
    }
  }
  return out;
}
