import type { Expression } from '../expression/expression.ts';
import { symbolsOf } from '../expression/fold.ts';
import { negative, over } from './arithmetic.ts';
import { sbmlErrors } from './errors.data.ts';
import type { FlatRule } from './flat-model.ts';
import { linearIn } from './linear.ts';
import { ordered } from './order.ts';
import type { Quantities } from './quantities.ts';

/** How algebraic rules are met: by formulas where they are straight lines in what they determine, else by search. */
export interface AlgebraicSolution {
  readonly formulas: ReadonlyMap<string, Expression>;
  readonly searched: ReadonlyMap<string, Expression>;
}

/**
 * Which quantity each algebraic rule determines: a matching of rules to quantities that nothing else determines (SBML
 * Level 3 Version 2 Core, section 4.9.2 and appendix of overdetermined systems), those that no event assigns first.
 * @throws sbml-overdetermined for a rule without a quantity of its own
 */
export function matchAlgebraic(quantities: Quantities): AlgebraicSolution {
  const rules = quantities.flat.rules.filter((rule) => rule.kind === 'algebraic');
  const matched = match(rules, quantities);
  for (const name of matched.keys()) quantities.algebraic.add(name);
  const formulas = new Map<string, Expression>();
  const searched = new Map<string, Expression>();
  for (const [name, rule] of matched) {
    const formula = solved(rule.formula, name, quantities);
    if (formula === null) searched.set(name, rule.formula);
    else formulas.set(name, formula);
  }
  for (;;) {
    const settled = ordered(new Map([...presentFormulas(quantities), ...formulas]));
    if ('order' in settled) return { formulas, searched };
    const inCircle = settled.cycle.filter((name) => formulas.has(name));
    if (inCircle.length === 0) return { formulas, searched };
    for (const name of inCircle) {
      formulas.delete(name);
      searched.set(name, matched.get(name)!.formula);
    }
  }
}

/** Formulas that hold at all times: assignment rules and reactions' rates. */
function presentFormulas(quantities: Quantities): Map<string, Expression> {
  const formulas = new Map(quantities.assignments);
  for (const { name, rate } of quantities.reactions.values()) if (rate !== null) formulas.set(name, rate);
  return formulas;
}

function match(rules: readonly FlatRule[], quantities: Quantities): Map<string, FlatRule> {
  const present = presentFormulas(quantities);
  const owner = new Map<string, number>();
  const options = rules.map((rule) => candidates(rule.formula, present, quantities));
  const augment = (rule: number, allowed: (name: string) => boolean, seen: Set<string>): boolean => {
    for (const name of options[rule]!) {
      if (!allowed(name) || seen.has(name)) continue;
      seen.add(name);
      const other = owner.get(name);
      if (other === undefined || augment(other, allowed, seen)) {
        owner.set(name, rule);
        return true;
      }
    }
    return false;
  };
  rules.forEach((rule, i) => {
    const found = augment(i, (name) => !quantities.jumping.has(name), new Set()) || augment(i, () => true, new Set());
    if (found) return;
    throw sbmlErrors.error(
      'sbml-overdetermined',
      `${rule.element} at line ${rule.line} has no quantity left to determine.`,
      quantities.where(rule),
    );
  });
  return new Map([...owner].map(([name, rule]) => [name, rules[rule]!]));
}

/** Quantities met in the formula itself, then those met through other formulas. */
function candidates(
  formula: Expression,
  present: ReadonlyMap<string, Expression>,
  quantities: Quantities,
): readonly string[] {
  const names = new Set(symbolsOf(formula));
  for (const name of names) {
    const through = present.get(name);
    if (through !== undefined) for (const inner of symbolsOf(through)) names.add(inner);
  }
  return [...names].filter((name) => {
    const quantity = quantities.all.get(name);
    if (quantity === undefined || quantity.constant) return false;
    const determination = quantities.determination(name);
    return determination === 'fixed' || determination === 'jumps';
  });
}

/** The quantity's formula, where the rule is a straight line in it whose slope never changes. */
function solved(formula: Expression, name: string, quantities: Quantities): Expression | null {
  const line = linearIn(formula, name);
  if (line === null) return null;
  const { factor, rest } = line;
  const steady = [...symbolsOf(factor)].every((other) => quantities.all.get(other)?.constant === true);
  const vanishes = factor.kind === 'number' && !(Math.abs(factor.value) > 0);
  if (!steady || vanishes) return null;
  if (factor.kind === 'number' && factor.value === -1) return rest;
  return over(negative(rest), factor);
}
