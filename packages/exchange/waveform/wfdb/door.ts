import type { Door, DoorOptions } from '../../door.ts';
import { recordingEntries } from '../entries.ts';
import { NO_NEIGHBOURS } from '../recording.ts';
import { sampledObservations } from '../resources.ts';
import { looksLikeHeader } from './header.ts';
import { readWfdbRecord, wfdbFiles } from './read-record.ts';

/** A WFDB record (PhysioNet), by its header: signal files, segments and annotations lie beside it. */
export const wfdbDoor = {
  id: 'wfdb',
  title: 'WFDB record (.hea)',
  sniff: (head, name) => (/\.hea$/i.test(name) && looksLikeHeader(head) ? 0.95 : 0),
  companions: wfdbFiles,
  decode,
  resources: (bytes, options) => sampledObservations(decode(bytes, options)),
} satisfies Door;

function decode(bytes: Uint8Array, options: DoorOptions) {
  return recordingEntries(bytes, options, () =>
    readWfdbRecord(bytes, options.name, options.neighbours ?? NO_NEIGHBOURS),
  );
}
