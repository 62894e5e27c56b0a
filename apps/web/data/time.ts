import { strings } from '../strings.data.ts';

export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

/** Writes instants in one local time: the offset of the patient's records, else the reader's own zone. */
export interface LocalTime {
  /** Minutes east of UTC at an instant. */
  offset(at: number): number;
  time(at: number): string;
  day(at: number): string;
  dayAndTime(at: number): string;
  /** `2026-05-04T14:05+02:00`, for files. */
  iso(at: number): string;
  /** What to call it: `UTC+02:00`. */
  readonly name: string;
}

function offsetName(minutes: number): string {
  const size = Math.abs(minutes);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

const format = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(strings.locale, { timeZone: 'UTC', ...options });
const TIME = format({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const DAY_FORMAT = format({ weekday: 'short', day: 'numeric', month: 'short' });

/** `offset` in minutes east of UTC as the records wrote it; null takes the reader's zone. */
export function localTime(offset: number | null): LocalTime {
  const at = (ms: number) => offset ?? -new Date(ms).getTimezoneOffset();
  const shifted = (ms: number) => ms + at(ms) * MINUTE;
  const time = (ms: number) => TIME.format(shifted(ms));
  const day = (ms: number) => DAY_FORMAT.format(shifted(ms));
  return {
    offset: at,
    time,
    day,
    dayAndTime: (ms) => `${day(ms)}, ${time(ms)}`,
    iso: (ms) => `${new Date(shifted(ms)).toISOString().slice(0, 19)}${offsetName(at(ms))}`,
    name: `UTC${offsetName(offset ?? at(Date.now()))}`,
  };
}

/** How old, for people: never shown younger than it is. */
export function ageText(ms: number): string {
  return durationText(Math.ceil(ms / MINUTE) * MINUTE);
}

/** "3 min", "2 h 5 min", "4 d": how long, for people. */
export function durationText(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / MINUTE));
  if (minutes < 60) return strings.time.minutes(minutes);
  if (minutes < 48 * 60) return strings.time.hours(Math.floor(minutes / 60), minutes % 60);
  return strings.time.days(Math.floor(minutes / (24 * 60)));
}
