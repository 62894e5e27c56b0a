import { defineValidation } from '@gemel/core/validation';
import { judgeCase } from '../sbml/semantic-suite.ts';
import { LAST_CASE, LOWER } from './sbml-semantic.data.ts';

const FEATURES = [
  'fast reactions with stoichiometries that vary',
  'flux balance (fbc)',
  'model in a file not in the suite',
  'other',
] as const;
const CASES = Array.from({ length: LAST_CASE / 2 }, (_, i) => {
  const number = 2 * i + 2;
  const [level = 'l3v2'] = Object.keys(LOWER).filter((lower) => LOWER[lower]!.includes(number));
  return { name: String(number).padStart(5, '0'), level };
});

const file = (name: string, what: string) => `sbml-semantic/${name}/${name}-${what}`;

export default defineValidation({
  id: 'sbml-semantic',
  title:
    'SBML Test Suite, semantic cases with even numbers, each at its own tolerances and at the highest level and version there is of it',
  citation: 'SBML Test Suite, sbml.org; Keating et al., Mol Syst Biol 2020;16:e9110, doi:10.15252/msb.20199110',
  data: CASES.flatMap(({ name, level }) =>
    [`sbml-${level}.xml`, 'settings.txt', 'results.csv'].map((what) => file(name, what)),
  ),
  slow: false,
  rows: [
    { name: 'cases', unit: '{cases}', expected: null },
    { name: 'cases read at Level 3 Version 2', unit: '{cases}', expected: null },
    { name: 'refused, share of all', unit: '1', expected: null, atMost: 0.1 },
    ...FEATURES.map((feature) => ({ name: `refused: ${feature}`, unit: '{cases}', expected: null })),
    { name: 'passed, share of the rest', unit: '1', expected: null, atLeast: 0.99 },
    { name: 'failed', unit: '{cases}', expected: null },
    { name: 'first case that failed (0: none)', unit: '1', expected: null },
    { name: 'worst deviation of a case that passed, share of what it allows', unit: '1', expected: null, atMost: 1 },
  ],
  run({ read }) {
    const text = (name: string, what: string) => new TextDecoder().decode(read(file(name, what)));
    const refused = new Map<string, number>(FEATURES.map((feature) => [feature, 0]));
    const failed: string[] = [];
    let passed = 0;
    let highest = 0;
    let worst = 0;
    for (const { name, level } of CASES) {
      if (level === 'l3v2') highest++;
      const verdict = judgeCase({
        name,
        document: text(name, `sbml-${level}.xml`),
        settings: text(name, 'settings.txt'),
        results: text(name, 'results.csv'),
      });
      if (verdict.kind === 'refused') refused.set(verdict.feature, refused.get(verdict.feature)! + 1);
      else if (verdict.kind === 'fails') failed.push(name);
      else {
        passed++;
        worst = Math.max(worst, verdict.deviation?.share ?? 0);
      }
    }
    const count = passed + failed.length;
    return {
      cases: CASES.length,
      'cases read at Level 3 Version 2': highest,
      'refused, share of all': (CASES.length - count) / CASES.length,
      ...Object.fromEntries([...refused].map(([feature, cases]) => [`refused: ${feature}`, cases])),
      'passed, share of the rest': passed / count,
      failed: failed.length,
      'first case that failed (0: none)': Number(failed[0] ?? 0),
      'worst deviation of a case that passed, share of what it allows': worst,
    };
  },
});
