import { coding, GEMEL } from '@gemel/core/concept';
import type { Problem } from '@gemel/core/error';
import type { Decoded, RawTime } from '@gemel/core/raw';
import type { Door, DoorOptions } from '../../door.ts';
import { exchangeErrors } from '../../errors.data.ts';
import { clip, type Element, fileEntry, kept, refused, sourceOf } from '../cgm/item.ts';
import { isObject, type Json, text } from '../cgm/records.ts';
import { zoneOf } from '../cgm/staged.ts';
import { deviceErrors } from '../errors.data.ts';
import { type JsonRow, jsonRows } from '../json-rows.ts';
import {
  BLOOD_PRESSURE,
  BODY_TEMPERATURE,
  DIASTOLIC,
  EXERCISE,
  GLUCOSE,
  PULSE_OXIMETRY,
  SYSTOLIC,
  TEMPERATURE_AT,
} from '../measures.data.ts';
import { mappedReading, type Part, type Reading, readingResource } from '../reading.ts';
import { headText } from '../text.ts';
import type { Zone } from '../zone.ts';
import {
  CONTEXT,
  ENERGY,
  LENGTH,
  MEASURES,
  NAMED,
  OTHER_SIGNS,
  PRESSURE,
  SPECIMENS,
  TEMPERATURE,
  type Units,
} from './schemas.data.ts';
import { readTimeFrame } from './time-frame.ts';

/**
 * Open mHealth (and IEEE 1752.1) data points in JSON: a header with a body, or a body by itself; one, an array, one a line, or
 * the array under `body` that Shimmer gives. Each becomes one entry.
 */
export const openMHealthDoor = {
  id: 'open-mhealth',
  title: 'Open mHealth data points (JSON)',
  sniff,
  *decode(bytes, options) {
    for (const { decoded } of points(bytes, options)) yield decoded;
  },
  *resources(bytes, options) {
    for (const { readings, subject } of points(bytes, options)) {
      for (const reading of readings) yield readingResource(reading, subject);
    }
  },
} satisfies Door;

const SIGNS = new Set([...Object.keys(MEASURES), ...OTHER_SIGNS]);

function sniff(head: Uint8Array, name: string): number {
  const start = headText(head).trimStart();
  if (!/^[[{"]/.test(start) || /"resourceType"\s*:/.test(start)) return 0;
  if (/"schema_id"\s*:\s*\{/.test(start)) return 0.96;
  const signs = [...start.matchAll(/"([a-z][a-z_]*)"\s*:/g)].filter(([, key]) => SIGNS.has(key!)).length;
  if (signs > 1) return 0.92;
  if (signs === 1) return 0.75;
  return NAMED.test(name) ? 0.7 : 0;
}

/** What became of one data point. */
interface Point {
  readonly decoded: Decoded;
  readonly readings: readonly Reading[];
  readonly subject: string;
}

function* points(bytes: Uint8Array, options: DoorOptions): Generator<Point, void, void> {
  const { zone, problem } = zoneOf(options);
  if (problem) {
    yield plain(fileEntry('refused', options, [problem], bytes));
    return;
  }
  const start = headText(bytes.subarray(0, 65_536)).trimStart();
  const asFile = (code: 'exchange-empty' | 'exchange-not-this-format', words: string) =>
    plain(
      fileEntry(
        'refused',
        options,
        [exchangeErrors.problem(code, `${options.name} ${words}`, { file: options.name })],
        bytes,
      ),
    );
  if (start === '') {
    yield asFile('exchange-empty', 'is empty');
  } else if (/^"/.test(start)) {
    yield plain(wordOf(bytes, options));
  } else if (!/^[[{]/.test(start)) {
    yield asFile('exchange-not-this-format', 'is not JSON');
  } else {
    let any = false;
    for (const row of jsonRows(bytes, /^\{[^[]*"body"\s*:\s*\[/.test(start))) {
      any = true;
      yield point(row, options, zone);
    }
    if (!any) yield asFile('exchange-empty', 'holds no data points');
  }
}

const plain = (decoded: Decoded): Point => ({ decoded, readings: [], subject: '' });

/** A schema that is one word (`"running"`) says nothing of anybody. */
function wordOf(bytes: Uint8Array, options: DoorOptions): Decoded {
  const provenance = { ...sourceOf(options), element: 'value', byteStart: 0, byteEnd: bytes.length };
  const element: Element = { subject: '', where: { file: options.name }, provenance };
  try {
    const value: unknown = JSON.parse(headText(bytes));
    const words = `a value of ${schemaOf(null, options.name)} by itself`;
    return kept(schemaOf(null, options.name), element, value, [
      deviceErrors.problem('device-no-measurement', words, element.where),
    ]);
  } catch {
    const broken = exchangeErrors.problem('exchange-json-invalid', 'not valid JSON', element.where);
    return refused('value', element, broken);
  }
}

/** Name of the schema: the header's, else the file's, else none. */
function schemaOf(header: Json | null, name: string): string {
  const id = header && isObject(header.schema_id) ? text(header.schema_id, 'name') : null;
  return id ?? NAMED.exec(name)?.[2] ?? 'data-point';
}

function point(row: JsonRow, options: DoorOptions, zone: Zone | null): Point {
  const value = isObject(row.value) ? row.value : null;
  const header = value && isObject(value.header) ? value.header : null;
  const body = value && isObject(value.body) ? value.body : header ? null : value;
  const subject = options.subject ?? (header ? text(header, 'user_id') : null) ?? '';
  const element = elementOf(row, header, subject, options);
  const type = schemaOf(header, options.name);
  if (row.fault !== null || value === null) {
    const [code, words] =
      row.fault === 'truncated'
        ? (['exchange-truncated', 'the file ends here'] as const)
        : (['exchange-json-invalid', row.fault === null ? 'not an object' : 'not valid JSON'] as const);
    return plain(refused('data-point', element, exchangeErrors.problem(code, words, element.where)));
  }
  const made = body === null ? null : readBody(body, element, type);
  if (made === null) {
    const words = body === null ? 'a header without a body' : `${type} says nothing that was measured`;
    return plain(kept(type, element, value, [deviceErrors.problem('device-no-measurement', words, element.where)]));
  }
  if ('problem' in made) {
    return plain(
      made.fate === 'kept' ? kept(type, element, value, [made.problem]) : refused(type, element, made.problem),
    );
  }
  if (subject === '') {
    const nobody = exchangeErrors.problem('exchange-subject-missing', 'names no person', element.where);
    return plain(refused(type, element, nobody));
  }
  const statistic = statisticOf(body!);
  if (statistic !== null) {
    const words = `the ${clip(statistic)} over a stretch of time`;
    return plain(kept(type, element, value, [deviceErrors.problem('device-statistic', words, element.where)]));
  }
  const time = timeOf(body!, element, options, zone);
  if ('problem' in time) return plain(kept(type, element, value, [time.problem]));
  const reading: Reading = { ...made, time, ...contextOf(body!) };
  const marks = modalityMarks(header, element);
  return { decoded: mappedReading(type, reading, element, options, marks), readings: [reading], subject };
}

function elementOf(row: JsonRow, header: Json | null, subject: string, options: DoorOptions): Element {
  const element = row.path === '' ? 'data-point' : row.path;
  const acquired = header && isObject(header.acquisition_provenance) ? header.acquisition_provenance : null;
  const sourceId = header ? (text(header, 'id') ?? text(header, 'uuid')) : null;
  const device = acquired ? text(acquired, 'source_name') : null;
  const bytes = row.byteStart === undefined ? {} : { byteStart: row.byteStart, byteEnd: row.byteEnd! };
  return {
    subject,
    where: { file: options.name, element, line: row.line, ...(row.byteStart !== undefined && { byte: row.byteStart }) },
    provenance: {
      ...{ ...sourceOf(options), element, line: row.line, ...bytes },
      ...(sourceId !== null && { sourceId }),
      ...(device !== null && { device }),
    },
  };
}

type Made = Pick<Reading, 'codings' | 'value' | 'parts' | 'text'>;
type Unmade = { readonly problem: Problem; readonly fate: 'kept' | 'refused' };

/** What a body measured; null where it measures nothing. */
function readBody(body: Json, element: Element, type: string): Made | Unmade | null {
  try {
    if (body.systolic_blood_pressure !== undefined || body.diastolic_blood_pressure !== undefined)
      return bloodPressure(body, element);
    if (body.blood_glucose !== undefined) return glucose(body, element);
    if (body.body_temperature !== undefined) {
      const place = text(body, 'measurement_location') ?? '';
      return single(TEMPERATURE_AT[place] ?? BODY_TEMPERATURE, body, 'body_temperature', TEMPERATURE, element);
    }
    if (body.oxygen_saturation !== undefined && text(body, 'measurement_method') === 'pulse oximetry')
      return single(PULSE_OXIMETRY, body, 'oxygen_saturation', { '%': '%' }, element);
    if (typeof body.activity_name === 'string' && body.step_count === undefined) return activity(body, element);
    const names = Object.keys(body).filter((name) => Object.hasOwn(MEASURES, name));
    if (names.length === 0) return unmeasured(body, element);
    if (names.length === 1)
      return single(MEASURES[names[0]!]!.codings, body, names[0]!, MEASURES[names[0]!]!.units, element);
    const parts = names.map((name) => ({
      codings: MEASURES[name]!.codings,
      value: amount(body, name, MEASURES[name]!.units, element),
    }));
    return { codings: [], text: type, parts };
  } catch (error) {
    if (error instanceof Unreadable) return { problem: error.problem, fate: 'refused' };
    throw error;
  }
}

/** A body that no maker knows: a HealthKit sample of Granola, a medication, or a building block of other schemas. */
function unmeasured(body: Json, element: Element): Unmade | null {
  const name = ['quantity_type', 'category_type', 'correlation_type']
    .map((key) => text(body, key))
    .find((t) => t !== null);
  if (name === undefined || name === null) return null;
  const words = `"${clip(name)}" in Granola's form`;
  return { problem: deviceErrors.problem('device-measure-unknown', words, element.where), fate: 'kept' };
}

/** Thrown within one body, caught in readBody. */
class Unreadable extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** A `{value, unit}` in UCUM, or a bare number where the units allow one. @throws Unreadable */
function amount(body: Json, name: string, units: Units, element: Element): { value: number; unit: string } {
  const written = body[name];
  const held: Json = isObject(written) ? written : { value: written, unit: '' };
  const where = { ...element.where, field: name };
  const { value } = held;
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    const words = `${name} has no number`;
    throw new Unreadable(exchangeErrors.problem('exchange-number-unreadable', words, where));
  }
  const unit = typeof held.unit === 'string' ? held.unit : '';
  if (!Object.hasOwn(units, unit)) {
    const known = Object.keys(units)
      .filter((each) => each !== '')
      .join(', ');
    const words = `${name} in "${clip(unit)}"`;
    const remedy = `Give it in ${known}.`;
    throw new Unreadable(exchangeErrors.problem('exchange-unit-unknown', words, where, remedy));
  }
  return { value, unit: units[unit]! };
}

function single(codings: Made['codings'], body: Json, name: string, units: Units, element: Element): Made {
  return { codings, value: amount(body, name, units, element) };
}

function bloodPressure(body: Json, element: Element): Made {
  const parts: Part[] = [];
  if (body.systolic_blood_pressure !== undefined)
    parts.push({ codings: SYSTOLIC, value: amount(body, 'systolic_blood_pressure', PRESSURE, element) });
  if (body.diastolic_blood_pressure !== undefined)
    parts.push({ codings: DIASTOLIC, value: amount(body, 'diastolic_blood_pressure', PRESSURE, element) });
  return { codings: BLOOD_PRESSURE, parts };
}

function glucose(body: Json, element: Element): Made | Unmade {
  const value = amount(body, 'blood_glucose', { 'mg/dL': 'mg/dL', 'mmol/L': 'mmol/L' }, element);
  const specimen = text(body, 'specimen_source') ?? text(body, 'blood_specimen_type');
  const kind = specimen === null ? 'blood' : SPECIMENS[specimen];
  if (kind === undefined) {
    const words = `glucose in ${clip(specimen!)}`;
    return { problem: deviceErrors.problem('device-measure-unknown', words, element.where), fate: 'kept' };
  }
  return { codings: GLUCOSE[kind]![value.unit as 'mg/dL' | 'mmol/L'], value };
}

/** What was done, with how far and at what cost beside it. */
function activity(body: Json, element: Element): Made {
  const parts: Part[] = [];
  if (body.distance !== undefined) parts.push({ codings: DISTANCE, value: amount(body, 'distance', LENGTH, element) });
  if (body.kcal_burned !== undefined)
    parts.push({ codings: MEASURES.kcal_burned!.codings, value: amount(body, 'kcal_burned', ENERGY, element) });
  return { codings: EXERCISE, value: { text: String(body.activity_name) }, ...(parts.length > 0 && { parts }) };
}

/** LOINC's distances each name one kind of exercise. */
const DISTANCE = [coding(GEMEL, 'omh.distance', 'Distance of an exercise')];

/** The word of a statistic over several readings; the count of steps in a day and their like are sums, not statistics. */
function statisticOf(body: Json): string | null {
  const own = text(body, 'descriptive_statistic');
  if (own !== null) return own === 'count' || own === 'sum' ? null : own;
  for (const value of Object.values(body)) {
    const inner = isObject(value) ? text(value, 'descriptive_statistic') : null;
    if (inner !== null && inner !== 'count' && inner !== 'sum') return inner;
  }
  return null;
}

function timeOf(
  body: Json,
  element: Element,
  options: DoorOptions,
  zone: Zone | null,
): RawTime | { readonly problem: Problem } {
  const where = { ...element.where, field: 'effective_time_frame' };
  if (body.effective_time_frame === undefined) {
    if (options.start !== undefined) return { start: options.start, offset: null };
    return { problem: deviceErrors.problem('device-time-missing', 'says nothing of when', where) };
  }
  return readTimeFrame(body.effective_time_frame, zone, where);
}

function contextOf(body: Json): { readonly notes?: readonly string[] } {
  const notes = CONTEXT.flatMap((name) => {
    const words = text(body, name);
    return words === null ? [] : [`${name.replaceAll('_', ' ')}: ${words}`];
  });
  return notes.length > 0 ? { notes } : {};
}

function modalityMarks(header: Json | null, element: Element): readonly Problem[] {
  const acquired = header && isObject(header.acquisition_provenance) ? header.acquisition_provenance : null;
  const modality = (acquired && text(acquired, 'modality')) ?? (header && text(header, 'modality'));
  if (modality !== 'self-reported') return [];
  return [deviceErrors.problem('device-self-reported', 'entered by the person', element.where)];
}
