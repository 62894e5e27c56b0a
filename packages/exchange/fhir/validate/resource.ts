import { bundleScope, checkBundle, checkEntry } from './bundle.ts';
import { checkConformance } from './conformance/checks.ts';
import { withoutVersion } from './definitions.ts';
import { isJson, type Json } from './invariant/node.ts';
import { below, type Place } from './issue.ts';
import { checkProfile } from './profile-check.ts';
import { type BundleScope, type Run, type Scope, scopeOf } from './run.ts';
import { vitalSigns } from './vital-signs.data.ts';
import { type NestedResource, walkObject } from './walk.ts';

/** Deepest nesting of resources in resources. */
const DEEPEST = 20;

interface Around {
  readonly container?: Scope;
  readonly bundle?: BundleScope;
  readonly fullUrl?: string;
}

/** Checks a resource and all that is in it. */
export function checkResource(run: Run, value: unknown, place: Place, around: Around = {}, depth = 0): void {
  if (!isJson(value)) {
    run.report('resource-type', place, 'not an object, where a resource belongs');
    return;
  }
  const { types } = run.tables;
  const shape = types.resource(value.resourceType);
  if (shape === undefined) {
    const type = value.resourceType;
    run.report(
      'resource-type',
      place,
      type === undefined
        ? 'the object does not say which resource it is (resourceType)'
        : `R4 has no resource ${JSON.stringify(type)}`,
    );
    return;
  }
  if (depth > DEEPEST) {
    run.report('depth', place, `more than ${DEEPEST} resources in one another`);
    return;
  }
  const scope = scopeOf(value, place, run.tables, around);
  const bundle = shape.name === 'Bundle' ? bundleScope(scope, around.bundle) : undefined;
  const nested: NestedResource = (_run, inner, at, own, form) => {
    if (form.element.name === 'contained') checkResource(run, inner, at, { container: own }, depth + 1);
    else if (bundle !== undefined) {
      const index = entryIndex(at);
      const entry =
        index === undefined
          ? undefined
          : bundle.entries.find((each) => each.index === index && each.resource === inner);
      checkResource(
        run,
        inner,
        at,
        { bundle, ...(entry?.fullUrl === undefined ? {} : { fullUrl: entry.fullUrl }) },
        depth + 1,
      );
      if (entry !== undefined && run.options.structureOnly !== true) checkEntry(run, entry, bundle, at);
    } else {
      // A resource in Parameters stands where its Parameters stand.
      const { container, bundle: outer, fullUrl } = own;
      checkResource(
        run,
        inner,
        at,
        { ...(container && { container }), ...(outer && { bundle: outer }), ...(fullUrl && { fullUrl }) },
        depth + 1,
      );
    }
  };
  walkObject(run, value, shape, place, { scope, nested, depth: 0 });
  if (run.options.structureOnly === true) return;
  checkContained(run, value, scope);
  if (bundle !== undefined) checkBundle(run, bundle);
  checkConformance(run, scope);
  checkProfiles(run, value, scope, depth);
}

function entryIndex(place: Place): number | undefined {
  return place.above?.index;
}

function checkContained(run: Run, resource: Json, scope: Scope): void {
  const { contained } = resource;
  if (scope.container !== undefined && Array.isArray(contained) && contained.length > 0)
    run.report('contained-nested', scope.place, 'a contained resource contains resources');
  if (!Array.isArray(contained) || scope.container !== undefined) return;
  const seen = new Set<unknown>();
  contained.forEach((each, i) => {
    if (!isJson(each)) return;
    const place = below(scope.place, 'contained', i);
    const { id, meta } = each;
    if (id === undefined) run.report('contained-id', place, 'a contained resource without an id cannot be referred to');
    else if (seen.has(id)) run.report('contained-id', place, `two contained resources have the id "${id}"`);
    seen.add(id);
    if (isJson(meta)) {
      for (const name of ['versionId', 'lastUpdated', 'security'])
        if (meta[name] !== undefined)
          run.report('contained-meta', below(below(place, 'meta'), name), 'not allowed in a contained resource');
    }
    if (typeof id === 'string' && !scope.referred.has(id) && !scope.referred.has(`#${id}`))
      run.report('contained-orphan', place, `dom-3: nothing refers to the contained resource "${id.slice(0, 80)}"`);
  });
}

function checkProfiles(run: Run, resource: Json, scope: Scope, depth: number): void {
  const meta = isJson(resource.meta) ? resource.meta : {};
  const named = Array.isArray(meta.profile) ? meta.profile.filter((url) => typeof url === 'string') : [];
  const asked = depth === 0 ? (run.options.profiles ?? []) : [];
  const implied =
    run.options.vitalSigns === false || resource.resourceType !== 'Observation' ? [] : vitalSignProfiles(resource);
  const done = new Set<string>();
  for (const url of [...named, ...asked, ...implied]) {
    const plain = withoutVersion(url);
    if (done.has(plain)) continue;
    done.add(plain);
    const structure = run.tables.definitions.structure(plain);
    if (structure === undefined) {
      run.report(
        'profile-unknown',
        scope.place,
        `the profile ${url} is not at hand`,
        asked.includes(url) ? 'error' : undefined,
      );
      continue;
    }
    if (structure.type !== resource.resourceType && scope.node.shape?.lineage.includes(structure.type) !== true) {
      run.report('profile-type', scope.place, `${url} is a profile of ${structure.type}`);
      continue;
    }
    const profile = run.tables.profiles.profile(plain);
    if (profile === undefined) continue;
    const { shape, type } = scope.node;
    checkProfile(
      run,
      profile.root,
      { value: resource, beside: undefined, type, shape, place: scope.place },
      profile,
      scope,
    );
  }
}

function vitalSignProfiles({ code }: Json): readonly string[] {
  const codings = isJson(code) && Array.isArray(code.coding) ? code.coding.filter(isJson) : [];
  return codings.flatMap(({ system, code: own }) =>
    system === 'http://loinc.org' && typeof own === 'string' && Object.hasOwn(vitalSigns, own)
      ? [vitalSigns[own]!]
      : [],
  );
}
