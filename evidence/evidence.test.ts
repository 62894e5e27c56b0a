import { defineValidation, type Validation } from '@gemel/core/validation';
import { describe, expect, test } from 'vitest';
import { hashCode, hashData, reachedFrom } from './node/inputs.ts';
import { runStudy } from './node/study.ts';
import {
  BEGIN,
  END,
  failures,
  formatNumber,
  freshnessOf,
  outlived,
  renderReport,
  replaceBetween,
  type StudyOutcome,
} from './report.ts';

const study = (over: Partial<Validation> = {}): Validation =>
  defineValidation({
    id: 'someone2000',
    title: 'A study',
    citation: 'Someone, 2000',
    data: [],
    slow: false,
    rows: [
      { name: 'good', unit: '1', expected: 1, tolerance: 0.1 },
      { name: 'bad', source: 'Table 1 | left', unit: 'mg/dL', expected: 5, tolerance: 0.01 },
      { name: 'said', unit: '1', expected: null },
    ],
    run: () => ({ good: 1.05, bad: 5.02, said: 3 }),
    ...over,
  });
const outcome = async (s: Validation, freshness: StudyOutcome['freshness'] = 'fresh'): Promise<StudyOutcome> => ({
  file: 'packs/x/validation/someone2000.ts',
  study: s,
  result: await runStudy(s, { code: 'c', data: 'd' }),
  freshness,
});

describe('the report', () => {
  test('shows a failing row as failing, plainly', async () => {
    const o = await outcome(study());
    expect(failures([o])).toEqual(['someone2000: bad']);
    const report = renderReport([o]);
    expect(report).toContain('| bad | Table 1 \\| left | mg/dL | 5 ± 0.01 | 5.020 | **FAILS** |');
    expect(report).toContain('| good |  | 1 | 1 ± 0.1 | 1.05 | passes |');
    expect(report).toContain('| said |  | 1 |  | 3 | reported |');
    expect(report).toContain('1 studies, 3 rows: 1 pass, **1 FAIL**, 1 are reported only');
  });

  test('lists what falls short with its reason, and notices what no longer does', async () => {
    const o = await outcome(study());
    const listed = { 'someone2000: bad': 'too coarse', 'someone2000: good': 'was too coarse', 'nobody: x': 'gone' };
    expect(renderReport([o], listed)).toContain('- **someone2000: bad** — too coarse');
    expect(renderReport([o])).toContain('- **someone2000: bad** — the reason is not known');
    expect(outlived([o], listed)).toEqual(['someone2000: good', 'nobody: x']);
    expect(outlived([{ ...o, freshness: 'kept' }], listed)).toEqual(['nobody: x']);
  });

  test('names the lists of a study, which are kept by path; one that it does not name fails it', async () => {
    const numbers = { good: 1, bad: 5, said: 3 };
    const lists = ['cases.csv'];
    const kept: string[] = [];
    const keep = (path: string, text: string) => kept.push(path, text);
    const run: Validation['run'] = ({ list }) => {
      list?.('cases.csv', 'a,b');
      return numbers;
    };
    const s = study({ lists, run });
    await runStudy(s, { code: 'c', data: 'd' }, keep);
    expect(kept).toEqual(['evidence/lists/someone2000-cases.csv', 'a,b']);
    expect(renderReport([await outcome(s)])).toContain('List: `evidence/lists/someone2000-cases.csv`.');
    expect((await outcome(study({ run }))).result?.error).toContain('cases.csv, which its lists do not name');
  });

  test('fails every row of a study that throws, and says why', async () => {
    const o = await outcome(
      study({
        run: () => {
          throw new Error('no luck');
        },
      }),
    );
    expect(failures([o])).toHaveLength(3);
    expect(renderReport([o])).toContain('**FAILS**: no luck');
  });

  test('fails a row the study leaves out, and names a number without a row', async () => {
    const o = await outcome(study({ run: () => ({ good: 1, bad: 5, other: 2 }) }));
    expect(failures([o])).toEqual(['someone2000: said']);
    expect(o.result?.error).toContain('other');
  });

  test('fails a study that reads what its data do not name', async () => {
    const o = await outcome(study({ run: ({ read }) => ({ good: read('secret.csv').length, bad: 5, said: 1 }) }));
    expect(o.result?.error).toContain('secret.csv');
  });

  test('marks kept rows and rows whose inputs changed', async () => {
    expect(renderReport([await outcome(study(), 'kept')])).toContain('someone2000 — *kept*');
    const stale = renderReport([await outcome(study(), 'kept, inputs changed since')]);
    expect(stale).toContain('3 kept from an earlier run, 3 of them with inputs changed since');
    const never = renderReport([{ ...(await outcome(study())), result: null, freshness: 'never run' }]);
    expect(never).toContain('3 have no result');
  });

  test('prints one digit beyond the tolerance', () => {
    expect(formatNumber(163.94321, { name: '', unit: '', expected: 163.94, tolerance: 0.01 })).toBe('163.943');
    expect(formatNumber(-0.0001, { name: '', unit: '', expected: 0, tolerance: 0.1 })).toBe('0.00');
    expect(formatNumber(1 / 3, { name: '', unit: '', expected: null })).toBe('0.333333');
    expect(formatNumber(2915, { name: '', unit: '', expected: 2915, tolerance: 0 })).toBe('2915');
  });
});

test('a table is replaced between its markers alone', () => {
  expect(replaceBetween(`a\n${BEGIN}\nold\n${END}\nb`, 'new')).toBe(`a\n${BEGIN}\n\nnew\n\n${END}\nb`);
  expect(replaceBetween('no markers', 'new')).toBeNull();
});

test('the inputs of a study are its file and all it reaches, types left out', () => {
  const file = 'packages/core/validation/ucum2021.ts';
  const reached = reachedFrom(file);
  expect(reached).toContain(file);
  expect(reached).toContain('packages/core/units.ts');
  expect(reached).toContain('packages/core/error.ts');
  expect(reached).not.toContain('packages/core/observation.ts');
  expect(hashCode(file)).toMatch(/^[0-9a-f]{64}$/);
  expect(hashCode(file)).not.toBe(hashCode('packages/core/units.ts'));
  expect(hashData(['no such file'])).toBeNull();
});

test('a kept result stands while its code, and its data where they are here, are the same', async () => {
  const { result } = await outcome(study());
  expect(freshnessOf(null, { code: 'c', data: 'd' })).toBe('never run');
  expect(freshnessOf(result, { code: 'c', data: 'd' })).toBe('kept');
  expect(freshnessOf(result, { code: 'c', data: null })).toBe('kept');
  expect(freshnessOf(result, { code: 'c', data: 'e' })).toBe('kept, inputs changed since');
  expect(freshnessOf(result, { code: 'b', data: 'd' })).toBe('kept, inputs changed since');
});
