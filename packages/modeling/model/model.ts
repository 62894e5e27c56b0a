import type { Expression } from '../expression/expression.ts';

/** What every named quantity of a model says of itself. */
export interface Described {
  readonly name: string;
  /** UCUM unit; null where the source gives none (a model read from a file): such a quantity is not checked. */
  readonly unit: string | null;
  readonly meaning: string;
  /** Paper, table, equation or element the quantity comes from. */
  readonly source: string;
}

/** Constant through a run; its value may be changed from run to run. */
export interface Parameter extends Described {
  /** Default: in numbers and other parameters. */
  readonly value: Expression;
}

/** Moves by its rate, and jumps at events. A quantity that only jumps has rate 0. */
export interface State extends Described {
  /** At the start, after any initial assignment: in parameters, definitions, inputs, other initial values and time. */
  readonly initial: Expression;
  readonly rate: Expression;
  /** Declared never to fall below zero: solvers hold it there. */
  readonly positive: boolean;
}

/** Given from outside as a function of time. */
export interface Input extends Described {
  /** How values given at times are read between them. */
  readonly interpolation: 'step' | 'linear';
  /** Where nothing is given. */
  readonly fallback: number;
}

/** Equal at all times to an expression. Definitions stand in an order in which each needs only those before it. */
export interface Definition extends Described {
  readonly value: Expression;
}

/** Whose value makes the residual of a constraint zero. As many as there are constraints. */
export interface Unknown extends Described {
  /** Where the search for it begins at the start; in parameters, definitions and initial values. */
  readonly guess: Expression;
}

/**
 * Happens when `trigger` turns from false to true. Its assignments are worked out when the trigger turns (the values then,
 * `valuesFromTrigger`) or when they are carried out, `delay` later. Of several at one time the highest priority goes first.
 */
export interface ModelEvent {
  readonly id: string;
  readonly trigger: Expression;
  /** What the trigger was just before the start. */
  readonly initially: boolean;
  /** Whether it is carried out even though the trigger has turned false again in between. */
  readonly persistent: boolean;
  readonly delay: Expression | null;
  readonly priority: Expression | null;
  readonly valuesFromTrigger: boolean;
  readonly assignments: readonly { readonly state: string; readonly value: Expression }[];
  readonly source: string;
}

/** A change of several states together, for stochastic simulation and conservation laws. Rates already contain it. */
export interface Reaction {
  readonly id: string;
  /** Net change of each state (amounts) by one happening. */
  readonly change: ReadonlyMap<string, number>;
  /** Molecules taken by one happening, per state; for the bound of a leap's step. */
  readonly reactants: ReadonlyMap<string, number>;
  /** Happenings per time. */
  readonly rate: Expression;
  readonly reversible: boolean;
}

/** Families of random numbers, with the arguments of SBML's distrib package (Level 3 Version 1, section 3.10), in its order. */
export type DrawFamily =
  | 'normal'
  | 'uniform'
  | 'bernoulli'
  | 'binomial'
  | 'cauchy'
  | 'chisquare'
  | 'exponential'
  | 'gamma'
  | 'laplace'
  | 'lognormal'
  | 'poisson'
  | 'rayleigh';

/** A random number, drawn afresh each time an event whose assignments name it works them out. */
export interface Draw {
  /** The input that stands for it in assignments; its fallback is NaN. */
  readonly input: string;
  readonly family: DrawFamily;
  /** In whatever assignments may be in; may name earlier draws. */
  readonly arguments: readonly Expression[];
}

/**
 * A checked model, from defineModel or from a file: names are unique and every symbol in an expression is `time` or one of
 * them; definitions are in order; constraints match unknowns. `delay(x, τ)` may stand in rates, definitions, triggers and
 * assignments; `rateOf(x)` has been replaced by x's rate.
 */
export interface Model {
  readonly id: string;
  readonly title: string;
  /** Unit of time; null where the source gives none. */
  readonly timeUnit: string | null;
  readonly parameters: readonly Parameter[];
  readonly states: readonly State[];
  readonly inputs: readonly Input[];
  readonly definitions: readonly Definition[];
  readonly unknowns: readonly Unknown[];
  /** Residuals that the unknowns hold at zero. */
  readonly constraints: readonly Expression[];
  readonly events: readonly ModelEvent[];
  readonly reactions: readonly Reaction[];
  /** Random numbers: such a model is run by stochastic simulation alone. */
  readonly draws?: readonly Draw[];
  /** Names reported when nothing else is asked for: states, definitions, unknowns or inputs. */
  readonly outputs: readonly string[];
}
