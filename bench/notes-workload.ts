import { corpus } from '@gemel/exchange/notes/fixtures/corpus.data';
import { secondCorpus } from '@gemel/exchange/notes/fixtures/second-corpus.data';

/** Prose between the findings, as notes have it: most words of a note say nothing that is looked for. */
const PROSE = [
  'The patient was seen and examined this morning together with the team, and the plan was gone over at the bedside.',
  'She lives at home with her sister, walks without an aid and manages her own affairs.',
  'Overnight events were reviewed with nursing; the night was quiet and the patient slept through most of it.',
  'He was brought in by ambulance from the train station after bystanders called for help.',
  'The abdomen is soft, the heart sounds are regular, and the skin is warm and dry.',
  'We spoke at length about the next steps, the questions of the family were answered, and all agreed with the plan.',
  'Records from the outside hospital were requested by fax and have not yet arrived at the time of this dictation.',
  'Physical therapy will see the patient this afternoon and give an opinion on where to go from here.',
];
const HEADERS = [
  'HISTORY OF PRESENT ILLNESS:',
  'PAST MEDICAL HISTORY:',
  'MEDICATIONS:',
  'PHYSICAL EXAM:',
  'LABS:',
  'ASSESSMENT AND PLAN:',
];

/** Notes of about three kilobytes, together at least `bytes` long, the same each time: lines of the corpora among prose. */
export function noteWorkload(bytes: number): readonly string[] {
  const lines = [...corpus, ...secondCorpus].map(({ text }) => text);
  const notes: string[] = [];
  let size = 0;
  for (let n = 0; size < bytes; n++) {
    const parts = [`Patient ID: p${n}`, 'Date: 2024-01-31 13:30'];
    for (const [h, header] of HEADERS.entries()) {
      parts.push('', header);
      for (let k = 0; k < 3; k++) {
        parts.push(PROSE[(n + 3 * h + k) % PROSE.length]!, lines[(31 * n + 7 * h + 13 * k) % lines.length]!);
      }
    }
    const note = parts.join('\n');
    notes.push(note);
    size += note.length;
  }
  return notes;
}
