import { defineValidation } from '@gemel/core/validation';
import { assertSpans } from '../notes/assert-spans.ts';

/** Sentence, finding, and what the source says of it. */
const EXAMPLES: readonly (readonly [sentence: string, finding: string, says: readonly string[], source: string])[] = [
  [
    'The chest x-ray revealed no abnormalities',
    'abnormalities',
    ['negated'],
    'Chapman, explicit negation before the finding',
  ],
  ['The patient is tumor free.', 'tumor', ['negated'], 'Chapman, explicit negation after the finding'],
  ['This is not the source of the infection.', 'infection', [], 'Chapman, outside the scope'],
  ['There has not been much change in her pain.', 'pain', [], 'Chapman, outside the scope'],
  [
    'The patient has no family history of stroke.',
    'stroke',
    ['family', 'historical', 'negated'],
    'Utah, description of ConText: negated, other, historical',
  ],
];

/** What the authors print as examples, held sentence by sentence. */
export default defineValidation({
  id: 'chapman2001',
  title: 'Negation and context: the examples that the authors of NegEx and ConText print',
  citation:
    'Chapman et al., J Biomed Inform 2001;34:301-310; Chapman, Natural language processing for biosurveillance (Handbook of Biosurveillance, 2006); University of Utah, description of ConText',
  data: [],
  slow: false,
  rows: EXAMPLES.map(([sentence, finding, , source]) => ({
    name: `${finding}: “${sentence}”`,
    source,
    unit: '',
    expected: 1,
  })),
  run() {
    return Object.fromEntries(
      EXAMPLES.map(([sentence, finding, says]) => {
        const charStart = sentence.indexOf(finding);
        const [said] = assertSpans(sentence, [{ charStart, charEnd: charStart + finding.length }]);
        const { negated, uncertain, temporality, experiencer } = said!;
        const found = [
          negated && 'negated',
          uncertain && 'uncertain',
          temporality !== 'recent' && temporality,
          experiencer !== 'patient' && experiencer,
        ].filter(Boolean);
        return [`${finding}: “${sentence}”`, found.sort().join() === [...says].sort().join() ? 1 : 0];
      }),
    );
  },
});
