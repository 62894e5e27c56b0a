import type { Door } from '../../door.ts';
import { recordingEntries } from '../entries.ts';
import { NO_NEIGHBOURS } from '../recording.ts';
import { looksLikeHeader } from './header.ts';
import { readWfdbRecord, wfdbFiles } from './read-record.ts';

/** A WFDB record (PhysioNet), by its header: signal files, segments and annotations lie beside it. */
export const wfdbDoor = {
  id: 'wfdb',
  title: 'WFDB record (.hea)',
  sniff: (head, name) => (/\.hea$/i.test(name) && looksLikeHeader(head) ? 0.95 : 0),
  companions: wfdbFiles,
  decode: (bytes, options) =>
    recordingEntries(bytes, options, () => readWfdbRecord(bytes, options.name, options.neighbours ?? NO_NEIGHBOURS)),
} satisfies Door;
