import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { indexedDraws } from '@gemel/numerics';
import { compileFlow } from '@gemel/numerics/des/compile';
import { exponential } from '@gemel/numerics/des/duration';
import { serve } from '@gemel/numerics/des/flow';
import { ReplicationPool } from '@gemel/numerics/des/node/replication-pool';
import { mmc } from '@gemel/numerics/des/queueing';
import { World } from '@gemel/numerics/des/world';
import type { Bench, BenchRow } from './bench.ts';
import { centreRates } from './queue-workload.ts';

const here = (path: string) => new URL(path, import.meta.url).pathname;
const RATE = 0.25;
const MEAN = 10;
const SERVERS = 4;
const END = 4e6;
/** SimPy is given less to do, in proportion. */
const END_SIMPY = 2e5;
const UNIT = 'million customers/s';

function ours(): { readonly seconds: number; readonly served: number; readonly wait: number } {
  const flow = compileFlow({
    resources: { desk: { capacity: SERVERS } },
    sources: { people: { arrivals: { kind: 'poisson', rate: RATE }, route: 'way' } },
    routes: { way: serve('talk', 'desk', exponential(MEAN)) },
  });
  let best = { seconds: Number.POSITIVE_INFINITY, served: 0, wait: 0 };
  for (let trial = 0; trial < 4; trial++) {
    const world = new World(flow, (name) => indexedDraws(trial, name));
    const start = process.cpuUsage();
    world.run(END);
    const { user, system } = process.cpuUsage(start);
    const seconds = (user + system) / 1e6;
    const { count, mean } = world.allocation.waits[0];
    if (seconds < best.seconds) best = { seconds, served: count, wait: mean };
  }
  return best;
}

function run(command: string, args: readonly string[]): readonly number[] | string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: 300_000 });
  if (error !== undefined) return `${command} could not be started`;
  if (status !== 0) return stderr.trim().split('\n').at(-1) || `${command} ended with ${status}`;
  return stdout.trim().split('\n').map(Number);
}

/** CPU time on one core; SimPy from GEMEL_BENCH_PYTHON. The wish is 0.5 of C++ and 50 times SimPy. */
export default {
  id: 'queue',
  title: 'Discrete events: an M/M/4 queue, and a treatment centre a thousand times',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'gemel-bench-'));
    try {
      const mine = ours();
      const exact = mmc(RATE, 1 / MEAN, SERVERS).wait;
      const speed = mine.served / mine.seconds / 1e6;
      const rows: BenchRow[] = [
        {
          name: 'Gemel',
          value: speed,
          unit: UNIT,
          ratio: 1,
          note: `mean wait ${mine.wait.toFixed(3)}, exact ${exact.toFixed(3)}`,
        },
      ];
      const program = join(folder, 'queue');
      const built = spawnSync('c++', ['-O3', '-march=native', '-o', program, here('c/queue.cpp')], {
        encoding: 'utf8',
      });
      const parameters = [RATE, MEAN, SERVERS].map(String);
      const inC = built.status === 0 ? run(program, [...parameters, String(END)]) : 'no C++ compiler';
      if (typeof inC === 'string') {
        rows.push({ name: 'C++ -O3, priority_queue', value: null, unit: UNIT, note: `not run: ${inC}` });
      } else {
        const theirs = inC[1] / 2 / inC[0] / 1e6;
        rows.push({ name: 'C++ -O3, priority_queue', value: theirs, unit: UNIT, ratio: theirs / speed });
        rows.push({ name: 'time over that of C++', value: theirs / speed, unit: '', atMost: 2 });
      }
      const python = process.env.GEMEL_BENCH_PYTHON ?? 'python3';
      const simpy = run(python, [here('python/queue_simpy.py'), ...parameters, String(END_SIMPY)]);
      if (typeof simpy === 'string') {
        rows.push({ name: 'SimPy', value: null, unit: UNIT, note: `not run: ${simpy}` });
      } else {
        const theirs = simpy[1] / simpy[0] / 1e6;
        rows.push({ name: 'SimPy', value: theirs, unit: UNIT, ratio: theirs / speed });
        rows.push({ name: 'time over that of SimPy', value: theirs / speed, unit: '', atMost: 0.02 });
      }
      rows.push(await centre());
      return rows;
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
} satisfies Bench;

/** Seconds for 1,000 replications of the treatment centre on two worker threads, their start left out. */
async function centre(): Promise<BenchRow> {
  const name = 'treatment centre, 1,000 replications, two threads';
  const rates = centreRates();
  if (rates === null) return { name, value: null, unit: 's', note: 'not run: its arrival rates are not there' };
  const url = new URL('./queue-workload.ts', import.meta.url);
  const pool = new ReplicationPool({ url, input: rates, outputs: 1 }, { workers: 2 });
  await pool.run(0, 20);
  const start = performance.now();
  await pool.run(0, 1000);
  const seconds = (performance.now() - start) / 1000;
  await pool.close();
  return { name, value: seconds, unit: 's', atMost: 5 };
}
