import type { Decoded } from '@gemel/core/raw';
import type { Door, DoorOptions } from '../door.ts';
import { exchangeErrors } from '../errors.data.ts';
import { fhirDoor, fhirNdjsonDoor } from '../fhir/decode.ts';
import { hl7v2Door } from '../hl7v2/decode.ts';
import { fileEntry } from './cgm/item.ts';
import { gattDoor } from './gatt/door.ts';
import { openMHealthDoor } from './open-mhealth/door.ts';
import type { TopicAddress } from './topic.ts';

/** Formats of messages; files of recordings do not come as messages. */
const DOORS: readonly Door[] = [fhirDoor, openMHealthDoor, gattDoor, hl7v2Door, fhirNdjsonDoor];
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
  const door = doorOf(payload);
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
