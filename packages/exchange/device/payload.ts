import type { Provenance } from '@gemel/core/observation';
import type { Decoded } from '@gemel/core/raw';
import { type Instant, isoInstant } from '@gemel/core/time';
import type { Door, DoorOptions } from '../door.ts';
import { exchangeErrors } from '../errors.data.ts';
import { fhirDoor, fhirNdjsonDoor } from '../fhir/decode.ts';
import { hl7v2Door } from '../hl7v2/decode.ts';
import { fileEntry } from './cgm/item.ts';
import { gattDoor } from './gatt/door.ts';
import { openMHealthDoor } from './open-mhealth/door.ts';
import { rowsDoor } from './rows/door.ts';
import type { TopicAddress } from './topic.ts';

/** Formats of messages; files of recordings do not come as messages. */
const DOORS: readonly Door[] = [fhirDoor, rowsDoor, openMHealthDoor, gattDoor, hl7v2Door, fhirNdjsonDoor];
/** A door this sure is not outdone. */
const SURE = 0.9;

/** The first door that is sure of the payload, else the surest; null where none knows it. */
function doorOf(payload: Uint8Array): Door | null {
  let best: Door | null = null;
  let surest = 0;
  for (const door of DOORS) {
    const sure = door.sniff(payload, '');
    if (sure > surest) [best, surest] = [door, sure];
    if (surest >= SURE) break;
  }
  return best;
}

/**
 * What a payload under a topic says, by whichever door knows it (FHIR with LOINC or ISO/IEEE 11073 codes, rows of values, Open
 * mHealth, a GATT capture, HL7 v2); one refused entry where none does. Under a topic that ends in `gatt/2A37` it is the value
 * of that Bluetooth characteristic, as bytes or in hex. The device of the topic stands where the payload names none.
 */
export function decodePayload(
  topic: string,
  { subject, device }: TopicAddress,
  payload: Uint8Array,
  options: Pick<DoorOptions, 'zone' | 'unit' | 'sha256' | 'received'> = {},
): readonly Decoded[] {
  const given: DoorOptions = { ...options, name: `mqtt:${topic}`, subject };
  const characteristic = /\/gatt\/([0-9A-Fa-f]{4})$/.exec(topic)?.[1];
  if (characteristic !== undefined && options.received !== undefined) {
    const capture = captureOf(options.received, device, characteristic, payload);
    return [...gattDoor.decode(capture, given)].map((decoded) => wholly(decoded, device, payload.length));
  }
  const door = doorOf(payload);
  if (door === null) {
    const unknown = exchangeErrors.problem('exchange-format-unknown', `no door understands ${given.name}`, {
      file: given.name,
    });
    return [fileEntry('refused', given, [unknown], payload)];
  }
  return [...door.decode(payload, given)].map((decoded) => {
    const placed = {
      ...decoded,
      provenance: { device, ...decoded.provenance },
      items: decoded.items.map((item) => ({ ...item, provenance: { device, ...item.provenance } })),
    };
    return isOf(subject, decoded) ? placed : foreign(placed, subject, given.name);
  });
}

/** Whether an entry speaks of the subject alone. A topic is what a device may speak under: a payload must not reach past it. */
function isOf(subject: string, { subject: whose = subject, items }: Decoded): boolean {
  return whose === subject && items.every((item) => item.subject === subject && item.kind !== 'merge');
}

function foreign({ type, provenance, items, ...entry }: Decoded, subject: string, file: string): Decoded {
  const other = items.find((item) => item.subject !== subject)?.subject ?? entry.subject;
  const words = other === undefined ? 'merges persons' : `speaks of ${other}, its topic of ${subject}`;
  const where = { file, element: provenance.element };
  const problem = exchangeErrors.problem('exchange-subject-conflict', words, where, REMEDY);
  return { type, subject, fate: 'refused', items: [], problems: [problem], provenance };
}

const REMEDY = 'Publish under the topic of the person it is of, or leave the person out of the payload.';

/** One value of a characteristic as a capture of one line. */
function captureOf(received: Instant, device: string, characteristic: string, payload: Uint8Array): Uint8Array {
  const text = new TextDecoder('latin1').decode(payload).trim();
  const hex = /^([0-9A-Fa-f]{2}[-: ]?)+$/.test(text)
    ? text.replaceAll(/[-: ]/g, '')
    : Array.from(payload, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const line = [isoInstant(received), encodeURIComponent(device), characteristic, hex].join(' ');
  return new TextEncoder().encode(`# gatt-capture 1\n${line}\n`);
}

/** The entry with the device's own name, and the whole payload as its place: the line it was read from is none of the source. */
function wholly(decoded: Decoded, device: string, length: number): Decoded {
  const placed = ({ line: _, ...provenance }: Provenance): Provenance => ({
    ...provenance,
    element: 'payload',
    byteStart: 0,
    byteEnd: length,
    device,
  });
  const items = decoded.items.map((item) => ({ ...item, provenance: placed(item.provenance) }));
  return { ...decoded, items, provenance: placed(decoded.provenance) };
}
