import { settingOf } from './header.ts';
import { type Message, parseMessage } from './message.ts';
import { patientIdentity } from './patient.ts';

/**
 * Everybody whom PID and MRG segments of a message name as its patient, as the log names them, whether it can be taken or not. Where the
 * header cannot be read, the segments are read with a plain one, in the terms of the same sender. Pure.
 */
export function patientsNamed(bytes: Uint8Array): readonly string[] {
  const start = Math.max(
    0,
    bytes.findIndex((byte) => byte > 0x20),
  );
  const message = parseMessage(bytes, start, bytes.length);
  return 'segments' in message ? named(message) : named(underPlainHeader(bytes));
}

/** Fields that name a patient, in the order they are looked at. */
const FIELDS: Readonly<Record<string, readonly number[]>> = { PID: [3, 2, 4, 18, 19], MRG: [1, 2, 4] };

function named(message: Message | null): readonly string[] {
  if (message === null) return [];
  const setting = { ...settingOf(message, null), resource: () => ({}) };
  const keys = message.segments.flatMap((segment) => {
    const identity = FIELDS[segment.id] === undefined ? null : patientIdentity(segment, FIELDS[segment.id]!, setting);
    return identity === null ? [] : [identity.key];
  });
  return [...new Set(keys)];
}

/** The message with a header that says no more than its delimiters and who sent it; null where even that cannot be read. */
function underPlainHeader(bytes: Uint8Array): Message | null {
  const lines = new TextDecoder().decode(bytes).split(/[\r\n\v]+/);
  const own = /MSH([^A-Za-z0-9\s])([^A-Za-z0-9\s]{2,5})\1(.*)/.exec(lines.find((line) => line.includes('MSH')) ?? '');
  const [, bar = '|', marks = '^~\\&', rest = ''] = own ?? [];
  const [application = '', facility = ''] = rest.split(bar);
  const fields = [
    application,
    facility,
    '',
    '',
    '',
    '',
    `ADT${marks[0]}A01`,
    '1',
    'P',
    '2.5',
    '',
    '',
    '',
    '',
    '',
    'UNICODE UTF-8',
  ];
  const segments = lines.map((line) => line.trim()).filter((line) => FIELDS[line.slice(0, 3)] !== undefined);
  const plain = new TextEncoder().encode([[`MSH${bar}${marks}`, ...fields].join(bar), ...segments].join('\r'));
  const message = parseMessage(plain, 0, plain.length);
  return 'segments' in message ? message : null;
}
