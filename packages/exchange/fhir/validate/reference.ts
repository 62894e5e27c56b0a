import { resourceTypes } from '../resource-types.data.ts';
import { withoutVersion } from './definitions.ts';
import type { Json } from './invariant/node.ts';
import { below, type Place } from './issue.ts';
import type { BundleScope, Entry, Run, Scope } from './run.ts';

const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:/;
const RELATIVE = /^([A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/([A-Za-z0-9\-.]{1,64}))?(?:#.*)?$/;
const RESTFUL = /^(https?:\/\/.+\/)([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/([A-Za-z0-9\-.]{1,64}))?$/;

/** The parts of a URL as a FHIR server writes it: `http://base/Patient/7/_history/2`. */
export function restfulParts(
  url: string,
): { readonly base: string; readonly type: string; readonly id: string; readonly version: string | undefined } | null {
  const found = RESTFUL.exec(url);
  if (found === null || !resourceTypes.has(found[2]!)) return null;
  return { base: found[1]!, type: found[2]!, id: found[3]!, version: found[4] };
}

/** What a reference leads to. */
export type Target =
  | { readonly kind: 'found'; readonly resource: Json; readonly entry?: Entry }
  | { readonly kind: 'several'; readonly count: number }
  | { readonly kind: 'none' };

const NONE: Target = { kind: 'none' };

/** Follows a reference within the resource and its Bundle. */
export function follow(reference: string, scope: Scope): Target {
  if (reference.startsWith('#')) {
    const home = scope.container ?? scope;
    const resource = reference === '#' ? home.resource : home.contained.get(reference.slice(1));
    return resource === undefined ? NONE : { kind: 'found', resource };
  }
  const home = scope.container ?? scope;
  for (let bundle = home.bundle; bundle !== undefined; bundle = bundle.above) {
    const found = followInBundle(reference, home.fullUrl, bundle);
    if (found.kind !== 'none') return found;
  }
  return NONE;
}

/** The resolution of references in Bundles (R4, Bundle, "Resolving references in Bundles"). */
function followInBundle(written: string, fullUrl: string | undefined, bundle: BundleScope): Target {
  const reference = written.replace(/#.*$/s, '');
  let url = reference;
  if (!ABSOLUTE.test(reference)) {
    const own = fullUrl === undefined ? null : restfulParts(fullUrl);
    if (own === null) {
      // Without a base, an entry with such an id is what a reader of the Bundle would take.
      return fullUrl === undefined || bundle.type === 'transaction' || bundle.type === 'batch'
        ? one(bundle.byKey.get(keyOf(reference)))
        : NONE;
    }
    url = own.base + reference;
  }
  const [plain, version] = url.split('/_history/') as [string, string | undefined];
  const found = bundle.byUrl.get(plain) ?? [];
  if (version === undefined) return one(found);
  return one(found.filter(({ resource }) => (resource.meta as Json | undefined)?.versionId === version));
}

function keyOf(reference: string): string {
  const found = RELATIVE.exec(reference);
  return found === null ? reference : `${found[1]}/${found[2]}`;
}

function one(entries: readonly Entry[] | undefined): Target {
  if (entries === undefined || entries.length === 0) return NONE;
  if (entries.length > 1) return { kind: 'several', count: entries.length };
  return { kind: 'found', resource: entries[0]!.resource, entry: entries[0]! };
}

/** Checks a Reference, or a canonical URL given as text: its form, what it leads to, and whether that belongs there. */
export function checkReference(
  run: Run,
  value: Json | string,
  targets: readonly string[] | undefined,
  place: Place,
  scope: Scope,
): void {
  const reference = typeof value === 'string' ? value : value.reference;
  const stated = typeof value === 'string' ? undefined : value.type;
  let type = typeof stated === 'string' ? stated.slice(stated.lastIndexOf('/') + 1) : undefined;
  if (typeof reference === 'string' && reference !== '') {
    const home = scope.container ?? scope;
    if (reference.startsWith('#')) {
      home.referred.add(reference === '#' ? `#${String(scope.resource.id)}` : reference.slice(1));
      const target = follow(reference, scope);
      if (target.kind !== 'found') {
        // A canonical may lead into the resource it stands in.
        if (typeof value !== 'string')
          run.report('reference-contained', place, `nothing contained has the id of "${reference}"`);
      } else type = foundType(run, target.resource, type, place, reference);
    } else if (typeof value === 'string') checkCanonical(run, value, place, scope);
    else type = checkLiteral(run, reference, type, place, scope);
  }
  if (type !== undefined && targets !== undefined && resourceTypes.has(type) && !fits(run, type, targets))
    run.report(
      'reference-type',
      place,
      `leads to ${type}, where ${targets.map((each) => each.slice(each.lastIndexOf('/') + 1)).join(', ')} belong`,
    );
}

function fits(run: Run, type: string, targets: readonly string[]): boolean {
  return targets.some((target) => {
    const plain = withoutVersion(target);
    const named = plain.startsWith('http://hl7.org/fhir/StructureDefinition/') ? plain.slice(40) : '';
    if (named === type || named === 'Resource' || named === 'DomainResource') return true;
    if (resourceTypes.has(named)) return false;
    const structure = run.tables.definitions.structure(target);
    return (
      structure === undefined ||
      structure.type === type ||
      structure.type === 'Resource' ||
      structure.type === 'DomainResource'
    );
  });
}

function foundType(
  run: Run,
  resource: Json,
  stated: string | undefined,
  place: Place,
  reference: string,
): string | undefined {
  const type = typeof resource.resourceType === 'string' ? resource.resourceType : undefined;
  if (stated !== undefined && type !== undefined && stated !== type)
    run.report('reference-type', place, `"${reference}" leads to ${type}, and its type is said to be ${stated}`);
  return type;
}

function checkCanonical(run: Run, url: string, place: Place, scope: Scope): void {
  if (ABSOLUTE.test(url)) return;
  const what =
    scope.container === undefined
      ? 'canonical URLs are absolute'
      : 'canonical URLs are absolute, also in contained resources';
  run.report('canonical-form', place, `"${url}": ${what}`);
}

/** The type that the reference itself says it leads to. */
function checkLiteral(
  run: Run,
  reference: string,
  stated: string | undefined,
  place: Place,
  scope: Scope,
): string | undefined {
  const at = below(place, 'reference');
  let named: string | undefined;
  if (ABSOLUTE.test(reference)) named = restfulParts(reference)?.type;
  else {
    const relative = RELATIVE.exec(reference);
    const search = /^([A-Z][A-Za-z]+)\?\S+=/.exec(reference);
    const bundle = (scope.container ?? scope).bundle?.type;
    if (relative !== null && resourceTypes.has(relative[1]!)) named = relative[1];
    else if (search !== null && resourceTypes.has(search[1]!)) {
      named = search[1];
      if (bundle !== 'transaction' && bundle !== 'batch')
        run.report('reference-form', at, `"${reference}" is a search, which only a transaction may refer by`);
    } else {
      run.report('reference-form', at, `"${reference}" is neither absolute nor a type with an id, as Patient/1`);
      return stated;
    }
  }
  if (named !== undefined && stated !== undefined && named !== stated)
    run.report('reference-type', place, `"${reference}" names a ${named}, and its type is said to be ${stated}`);
  const target = follow(reference, scope);
  if (target.kind === 'found') return foundType(run, target.resource, named ?? stated, place, reference);
  checkUnfound(run, reference, target, place, scope);
  return named ?? stated;
}

function checkUnfound(run: Run, reference: string, target: Target, place: Place, scope: Scope): void {
  const { bundle, fullUrl } = scope.container ?? scope;
  if (bundle === undefined) return;
  if (target.kind === 'several') {
    run.report('reference-ambiguous', place, `${target.count} entries of the Bundle are "${reference}"`);
    return;
  }
  if (reference.startsWith('urn:')) {
    run.report('reference-unresolved', place, `no entry of the Bundle is "${reference}"`);
  } else if (
    !ABSOLUTE.test(reference) &&
    fullUrl === undefined &&
    !['transaction', 'batch'].includes(String(bundle.type))
  ) {
    run.report('bundle-url', place, `"${reference}" is relative, and its entry has no fullUrl to start from`);
  }
}
