import type { Problem } from '@gemel/core/error';
import type { Decoded, RawItem, RawTime } from '@gemel/core/raw';
import { MINUTE } from '@gemel/core/time';
import type { Door, DoorOptions } from '../../door.ts';
import { exchangeErrors } from '../../errors.data.ts';
import { carbohydrate, clip, type Element, fileEntry, kept, mapped, part, refused, sourceOf } from '../cgm/item.ts';
import { isoTime } from '../cgm/records.ts';
import { type Staged, settleRows, unreadableTime, zoneOf } from '../cgm/staged.ts';
import { deviceErrors } from '../errors.data.ts';
import { readingItems } from '../reading.ts';
import { headText, readText, sliceDecoder } from '../text.ts';
import { decodeCharacteristic, knownCharacteristic, type Message, readClock } from './characteristic.ts';
import { UNUSABLE } from './status.data.ts';

/** A clock that stands less far off than this is right enough. */
const CLOCK_MS = MINUTE;
const FIRST_LINE = /^\s*#\s*gatt-capture\s+1\s*$/;
/** Date Time and Current Time: what the device's own clock said when the line was received. */
const CLOCKS = new Set([0x2a08, 0x2a2b]);

/**
 * A capture of Bluetooth health characteristics, one notification a line: time received (ISO 8601 with its offset), device,
 * characteristic (16 bits in hex, or the full UUID), value in hex. The first line is `# gatt-capture 1`; other lines with #
 * are comments. What a device sends with its own clock is placed by it, corrected where a line of its Current Time shows that
 * it stands off; a record sent again after a reconnection is the same record.
 */
export const gattDoor = {
  id: 'gatt-capture',
  title: 'Bluetooth health characteristics (captured, one a line)',
  sniff: (head) => (FIRST_LINE.test(headText(head.subarray(0, 4096)).split(/\r?\n/, 1)[0] ?? '') ? 0.98 : 0),
  *decode(bytes, options) {
    const { zone, problem } = zoneOf(options);
    if (problem) {
      yield fileEntry('refused', options, [problem], bytes);
      return;
    }
    const lines = [...linesOf(bytes, options)];
    if (lines.length === 0) {
      const empty = exchangeErrors.problem('exchange-empty', `${options.name} holds no notifications`, {
        file: options.name,
      });
      yield fileEntry('refused', options, [empty], bytes);
      return;
    }
    const clocks = clockErrors(lines);
    const shared = sharedDevices(lines);
    const taken = new Map<string, RawTime>();
    yield* settleRows(
      lines.map((line) => ('fate' in line ? line : stage(line, clocks, shared, taken, options))),
      zone,
      options,
      bytes,
    );
  },
} satisfies Door;

interface Line {
  readonly element: Element;
  readonly at: number;
  readonly offset: number;
  readonly device: string;
  readonly uuid: number;
  readonly value: Uint8Array;
}

function* linesOf(bytes: Uint8Array, options: DoorOptions): Generator<Line | Decoded, void, void> {
  const text = readText(bytes);
  const slice = sliceDecoder(text);
  let number = 0;
  for (let at = text.start; at < text.bytes.length; ) {
    const feed = text.bytes.indexOf(0x0a, at);
    const end = feed < 0 ? text.bytes.length : feed;
    number++;
    // A line of any length is refused as a whole; no value of a characteristic is longer than 512 bytes.
    const written = slice(at, Math.min(end, at + 4096)).trim();
    if (written !== '' && !written.startsWith('#')) yield readLine(written, number, at, end, text.offsetsHold, options);
    at = end + 1;
  }
}

function readLine(
  written: string,
  line: number,
  from: number,
  to: number,
  offsetsHold: boolean,
  options: DoorOptions,
): Line | Decoded {
  const [time = '', device = '', characteristic = '', hex = ''] = written.split(/\s+/);
  const subject = options.subject ?? '';
  const place = offsetsHold ? { byteStart: from, byteEnd: to } : {};
  const element: Element = {
    subject,
    where: { file: options.name, element: 'line', line, ...(offsetsHold && { byte: from }) },
    provenance: { ...sourceOf(options), element: `line ${line}`, line, ...place, ...(device !== '' && { device }) },
  };
  const received = isoTime(time);
  if (received === null) return refused('line', element, unreadableTime(clip(time), element.where, 'time'));
  const uuid = /^(?:0x)?([0-9a-f]{4})$|^0000([0-9a-f]{4})-0000-1000-8000-00805f9b34fb$/i.exec(characteristic);
  const digits = hex.replaceAll(/[-:]/g, '');
  if (uuid === null || !/^([0-9a-f]{2})+$/i.test(digits)) {
    const words =
      uuid === null ? `"${clip(characteristic)}" is no 16-bit characteristic` : `"${clip(hex)}" is not bytes in hex`;
    return refused('line', element, deviceErrors.problem('device-message-invalid', words, element.where));
  }
  if (subject === '') {
    return refused(
      'line',
      element,
      exchangeErrors.problem('exchange-subject-missing', 'names no person', element.where),
    );
  }
  const value = Uint8Array.from(digits.match(/../g) ?? [], (two) => Number.parseInt(two, 16));
  return { element, ...received, device, uuid: Number.parseInt(uuid[1] ?? uuid[2]!, 16), value };
}

/** How far each device's clock stands ahead of the receiver's, ms: from the first line of its Current Time. */
function clockErrors(lines: readonly (Line | Decoded)[]): ReadonlyMap<string, number> {
  const errors = new Map<string, number>();
  for (const line of lines) {
    if ('fate' in line || !CLOCKS.has(line.uuid) || errors.has(line.device)) continue;
    const local = readClock(line.value);
    if (local !== null) errors.set(line.device, local - (line.at + line.offset * MINUTE));
  }
  return errors;
}

/** Devices on which more than one person measured: whose a value is cannot be known from one subject. */
function sharedDevices(lines: readonly (Line | Decoded)[]): ReadonlySet<string> {
  const users = new Map<string, Set<number>>();
  for (const line of lines) {
    if ('fate' in line || !knownCharacteristic(line.uuid)) continue;
    const message = decodeCharacteristic(line.uuid, line.value);
    if ('fault' in message || message.user === null) continue;
    users.set(line.device, (users.get(line.device) ?? new Set()).add(message.user));
  }
  return new Set([...users].filter(([, each]) => each.size > 1).map(([device]) => device));
}

function stage(
  line: Line,
  clocks: ReadonlyMap<string, number>,
  shared: ReadonlySet<string>,
  taken: Map<string, RawTime>,
  options: DoorOptions,
): Staged | Decoded {
  const { element, uuid, value, device, at, offset } = line;
  const shown = uuid.toString(16).toUpperCase();
  const whole = { device, characteristic: shown, value: [...value] };
  if (CLOCKS.has(uuid)) return kept('clock', element, whole);
  if (!knownCharacteristic(uuid)) {
    const unknown = deviceErrors.problem('device-measure-unknown', `characteristic ${shown}`, element.where);
    return kept(shown, element, whole, [unknown]);
  }
  const message = decodeCharacteristic(uuid, value);
  if ('fault' in message) {
    const invalid = deviceErrors.problem('device-message-invalid', `${shown}: ${message.fault}`, element.where);
    return refused(shown, element, invalid);
  }
  if (message.user !== null && shared.has(device)) {
    const words = `user ${message.user} of a device that several use`;
    return refused(message.name, element, exchangeErrors.problem('exchange-subject-conflict', words, element.where));
  }
  const error = clocks.get(device) ?? 0;
  const off = Math.abs(error) > CLOCK_MS ? error : 0;
  const local = message.clock === null ? null : message.clock - off;
  const make = (placedAt: number, placedOffset: number | null, marks: readonly Problem[]): Decoded => {
    const remarks = [...marks];
    if (off !== 0 && local !== null) {
      const words = `the clock of the device stood ${Math.round(Math.abs(off) / MINUTE)} min ${off > 0 ? 'ahead of' : 'behind'} the receiver; corrected`;
      remarks.push(exchangeErrors.problem('exchange-clock-changed', words, element.where));
    }
    if (placedAt > at + 5 * MINUTE) {
      const words = 'the device says it measured after its message was received; its time used';
      remarks.push(exchangeErrors.problem('exchange-time-disagrees', words, element.where));
    }
    const time: RawTime = { start: placedAt as RawTime['start'], offset: placedOffset };
    return take(message, identified(line, message), time, remarks, taken, whole, options);
  };
  if (local === null) {
    const known = message.sequence === undefined ? undefined : taken.get(`${device}|${message.sequence}`);
    if (message.name === 'glucose-context' || known !== undefined)
      return contextStage(line, message, make, taken, whole);
    return { type: message.name, element, time: { at, offset }, make };
  }
  const own = options.zone === undefined ? { at: local - offset * MINUTE, offset } : { local, stream: device };
  return { type: message.name, element, time: own, make };
}

/** A context has the time of the measurement it goes with, which came before it. */
function contextStage(
  { element, device, at, offset }: Line,
  message: Message,
  make: Staged['make'],
  taken: ReadonlyMap<string, RawTime>,
  whole: unknown,
): Staged {
  return {
    type: message.name,
    element,
    time: { at, offset },
    make: () => {
      const time = taken.get(`${device}|${message.sequence}`);
      if (time !== undefined) return make(time.start, time.offset, []);
      const words = `the measurement ${message.sequence} it goes with did not come before it`;
      return kept(message.name, element, whole, [deviceErrors.problem('device-time-missing', words, element.where)]);
    },
  };
}

/** A record of a device's store is known by its number and clock, so that it is the same when it is sent again. */
function identified({ element, device, uuid, at }: Line, { clock, sequence, user }: Message): Element {
  const parts = [device, uuid.toString(16), ...(user === null ? [] : [`user ${user}`]), sequence ?? '', clock ?? at];
  return { ...element, provenance: { ...element.provenance, sourceId: parts.join('|') } };
}

function take(
  message: Message,
  element: Element,
  time: RawTime,
  remarks: readonly Problem[],
  taken: Map<string, RawTime>,
  whole: unknown,
  options: DoorOptions,
): Decoded {
  const { name, readings, doubts, specials, sequence, notOfPerson, carbohydrate: grams } = message;
  if (sequence !== undefined && name === 'glucose') taken.set(`${element.provenance.device}|${sequence}`, time);
  const special = specials.map((words) => deviceErrors.problem('device-value-special', words, element.where));
  const unusable = notOfPerson ?? doubts.find((words) => UNUSABLE.has(words));
  if (unusable !== undefined) {
    const problem = deviceErrors.problem('device-status', `${unusable}: not used`, element.where);
    return kept(name, element, whole, [problem, ...special]);
  }
  const marks = [...remarks, ...doubts.map((words) => deviceErrors.problem('device-status', words, element.where))];
  const items: RawItem[] = [];
  const problems: Problem[] = [...marks, ...special];
  for (const [i, reading] of readings.entries()) {
    const own = readings.length > 1 ? part(element, String(i)) : element;
    const made = readingItems({ ...reading, time }, own, options, marks);
    items.push(...made.items);
    problems.push(...made.problems);
  }
  if (grams !== undefined) items.push(carbohydrate(part(element, 'carbohydrate'), grams, time, marks));
  if (items.length > 0) return mapped(name, element, items, problems);
  const nothing = deviceErrors.problem('device-no-measurement', `${name} without a number`, element.where);
  return kept(name, element, whole, [...problems, nothing]);
}
