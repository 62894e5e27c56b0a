import type { Draft } from './draft.ts';
import { all, one, type XmlElement } from './xml.ts';

/** HL7 version 3 TS: digits as far as the time is known, then the offset. */
const FORM = /^(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?(?:\.(\d+))?\s*(Z|[+-]\d{1,4}|[+-]\d{2}:\d{2})?$/;
/** The form of ISO 8601 that some systems write instead. */
const EXTENDED =
  /^(\d{4})-(\d{2})(?:-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?\s*(Z|[+-]\d{2}:?\d{2})?)?)?$/;

/** The time in an attribute, as FHIR dateTime at the precision it has; undefined where there is none or it cannot be read. */
export function dateTime(draft: Draft, element: XmlElement | undefined, name = 'value'): string | undefined {
  const text = element?.attributes[name]?.trim();
  if (element === undefined) return undefined;
  draft.use(element);
  if (text === undefined || text === '') return undefined;
  const plain = FORM.exec(text);
  const part = plain ?? EXTENDED.exec(text);
  if (part === null) {
    draft.refuse(element, 'ccda-time-invalid', `"${clip(text)}" is no time`);
    return undefined;
  }
  if (plain === null) draft.note('ccda-time-form', `"${text}" is read as it stands`, element);
  const [, year, month, day, hour, minute, second, fraction, zone] = part as unknown as [
    string,
    string,
    ...(string | undefined)[],
  ];
  const date = [year, month, day].filter((each) => each !== undefined).join('-');
  if (!validDate(Number(year), Number(month ?? 1), Number(day ?? 1))) {
    draft.refuse(element, 'ccda-time-invalid', `"${text}" is no day of the calendar`);
    return undefined;
  }
  if (hour === undefined || day === undefined) return date;
  if (Number(hour) > 23 || Number(minute ?? 0) > 59 || Number(second ?? 0) > 59) {
    draft.refuse(element, 'ccda-time-invalid', `"${text}" is no time of day`);
    return undefined;
  }
  if (minute === undefined) {
    draft.note('ccda-time-cut', `"${text}" is precise to the hour`, element);
    return date;
  }
  const clock = `${date}T${hour}:${minute}:${second ?? '00'}${fraction === undefined ? '' : `.${fraction}`}`;
  if (zone !== undefined) {
    const offset = offsetText(zone);
    if (offset !== undefined) return clock + offset;
    draft.note('ccda-time-invalid', `"${text}" has no valid offset`, element);
    return date;
  }
  const local = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second ?? 0),
  );
  const meaning = draft.conversion.zone?.meaning(local);
  if (meaning?.kind === 'once') return clock + offsetOf(meaning.offset);
  const why =
    meaning === undefined ? 'has no offset' : `exists ${meaning.kind === 'twice' ? 'twice' : 'never'} in the zone`;
  draft.note('ccda-zone-missing', `"${text}" ${why}`, element);
  return date;
}

/** The day of a time, for FHIR date. */
export function dateOnly(draft: Draft, element: XmlElement | undefined): string | undefined {
  return dateTime(draft, element)?.slice(0, 10);
}

/** A time to the second for FHIR instant; undefined where it is known only to the day. */
export function instantOf(draft: Draft, element: XmlElement | undefined): string | undefined {
  const text = dateTime(draft, element);
  return text?.includes('T') ? text : undefined;
}

export interface Interval {
  /** The point, where the interval is one. */
  readonly point?: string;
  readonly start?: string;
  readonly end?: string;
  /** Null flavour of the end: it is over, or goes on, at a time that is not known. */
  readonly endFlavor?: string;
}

/** TS or IVL_TS: a point, or what is known of start and end. */
export function interval(draft: Draft, element: XmlElement | undefined): Interval {
  if (element === undefined) return {};
  const own = dateTime(draft, element);
  const low = one(element, 'low');
  const high = one(element, 'high');
  const start = dateTime(draft, low);
  let end = dateTime(draft, high);
  const centre = dateTime(draft, one(element, 'center'));
  const point = own ?? (start === undefined && end === undefined ? centre : undefined);
  if (start !== undefined && end !== undefined && after(start, end)) {
    draft.refuse(high!, 'ccda-period-reversed', `${end} is before ${start}`);
    end = undefined;
  }
  const flavor = high?.attributes.nullFlavor;
  return {
    ...(point === undefined ? {} : { point }),
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    ...(flavor === undefined ? {} : { endFlavor: flavor }),
  };
}

/** Whether one FHIR dateTime is surely after another. */
function after(a: string, b: string): boolean {
  const length = Math.min(a.length, b.length);
  if (length <= 10) return a.slice(0, length) > b.slice(0, length);
  return Date.parse(a) > Date.parse(b);
}

/** Period of an interval; a point is a period of its own. */
export function period(draft: Draft, element: XmlElement | undefined): { start?: string; end?: string } | undefined {
  const { point, start = point, end = point } = interval(draft, element);
  if (start === undefined && end === undefined) return undefined;
  return { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
}

/** `stem`DateTime or `stem`Period, as fits. */
export function timing(draft: Draft, element: XmlElement | undefined, stem: string): { [name: string]: unknown } {
  const { point, start, end } = interval(draft, element);
  if (point !== undefined) return { [`${stem}DateTime`]: point };
  if (start !== undefined && start === end) return { [`${stem}DateTime`]: start };
  if (start === undefined && end === undefined) return {};
  return { [`${stem}Period`]: { start, end } };
}

/** The earliest time of the authors of a statement. */
export function authored(draft: Draft, element: XmlElement): string | undefined {
  const times = all(element, 'author').flatMap((author) => {
    const time = one(author, 'time');
    return dateTime(draft, time) ?? dateTime(draft, one(time, 'low')) ?? [];
  });
  return times.reduce<string | undefined>(
    (first, time) => (first === undefined || after(first, time) ? time : first),
    undefined,
  );
}

function validDate(year: number, month: number, day: number): boolean {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return month >= 1 && month <= 12 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function offsetText(zone: string): string | undefined {
  if (zone === 'Z') return 'Z';
  const digits = zone.slice(1).replace(':', '');
  const hours = Number(digits.length <= 2 ? digits : digits.slice(0, -2));
  const minutes = Number(digits.length <= 2 ? 0 : digits.slice(-2));
  if (hours > 14 || minutes > 59 || hours * 60 + minutes > 840) return undefined;
  return offsetOf((zone[0] === '-' ? -1 : 1) * (hours * 60 + minutes));
}

function offsetOf(minutes: number): string {
  const size = Math.abs(minutes);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
