import type { Decoded } from '@gemel/core/raw';
import type { DoorOptions } from '../door.ts';
import { sniffDoor } from '../doors.ts';
import { exchangeErrors } from '../errors.data.ts';
import { fileEntry } from './cgm/item.ts';
import type { TopicAddress } from './topic.ts';

/**
 * What a payload under a topic says, by whichever door knows it (FHIR with LOINC or ISO/IEEE 11073 codes, Open mHealth, a GATT
 * capture, HL7 v2); one refused entry where none does. The device of the topic stands where the payload names none.
 */
export function decodePayload(
  topic: string,
  { subject, device }: TopicAddress,
  payload: Uint8Array,
  options: Pick<DoorOptions, 'zone' | 'unit' | 'sha256'> = {},
): readonly Decoded[] {
  const given: DoorOptions = { ...options, name: `mqtt:${topic}`, subject };
  const door = sniffDoor(payload, '');
  if (door === null) {
    const unknown = exchangeErrors.problem('exchange-format-unknown', `no door understands ${given.name}`, {
      file: given.name,
    });
    return [fileEntry('refused', given, [unknown], payload)];
  }
  return [...door.decode(payload, given)].map((decoded) => ({
    ...decoded,
    provenance: { device, ...decoded.provenance },
    items: decoded.items.map((item) => ({ ...item, provenance: { device, ...item.provenance } })),
  }));
}
