import { spawnSync } from 'node:child_process';
import { goti2018 } from '@gemel/pack-dosing/drugs/vancomycin/goti2018';
import { effectMode } from '@gemel/pack-dosing/posterior';
import { modelSubject } from '@gemel/pack-dosing/subject';
import type { BenchRow } from './bench.ts';
import { patientCourses } from './dosing-workload.ts';
import { benchPython } from './node/python.ts';

const PATIENTS = 100;
const REPEATS = 5;
/** Objectives that differ by less are the same minimum. */
const SAME = 1e-4;

interface Found {
  readonly versions: string;
  readonly methods: Readonly<Record<string, { readonly seconds: number; readonly objectives: readonly number[] }>>;
}

/** The same patients and the same objective by SciPy’s minimize; a sentence where that cannot be run. */
function scipy(input: string): Found | string {
  const python = benchPython();
  if (python === null) return 'its packages could not be installed';
  const program = new URL('python/dosing_peers.py', import.meta.url).pathname;
  // One core each: processor time counts what other threads wait.
  const env = { ...process.env, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1' };
  const done = spawnSync(python, [program], { input, env, encoding: 'utf8', timeout: 300_000 });
  if (done.error !== undefined) return done.error.message;
  if (done.status !== 0) return done.stderr.trim().split('\n').at(-1) || `${python} ended with ${done.status}`;
  return JSON.parse(done.stdout) as Found;
}

/** Processor time of the most probable values of 100 patients, by the pack and by SciPy on the same objective. */
export function peerRows(): readonly BenchRow[] {
  const courses = patientCourses(PATIENTS);
  const modes = () => courses.map((course) => effectMode(modelSubject(goti2018, course)).found.objective);
  // The engine compiles while it runs.
  const ours = modes();
  modes();
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < REPEATS; i++) {
    const start = process.cpuUsage();
    modes();
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1e6);
  }
  const theta = Object.fromEntries(goti2018.theta.map(({ name, value }) => [name, value]));
  const { omega, sigma } = goti2018;
  const patients = courses.map(({ doses, levels, covariates }) => {
    return { doses, levels, typical: goti2018.typical(theta, covariates[0].values) };
  });
  const theirs = scipy(JSON.stringify({ omega, sigma, patients }));
  const what = `most probable values of ${PATIENTS} patients`;
  const own: BenchRow = { name: `${what}: Gemel`, value: least * 1000, unit: 'ms', ratio: 1 };
  if (typeof theirs === 'string')
    return [own, { name: `${what}: SciPy`, value: null, unit: 'ms', note: `not run: ${theirs}` }];
  return [
    own,
    ...Object.entries(theirs.methods).map(([method, { seconds, objectives }]): BenchRow => {
      const same = objectives.filter((each, i) => each - ours[i] < SAME).length;
      const lower = objectives.filter((each, i) => ours[i] - each > SAME).length;
      return {
        name: `${what}: SciPy, ${method}`,
        value: seconds * 1000,
        unit: 'ms',
        ratio: least / seconds,
        note: `${same} end at the same minimum, ${lower} at a lower one; ${theirs.versions}, closed form in NumPy`,
      };
    }),
  ];
}
