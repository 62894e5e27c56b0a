import { SNOMED, UCUM } from '@gemel/core/concept';
import { comparable, validUnit } from '@gemel/core/units';
import { type CodeSystem, propertyText } from './code-system.ts';
import { parseEcl } from './ecl.ts';
import { eclRule, memberRule } from './ecl-rule.ts';
import { terminologyErrors } from './errors.data.ts';
import { patternTest } from './pattern.ts';
import { aboveRule, anyRule, belowRule, oneRule, type Rule, testRule, withoutRule } from './rule.ts';
import type { Filter } from './value-set.ts';

const NOTHING: Rule = { test: () => false, candidates: () => [] };

/** Filters that one code system defines for itself (FHIR R4, "Using SNOMED CT", "Using UCUM"); null: not one of them. */
const OWN: ReadonlyMap<string, (filter: Filter, system: CodeSystem) => Rule | null> = new Map([
  [SNOMED, snomedRule],
  [UCUM, ucumRule],
]);

/**
 * The concepts that a filter of a value set leaves (FHIR R4 FilterOperator). @throws terminology-filter, terminology-ecl,
 * terminology-pattern, terminology-code-unknown
 */
export function filterRule(filter: Filter, system: CodeSystem): Rule {
  const own = OWN.get(system.head.url)?.(filter, system);
  if (own) return own;
  const { property, op, value } = filter;
  if (property === 'concept' || property === 'code') return conceptRule(filter, system);
  if (property === 'parent' || property === 'child' || property === 'ancestor') return relativeRule(filter, system);
  if (!BUILT_IN.has(property) && !system.knows(property)) return fail(filter, system, 'it has no such property');
  switch (op) {
    case '=':
      return {
        test: (n) => valuesOf(system, n, property).includes(value),
        candidates: () => (BUILT_IN.has(property) ? null : system.having(property, value)),
      };
    case 'in':
      return anyRule(listed(value).map((each) => filterRule({ property, op: '=', value: each }, system)));
    case 'not-in': {
      const unwanted = new Set(listed(value));
      return testRule((n) => !valuesOf(system, n, property).some((each) => unwanted.has(each)));
    }
    case 'exists': {
      if (value !== 'true' && value !== 'false') return fail(filter, system, 'exists takes true or false');
      return testRule((n) => valuesOf(system, n, property).length > 0 === (value === 'true'));
    }
    case 'regex': {
      const fits = patternTest(value);
      return testRule((n) => valuesOf(system, n, property).some(fits));
    }
    case 'is-a':
    case 'descendent-of':
    case 'is-not-a':
    case 'generalizes': {
      const wanted = conceptRule({ property: 'concept', op, value }, system);
      return testRule((n) =>
        valuesOf(system, n, property).some((code) => system.find(code) >= 0 && wanted.test(system.find(code))),
      );
    }
    default:
      return fail(filter, system, `${op} is no operator of FHIR R4`);
  }
}

function conceptRule(filter: Filter, system: CodeSystem): Rule {
  const { op, value } = filter;
  switch (op) {
    case '=': {
      const n = system.find(value);
      return n < 0 ? NOTHING : oneRule(n);
    }
    case 'is-a':
      return belowRule(system, named(value, system), true);
    case 'descendent-of':
      return belowRule(system, named(value, system), false);
    case 'is-not-a': {
      const below = belowRule(system, named(value, system), true);
      return withoutRule(
        testRule(() => true),
        below,
      );
    }
    case 'generalizes':
      return aboveRule(system, named(value, system), true);
    case 'in':
      return anyRule(listed(value).map((code) => conceptRule({ ...filter, op: '=', value: code }, system)));
    case 'not-in':
      return withoutRule(
        testRule(() => true),
        conceptRule({ ...filter, op: 'in' }, system),
      );
    case 'regex': {
      const fits = patternTest(value);
      return testRule((n) => fits(system.concept(n).code));
    }
    case 'exists':
      return value === 'true' ? testRule(() => true) : NOTHING;
    default:
      return fail(filter, system, `${op} is no operator of FHIR R4`);
  }
}

function relativeRule(filter: Filter, system: CodeSystem): Rule {
  const { property, op, value } = filter;
  if (op === 'exists' && property !== 'ancestor' && (value === 'true' || value === 'false')) {
    const list = (n: number) => (property === 'parent' ? system.parents(n) : system.children(n));
    return testRule((n) => list(n).length > 0 === (value === 'true'));
  }
  if (op === 'in') {
    return anyRule(listed(value).map((code) => relativeRule({ ...filter, op: '=', value: code }, system)));
  }
  if (op !== '=') return fail(filter, system, `${op} does not go with ${property}`);
  const n = named(value, system);
  if (property === 'ancestor') return belowRule(system, n, false);
  const [upward, listOf] =
    property === 'parent'
      ? [(each: number) => system.parents(each), () => system.children(n)]
      : [(each: number) => system.children(each), () => system.parents(n)];
  return { test: (each) => upward(each).includes(n), candidates: listOf };
}

/** Properties every concept has, with their values. */
const BUILT_IN: ReadonlyMap<string, (system: CodeSystem, n: number) => readonly string[]> = new Map([
  ['display', (system, n) => present(system.concept(n).display)],
  ['definition', (system, n) => present(system.concept(n).definition)],
  ['inactive', (system, n) => [String(system.concept(n).inactive)]],
  ['notSelectable', (system, n) => [String(system.concept(n).abstract)]],
  ['designation', (system, n) => system.designations(n).map(({ value }) => value)],
]);

function present(text: string | null): readonly string[] {
  return text === null ? [] : [text];
}

function valuesOf(system: CodeSystem, n: number, property: string): readonly string[] {
  const own = system.properties(n).filter(({ name }) => name === property);
  return own.length > 0 ? own.map(({ value }) => propertyText(value)) : (BUILT_IN.get(property)?.(system, n) ?? []);
}

/** ECL under `constraint`, reference sets under `concept in`, post-coordination declined under `expressions`. */
function snomedRule(filter: Filter, system: CodeSystem): Rule | null {
  const { property, op, value } = filter;
  if (property === 'constraint' && op === '=') return eclRule(parseEcl(value), system);
  if (property === 'concept' && op === 'in' && /^\d+$/.test(value)) return memberRule(system, value);
  if (property === 'expressions' && op === '=' && value === 'false') return testRule(() => true);
  return null;
}

/** Units that convert into the one named. */
function ucumRule(filter: Filter, system: CodeSystem): Rule | null {
  const { property, op, value } = filter;
  if (property !== 'canonical' || op !== '=') return null;
  if (!validUnit(value)) return fail(filter, system, `"${value}" is no unit of UCUM`);
  return testRule((n) => comparable(system.concept(n).code, value));
}

function named(code: string, system: CodeSystem): number {
  const n = system.find(code);
  if (n < 0) throw terminologyErrors.error('terminology-code-unknown', `${system.head.name} has no code "${code}"`);
  return n;
}

function listed(value: string): readonly string[] {
  return value.split(',').map((each) => each.trim());
}

function fail({ property, op, value }: Filter, system: CodeSystem, why: string): never {
  const message = `${property} ${op} "${value.slice(0, 60)}" on ${system.head.name}: ${why}`;
  throw terminologyErrors.error('terminology-filter', message);
}
