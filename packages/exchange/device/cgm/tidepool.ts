import { UCUM } from '@gemel/core/concept';
import type { Problem } from '@gemel/core/error';
import type { Decoded, RawItem, RawTime } from '@gemel/core/raw';
import type { Door, DoorOptions } from '../../door.ts';
import { exchangeErrors } from '../../errors.data.ts';
import { headText } from '../text.ts';
import { CAPILLARY, type GlucoseUnit, INTERSTITIAL, KETONE } from './codes.data.ts';
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
  longActing,
  MG_PER_MMOL,
  mapped,
  moment,
  observation,
  part,
  refused,
} from './item.ts';
import { isObject, isoTime, type Json, type JsonRecord, number, readRecords, text, wallTime } from './records.ts';
import { type RowTime, type Staged, settleRows, unreadableTime, zoneOf } from './staged.ts';

const EXPECTED = 'Tidepool data in JSON';
const MINUTE = 60_000;

/** Record types of the Tidepool data model. */
const TYPES = new Set([
  'cbg',
  'smbg',
  'bloodKetone',
  'bolus',
  'basal',
  'wizard',
  'food',
  'insulin',
  'deviceEvent',
  'pumpSettings',
  'cgmSettings',
  'upload',
  'physicalActivity',
  'reportedState',
  'controllerSettings',
  'controllerStatus',
  'pumpStatus',
  'dosingDecision',
  'alert',
  'water',
]);

/** Tidepool's JSON: an array of data; UTC time, device time and the offsets between them; glucose stored in mmol/L. */
export const tidepoolDoor = {
  id: 'tidepool',
  title: 'Tidepool JSON',
  sniff(head) {
    const start = headText(head).trimStart();
    if (!/^[[{]/.test(start) || /"resourceType"/.test(start)) return 0;
    const typed = /"type"\s*:\s*"(cbg|smbg|bolus|basal|wizard|food|deviceEvent|pumpSettings|upload)"/.test(start);
    if (!typed) return 0;
    return /"(deviceTime|timezoneOffset|uploadId|conversionOffset|deviceId)"\s*:/.test(start) ? 0.96 : 0.6;
  },
  decode,
} satisfies Door;

function* decode(bytes: Uint8Array, options: DoorOptions): Generator<Decoded, void, void> {
  const { zone, problem } = zoneOf(options);
  if (problem) {
    yield fileEntry('refused', options, [problem], bytes);
    return;
  }
  const belongs = (value: Json) => typeof value.type === 'string' && TYPES.has(value.type);
  const person = (value: Json) => text(value, '_userId') ?? text(value, 'userId');
  const records = readRecords(bytes, options, person, belongs, EXPECTED);
  const rows = records.map((record) => ('value' in record ? stage(record, options) : record));
  yield* settleRows(rows, zone, options, bytes);
}

type Make = (
  value: Json,
  type: string,
  element: Element,
  time: RawTime,
  marks: readonly Problem[],
  options: DoorOptions,
) => Decoded;

function stage(record: JsonRecord, options: DoorOptions): Staged | Decoded {
  const { value, element } = record;
  const written = text(value, 'type') ?? '';
  const make = MAKERS[written];
  if (!make) {
    if (TYPES.has(written)) return kept(written, element, value);
    const unknown = exchangeErrors.problem('exchange-record-unknown', `type "${clip(written)}"`, element.where);
    return kept('record', element, value, [unknown]);
  }
  const stamp = stampOf(value, element);
  if (!stamp) return refused(written, element, unreadableTime(text(value, 'time') ?? '', element.where, 'time'));
  return {
    type: written,
    element,
    time: stamp.time,
    make: (at, offset, marks) => make(value, written, element, moment(at, offset), [...stamp.marks, ...marks], options),
  };
}

/** Device time = time + timezone offset (min) + conversion offset (ms); the drift offset is for audit only (Tidepool, BtUTC). */
function stampOf(value: Json, element: Element): { readonly time: RowTime; readonly marks: readonly Problem[] } | null {
  const universal = isoTime(text(value, 'time'));
  const zoneMinutes = number(value, 'timezoneOffset');
  const conversion = number(value, 'conversionOffset') ?? 0;
  const device = wallTime(text(value, 'deviceTime'));
  const where = { ...element.where, field: 'time' };
  if (universal) {
    const marks: Problem[] = [];
    if (conversion !== 0) {
      const hours = (conversion / 3_600_000).toFixed(1);
      const says = `the clock of the device stood ${hours} h off its zone; the uploader corrected the time`;
      marks.push(exchangeErrors.problem('exchange-clock-changed', says, { ...where, field: 'conversionOffset' }));
    }
    if (device !== null && zoneMinutes !== null) {
      const apart = device - (universal.at + zoneMinutes * MINUTE + conversion);
      if (Math.abs(apart) > MINUTE) {
        const says = `time and deviceTime are ${Math.round(apart / MINUTE)} min apart beyond the stated offsets; time used`;
        marks.push(exchangeErrors.problem('exchange-time-disagrees', says, where));
      }
    }
    return {
      time: { at: universal.at, offset: zoneMinutes ?? (universal.offset === 0 ? null : universal.offset) },
      marks,
    };
  }
  if (device === null) return null;
  if (zoneMinutes !== null) {
    return { time: { at: device - zoneMinutes * MINUTE - conversion, offset: zoneMinutes }, marks: [] };
  }
  return { time: { local: device, stream: text(value, 'deviceId') ?? 'device' }, marks: [] };
}

const MAKERS: Readonly<Record<string, Make>> = {
  cbg: glucose(INTERSTITIAL),
  smbg: glucose(CAPILLARY),
  bloodKetone: ketone,
  bolus: bolusRecord,
  basal: basalRecord,
  wizard: wizard,
  food: food,
  insulin: injection,
  deviceEvent: deviceEvent,
};

function unitOf(value: Json, options: DoorOptions, element: Element): GlucoseUnit | Problem {
  const stated = text(value, 'units') ?? options.unit ?? null;
  const where = { ...element.where, field: 'units' };
  if (stated === null) return exchangeErrors.problem('exchange-unit-missing', 'glucose without a unit', where);
  return (
    glucoseUnit(stated) ??
    exchangeErrors.problem('exchange-unit-unknown', `"${clip(stated)}" is no unit of glucose known here`, where)
  );
}

/**
 * Tidepool stores mg/dL divided by 18.01559, to full precision: where the product is a whole number, the device measured
 * that number of mg/dL, and it is given back exactly (no value shown in mmol/L with fewer than six decimals can do so).
 */
function glucose(codes: typeof INTERSTITIAL | typeof CAPILLARY): Make {
  return (value, type, element, time, marks, options) => {
    const where = { ...element.where, field: 'value' };
    const stored = number(value, 'value');
    if (stored === null)
      return kept(type, element, value, [exchangeErrors.problem('exchange-value-missing', 'no value', where)]);
    const unit = unitOf(value, options, element);
    if (typeof unit !== 'string') return refused(type, element, unit);
    const limit = outOfRange(value);
    const product = stored * MG_PER_MMOL;
    const whole = Math.round(product);
    const exact = unit === 'mmol/L' && Math.abs(product - whole) < 1e-6;
    const shown: GlucoseUnit = exact ? 'mg/dL' : unit;
    if (limit) {
      const bound = limit.threshold ?? (exact ? whole : stored);
      const boundUnit: GlucoseUnit = limit.threshold === null ? shown : limit.threshold > 30 ? 'mg/dL' : 'mmol/L';
      const beyond = exchangeErrors.problem(
        'exchange-beyond-sensor',
        `${limit.side === '<' ? 'below' : 'above'} ${bound} ${boundUnit}`,
        where,
      );
      const quantity = {
        kind: 'quantity',
        value: bound,
        unit: boundUnit,
        unitSystem: UCUM,
        comparator: limit.side,
      } as const;
      const all = [...marks, beyond];
      return mapped(type, element, [observation(element, [codes[boundUnit]], quantity, time, all)], all);
    }
    const quantity = { kind: 'quantity', value: exact ? whole : stored, unit: shown, unitSystem: UCUM } as const;
    return mapped(type, element, [observation(element, [codes[shown]], quantity, time, marks)], marks);
  };
}

/** The annotation of a value beyond the sensor's range, with the range where it is stated (in the device's own unit). */
function outOfRange(value: Json): { readonly side: '<' | '>'; readonly threshold: number | null } | null {
  const annotations = Array.isArray(value.annotations) ? value.annotations : [];
  for (const note of annotations) {
    if (!isObject(note) || note.code !== 'bg/out-of-range') continue;
    return { side: note.value === 'low' ? '<' : '>', threshold: number(note, 'threshold') };
  }
  return null;
}

function ketone(...[value, type, element, time, marks]: Parameters<Make>): Decoded {
  const amount = number(value, 'value');
  if (amount === null) return missing(value, type, element, 'value');
  const quantity = { kind: 'quantity', value: amount, unit: 'mmol/L', unitSystem: UCUM } as const;
  return mapped(type, element, [observation(element, KETONE, quantity, time, marks)], marks);
}

/** What was delivered: `normal` at once, `extended` spread over `duration` ms (square, dual). */
function bolusRecord(...[value, type, element, time, marks]: Parameters<Make>): Decoded {
  const normal = number(value, 'normal');
  const extended = number(value, 'extended');
  const duration = number(value, 'duration');
  const items: RawItem[] = [];
  if (normal !== null && normal > 0) items.push(bolus(element, normal, time, marks));
  if (extended !== null && extended > 0) {
    if (duration === null || duration <= 0) return missing(value, type, element, 'duration of the extended part');
    items.push(
      bolus(part(element, 'extended'), extended, moment(time.start, time.offset, time.start + duration), marks),
    );
  }
  if (items.length > 0) return mapped(type, element, items, marks);
  // A bolus cancelled before anything flowed is a record of nothing given.
  if (normal === 0 || extended === 0) return kept(type, element, value, marks);
  return missing(value, type, element, 'amount');
}

/** Scheduled, temporary, automated and suspended delivery; a percentage is taken of the rate it suppresses. */
function basalRecord(...[value, type, element, time, marks]: Parameters<Make>): Decoded {
  const duration = number(value, 'duration');
  const percent = number(value, 'percent');
  const suppressed = isObject(value.suppressed) ? number(value.suppressed, 'rate') : null;
  const rate =
    value.deliveryType === 'suspend'
      ? 0
      : (number(value, 'rate') ?? (percent !== null && suppressed !== null ? percent * suppressed : null));
  if (rate === null) {
    if (percent === null) return missing(value, type, element, 'rate');
    const relative = exchangeErrors.problem(
      'exchange-rate-unknown',
      `${percent} of a rate the record does not hold`,
      element.where,
    );
    return kept(type, element, value, [...marks, relative]);
  }
  if (duration === null || duration < 0) return missing(value, type, element, 'duration');
  if (duration === 0) return kept(type, element, value, marks);
  return mapped(
    type,
    element,
    [basal(element, rate, moment(time.start, time.offset, time.start + duration), marks)],
    marks,
  );
}

function wizard(...[value, type, element, time, marks]: Parameters<Make>): Decoded {
  const carbs = number(value, 'carbInput');
  if (carbs === null || carbs === 0) return kept(type, element, value, marks);
  const unit = text(value, 'carbUnits');
  if (unit !== null && unit !== 'grams') {
    const where = { ...element.where, field: 'carbUnits' };
    const problem = exchangeErrors.problem(
      'exchange-unit-unknown',
      `carbohydrate in "${clip(unit)}"`,
      where,
      'Export grams.',
    );
    return refused(type, element, problem);
  }
  return mapped(type, element, [carbohydrate(element, carbs, time, marks)], marks);
}

function food(...[value, type, element, time, marks]: Parameters<Make>): Decoded {
  const nutrition =
    isObject(value.nutrition) && isObject(value.nutrition.carbohydrate) ? value.nutrition.carbohydrate : null;
  const grams = nutrition ? (number(nutrition, 'net') ?? number(nutrition, 'total')) : null;
  if (nutrition === null || grams === null) return missing(value, type, element, 'carbohydrate');
  const unit = text(nutrition, 'units');
  if (unit !== null && unit !== 'grams') {
    const where = { ...element.where, field: 'nutrition.carbohydrate.units' };
    const problem = exchangeErrors.problem(
      'exchange-unit-unknown',
      `carbohydrate in "${clip(unit)}"`,
      where,
      'Export grams.',
    );
    return refused(type, element, problem);
  }
  return mapped(type, element, [carbohydrate(element, grams, time, marks)], marks);
}

/** Injections by pen; the acting type tells rapid from long. */
function injection(...[value, type, element, time, marks]: Parameters<Make>): Decoded {
  const dose = isObject(value.dose) ? number(value.dose, 'total') : null;
  if (dose === null) return missing(value, type, element, 'dose.total');
  const formulation = isObject(value.formulation) && isObject(value.formulation.simple) ? value.formulation.simple : {};
  const acting = text(formulation, 'actingType');
  if (acting === 'rapid' || acting === 'short')
    return mapped(type, element, [bolus(element, dose, time, marks)], marks);
  if (acting === 'long') return mapped(type, element, longActing(element, dose, time, marks), marks);
  const unknown = exchangeErrors.problem(
    'exchange-record-unknown',
    `insulin acting "${clip(acting ?? '')}"`,
    element.where,
  );
  return kept(type, element, value, [...marks, unknown]);
}

function deviceEvent(...[value, type, element, time, marks, options]: Parameters<Make>): Decoded {
  const subType = text(value, 'subType');
  if (subType === 'calibration') return glucose(CAPILLARY)(value, type, element, time, marks, options);
  const names: Record<string, string> = { reservoirChange: 'pump.reservoir-change' };
  const name = subType === 'prime' && value.primeTarget === 'cannula' ? 'pump.site-change' : names[subType ?? ''];
  if (!name) return kept(type, element, value, marks);
  return mapped(type, element, [fact(element, name, { kind: 'boolean', value: true }, time)], marks);
}

function missing(value: Json, type: string, element: Element, what: string): Decoded {
  return kept(type, element, value, [
    exchangeErrors.problem('exchange-value-missing', `${type} without ${what}`, element.where),
  ]);
}
