import type { Door } from '../../door.ts';
import { recordingEntries } from '../entries.ts';
import { readScp } from './read-scp.ts';
import { looksLikeScp } from './section.ts';

/** SCP-ECG (EN 1064, ISO 11073-91064), told by its first bytes. */
export const scpDoor = {
  id: 'scp-ecg',
  title: 'SCP-ECG',
  sniff: (head) => (looksLikeScp(head) ? 0.98 : 0),
  decode: (bytes, options) => recordingEntries(bytes, options, () => readScp(bytes, options.name)),
} satisfies Door;
