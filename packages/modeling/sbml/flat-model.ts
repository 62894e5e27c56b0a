import type { Expression } from '../expression/expression.ts';
import type { DrawFamily } from '../model/model.ts';

/** Where an element stands, for messages and for `source`. */
export interface Placed {
  /** Name in the flat model; unique. */
  readonly name: string;
  /** Display name; the identifier where there is none. */
  readonly title: string;
  /** The element in words. */
  readonly element: string;
  readonly line: number;
}

export interface FlatCompartment extends Placed {
  readonly dimensions: number | null;
  readonly size: number | null;
  readonly constant: boolean;
  readonly unit: string | null;
}

export interface FlatSpecies extends Placed {
  readonly compartment: string;
  readonly initialAmount: number | null;
  readonly initialConcentration: number | null;
  /** The name of what its own name does not stand for: its concentration, or its amount. */
  readonly other: string;
  /** Whether its name stands for the amount; else for the concentration. */
  readonly asAmount: boolean;
  readonly boundary: boolean;
  readonly constant: boolean;
  /** Parameter by which reactions' extents become amounts. */
  readonly conversion: Expression | null;
  /** Of its amount. */
  readonly unit: string | null;
}

export interface FlatParameter extends Placed {
  /** Whether it belongs to a kinetic law alone. */
  readonly local: boolean;
  readonly value: number | null;
  readonly constant: boolean;
  readonly unit: string | null;
}

export interface FlatReference extends Placed {
  /** Whether formulas may name it. */
  readonly named: boolean;
  readonly species: string;
  readonly stoichiometry: number | null;
  /** Level 2: in place of the number. */
  readonly formula: Expression | null;
  readonly constant: boolean;
}

export interface FlatReaction extends Placed {
  readonly reversible: boolean;
  readonly fast: boolean;
  readonly reactants: readonly FlatReference[];
  readonly products: readonly FlatReference[];
  /** null where the file gives none. */
  readonly rate: Expression | null;
  /** Of its rate. */
  readonly unit: string | null;
}

export interface FlatInitial {
  readonly target: string;
  readonly formula: Expression;
  readonly element: string;
  readonly line: number;
}

export interface FlatRule {
  readonly kind: 'assignment' | 'rate' | 'algebraic';
  /** null for an algebraic rule. */
  readonly target: string | null;
  readonly formula: Expression;
  readonly element: string;
  readonly line: number;
}

export interface FlatEvent extends Placed {
  readonly trigger: Expression;
  readonly initially: boolean;
  readonly persistent: boolean;
  readonly delay: Expression | null;
  readonly priority: Expression | null;
  readonly valuesFromTrigger: boolean;
  readonly assignments: readonly FlatInitial[];
}

/** A random number of the package distrib in an event's assignments, and the name that stands for it there. */
export interface FlatDraw extends Placed {
  readonly family: DrawFamily;
  readonly arguments: readonly Expression[];
}

/** A model as SBML means it, with submodels taken apart, functions written out and every name unique. */
export interface FlatModel {
  readonly id: string;
  readonly title: string;
  readonly level: number;
  readonly version: number;
  readonly file: string | undefined;
  readonly timeUnit: string | null;
  readonly compartments: readonly FlatCompartment[];
  readonly species: readonly FlatSpecies[];
  readonly parameters: readonly FlatParameter[];
  readonly reactions: readonly FlatReaction[];
  readonly initials: readonly FlatInitial[];
  readonly rules: readonly FlatRule[];
  readonly events: readonly FlatEvent[];
  readonly draws: readonly FlatDraw[];
  /** Makes a wanted name one that nothing has. */
  readonly fresh: (wanted: string) => string;
  /** What each identifier of the outermost model is called. */
  readonly names: ReadonlyMap<string, string>;
}
