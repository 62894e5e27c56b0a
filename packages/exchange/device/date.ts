/** The order in which day and month stand in dates such as 01/02/2024. */
export type DateOrder = 'day-first' | 'month-first';

/** A date and time as written. Local times are ms as if the wall clock were UTC; `offset` in minutes where it was written. */
export type WrittenTime =
  | { readonly kind: 'time'; readonly local: number; readonly offset: number | null; readonly hasTime: boolean }
  /** Day and month could be either way round; both readings. */
  | { readonly kind: 'either'; readonly dayFirst: number; readonly monthFirst: number; readonly hasTime: boolean }
  | { readonly kind: 'unreadable' };

const UNREADABLE = { kind: 'unreadable' } as const;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const YEAR_FIRST = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ,]+(.*))?$/;
const YEAR_LAST = /^(\d{1,2})([-/. ])(\d{1,2})\2(\d{4})(?:[T ,]+(.*))?$/;
const NAMED_MONTH = /^(\d{1,2})[-/ .]([A-Za-z]{3,9})\.?[-/ ,.]+(\d{4})(?:[T ,]+(.*))?$/;
const MONTH_NAMED_FIRST = /^([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})(?:[T ,]+(.*))?$/;
const CLOCK =
  /^(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp]\.?[Mm]\.?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$/;

/**
 * Reads a date and time in the forms devices write: ISO 8601, 2024/01/31, 31.01.2024, 31-Jan-2024, Jan 31, 2024,
 * 12 and 24 hour clocks, epoch seconds or milliseconds. Dates with dots are day-first; other numeric dates with the year
 * last are `either` unless a number above 12 settles it.
 */
export function readTime(text: string): WrittenTime {
  const exact = readExact(text);
  if (exact !== null) return exact;
  const written = text.trim();
  if (/^\d{10}(\.\d+)?$/.test(written)) return epoch(Number(written) * 1000);
  if (/^\d{13}$/.test(written)) return epoch(Number(written));
  let match = YEAR_FIRST.exec(written);
  if (match) return assemble(Number(match[1]), Number(match[2]), Number(match[3]), match[4]);
  match = YEAR_LAST.exec(written);
  if (match) {
    const year = Number(match[4]);
    const first = Number(match[1]);
    const second = Number(match[3]);
    if (match[2] === '.' || first > 12) return assemble(year, second, first, match[5]);
    if (second > 12) return assemble(year, first, second, match[5]);
    const dayFirst = assemble(year, second, first, match[5]);
    const monthFirst = assemble(year, first, second, match[5]);
    if (dayFirst.kind !== 'time' || monthFirst.kind !== 'time') return UNREADABLE;
    if (first === second) return dayFirst;
    return { kind: 'either', dayFirst: dayFirst.local, monthFirst: monthFirst.local, hasTime: dayFirst.hasTime };
  }
  match = NAMED_MONTH.exec(written);
  if (match) return assemble(Number(match[3]), monthNumber(match[2]!), Number(match[1]), match[4]);
  match = MONTH_NAMED_FIRST.exec(written);
  if (match) return assemble(Number(match[3]), monthNumber(match[1]!), Number(match[2]), match[4]);
  return UNREADABLE;
}

/** Whether the year stands last, so that day and month may be either way round. */
export function isYearLast(text: string): boolean {
  return YEAR_LAST.test(text.trim());
}

/** Whether a date with both numbers up to 12 stood first-above-12 or second-above-12 somewhere: evidence of the order. */
export function orderShownBy(text: string): DateOrder | null {
  const match = YEAR_LAST.exec(text.trim());
  if (!match || match[2] === '.') return null;
  if (Number(match[1]) > 12) return 'day-first';
  return Number(match[3]) > 12 ? 'month-first' : null;
}

/**
 * Settles the order of day and month for a whole column, or null where the data leave it open. Evidence: a number above
 * 12; else readings that run on over midnight, which only the true order makes neighbours.
 */
export function settleOrder(texts: Iterable<string>): DateOrder | null {
  const votes = { 'day-first': 0, 'month-first': 0 };
  const runs = { 'day-first': 0, 'month-first': 0 };
  let last: { readonly dayFirst: number; readonly monthFirst: number } | null = null;
  for (const text of texts) {
    const shown = orderShownBy(text);
    if (shown) votes[shown]++;
    const time = readTime(text);
    if (time.kind === 'unreadable') continue;
    const both = time.kind === 'either' ? time : { dayFirst: time.local, monthFirst: time.local };
    if (last) {
      if (neighbours(last.dayFirst, both.dayFirst)) runs['day-first']++;
      if (neighbours(last.monthFirst, both.monthFirst)) runs['month-first']++;
    }
    last = both;
  }
  if (votes['day-first'] > 0 !== votes['month-first'] > 0) return votes['day-first'] > 0 ? 'day-first' : 'month-first';
  if (votes['day-first'] > 0) return null;
  if (runs['day-first'] > 0 !== runs['month-first'] > 0) return runs['day-first'] > 0 ? 'day-first' : 'month-first';
  return null;
}

const DASH = 0x2d;
const COLON = 0x3a;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** `2024-01-31T08:00:00Z`, with up to three digits of a fraction, digit by digit: what nearly all feeds write; null for all else. */
function readExact(text: string): WrittenTime | null {
  const { length } = text;
  if (length < 20 || length > 24 || text.charCodeAt(length - 1) !== 0x5a || text.charCodeAt(10) !== 0x54) return null;
  const at = (i: number) => text.charCodeAt(i);
  if (at(4) !== DASH || at(7) !== DASH || at(13) !== COLON || at(16) !== COLON) return null;
  if (length > 20 && at(19) !== 0x2e) return null;
  if (length === 21) return null;
  const [year, month, day] = [digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10)];
  const [hour, minute, second] = [digits(text, 11, 13), digits(text, 14, 16), digits(text, 17, 19)];
  const fraction = length === 20 ? 0 : digits(text, 20, length - 1) * 10 ** (24 - length);
  const some = year + month + day + hour + minute + second + fraction;
  if (Number.isNaN(some) || year < 1900 || year > 2199 || month < 1 || month > 12 || day < 1) return null;
  if (day > DAYS[month - 1]! || hour > 23 || minute > 59 || second > 59) return null;
  const local = Date.UTC(year, month - 1, day, hour, minute, second, fraction);
  return { kind: 'time', local, offset: 0, hasTime: true };
}

/** The number of these places; NaN where any is no digit. */
function digits(text: string, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

function neighbours(a: number, b: number): boolean {
  const day = 86_400_000;
  return Math.floor(a / day) !== Math.floor(b / day) && Math.abs(b - a) <= 3_600_000;
}

function epoch(ms: number): WrittenTime {
  return { kind: 'time', local: ms, offset: 0, hasTime: true };
}

function monthNumber(word: string): number {
  return MONTHS.indexOf(word.slice(0, 3).toLowerCase()) + 1;
}

function assemble(year: number, month: number, day: number, rest: string | undefined): WrittenTime {
  if (year < 1900 || year > 2199 || month < 1 || month > 12 || day < 1) return UNREADABLE;
  const date = Date.UTC(year, month - 1, day);
  if (new Date(date).getUTCDate() !== day) return UNREADABLE;
  if (rest === undefined || rest === '') return { kind: 'time', local: date, offset: null, hasTime: false };
  const clock = CLOCK.exec(rest.trim());
  if (!clock) return UNREADABLE;
  let hour = Number(clock[1]);
  const half = clock[5]?.[0]?.toLowerCase();
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return UNREADABLE;
    hour = (hour % 12) + (half === 'p' ? 12 : 0);
  }
  const minute = Number(clock[2]);
  const second = Number(clock[3] ?? 0);
  if (hour > 23 || minute > 59 || second > 59) return UNREADABLE;
  const milliseconds = clock[4] === undefined ? 0 : Math.floor(Number(`0.${clock[4]}`) * 1000);
  const zone = clock[6];
  let offset: number | null = null;
  if (zone !== undefined) {
    const parts = /([+-])(\d{2}):?(\d{2})/.exec(zone);
    offset = parts ? (parts[1] === '-' ? -1 : 1) * (Number(parts[2]) * 60 + Number(parts[3])) : 0;
  }
  const local = date + hour * 3_600_000 + minute * 60_000 + second * 1000 + milliseconds;
  return { kind: 'time', local, offset, hasTime: true };
}
