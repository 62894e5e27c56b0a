import type { Door, DoorOptions } from '../../door.ts';
import { recordingEntries } from '../entries.ts';
import { sampledObservations } from '../resources.ts';
import { looksLikeAecg, readAecg } from './read-aecg.ts';

/** HL7 version 3 annotated ECG. */
export const aecgDoor = {
  id: 'hl7-aecg',
  title: 'HL7 annotated ECG',
  sniff: (head) => (looksLikeAecg(head) ? 0.97 : 0),
  decode,
  resources: (bytes, options) => sampledObservations(decode(bytes, options)),
} satisfies Door;

function decode(bytes: Uint8Array, options: DoorOptions) {
  return recordingEntries(bytes, options, () => readAecg(bytes, options.name));
}
