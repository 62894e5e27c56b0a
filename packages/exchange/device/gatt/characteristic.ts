import { coding, GEMEL, LOINC } from '@gemel/core/concept';
import {
  BLOOD_PRESSURE,
  BODY_HEIGHT,
  BODY_MASS_INDEX,
  BODY_TEMPERATURE,
  BODY_WEIGHT,
  CALORIES_BURNED,
  DIASTOLIC,
  GLUCOSE,
  HEART_RATE,
  MEAN_PRESSURE,
  PERFUSION_INDEX,
  PULSE_OXIMETRY,
  SYSTOLIC,
  TEMPERATURE_AT,
} from '../measures.data.ts';
import type { Part, Reading } from '../reading.ts';
import { type DeviceNumber, readFloat, readSfloat } from './float.ts';
import {
  GLUCOSE_STATUS,
  GLUCOSE_TYPES,
  MEALS,
  OXIMETRY_STATUS,
  PRESSURE_STATUS,
  SENSOR_STATUS,
  type StatusBits,
  TEMPERATURE_SITES,
} from './status.data.ts';

/** One notification of a health device, decoded. */
export interface Message {
  /** `blood-pressure`. */
  readonly name: string;
  /** What was measured; without time, and empty where every number was a special value. */
  readonly readings: readonly Omit<Reading, 'time'>[];
  /** The device's own clock, in milliseconds as if its wall clock were UTC; null where it sent none. */
  readonly clock: number | null;
  /** Number of the record in the device's store. */
  readonly sequence?: number;
  /** Number of the person on a device that several use; null where unknown to the device or not sent. */
  readonly user: number | null;
  /** Doubts the device itself raised, in words. */
  readonly doubts: readonly string[];
  /** Fields that held a code in place of a number: `systolic: not-a-number`. */
  readonly specials: readonly string[];
  /** Carbohydrate in grams, of a glucose context. */
  readonly carbohydrate?: number;
  /** Set where the values are no person's: control solution, demonstration. */
  readonly notOfPerson?: string;
}

/** Why a message cannot be read. */
export interface Unreadable {
  readonly fault: string;
}

/** R-R interval: no standard code holds one interval of a beat-to-beat sensor. */
export const RR_INTERVAL = [coding(GEMEL, 'rr-interval', 'R-R interval')];
const HBA1C = [coding(LOINC, '4548-4', 'Hemoglobin A1c/Hemoglobin.total in Blood')];

/** Reads a characteristic's value field by field; running over its end is a fault. */
class Fields {
  readonly specials: string[] = [];
  private readonly view: DataView;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.view.byteLength - this.at;
  }

  u8(): number {
    return this.view.getUint8(this.step(1));
  }

  u16(): number {
    return this.view.getUint16(this.step(2), true);
  }

  s16(): number {
    return this.view.getInt16(this.step(2), true);
  }

  u24(): number {
    return this.u16() | (this.u8() << 16);
  }

  sfloat(field: string, shift = 0): number | null {
    return this.usable(readSfloat(this.u16(), shift), field);
  }

  float(field: string): number | null {
    return this.usable(readFloat(this.view.getUint32(this.step(4), true)), field);
  }

  /** Date Time (2A08); null where the device does not know its date. */
  clock(): number | null {
    const [year, month, day, hour, minute, second] = [
      this.u16(),
      this.u8(),
      this.u8(),
      this.u8(),
      this.u8(),
      this.u8(),
    ];
    if (year === 0 || month === 0 || day === 0) return null;
    const local = Date.UTC(year, month - 1, day, hour, minute, second);
    const valid =
      year >= 1582 && new Date(local).getUTCDate() === day && month <= 12 && hour < 24 && minute < 60 && second < 60;
    if (!valid) throw new RangeError(`its clock says ${year}-${month}-${day} ${hour}:${minute}:${second}`);
    return local;
  }

  private usable(value: DeviceNumber, field: string): number | null {
    if (typeof value === 'number') return value;
    this.specials.push(`${field}: ${value}`);
    return null;
  }

  private step(size: number): number {
    if (this.left < size) throw new RangeError(`it ends after ${this.view.byteLength} bytes, before its flags say`);
    const at = this.at;
    this.at += size;
    return at;
  }
}

type Body = Omit<Message, 'name' | 'specials'>;
type Decode = (fields: Fields) => Body;

const part = (codings: Part['codings'], value: number | null, unit: string): Part[] =>
  value === null ? [] : [{ codings, value: { value, unit } }];

/** One reading with one value; none where the value is missing. */
const alone = (codings: Part['codings'], value: number | null, unit: string, more: Partial<Reading> = {}) =>
  value === null ? [] : [{ codings, value: { value, unit }, ...more }];

const words = (bits: number, table: StatusBits): string[] =>
  Object.entries(table).flatMap(([bit, name]) => ((bits >> Number(bit)) & 1 ? [name] : []));

const knownUser = (user: number): number | null => (user === 0xff ? null : user);

const heartRate: Decode = (fields) => {
  const flags = fields.u8();
  const rate = flags & 1 ? fields.u16() : fields.u8();
  const doubts = (flags & 0b110) === 0b100 ? ['no skin contact'] : [];
  const parts: Part[] = flags & 8 ? part(CALORIES_BURNED, fields.u16(), 'kJ') : [];
  // The specification's unit of an interval is 1/1024 s.
  if (flags & 16) while (fields.left >= 2) parts.push(...part(RR_INTERVAL, (fields.u16() * 1000) / 1024, 'ms'));
  const readings = alone(HEART_RATE, rate, '/min', parts.length > 0 ? { parts } : {});
  return { readings, clock: null, user: null, doubts };
};

const bloodPressure: Decode = (fields) => {
  const flags = fields.u8();
  const unit = flags & 1 ? 'kPa' : 'mm[Hg]';
  const pressures: Part[] = [
    ...part(SYSTOLIC, fields.sfloat('systolic'), unit),
    ...part(DIASTOLIC, fields.sfloat('diastolic'), unit),
    ...part(MEAN_PRESSURE, fields.sfloat('mean'), unit),
  ];
  const clock = flags & 2 ? fields.clock() : null;
  const pulse = flags & 4 ? fields.sfloat('pulse') : null;
  const user = flags & 8 ? knownUser(fields.u8()) : null;
  const status = flags & 16 ? fields.u16() : 0;
  const range = ['', 'pulse above its range', 'pulse below its range', ''][(status >> 3) & 3]!;
  const doubts = [...words(status, PRESSURE_STATUS), ...(range === '' ? [] : [range])];
  const cuff = pressures.length > 0 ? [{ codings: BLOOD_PRESSURE, parts: pressures }] : [];
  return { readings: [...cuff, ...alone(HEART_RATE, pulse, '/min')], clock, user, doubts };
};

const temperature: Decode = (fields) => {
  const flags = fields.u8();
  const value = fields.float('temperature');
  const clock = flags & 2 ? fields.clock() : null;
  const site = flags & 4 ? TEMPERATURE_SITES[fields.u8()] : undefined;
  const notes = site === undefined ? {} : { notes: [`measurement location: ${site}`] };
  const codings = TEMPERATURE_AT[site ?? ''] ?? BODY_TEMPERATURE;
  return { readings: alone(codings, value, flags & 1 ? '[degF]' : 'Cel', notes), clock, user: null, doubts: [] };
};

const weight: Decode = (fields) => {
  const flags = fields.u8();
  const imperial = (flags & 1) !== 0;
  const raw = fields.u16();
  if (raw === 0xffff) fields.specials.push('weight: not-a-number');
  const value = raw === 0xffff ? null : imperial ? raw / 100 : raw / 200;
  const clock = flags & 2 ? fields.clock() : null;
  const user = flags & 4 ? knownUser(fields.u8()) : null;
  const readings = alone(BODY_WEIGHT, value, imperial ? '[lb_av]' : 'kg');
  if (flags & 8) {
    const index = fields.u16() / 10;
    const height = fields.u16();
    readings.push(...alone(BODY_MASS_INDEX, index, 'kg/m2'));
    readings.push(...alone(BODY_HEIGHT, imperial ? height / 10 : height / 1000, imperial ? '[in_i]' : 'm'));
  }
  return { readings, clock, user, doubts: [] };
};

function oximetry(
  fields: Fields,
  saturation: number | null,
  pulse: number | null,
  clock: number | null,
  flags: number,
): Body {
  const status = flags & 1 ? fields.u16() : 0;
  const sensor = flags & 2 ? fields.u24() : 0;
  const amplitude = flags & 4 ? fields.sfloat('pulse amplitude index') : null;
  const doubts = [...words(status, OXIMETRY_STATUS), ...words(sensor, SENSOR_STATUS)];
  const readings = [
    ...alone(PULSE_OXIMETRY, saturation, '%'),
    ...alone(HEART_RATE, pulse, '/min'),
    ...alone(PERFUSION_INDEX, amplitude, '%'),
  ];
  return { readings, clock, user: null, doubts };
}

const spotCheck: Decode = (fields) => {
  const flags = fields.u8();
  const saturation = fields.sfloat('saturation');
  const pulse = fields.sfloat('pulse');
  const written = flags & 1 ? fields.clock() : null;
  // Bit 4: the clock of the device was never set.
  return oximetry(fields, saturation, pulse, flags & 16 ? null : written, flags >> 1);
};

const continuousOximetry: Decode = (fields) => {
  const flags = fields.u8();
  const saturation = fields.sfloat('saturation');
  const pulse = fields.sfloat('pulse');
  // The fast and slow averages repeat the normal pair over other windows.
  for (const bit of [1, 2]) if (flags & bit) for (const _ of 'sp') fields.u16();
  return oximetry(fields, saturation, pulse, null, flags >> 2);
};

const glucose: Decode = (fields) => {
  const flags = fields.u8();
  const sequence = fields.u16();
  const base = fields.clock();
  const offset = flags & 1 ? fields.s16() : 0;
  const moles = (flags & 4) !== 0;
  const unit = moles ? 'mmol/L' : 'mg/dL';
  let readings: Omit<Reading, 'time'>[] = [];
  let notOfPerson: string | undefined;
  if (flags & 2) {
    // kg/L and mol/L as sent; mg/dL and mmol/L are powers of ten of them.
    const value = fields.sfloat('glucose', moles ? 3 : 5);
    const place = fields.u8();
    const kind = GLUCOSE_TYPES[place & 15];
    if ((place & 15) === 10 || place >> 4 === 4) notOfPerson = 'control solution';
    else if (kind === undefined) notOfPerson = `a sample of type ${place & 15}`;
    else readings = alone(GLUCOSE[kind]![unit], value, unit);
  }
  const doubts = flags & 8 ? words(fields.u16(), GLUCOSE_STATUS) : [];
  const clock = base === null || offset === 0x7fff || offset === -0x8000 ? base : base + offset * 60_000;
  return { readings, clock, sequence, user: null, doubts, ...(notOfPerson !== undefined && { notOfPerson }) };
};

const glucoseContext: Decode = (fields) => {
  const flags = fields.u8();
  const sequence = fields.u16();
  if (flags & 128) fields.u8();
  let grams: number | null = null;
  if (flags & 1) {
    fields.u8();
    grams = fields.sfloat('carbohydrate', 3);
  }
  const meal = flags & 2 ? MEALS[fields.u8()] : undefined;
  if (flags & 4) fields.u8();
  if (flags & 8) fields.u24();
  if (flags & 16) fields.u24();
  const hba1c = flags & 64 ? fields.sfloat('HbA1c') : null;
  const notes = meal === undefined ? {} : { notes: [`meal: ${meal}`] };
  return {
    ...{ readings: alone(HBA1C, hba1c, '%', notes), clock: null, sequence, user: null, doubts: [] },
    ...(grams !== null && { carbohydrate: grams }),
  };
};

/** Characteristics by their 16-bit numbers (Bluetooth SIG, Assigned Numbers). */
const CHARACTERISTICS: Readonly<Record<number, { readonly name: string; readonly decode: Decode }>> = {
  10807: { name: 'heart-rate', decode: heartRate },
  10805: { name: 'blood-pressure', decode: bloodPressure },
  10780: { name: 'temperature', decode: temperature },
  10909: { name: 'weight', decode: weight },
  10846: { name: 'oximetry-spot', decode: spotCheck },
  10847: { name: 'oximetry-continuous', decode: continuousOximetry },
  10776: { name: 'glucose', decode: glucose },
  10804: { name: 'glucose-context', decode: glucoseContext },
};

/** Whether the number is a characteristic decoded here: 0x2A18, 0x2A1C, 0x2A34, 0x2A35, 0x2A37, 0x2A5E, 0x2A5F, 0x2A9D. */
export function knownCharacteristic(uuid: number): boolean {
  return Object.hasOwn(CHARACTERISTICS, uuid);
}

/**
 * Decodes one value of a known characteristic by the Bluetooth SIG's health profiles. Bytes beyond the fields its flags
 * announce are refused too: a decoder that ignored them would misread a message of another revision.
 */
export function decodeCharacteristic(uuid: number, bytes: Uint8Array): Message | Unreadable {
  const known = CHARACTERISTICS[uuid];
  if (known === undefined) return { fault: `characteristic ${uuid.toString(16)} is not known` };
  const fields = new Fields(bytes);
  try {
    const body = known.decode(fields);
    if (fields.left > 0) return { fault: `${fields.left} bytes follow the fields its flags announce` };
    return { name: known.name, ...body, specials: fields.specials };
  } catch (error) {
    if (error instanceof RangeError) return { fault: error.message };
    throw error;
  }
}

/** Wall clock of a Date Time (2A08) or Current Time (2A2B) value, milliseconds as if it were UTC; null where unset or unreadable. */
export function readClock(bytes: Uint8Array): number | null {
  if (bytes.length < 7) return null;
  try {
    return new Fields(bytes).clock();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
