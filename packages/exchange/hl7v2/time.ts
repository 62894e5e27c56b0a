import { parseZone, type Zone } from '../device/zone.ts';

/** How the times of a message without an offset are meant. */
export interface Clock {
  /** Offset that MSH-7 states for the whole message (`+02:00`); '' where it states none. */
  readonly offset: string;
  /** The zone a person gave for the source. */
  readonly zone: Zone | null;
}

export type ReadDate =
  | { readonly kind: 'date'; readonly text: string }
  /** A point in time, or, where `local`, a time of day whose zone nobody stated. */
  | { readonly kind: 'time'; readonly text: string; readonly local: boolean }
  | { readonly kind: 'never' | 'twice' | 'unreadable' };

const DTM = /^(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:\.(\d{1,9}))?)?)?)?)?)?([+-]\d{4})?$/;
const NO_OFFSET = '';

/** The offset a time stamp ends with, as FHIR writes it; '' where it has none. */
export function offsetOf(stamp: string): string {
  const found = /([+-])(\d{2})(\d{2})$/.exec(stamp);
  if (found === null || !DTM.test(stamp)) return NO_OFFSET;
  const [, sign, hours, minutes] = found;
  return Number(hours) <= 14 && Number(minutes) < 60 ? `${sign}${hours}:${minutes}` : NO_OFFSET;
}

/**
 * Reads a DT, DTM or TS: as much of `YYYYMMDDHHMMSS.SSSS+ZZZZ` as there is. Minutes without seconds count as the full
 * minute; an hour alone is known to the day only, since FHIR has no such precision. The offset: its own, else that of
 * MSH-7, else the zone a person gave.
 */
export function readStamp(stamp: string, clock: Clock): ReadDate {
  if (stamp !== last.stamp || clock !== last.clock) last = { stamp, clock, read: read(stamp, clock) };
  return last.read;
}

/** The stamp read last: the segments of a message often bear the same. */
let last: { readonly stamp: string; readonly clock: Clock | null; readonly read: ReadDate } = {
  stamp: '',
  clock: null,
  read: { kind: 'unreadable' },
};

function read(stamp: string, clock: Clock): ReadDate {
  const part = DTM.exec(stamp);
  if (part === null) return { kind: 'unreadable' };
  const [, year, month, day, hour, minute, second = '00', fraction] = part;
  if (month === undefined) return { kind: 'date', text: year! };
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day ?? 1)));
  if (date.getUTCMonth() !== Number(month) - 1) return { kind: 'unreadable' };
  if (day === undefined) return { kind: 'date', text: `${year}-${month}` };
  const whole = `${year}-${month}-${day}`;
  if (hour === undefined || minute === undefined) {
    return Number(hour ?? 0) > 23 ? { kind: 'unreadable' } : { kind: 'date', text: whole };
  }
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return { kind: 'unreadable' };
  const text = `${whole}T${hour}:${minute}:${second}${fraction === undefined ? '' : `.${fraction}`}`;
  if (part[8] !== undefined) {
    const own = offsetOf(stamp);
    return own === NO_OFFSET ? { kind: 'unreadable' } : { kind: 'time', text: `${text}${own}`, local: false };
  }
  if (clock.offset !== NO_OFFSET) return { kind: 'time', text: `${text}${clock.offset}`, local: false };
  if (clock.zone === null) return { kind: 'time', text, local: true };
  const meaning = clock.zone.meaning(
    date.getTime() + Number(hour) * 3_600_000 + Number(minute) * 60_000 + Number(second) * 1000,
  );
  if (meaning.kind !== 'once') return { kind: meaning.kind };
  return { kind: 'time', text: `${text}${offsetText(meaning.offset)}`, local: false };
}

/** HL7's form of a FHIR date or time (`20240131130500+0100`). */
export function stampOf(text: string): string {
  return text.replace(/Z$/, '+0000').replace(/[-:T](?=.*)/g, (c, at: number) => (at > 10 && c === '-' ? '-' : ''));
}

/** A zone as the door takes it; null where the name is none. */
export function zoneNamed(name: string): Zone | null {
  return parseZone(name);
}

function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
