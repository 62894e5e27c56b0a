import type { Fact } from '@gemel/core';
import { DAY, HOUR } from '@gemel/core';

/** Years of age a person may be of: a birth date alone leaves a day open, a birth year a year. */
export interface Ages {
  readonly least: number;
  readonly most: number;
}

/** When a person may have been born, ms since the epoch; the day's edges reach over all zones. */
export interface Birth {
  readonly earliest: number;
  readonly latest: number;
}

const YEAR = 365.2425 * DAY;
/** Local days begin between 14 h before and 12 h after those of UTC. */
const EASTMOST = 14 * HOUR;
const WESTMOST = 12 * HOUR;

/** `1980`, `1980-05` or `1980-05-17`, with or without a time; null where it is no date. */
export function birthOf(value: Fact['value'] | undefined): Birth | null {
  const parts = typeof value === 'string' ? /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:T|$)/.exec(value) : null;
  if (parts === null) return null;
  const [, year, month, day] = parts;
  const [y, m, d] = [Number(year), Number(month ?? 1) - 1, Number(day ?? 1)];
  const start = Date.UTC(y, m, d);
  const read = new Date(start);
  if (read.getUTCMonth() !== m || read.getUTCDate() !== d) return null;
  const end = day !== undefined ? Date.UTC(y, m, d + 1) : month !== undefined ? Date.UTC(y, m + 1) : Date.UTC(y + 1, 0);
  return { earliest: start - EASTMOST, latest: end + WESTMOST };
}

/** Ages at an instant; negative before birth. */
export function agesAt({ earliest, latest }: Birth, at: number): Ages {
  return { least: (at - latest) / YEAR, most: (at - earliest) / YEAR };
}
