import type { Concept } from './concept.ts';
import type { Problem } from './error.ts';
import type { Quantity } from './quantity.ts';
import type { Bitemporal, Instant } from './time.ts';

/** Where a piece of knowledge came from, to the byte. */
export interface Provenance {
  /** Name of the file, feed or device the bytes came through. */
  readonly source: string;
  /** SHA-256 of the whole source, hex. */
  readonly sha256?: string;
  /** Path in the source's own terms (`Bundle.entry[3].resource/Observation.component[0]`, `row`). */
  readonly element: string;
  readonly byteStart?: number;
  readonly byteEnd?: number;
  readonly line?: number;
  /** Identifier the source gave the item; a repeat of it is a duplicate or a correction. */
  readonly sourceId?: string;
  /** Device that measured, where known. */
  readonly device?: string;
  /** What the source called it, where that is more or other than the code it was admitted under. */
  readonly code?: Concept;
  /** Set where the item was read out of words: it is graded below what was measured, and never is a dose. */
  readonly derived?: Derivation;
}

/** How an item was read out of free text. */
export interface Derivation {
  readonly from: 'text';
  /** Where it stands in the text: characters (UTF-16 code units), end exclusive. */
  readonly charStart: number;
  readonly charEnd: number;
  /** The rule or the model that made it. */
  readonly rule: string;
  /** 0 to 1: how much of what the rule looks for was there. It ranks; it is no probability. */
  readonly confidence: number;
}

/** How far an observation may be trusted; set by `admit`, worst mark wins. */
export type Grade = 'good' | 'uncertain' | 'poor';

/** A pointer to values too large for the log entry itself. */
export interface SeriesRef {
  readonly kind: 'series';
  readonly ref: string;
  readonly unit: string;
  readonly count: number;
}
export interface VolumeRef {
  readonly kind: 'volume';
  readonly ref: string;
  readonly unit: string;
  readonly shape: readonly number[];
}

/** A value a sensor could not resolve: it is known only to lie below or above a bound ("LO", "HI"). */
export interface Bounded {
  readonly kind: 'below' | 'above';
  readonly bound: Quantity;
}

export type ObservedValue = Quantity | Concept | Bounded | SeriesRef | VolumeRef;

/**
 * A measured fact of a subject. Only `admit` makes one: coded, unit-checked, graded, with provenance.
 * A predicted value is never an Observation.
 */
export interface Observation extends Bitemporal {
  readonly kind: 'observation';
  readonly id: string;
  readonly subject: string;
  readonly code: Concept;
  /** Signal of the binding that admitted it (`glucose.interstitial`); null where no pack binds the code. */
  readonly signal: string | null;
  readonly value: ObservedValue;
  /** Number and unit as the source wrote them, where the unit is not that of `value`. */
  readonly given?: Quantity;
  /** Id of the observation that is the same measurement, come by another door: kept with its provenance, counted once. */
  readonly repeats?: string;
  /** Local offset east of UTC in minutes as the source wrote it; null where unknown. */
  readonly offset: number | null;
  readonly grade: Grade;
  /** Why the grade is not 'good', and anything else the reader should know. */
  readonly marks: readonly Problem[];
  readonly provenance: Provenance;
  /** Security labels, `system|code`: by them a person's consent may let the item be used or not. */
  readonly labels?: readonly string[];
}

/** Something acted on the subject, or planned or proposed to. */
export type ControlStatus = 'given' | 'planned' | 'proposed';

/**
 * One control input. `value` is an amount when `to` is absent or equal to `from` (a bolus, a meal eaten at once),
 * an amount spread evenly over [from, to] when its unit is an amount, and a rate held over [from, to] when its unit is a rate.
 */
export interface ControlInput {
  readonly kind: 'control';
  readonly id: string;
  readonly subject: string;
  /** Name of a pack's ControlSpec (`insulin.bolus`, `insulin.basal`, `meal.carbohydrate`). */
  readonly control: string;
  readonly code: Concept;
  readonly value: Quantity;
  readonly from: Instant;
  readonly to?: Instant;
  readonly status: ControlStatus;
  readonly knownAt: Instant;
  readonly offset: number | null;
  readonly grade: Grade;
  readonly marks: readonly Problem[];
  readonly provenance: Provenance;
  /** Security labels, `system|code`: by them a person's consent may let the item be used or not. */
  readonly labels?: readonly string[];
}

/** A slowly changing fact: sex, birth date, weight, diagnosis, device, therapy setting. */
export interface Fact extends Bitemporal {
  readonly kind: 'fact';
  readonly id: string;
  readonly subject: string;
  /** Name in plain terms: `birthDate`, `sex`, `name`, `condition`, `device`, `body.weight`. */
  readonly fact: string;
  readonly code: Concept | null;
  readonly value: Quantity | Concept | string | boolean;
  readonly until?: Instant;
  /** Absent: good. A poor one is shown to people and to no pack. */
  readonly grade?: Grade;
  readonly marks?: readonly Problem[];
  readonly provenance: Provenance;
  /** Security labels, `system|code`: by them a person's consent may let the item be used or not. */
  readonly labels?: readonly string[];
}

export type Admitted = Observation | ControlInput | Fact;
