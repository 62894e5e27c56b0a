import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONSTANT_COUNT, STATE_COUNT, simulate } from '@gemel/pack-glucose/model';
import type { Bench, BenchRow } from './bench.ts';
import { asRecords, DAYS, PATIENTS, type Workload, workload } from './glucose-workload.ts';

const here = (path: string) => new URL(path, import.meta.url).pathname;
const HOURS = PATIENTS * DAYS * 24;

/** CPU seconds and the last interstitial glucose of each patient. */
interface Outcome {
  readonly seconds: number;
  readonly ends: readonly number[];
}

function ours(w: Workload, minutes: number, patients = PATIENTS): Outcome {
  const states = w.states.slice(0, patients * STATE_COUNT);
  const constants = w.constants.subarray(0, patients * CONSTANT_COUNT);
  const start = process.cpuUsage();
  const path = simulate({ constants, states, inputs: w.inputs, from: 0, to: minutes, every: 5 });
  const { user, system } = process.cpuUsage(start);
  const records = minutes / 5;
  return {
    seconds: (user + system) / 1e6,
    ends: Array.from({ length: patients }, (_, i) => path[(i + 1) * records - 1]),
  };
}

/** Fields of the C program's record, in its order. */
const C_FIELDS =
  'basal perGram BW Ib Vg Vi k1 k2 Vmx Km0 Vm0 Fsnc kp1 kp2 kp3 ki p2u m1 m2 m4 m30 kabs kmax kmin b d f ke1 ke2 ka1 ka2 kd ksc substeps mealSubsteps'.split(
    ' ',
  );

const FAST = ['-O3', '-march=native', '-ffast-math'];

function run(command: string, args: readonly string[]): Outcome | string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: 300_000 });
  if (error !== undefined) return `${command} could not be started`;
  if (status !== 0) return stderr.trim().split('\n').at(-1) || `${command} ended with ${status}`;
  const [seconds, ...ends] = stdout.trim().split('\n').map(Number);
  return { seconds, ends };
}

function inC(w: Workload, folder: string, flags: readonly string[]): Outcome | string {
  const { patients } = asRecords(w) as { patients: Record<string, number & number[]>[] };
  const records = patients.flatMap((p) => [...C_FIELDS.map((field) => p[field]), ...p.x0]);
  writeFileSync(join(folder, 'workload.bin'), new Uint8Array(Float64Array.from(records).buffer));
  const program = join(folder, 'type1');
  const compiled = spawnSync('cc', [...flags, '-o', program, here('c/type1.c'), '-lm'], { encoding: 'utf8' });
  if (compiled.error !== undefined) return 'no C compiler';
  if (compiled.status !== 0) return compiled.stderr.trim();
  return run(program, [join(folder, 'workload.bin'), String(PATIENTS), String(DAYS)]);
}

/** A peer's row: its speed beside ours, and how far its glucose is from ours. */
function row(
  name: string,
  outcome: Outcome | string,
  hours: number,
  speed: number,
  reference: readonly number[],
): BenchRow {
  const unit = 'patient-hours/s';
  if (typeof outcome === 'string') return { name, value: null, unit, note: `not run: ${outcome}` };
  const value = hours / outcome.seconds;
  const apart = Math.max(...outcome.ends.map((end, i) => Math.abs(end - reference[i])));
  return {
    name,
    value,
    unit,
    ratio: value / speed,
    note: `largest difference in glucose ${apart.toExponential(1)} mg/dL`,
  };
}

/** CPU time on one core; Python with SciPy and simglucose from GEMEL_BENCH_PYTHON (default python3). */
export default {
  id: 'glucose-simulation',
  title: `Type 1 model, ${PATIENTS} patients × ${DAYS} days, one core`,
  async run() {
    const w = workload();
    const minutes = DAYS * 1440;
    for (let warm = 0; warm < 3; warm++) ours(w, minutes);
    const runs = Array.from({ length: 5 }, () => ours(w, minutes));
    const best = runs.reduce((a, b) => (b.seconds < a.seconds ? b : a));
    const speed = HOURS / best.seconds;
    const folder = mkdtempSync(join(tmpdir(), 'gemel-bench-'));
    try {
      writeFileSync(join(folder, 'workload.json'), JSON.stringify(asRecords(w)));
      const python = process.env.GEMEL_BENCH_PYTHON ?? 'python3';
      const part = (script: string, patients: number, part: number) =>
        run(python, [here(script), join(folder, 'workload.json'), String(patients), String(part)]);
      const scipy = part('python/type1_scipy.py', 3, 720);
      const simglucose = part('python/type1_simglucose.py', 2, 720);
      const noon = ours(w, 720).ends;
      return [
        { name: 'Gemel, whole workload', value: best.seconds, unit: 's', atMost: 2 },
        { name: 'Gemel', value: speed, unit: 'patient-hours/s', ratio: 1 },
        row('C -O3, same scheme', inC(w, folder, ['-O3']), HOURS, speed, best.ends),
        row('C -O3 -march=native -ffast-math, same scheme', inC(w, folder, FAST), HOURS, speed, best.ends),
        row('SciPy solve_ivp RK45', scipy, 3 * 12, speed, noon),
        row('simglucose', simglucose, 2 * 12, speed, noon),
      ];
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
} satisfies Bench;
