import { spawnSync } from 'node:child_process';
import { ASSIMILATION, type AssimilationWork } from './assimilation-workload.ts';
import type { Bench, BenchRow } from './bench.ts';

const PROGRAM = new URL('python/assimilation_peers.py', import.meta.url).pathname;
const UNIT = 'cycles/s';

/** CPU seconds per cycle, the best of three, and the error of the analysis. */
function ours(work: AssimilationWork): { readonly seconds: number; readonly error: number } {
  let seconds = Number.POSITIVE_INFINITY;
  let error = Number.NaN;
  for (let trial = 0; trial < 3; trial++) {
    const start = process.cpuUsage();
    error = work.run();
    const { user, system } = process.cpuUsage(start);
    seconds = Math.min(seconds, (user + system) / 1e6 / work.cycles);
  }
  return { seconds, error };
}

function peer({ peer: { argument }, cycles }: AssimilationWork): readonly number[] | string {
  const python = process.env.GEMEL_BENCH_PYTHON ?? 'python3';
  const { status, stdout, stderr, error } = spawnSync(python, [PROGRAM, argument, String(cycles)], {
    encoding: 'utf8',
    timeout: 300_000,
    // More threads than one only wait for each other on matrices as small as these.
    env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
  });
  if (error !== undefined) return `${python} could not be started`;
  if (status !== 0) return stderr.trim().split('\n').at(-1) || `${python} ended with ${status}`;
  return stdout.trim().split('\n').slice(-2).map(Number);
}

const note = (error: number) => (Number.isFinite(error) ? { note: `error of the analysis ${error.toFixed(2)}` } : {});

function rows(work: AssimilationWork): readonly BenchRow[] {
  const own = ours(work);
  const other = peer(work);
  const name = `${work.name}: ${work.peer.name}`;
  return [
    { name: `${work.name}: Gemel`, value: 1 / own.seconds, unit: UNIT, ratio: 1, ...note(own.error) },
    typeof other === 'string'
      ? { name, value: null, unit: UNIT, note: `not run: ${other}` }
      : {
          name,
          value: work.cycles / other[0],
          unit: UNIT,
          ratio: (own.seconds * work.cycles) / other[0],
          ...note(other[1]),
        },
  ];
}

/** CPU time on one core of forecasts and analyses, each with its own seed; DAPPER's own statistics are within its time. */
export default {
  id: 'assimilation',
  title: 'Data assimilation, cycles per second on one core',
  async run() {
    return ASSIMILATION.flatMap(rows);
  },
} satisfies Bench;
