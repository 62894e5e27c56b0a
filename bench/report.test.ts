import { expect, test } from 'vitest';
import type { Bench, BenchRow } from './bench.ts';
import { missed, renderBench } from './report.ts';

const rows: readonly BenchRow[] = [
  { name: 'whole', value: 1.2345, unit: 's', atMost: 2 },
  { name: 'delay', value: 60, unit: 'ms', atMost: 50 },
  { name: 'peer', value: null, unit: '1/s', note: 'not run: no compiler' },
  { name: 'other', value: 20, unit: '1/s', ratio: 0.25 },
];
const bench: Bench = { id: 'x', title: 'X', run: async () => rows };
const machine = { processor: 'P', cores: 2, memory: '4 GiB', system: 'Linux', engine: 'Node 24' };

test('the table shows ratios, what was asked for and missed, and who was not run', () => {
  const text = renderBench(bench, { id: 'x', date: '2026-01-01', machine, versions: ['SciPy 1.17.'], rows });
  expect(text).toContain('| whole | 1.23 | s |  | ≤ 2: met |  |');
  expect(text).toContain('| delay | 60 | ms |  | ≤ 50: **missed** |  |');
  expect(text).toContain('| peer | — | 1/s |  |  | not run: no compiler |');
  expect(text).toContain('| other | 20 | 1/s | 0.25 × |  |  |');
  expect(text).toContain('P, 2 cores, 4 GiB; Linux; Node 24; 2026-01-01. SciPy 1.17.');
});

test('a bound that could not be measured is missed', () => {
  expect(missed([...rows, { name: 'lost', value: null, unit: 's', atMost: 1 }]).map((row) => row.name)).toEqual([
    'delay',
    'lost',
  ]);
});
