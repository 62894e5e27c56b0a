import type { IndexRow } from '@gemel/core/resource-search';
import type { Json } from '../context.ts';
import { isObject } from '../datatype.ts';
import { baseUnit, UCUM } from './base-unit.ts';
import { folded } from './fold.ts';
import type { SearchType, Way } from './parameter.ts';
import { dateRange, EARLIEST, LATEST, type Range } from './range.ts';

/** Takes rows as they are found. */
export type Sink = (row: IndexRow) => void;

/** Longest text that is indexed, UTF-16 units: a page of prose in a string element is found by its beginning. */
const LONGEST = 256;

/** Gives the rows that one element makes under a parameter; an element that is not of its type makes none. */
export function addRows(type: SearchType, param: string, way: Way, value: unknown, place: number, sink: Sink): void {
  switch (type) {
    case 'token':
      tokenRows(param, way, value, place, sink);
      break;
    case 'string':
      stringRows(param, way, value, place, sink);
      break;
    case 'date':
      dateRows(param, value, place, sink);
      break;
    case 'number':
      numberRows(param, value, place, sink);
      break;
    case 'quantity':
      quantityRows(param, value, place, sink);
      break;
    case 'reference':
      referenceRows(param, way, value, place, sink);
      break;
    case 'uri':
      if (typeof value === 'string') sink({ kind: 'reference', param, target: value, place });
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

function tokenRows(param: string, way: Way, value: unknown, place: number, sink: Sink): void {
  const add = (system: string, code: string) => {
    if (code !== '' || system !== '')
      sink({ kind: 'token', param, system, code: code.slice(0, LONGEST).toLowerCase(), place });
  };
  if (typeof value === 'string') add(way.system, value);
  if (typeof value === 'boolean') add('', String(value));
  if (!isObject(value)) return;
  const says = (words: unknown) => {
    if (place === 0 && typeof words === 'string' && words !== '') addText(`${param}:text`, words, place, sink);
  };
  switch (way.type) {
    case 'CodeableConcept':
      says(value.text);
      for (const coding of list(value.coding)) {
        if (!isObject(coding)) continue;
        add(text(coding.system), text(coding.code));
        if (coding.display !== value.text) says(coding.display);
      }
      return;
    case 'Coding':
      says(value.display);
      add(text(value.system), text(value.code));
      return;
    case 'Identifier': {
      add(text(value.system), text(value.value));
      const kind = isObject(value.type) ? value.type : {};
      says(kind.text);
      if (place > 0) return;
      for (const coding of list(kind.coding)) {
        if (!isObject(coding)) continue;
        const code = `${text(coding.code)}|${text(value.value)}`.slice(0, LONGEST).toLowerCase();
        sink({ kind: 'token', param: `${param}:of-type`, system: text(coding.system), code, place });
      }
      return;
    }
    case 'ContactPoint':
      add('', text(value.value));
  }
}

const NAME = ['text', 'family', 'given', 'prefix', 'suffix'];
const ADDRESS = ['text', 'line', 'city', 'district', 'state', 'postalCode', 'country'];

function stringRows(param: string, way: Way, value: unknown, place: number, sink: Sink): void {
  if (typeof value === 'string') addText(param, value, place, sink);
  if (!isObject(value)) return;
  const words = (way.type === 'Address' ? ADDRESS : NAME).flatMap((part) => list(value[part]));
  for (const each of new Set(words)) if (typeof each === 'string') addText(param, each, place, sink);
}

function addText(param: string, words: string, place: number, sink: Sink): void {
  const exact = words.slice(0, LONGEST);
  sink({ kind: 'string', param, value: folded(exact), exact, place });
}

function dateRows(param: string, value: unknown, place: number, sink: Sink): void {
  const range = isObject(value)
    ? value.event === undefined
      ? periodOf(value)
      : eventsOf(value)
    : dateRange(text(value));
  if (range !== null) sink({ kind: 'range', param, ...range, place });
}

function periodOf(value: Json): Range | null {
  if (isObject(value.repeat)) return isObject(value.repeat.boundsPeriod) ? periodOf(value.repeat.boundsPeriod) : null;
  const start = dateRange(text(value.start));
  const end = dateRange(text(value.end));
  return start === null && end === null ? null : { low: start?.low ?? EARLIEST, high: end?.high ?? LATEST };
}

function eventsOf(value: Json): Range | null {
  const events = list(value.event)
    .map((event) => dateRange(text(event)))
    .filter((range) => range !== null);
  if (events.length === 0) return null;
  return { low: Math.min(...events.map(({ low }) => low)), high: Math.max(...events.map(({ high }) => high)) };
}

function numberRows(param: string, value: unknown, place: number, sink: Sink): void {
  if (typeof value === 'number') sink({ kind: 'range', param, low: value, high: value, place });
  else if (isObject(value)) {
    const [low, high] = [endOf(value.low), endOf(value.high)];
    if (low !== null || high !== null)
      sink({ kind: 'range', param, low: low ?? -Number.MAX_VALUE, high: high ?? Number.MAX_VALUE, place });
  }
}

function endOf(value: unknown): number | null {
  return isObject(value) && typeof value.value === 'number' ? value.value : null;
}

function quantityRows(param: string, value: unknown, place: number, sink: Sink): void {
  if (!isObject(value)) return;
  if (value.low !== undefined || value.high !== undefined) {
    const named = isObject(value.low) ? value.low : isObject(value.high) ? value.high : {};
    const [low, high] = [endOf(value.low), endOf(value.high)];
    if (low !== null || high !== null)
      addQuantity(param, named, low ?? -Number.MAX_VALUE, high ?? Number.MAX_VALUE, place, sink);
    return;
  }
  if (value.origin !== undefined) sampledRows(param, value, place, sink);
  const amount = value.value;
  if (typeof amount !== 'number') return;
  const { comparator } = value;
  const low = comparator === '<' || comparator === '<=' ? -Number.MAX_VALUE : amount;
  const high = comparator === '>' || comparator === '>=' ? Number.MAX_VALUE : amount;
  const named = typeof value.currency === 'string' ? { system: 'urn:iso:std:iso:4217', code: value.currency } : value;
  addQuantity(param, named, low, high, place, sink);
}

/** The range of a series: what a search for a value within it should find. */
function sampledRows(param: string, value: Json, place: number, sink: Sink): void {
  const origin = isObject(value.origin) ? value.origin : {};
  if (typeof value.data !== 'string' || typeof origin.value !== 'number') return;
  const factor = typeof value.factor === 'number' ? value.factor : 1;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const sample of value.data.split(' ')) {
    const number = sample === '' ? Number.NaN : Number(sample);
    if (Number.isNaN(number)) continue;
    const at = origin.value + factor * number;
    if (at < low) low = at;
    if (at > high) high = at;
  }
  if (low <= high) addQuantity(param, origin, low, high, place, sink);
}

function addQuantity(param: string, named: Json, low: number, high: number, place: number, sink: Sink): void {
  const system = text(named.system);
  const code = text(named.code);
  const base = system === UCUM ? baseUnit(code) : null;
  const end = (value: number) => (Math.abs(value) === Number.MAX_VALUE ? value : base!.of(value));
  const counted = base === null ? null : { unit: base.unit, low: end(low), high: end(high) };
  sink({ kind: 'quantity', param, low, high, system, code, unit: text(named.unit), base: counted, place });
}

const RELATIVE = /^([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}$/;

/** What a reference leads to, without its version; null for a contained resource. */
export function targetOf(reference: string): string | null {
  if (reference === '' || reference.startsWith('#')) return null;
  const at = reference.indexOf('/_history/');
  return at < 0 ? reference : reference.slice(0, at);
}

function referenceRows(param: string, way: Way, value: unknown, place: number, sink: Sink): void {
  if (typeof value === 'string') {
    // A canonical: found with its version and without.
    sink({ kind: 'reference', param, target: value, place });
    const bar = value.indexOf('|');
    if (bar > 0) sink({ kind: 'reference', param, target: value.slice(0, bar), place });
    return;
  }
  if (!isObject(value)) return;
  if (way.type === 'Resource') {
    const { resourceType, id } = value;
    if (typeof resourceType === 'string' && typeof id === 'string')
      sink({ kind: 'reference', param, target: `${resourceType}/${id}`, place });
    return;
  }
  const target = targetOf(text(value.reference));
  if (way.only !== null) {
    const type =
      (target === null
        ? null
        : RELATIVE.exec(target.slice(target.lastIndexOf('/', target.lastIndexOf('/') - 1) + 1))?.[1]) ?? value.type;
    if (type !== way.only) return;
  }
  if (target !== null) sink({ kind: 'reference', param, target, place });
  if (place > 0 || !isObject(value.identifier)) return;
  const { system, value: named } = value.identifier;
  if (typeof named === 'string')
    sink({
      kind: 'token',
      param: `${param}:identifier`,
      system: text(system),
      code: named.slice(0, LONGEST).toLowerCase(),
      place,
    });
}
