import type { Door, DoorOptions } from '../../door.ts';
import { recordingEntries } from '../entries.ts';
import { sampledObservations } from '../resources.ts';
import { readScp } from './read-scp.ts';
import { looksLikeScp } from './section.ts';

/** SCP-ECG (EN 1064, ISO 11073-91064), told by its first bytes. */
export const scpDoor = {
  id: 'scp-ecg',
  title: 'SCP-ECG',
  sniff: (head) => (looksLikeScp(head) ? 0.98 : 0),
  decode,
  resources: (bytes, options) => sampledObservations(decode(bytes, options)),
} satisfies Door;

function decode(bytes: Uint8Array, options: DoorOptions) {
  return recordingEntries(bytes, options, () => readScp(bytes, options.name));
}
