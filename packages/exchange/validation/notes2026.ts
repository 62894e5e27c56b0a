import { defineValidation, type ValidationRow } from '@gemel/core/validation';
import { corpus } from '../notes/fixtures/corpus.data.ts';
import { precision, recall, type Score, scoreCorpus } from '../notes/fixtures/score.ts';
import { secondCorpus } from '../notes/fixtures/second-corpus.data.ts';

const GROUPS = [
  ['found', ['measure', 'drug', 'allergy', 'problem']],
  ['axes', ['negated', 'uncertain', 'historical', 'hypothetical', 'experiencer']],
  ['drugs', ['dose', 'route', 'frequency', 'duration', 'status', 'prn']],
] as const;
const LABEL = { found: '', axes: 'said of findings, ', drugs: 'parts of drugs, ' } as const;
const names = GROUPS.flatMap(([group, parts]) => parts.map((part) => [group, part, `${LABEL[group]}${part}`] as const));

const notes = [...corpus, ...secondCorpus];

/**
 * The project's own corpora, invented notes whose gold was written before the rules first ran on them; both by one hand, so that the
 * numbers say that the rules do what they are meant to, not how they fare on another's notes. For that see harkema2009.
 */
export default defineValidation({
  id: 'notes2026',
  title: 'Clinical notes: what is found and what is said of it, on invented notes of the project',
  citation: 'packages/exchange/notes/fixtures/corpus.data.ts and second-corpus.data.ts',
  data: [],
  slow: false,
  rows: [
    { name: 'notes', unit: '', expected: null, atLeast: 150 },
    { name: 'gold findings', unit: '', expected: null },
    ...names.flatMap(([, , name]): ValidationRow[] => [
      { name: `${name}: precision`, unit: '', expected: null, atLeast: 0.95 },
      { name: `${name}: recall`, unit: '', expected: null, atLeast: 0.9 },
    ]),
  ],
  run() {
    const score: Score = scoreCorpus(notes);
    const tally = (group: keyof typeof LABEL, part: string) =>
      (score[group] as Record<string, Parameters<typeof precision>[0]>)[part]!;
    return {
      notes: notes.length,
      'gold findings': notes.reduce((sum, { gold }) => sum + gold.length, 0),
      ...Object.fromEntries(
        names.flatMap(([group, part, name]) => [
          [`${name}: precision`, precision(tally(group, part))],
          [`${name}: recall`, recall(tally(group, part))],
        ]),
      ),
    };
  },
});
