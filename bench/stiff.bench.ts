import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rosenbrock } from '@gemel/modeling/codegen/rosenbrock';
import { modelPrograms } from '@gemel/modeling/program/model-programs';
import { bdf } from '@gemel/numerics/ode/bdf';
import { rodas5p } from '@gemel/numerics/ode/rodas5p';
import type { Solver } from '@gemel/numerics/ode/solver';
import type { Bench, BenchRow } from './bench.ts';
import { benchSundials, type Sundials } from './node/sundials.ts';
import { stiffEquations, stiffModel } from './stiff-models.ts';
import { chainWork, type StiffWork, small } from './stiff-workload.ts';

const here = (path: string) => new URL(path, import.meta.url).pathname;
/** Each before those it uses. */
const LIBRARIES = [
  'cvode',
  'sunlinsolband',
  'sunlinsoldense',
  'sunlinsolklu',
  'sunmatrixband',
  'sunmatrixdense',
  'sunmatrixsparse',
  'nvecserial',
  'generic',
];

/** One solution at one tolerance: seconds of processor time, largest relative error at the end. */
interface Run {
  readonly seconds: number;
  readonly error: number;
}

/** The least of so many measurements, each short enough to lie between two interruptions on a busy machine; stiff.c does alike. */
const ROUNDS = 25;
const WINDOW = 0.004;
/** Seconds at least, by which the engine has compiled what it measures. */
const WARM = 0.3;

/** Half decades, from coarse to fine. */
const tolerances = (finest: number) => Array.from({ length: 2 * (finest - 3) + 1 }, (_, i) => 10 ** -(3 + i / 2));

const errorOf = ({ reference }: StiffWork, y: ArrayLike<number>) =>
  reference.reduce((most, value, i) => Math.max(most, Math.abs(y[i] - value) / Math.abs(value)), 0);

function solve(work: Omit<StiffWork, 'reference'>, solver: Solver, relative: number): Float64Array {
  const absolute = work.floor.map((floor) => floor * relative);
  const stepper = solver.start(work.system, 0, work.initial, { kind: 'adaptive', relative, absolute });
  while (stepper.t < work.end) {
    const status = stepper.step(work.end);
    if (status !== 'stepped') throw new Error(`${solver.name} on ${work.name}: ${status} at ${stepper.t}`);
  }
  return stepper.y;
}

function ours(work: StiffWork, solver: Solver, relative: number): Run {
  const y = solve(work, solver, relative);
  let once = processorSeconds(() => solve(work, solver, relative));
  const repetitions = Math.max(1, Math.min(200, Math.round(WINDOW / once)));
  for (let round = 0, spent = 0; round < ROUNDS || spent < WARM; round++) {
    const all = processorSeconds(() => {
      for (let r = 0; r < repetitions; r++) solve(work, solver, relative);
    });
    once = Math.min(once, all / repetitions);
    spent += all;
  }
  return { seconds: once, error: errorOf(work, y) };
}

/** Rodas5P as straight-line code generated from the problem's equations. */
function unrolled(work: StiffWork): Solver {
  const programs = modelPrograms(stiffModel(work.name, work.initial));
  return rosenbrock(programs, { p: programs.parameters, u: new Float64Array(0) });
}

function processorSeconds(action: () => void): number {
  const start = process.cpuUsage();
  action();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

function inC(program: string, work: StiffWork, linear: string, relative: number): Run | undefined {
  const equal = work.floor.every((floor) => floor === work.floor[0]);
  const absolute = (equal ? work.floor.slice(0, 1) : work.floor).map((floor) => floor * relative);
  const repetitions = work.initial.length > 100 ? 1 : 5;
  const args = [work.name, String(relative), String(repetitions), linear, ...Array.from(absolute, String)];
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8', timeout: 120_000 });
  if (status !== 0) return undefined;
  const [seconds, , , ...y] = stdout.trim().split('\n').map(Number);
  return { seconds, error: errorOf(work, y) };
}

/** Seconds of the fastest run within each error. */
function fastest(
  targets: readonly number[],
  run: (relative: number) => Run | undefined,
  finest: number,
): Map<number, number> {
  const least = new Map<number, number>();
  for (const relative of tolerances(finest)) {
    const found = run(relative);
    if (found === undefined) continue;
    for (const target of targets) {
      if (found.error <= target)
        least.set(target, Math.min(found.seconds, least.get(target) ?? Number.POSITIVE_INFINITY));
    }
    if (found.error <= Math.min(...targets)) break;
  }
  return least;
}

function compile(folder: string, { home }: Sundials): string | Error {
  const program = join(folder, 'stiff');
  const include = ['-I/usr/include/suitesparse', `-I${join(home, 'include')}`, `-L${join(home, 'lib')}`];
  const libraries = [...LIBRARIES.map((name) => `-lsundials_${name}`), '-lklu', '-lm'];
  const args = ['-O3', '-march=native', ...include, '-o', program, here('c/stiff.c'), ...libraries];
  const compiled = spawnSync('cc', args, { encoding: 'utf8' });
  if (compiled.error !== undefined) return new Error('no C compiler');
  if (compiled.status !== 0) return new Error(`not compiled: ${compiled.stderr.split('\n')[0]}`);
  return program;
}

/** Seconds by peer and problem, one for each error. */
function python(
  works: readonly StiffWork[],
  targets: readonly number[],
): Record<string, Record<string, readonly (number | null)[]>> {
  const input = Object.fromEntries(
    works.map((work) => [
      work.name,
      {
        ...stiffEquations[work.name],
        end: work.end,
        targets,
        initial: [...work.initial],
        reference: [...work.reference],
        floor: [...work.floor],
      },
    ]),
  );
  const { status, stdout } = spawnSync(process.env.GEMEL_BENCH_PYTHON ?? 'python3', [here('python/stiff_peers.py')], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    timeout: 300_000,
  });
  return status === 0 ? JSON.parse(stdout) : {};
}

const SMALL_TARGETS = [1e-4, 1e-6, 1e-8];
const LARGE_TARGETS = [1e-4, 1e-6];

/**
 * Work against precision: the least processor time in which each solver comes within a relative error of the reference
 * solution in every component, over tolerances in half decades; absolute tolerances in one proportion for all.
 */
export default {
  id: 'stiff',
  title: 'Stiff problems: processor time to a relative error at the end, one core',
  async run(): Promise<readonly BenchRow[]> {
    const folder = mkdtempSync(join(tmpdir(), 'gemel-bench-'));
    const sundials = benchSundials();
    const program = sundials instanceof Error ? sundials : compile(folder, sundials);
    const cvode = `CVODE${sundials instanceof Error ? '' : ` ${sundials.version}`} in C, -O3 -march=native`;
    const chain = chainWork((work) => solve(work, rodas5p, 1e-11).slice());
    const peers = python(small, SMALL_TARGETS);
    const rows: BenchRow[] = [];
    for (const work of [...small, chain]) {
      const large = work === chain;
      const targets = large ? LARGE_TARGETS : SMALL_TARGETS;
      const finest = large ? 8 : 12;
      const mine = [...(large ? [] : [unrolled(work)]), rodas5p, bdf].map((solver) => ({
        name: `Gemel ${solver.name}`,
        least: fastest(targets, (relative) => ours(work, solver, relative), finest),
      }));
      const linear = large ? ['band', 'klu'] : ['dense'];
      const theirs = linear.map((kind) => ({
        name: `${cvode}, ${kind}`,
        least:
          program instanceof Error
            ? new Map<number, number>()
            : fastest(targets, (relative) => inC(program, work, kind, relative), finest),
      }));
      for (const target of targets) {
        const label = `${work.name}, ${work.initial.length} states, error ${target.toExponential(0)}`;
        const best = Math.min(...mine.map(({ least }) => least.get(target) ?? Number.POSITIVE_INFINITY));
        const add = (name: string, seconds: number | undefined, note: string) =>
          rows.push(
            seconds === undefined
              ? { name: `${label}: ${name}`, value: null, unit: 'µs', note }
              : { name: `${label}: ${name}`, value: seconds * 1e6, unit: 'µs', ratio: best / seconds },
          );
        for (const { name, least } of mine) add(name, least.get(target), 'not reached');
        for (const { name, least } of theirs) {
          add(name, least.get(target), program instanceof Error ? `not run: ${program.message}` : 'not reached');
        }
        if (!large) {
          for (const [name, found] of Object.entries(peers)) {
            const of = found[work.name];
            if (of !== undefined) add(name, of[targets.indexOf(target)] ?? undefined, 'not reached');
          }
        }
        const peer = Math.min(...theirs.map(({ least }) => least.get(target) ?? Number.POSITIVE_INFINITY));
        if (Number.isFinite(peer) && target === 1e-6) {
          rows.push({
            name: `${label}: Gemel's time over CVODE's`,
            value: best / peer,
            unit: '',
            atMost: large ? 1 : 0.2,
          });
        }
      }
    }
    rmSync(folder, { recursive: true });
    return rows;
  },
} satisfies Bench;
