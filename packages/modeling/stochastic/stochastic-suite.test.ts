import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomStream } from '@gemel/numerics/random/philox';
import { describe, expect, test } from 'vitest';
import { compile } from '../codegen/compile.ts';
import { readSbml } from '../sbml/read.ts';
import { readSettings, readTable } from '../sbml/semantic-suite.ts';
import { StochasticRuns } from './runs.ts';
import { suiteColumns, suiteNames, suiteRanges, suiteTests } from './stochastic-suite.ts';

const DATA = process.env.GEMEL_DATA ?? new URL('../../../../shared/data', import.meta.url).pathname;
const FOLDER = join(DATA, 'sbml-stochastic');

/** One case of each kind; all of them run as the validation sbml-stochastic. */
const CASES = [
  '00002',
  '00010',
  '00018',
  '00024',
  '00028',
  '00030',
  '00032',
  '00040',
  '00048',
  '00056',
  '00058',
  '00074',
];

describe.skipIf(!existsSync(FOLDER))(
  'SBML Test Suite, stochastic (skipped without the folder sbml-stochastic of GEMEL_DATA)',
  () => {
    test.each(CASES)('case %s stays within four standard errors of mean and eight of spread over 300 runs', (id) => {
      const text = (what: string) => readFileSync(join(FOLDER, id, `${id}-${what}`), 'utf8');
      const sbml = readSbml(text('sbml-l3v2.xml'), { file: id });
      const table = readTable(text('results.csv'));
      const columns = suiteColumns(table);
      const outputs = suiteNames(columns, sbml, readSettings(text('settings.txt')));
      expect(suiteRanges(text('settings.txt')).mean).toEqual([-3, 3]);
      const runs = new StochasticRuns(compile(sbml.model), { times: table.times, outputs });
      const ranges = { mean: [-4.5, 4.5], sd: [-8, 8] } as const;
      const tests = suiteTests(runs, columns, ranges, 300, randomStream(1, id), 2);
      expect(tests.length).toBeGreaterThanOrEqual(50);
      expect(tests.filter(({ passes }) => !passes)).toEqual([]);
    });
  },
);
