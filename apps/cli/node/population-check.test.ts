import { readFileSync, writeFileSync } from 'node:fs';
import { randomStream } from '@gemel/numerics';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../exit.ts';
import { commandLine } from './fixtures/command-line.ts';

const { at, gemel, told } = commandLine('nlme', '--model', 'one-compartment', '--est', 'ebe', '--simulations', '200');

/** Subjects given two doses twelve hours apart, the odd ones half as much; CL 4 and VC 70 vary by 30 %, 20 % error. */
const subjects = Array.from({ length: 14 }, (_, i) => {
  const random = randomStream(1, 'subject', i);
  const [cl, vc] = [4 * Math.exp(0.3 * random.normal()), 70 * Math.exp(0.3 * random.normal())];
  const dose = i % 2 === 0 ? 100 : 50;
  const concentration = (t: number) =>
    (dose / vc) * (Math.exp((-cl / vc) * t) + (t >= 12 ? Math.exp((-cl / vc) * (t - 12)) : 0));
  const rows = [1, 4, 11, 13, 18].map(
    (t) => `${t},.,.,.,${(concentration(t) * (1 + 0.2 * random.normal())).toFixed(4)},0`,
  );
  return [`0,${dose},12,1,.,0`, ...rows].map((row) => `${i + 1},${row},${i % 2}`);
});
const HEADER = 'ID,TIME,AMT,II,ADDL,DV,CENS,HALF';
const write = (name: string, rows: readonly string[]) => {
  writeFileSync(at(name), `${HEADER}\n${rows.join('\n')}\n`);
  return at(name);
};
const study = write('study.csv', subjects.flat());
const POPULATION = ['--theta', 'CL=4', 'VC=70', '--omega', 'CL=0.09', 'VC=0.09', '--sigma', 'proportional=0.04'];

describe('gemel nlme checks a population', () => {
  test('a visual check is drawn and tabled, prediction errors are listed and tested', async () => {
    const files = ['--vpc', at('check.svg'), at('check.csv'), '--npde', at('errors.csv'), '--bins', 'nominal'];
    const { code, out } = await gemel('--data', study, ...POPULATION, ...files, '--json');
    expect(code, told()).toBe(EXIT.ok);
    const { check } = JSON.parse(out);
    expect(check.simulations).toBe(200);
    expect(check.vpc.compared).toBe(15);
    // The data are of the model itself: 15 figures of 95 % bands, fewer than 11 once in a million.
    expect(check.vpc.within).toBeGreaterThanOrEqual(11);
    expect(check.npde.count).toBe(70);
    expect(check.npde.global.probability).toBeGreaterThan(0.01);
    expect(check.problems.map((each: { readonly code: string }) => each.code)).toEqual(['inference-few-simulations']);
    expect(told()).toContain('inference-few-simulations');
    expect(readFileSync(at('check.svg'), 'utf8')).toMatch(/^<svg [\s\S]*Visual predictive check[\s\S]*<\/svg>\s*$/);
    const table = readFileSync(at('check.csv'), 'utf8').trim().split('\n');
    expect(table.length).toBe(16);
    expect(table[0]).toContain('figure,observed,simulated_low');
    const errors = readFileSync(at('errors.csv'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(','));
    expect(errors.length).toBe(71);
    // PRED of the first reading.
    expect(Number(errors[1]![4])).toBeCloseTo((100 / 70) * Math.exp(-4 / 70), 8);
  });

  test('numbers depend on the seed, not on the order of subjects', async () => {
    const turned = write('turned.csv', [...subjects].reverse().flat());
    const run = async (data: string, seed: string) => {
      await gemel('--data', data, ...POPULATION, '--npde', at('errors.csv'), '--vpc', at('check.csv'), '--seed', seed);
      const lines = readFileSync(at('errors.csv'), 'utf8').trim().split('\n');
      return { errors: lines.sort().join('\n'), check: readFileSync(at('check.csv'), 'utf8') };
    };
    const first = await run(study, '7');
    expect(await run(turned, '7')).toEqual(first);
    expect((await run(study, '8')).errors).not.toBe(first.errors);
  });

  test('time after dose counts additional doses; strata and bounds are as given', async () => {
    const files = ['--vpc', at('check.csv'), '--axis', 'TAD', '--strata', 'HALF', '--bins', '0,2,12'];
    await gemel('--data', study, ...POPULATION, ...files);
    const rows = readFileSync(at('check.csv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','));
    // 13 h is 1 h after the second dose: two readings of seven subjects each.
    expect(rows.filter((row) => row[5] === 'quantile 0.5').map((row) => [row[0], row[1], row[4]])).toEqual([
      ['0', '0', '14'],
      ['0', '2', '21'],
      ['1', '0', '14'],
      ['1', '2', '21'],
    ]);
  });

  test('the correction brings both doses together', async () => {
    const median = async (...more: readonly string[]) => {
      await gemel('--data', study, ...POPULATION, '--vpc', at('check.csv'), '--strata', 'HALF', '--bins', '1', ...more);
      const rows = readFileSync(at('check.csv'), 'utf8')
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(','));
      return rows
        .filter((row) => row[5] === 'quantile 0.5')
        .map((row) => (Number(row[9]) - Number(row[7])) / Number(row[8]));
    };
    const [plain, corrected] = [await median(), await median('--correct', 'ratio')];
    expect(corrected[0]).toBeLessThan(plain[0]!);
  });

  test('values below a limit have their share', async () => {
    const below = subjects.flat().map((row) => row.replace(/(0\.[0-3]\d*),0,(\d)$/, '0.4,1,$2'));
    expect(below.filter((row) => row.includes('0.4,1')).length).toBeGreaterThan(3);
    const { code } = await gemel(
      '--data',
      write('below.csv', below),
      ...POPULATION,
      '--vpc',
      at('check.csv'),
      '--npde',
      at('errors.csv'),
    );
    expect(code, told()).toBe(EXIT.ok);
    expect(readFileSync(at('check.csv'), 'utf8')).toContain('share below limit');
  });

  test('an estimation is checked at the values it found', async () => {
    const { out } = await gemel(
      '--data',
      study,
      ...POPULATION,
      '--est',
      'focei',
      '--max-steps',
      '0',
      '--npde',
      at('errors.csv'),
    );
    expect(out).toMatch(/npde of 70 {2}mean/);
  });

  test.each([
    ['another kind of file', ['--vpc', at('check.png')], 'cli-option-unreadable'],
    ['npde drawn', ['--npde', at('errors.svg')], 'cli-option-unreadable'],
    ['one simulation', ['--npde', at('errors.csv'), '--simulations', '1'], 'cli-option-unreadable'],
    ['bins that are none', ['--vpc', at('check.csv'), '--bins', 'few'], 'cli-option-unreadable'],
    ['bounds that fall', ['--vpc', at('check.csv'), '--bins', '3,2'], 'inference-shape'],
    ['a column that is not there', ['--vpc', at('check.csv'), '--strata', 'SEX'], 'cli-option-unreadable'],
    [
      'a correction beside a limit',
      ['--vpc', at('check.csv'), '--correct', 'ratio', '--limit', '0.1'],
      'inference-prediction-correction',
    ],
    ['a folder that is not there', ['--npde', at('none/errors.csv')], 'cli-file-unwritable'],
  ])('%s is told by its code', async (_, args, code) => {
    expect((await gemel('--data', study, ...args)).code).not.toBe(EXIT.ok);
    expect(told()).toContain(code);
  });
});
