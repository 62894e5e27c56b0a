import { AHA_CODES, ANNOTATION_LETTERS } from './annotation-codes.data.ts';

/** One annotation, in ticks of the annotation file's own clock. */
export interface Annotation {
  /** Ticks from the start of the record. */
  readonly tick: number;
  /** 0 to 49; letters in `annotation-codes.data.ts`. */
  readonly code: number;
  readonly subtype: number;
  readonly channel: number;
  readonly number: number;
  readonly text: string;
}

export interface AnnotationFile {
  readonly annotations: readonly Annotation[];
  /** Ticks per second, where the file states its own. */
  readonly frequency: number | null;
  /** Letters the file defines for codes of its own. */
  readonly letters: ReadonlyMap<number, string>;
  /** What is wrong, with the byte; null where the file is whole. Annotations before it are read. */
  readonly damage: { readonly byte: number; readonly message: string } | null;
}

const SKIP = 59;
const NUM = 60;
const SUB = 61;
const CHN = 62;
const AUX = 63;
/** The code of a note, which carries the file's own statements at tick 0. */
const NOTE = 22;

/** Reads an annotation file in MIT or AHA format (annot(5) of the WFDB Applications Guide). */
export function readAnnotations(bytes: Uint8Array): AnnotationFile {
  // An MIT file cannot begin with a null, a letter of the other format, and the number 1 where that one counts.
  const aha = bytes[0] === 0 && ahaCode(bytes, 0) !== undefined && word16(bytes, 6) === 1;
  return aha ? readAha(bytes) : readMit(bytes);
}

/** Bytes of an annotation in AHA format, and what stands in place of one at the end. */
const AHA_BYTES = 16;
const AHA_END = 0xff;

const ahaCode = (bytes: Uint8Array, at: number) => AHA_CODES[String.fromCharCode(bytes[at + 1] ?? 0)];
const word16 = (bytes: Uint8Array, at: number) => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);

/** Annotations of 16 bytes: null, letter, time (a long of the PDP-11), number, MIT subtype and code, six characters of text. */
function readAha(bytes: Uint8Array): AnnotationFile {
  const annotations: Annotation[] = [];
  const file = { frequency: null, letters: new Map<number, string>() };
  const ended = (at: number, message: string): AnnotationFile => ({
    ...file,
    annotations,
    damage: { byte: at, message },
  });
  for (let at = 0; ; at += AHA_BYTES) {
    if (bytes[at] === AHA_END) return { ...file, annotations, damage: null };
    if (at + AHA_BYTES > bytes.length) {
      // A file may end without the mark, at the end of an annotation.
      return at === bytes.length
        ? { ...file, annotations, damage: null }
        : ended(at, 'the file ends within an annotation');
    }
    const meaning = ahaCode(bytes, at);
    if (bytes[at] !== 0 || meaning === undefined) return ended(at, 'no annotation of the AHA format stands here');
    const own = bytes[at + 9]!;
    // On the tapes of the database times are milliseconds from the start of a stretch that no file names.
    if (own === 0) return ended(at, 'its times count from a stretch of the record that it does not name (AHA tape)');
    const tick = (word16(bytes, at + 2) << 16) | word16(bytes, at + 4);
    const subtype = (bytes[at + 8]! << 24) >> 24;
    const text = new TextDecoder('latin1').decode(bytes.subarray(at + 10, at + AHA_BYTES)).split('\0', 1)[0]!;
    const code = own < ANNOTATION_LETTERS.length ? own : meaning;
    annotations.push({ tick, code, subtype, channel: 0, number: 0, text });
  }
}

function readMit(bytes: Uint8Array): AnnotationFile {
  const annotations: Annotation[] = [];
  const decoder = new TextDecoder('utf-8');
  let tick = 0;
  let channel = 0;
  let number = 0;
  let current: { -readonly [K in keyof Annotation]: Annotation[K] } | null = null;
  let damage: AnnotationFile['damage'] = null;
  let ended = false;
  let at = 0;
  while (at + 2 <= bytes.length) {
    const word = bytes[at]! | (bytes[at + 1]! << 8);
    const code = word >> 10;
    const low = word & 0x3ff;
    const begin = at;
    at += 2;
    if (word === 0) {
      ended = true;
      break;
    }
    if (code === SKIP) {
      if (at + 4 > bytes.length) break;
      // A long in the order of the PDP-11: the high word first, each word low byte first.
      tick += (bytes[at + 1]! << 24) | (bytes[at]! << 16) | (bytes[at + 3]! << 8) | bytes[at + 2]!;
      at += 4;
    } else if (code < SKIP) {
      if (code >= ANNOTATION_LETTERS.length) {
        damage = { byte: begin, message: `code ${code} is none of the format` };
        break;
      }
      tick += low;
      current = { tick, code, subtype: 0, channel, number, text: '' };
      annotations.push(current);
    } else if (current === null) {
      damage = { byte: begin, message: 'a field stands before the first annotation' };
      break;
    } else if (code === NUM) {
      number = (low << 24) >> 24;
      current.number = number;
    } else if (code === SUB) {
      current.subtype = (low << 24) >> 24;
    } else if (code === CHN) {
      channel = low & 0xff;
      current.channel = channel;
    } else if (code === AUX) {
      if (at + low > bytes.length) break;
      const text = bytes.subarray(at, at + low);
      const end = text.indexOf(0);
      current.text = decoder.decode(end < 0 ? text : text.subarray(0, end));
      at += low + (low & 1);
    }
  }
  if (damage === null && !ended) damage = { byte: bytes.length, message: 'the file ends before its end mark' };
  return { ...statements(annotations), damage };
}

/** Takes out the notes at tick 0 in which the file speaks of itself. */
function statements(all: readonly Annotation[]): Omit<AnnotationFile, 'damage'> {
  let frequency: number | null = null;
  const letters = new Map<number, string>();
  let own = 0;
  let defining = false;
  for (const { tick, code, text } of all) {
    if (tick !== 0 || code !== NOTE) break;
    const resolution = /^## time resolution: ([\d.]+)/.exec(text);
    const definition = defining ? /^(\d+) (\S+)/.exec(text) : null;
    if (resolution !== null && Number(resolution[1]) > 0) frequency = Number(resolution[1]);
    else if (text.startsWith('## annotation type definitions')) defining = true;
    else if (text.startsWith('## end of definitions')) defining = false;
    else if (definition !== null) letters.set(Number(definition[1]), definition[2]!);
    else break;
    own++;
  }
  return { annotations: all.slice(own), frequency, letters };
}

/** Letter of an annotation's code. */
export function letterOf(file: AnnotationFile, code: number): string {
  return file.letters.get(code) ?? ANNOTATION_LETTERS[code] ?? '';
}

/**
 * Writes an annotation file in MIT format; `frequency` is stated in it where given. Channel and number carry over from
 * annotation to annotation, as the format has it.
 * @throws RangeError for a code, field or text out of the format's range
 */
export function writeAnnotations(annotations: readonly Annotation[], frequency?: number): Uint8Array {
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  const word = (code: number, low: number) => bytes.push(low & 0xff, (code << 2) | ((low >> 8) & 3));
  let tick = 0;
  let channel = 0;
  let number = 0;
  const note = { tick: 0, code: NOTE, subtype: 0, channel: 0, number: 0 };
  const stated = frequency === undefined ? [] : [{ ...note, text: `## time resolution: ${frequency}` }];
  for (const each of [...stated, ...annotations]) {
    const text = encoder.encode(each.text);
    const fits =
      Number.isInteger(each.tick) &&
      Math.abs(each.tick - tick) <= 0x7fff_ffff &&
      each.code > 0 &&
      each.code < ANNOTATION_LETTERS.length &&
      within(each.subtype, -128, 127) &&
      within(each.number, -128, 127) &&
      within(each.channel, 0, 255) &&
      text.length <= 0x3ff &&
      !text.includes(0);
    if (!fits) throw new RangeError(`The annotation at ${each.tick} does not fit the MIT format.`);
    let interval = each.tick - tick;
    if (interval < 0 || interval > 0x3ff) {
      word(SKIP, 0);
      bytes.push((interval >> 16) & 0xff, (interval >> 24) & 0xff, interval & 0xff, (interval >> 8) & 0xff);
      interval = 0;
    }
    word(each.code, interval);
    if (each.subtype !== 0) word(SUB, each.subtype & 0xff);
    if (each.channel !== channel) word(CHN, each.channel);
    if (each.number !== number) word(NUM, each.number & 0xff);
    if (text.length > 0) {
      word(AUX, text.length);
      bytes.push(...text, ...(text.length & 1 ? [0] : []));
    }
    ({ tick, channel, number } = each);
  }
  bytes.push(0, 0);
  return Uint8Array.from(bytes);
}

function within(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high;
}
