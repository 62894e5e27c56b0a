import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { judgeCase, readSettings, readTable } from './semantic-suite.ts';

const DATA = join(process.env.GEMEL_DATA ?? join(import.meta.dirname, '../../../../shared/data'), 'sbml-semantic');
const skip = !existsSync(DATA);
const reason = skip ? ` (skipped: the SBML Test Suite is not at ${DATA})` : '';

/** A few cases per feature; the whole suite is a study in validation/. */
const CASES: Readonly<Record<string, readonly number[]>> = {
  'reactions and local parameters': [2, 4, 22, 134],
  'amounts and concentrations': [26, 54, 1498, 1506],
  'points without size': [48, 490],
  'sizes that vary': [1198, 1208, 1462, 1780],
  'conversion factors': [976, 1406],
  'initial assignments': [66, 180],
  'assignment and rate rules': [30, 174],
  'algebraic rules': [40, 182, 534, 576, 760, 1244, 1482, 1576, 1786],
  events: [26, 72, 348, 622, 932, 1000, 1120, 1660, 1754],
  'events with priorities and random order': [952, 962, 1590],
  'function definitions': [86, 1486],
  stoichiometries: [68, 388, 516, 1562],
  'uncommon MathML': [950, 954, 1112, 1272, 1810, 1820],
  'delays in equations': [938, 942, 1174, 1400, 1518, 1592],
  'rates of change in formulas': [1248, 1294, 1458, 1540],
  'formulas left out': [1234, 1416, 1600],
  'fast reactions': [870, 988, 1052, 1396, 1550, 1568],
  submodels: [1126, 1146, 1160, 1178, 1182, 1344, 1386, 1468],
};
const REFUSED: Readonly<Record<string, readonly number[]>> = {
  'fast reactions with stoichiometries that vary': [1398, 1572],
  'flux balance (fbc)': [1186, 1628],
  'model in a file not in the suite': [1168],
};

function verdictOf(number: number) {
  const name = String(number).padStart(5, '0');
  const text = (what: string) => readFileSync(join(DATA, name, `${name}-${what}`), 'utf8');
  const level = ['l3v2', 'l3v1', 'l2v4'].find((one) => existsSync(join(DATA, name, `${name}-sbml-${one}.xml`)))!;
  return judgeCase({
    name,
    document: text(`sbml-${level}.xml`),
    settings: text('settings.txt'),
    results: text('results.csv'),
  });
}

describe.skipIf(skip)(`cases of the SBML Test Suite pass${reason}`, () => {
  test.each(Object.entries(CASES))('%s', (_, numbers) => {
    const bad = numbers
      .map((number) => [number, verdictOf(number)] as const)
      .filter(([, { kind }]) => kind !== 'passes');
    expect(bad).toEqual([]);
  });
});

describe.skipIf(skip)(`what is out of scope is refused by name${reason}`, () => {
  test.each(Object.entries(REFUSED))('%s', (feature, numbers) => {
    for (const number of numbers) expect(verdictOf(number)).toMatchObject({ kind: 'refused', feature });
  });
});

describe('the judge', () => {
  const document = `<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"><model id="m"><listOfParameters><parameter id="a" value="2" constant="true"/></listOfParameters></model></sbml>`;
  const settings =
    'start: 0\nduration: 1\nsteps: 1\nvariables: a\nabsolute: 0.1\nrelative: 0.01\namount:\nconcentration:\n';

  test('reads settings and tables as the suite writes them', () => {
    expect(readSettings(settings)).toMatchObject({ duration: 1, variables: ['a'], absolute: 0.1, relative: 0.01 });
    const { times, columns } = readTable('"time", a,b\r\n0,1e3,INF\r\n1, -2,NaN\r\n');
    expect([...times]).toEqual([0, 1]);
    expect([...columns.get('a')!, ...columns.get('b')!]).toEqual([1000, -2, Number.POSITIVE_INFINITY, Number.NaN]);
  });

  test.each([
    ['2', 'passes'],
    ['2.1', 'passes'],
    ['2.2', 'fails'],
    ['1.89', 'passes'],
    ['1.7', 'fails'],
    ['NaN', 'fails'],
    ['INF', 'fails'],
  ])('holds 2 against %s: %s', (expected, kind) => {
    expect(judgeCase({ name: 'x', document, settings, results: `time,a\n0,${expected}\n1,2\n` }).kind).toBe(kind);
  });

  test('a column that is missing fails', () => {
    expect(judgeCase({ name: 'x', document, settings, results: 'time,b\n0,2\n1,2\n' }).kind).toBe('fails');
  });
});
