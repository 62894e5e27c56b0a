import type { PosteriorSummary } from '@gemel/core';
import { expect, test } from 'vitest';
import { calibrationWords } from './calibration-words.ts';
import type { Diagnostics } from './pack.ts';

const summary = (parameter: string, title: string, shrinkage: number): PosteriorSummary => ({
  parameter,
  title,
  unit: '1',
  median: 1,
  low: 0.5,
  high: 2,
  shrinkage,
});
const row = (name: string, overPrior: number | null, essBulk: number | null = 300) => ({
  name,
  mean: 1,
  sd: 1,
  q5: 0,
  median: 1,
  q95: 2,
  errorOfMean: 0.1,
  errorOfSd: 0.1,
  rHat: 1,
  essBulk,
  essTail: essBulk,
  overPrior,
});
const posterior = [
  summary('a', 'clearance', 0.3),
  summary('b', 'volume', 0.7),
  summary('c', 'absorption', 0.95),
  summary('d', 'delay', 1.02),
];
const words = (more: Partial<Diagnostics> = {}) => calibrationWords(posterior, { ess: 120, warnings: [], ...more });
const said = (more?: Partial<Diagnostics>) => words(more).map((w) => w.statement);

test('what the records determine, and what they do not', () => {
  expect(said()).toEqual([
    'Well determined by the data: clearance.',
    'Narrowed by the data, and partly the population’s: volume.',
    'Not determined by these records: absorption and delay; the population’s value is used, with all its uncertainty.',
  ]);
});

test('the draws’ own narrowing goes before that of the members, and the fewest independent draws are told', () => {
  const parameters = [row('a', 0.4, 250.4), row('b', 0.4), row('c', 0.4), row('d', 0.95)];
  const warnings = [{ code: 'inference-prior-only-parameter', message: 'not repeated', where: { element: 'd' } }];
  expect(said({ parameters, warnings })).toEqual([
    'Well determined by the data: clearance, volume and absorption.',
    'Not determined by these records: delay; the population’s value is used, with all its uncertainty.',
    'The calculation has settled: its runs agree, on 250 independent draws or more of each value.',
  ]);
});

test('doubt comes first, by the names people read, and nothing is then called settled', () => {
  const warning = (code: string, element: string) => ({ code, message: `${code} of ${element}`, where: { element } });
  const warnings = [
    warning('inference-few-effective-draws', 'a'),
    warning('inference-chains-not-mixed', 'a'),
    warning('inference-chains-not-mixed', 'b'),
    { code: 'weight-unknown', message: 'Body weight is not recorded.' },
  ];
  const found = words({ warnings, parameters: [row('a', 0.3)] });
  expect(found[0]).toEqual({
    standing: 'doubtful',
    code: 'inference-chains-not-mixed',
    statement:
      'The calculation has not settled: independent runs disagree about clearance and volume. Calibrate again before intervals are used.',
  });
  expect(found.map((w) => w.statement)).toContain(
    'Few independent draws of clearance: the ends of its interval are rough.',
  );
  expect(found.map((w) => w.statement)).toContain('Body weight is not recorded.');
  expect(found.some((w) => w.code === 'settled')).toBe(false);
});

test('a finding that no words are written for is told as it was found, never left out', () => {
  const warnings = [{ code: 'observation-unexplained', message: '3 observations fit no member.' }];
  expect(words({ warnings }).at(-1)).toEqual({
    standing: 'limited',
    code: 'observation-unexplained',
    statement: '3 observations fit no member.',
  });
});
