import { MINUTE } from '@gemel/core/time';
import type { DataSet } from './dataset.ts';

/** A date and time as written: `local` is ms as if the wall clock were UTC; `offset` minutes east of UTC, null where not said. */
export interface DicomTime {
  readonly local: number;
  readonly offset: number | null;
  /** Only the date is said. */
  readonly dateOnly: boolean;
}

/** DA and TM, the time left open or of any precision (PS3.5, 6.2); also the forms of ACR-NEMA. Null where unreadable. */
export function dateTime(date: string | null, time: string | null): DicomTime | null {
  const day = /^(\d{4})[.]?(\d{2})[.]?(\d{2})$/.exec(date?.trim() ?? '');
  if (day === null) return null;
  const clock = time === null ? null : /^(\d{2}):?(?:(\d{2}):?(?:(\d{2})(?:\.(\d{1,6}))?)?)?$/.exec(time.trim());
  const local = wallClock(day.slice(1).map(Number), clock === null ? [] : clock.slice(1));
  return local === null ? null : { local, offset: null, dateOnly: clock === null };
}

/** DT, which may carry its offset. Null where unreadable or less than a date. */
export function fullDateTime(text: string | null): DicomTime | null {
  const found = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:\.(\d{1,6}))?)?)?)?([+-]\d{4})?$/.exec(
    text?.trim() ?? '',
  );
  if (found === null) return null;
  const local = wallClock(found.slice(1, 4).map(Number), found.slice(4, 8));
  if (local === null) return null;
  return { local, offset: found[8] === undefined ? null : offsetOf(found[8]), dateOnly: found[4] === undefined };
}

function wallClock([year, month, day]: readonly number[], clock: readonly (string | undefined)[]): number | null {
  const [hour, minute, second] = clock.slice(0, 3).map((part) => Number(part ?? 0));
  const fraction = Number(`0.${clock[3] ?? 0}`);
  if (month! < 1 || month! > 12 || day! < 1 || day! > 31) return null;
  if ((hour ?? 0) > 23 || (minute ?? 0) > 59 || (second ?? 0) > 60) return null;
  const local = Date.UTC(year!, month! - 1, day!, hour ?? 0, minute ?? 0, second ?? 0) + Math.floor(fraction * 1000);
  return new Date(Date.UTC(year!, month! - 1, day!)).getUTCDate() === day ? local : null;
}

/** `+0130` in minutes. */
function offsetOf(text: string): number | null {
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(3, 5));
  return minutes > 14 * 60 ? null : text.startsWith('-') ? -minutes : minutes;
}

/** Offset of the data set's times (0008,0201), minutes east of UTC; null where it says none. */
export function offsetOfDataSet(dataSet: DataSet): number | null {
  const text = dataSet.text('TimezoneOffsetFromUTC');
  return text !== null && /^[+-]\d{4}$/.test(text) ? offsetOf(text) : null;
}

/** When the images were taken: acquisition, content, series or study, whichever is said first. */
export function takenAt(dataSet: DataSet): DicomTime | null {
  const offset = offsetOfDataSet(dataSet);
  const whole = fullDateTime(dataSet.text('AcquisitionDateTime'));
  if (whole !== null) return { ...whole, offset: whole.offset ?? offset };
  for (const kind of ['Acquisition', 'Content', 'Series', 'Study']) {
    const found = dateTime(dataSet.text(`${kind}Date`), dataSet.text(`${kind}Time`));
    if (found !== null) return { ...found, offset };
  }
  return null;
}

/** Milliseconds from one to another of the same data set; both are taken to be of one zone unless they say their own. */
export function elapsed(from: DicomTime, to: DicomTime): number {
  const utc = ({ local, offset }: DicomTime) => local - (offset ?? 0) * MINUTE;
  return from.offset !== null && to.offset !== null ? utc(to) - utc(from) : to.local - from.local;
}
