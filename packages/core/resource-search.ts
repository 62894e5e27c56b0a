/**
 * What is searched by: the rows that stand for a resource in a search index, and the conditions put to them. Made by what knows a
 * format (FHIR), kept and answered by a store that does not. A parameter is named with its resource type: `Observation.code`.
 */

/** One thing a resource can be found by. `place` numbers the elements of a composite parameter, whose parts are `code-value-quantity$0`. */
export type IndexRow =
  | {
      readonly kind: 'token';
      readonly param: string;
      readonly system: string;
      /** Lower case. */
      readonly code: string;
      readonly place: number;
    }
  | {
      readonly kind: 'string';
      readonly param: string;
      /** Folded: lower case, without accents, spaces collapsed. */
      readonly value: string;
      readonly exact: string;
      readonly place: number;
    }
  /** Dates in ms since the epoch, and numbers; a single value is a range of nothing. */
  | {
      readonly kind: 'range';
      readonly param: string;
      readonly low: number;
      readonly high: number;
      readonly place: number;
    }
  | QuantityRow
  /** `Patient/123` or an absolute address. */
  | { readonly kind: 'reference'; readonly param: string; readonly target: string; readonly place: number };

export interface QuantityRow {
  readonly kind: 'quantity';
  readonly param: string;
  readonly low: number;
  readonly high: number;
  readonly system: string;
  readonly code: string;
  /** As printed. */
  readonly unit: string;
  /** The base units that its unit comes down to, with the ends counted in them; null where it is no unit of UCUM. */
  readonly base: { readonly unit: string; readonly low: number; readonly high: number } | null;
  readonly place: number;
}

/** Bounds on the two ends of an indexed range, all inclusive. */
export interface RangeTest {
  readonly lowFrom?: number;
  readonly lowTo?: number;
  readonly highFrom?: number;
  readonly highTo?: number;
}

/** Bounds on a quantity as it stands, or counted in base units; further on its unit, where asked. */
export interface QuantityTest extends RangeTest {
  readonly baseUnit?: string;
  readonly system?: string;
  readonly code?: string;
  /** Its code or its printed unit. */
  readonly unit?: string;
}

/** Absent: any. */
export interface TokenTest {
  readonly system?: string;
  readonly code?: string;
}

export interface TextTest {
  /** Folded, but as written for `exact`. */
  readonly text: string;
  readonly how: 'starts' | 'contains' | 'exact';
}

/** A target as it stands; `prefix`: every address that continues it. */
export interface TargetTest {
  readonly target: string;
  readonly prefix?: boolean;
}

/** One condition; the tests of `any` are alternatives. */
export type Criterion =
  | { readonly kind: 'token'; readonly param: string; readonly any: readonly TokenTest[] }
  | { readonly kind: 'string'; readonly param: string; readonly any: readonly TextTest[] }
  | { readonly kind: 'range'; readonly param: string; readonly any: readonly RangeTest[] }
  | { readonly kind: 'quantity'; readonly param: string; readonly any: readonly QuantityTest[] }
  | { readonly kind: 'reference'; readonly param: string; readonly any: readonly TargetTest[] }
  | { readonly kind: 'id'; readonly any: readonly string[] }
  /** When the current version was written. */
  | { readonly kind: 'updated'; readonly any: readonly RangeTest[] }
  /** Whether the resource has a value of the parameter. */
  | { readonly kind: 'present'; readonly param: string }
  /** Alternatives, each of parts met by one element. */
  | { readonly kind: 'composite'; readonly any: readonly (readonly Criterion[])[] }
  /** A reference leads to a resource of the type that meets these. */
  | { readonly kind: 'chain'; readonly param: string; readonly type: string; readonly all: readonly Criterion[] }
  /** A resource of the type that meets these refers to this one. */
  | { readonly kind: 'has'; readonly type: string; readonly param: string; readonly all: readonly Criterion[] }
  | { readonly kind: 'not'; readonly of: Criterion }
  | { readonly kind: 'any'; readonly of: readonly Criterion[] };

export interface SortKey {
  /** `_id`, `_lastUpdated`, or a parameter whose rows have an order. */
  readonly by: '_id' | '_lastUpdated' | { readonly kind: 'string' | 'range' | 'quantity'; readonly param: string };
  readonly descending: boolean;
}

/** What is looked for: resources of one type that meet all. Without sort keys: in the order they were first written. */
export interface ResourceSearch {
  readonly type: string;
  readonly all: readonly Criterion[];
  readonly sort: readonly SortKey[];
}
