import type { Coding } from '@gemel/core/concept';
import { coding, GEMEL, UCUM } from '@gemel/core/concept';
import type { Problem, Where } from '@gemel/core/error';
import type { Provenance } from '@gemel/core/observation';
import type { Decoded, RawControl, RawFact, RawItem, RawObservation, RawTime, RawValue } from '@gemel/core/raw';
import { type Instant, instant } from '@gemel/core/time';
import type { DoorOptions } from '../../door.ts';
import { exchangeErrors } from '../../errors.data.ts';
import { parseNumber } from '../csv.ts';
import {
  BASAL,
  BOLUS,
  CARBOHYDRATE,
  type GlucoseUnit,
  HIGH_WORDS,
  LONG_ACTING,
  LOW_WORDS,
  type SensorRange,
} from './codes.data.ts';

/** Place and identity of one source element, from which items and problems are made. */
export interface Element {
  readonly provenance: Provenance;
  readonly subject: string;
  readonly where: Where;
}

/** Reads a glucose unit; null where it is neither of the two. */
export function glucoseUnit(text: string): GlucoseUnit | null {
  const plain = text.trim().toLowerCase().replaceAll(/\s/g, '');
  if (plain === 'mg/dl' || plain === 'mgdl') return 'mg/dL';
  if (plain === 'mmol/l' || plain === 'mmoll' || plain === 'mmol') return 'mmol/L';
  return null;
}

/** Milligrams per decilitre of glucose in one millimole per litre, as device makers convert (molar mass 180.1559 g/mol). */
export const MG_PER_MMOL = 18.01559;

export type Reading = { readonly value: RawValue; readonly marks: readonly Problem[] } | { readonly problem: Problem };

/**
 * A glucose value as written: a number, or LO and HI with the sensor's range where it is known.
 * In mmol/L the range is given to one decimal, as the device shows it.
 */
export function readGlucose(text: string, unit: GlucoseUnit, range: SensorRange | null, where: Where): Reading {
  const word = text.toLowerCase();
  const beyond =
    LOW_WORDS.has(word) || /^<\s*\d/.test(word) ? '<' : HIGH_WORDS.has(word) || /^>\s*\d/.test(word) ? '>' : null;
  if (beyond !== null) {
    const written = parseNumber(text.replace(/^[<>]/, ''));
    const bound = written ?? (range ? boundIn(beyond === '<' ? range.low : range.high, unit) : null);
    if (bound === null) {
      return {
        problem: exchangeErrors.problem('exchange-bound-unknown', `"${text}" without the range of the sensor`, where),
      };
    }
    const side = beyond === '<' ? 'below' : 'above';
    return {
      value: { kind: 'quantity', value: bound, unit, unitSystem: UCUM, comparator: beyond },
      marks: [exchangeErrors.problem('exchange-beyond-sensor', `"${text}": ${side} ${bound} ${unit}`, where)],
    };
  }
  const value = parseNumber(text);
  if (value === null) {
    return {
      problem: exchangeErrors.problem('exchange-number-unreadable', `"${clip(text)}" is not a glucose value`, where),
    };
  }
  return { value: { kind: 'quantity', value, unit, unitSystem: UCUM }, marks: [] };
}

function boundIn(mgdl: number, unit: GlucoseUnit): number {
  return unit === 'mg/dL' ? mgdl : Math.round((mgdl / MG_PER_MMOL) * 10) / 10;
}

/** At most 40 characters of someone else's text, for messages. */
export function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

export function observation(
  element: Element,
  codes: readonly Coding[],
  value: RawValue,
  time: RawTime,
  marks: readonly Problem[],
): RawObservation {
  const { subject, provenance } = element;
  return {
    kind: 'observation',
    subject,
    provenance,
    codings: codes,
    value,
    time,
    ...(marks.length > 0 && { marks }),
  };
}

/** One of several items of a kind that one record makes: its identifier gets a part, so that none corrects another. */
export function part(element: Element, name: string): Element {
  const { sourceId } = element.provenance;
  if (sourceId === undefined) return element;
  return { ...element, provenance: { ...element.provenance, sourceId: `${sourceId}#${name}` } };
}

function control(
  element: Element,
  codes: readonly Coding[],
  value: number,
  unit: string,
  time: RawTime,
  marks: readonly Problem[],
): RawControl {
  const { subject, provenance } = element;
  return {
    kind: 'control',
    subject,
    provenance,
    codings: codes,
    value: { kind: 'quantity', value, unit },
    time,
    status: 'given',
    ...(marks.length > 0 && { marks }),
  };
}

/** Rapid insulin, units (U, as devices and prescriptions write the international unit); with an end, spread evenly over the time. */
export const bolus = (e: Element, units: number, time: RawTime, marks: readonly Problem[] = []) =>
  control(e, BOLUS, units, 'U', time, marks);

/** Basal insulin, units an hour from start to end. */
export const basal = (e: Element, rate: number, time: RawTime, marks: readonly Problem[] = []) =>
  control(e, BASAL, rate, 'U/h', time, marks);

/** Hours a long-acting insulin may still act after the injection: degludec, the longest in use, over 42 (label). */
const LONG_ACTING_HOURS = 48;

/** An injection of long-acting insulin, units; and the fact that the person is under it, which tells what models do not hold. */
export function longActing(e: Element, units: number, time: RawTime, marks: readonly Problem[] = []): RawItem[] {
  const under = moment(time.start, time.offset, time.start + LONG_ACTING_HOURS * 3_600_000);
  const value = { kind: 'coded', codings: LONG_ACTING, text: 'Long-acting insulin' } as const;
  return [
    control(e, LONG_ACTING, units, 'U', time, marks),
    { ...fact(part(e, 'medication'), 'medication', value, under), codings: LONG_ACTING },
  ];
}

/** Carbohydrate eaten, grams. */
export const carbohydrate = (e: Element, grams: number, time: RawTime, marks: readonly Problem[] = []) =>
  control(e, CARBOHYDRATE, grams, 'g', time, marks);

export function fact(element: Element, name: string, value: RawValue, time: RawTime): RawFact {
  const { subject, provenance } = element;
  return { kind: 'fact', fact: name, codings: [coding(GEMEL, name)], subject, provenance, value, time };
}

export function mapped(
  type: string,
  element: Element,
  items: readonly RawItem[],
  problems: readonly Problem[] = [],
): Decoded {
  return { type, fate: 'mapped', items, problems, provenance: element.provenance };
}

export function kept(type: string, element: Element, whole: unknown, problems: readonly Problem[] = []): Decoded {
  return { type, ...about(element), fate: 'kept', items: [], problems, provenance: element.provenance, kept: whole };
}

export function refused(type: string, element: Element, problem: Problem): Decoded {
  return { type, ...about(element), fate: 'refused', items: [], problems: [problem], provenance: element.provenance };
}

function about(element: Element): { readonly subject?: string } {
  return element.subject === '' ? {} : { subject: element.subject };
}

/** The whole source is refused, or remarked on: one entry of type `file`. */
export function fileEntry(
  fate: 'kept' | 'refused',
  options: DoorOptions,
  problems: readonly Problem[],
  bytes: Uint8Array,
): Decoded {
  const provenance = { ...sourceOf(options), element: 'file', byteStart: 0, byteEnd: bytes.length };
  return { type: 'file', fate, items: [], problems, provenance };
}

export function sourceOf(options: DoorOptions): { readonly source: string; readonly sha256?: string } {
  return options.sha256 === undefined ? { source: options.name } : { source: options.name, sha256: options.sha256 };
}

export function moment(ms: number, offset: number | null, end?: number): RawTime {
  const start: Instant = instant(ms);
  return end === undefined ? { start, offset } : { start, end: instant(end), offset };
}
