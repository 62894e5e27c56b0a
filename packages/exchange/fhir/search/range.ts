/** A stretch of the real line, both ends included. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Ends that stand for no end: the range of a JavaScript date. */
export const EARLIEST = -8.64e15;
export const LATEST = 8.64e15;

const DATE =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/;

/**
 * The stretch of time that a FHIR date, dateTime or instant stands for, in ms since the epoch: `2024-01` is the month. A time
 * without a zone is taken in UTC. Null where it is none.
 */
export function dateRange(text: string): Range | null {
  const part = DATE.exec(text);
  if (part === null) return null;
  const [, years, months, days, hours, minutes, seconds, fraction, zone] = part;
  const year = Number(years);
  const month = months === undefined ? 0 : Number(months) - 1;
  const day = days === undefined ? 1 : Number(days);
  if (month < 0 || month > 11 || day < 1 || day > lastDay(year, month)) return null;
  const midnight = utc(year, month, day);
  if (hours === undefined) {
    const next =
      months === undefined ? utc(year + 1, 0, 1) : days === undefined ? utc(year, month + 1, 1) : midnight + 86_400_000;
    return { low: midnight, high: next - 1 };
  }
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds ?? 0) > 60) return null;
  const offset =
    zone === undefined || zone === 'Z'
      ? 0
      : (zone[0] === '-' ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6)));
  const low =
    midnight +
    Number(hours) * 3_600_000 +
    (Number(minutes) - offset) * 60_000 +
    Number(seconds ?? 0) * 1000 +
    (fraction === undefined ? 0 : Math.floor(Number(`0.${fraction}`) * 1000 + 1e-6));
  const length = seconds === undefined ? 60_000 : fraction === undefined ? 1000 : 1;
  return { low, high: low + length - 1 };
}

function lastDay(year: number, month: number): number {
  if (month === 1) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 3 || month === 5 || month === 8 || month === 10 ? 30 : 31;
}

function utc(year: number, month: number, day: number): number {
  return year >= 100 ? Date.UTC(year, month, day) : new Date(0).setUTCFullYear(year, month, day);
}

const NUMBER = /^[+-]?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * A number as a search says it, with the stretch its digits leave open: `100` is 99.5 up to but not 100.5, `1.00` is 0.995 to
 * 1.005, `1e2` is 50 to 150. Null where it is none.
 */
export function numberRange(text: string): (Range & { readonly value: number }) | null {
  const part = NUMBER.exec(text);
  if (part === null) return null;
  const value = Number(text);
  if (!Number.isFinite(value)) return null;
  const half = 0.5 * 10 ** (Number(part[3] ?? 0) - (part[2] ?? '').length);
  return { value, low: value - half, high: below(value + half) };
}

const float = new Float64Array(1);
const bits = new BigInt64Array(float.buffer);

/** The next number below. */
export function below(value: number): number {
  return -above(-value);
}

/** The next number above. */
export function above(value: number): number {
  if (value === 0) return Number.MIN_VALUE;
  if (!Number.isFinite(value)) return value;
  float[0] = value;
  bits[0]! += value > 0 ? 1n : -1n;
  return float[0]!;
}
