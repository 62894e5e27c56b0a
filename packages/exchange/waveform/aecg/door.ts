import type { Door } from '../../door.ts';
import { recordingEntries } from '../entries.ts';
import { looksLikeAecg, readAecg } from './read-aecg.ts';

/** HL7 version 3 annotated ECG. */
export const aecgDoor = {
  id: 'hl7-aecg',
  title: 'HL7 annotated ECG',
  sniff: (head) => (looksLikeAecg(head) ? 0.97 : 0),
  decode: (bytes, options) => recordingEntries(bytes, options, () => readAecg(bytes, options.name)),
} satisfies Door;
