import type { Decoded } from '@gemel/core/raw';
import { ccdaDoor } from './ccda/decode.ts';
import { appleHealthDoor } from './device/apple-health/door.ts';
import { clarityDoor } from './device/cgm/clarity.ts';
import { fileEntry } from './device/cgm/item.ts';
import { libreviewDoor } from './device/cgm/libreview.ts';
import { nightscoutDoor } from './device/cgm/nightscout.ts';
import { plainCgmDoor } from './device/cgm/plain.ts';
import { tidepoolDoor } from './device/cgm/tidepool.ts';
import { gattDoor } from './device/gatt/door.ts';
import { openMHealthDoor } from './device/open-mhealth/door.ts';
import { rowsDoor } from './device/rows/door.ts';
import { describeBytes, headText } from './device/text.ts';
import { dicomDoor } from './dicom/door.ts';
import type { Door } from './door.ts';
import { exchangeErrors } from './errors.data.ts';
import { fhirDoor, fhirNdjsonDoor } from './fhir/decode.ts';
import { hl7v2Door } from './hl7v2/decode.ts';
import { niftiDoor } from './nifti/door.ts';
import { plainNoteDoor } from './notes/door.ts';
import { omopDoor } from './omop/decode.ts';
import { aecgDoor } from './waveform/aecg/door.ts';
import { edfDoor } from './waveform/edf/door.ts';
import { scpDoor } from './waveform/scp/door.ts';
import { wfdbDoor } from './waveform/wfdb/door.ts';

/** Every way in. */
export const doors: readonly Door[] = [
  fhirDoor,
  fhirNdjsonDoor,
  hl7v2Door,
  ccdaDoor,
  clarityDoor,
  libreviewDoor,
  nightscoutDoor,
  tidepoolDoor,
  rowsDoor,
  plainCgmDoor,
  openMHealthDoor,
  appleHealthDoor,
  gattDoor,
  wfdbDoor,
  edfDoor,
  scpDoor,
  aecgDoor,
  dicomDoor,
  niftiDoor,
  plainNoteDoor,
  omopDoor,
];

/** Bytes a door may look at to recognise its format. */
const HEAD = 65_536;

/**
 * The door surest of these bytes; null where none understands them. A file whose name says another kind than its bytes
 * are gets a door that refuses it, saying what it seems to be.
 */
export function sniffDoor(bytes: Uint8Array, name: string): Door | null {
  const head = bytes.subarray(0, HEAD);
  if (contradicts(head, name)) return misnamed;
  let best: Door | null = null;
  let surest = 0;
  for (const door of doors) {
    const sure = door.sniff(head, name);
    if (sure > surest) {
      best = door;
      surest = sure;
    }
  }
  return best;
}

/** A name that claims a table holds JSON, or the other way round. */
function contradicts(head: Uint8Array, name: string): boolean {
  const claim = /\.(csv|tsv|txt|json|ndjson|jsonl)$/i.exec(name)?.[1]?.toLowerCase();
  if (claim === undefined || head.length === 0) return false;
  const seems = describeBytes(head);
  if (claim === 'txt' && /HL7/.test(seems)) return false;
  if (/archive|PDF|image|Excel|database|binary|HTML|XML|HL7/.test(seems)) return true;
  const start = headText(head.subarray(0, 1024)).trimStart();
  if (claim === 'csv' || claim === 'tsv') return /^[[{]/.test(start);
  // A table's header may begin with a quote; so may a JSON document that is one word.
  return claim !== 'txt' && !/^([[{]|"[^"\n]*"\s*$)/.test(start);
}

const misnamed: Door = {
  id: 'misnamed',
  title: 'A file that is not what its name says',
  sniff: () => 0,
  *decode(bytes, options): Generator<Decoded, void, void> {
    const seems = describeBytes(bytes.subarray(0, HEAD));
    const message = `${options.name} is not what its name says: it seems to be ${seems}`;
    const problem = exchangeErrors.problem('exchange-not-this-format', message, { file: options.name });
    yield fileEntry('refused', options, [problem], bytes);
  },
};
