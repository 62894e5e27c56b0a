import { CodedError } from '@gemel/core/error';
import type { CodeSystem, Designation } from './code-system.ts';
import { terminologyErrors } from './errors.data.ts';
import { filterRule } from './filter.ts';
import { everyRule, membersOf, type Rule } from './rule.ts';
import type { Terminology } from './terminology.ts';

export interface Filter {
  readonly property: string;
  readonly op: string;
  readonly value: string;
}

export interface ListedCode {
  readonly code: string;
  readonly display: string | null;
  readonly designations: readonly Designation[];
}

/** One include or exclude of a compose: all of its parts must hold. */
export interface Include {
  readonly system: string | null;
  readonly version: string | null;
  /** The codes listed; null where none are, which means all that the filters leave. */
  readonly codes: readonly ListedCode[] | null;
  readonly filters: readonly Filter[];
  /** Canonical URIs of value sets that the codes must lie in too. */
  readonly valueSets: readonly string[];
}

/** A FHIR ValueSet as its rules. */
export interface ValueSet {
  readonly id: string | null;
  readonly url: string | null;
  readonly version: string | null;
  readonly name: string;
  readonly title: string | null;
  /** compose.inactive; null where it leaves it to the operation. */
  readonly inactive: boolean | null;
  readonly include: readonly Include[];
  readonly exclude: readonly Include[];
}

/** One code in a value set. */
export interface Member {
  readonly system: string;
  readonly code: string;
  /** The code system and the concept's number in it; null where the system is not loaded. */
  readonly concept: { readonly of: CodeSystem; readonly n: number } | null;
  /** What the value set itself says of the code. */
  readonly listed: ListedCode | null;
}

/** A value set made ready for questions. */
export interface Membership {
  readonly valueSet: ValueSet;
  /** The member, or null where the code is none. */
  find(system: string, code: string): Member | null;
  /** Every member once, in the order of the includes. `driver` narrows what is run through, where something quicker is known. */
  members(driver?: (system: CodeSystem) => Iterable<number> | null): Generator<Member, void, void>;
  /** Code systems, with versions, that answers rest on. */
  readonly used: readonly CodeSystem[];
  /** Code systems it names. */
  readonly systems: ReadonlySet<string>;
}

const DEEPEST = 20;

/**
 * Makes a value set's rules ready. @throws terminology-value-set-unknown, terminology-value-set-circle,
 * terminology-system-unknown, terminology-filter, terminology-ecl, terminology-pattern
 */
export function membership(valueSet: ValueSet, terminology: Terminology, within: readonly string[] = []): Membership {
  const name = valueSet.url ?? valueSet.name;
  if (valueSet.url !== null && within.includes(valueSet.url)) {
    throw terminologyErrors.error('terminology-value-set-circle', `${[...within, name].join(' → ')}`);
  }
  if (within.length > DEEPEST) {
    throw terminologyErrors.error('terminology-too-deep', `${name} includes others more than ${DEEPEST} deep`);
  }
  const path = [...within, name];
  const includes = valueSet.include.map((include) => new IncludeMembers(include, terminology, path));
  const excludes = valueSet.exclude.map((include) => new IncludeMembers(include, terminology, path));
  const wanted = (member: Member) =>
    (valueSet.inactive !== false || !isInactive(member)) &&
    !excludes.some((exclude) => exclude.find(member.system, member.code) !== null);
  const parts = [...includes, ...excludes];
  return {
    valueSet,
    used: [...new Set(parts.flatMap((part) => part.used))],
    systems: new Set(parts.flatMap((part) => [...part.systems])),
    find(system, code) {
      for (const include of includes) {
        const member = include.find(system, code);
        if (member !== null) return wanted(member) ? member : null;
      }
      return null;
    },
    *members(driver) {
      const seen = new Set<string>();
      for (const include of includes) {
        for (const member of include.members(driver)) {
          if (includes.length > 1) {
            const key = `${member.system}|${member.code}`;
            if (seen.has(key)) continue;
            seen.add(key);
          }
          if (wanted(member)) yield member;
        }
      }
    },
  };
}

export function isInactive({ concept }: Member): boolean {
  return concept?.of.concept(concept.n).inactive ?? false;
}

/** One include, with its filters as a rule of its code system. */
class IncludeMembers {
  readonly #include: Include;
  readonly #system: CodeSystem | null;
  readonly #rule: Rule | null;
  readonly #listed: ReadonlyMap<string, ListedCode> | null;
  readonly #sets: readonly Membership[];
  readonly #mostMisses: number;

  constructor(include: Include, terminology: Terminology, path: readonly string[]) {
    this.#include = include;
    this.#mostMisses = terminology.mostMisses;
    const { system, version, codes, filters, valueSets } = include;
    this.#system = system === null ? null : systemOf(terminology, system, version, codes !== null);
    const loaded = this.#system;
    this.#rule = loaded === null ? null : everyRule(filters.map((filter) => filterRule(filter, loaded)));
    this.#listed = codes === null ? null : new Map(codes.map((one) => [this.#key(one.code), one]));
    this.#sets = valueSets.map((url) => terminology.membership(url, path));
  }

  get used(): readonly CodeSystem[] {
    return [...(this.#system === null ? [] : [this.#system]), ...this.#sets.flatMap((set) => set.used)];
  }

  get systems(): ReadonlySet<string> {
    const own = this.#include.system;
    return new Set([...(own === null ? [] : [own]), ...this.#sets.flatMap((set) => [...set.systems])]);
  }

  find(system: string, code: string): Member | null {
    if (this.#include.system === null) {
      const [first, ...others] = this.#sets;
      const member = first?.find(system, code) ?? null;
      return member !== null && others.every((set) => set.find(system, code) !== null) ? member : null;
    }
    if (system !== this.#include.system) return null;
    const listed = this.#listed?.get(this.#key(code));
    if (this.#listed !== null && listed === undefined) return null;
    const n = this.#system?.find(code) ?? -1;
    if (this.#system !== null && (n < 0 || !this.#rule!.test(n))) return null;
    if (!this.#sets.every((set) => set.find(system, code) !== null)) return null;
    return this.#member(listed?.code ?? code, n, listed ?? null);
  }

  *members(driver?: (system: CodeSystem) => Iterable<number> | null): Generator<Member, void, void> {
    const { system } = this.#include;
    if (system === null) {
      const [first, ...others] = this.#sets;
      if (first === undefined) return;
      for (const member of first.members(driver)) {
        if (others.every((set) => set.find(member.system, member.code) !== null)) yield member;
      }
      return;
    }
    if (this.#listed !== null) {
      for (const { code } of this.#listed.values()) {
        const member = this.find(system, code);
        if (member !== null) yield member;
      }
      return;
    }
    const loaded = this.#system!;
    if (!Number.isFinite(loaded.size)) {
      const message = `${loaded.head.name} is a grammar, whose codes cannot be listed`;
      throw terminologyErrors.error('terminology-too-costly', message, {}, 'Validate single codes instead.');
    }
    const driven = driver?.(loaded) ?? null;
    const rule = this.#rule!;
    const run = driven === null ? rule : { test: rule.test, candidates: () => driven };
    for (const n of membersOf(run, loaded, this.#mostMisses)) {
      const member = concealed(loaded, n);
      if (this.#sets.every((set) => set.find(system, member.code) !== null)) yield member;
    }
  }

  #member(code: string, n: number, listed: ListedCode | null): Member {
    const of = this.#system;
    if (of === null) return { system: this.#include.system!, code, concept: null, listed };
    return { system: of.head.url, code: of.concept(n).code, concept: { of, n }, listed };
  }

  #key(code: string): string {
    return this.#system === null || this.#system.head.caseSensitive ? code : code.toLowerCase();
  }
}

/** A member whose code is read when it is asked for: most are only counted. */
function concealed(of: CodeSystem, n: number): Member {
  return {
    system: of.head.url,
    concept: { of, n },
    listed: null,
    get code() {
      return of.concept(n).code;
    },
  };
}

/** The system of an include; null where it is not loaded and the include lists its codes itself. */
function systemOf(terminology: Terminology, url: string, version: string | null, lists: boolean): CodeSystem | null {
  try {
    return terminology.system(url, version);
  } catch (error) {
    if (lists && error instanceof CodedError && error.code === 'terminology-system-unknown') return null;
    throw error;
  }
}
