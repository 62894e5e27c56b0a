import type { WaveformMark } from '@gemel/core/waveform';

/** Time-stamped annotation lists of one data record (EDF+, section 2.2.2). */
export interface AnnotationLists {
  /** Seconds at which the data record begins: the first list's onset; null where it is not there. */
  readonly begins: number | null;
  readonly marks: readonly WaveformMark[];
  /** Byte within the record at which the lists stop making sense; null where they do. */
  readonly damage: number | null;
}

const decoder = new TextDecoder('utf-8');
const ONSET = /^[+-]\d+(\.\d*)?$/;
const DURATION = /^\d+(\.\d*)?$/;

/** Reads the lists: each `onset [\x15 duration] \x14 text \x14 … \x00`. */
export function readAnnotationLists(bytes: Uint8Array): AnnotationLists {
  const marks: WaveformMark[] = [];
  let begins: number | null = null;
  let start = 0;
  let first = true;
  while (start < bytes.length && bytes[start] !== 0) {
    let end = bytes.indexOf(0, start);
    if (end < 0) end = bytes.length;
    const [stamp = '', ...texts] = decoder.decode(bytes.subarray(start, end)).split('\x14');
    const [onset = '', duration, ...more] = stamp.split('\x15');
    const holds = ONSET.test(onset) && (duration === undefined || DURATION.test(duration)) && more.length === 0;
    if (!holds || texts.pop() !== '' || texts.length === 0) return { begins, marks, damage: start };
    const after = Number(onset);
    if (first && texts[0] === '') begins = after;
    for (const text of texts) {
      if (text === '') continue;
      marks.push({ after, ...(duration === undefined ? {} : { duration: Number(duration) }), code: '', text });
    }
    first = false;
    start = end + 1;
  }
  return { begins, marks, damage: null };
}

/** Writes the list that keeps the time of a data record, and its marks. */
export function writeAnnotationLists(begins: number, marks: readonly WaveformMark[]): Uint8Array {
  const seconds = (value: number) => `${value < 0 ? '-' : '+'}${plain(Math.abs(value))}`;
  const lists = marks.map(
    ({ after, duration, text }) =>
      `${seconds(after)}${duration === undefined ? '' : `\x15${plain(duration)}`}\x14${text ?? ''}\x14\0`,
  );
  return new TextEncoder().encode(`${seconds(begins)}\x14\x14\0${lists.join('')}`);
}

/** A number without an exponent. */
function plain(value: number): string {
  return value
    .toFixed(9)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
}
