/** `value : unit : meaning : source`, separated by a colon between spaces; the source may hold further ones. */
export type Entry = string;

/**
 * A model as it is written. Values are expressions (see parse); one of bare numbers is in the entry's unit. Type parameters are the
 * names, so that an equation for an unknown state does not compile.
 */
export interface ModelText<
  S extends string = string,
  D extends string = string,
  U extends string = string,
  I extends string = string,
> {
  readonly id: string;
  readonly title: string;
  /** UCUM unit of time. */
  readonly time: string;
  readonly parameters?: Readonly<Record<string, Entry>>;
  /** The value is the initial one; `0 positive : mg : …` declares that it never falls below zero. */
  readonly states: Readonly<Record<S, Entry>>;
  /** The value is a number, used where nothing is given, then how values are read in between: `0 step` or `0 linear`. */
  readonly inputs?: Readonly<Record<I, Entry>>;
  readonly definitions?: Readonly<Record<D, Entry>>;
  /** Rate of change of each state that no reaction changes; of others what is added to the reactions. */
  readonly equations?: Readonly<Partial<Record<NoInfer<S>, string>>>;
  readonly reactions?: Readonly<Record<string, ReactionText<NoInfer<S>>>>;
  /** The value is where the search begins. */
  readonly unknowns?: Readonly<Record<U, Entry>>;
  /** `left = right`, or what must be zero; one for each unknown. */
  readonly constraints?: readonly string[];
  readonly events?: Readonly<Record<string, EventText<NoInfer<S>>>>;
  /** Absent: the states. */
  readonly outputs?: readonly NoInfer<S | D | U | I>[];
}

/** As many of each state as one happening takes and gives. */
export interface ReactionText<S extends string = string> {
  readonly from?: Readonly<Partial<Record<S, number>>>;
  readonly to?: Readonly<Partial<Record<S, number>>>;
  /** Happenings per time. */
  readonly rate: string;
  readonly reversible?: boolean;
}

export interface EventText<S extends string = string> {
  readonly when: string;
  /** What states become. */
  readonly set: Readonly<Partial<Record<S, string>>>;
  readonly delay?: string;
  readonly priority?: string;
  /** What the trigger was before the start; true where absent: what holds from the start does not happen. */
  readonly initially?: boolean;
  /** Whether it is carried out though the trigger has turned false during the delay; true where absent. */
  readonly persistent?: boolean;
  /** Whether the new values are those of when the trigger turned; true where absent. */
  readonly valuesFromTrigger?: boolean;
  readonly source?: string;
}
