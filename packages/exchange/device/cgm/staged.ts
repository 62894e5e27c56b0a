import type { Problem, Where } from '@gemel/core/error';
import type { Decoded } from '@gemel/core/raw';
import type { DoorOptions } from '../../door.ts';
import { exchangeErrors } from '../../errors.data.ts';
import { type DateOrder, isYearLast, readTime, settleOrder } from '../date.ts';
import { type LocalStamp, placeLocals, remarkProblem } from '../local-clock.ts';
import { parseZone, type Zone } from '../zone.ts';
import { type Element, fileEntry, refused } from './item.ts';

/** A time of one row: settled, or a wall-clock reading still to be placed. */
export type RowTime = { readonly at: number; readonly offset: number | null } | LocalStamp;

/** A row read but not yet placed in time: what it will become once its time is known. */
export interface Staged {
  readonly type: string;
  readonly element: Element;
  readonly time: RowTime;
  make(at: number, offset: number | null, marks: readonly Problem[]): Decoded;
}

/** Reads `--zone`; a zone given but unknown is a problem of the file. */
export function zoneOf(options: DoorOptions): { readonly zone: Zone | null; readonly problem: Problem | null } {
  if (options.zone === undefined) return { zone: null, problem: null };
  const zone = parseZone(options.zone);
  if (zone) return { zone, problem: null };
  const problem = exchangeErrors.problem('exchange-zone-unknown', `"${options.zone}" is no zone known here`, {
    file: options.name,
    field: '--zone',
  });
  return { zone: null, problem };
}

/**
 * Yields one entry per row in file order, wall-clock readings placed in the zone. Without a zone the rows that need one
 * are refused one by one, or the file as a whole where every row needs it.
 */
export function* settleRows(
  rows: readonly (Staged | Decoded)[],
  zone: Zone | null,
  options: DoorOptions,
  bytes: Uint8Array,
): Generator<Decoded, void, void> {
  const locals: { readonly row: Staged; readonly stamp: LocalStamp }[] = [];
  let settled = 0;
  for (const row of rows) {
    if ('fate' in row) continue;
    if ('local' in row.time) locals.push({ row, stamp: row.time });
    else settled++;
  }
  if (zone === null && locals.length > 0 && settled === 0) {
    const problem = exchangeErrors.problem(
      'exchange-zone-missing',
      `${options.name} gives local times without a zone`,
      { file: options.name },
      'Add --zone with the zone of the device, for example --zone Europe/Berlin or --zone +02:00.',
    );
    yield fileEntry('refused', options, [problem], bytes);
    return;
  }
  const places = new Map<Staged, { at: number; offset: number; marks: Problem[] }>();
  if (zone !== null) {
    const { placed, remarks } = placeLocals(
      locals.map(({ stamp }) => stamp),
      zone,
    );
    locals.forEach(({ row }, i) => {
      const { at, offset, remarks: own } = placed[i]!;
      places.set(row, { at, offset, marks: own.map((remark) => remarkProblem(remark, row.element.where)) });
    });
    if (remarks.length > 0) {
      const problems = remarks.map((remark) => remarkProblem(remark, { file: options.name }));
      yield fileEntry('kept', options, problems, bytes);
    }
  }
  for (const row of rows) {
    if ('fate' in row) yield row;
    else if ('at' in row.time) yield row.make(row.time.at, row.time.offset, []);
    else {
      const place = places.get(row);
      if (place) yield row.make(place.at, place.offset, place.marks);
      else {
        const problem = exchangeErrors.problem('exchange-zone-missing', 'local time without a zone', row.element.where);
        yield refused(row.type, row.element, problem);
      }
    }
  }
}

/** The order of day and month for a column of written times: the option, else the data; a problem where neither settles it. */
export function dateOrder(
  texts: readonly string[],
  options: DoorOptions,
): { readonly order: DateOrder | null; readonly problem: Problem | null } {
  const open = texts.find((text) => isYearLast(text) && readTime(text).kind === 'either');
  if (open === undefined) return { order: null, problem: null };
  const order = options.dates ?? settleOrder(texts);
  if (order !== null) return { order, problem: null };
  const problem = exchangeErrors.problem(
    'exchange-date-ambiguous',
    `"${open}" could be day first or month first, and nothing in the file tells`,
    { file: options.name },
  );
  return { order, problem };
}

/** A written time as a row's time; null where it cannot be read. */
export function rowTime(
  text: string,
  order: DateOrder | null,
  stream: string,
  steady?: LocalStamp['steady'],
): RowTime | null {
  const time = readTime(text);
  if (time.kind === 'unreadable' || !('hasTime' in time) || !time.hasTime) return null;
  if (time.kind === 'either') {
    if (order === null) return null;
    const local = order === 'day-first' ? time.dayFirst : time.monthFirst;
    return steady ? { local, stream, steady } : { local, stream };
  }
  if (time.offset !== null) return { at: time.local - time.offset * 60_000, offset: time.offset };
  return steady ? { local: time.local, stream, steady } : { local: time.local, stream };
}

export function unreadableTime(text: string, where: Where, field: string): Problem {
  const shown = text === '' ? 'no time' : `"${text.slice(0, 40)}" is not a date and time`;
  return exchangeErrors.problem('exchange-date-unreadable', shown, { ...where, field });
}
