/** What a wall-clock reading can mean in a zone. Local times are milliseconds as if the wall clock were UTC. */
export type LocalMeaning =
  | { readonly kind: 'once'; readonly offset: number }
  /** The hour that a backward change of the clocks repeats: the earlier pass has the larger offset. */
  | { readonly kind: 'twice'; readonly first: number; readonly second: number }
  /** The hour that a forward change skips: no such time; offsets before and after. */
  | { readonly kind: 'never'; readonly before: number; readonly after: number };

/** A zone: from local wall-clock times to offsets east of UTC in minutes. */
export interface Zone {
  readonly name: string;
  meaning(local: number): LocalMeaning;
  /** Offset east of UTC, minutes, at an instant (ms). */
  offsetAt(utc: number): number;
}

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Reads `Europe/Berlin`, `UTC`, `Z`, `+02:00`, `-0530`, `UTC+2`; null where it is none of these. */
export function parseZone(text: string): Zone | null {
  const fixed = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?$/i.exec(text.trim());
  if (fixed) {
    const minutes = (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3] ?? 0));
    return Math.abs(minutes) <= 18 * 60 && Number(fixed[3] ?? 0) < 60 ? fixedZone(text.trim(), minutes) : null;
  }
  if (/^(Z|UTC|GMT)$/i.test(text.trim())) return fixedZone('UTC', 0);
  try {
    return namedZone(text.trim());
  } catch {
    return null;
  }
}

function fixedZone(name: string, offset: number): Zone {
  return { name, meaning: () => ({ kind: 'once', offset }), offsetAt: () => offset };
}

/** Throws RangeError for a name the IANA database lacks. */
function namedZone(name: string): Zone {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    era: 'short',
  });
  const measure = (utc: number): number => {
    const part: Record<string, string> = {};
    for (const { type, value } of format.formatToParts(utc)) part[type] = value;
    const year = part.era === 'BC' ? 1 - Number(part.year) : Number(part.year);
    const local = Date.UTC(
      year,
      Number(part.month) - 1,
      Number(part.day),
      Number(part.hour),
      Number(part.minute),
      Number(part.second),
    );
    return Math.round((local - Math.floor(utc / 1000) * 1000) / MINUTE);
  };
  // Zones change at most a few times a year: one measurement a day, and a bisection on the days that differ.
  const byDay = new Map<number, number>();
  const atDay = (day: number): number => {
    let offset = byDay.get(day);
    if (offset === undefined) {
      offset = measure(day * DAY);
      byDay.set(day, offset);
    }
    return offset;
  };
  const changes = new Map<number, number>();
  const changeIn = (day: number): number => {
    let at = changes.get(day);
    if (at === undefined) {
      let low = day * DAY;
      let high = low + DAY;
      const before = atDay(day);
      while (high - low > 1000) {
        const middle = Math.floor((low + high) / 2000) * 1000;
        if (measure(middle) === before) low = middle;
        else high = middle;
      }
      at = high;
      changes.set(day, at);
    }
    return at;
  };
  const offsetAt = (utc: number): number => {
    const day = Math.floor(utc / DAY);
    const before = atDay(day);
    const after = atDay(day + 1);
    return before === after || utc < changeIn(day) ? before : after;
  };
  const meaning = (local: number): LocalMeaning => {
    const before = offsetAt(local - DAY);
    const after = offsetAt(local + DAY);
    const fits = (offset: number) => offsetAt(local - offset * MINUTE) === offset;
    const first = fits(before);
    if (before === after) return { kind: 'once', offset: before };
    const second = fits(after);
    if (first && second) return { kind: 'twice', first: before, second: after };
    if (first) return { kind: 'once', offset: before };
    if (second) return { kind: 'once', offset: after };
    return { kind: 'never', before, after };
  };
  return { name, meaning, offsetAt };
}
