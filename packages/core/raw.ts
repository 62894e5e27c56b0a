import type { Coding } from './concept.ts';
import type { Problem } from './error.ts';
import type { Provenance } from './observation.ts';
import type { Instant } from './time.ts';
import type { Waveform } from './waveform.ts';

/** A value in the source's own words: nothing converted, nothing guessed. */
export type RawValue =
  | {
      readonly kind: 'quantity';
      readonly value: number;
      readonly unit: string;
      readonly unitSystem?: string;
      readonly comparator?: '<' | '<=' | '>=' | '>';
    }
  | { readonly kind: 'coded'; readonly codings: readonly Coding[]; readonly text?: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  /** A sampled signal; the samples travel beside the item, in `Decoded.waveform`. */
  | {
      readonly kind: 'series';
      readonly ref: string;
      readonly unit: string;
      readonly count: number;
      /** Samples per second. */
      readonly frequency: number;
    };

/** A time already resolved to an instant by the door, with the offset the source wrote. */
export interface RawTime {
  readonly start: Instant;
  readonly end?: Instant;
  readonly offset: number | null;
}

/**
 * What a door yields: one item in the source's own words. Only `admit` turns it into an Observation,
 * ControlInput or Fact. `subject` is the source's own identifier of the subject (`system|value` or a local reference).
 */
export type RawItem = RawObservation | RawControl | RawFact | RawRetraction | RawMerge;

interface RawBase {
  readonly subject: string;
  readonly provenance: Provenance;
  /** Security labels the source gave, `system|code`. */
  readonly labels?: readonly string[];
}

export interface RawObservation extends RawBase {
  readonly kind: 'observation';
  readonly codings: readonly Coding[];
  readonly text?: string;
  readonly value: RawValue;
  readonly time: RawTime;
  /** Source status in FHIR's words; `preliminary` and `amended` are kept as marks. */
  readonly status?: string;
  /**
   * When the source says it became known (issued): the item's own knownAt; absent, the time of import. When this log learned
   * it is the log entry's knownAt, always the time of import, so that "what did the twin know" never changes afterwards.
   */
  readonly issued?: Instant;
  /** The door's own remarks (clock drift corrected, LO/HI, sensor warm-up). */
  readonly marks?: readonly Problem[];
}

export interface RawControl extends RawBase {
  readonly kind: 'control';
  readonly codings: readonly Coding[];
  readonly text?: string;
  readonly value: RawValue;
  readonly time: RawTime;
  readonly status: 'given' | 'planned';
  readonly issued?: Instant;
  readonly marks?: readonly Problem[];
}

export interface RawFact extends RawBase {
  readonly kind: 'fact';
  readonly fact: string;
  readonly codings: readonly Coding[];
  readonly value: RawValue;
  readonly time: RawTime;
  readonly issued?: Instant;
}

/** The source withdraws an earlier item (entered-in-error). */
export interface RawRetraction extends RawBase {
  readonly kind: 'retraction';
  /** `provenance.sourceId` of the item withdrawn; its parts (`<target>#…`: components, samples) go with it. */
  readonly target: string;
  readonly issued?: Instant;
}

/** Two identifiers denote one subject: `from` continues as `subject`. */
export interface RawMerge extends RawBase {
  readonly kind: 'merge';
  readonly from: string;
  readonly issued?: Instant;
}

/** What became of one element of a source. */
export type Fate = 'mapped' | 'kept' | 'refused';

/**
 * The loss account of one import: every entry of the source is mapped (became an item), kept as is (understood, stored whole,
 * no pack uses it), a duplicate (nothing new) or refused (with the reason). The four add up to `entries`.
 */
export interface LossAccount {
  readonly source: string;
  readonly sha256: string;
  readonly format: string;
  readonly bytes: number;
  readonly entries: number;
  readonly mapped: number;
  readonly kept: number;
  readonly duplicates: number;
  readonly refused: number;
  /** Counts by element type: `Observation`, `row`, `Encounter`. */
  readonly byType: Readonly<
    Record<
      string,
      { readonly mapped: number; readonly kept: number; readonly duplicates: number; readonly refused: number }
    >
  >;
  /** Every refusal and warning, with place and remedy. */
  readonly problems: readonly Problem[];
  /** Set when the source ended before its own structure did. */
  readonly truncated: boolean;
}

/** What a door yields per source element: the items made of it, or why none was. */
export interface Decoded {
  readonly type: string;
  /** Whom the element concerns, where it is kept as is or refused and so yields no item that says so. */
  readonly subject?: string;
  readonly fate: Fate;
  readonly items: readonly RawItem[];
  readonly problems: readonly Problem[];
  readonly provenance: Provenance;
  /** The element whole, where it is kept as is. */
  readonly kept?: unknown;
  /** Samples of the series that the element's item refers to. */
  readonly waveform?: { readonly ref: string; readonly start: Instant; readonly signal: Waveform };
}
