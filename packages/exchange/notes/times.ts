import { NUMBER, numberOf, type Tokens } from './tokens.ts';

/** A time a sentence names, in milliseconds of the local clock as if it were UTC; both null where it cannot be settled. */
export interface TimeMention {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly kind: 'point' | 'since' | 'during';
  readonly start: number | null;
  readonly end: number | null;
  /** Day and month could be either way round. */
  readonly ambiguous?: boolean;
}

const DAY = 86_400_000;
const HOUR = 3_600_000;
/** Units of stretches; the last figure is in milliseconds. Months and years are taken as 30 and 365 days. */
const STRETCHES: Readonly<Record<string, number>> = Object.fromEntries(
  (
    [
      ['minute minutes min mins', 60_000],
      ['hour hours hr hrs h', HOUR],
      ['day days d', DAY],
      ['week weeks wk wks', 7 * DAY],
      ['month months mo mos', 30 * DAY],
      ['year years yr yrs', 365 * DAY],
    ] as const
  ).flatMap(([words, length]) => words.split(' ').map((word) => [word, length])),
);
const COUNTS: Readonly<Record<string, number>> = Object.fromEntries(
  'one two three four five six seven eight nine ten eleven twelve'.split(' ').map((word, i) => [word, i + 1]),
);
const MONTHS: Readonly<Record<string, number>> = Object.fromEntries(
  'january february march april may june july august september october november december'
    .split(' ')
    .flatMap((name, i) => [[name, i], [name.slice(0, 3), i], ...(name === 'september' ? [['sept', i]] : [])]),
);
/** Words and the names of months and numbers that a time may begin with; figures may too. */
export const TIME_WORDS: readonly string[] = [
  ...'yesterday today tonight last since for x in on pod hd this a'.split(' '),
  ...Object.keys(COUNTS),
  ...Object.keys(MONTHS),
];

/** Length of a stretch by its word; undefined where it is none. */
export function stretchOf(word: string | undefined): number | undefined {
  return word !== undefined && Object.hasOwn(STRETCHES, word) ? STRETCHES[word] : undefined;
}

export function countAt(tokens: Tokens, i: number): number {
  const word = tokens.word[i];
  if (word === 'a' || word === 'an') return 1;
  return word !== undefined && Object.hasOwn(COUNTS, word) ? COUNTS[word]! : numberOf(tokens, i);
}

/** Times named between two tokens. `now` is the local time of the note, null where it has none. */
export function findTimes(
  tokens: Tokens,
  from: number,
  to: number,
  now: number | null,
  order: 'day-first' | 'month-first' | undefined,
  mayBegin: (token: number) => boolean,
): readonly TimeMention[] {
  const found: TimeMention[] = [];
  for (let i = from; i < to; i++) {
    if (!mayBegin(i)) continue;
    const mention = timeAt(tokens, i, to, now, order);
    if (mention === null) continue;
    found.push(mention);
    i = mention.to - 1;
  }
  return found;
}

function timeAt(
  tokens: Tokens,
  i: number,
  limit: number,
  now: number | null,
  order: 'day-first' | 'month-first' | undefined,
): TimeMention | null {
  const { word } = tokens;
  const say = (to: number, kind: TimeMention['kind'], start: number | null, end: number | null): TimeMention => ({
    from: i,
    to,
    text: tokens.text.slice(tokens.start[i], tokens.end[to - 1]),
    kind,
    start,
    end,
  });
  const midnight = now === null ? null : Math.floor(now / DAY) * DAY;
  const dayBefore = (days: number) => (midnight === null ? null : midnight - days * DAY);
  const named = (at: number): readonly [number | null, number | null, number] | null => {
    if (word[at] === 'yesterday') return [dayBefore(1), dayBefore(0), at + 1];
    if (word[at] === 'today' || word[at] === 'tonight') return [dayBefore(0), dayBefore(-1), at + 1];
    if (word[at] === 'this' && /^(morning|afternoon|evening)$/.test(word[at + 1] ?? ''))
      return [dayBefore(0), dayBefore(-1), at + 2];
    const length = word[at] === 'last' ? (word[at + 1] === 'night' ? DAY : stretchOf(word[at + 1])) : undefined;
    if (length === undefined || at + 1 >= limit) return null;
    return midnight === null ? [null, null, at + 2] : [midnight - 2 * length + DAY, midnight - length + DAY, at + 2];
  };
  if (word[i] === 'since') {
    const since = named(i + 1);
    if (since !== null) return say(since[2], 'since', since[0], now);
    const date = dateAt(tokens, i + 1, limit, now, order);
    return date === null
      ? null
      : { ...say(date.to, 'since', date.start, now), ...(date.ambiguous && { ambiguous: true }) };
  }
  const plain = named(i);
  if (plain !== null) return say(plain[2], 'point', plain[0], plain[1]);
  if (/^(pod|hd)$/.test(word[i]!)) {
    const at = word[i + 1] === '#' ? i + 2 : i + 1;
    const days = numberOf(tokens, at);
    return Number.isInteger(days) && at < limit ? say(at + 1, 'point', dayBefore(days), dayBefore(days - 1)) : null;
  }
  const lead = /^(for|x|in)$/.test(word[i]!) ? 1 : 0;
  const past = word[i + lead] === 'the' && /^(past|last)$/.test(word[i + lead + 1] ?? '') ? 2 : 0;
  const at = i + lead + past;
  const count = countAt(tokens, at);
  if (count > 0 && at + 1 < limit) {
    const dash = word[at + 1] === '-' && stretchOf(word[at + 2]) !== undefined ? 1 : 0;
    const length = stretchOf(word[at + 1 + dash]);
    if (length !== undefined) {
      const end = at + 2 + dash;
      const start = now === null ? null : now - count * length;
      if (word[end] === 'ago' && end < limit) {
        const day = start === null ? null : Math.floor(start / DAY) * DAY;
        return length >= DAY
          ? say(end + 1, 'point', day, day === null ? null : day + DAY)
          : say(end + 1, 'point', start, start);
      }
      if (past > 0 || (lead === 1 && word[i] !== 'in') || (word[end] === 'history' && end < limit))
        return say(end, 'during', start, now);
    }
  }
  if (word[i] === 'in' && /^(19|20)\d\d$/.test(word[i + 1] ?? '') && i + 1 < limit) {
    const year = Number(word[i + 1]);
    return say(i + 2, 'point', Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1));
  }
  const date = dateAt(tokens, word[i] === 'on' || word[i] === 'in' ? i + 1 : i, limit, now, order);
  return date === null
    ? null
    : {
        ...say(date.to, 'point', date.start, date.start === null ? null : date.end),
        ...(date.ambiguous && { ambiguous: true }),
      };
}

interface ReadDate {
  readonly to: number;
  readonly start: number | null;
  readonly end: number;
  readonly ambiguous?: boolean;
}

/** A calendar date: 2024-01-31, 31.01.2024, 1/31/2024, 1/31, Jan 31 2024, 31 January 2024. Without a year, the last such day before the note. */
export function dateAt(
  tokens: Tokens,
  i: number,
  limit: number,
  now: number | null,
  order: 'day-first' | 'month-first' | undefined,
): ReadDate | null {
  const { word, kind } = tokens;
  if (i >= limit) return null;
  const month = Object.hasOwn(MONTHS, word[i]!) ? MONTHS[word[i]!] : undefined;
  if (month !== undefined) {
    const day = numberOf(tokens, i + 1);
    if (!(day >= 1 && day <= 31) || !Number.isInteger(day)) return null;
    const comma = word[i + 2] === ',' ? i + 3 : i + 2;
    const year = /^(19|20)\d\d$/.test(word[comma] ?? '') ? Number(word[comma]) : null;
    return calendarDay(year, month, day, year === null ? i + 2 : comma + 1, now);
  }
  if (kind[i] !== NUMBER) return null;
  const after = Object.hasOwn(MONTHS, word[i + 1] ?? '') ? MONTHS[word[i + 1]!] : undefined;
  if (after !== undefined && /^\d{1,2}$/.test(word[i]!)) {
    const year = /^(19|20)\d\d$/.test(word[i + 2] ?? '') ? Number(word[i + 2]) : null;
    return calendarDay(year, after, Number(word[i]), year === null ? i + 2 : i + 3, now);
  }
  const mark = word[i + 1];
  if ((mark === '-' || mark === '/') && /^(19|20)\d\d$/.test(word[i]!) && word[i + 3] === mark) {
    return calendarDay(Number(word[i]), Number(word[i + 2]) - 1, Number(word[i + 4]), i + 5, now);
  }
  if (mark !== '/' || !/^\d{1,2}$/.test(word[i]!) || !/^\d{1,2}$/.test(word[i + 2] ?? '')) return null;
  const third = word[i + 3] === '/' && /^(\d\d|(19|20)\d\d)$/.test(word[i + 4] ?? '') ? Number(word[i + 4]) : null;
  // Without a year and without a word before it, 120/80 and 3/10 look alike: only `on 1/31` is taken for a date.
  if (third === null && !/^(on|since|from|of|dated)$/.test(word[i - 1] ?? '')) return null;
  const [a, b] = [Number(word[i]), Number(word[i + 2])];
  const to = third === null ? i + 3 : i + 5;
  if (a > 12 && b > 12) return null;
  if (a <= 12 && b <= 12 && a !== b && order === undefined) return { to, start: null, end: 0, ambiguous: true };
  const dayFirst = a > 12 || (b <= 12 && order === 'day-first');
  const year = third === null ? null : third < 100 ? 2000 + third : third;
  return calendarDay(year, (dayFirst ? b : a) - 1, dayFirst ? a : b, to, now);
}

function calendarDay(year: number | null, month: number, day: number, to: number, now: number | null): ReadDate | null {
  if (!(month >= 0 && month <= 11 && day >= 1 && day <= 31)) return null;
  if (year === null && now === null) return { to, start: null, end: 0 };
  let start = Date.UTC(year ?? new Date(now!).getUTCFullYear(), month, day);
  if (year === null && start > now!) start = Date.UTC(new Date(now!).getUTCFullYear() - 1, month, day);
  return new Date(start).getUTCDate() === day ? { to, start, end: start + DAY } : null;
}

/** The time that stands nearest to a finding in its sentence, within it excluded. */
export function nearestTime(times: readonly TimeMention[], from: number, to: number): TimeMention | null {
  let best: TimeMention | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const time of times) {
    const distance = time.from >= to ? time.from - to : from - time.to;
    if (distance >= 0 && distance < least) {
      best = time;
      least = distance;
    }
  }
  return best;
}
