import type { Problem } from '@gemel/core/error';
import type { RawTime } from '@gemel/core/raw';
import type { Zone } from '../device/zone.ts';
import type { DoorOptions } from '../door.ts';
import { exchangeErrors } from '../errors.data.ts';
import { readDateTime } from '../fhir/datetime.ts';
import { noteErrors } from './errors.data.ts';
import { dateAt } from './times.ts';
import { tokenize } from './tokens.ts';

/** Whose a note is and when it was written. */
export interface NoteHeader {
  readonly subject: string | null;
  readonly time: RawTime | null;
  /** The note's own clock, milliseconds as if it were UTC; null where nothing says. */
  readonly localTime: number | null;
  readonly problems: readonly Problem[];
}

/** Lines that are looked through for `Subject:` and `Date:`. */
const LINES = 25;
const SUBJECT =
  /^\s*(?:subject|patient id|patient identifier|mrn|medical record number|patient number|pid)\s*[:#]\s*([^\s[*_][^\n]{0,80}?)\s*$/i;
const DATE =
  /^\s*(?:date|date of service|note date|date\/time|date and time|written|dictated|visit date|date of visit|encounter date|service date|dos|time|created)\s*:\s*(\S[^\n]{3,60})$/i;
const CLOCK = /(?:^|[T\s,])(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(am|pm|a\.m\.|p\.m\.)?\s*(Z|[+-]\d{2}:?\d{2})?\s*$/i;

/** Reads the head of a note; what the person gave comes first. Two statements of the subject that disagree refuse the note. */
export function readHeader(text: string, options: DoorOptions, zone: Zone | null): NoteHeader {
  const problems: Problem[] = [];
  const where = { file: options.name, element: 'note' };
  const lines = text.slice(0, 4000).split(/\r\n|\r|\n/, LINES);
  const named = lines.map((line) => SUBJECT.exec(line)?.[1]).find((each) => each !== undefined);
  if (named === undefined && options.subject === undefined)
    problems.push(
      exchangeErrors.problem('exchange-subject-missing', `${options.name} does not say whose it is.`, where),
    );
  const { start } = options;
  if (start !== undefined) {
    const offset = zone === null ? null : zone.offsetAt(start);
    return {
      subject: options.subject ?? named ?? null,
      time: { start, offset },
      localTime: start + (offset ?? 0) * 60_000,
      problems,
    };
  }
  const written = lines.map((line) => DATE.exec(line)?.[1]).find((each) => each !== undefined && /\d/.test(each));
  const iso = written === undefined ? null : isoOf(written, options.dates);
  if (iso === 'ambiguous') {
    problems.push(exchangeErrors.problem('exchange-date-ambiguous', `“${written}” could be either way round.`, where));
    return { subject: options.subject ?? named ?? null, time: null, localTime: null, problems };
  }
  const read = iso === null ? null : readDateTime(iso, zone);
  if (read === null || read.kind === 'unreadable') {
    const problem =
      read === null || read.code === 'fhir-time-invalid'
        ? noteErrors.problem('note-time-missing', `${options.name} does not say when it was written.`, where)
        : exchangeErrors.problem(read.code, `${options.name}: ${read.message}.`, where);
    problems.push(problem);
    return { subject: options.subject ?? named ?? null, time: null, localTime: null, problems };
  }
  const begin = read.kind === 'point' ? read.at : read.start;
  const time: RawTime = { start: begin, offset: read.offset, ...(read.kind === 'span' && { end: read.end }) };
  return { subject: options.subject ?? named ?? null, time, localTime: begin + (read.offset ?? 0) * 60_000, problems };
}

/** A date with or without a time of day in ISO 8601. */
function isoOf(written: string, dates: DoorOptions['dates']): string | 'ambiguous' | null {
  const tokens = tokenize(written);
  const date = dateAt(tokens, 0, tokens.count, null, dates);
  if (date === null) return null;
  if (date.ambiguous === true) return 'ambiguous';
  if (date.start === null) return null;
  const day = new Date(date.start).toISOString().slice(0, 10);
  const clock = CLOCK.exec(written.slice(tokens.end[date.to - 1]));
  if (clock === null) return day;
  const half = clock[4]?.[0]?.toLowerCase();
  const hour = (Number(clock[1]) % (half === undefined ? 24 : 12)) + (half === 'p' ? 12 : 0);
  const zone = clock[5] ?? '';
  const offset = /^[+-]\d{4}$/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
  return `${day}T${String(hour).padStart(2, '0')}:${clock[2]}:${clock[3] ?? '00'}${offset}`;
}
