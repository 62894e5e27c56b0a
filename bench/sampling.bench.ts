import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convergence, errorOfMean, momentsOf } from '@gemel/inference/diagnose/convergence';
import { coordinate, type Draws, mapDraws } from '@gemel/inference/mcmc/draws';
import { sampleNuts } from '@gemel/inference/mcmc/nuts-chains';
import { randomStream } from '@gemel/numerics';
import type { Bench, BenchRow } from './bench.ts';
import { SAMPLING, type SamplingWork } from './sampling-workload.ts';

const PEERS = [
  { name: 'Stan', id: 'stan', program: new URL('python/sampling_stan.py', import.meta.url).pathname },
  { name: 'BlackJAX', id: 'blackjax', program: new URL('python/sampling_blackjax.py', import.meta.url).pathname },
] as const;

/** What a sampler did; seconds are of its processor, warm-up and draws together. */
interface Run {
  /** null: compiled earlier, in a time not known. */
  readonly compile: number | null;
  readonly seconds: number;
  readonly gradients: number;
  readonly divergences: number;
  /** null: gradients only, with the one at the point that was given. */
  readonly draws: Draws | null;
  readonly at?: readonly number[];
}

/** A point at which gradients are compared. */
const pointOf = (dimension: number) => Float64Array.from({ length: dimension }, (_, i) => 0.3 * Math.sin(i + 1));

const cpu = (before?: NodeJS.CpuUsage) => {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
};

function ours(work: SamplingWork): Run {
  const { chains, warmUp, draws, start } = work;
  const making = process.cpuUsage();
  const target = work.make();
  const compile = cpu(making);
  const options = { warmUp, draws, acceptance: 0.8, maxDepth: 10, ...(start ? { start } : {}) };
  // The engine compiles what runs often: once, before the clock starts.
  sampleNuts(target, 1, randomStream(7), { ...options, warmUp: 100, draws: 0 });
  const sampling = process.cpuUsage();
  const result = sampleNuts(target, chains, randomStream(1, work.id), options);
  const seconds = cpu(sampling);
  return {
    ...{ compile, seconds, gradients: result.gradients, divergences: result.divergences },
    draws: mapDraws(result.draws, target.dimension, target.constrain),
  };
}

function peer(work: SamplingWork, { id, program }: (typeof PEERS)[number], dimension: number): Run | string {
  const { chains, warmUp, draws, start, data } = work;
  const folder = mkdtempSync(join(tmpdir(), 'gemel-bench-'));
  try {
    const [task, out] = [join(folder, 'task.json'), join(folder, 'draws.bin')];
    const gradientsOnly = work.gradientsOnly.includes(id);
    const at = [...pointOf(dimension)];
    writeFileSync(
      task,
      JSON.stringify({ chains, warmUp, draws, start: start ? [...start] : null, data, gradientsOnly, at }),
    );
    const python = process.env.GEMEL_BENCH_PYTHON ?? 'python3';
    const done = spawnSync(python, [program, work.id, task, out], { encoding: 'utf8', timeout: 900_000 });
    if (done.error !== undefined) return done.error.message;
    if (done.status !== 0) return done.stderr.trim().split('\n').at(-1) || `${python} ended with ${done.status}`;
    const told = JSON.parse(done.stdout.trim().split('\n').at(-1)!) as Omit<Run, 'draws'>;
    if (gradientsOnly) return { ...told, draws: null };
    const values = new Float64Array(new Uint8Array(readFileSync(out)).buffer);
    if (values.length !== chains * draws * dimension) return `${values.length} numbers came back`;
    const logDensity = new Float64Array(chains * draws);
    return { ...told, draws: { dimension, chains, length: draws, values, logDensity } };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Fewest effective draws in the bulk of any parameter. */
const fewest = (draws: Draws) =>
  Math.min(
    ...Array.from({ length: draws.dimension }, (_, i) => convergence(coordinate(draws, i), draws.chains).essBulk),
  );

/** Largest difference of the means of a parameter, in its Monte-Carlo errors. */
function apart(a: Draws, b: Draws): number {
  const each = Array.from({ length: a.dimension }, (_, i) => {
    const [one, other] = [coordinate(a, i), coordinate(b, i)];
    const error = Math.hypot(errorOfMean(one, a.chains), errorOfMean(other, b.chains));
    return Math.abs(momentsOf(one).mean - momentsOf(other).mean) / error;
  });
  return Math.max(...each);
}

/** Largest difference of a gradient from ours, relative to its largest entry. */
function relative(work: SamplingWork, other: readonly number[]): number {
  const target = work.make();
  const gradient = new Float64Array(target.dimension);
  target.valueAndGradient(pointOf(target.dimension), gradient);
  const largest = Math.max(...gradient.map(Math.abs));
  return Math.max(...gradient.map((g, i) => Math.abs(g - other[i]) / largest));
}

function rows(work: SamplingWork): readonly BenchRow[] {
  const own = ours(work);
  const drawn = own.draws!;
  const ess = fewest(drawn) / own.seconds;
  const speed = own.gradients / own.seconds;
  const size = `${work.chains} chains, ${work.warmUp} + ${work.draws}`;
  const told = (run: Run) => [run.compile === null ? 'compiled earlier' : `compiled in ${run.compile.toFixed(1)} s`];
  const diverged = ({ divergences }: Run) => (divergences > 0 ? [`${divergences} divergent`] : []);
  const all: BenchRow[] = [
    {
      ...{ name: `${work.name}: Gemel, gradients`, value: speed, unit: '1/s', ratio: 1 },
      note: told(own).join('; '),
    },
    {
      ...{ name: `${work.name}: Gemel, fewest effective draws`, value: ess, unit: '1/s', ratio: 1 },
      note: [size, `${own.seconds.toFixed(2)} s`, ...diverged(own)].join('; '),
    },
  ];
  for (const one of PEERS) {
    const run = peer(work, one, drawn.dimension);
    const [gradients, effective] = ['gradients', 'fewest effective draws'].map((what) => ({
      name: `${work.name}: ${one.name}, ${what}`,
      unit: '1/s',
    }));
    if (typeof run === 'string') {
      all.push({ ...gradients, value: null, note: `not run: ${run}` });
      continue;
    }
    const value = run.gradients / run.seconds;
    const same =
      run.at === undefined ? [] : [`gradient at a point ${relative(work, run.at).toExponential(0)} from ours`];
    all.push({ ...gradients, value, ratio: value / speed, note: [...told(run), ...same].join('; ') });
    if (run.draws === null) {
      const minutes = (own.gradients / value / 60).toFixed(0);
      all.push({ ...effective, value: null, note: `not run: gradients as many as ours would take ${minutes} min` });
      continue;
    }
    const drawsPerSecond = fewest(run.draws) / run.seconds;
    const means = `means of ${drawn.dimension} parameters at most ${apart(drawn, run.draws).toFixed(1)} standard errors from ours`;
    all.push({
      ...{ ...effective, value: drawsPerSecond, ratio: drawsPerSecond / ess },
      note: [`${run.seconds.toFixed(2)} s`, means, ...diverged(run)].join('; '),
    });
  }
  return all;
}

/**
 * NUTS with a diagonal metric on the same posteriors: as many chains, warm-up and draws, and the same acceptance aimed at.
 * Processor time of warm-up and draws on one core; what compiling takes is told apart. Stan's and BlackJAX's gradients are
 * counted as ours: one for each leapfrog step.
 */
export default {
  id: 'sampling',
  title: 'NUTS: gradients and effective draws per second on one core',
  async run() {
    return SAMPLING.flatMap(rows);
  },
} satisfies Bench;
