import type { CodeSystem } from './code-system.ts';
import type { Constraint, HierarchyOperator, Refinement } from './ecl.ts';
import { terminologyErrors } from './errors.data.ts';
import {
  aboveRule,
  ancestorsOf,
  anyRule,
  belowRule,
  everyRule,
  membersOf,
  oneRule,
  type Rule,
  testRule,
  withoutRule,
} from './rule.ts';

/** Property under which a reference set's members carry it. */
export const MEMBER_OF = 'memberOf';

/** The concepts an expression constraint means. @throws terminology-code-unknown */
export function eclRule(constraint: Constraint, system: CodeSystem): Rule {
  switch (constraint.kind) {
    case 'any':
      return testRule((n) => !system.concept(n).inactive);
    case 'concept':
      return oneRule(numberOf(constraint.id, system));
    case 'members':
      return refsetRule(constraint.of, system);
    case 'hierarchy':
      return hierarchyRule(constraint.operator, constraint.of, system);
    case 'and':
      return everyRule(constraint.parts.map((part) => eclRule(part, system)));
    case 'or':
      return anyRule(constraint.parts.map((part) => eclRule(part, system)));
    case 'minus':
      return withoutRule(eclRule(constraint.from, system), eclRule(constraint.without, system));
    case 'refined': {
      const of = eclRule(constraint.of, system);
      const has = refinementTest(constraint.by, system);
      return { test: (n) => of.test(n) && has(n), candidates: () => of.candidates() };
    }
  }
}

function numberOf(id: string, system: CodeSystem): number {
  const n = system.find(id);
  if (n < 0) throw terminologyErrors.error('terminology-code-unknown', `${system.head.name} has no concept ${id}`);
  return n;
}

/** Members of the reference sets that `of` means. */
function refsetRule(of: Constraint, system: CodeSystem): Rule {
  const isSet = eclRule(of, system);
  if (of.kind === 'concept') return memberRule(system, of.id);
  return testRule((n) =>
    system.properties(n).some(({ name, value }) => {
      const set = name === MEMBER_OF ? system.find(String(value.value)) : -1;
      return set >= 0 && isSet.test(set);
    }),
  );
}

/** Members of one reference set. */
export function memberRule(system: CodeSystem, refset: string): Rule {
  return {
    test: (n) => system.properties(n).some(({ name, value }) => name === MEMBER_OF && value.value === refset),
    candidates: () => system.having(MEMBER_OF, refset),
  };
}

function hierarchyRule(operator: HierarchyOperator, of: Constraint, system: CodeSystem): Rule {
  const self = operator === '<<' || operator === '>>';
  if (of.kind === 'concept') {
    const n = numberOf(of.id, system);
    if (operator === '<!')
      return listRule(
        (each) => system.parents(each).includes(n),
        () => system.children(n),
      );
    if (operator === '>!')
      return listRule(
        (each) => system.parents(n).includes(each),
        () => system.parents(n),
      );
    return operator.startsWith('<') ? belowRule(system, n, self) : aboveRule(system, n, self);
  }
  const base = eclRule(of, system);
  const some = (list: Iterable<number>) => {
    for (const each of list) if (base.test(each)) return true;
    return false;
  };
  switch (operator) {
    case '<!':
      return testRule((n) => some(system.parents(n)));
    case '>!':
      return testRule((n) => some(system.children(n)));
    case '<':
    case '<<':
      return testRule((n) => (self && base.test(n)) || some(ancestorsOf(system, n)));
    default: {
      // What lies above any of a set is found from the set, not from each candidate's whole subtree.
      let above: Set<number> | null = null;
      return testRule((n) => {
        if (above === null) {
          above = new Set();
          for (const each of membersOf(base, system)) {
            if (self) above.add(each);
            for (const ancestor of ancestorsOf(system, each)) above.add(ancestor);
          }
        }
        return above.has(n);
      });
    }
  }
}

function listRule(test: (n: number) => boolean, candidates: () => Iterable<number>): Rule {
  return { test, candidates };
}

function refinementTest(refinement: Refinement, system: CodeSystem): (n: number) => boolean {
  if ('parts' in refinement) {
    const tests = refinement.parts.map((part) => refinementTest(part, system));
    return refinement.kind === 'and' ? (n) => tests.every((test) => test(n)) : (n) => tests.some((test) => test(n));
  }
  const name = eclRule(refinement.name, system);
  const named = new Map<string, boolean>();
  const isNamed = (property: string): boolean => {
    let known = named.get(property);
    if (known === undefined) {
      const n = system.find(property);
      known = n >= 0 && name.test(n);
      named.set(property, known);
    }
    return known;
  };
  if (refinement.kind === 'concrete') {
    const { operator, value } = refinement;
    return (n) => system.properties(n).some((one) => isNamed(one.name) && compares(one.value.value, operator, value));
  }
  const wanted = eclRule(refinement.value, system);
  const equal = refinement.operator === '=';
  return (n) =>
    system.properties(n).some((one) => {
      if (one.value.kind !== 'code' || !isNamed(one.name)) return false;
      const target = system.find(one.value.value);
      return target >= 0 && wanted.test(target) === equal;
    });
}

function compares(found: unknown, operator: string, wanted: number | string): boolean {
  if (typeof wanted === 'string') return (String(found) === wanted) === (operator === '=');
  const value = Number(found);
  if (Number.isNaN(value)) return false;
  switch (operator) {
    case '=':
      return value === wanted;
    case '!=':
      return value !== wanted;
    case '<':
      return value < wanted;
    case '<=':
      return value <= wanted;
    case '>':
      return value > wanted;
    default:
      return value >= wanted;
  }
}
