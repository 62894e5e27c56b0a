import type { Coding, Instant, Problem, RawTime, RawValue } from '@gemel/core';
import { UCUM } from '@gemel/core/concept';
import { type Context, type Json, note, placed } from './context.ts';
import { readDateTime } from './datetime.ts';

export type RawQuantity = RawValue & { readonly kind: 'quantity' };
export type RawCoded = RawValue & { readonly kind: 'coded' };

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The string at `name`; anything else is noted and read as absent. */
export function textAt(holder: Json, name: string, context: Context, path = name): string | undefined {
  const value = holder[name];
  if (typeof value === 'string' && value !== '') return value;
  if (value !== undefined) wrongType(context, path, 'a non-empty string', value);
  return undefined;
}

/** The objects in the array at `name`; anything else is noted and left out. */
export function listAt(holder: Json, name: string, context: Context, path = name): readonly Json[] {
  const value = holder[name];
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    wrongType(context, path, 'an array', value);
    return [];
  }
  return value.filter((item, i): item is Json => {
    if (isObject(item)) return true;
    wrongType(context, `${path}[${i}]`, 'an object', item);
    return false;
  });
}

/** The object at `name`; anything else is noted and read as absent. */
export function objectAt(holder: Json, name: string, context: Context, path = name): Json | undefined {
  const value = holder[name];
  if (value === undefined || isObject(value)) return value as Json | undefined;
  wrongType(context, path, 'an object', value);
  return undefined;
}

/** The member whose name is `stem` followed by a type (`valueQuantity`): its name, type and value. Several are one too many. */
export function choiceAt(
  holder: Json,
  stem: string,
  context: Context,
  path = stem,
): { readonly name: string; readonly type: string; readonly value: unknown } | 'several' | undefined {
  const names = Object.keys(holder).filter((name) => name.startsWith(stem) && /^[A-Z]/.test(name.slice(stem.length)));
  if (names.length > 1) {
    note(context, 'fhir-values-several', `${names.join(' and ')} are given, where one may be`, path);
    return 'several';
  }
  const name = names[0];
  return name === undefined ? undefined : { name, type: name.slice(stem.length), value: holder[name] };
}

/** Codings that name their system, and the words. A code without a system cannot be told apart from others: it is noted. */
export function readConcept(
  value: unknown,
  context: Context,
  path: string,
): { readonly codings: readonly Coding[]; readonly text?: string } | null {
  if (value === undefined) return null;
  if (!isObject(value)) {
    wrongType(context, path, 'a CodeableConcept', value);
    return null;
  }
  const codings: Coding[] = [];
  let display: string | undefined;
  for (const [i, item] of listAt(value, 'coding', context, `${path}.coding`).entries()) {
    const coding = readCoding(item, context, `${path}.coding[${i}]`);
    if (coding) codings.push(coding);
    display ??= textAt(item, 'display', context, `${path}.coding[${i}].display`);
  }
  const text = textAt(value, 'text', context, `${path}.text`) ?? display;
  if (codings.length === 0 && text === undefined) return null;
  return text === undefined ? { codings } : { codings, text };
}

export function readCoding(item: Json, context: Context, path: string): Coding | null {
  const system = textAt(item, 'system', context, `${path}.system`);
  const code = textAt(item, 'code', context, `${path}.code`);
  const display = typeof item.display === 'string' && item.display !== '' ? item.display : undefined;
  if (system === undefined || code === undefined) {
    if (code !== undefined)
      note(context, 'fhir-coding-without-system', `the code "${code}" names no code system`, path);
    return null;
  }
  return display === undefined ? { system, code } : { system, code, display };
}

/**
 * A Quantity in the source's words: the code where a system is named, else the printed unit. A missing unit is left empty
 * for `admit` to refuse.
 */
export function readQuantity(value: unknown, context: Context, path: string): RawQuantity | null {
  if (!isObject(value)) {
    wrongType(context, path, 'a Quantity', value);
    return null;
  }
  const number = value.value;
  if (typeof number !== 'number' || !Number.isFinite(number)) {
    if (number === undefined) note(context, 'exchange-value-missing', 'the quantity has no value', path);
    else wrongType(context, `${path}.value`, 'a number', number);
    return null;
  }
  const comparator = textAt(value, 'comparator', context, `${path}.comparator`);
  if (value.comparator !== undefined && !isComparator(comparator)) {
    note(context, 'fhir-comparator-unknown', `"${comparator}" is not <, <=, >= or >`, `${path}.comparator`);
    return null;
  }
  const code = textAt(value, 'code', context, `${path}.code`);
  const system = textAt(value, 'system', context, `${path}.system`);
  const printed = textAt(value, 'unit', context, `${path}.unit`);
  const coded = code !== undefined && system !== undefined;
  return {
    kind: 'quantity',
    value: number,
    unit: (coded ? code : (printed ?? code)) ?? '',
    ...(coded ? { unitSystem: system } : {}),
    ...(isComparator(comparator) ? { comparator } : {}),
  };
}

/** A rate from a Ratio of quantities (`2 U per 1 h` is 2 U/h). Null where its parts make no rate. */
export function readRatio(value: unknown, context: Context, path: string): RawQuantity | null {
  if (!isObject(value)) {
    wrongType(context, path, 'a Ratio', value);
    return null;
  }
  const above = readQuantity(value.numerator, context, `${path}.numerator`);
  const below = readQuantity(value.denominator, context, `${path}.denominator`);
  if (!above || !below) return null;
  const simple = below.value > 0 && /^[A-Za-z[\]]+$/.test(below.unit) && above.unit !== '';
  if (!simple || above.comparator !== undefined || below.comparator !== undefined) {
    note(context, 'fhir-form-unread', 'the ratio is not an amount per simple unit', path);
    return null;
  }
  const inUcum = above.unitSystem === UCUM && below.unitSystem === UCUM;
  return {
    kind: 'quantity',
    value: above.value / below.value,
    unit: `${above.unit}/${below.unit}`,
    ...(inUcum ? { unitSystem: UCUM } : {}),
  };
}

/** A FHIR instant or dateTime that must be a point in time (issued, lastUpdated); noted and absent where it is not. */
export function readInstant(value: unknown, context: Context, path: string): Instant | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') {
    wrongType(context, path, 'an instant', value);
    return undefined;
  }
  const time = readDateTime(value, context.zone);
  if (time.kind === 'point') return time.at;
  if (time.kind === 'unreadable') note(context, time.code, time.message, path);
  return undefined;
}

/** A time with the marks that go with it; null with the reason noted. */
export interface MarkedTime {
  readonly time: RawTime;
  readonly marks: readonly Problem[];
}

/** A dateTime: a point, or with a mark the whole day, month or year it names. */
export function readMoment(value: unknown, context: Context, path: string): MarkedTime | null {
  if (typeof value !== 'string') {
    wrongType(context, path, 'a date or time', value);
    return null;
  }
  const read = readDateTime(value, context.zone);
  if (read.kind === 'unreadable') {
    note(context, read.code, read.message, path);
    return null;
  }
  if (read.kind === 'point') return { time: { start: read.at, offset: read.offset }, marks: [] };
  const where = read.offset === null ? 'in UTC, since no zone is known' : `in ${context.zone?.name}`;
  const mark = placed(
    context,
    'fhir-date-partial',
    `"${value}" is known only to the ${read.precision}; it is taken as that whole ${read.precision} ${where}`,
    path,
  );
  return { time: { start: read.start, end: read.end, offset: read.offset }, marks: [mark] };
}

/** A Period. Without an end it is open: the caller decides what that means. Without a start, or reversed, it is noted. */
export function readPeriod(value: unknown, context: Context, path: string): MarkedTime | null {
  if (!isObject(value)) {
    wrongType(context, path, 'a Period', value);
    return null;
  }
  if (value.start === undefined) {
    note(context, 'fhir-time-missing', 'the period has no start', path);
    return null;
  }
  const start = readMoment(value.start, context, `${path}.start`);
  const end = value.end === undefined ? undefined : readMoment(value.end, context, `${path}.end`);
  if (start === null || end === null) return null;
  if (end === undefined) return { time: { start: start.time.start, offset: start.time.offset }, marks: start.marks };
  const last = end.time.end ?? end.time.start;
  if (last < start.time.start || (end.time.end === start.time.start && start.time.end !== undefined)) {
    note(context, 'fhir-time-invalid', 'the period ends before it starts', path);
    return null;
  }
  return {
    time: { start: start.time.start, end: last, offset: start.time.offset },
    marks: [...start.marks, ...end.marks],
  };
}

/**
 * The definite times of a Timing, each with the path of its element: its events, or the stretch of a repeat that says
 * nothing but boundsPeriod. A pattern (frequency, days, meals) has none.
 */
export function readTiming(timing: Json, context: Context, path: string): (MarkedTime & { readonly part: string })[] {
  const times: (MarkedTime & { readonly part: string })[] = [];
  if (Array.isArray(timing.event)) {
    for (const [i, event] of timing.event.entries()) {
      const part = `${path}.event[${i}]`;
      const moment = readMoment(event, context, part);
      if (moment) times.push({ ...moment, part });
    }
  }
  const { repeat } = timing;
  if (!isObject(repeat) || repeat.boundsPeriod === undefined || Object.keys(repeat).length > 1) return times;
  const period = readPeriod(repeat.boundsPeriod, context, `${path}.repeat.boundsPeriod`);
  if (period?.time.end !== undefined) times.push({ ...period, part: `${path}.repeat` });
  return times;
}

export function wrongType(context: Context, path: string, wanted: string, value: unknown): void {
  const found = value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`;
  note(context, 'fhir-wrong-type', `${path} is ${found}, where ${wanted} belongs`, path);
}

function isComparator(text: string | undefined): text is '<' | '<=' | '>=' | '>' {
  return text === '<' || text === '<=' || text === '>=' || text === '>';
}
