import type { StructuralValues } from './drug.ts';

/** Where a dose enters; `gut2`: a second depot. */
export type Site = 'blood' | 'gut' | 'gut2';

/** How a dose by mouth enters, or a part of it: structural values by name; after a lag, at once or over a duration. */
export interface Way {
  readonly site: Site;
  readonly lag: string;
  readonly share: string;
  readonly duration: string;
}

export const BY_GUT: readonly Way[] = [{ site: 'gut', lag: 'ALAG', share: 'F', duration: 'D' }];

/** One patient's course through a structure. Hours, mg. */
export interface StructureRun {
  /** Takes other structural values from here on; amounts stay. */
  change(values: StructuralValues): void;
  give(site: Site, amount: number): void;
  /** Adds to the rate of infusion, mg/h. */
  addRate(site: Site, rate: number): void;
  advance(hours: number): void;
  /** Total concentration in the drug's unit. */
  concentration(): number;
  /** ∫ concentration dt since the state was at rest, or since `begin`. */
  exposure(): number;
  /** Counts exposure from here. */
  begin(): void;
  /** All that the run stands on, but its rates of infusion. */
  state(): Float64Array;
  /** Goes on from a state, without infusions, as a new run of the same values would, to the last bit. */
  reset(state: Float64Array): void;
  /** What `reset(state())` does, but infusions go on: where that can be had for less. */
  renew?(): void;
  /**
   * Advances `count` times by some hours and writes concentration and exposure after each, from position `at` on: what single steps, each
   * renewed, give, to the last bit. Where that can be had for less.
   */
  sweep?(hours: number, count: number, concentration: Float64Array, exposure: Float64Array, at: number): void;
}

/** A mechanism by which doses become levels. */
export interface Structure {
  readonly id: string;
  /** Structural values it takes, in the order of a member's parameters. */
  readonly names: readonly string[];
  readonly sites: readonly Site[];
  /** How doses by mouth enter; `BY_GUT` where absent. */
  readonly ways?: readonly Way[];
  /** Concentration and exposure are proportional to what is given, whatever the values. */
  readonly linear?: true;
  /** The state before any dose. */
  rest(values: StructuralValues): Float64Array;
  run(values: StructuralValues, state: Float64Array): StructureRun;
}
