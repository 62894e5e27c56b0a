import type { Instant } from '@gemel/core';

/** What an entry of kind `access` holds: who did what with whose data, and what was decided of it. */
export interface AccessRecord {
  readonly request: {
    readonly caller: {
      readonly agent: {
        readonly id: string;
        readonly kind: 'person' | 'system' | 'device';
        readonly name: string;
        readonly roles: readonly string[];
      };
      readonly purpose: string;
      readonly breakGlass?: string;
      /** Network address the request came from, where one is known. */
      readonly address?: string;
    };
    readonly action: string;
    /** FHIR resource type, or `Twin`. */
    readonly type: string;
    /** Whose data, as the log names subjects; null for what belongs to nobody. */
    readonly subject: string | null;
    readonly labels?: readonly string[];
    readonly at: Instant;
  };
  readonly decision: {
    readonly permit: boolean;
    readonly reason: string;
    readonly policies: readonly string[];
    readonly consent: string | null;
  };
  /** References of what was read, made or changed: `Observation/12`. */
  readonly entities: readonly string[];
  /** The query of a search, as sent. */
  readonly query?: string;
  readonly outcome: 'success' | 'minor-failure' | 'serious-failure';
}

/** An entry of kind `access`, as the log gives it. */
export interface AccessEntry {
  readonly id: string;
  readonly knownAt: Instant;
  readonly payload: unknown;
}
