import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from '@gemel/modeling/codegen/compile';
import { readSbml } from '@gemel/modeling/sbml/read';
import { chunkMoments } from '@gemel/modeling/stochastic/moments';
import { type StochasticMethod, StochasticRuns } from '@gemel/modeling/stochastic/runs';
import { randomStream } from '@gemel/numerics';
import type { Bench, BenchRow } from './bench.ts';
import { DIMERS, RING, type StochasticWork } from './stochastic-workload.ts';

const here = (path: string) => new URL(path, import.meta.url).pathname;
const UNIT = 'million reactions/s';

/** CPU seconds, reactions carried out, and mean and its standard error of the species compared. */
interface Outcome {
  readonly seconds: number;
  readonly reactions: number;
  readonly mean: number;
  readonly error: number;
}

function ours(work: StochasticWork, method: StochasticMethod): Outcome {
  const times = Float64Array.from({ length: 11 }, (_, i) => (work.end * i) / 10);
  const compiled = compile(readSbml(work.sbml).model);
  const runs = new StochasticRuns(compiled, { times, outputs: [work.species], method });
  chunkMoments(runs, randomStream(2), 0, 1);
  const start = process.cpuUsage();
  const { mean, squares, jumps } = chunkMoments(runs, randomStream(1), 0, work.runs);
  const { user, system } = process.cpuUsage(start);
  const error = Math.sqrt(squares[10] / (work.runs - 1) / work.runs);
  return { seconds: (user + system) / 1e6, reactions: jumps, mean: mean[10], error };
}

function run(command: string, args: readonly string[]): readonly number[] | string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: 300_000 });
  if (error !== undefined) return `${command} could not be started`;
  if (status !== 0) return stderr.trim().split('\n').at(-1) || `${command} ended with ${status}`;
  return stdout.trim().split('\n').map(Number);
}

/** A peer's row: its speed beside ours, and its mean beside ours in our standard errors. */
function row(name: string, seconds: number, reactions: number, mean: number, best: Outcome): BenchRow {
  const value = reactions / seconds / 1e6;
  const ratio = value / (best.reactions / best.seconds / 1e6);
  const apart = Math.abs(mean - best.mean) / best.error;
  return { name, value, unit: UNIT, ratio, note: `mean apart by ${apart.toFixed(1)} of our standard errors` };
}

function rows(work: StochasticWork, folder: string): readonly BenchRow[] {
  const trials = Array.from({ length: 3 }, () => ours(work, 'ssa'));
  const best = trials.reduce((a, b) => (b.seconds / b.reactions < a.seconds / a.reactions ? b : a));
  const leap = ours(work, 'tau-leap');
  const named = (name: string) => `${work.name}: ${name}`;
  const missing = (name: string, why: string): BenchRow => ({
    name: named(name),
    value: null,
    unit: UNIT,
    note: `not run: ${why}`,
  });
  const program = join(folder, 'ssa');
  const built = spawnSync('cc', ['-O3', '-march=native', '-o', program, here('c/ssa.c'), '-lm'], { encoding: 'utf8' });
  const inC =
    built.status === 0
      ? run(program, [...work.inC.map(String), String(work.end), String(work.runs)])
      : built.error
        ? 'no C compiler'
        : built.stderr.trim();
  writeFileSync(join(folder, 'model.xml'), work.sbml);
  const python = process.env.GEMEL_BENCH_PYTHON ?? 'python3';
  const roadrunner = run(python, [
    here('python/ssa_roadrunner.py'),
    join(folder, 'model.xml'),
    String(work.end),
    String(work.runs),
    work.species,
  ]);
  return [
    { name: named('Gemel, time per reaction'), value: (best.seconds / best.reactions) * 1e9, unit: 'ns', atMost: 1000 },
    { name: named('Gemel, exact'), value: best.reactions / best.seconds / 1e6, unit: UNIT, ratio: 1 },
    row(named('Gemel, tau-leap'), leap.seconds, leap.reactions, leap.mean, best),
    typeof inC === 'string'
      ? missing('C -O3, direct method', inC)
      : row(named('C -O3, direct method'), inC[0], inC[1], inC[2], best),
    typeof roadrunner === 'string'
      ? missing('libroadrunner, direct method', roadrunner)
      : row(named('libroadrunner, direct method'), roadrunner[0], best.reactions, roadrunner[1], best),
  ];
}

/** CPU time on one core; libroadrunner from GEMEL_BENCH_PYTHON (default python3), taken to carry out as many reactions. */
export default {
  id: 'stochastic',
  title: 'Exact and leaping stochastic simulation, one core',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'gemel-bench-'));
    try {
      return [DIMERS, RING].flatMap((work) => rows(work, folder));
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
} satisfies Bench;
