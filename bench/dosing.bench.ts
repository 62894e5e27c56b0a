import type { Bench, BenchRow } from './bench.ts';
import { peerRows } from './dosing-peers.ts';
import { dosingAnswers, PATIENTS, patientModes } from './dosing-workload.ts';

const DRUGS = ['vancomycin', 'gentamicin', 'tacrolimus', 'warfarin'];
/** Patients of each drug; the first are the engine warming up, as it does once after a start. */
const ANSWERED = 120;
const WARMING = 20;

/** The p-quantile of sorted values, the next value at or above it. */
function quantile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(p * sorted.length) - 1)];
}

/**
 * From one to three levels to advice on one core, wall-clock time: every model that may speak fitted and averaged, target attainment as
 * planned, regimens sought, three of them weighed beside it, next levels chosen. And CPU seconds of 4,000 most probable values, and of 100
 * beside SciPy on the same objective.
 */
export default {
  id: 'dosing',
  title: 'One to three levels → posterior, target attainment, three dose options; 4,000 patients',
  async run() {
    const rows = DRUGS.flatMap((id): readonly BenchRow[] => {
      const fits: number[] = [];
      const all: number[] = [];
      let plans = 0;
      for (const { fitted, advise } of dosingAnswers(id, ANSWERED)) {
        const start = performance.now();
        const belief = fitted();
        fits.push(performance.now() - start);
        plans = Math.max(plans, advise(belief));
        all.push(performance.now() - start);
      }
      const [fit, answered] = [fits.slice(WARMING), all.slice(WARMING)];
      const note = `up to ${plans} plans; median ${quantile(answered, 0.5).toPrecision(3)} ms, first ${all[0].toPrecision(3)} ms`;
      return [
        { name: `${id}: p95`, value: quantile(answered, 0.95), unit: 'ms', atMost: 50, note },
        { name: `${id}: of it the fit, p95`, value: quantile(fit, 0.95), unit: 'ms' },
      ];
    });
    const modes = patientModes();
    let seconds = Number.POSITIVE_INFINITY;
    let converged = PATIENTS;
    for (let trial = 0; trial < 3; trial++) {
      const start = process.cpuUsage();
      converged = Math.min(converged, modes());
      const { user, system } = process.cpuUsage(start);
      seconds = Math.min(seconds, (user + system) / 1e6);
    }
    const name = `most probable values of ${PATIENTS} patients, one core: ${converged} searches converged`;
    return [
      ...rows,
      { name, value: seconds, unit: 's', atMost: 2, note: 'vancomycin, Goti 2018: five doses, two levels' },
      ...peerRows(),
    ];
  },
} satisfies Bench;
