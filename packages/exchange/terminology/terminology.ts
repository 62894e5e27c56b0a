import type { CodeSystem } from './code-system.ts';
import type { ConceptMap } from './concept-map.ts';
import { terminologyErrors } from './errors.data.ts';
import { implicitMap, implicitValueSet } from './implicit.ts';
import { type Membership, membership, type ValueSet } from './value-set.ts';

/** What one release or resource brings. */
export interface Library {
  readonly systems: readonly CodeSystem[];
  readonly valueSets: readonly ValueSet[];
  readonly maps: readonly ConceptMap[];
}

/** A canonical URI with the version that may follow it. */
export function canonical(text: string): { readonly url: string; readonly version: string | null } {
  const bar = text.lastIndexOf('|');
  return bar < 0 ? { url: text, version: null } : { url: text.slice(0, bar), version: text.slice(bar + 1) || null };
}

/** Made memberships kept: the same value set is asked many times over. */
const KEPT = 200;

/**
 * Every code system, value set and concept map there is to ask. Where several versions are loaded and none is named, the
 * newest answers; a version that is named and not there is refused.
 */
export class Terminology {
  /** Concepts that an expansion may look at in vain: bounds how long one question keeps others waiting. */
  readonly mostMisses: number;
  #all: Library;
  #systems: ReadonlyMap<string, readonly CodeSystem[]> = new Map();
  #valueSets: ReadonlyMap<string, readonly ValueSet[]> = new Map();
  readonly #memberships = new Map<string, Membership>();

  constructor(libraries: readonly Library[], { mostMisses = Number.POSITIVE_INFINITY } = {}) {
    this.mostMisses = mostMisses;
    this.#all = this.#gathered(libraries);
  }

  get systems(): readonly CodeSystem[] {
    return this.#all.systems;
  }

  get valueSets(): readonly ValueSet[] {
    return this.#all.valueSets;
  }

  get maps(): readonly ConceptMap[] {
    return this.#all.maps;
  }

  /** The same with further libraries, whose parts go before those there are. */
  with(libraries: readonly Library[]): Terminology {
    return new Terminology([...libraries, this.#all], this);
  }

  /** Takes other libraries in the place of those there are; what was asked of them before is made anew. */
  replace(libraries: readonly Library[]): void {
    this.#memberships.clear();
    this.#all = this.#gathered(libraries);
  }

  #gathered(libraries: readonly Library[]): Library {
    const systems = libraries.flatMap((library) => library.systems);
    const valueSets = libraries.flatMap((library) => library.valueSets);
    const maps = libraries.flatMap((library) => library.maps);
    this.#systems = byUrl(systems, ({ head }) => head);
    this.#valueSets = byUrl(valueSets, (valueSet) => valueSet);
    return { systems, valueSets, maps };
  }

  /** @throws terminology-system-unknown */
  system(url: string, version: string | null = null): CodeSystem {
    const loaded = this.#systems.get(url) ?? [];
    const found = version === null ? loaded[0] : loaded.find(({ head }) => sameVersion(head.version, version));
    if (found !== undefined) return found;
    const message =
      loaded.length === 0
        ? `the code system ${url} is not loaded`
        : `version ${version} of ${url} is not loaded; there is ${loaded.map(({ head }) => head.version ?? 'one without version').join(', ')}`;
    throw terminologyErrors.error('terminology-system-unknown', message, { element: url });
  }

  /** Whether a code system is loaded in any version. */
  hasSystem(url: string): boolean {
    return this.#systems.has(url);
  }

  /** A value set by its canonical URI, which may carry a version, or one that a code system implies. @throws terminology-value-set-unknown */
  valueSet(uri: string, wanted: string | null = null): ValueSet {
    const { url, version } = canonical(uri);
    const loaded = this.#valueSets.get(url) ?? [];
    const asked = wanted ?? version;
    const found = asked === null ? loaded[0] : loaded.find((each) => each.version === asked);
    const set = found ?? implicitValueSet(uri, this);
    if (set !== null) return set;
    const message =
      loaded.length === 0
        ? `the value set ${url} is not loaded`
        : `version ${asked} of ${url} is not loaded; there is ${loaded.map((each) => each.version ?? 'one without version').join(', ')}`;
    throw terminologyErrors.error('terminology-value-set-unknown', message, { element: url });
  }

  /** A value set ready for questions; `within` are those that it is included by. @throws as `membership` and `valueSet` */
  membership(uri: string, within: readonly string[] = []): Membership {
    const kept = this.#memberships.get(uri);
    if (kept !== undefined) return kept;
    const made = membership(this.valueSet(uri), this, within);
    if (this.#memberships.size >= KEPT) this.#memberships.clear();
    this.#memberships.set(uri, made);
    return made;
  }

  /** A concept map by its canonical URI. @throws terminology-map-unknown */
  map(uri: string, wanted: string | null = null): ConceptMap {
    const { url, version } = canonical(uri);
    const asked = wanted ?? version;
    const found = this.maps
      .filter(({ head }) => head.url === url && (asked === null || head.version === asked))
      .toSorted((a, b) => newerFirst(a.head, b.head))[0];
    const map = found ?? implicitMap(uri, this);
    if (map !== null) return map;
    throw terminologyErrors.error('terminology-map-unknown', `the concept map ${uri} is not loaded`, { element: url });
  }
}

interface Versioned {
  readonly url: string | null;
  readonly version: string | null;
}

function byUrl<T>(all: readonly T[], headOf: (one: T) => Versioned): ReadonlyMap<string, readonly T[]> {
  const found = new Map<string, T[]>();
  for (const one of all) {
    const { url } = headOf(one);
    if (url === null) continue;
    const list = found.get(url);
    if (list === undefined) found.set(url, [one]);
    else list.push(one);
  }
  for (const list of found.values()) list.sort((a, b) => newerFirst(headOf(a), headOf(b)));
  return found;
}

/** Versions by their numbers, part for part: 2.9 before 2.77 would be wrong. */
function newerFirst(a: { readonly version: string | null }, b: { readonly version: string | null }): number {
  return (b.version ?? '').localeCompare(a.version ?? '', 'en', { numeric: true });
}

/** SNOMED CT versions may be asked by their edition alone. */
function sameVersion(loaded: string | null, asked: string): boolean {
  return loaded === asked || (loaded?.startsWith(`${asked}/version/`) ?? false);
}
