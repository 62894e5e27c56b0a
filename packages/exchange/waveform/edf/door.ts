import type { Door } from '../../door.ts';
import { recordingEntries } from '../entries.ts';
import { looksLikeEdf } from './header.ts';
import { readEdf } from './read-edf.ts';

/** EDF, EDF+, BDF and BDF+, told apart by their first bytes. */
export const edfDoor = {
  id: 'edf',
  title: 'EDF, EDF+ or BDF',
  sniff: (head) => (looksLikeEdf(head) ? 0.97 : 0),
  decode: (bytes, options) => recordingEntries(bytes, options, () => readEdf(bytes, options.name)),
} satisfies Door;
