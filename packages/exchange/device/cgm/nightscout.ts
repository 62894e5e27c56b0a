import type { Problem } from '@gemel/core/error';
import type { Decoded, RawItem } from '@gemel/core/raw';
import type { Door, DoorOptions } from '../../door.ts';
import { exchangeErrors } from '../../errors.data.ts';
import { headText } from '../text.ts';
import { CAPILLARY, DEXCOM_RANGE, INTERSTITIAL } from './codes.data.ts';
import {
  basal,
  bolus,
  carbohydrate,
  clip,
  type Element,
  fact,
  fileEntry,
  glucoseUnit,
  kept,
  mapped,
  moment,
  observation,
  part,
  readGlucose,
  refused,
} from './item.ts';
import { isoTime, type Json, type JsonRecord, number, readRecords, text, wallTime } from './records.ts';
import { type RowTime, type Staged, settleRows, unreadableTime, zoneOf } from './staged.ts';

const EXPECTED = 'Nightscout data in JSON';
const MINUTE = 60_000;

/** Nightscout's JSON: entries (sgv, mbg, cal), treatments, and profiles, in one array or under their names. */
export const nightscoutDoor = {
  id: 'nightscout',
  title: 'Nightscout JSON',
  sniff(head) {
    const start = headText(head).trimStart();
    if (!/^[[{]/.test(start) || /"resourceType"/.test(start)) return 0;
    return /"(sgv|mbg|eventType)"\s*:/.test(start) ? 0.95 : /"(dateString|defaultProfile)"\s*:/.test(start) ? 0.8 : 0;
  },
  decode,
} satisfies Door;

function belongs(value: Json): boolean {
  return (
    ['sgv', 'mbg', 'eventType', 'defaultProfile', 'openaps', 'pump'].some((field) => field in value) ||
    value.type === 'cal'
  );
}

function* decode(bytes: Uint8Array, options: DoorOptions): Generator<Decoded, void, void> {
  const { zone, problem } = zoneOf(options);
  if (problem) {
    yield fileEntry('refused', options, [problem], bytes);
    return;
  }
  const records = readRecords(bytes, options, () => null, belongs, EXPECTED);
  if (options.subject === undefined && records.some((record) => 'value' in record || record.type !== 'file')) {
    const nobody = exchangeErrors.problem('exchange-subject-missing', `${options.name} names no person`, {
      file: options.name,
    });
    yield fileEntry('refused', options, [nobody], bytes);
    return;
  }
  const ends = basalEnds(records);
  const rows = records.map((record) => ('value' in record ? stage(record, ends) : record));
  yield* settleRows(rows, zone, options, bytes);
}

/** A temporary basal runs until its duration is over or the next one begins: starts in order, for looking up the next. */
function basalEnds(records: readonly (JsonRecord | Decoded)[]): readonly number[] {
  const starts = new Set<number>();
  for (const record of records) {
    if (!('value' in record)) continue;
    const event = text(record.value, 'eventType');
    const stamp =
      event !== null && (BASAL_EVENTS.has(event) || event === 'Temp Basal End') && treatmentStamp(record.value);
    if (stamp && 'at' in stamp.time) starts.add(stamp.time.at);
  }
  return [...starts].sort((a, b) => a - b);
}

function firstAfter(sorted: readonly number[], at: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! > at) high = middle;
    else low = middle + 1;
  }
  return sorted[low] ?? Infinity;
}

function stage(record: JsonRecord, ends: readonly number[]): Staged | Decoded {
  const { value, element } = record;
  if ('sgv' in value || value.type === 'sgv') return timed('sgv', record, (v) => stampOf(v), sensorGlucose);
  if ('mbg' in value || value.type === 'mbg') return timed('mbg', record, (v) => stampOf(v), meterGlucose);
  if (value.type === 'cal') return kept('cal', element, value);
  const event = text(value, 'eventType');
  if (event !== null || hasTreatment(value)) {
    const type = event !== null && KNOWN_EVENTS.has(event) ? event : 'treatment';
    return timed(type, record, treatmentStamp, BASAL_EVENTS.has(type) ? tempBasal(ends) : treatment);
  }
  if ('defaultProfile' in value) return kept('profile', element, value);
  if ('openaps' in value || 'pump' in value || 'loop' in value) return kept('device status', element, value);
  const unknown = exchangeErrors.problem('exchange-record-unknown', 'neither an entry nor a treatment', element.where);
  return kept('record', element, value, [unknown]);
}

function hasTreatment(value: Json): boolean {
  return (number(value, 'insulin') ?? 0) > 0 || (number(value, 'carbs') ?? 0) > 0;
}

type Make = (
  value: Json,
  type: string,
  element: Element,
  at: number,
  offset: number | null,
  marks: readonly Problem[],
) => Decoded;

function timed(
  type: string,
  record: JsonRecord,
  stampOf: (value: Json, element: Element) => Stamp | null,
  make: Make,
): Staged | Decoded {
  const { value, element } = record;
  const stamp = stampOf(value, element);
  if (!stamp) {
    const written = text(value, 'dateString') ?? text(value, 'created_at') ?? '';
    return refused(type, element, unreadableTime(written, element.where, 'date'));
  }
  return {
    type,
    element,
    time: stamp.time,
    make: (at, offset, marks) => make(value, type, element, at, offset, [...stamp.marks, ...marks]),
  };
}

interface Stamp {
  readonly time: RowTime;
  readonly marks: readonly Problem[];
}

/** Entries carry `date` (ms since the epoch) and usually `dateString`, `sysTime` and `utcOffset` (minutes). */
function stampOf(value: Json, element?: Element): Stamp | null {
  const written = isoTime(text(value, 'dateString')) ?? isoTime(text(value, 'sysTime'));
  const utcOffset = number(value, 'utcOffset');
  const date = number(value, 'date') ?? number(value, 'mills');
  if (date !== null && isEpoch(date)) {
    const offset = utcOffset ?? (written && written.offset !== 0 ? written.offset : null);
    const apart = written ? Math.abs(written.at - date) : 0;
    const where = { ...element?.where, field: 'dateString' };
    const marks =
      apart > MINUTE
        ? [
            exchangeErrors.problem(
              'exchange-time-disagrees',
              `date and dateString are ${Math.round(apart / MINUTE)} min apart; date used`,
              where,
            ),
          ]
        : [];
    return { time: { at: date, offset }, marks };
  }
  if (written) return { time: { at: written.at, offset: utcOffset ?? written.offset }, marks: [] };
  const local = wallTime(text(value, 'dateString'));
  if (local === null) return null;
  if (utcOffset !== null) return { time: { at: local - utcOffset * MINUTE, offset: utcOffset }, marks: [] };
  return { time: { local, stream: 'entries' }, marks: [] };
}

/** Milliseconds since the epoch, 1973 to 2199: neither seconds nor nonsense. */
function isEpoch(value: number): boolean {
  return value > 1e11 && value < 7.2e12;
}

/** Treatments carry `created_at` in ISO 8601; loops add `timestamp` and `utcOffset`. */
function treatmentStamp(value: Json): Stamp | null {
  const written =
    isoTime(text(value, 'created_at')) ?? isoTime(text(value, 'timestamp')) ?? isoTime(text(value, 'dateString'));
  const utcOffset = number(value, 'utcOffset');
  if (written) return { time: { at: written.at, offset: utcOffset ?? written.offset }, marks: [] };
  const mills = number(value, 'mills') ?? number(value, 'date');
  if (mills !== null && isEpoch(mills)) return { time: { at: mills, offset: utcOffset }, marks: [] };
  const local = wallTime(text(value, 'created_at'));
  return local === null ? null : { time: { local, stream: 'treatments' }, marks: [] };
}

/** Values 1 to 12 are the transmitter's error codes; 39 and 401 are its LOW and HIGH. Nightscout stores mg/dL. */
function sensorGlucose(...[value, type, element, at, offset, marks]: Parameters<Make>): Decoded {
  const sgv = number(value, 'sgv');
  const where = { ...element.where, field: 'sgv' };
  if (sgv === null) {
    const word = text(value, 'sgv');
    if (word === null)
      return kept(type, element, value, [exchangeErrors.problem('exchange-value-missing', 'no sgv', where)]);
    return reading(word, INTERSTITIAL, value, type, element, at, offset, marks);
  }
  if (sgv <= 12) {
    const error = exchangeErrors.problem('exchange-sensor-error', `${sgv} is an error code of the sensor`, where);
    return kept(type, element, value, [error]);
  }
  const word = sgv === 39 ? 'LOW' : sgv === 401 ? 'HIGH' : String(sgv);
  return reading(word, INTERSTITIAL, value, type, element, at, offset, marks);
}

function meterGlucose(...[value, type, element, at, offset, marks]: Parameters<Make>): Decoded {
  const written = value.mbg;
  if (typeof written !== 'number' && typeof written !== 'string') {
    return kept(type, element, value, [exchangeErrors.problem('exchange-value-missing', 'no mbg', element.where)]);
  }
  return reading(String(written), CAPILLARY, value, type, element, at, offset, marks);
}

function reading(
  word: string,
  codes: typeof INTERSTITIAL | typeof CAPILLARY,
  ...[_value, type, element, at, offset, marks]: Parameters<Make>
): Decoded {
  const read = readGlucose(word, 'mg/dL', codes === INTERSTITIAL ? DEXCOM_RANGE : null, {
    ...element.where,
    field: type,
  });
  if ('problem' in read) return refused(type, element, read.problem);
  const all = [...marks, ...read.marks];
  return mapped(type, element, [observation(element, [codes['mg/dL']], read.value, moment(at, offset), all)], all);
}

const BASAL_EVENTS = new Set(['Temp Basal', 'Temp Basal Start', 'TempBasal']);
const SENSOR_EVENTS = new Set(['Sensor Start', 'Sensor Change']);
const KEPT_EVENTS = new Set([
  'Temp Basal End',
  'Temporary Target',
  'Temporary Override',
  'Profile Switch',
  'Effective Profile Switch',
  'Insulin Change',
  'Pump Battery Change',
  'Sensor Stop',
  'Exercise',
  'Announcement',
  'Note',
  'Question',
  'D.A.D. Alert',
  'OpenAPS Offline',
  'Suspend Pump',
  'Resume Pump',
]);
const DOSE_EVENTS = [
  'Meal Bolus',
  'Snack Bolus',
  'Correction Bolus',
  'Combo Bolus',
  'Bolus',
  'Bolus Wizard',
  'SMB',
  'External Insulin',
  'Carb Correction',
  'Carbs',
  'BG Check',
  'Site Change',
];
const KNOWN_EVENTS = new Set([...BASAL_EVENTS, ...SENSOR_EVENTS, ...KEPT_EVENTS, ...DOSE_EVENTS, '<none>']);

function treatment(...[value, type, element, at, offset, marks]: Parameters<Make>): Decoded {
  const items: RawItem[] = [];
  const problems: Problem[] = [...marks];
  const insulin = number(value, 'insulin');
  if (insulin !== null && insulin > 0) items.push(...doses(value, type, insulin, element, at, offset, marks));
  const carbs = number(value, 'carbs');
  if (carbs !== null && carbs > 0) items.push(carbohydrate(element, carbs, moment(at, offset), marks));
  const check = glucoseCheck(value, type, element, at, offset, marks);
  if (check && 'code' in check) problems.push(check);
  else if (check) {
    items.push(check);
    problems.push(...(check.marks ?? []).filter((mark) => !marks.includes(mark)));
  }
  const named = SENSOR_EVENTS.has(type) ? 'sensor.start' : type === 'Site Change' ? 'pump.site-change' : null;
  if (named) items.push(fact(element, named, { kind: 'boolean', value: true }, moment(at, offset)));
  if (items.length > 0) return mapped(type, element, items, problems);
  if (KEPT_EVENTS.has(type)) return kept(type, element, value, problems);
  const code = KNOWN_EVENTS.has(type) ? 'exchange-value-missing' : 'exchange-record-unknown';
  const message =
    code === 'exchange-value-missing'
      ? `${type} without an amount`
      : `event type "${clip(text(value, 'eventType') ?? '')}"`;
  return kept(type, element, value, [...problems, exchangeErrors.problem(code, message, element.where)]);
}

/** A combo bolus gives one part at once and spreads the other over `duration` minutes. */
function doses(
  value: Json,
  type: string,
  insulin: number,
  element: Element,
  at: number,
  offset: number | null,
  marks: readonly Problem[],
): RawItem[] {
  const now = number(value, 'splitNow');
  const later = number(value, 'splitExt');
  const duration = number(value, 'duration');
  if (type !== 'Combo Bolus' || now === null || later === null || !duration || now + later <= 0) {
    return [bolus(element, insulin, moment(at, offset), marks)];
  }
  // `insulin` is the part given at once in some uploaders and the whole in others; `enteredinsulin` is always the whole.
  const whole = number(value, 'enteredinsulin') ?? insulin;
  const items: RawItem[] = [];
  if (now > 0) items.push(bolus(element, (whole * now) / (now + later), moment(at, offset), marks));
  if (later > 0) {
    const spread = moment(at, offset, at + duration * MINUTE);
    items.push(bolus(part(element, 'extended'), (whole * later) / (now + later), spread, marks));
  }
  return items;
}

function glucoseCheck(
  ...[value, type, element, at, offset, marks]: Parameters<Make>
): ReturnType<typeof observation> | Problem | null {
  if (type !== 'BG Check' || text(value, 'glucoseType') === 'Sensor') return null;
  const written = value.glucose ?? value.mbg;
  if (typeof written !== 'number' && typeof written !== 'string') return null;
  const where = { ...element.where, field: 'glucose' };
  const stated = text(value, 'units');
  const unit = stated === null ? null : glucoseUnit(stated);
  if (unit === null) {
    return stated === null
      ? exchangeErrors.problem('exchange-unit-missing', 'a glucose check without a unit', where, 'Export with units.')
      : exchangeErrors.problem('exchange-unit-unknown', `"${clip(stated)}" is no unit of glucose known here`, where);
  }
  const read = readGlucose(String(written), unit, null, where);
  if ('problem' in read) return read.problem;
  return observation(element, [CAPILLARY[unit]], read.value, moment(at, offset), [...marks, ...read.marks]);
}

/** Absolute rates (U/h) over `duration` minutes; −100 % is a suspended pump, other percentages need the profile's rate. */
function tempBasal(ends: readonly number[]): Make {
  return (value, type, element, at, offset, marks) => {
    const percent = number(value, 'percent');
    const rate = number(value, 'absolute') ?? number(value, 'rate') ?? (percent === -100 ? 0 : null);
    const duration = number(value, 'duration');
    if (duration === 0) return kept(type, element, value, marks);
    if (rate === null) {
      const code = percent === null ? 'exchange-value-missing' : 'exchange-rate-unknown';
      const message =
        percent === null ? 'a temporary basal without a rate' : `${percent} % of a rate the file does not hold`;
      return kept(type, element, value, [...marks, exchangeErrors.problem(code, message, element.where)]);
    }
    if (duration === null || duration < 0) {
      const open = exchangeErrors.problem(
        'exchange-value-missing',
        'a temporary basal without a duration',
        element.where,
      );
      return kept(type, element, value, [...marks, open]);
    }
    const end = Math.min(at + duration * MINUTE, firstAfter(ends, at));
    return mapped(type, element, [basal(element, rate, moment(at, offset, end), marks)], marks);
  };
}
