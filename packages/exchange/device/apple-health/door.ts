import { coding } from '@gemel/core/concept';
import type { Problem } from '@gemel/core/error';
import type { Decoded, RawItem, RawTime } from '@gemel/core/raw';
import { instant } from '@gemel/core/time';
import type { Door, DoorOptions } from '../../door.ts';
import { exchangeErrors } from '../../errors.data.ts';
import { ADMINISTRATIVE_GENDER } from '../../fhir/codes.data.ts';
import {
  basal,
  bolus,
  carbohydrate,
  clip,
  type Element,
  fact,
  fileEntry,
  kept,
  mapped,
  moment,
  part,
  refused,
  sourceOf,
} from '../cgm/item.ts';
import { isoTime } from '../cgm/records.ts';
import { unreadableTime } from '../cgm/staged.ts';
import { parseNumber } from '../csv.ts';
import { deviceErrors } from '../errors.data.ts';
import { EXERCISE, GLUCOSE } from '../measures.data.ts';
import { mappedReading, type Part, type Reading } from '../reading.ts';
import { headText } from '../text.ts';
import { type ExportElement, exportElements } from './elements.ts';
import { GLUCOSE_SENSORS, HEALTHKIT, QUANTITY_TYPES, SEXES, UNITS } from './types.data.ts';

const QUANTITY = /^HKQuantityTypeIdentifier(\w+)$/;

/**
 * Apple Health's export.xml, of any size, read as a stream. Records become observations with LOINC meanings where HealthKit's
 * types have one, else under their HealthKit names; insulin, carbohydrate and characteristics become controls and facts.
 * Correlations are kept: by the format's own note their records stand at the top level too.
 */
export const appleHealthDoor = {
  id: 'apple-health',
  title: 'Apple Health export.xml',
  sniff: (head) => (/<(!DOCTYPE\s+)?HealthData[\s>]/.test(headText(head)) ? 0.97 : 0),
  decode,
} satisfies Door;

function* decode(bytes: Uint8Array, options: DoorOptions): Generator<Decoded, void, void> {
  const file = { file: options.name };
  if (bytes.length === 0) {
    yield fileEntry(
      'refused',
      options,
      [exchangeErrors.problem('exchange-empty', `${options.name} is empty`, file)],
      bytes,
    );
    return;
  }
  if (options.subject === undefined) {
    const nobody = exchangeErrors.problem('exchange-subject-missing', `${options.name} names no person`, file);
    yield fileEntry('refused', options, [nobody], bytes);
    return;
  }
  const elements = exportElements(bytes);
  const counts = new Map<string, number>();
  for (;;) {
    const next = elements.next();
    if (next.done) {
      const { reason, message, line, recoded } = next.value;
      if (recoded) {
        const says = `${options.name} is not UTF-8 throughout; read as Windows-1252 there`;
        yield fileEntry('kept', options, [exchangeErrors.problem('exchange-encoding', says, file)], bytes);
      }
      if (reason === 'cut') {
        const cut = exchangeErrors.problem('exchange-truncated', message, { ...file, line });
        yield fileEntry(counts.size > 0 ? 'kept' : 'refused', options, [cut], bytes);
      } else if (reason === 'broken') {
        yield fileEntry('refused', options, [deviceErrors.problem('device-xml', message, { ...file, line })], bytes);
      } else if (counts.size === 0) {
        const empty = exchangeErrors.problem('exchange-empty', `${options.name} holds no records`, file);
        yield fileEntry('refused', options, [empty], bytes);
      }
      return;
    }
    const number = (counts.get(next.value.name) ?? 0) + 1;
    counts.set(next.value.name, number);
    yield decodeElement(next.value, number, options.subject, options);
  }
}

function decodeElement(held: ExportElement, number: number, subject: string, options: DoorOptions): Decoded {
  const element = elementOf(held, number, subject, options);
  switch (held.name) {
    case 'Record':
      return record(held, element, options);
    case 'Me':
      return me(held, element);
    case 'Workout':
      return workout(held, element, options);
    default:
      return kept(held.name, element, plain(held));
  }
}

function elementOf(held: ExportElement, number: number, subject: string, options: DoorOptions): Element {
  const { byteStart, byteEnd, line, attributes } = held;
  const element = `${held.name}[${number}]`;
  const sync = metadata(held, 'HKMetadataKeySyncIdentifier') ?? metadata(held, 'HKExternalUUID');
  const device = deviceOf(attributes);
  return {
    subject,
    where: { file: options.name, element, line, byte: byteStart },
    provenance: {
      ...{ ...sourceOf(options), element, line, byteStart, byteEnd },
      ...(sync !== undefined && { sourceId: `${attributes.sourceName ?? ''}|${attributes.type ?? held.name}|${sync}` }),
      ...(device !== '' && { device }),
    },
  };
}

/** Source and device in words; the address within `<<HKDevice: 0x…>` differs from export to export and is left out. */
function deviceOf({ sourceName = '', device = '' }: Readonly<Record<string, string>>): string {
  const parts = ['name', 'manufacturer', 'model', 'hardware'].flatMap((key) => {
    const value = new RegExp(`[,>]\\s*${key}:([^,>]+)`).exec(device)?.[1]?.trim();
    return value === undefined ? [] : [value];
  });
  return [sourceName, [...new Set(parts)].join(' ')].filter((words) => words !== '').join(' / ');
}

function metadata(held: ExportElement, key: string): string | undefined {
  return held.children.find(({ name, attributes }) => name === 'MetadataEntry' && attributes.key === key)?.attributes
    .value;
}

/** The element as it is kept. */
function plain({ name, attributes, children }: ExportElement): object {
  return { name, attributes, ...(children.length > 0 && { children: children.map(plain) }) };
}

function timeOf(held: ExportElement, element: Element): RawTime | { readonly problem: Problem } {
  const { startDate = '', endDate = startDate } = held.attributes;
  const start = isoTime(startDate);
  if (start === null) return { problem: unreadableTime(startDate, element.where, 'startDate') };
  const end = isoTime(endDate);
  if (end === null) return { problem: unreadableTime(endDate, element.where, 'endDate') };
  if (end.at < start.at) {
    const words = 'it ends before it begins';
    return { problem: deviceErrors.problem('device-time-form', words, { ...element.where, field: 'endDate' }) };
  }
  return end.at === start.at ? moment(start.at, start.offset) : moment(start.at, start.offset, end.at);
}

function record(held: ExportElement, element: Element, options: DoorOptions): Decoded {
  const { attributes } = held;
  const type = attributes.type ?? '';
  const short = type.replace(/^HK(Quantity|Category|Data)TypeIdentifier/, '') || 'Record';
  const time = timeOf(held, element);
  if ('problem' in time) return refused(short, element, time.problem);
  const marks: Problem[] = [];
  if (metadata(held, 'HKWasUserEntered') === '1')
    marks.push(deviceErrors.problem('device-self-reported', 'entered by hand', element.where));
  const created = isoTime(attributes.creationDate ?? null);
  const shared = { time, ...(created !== null && { issued: instant(created.at) }) };
  const name = QUANTITY.exec(type)?.[1];
  const own = coding(HEALTHKIT, type, short);
  if (name === undefined) {
    if (!/^HKCategoryTypeIdentifier\w+$/.test(type)) {
      const words = `a record of type "${clip(type)}"`;
      return kept(short, element, plain(held), [
        exchangeErrors.problem('exchange-record-unknown', words, element.where),
      ]);
    }
    const { value = '' } = attributes;
    if (value === '') return kept(short, element, plain(held));
    const coded = { text: value, codings: [coding(HEALTHKIT, value)] };
    return mappedReading(short, { ...shared, codings: [own], value: coded }, element, options, marks);
  }
  const amount = amountOf(name, attributes, element);
  if ('problem' in amount) return refused(short, element, amount.problem);
  if (name === 'InsulinDelivery') return insulin(held, amount.value, element, time, marks);
  if (name === 'DietaryCarbohydrates' && amount.unit === 'g')
    return mapped(short, element, [carbohydrate(element, amount.value, time, marks)], marks);
  if (name === 'BloodGlucose') return glucose(amount, { ...shared, short }, element, options, marks);
  const codings = [...(QUANTITY_TYPES[name] ?? []), own];
  return mappedReading(short, { ...shared, codings, value: amount }, element, options, marks);
}

type Amount = { readonly value: number; readonly unit: string };

/** The value in UCUM. A percentage is a fraction in HealthKit: 0.97 is 97 %. */
function amountOf(
  name: string,
  { value: written = '', unit = '' }: Readonly<Record<string, string>>,
  element: Element,
): Amount | { readonly problem: Problem } {
  const value = parseNumber(written);
  if (value === null) {
    const words = written === '' ? 'no value' : `"${clip(written)}" is not a number`;
    const code = written === '' ? 'exchange-value-missing' : 'exchange-number-unreadable';
    return { problem: exchangeErrors.problem(code, words, { ...element.where, field: 'value' }) };
  }
  const where = { ...element.where, field: 'unit' };
  if (unit === '%') {
    if (value > 1) {
      const words = `${value} %, where HealthKit writes fractions up to 1`;
      return {
        problem: exchangeErrors.problem('exchange-unit-conflict', words, where, 'Export again from Health itself.'),
      };
    }
    return { value: Number((value * 100).toPrecision(12)), unit: '%' };
  }
  if (name === 'BodyMassIndex' && unit === 'count') return { value, unit: 'kg/m2' };
  if (/^mmol<180\.1\d*>\/L$/.test(unit)) return { value, unit: 'mmol/L' };
  if (Object.hasOwn(UNITS, unit)) return { value, unit: UNITS[unit]! };
  const words = unit === '' ? `${name} without a unit` : `${name} in "${clip(unit)}"`;
  const remedy = 'Report the unit if it should be understood.';
  return { problem: exchangeErrors.problem('exchange-unit-unknown', words, where, remedy) };
}

/** HealthKit calls every glucose "blood glucose", a sensor's too: the name of the source tells, and that it told is marked. */
function glucose(
  amount: Amount,
  { short, ...shared }: Pick<Reading, 'time' | 'issued'> & { readonly short: string },
  element: Element,
  options: DoorOptions,
  marks: readonly Problem[],
): Decoded {
  const { unit } = amount;
  if (unit !== 'mg/dL' && unit !== 'mmol/L') {
    return refused(
      short,
      element,
      exchangeErrors.problem('exchange-unit-unknown', `glucose in ${unit}`, element.where),
    );
  }
  const sensor = GLUCOSE_SENSORS.test(element.provenance.device ?? '');
  const told = sensor
    ? [deviceErrors.problem('device-meaning-inferred', 'read as interstitial by the name of its source', element.where)]
    : [];
  const codings = GLUCOSE[sensor ? 'interstitial' : 'blood']![unit];
  return mappedReading(short, { ...shared, codings, value: amount }, element, options, [...marks, ...told]);
}

/** HKInsulinDeliveryReason: 1 is basal, spread over the time of the record; 2 is a bolus. */
function insulin(
  held: ExportElement,
  units: number,
  element: Element,
  time: RawTime,
  marks: readonly Problem[],
): Decoded {
  const reason = metadata(held, 'HKInsulinDeliveryReason');
  let item: RawItem | null = null;
  if (reason === '2') item = bolus(element, units, moment(time.start, time.offset), marks);
  else if (reason === '1' && time.end !== undefined) {
    item = basal(element, units / ((time.end - time.start) / 3_600_000), time, marks);
  }
  if (item !== null) return mapped('InsulinDelivery', element, [item], marks);
  const words = reason === '1' ? 'basal insulin at one moment' : 'insulin without a reason known to HealthKit';
  return kept('InsulinDelivery', element, plain(held), [
    exchangeErrors.problem(
      'exchange-rate-unknown',
      words,
      element.where,
      'Take basal rates from the export of the pump.',
    ),
  ]);
}

/** Date of birth and sex are facts; they hold from birth, or always where that is unknown. */
function me(held: ExportElement, element: Element): Decoded {
  const items: RawItem[] = [];
  const { attributes } = held;
  const born = attributes.HKCharacteristicTypeIdentifierDateOfBirth ?? '';
  const birth = /^\d{4}-\d{2}-\d{2}$/.test(born) ? Date.parse(`${born}T00:00:00Z`) : Number.NaN;
  const since = moment(Number.isFinite(birth) ? birth : 0, null);
  if (Number.isFinite(birth))
    items.push(fact(part(element, 'birthDate'), 'birthDate', { kind: 'text', text: born }, since));
  const sex = SEXES[attributes.HKCharacteristicTypeIdentifierBiologicalSex ?? ''];
  if (sex !== undefined) {
    const codings = [coding(ADMINISTRATIVE_GENDER, sex)];
    items.push(fact(part(element, 'sex'), 'sex', { kind: 'coded', codings }, since));
  }
  return items.length > 0 ? mapped('Me', element, items) : kept('Me', element, plain(held));
}

function workout(held: ExportElement, element: Element, options: DoorOptions): Decoded {
  const { attributes } = held;
  const time = timeOf(held, element);
  if ('problem' in time) return refused('Workout', element, time.problem);
  const parts: Part[] = [];
  const problems: Problem[] = [];
  const add = (codings: Part['codings'], name: string, value: string | undefined, unit: string | undefined) => {
    if (value === undefined) return;
    const amount = amountOf(name, { value, unit: unit ?? '' }, element);
    if ('problem' in amount) problems.push(amount.problem);
    else parts.push({ codings, value: amount });
  };
  for (const { name, attributes: own } of held.children) {
    const short = QUANTITY.exec(own.type ?? '')?.[1];
    if (name !== 'WorkoutStatistics' || short === undefined) continue;
    add([...(QUANTITY_TYPES[short] ?? []), coding(HEALTHKIT, own.type!, short)], short, own.sum, own.unit);
  }
  const value = {
    text: attributes.workoutActivityType ?? 'unknown',
    codings: [coding(HEALTHKIT, attributes.workoutActivityType ?? 'unknown')],
  };
  const reading: Reading = { codings: EXERCISE, value, time, ...(parts.length > 0 && { parts }) };
  const decoded = mappedReading('Workout', reading, element, options);
  return { ...decoded, problems: [...decoded.problems, ...problems] };
}
