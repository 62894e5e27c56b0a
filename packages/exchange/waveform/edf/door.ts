import type { Door, DoorOptions } from '../../door.ts';
import { recordingEntries } from '../entries.ts';
import { sampledObservations } from '../resources.ts';
import { looksLikeEdf } from './header.ts';
import { readEdf } from './read-edf.ts';

/** EDF, EDF+, BDF and BDF+, told apart by their first bytes. */
export const edfDoor = {
  id: 'edf',
  title: 'EDF, EDF+ or BDF',
  sniff: (head) => (looksLikeEdf(head) ? 0.97 : 0),
  decode,
  resources: (bytes, options) => sampledObservations(decode(bytes, options)),
} satisfies Door;

function decode(bytes: Uint8Array, options: DoorOptions) {
  return recordingEntries(bytes, options, () => readEdf(bytes, options.name));
}
