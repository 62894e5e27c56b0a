import type { Fate, Problem } from '@gemel/core';
import { isHeader, type Message, type Segment } from './message.ts';
import type { Purpose } from './purpose.ts';
import type { Piece } from './values.ts';

/** What became of one field of a segment. */
export interface FieldFate {
  /** `PID`, and which of the message's PID segments, from 1. */
  readonly segment: string;
  readonly occurrence: number;
  /** `PID-3`. */
  readonly element: string;
  readonly byteStart: number;
  readonly byteEnd: number;
  readonly fate: Fate;
  /** Elements of the resources it became part of. */
  readonly to: readonly string[];
  /** Parts of it that became nothing and are kept as they stand: `PID-3(2).6`. */
  readonly left: readonly string[];
  readonly problems: readonly Problem[];
}

/** Segments whose field 1 counts them, and says nothing that their order does not. */
const SET_IDS = new Set(
  'PID PV1 OBX NTE OBR DG1 AL1 IAM NK1 GT1 IN1 PR1 SPM FT1 AIS AIG AIL AIP RGS TXA TQ1 SFT IN3 DB1 ARV'.split(' '),
);

interface Entry {
  /** Lists are made with their first entry: most fields go to one element and have no problem. */
  to: string[] | null;
  /** By repetition: components that were read, a bit each from bit 1. */
  read: number[] | null;
  problems: Problem[] | null;
}

/** Keeps account of what every field of one message became. */
export class Account {
  readonly message: Message;
  /** Whether any field gave a time of day without a zone. */
  zoneless = false;
  /** By segment, by field. */
  readonly #entries: (Entry | undefined)[][] = [];
  /** Indexes of the segments that a problem was found in. */
  readonly #troubled = new Set<number>();
  readonly #purpose: Purpose;

  constructor(message: Message, purpose: Purpose = 'resources') {
    this.message = message;
    this.#purpose = purpose;
  }

  /** A field went to an element of a resource. */
  mapped(piece: Piece, repetition: number, to: string): void {
    if (this.#purpose === 'items') return;
    const entry = this.#entry(piece.segment, piece.field);
    wentTo(entry, to);
    if (entry.read === null && repetition === 0) entry.read = [piece.read];
    else {
      entry.read ??= [];
      entry.read[repetition] = (entry.read[repetition] ?? 0) | piece.read;
    }
  }

  /** The field as a whole says what the message or its structure is. */
  understood(segment: Segment, field: number, to: string): void {
    if (this.#purpose === 'items' || !segment.has(field)) return;
    const entry = this.#entry(segment, field);
    wentTo(entry, to);
    entry.read = segment.field(field).map(() => -1);
  }

  problem(segment: Segment, field: number, problem: Problem): void {
    if (problem.code === 'exchange-zone-missing') this.zoneless = true;
    this.#troubled.add(segment.index);
    const entry = this.#entry(segment, field);
    if (entry.problems === null) entry.problems = [problem];
    else if (!entry.problems.some(({ code, message }) => code === problem.code && message === problem.message))
      entry.problems.push(problem);
  }

  /** What is wrong with the fields of a segment, in their order. */
  problemsOf(segment: Segment): readonly Problem[] {
    if (!this.#troubled.has(segment.index)) return NONE;
    const entries = this.#entries[segment.index]!;
    const problems: Problem[] = [];
    for (let n = 1; n <= segment.count; n++) if (segment.has(n)) problems.push(...(entries[n]?.problems ?? NONE));
    return problems;
  }

  /** Every field of a segment that holds anything. */
  of(segment: Segment, occurrence: number): readonly FieldFate[] {
    const entries = this.#entries[segment.index];
    const fates: FieldFate[] = [];
    for (let n = 1; n <= segment.count; n++) {
      if (!segment.has(n)) continue;
      const entry = entries?.[n];
      const element = `${segment.id}-${n}`;
      const to = [...(entry?.to ?? [])];
      const structural = isHeader(segment.id) && n <= 2;
      if (structural) to.push('delimiters');
      else if (n === 1 && SET_IDS.has(segment.id)) to.push('place among its kind');
      const problems = entry?.problems ?? NONE;
      const refused = to.length === 0 && problems.length > 0;
      fates.push({
        segment: segment.id,
        occurrence,
        element,
        byteStart: segment.fieldStart(n),
        byteEnd: segment.fieldEnd(n),
        fate: to.length > 0 ? 'mapped' : refused ? 'refused' : 'kept',
        to,
        left: entry !== undefined && entry.to !== null ? leftOf(segment, n, element, entry.read ?? []) : [],
        problems,
      });
    }
    return fates;
  }

  #entry({ index }: Segment, field: number): Entry {
    let fields = this.#entries[index];
    if (fields === undefined) {
      fields = [];
      this.#entries[index] = fields;
    }
    let entry = fields[field];
    if (entry === undefined) {
      entry = { to: null, read: null, problems: null };
      fields[field] = entry;
    }
    return entry;
  }
}

const NONE: readonly Problem[] = [];

function wentTo(entry: Entry, to: string): void {
  if (entry.to === null) entry.to = [to];
  else if (!entry.to.includes(to)) entry.to.push(to);
}

function leftOf(segment: Segment, n: number, element: string, read: readonly number[]): readonly string[] {
  const left: string[] = [];
  for (const [i, { components, start, end }] of segment.field(n).entries()) {
    if (end === start) continue;
    const seen = read[i];
    const place = segment.field(n).length > 1 ? `${element}(${i + 1})` : element;
    if (seen === undefined) {
      left.push(place);
      continue;
    }
    for (const [c, component] of components.entries()) {
      if (component.end > component.start && (seen & (1 << Math.min(c + 1, 31))) === 0) left.push(`${place}.${c + 1}`);
    }
  }
  return left;
}
