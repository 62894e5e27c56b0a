import type { EnsembleFilterOptions } from '@gemel/inference/filter/ensemble-filter';
import { type GaussianState, gaussianState } from '@gemel/inference/filter/gaussian-state';
import * as kalman from '@gemel/inference/filter/kalman';
import {
  analysisError,
  ensembleEstimator,
  filterCycle,
  particleEstimator,
  ring,
  sakov2008,
  sakov2012,
  type TwinExperiment,
} from '@gemel/inference/filter/lorenz.fixture';
import { coordinateObservation } from '@gemel/inference/filter/observation';
import { linearTransition } from '@gemel/inference/filter/transition';
import { randomStream } from '@gemel/numerics';
import { identity } from '@gemel/numerics/linalg/matrix';

/** Work that a peer does as well. */
export interface AssimilationWork {
  readonly name: string;
  /** Argument of the peer's program. */
  readonly peer: { readonly name: string; readonly argument: string };
  readonly cycles: number;
  /** Runs all cycles; error of the analysis, or NaN where there is no truth. */
  run(): number;
}

const CYCLES = 1000;

function ensembleRun(experiment: TwinExperiment, members: number, options: EnsembleFilterOptions) {
  const filter = ensembleEstimator(experiment, members, filterCycle(experiment, options));
  return () => analysisError({ ...experiment, cycles: CYCLES }, 1, filter);
}

/** Two positions seen, two velocities not. */
function kalmanRun(): number {
  const f = Float64Array.of(1, 0.1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0.1, 0, 0, 0, 1);
  const q = identity(4).map((v) => 0.01 * v);
  const transition = linearTransition(4, { matrix: () => f, noise: () => q });
  const operator = coordinateObservation([0, 2], 4, [0.5, 0.5]);
  const random = randomStream(1);
  let state = gaussianState(0, new Float64Array(4), identity(4)) as GaussianState;
  for (let k = 1; k <= 20 * CYCLES; k++) {
    const values = Float64Array.of(random.normal(), random.normal());
    state = kalman.step(transition, state, { time: k, operator, values }).state;
  }
  return Number.NaN;
}

const DAPPER = 'DAPPER';

export const ASSIMILATION: readonly AssimilationWork[] = [
  {
    name: 'Kalman filter, 4 states, 2 observed',
    peer: { name: 'FilterPy', argument: 'filterpy' },
    cycles: 20 * CYCLES,
    run: kalmanRun,
  },
  {
    name: 'Lorenz-63, square-root EnKF, 10 members',
    peer: { name: DAPPER, argument: 'lorenz63-square-root' },
    cycles: CYCLES,
    run: ensembleRun(sakov2012, 10, { analysis: 'square-root', inflation: 1.02, rotate: true }),
  },
  {
    name: 'Lorenz-63, particle filter, 800 particles',
    peer: { name: DAPPER, argument: 'lorenz63-particle' },
    cycles: CYCLES,
    run: () => analysisError({ ...sakov2012, cycles: CYCLES }, 1, particleEstimator(sakov2012)),
  },
  {
    name: 'Lorenz-96, square-root EnKF, 24 members',
    peer: { name: DAPPER, argument: 'lorenz96-square-root' },
    cycles: CYCLES,
    run: ensembleRun(sakov2008, 24, { analysis: 'square-root', inflation: 1.013, rotate: true }),
  },
  {
    name: 'Lorenz-96, LETKF, 7 members',
    peer: { name: DAPPER, argument: 'lorenz96-local' },
    cycles: CYCLES,
    run: ensembleRun(sakov2008, 7, {
      analysis: { local: ring },
      inflation: 1.04,
      rotate: true,
    }),
  },
];
