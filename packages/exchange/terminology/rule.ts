import type { CodeSystem } from './code-system.ts';
import { terminologyErrors } from './errors.data.ts';

/** A set of concepts of one code system, asked and not listed. */
export interface Rule {
  test(n: number): boolean;
  /** A superset of the members that is quick to run through; null where only all concepts would do. */
  candidates(): Iterable<number> | null;
}

/** Members of a rule, each once, as long as no more than `mostMisses` concepts are looked at in vain. @throws terminology-too-costly */
export function* membersOf(
  rule: Rule,
  system: CodeSystem,
  mostMisses = Number.POSITIVE_INFINITY,
): Generator<number, void, void> {
  const seen = new Set<number>();
  let misses = 0;
  const candidates = rule.candidates();
  for (const n of candidates ?? system.all()) {
    if (candidates !== null) {
      if (seen.has(n)) continue;
      seen.add(n);
    }
    if (rule.test(n)) yield n;
    else if (++misses > mostMisses) {
      const message = `${system.head.name}: more than ${mostMisses} concepts were looked at in vain`;
      throw terminologyErrors.error('terminology-too-costly', message);
    }
  }
}

export function everyRule(rules: readonly Rule[]): Rule {
  return {
    test: (n) => rules.every((rule) => rule.test(n)),
    candidates() {
      for (const rule of rules) {
        const found = rule.candidates();
        if (found !== null) return found;
      }
      return null;
    },
  };
}

export function anyRule(rules: readonly Rule[]): Rule {
  return {
    test: (n) => rules.some((rule) => rule.test(n)),
    candidates() {
      const lists = rules.map((rule) => rule.candidates());
      return lists.includes(null) ? null : (lists as Iterable<number>[]).flatMap((list) => [...list]);
    },
  };
}

export function withoutRule(rule: Rule, excluded: Rule): Rule {
  return { test: (n) => rule.test(n) && !excluded.test(n), candidates: () => rule.candidates() };
}

export function testRule(test: (n: number) => boolean): Rule {
  return { test, candidates: () => null };
}

/** The concept itself. */
export function oneRule(n: number): Rule {
  return { test: (each) => each === n, candidates: () => [n] };
}

/** What lies under a concept; `self`: and the concept. */
export function belowRule(system: CodeSystem, ancestor: number, self: boolean): Rule {
  return {
    test: (n) => (n === ancestor ? self : system.subsumes(ancestor, n)),
    *candidates() {
      if (self) yield ancestor;
      yield* system.descendants(ancestor);
    },
  };
}

/** What a concept lies under; `self`: and the concept. */
export function aboveRule(system: CodeSystem, descendant: number, self: boolean): Rule {
  return {
    test: (n) => (n === descendant ? self : system.subsumes(n, descendant)),
    *candidates() {
      if (self) yield descendant;
      yield* ancestorsOf(system, descendant);
    },
  };
}

/** All concepts above one, each once. */
export function* ancestorsOf(system: CodeSystem, n: number): Generator<number, void, void> {
  const seen = new Set<number>();
  const open = [...system.parents(n)];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    yield next;
    open.push(...system.parents(next));
  }
}
