/** Milliseconds since 1970-01-01T00:00:00Z. Branded, so that minutes and indices are not taken for instants. */
export type Instant = number & { readonly __instant: 'ms since epoch' };

export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

/** Makes an instant from milliseconds since the epoch. */
export function instant(ms: number): Instant {
  return ms as Instant;
}

/** The instant `ms` milliseconds after `at`. */
export function after(at: Instant, ms: number): Instant {
  return (at + ms) as Instant;
}

/**
 * When something was true and when it became known, the two times of every log entry.
 * `offset` is the local offset east of UTC in minutes as the source wrote it, null where it gave none
 * (a door never guesses a zone).
 */
export interface Bitemporal {
  readonly trueAt: Instant;
  readonly knownAt: Instant;
}

/** ISO 8601 in UTC with milliseconds. */
export function isoInstant(at: Instant): string {
  return new Date(at).toISOString();
}
