import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from '@gemel/modeling/codegen/compile';
import { type EnsembleBackend, ensemble, finish } from '@gemel/modeling/ensemble/ensemble';
import { EnsemblePool } from '@gemel/modeling/ensemble/node/pool';
import { minutewise, uvaPadova } from '@gemel/pack-glucose/uva-padova';
import type { Bench, BenchRow } from './bench.ts';
import { hundredStates } from './model-ensemble-hundred.ts';
import { type EnsembleWorkload, EVERY, ensembleWorkload, MINUTES, PATIENTS } from './model-ensemble-workload.ts';
import { simulateByHand } from './type1-by-hand.ts';

const here = (path: string) => new URL(path, import.meta.url).pathname;
const HOURS = (PATIENTS * MINUTES) / 60;
const ROUNDS = 5;
/** Fields of the C programs' records, in their order. */
const C_FIELDS =
  'basal perGram BW Ib Vg Vi k1 k2 Vmx Km0 Vm0 Fsnc kp1 kp2 kp3 ki p2u m1 m2 m4 m30 kabs kmax kmin b d f ke1 ke2 ka1 ka2 kd ksc substeps mealSubsteps'.split(
    ' ',
  );
const NATIVE = ['-O3', '-march=native'];

/** CPU seconds, and the last interstitial glucose of each patient. */
interface Outcome {
  readonly seconds: number;
  readonly ends: ArrayLike<number>;
}

type Contender = () => Outcome | string;

function processorSeconds(action: () => void): number {
  const start = process.cpuUsage();
  action();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

/** The least of three, as the C programs do. */
function leastSeconds(action: () => void): number {
  return Math.min(...Array.from({ length: 3 }, () => processorSeconds(action)));
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1];

function run(command: string, args: readonly string[]): Outcome | string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: 300_000 });
  if (error !== undefined) return `${command} could not be started`;
  if (status !== 0) return stderr.trim().split('\n').at(-1) || `${command} ended with ${status}`;
  const [seconds, ...ends] = stdout.trim().split('\n').map(Number);
  return { seconds, ends };
}

/** The last of each patient's records. */
function last(values: Float64Array): Float64Array {
  const records = MINUTES / EVERY;
  return Float64Array.from({ length: values.length / records }, (_, i) => values[(i + 1) * records - 1]);
}

function compiledC(w: EnsembleWorkload, folder: string, source: string): Contender {
  const { patients } = w.records as { patients: Record<string, number & number[]>[] };
  const file = join(folder, 'workload.bin');
  const numbers = patients.flatMap((p) => [...C_FIELDS.map((field) => p[field]), ...p.x0]);
  writeFileSync(file, new Uint8Array(Float64Array.from(numbers).buffer));
  const program = join(folder, source);
  const made = spawnSync('cc', [...NATIVE, '-o', program, here(`c/${source}.c`), '-lm'], { encoding: 'utf8' });
  if (made.error !== undefined) return () => 'no C compiler';
  if (made.status !== 0) return () => made.stderr.trim();
  return () => run(program, [file, String(PATIENTS), '1']);
}

/** Median processor seconds of contenders that take turns; or why one could not be run. */
function race(contenders: Readonly<Record<string, Contender>>): Map<string, Outcome | string> {
  const runs = new Map(Object.keys(contenders).map((name) => [name, [] as (Outcome | string)[]]));
  for (const contender of Object.values(contenders)) contender();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, contender] of Object.entries(contenders)) runs.get(name)!.push(contender());
  }
  return new Map(
    [...runs].map(([name, outcomes]): [string, Outcome | string] => {
      const good = outcomes.filter((outcome): outcome is Outcome => typeof outcome !== 'string');
      if (good.length < outcomes.length) return [name, outcomes.find((outcome) => typeof outcome === 'string')!];
      return [name, { seconds: median(good.map(({ seconds }) => seconds)), ends: good[0].ends }];
    }),
  );
}

/** Ratio that was asked for, as a row that is met where the reciprocal is not above that of the target. */
function target(name: string, ratio: number | null, least: number): BenchRow {
  const note = ratio === null ? 'not run' : `${ratio.toPrecision(3)} ×; at least ${least} × asked for`;
  return {
    name: `${name}: time over theirs`,
    value: ratio === null ? null : 1 / ratio,
    unit: '',
    atMost: 1 / least,
    note,
  };
}

/** Speed of two workers over that of one in wall time: the median of five turns of three runs each. */
async function threads(w: EnsembleWorkload): Promise<number | null> {
  if (availableParallelism() < 2) return null;
  const pools = [1, 2].map((workers) => new EnsemblePool(uvaPadova(), minutewise(), { workers }));
  const { insulin, ...rest } = w.request.inputs!;
  const shared = new Float64Array(new SharedArrayBuffer(insulin.byteLength));
  shared.set(insulin);
  const request = { ...w.request, inputs: { ...rest, insulin: shared } };
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS + 1; round++) {
    const seconds: number[] = [];
    for (const pool of pools) {
      const start = performance.now();
      for (let run = 0; run < 3; run++) await pool.run(request);
      seconds.push(performance.now() - start);
    }
    if (round > 0) ratios.push(seconds[0] / seconds[1]);
  }
  for (const pool of pools) await pool.close();
  return median(ratios);
}

/** Milliseconds from a model's text to its first rates; the median of fresh ones. */
function compileTime(): number {
  const spent: number[] = [];
  for (let round = 0; round < 9; round++) {
    const start = performance.now();
    const model = hundredStates(round);
    const compiled = compile(model);
    const [y, p, u, none] = [new Float64Array(100), compiled.parameters(), new Float64Array(0), new Float64Array(0)];
    compiled.initial(0, p, u, y, none);
    compiled.rates({ t: 0, y, p, u, w: none, delayed: none }, new Float64Array(100));
    spent.push(performance.now() - start);
  }
  return median(spent.slice(2));
}

/** CPU time on one core; Python with SciPy and simglucose from GEMEL_BENCH_PYTHON (default python3). */
export default {
  id: 'model-ensemble',
  title: `UVA/Padova ensemble from the model language, ${PATIENTS} patients × 24 h`,
  async run() {
    const w = ensembleWorkload();
    const folder = mkdtempSync(join(tmpdir(), 'gemel-bench-'));
    try {
      const ours = (backend: EnsembleBackend): Contender => {
        const made = ensemble(uvaPadova(), { ...minutewise(), backend });
        const members = made.members(w.request);
        return () => {
          let values = new Float64Array(0);
          const seconds = leastSeconds(() => {
            values = finish(made.work(members)).values as Float64Array<ArrayBuffer>;
          });
          return { seconds, ends: last(values) };
        };
      };
      const plain: Contender = () => {
        let values = new Float64Array(0);
        const batch = { constants: w.constants, inputs: w.inputs, from: 0, to: MINUTES, every: EVERY };
        const seconds = leastSeconds(() => {
          values = simulateByHand({ ...batch, states: w.states.slice() }) as Float64Array<ArrayBuffer>;
        });
        return { seconds, ends: last(values) };
      };
      const outcomes = race({
        'WebAssembly f64x2': ours('wasm-f64'),
        'WebAssembly f32x4': ours('wasm-f32'),
        'JavaScript from the model': ours('javascript'),
        'TypeScript written by hand': plain,
        'C -O3 -march=native, scalar': compiledC(w, folder, 'type1'),
        'C -O3 -march=native, AVX2 f64': compiledC(w, folder, 'type1-avx2'),
      });
      writeFileSync(join(folder, 'workload.json'), JSON.stringify(w.records));
      const python = process.env.GEMEL_BENCH_PYTHON ?? 'python3';
      const peer = (script: string, patients: number) =>
        run(python, [here(script), join(folder, 'workload.json'), String(patients), String(MINUTES / 2)]);
      const reference = outcomes.get('WebAssembly f64x2') as Outcome;
      const speedOf = (name: string) => {
        const outcome = outcomes.get(name)!;
        return typeof outcome === 'string' ? null : HOURS / outcome.seconds;
      };
      const fast = speedOf('WebAssembly f64x2')!;
      const rows: BenchRow[] = [...outcomes].map(([name, outcome]) => {
        const unit = 'patient-hours/s';
        if (typeof outcome === 'string') return { name, value: null, unit, note: `not run: ${outcome}` };
        const apart = Array.from(outcome.ends).reduce(
          (most, end, i) => Math.max(most, Math.abs(end - reference.ends[i])),
          0,
        );
        const value = HOURS / outcome.seconds;
        return {
          name,
          value,
          unit,
          ratio: value / fast,
          note: `largest difference in glucose ${apart.toExponential(1)} mg/dL`,
        };
      });
      const slow = (name: string, script: string, patients: number): BenchRow & { readonly speed: number | null } => {
        const outcome = peer(script, patients);
        const unit = 'patient-hours/s';
        if (typeof outcome === 'string') return { name, value: null, unit, note: `not run: ${outcome}`, speed: null };
        const speed = (patients * MINUTES) / 120 / outcome.seconds;
        return { name, value: speed, unit, ratio: speed / fast, speed };
      };
      const scipy = slow('SciPy solve_ivp RK45', 'python/type1_scipy.py', 3);
      const simglucose = slow('simglucose', 'python/type1_simglucose.py', 2);
      const over = (ourName: string, theirs: number | null) => (theirs === null ? null : speedOf(ourName)! / theirs);
      const shown = ({ speed: _, ...row }: BenchRow & { readonly speed: number | null }): BenchRow => row;
      return [
        ...rows,
        shown(scipy),
        shown(simglucose),
        target('f64x2 beside scalar C', over('WebAssembly f64x2', speedOf('C -O3 -march=native, scalar')), 1.3),
        target('f32x4 beside AVX2 f64 C', over('WebAssembly f32x4', speedOf('C -O3 -march=native, AVX2 f64')), 0.75),
        target('f64x2 beside SciPy', over('WebAssembly f64x2', scipy.speed), 200),
        target('f64x2 beside simglucose', over('WebAssembly f64x2', simglucose.speed), 5000),
        target('two workers beside one', await threads(w), 1.9),
        { name: '100 states, text to first rates', value: compileTime(), unit: 'ms', atMost: 50 },
        { name: 'one patient, 24 h, warm', value: single(w), unit: 'ms', atMost: 1 },
      ];
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
} satisfies Bench;

/** Milliseconds of processor time for one patient's day, names resolved and values checked included. */
function single(w: EnsembleWorkload): number {
  const made = ensemble(uvaPadova(), { ...minutewise(), backend: 'javascript' });
  const one = (i: number) => {
    const parameters = Object.fromEntries(
      Object.entries(w.request.parameters!).map(([name, values]) => [name, (values as Float64Array)[i]]),
    );
    return { members: 1, intervals: MINUTES, every: EVERY, parameters, inputs: { ...w.inputs[i] } };
  };
  const requests = Array.from({ length: 50 }, (_, i) => one(i));
  const all = () => {
    for (const request of requests) made.run(request);
  };
  all();
  return (1000 * median(Array.from({ length: ROUNDS }, () => processorSeconds(all)))) / requests.length;
}
