import type { Problem } from '@gemel/core/error';
import type { Expression } from '../expression/expression.ts';
import { symbol } from '../expression/expression.ts';
import type { Reaction, State } from '../model/model.ts';
import { sbmlErrors } from './errors.data.ts';
import type { FlatModel, FlatReaction, FlatReference } from './flat-model.ts';
import type { Quantities, Species } from './quantities.ts';

/**
 * Reactions as happenings of whole steps; none, with a warning, where a stoichiometry or conversion factor is no plain
 * number: such a model has no stochastic meaning here.
 */
export function stochasticReactions(
  flat: FlatModel,
  quantities: Quantities,
  states: ReadonlyMap<string, State>,
  warn: (problem: Problem) => void,
): readonly Reaction[] {
  const reactions: Reaction[] = [];
  for (const reaction of flat.reactions) {
    if (reaction.rate === null) continue;
    if (reaction.fast) return without(reaction, 'is fast', quantities, warn);
    const change = new Map<string, number>();
    const reactants = new Map<string, number>();
    for (const [references, sign] of [
      [reaction.reactants, -1],
      [reaction.products, 1],
    ] as const) {
      for (const reference of references) {
        const species = quantities.get(reference.species) as Species;
        const state = states.has(species.name) ? species.name : species.other;
        if (species.boundary || !states.has(state)) continue;
        const count = constantOf(quantities.stoichiometry(reference), reference, quantities);
        const factor = species.conversion === null ? 1 : constantOf(species.conversion, null, quantities);
        if (count === null || factor === null) {
          return without(reaction, 'has a stoichiometry that is no plain number', quantities, warn);
        }
        change.set(state, (change.get(state) ?? 0) + sign * count * factor);
        if (sign < 0) reactants.set(state, (reactants.get(state) ?? 0) + count * factor);
      }
    }
    reactions.push({
      id: reaction.name,
      change,
      reactants,
      rate: symbol(reaction.name),
      reversible: reaction.reversible,
    });
  }
  return reactions;
}

/** The number that an expression always is; null where it may vary or is worked out. */
function constantOf(value: Expression, reference: FlatReference | null, quantities: Quantities): number | null {
  if (value.kind === 'number') return value.value;
  if (value.kind !== 'symbol' || quantities.initials.has(value.name)) return null;
  if (quantities.determination(value.name) !== 'fixed') return null;
  const quantity = quantities.get(value.name);
  if (quantity.kind === 'reference') return reference?.stoichiometry ?? null;
  return quantity.kind === 'parameter' ? quantity.value : null;
}

function without(
  reaction: FlatReaction,
  why: string,
  quantities: Quantities,
  warn: (problem: Problem) => void,
): readonly Reaction[] {
  warn(
    sbmlErrors.problem(
      'sbml-ignored',
      `${reaction.element} ${why}: the model has no stochastic meaning here.`,
      quantities.where(reaction),
    ),
  );
  return [];
}
