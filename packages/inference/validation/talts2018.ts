import { type RandomStream, randomStream } from '@gemel/numerics';
import { calibrateBySimulation } from '../diagnose/simulation-calibration.ts';
import { differentiable } from '../differentiable-log-density.ts';
import { constrained } from '../mcmc/constrained.ts';
import { nutsChain } from '../mcmc/nuts-chains.ts';
import { positive, real } from '../mcmc/transform.ts';

/** Standard errors of the eight schools; μ ~ N(0, 5), τ ~ |N(0, 5)|, η ~ N(0, 1), y ~ N(μ + τ η, error). */
const ERRORS = [15, 10, 16, 11, 9, 11, 10, 18];
const N = ERRORS.length;

const REPLICATES = 400;
const WARM_UP = 200;
/** Every tenth of 630 draws is kept: ranks need nearly independent draws. */
const DRAWS = 630;
const THIN = 10;

/** Draws of (η, μ, τ) given data. */
function posterior(y: readonly number[], random: RandomStream): Float64Array {
  const target = differentiable(N + 2, (x, g) => {
    const [mu, tau] = [x[N], x[N + 1]];
    let f = -(mu * mu + tau * tau) / 50;
    g[N] = -mu / 25;
    g[N + 1] = -tau / 25;
    for (let j = 0; j < N; j++) {
      const r = (y[j] - mu - tau * x[j]) / ERRORS[j];
      f -= 0.5 * (x[j] * x[j] + r * r);
      g[j] = -x[j] + (tau * r) / ERRORS[j];
      g[N] += r / ERRORS[j];
      g[N + 1] += (x[j] * r) / ERRORS[j];
    }
    return f;
  });
  const free = constrained(target, [real(N + 1), positive()]);
  const kept: number[] = [];
  let t = 0;
  for (const draw of nutsChain(free, random, { warmUp: WARM_UP, draws: DRAWS })) {
    if (draw.phase === 'sampling' && t++ % THIN === 0) kept.push(...quantities(free.constrain(draw.point)));
  }
  return Float64Array.from(kept);
}

const NAMES = ['mu', 'tau', 'theta[1]'];
const quantities = (x: Float64Array) => [x[N], x[N + 1], x[N] + x[N + 1] * x[0]];

function replicate(random: RandomStream) {
  const truth = Float64Array.from({ length: N + 2 }, () => random.normal());
  truth[N] *= 5;
  truth[N + 1] = Math.abs(5 * truth[N + 1]);
  const y = ERRORS.map((error, j) => truth[N] + truth[N + 1] * truth[j] + error * random.normal());
  return { truth: Float64Array.from(quantities(truth)), draws: posterior(y, random.fork('posterior')) };
}

export default {
  id: 'talts2018',
  title: 'Simulation-based calibration of NUTS on the hierarchical model of the eight schools',
  citation:
    'Talts, Betancourt, Simpson, Vehtari, Gelman. Validating Bayesian inference algorithms with simulation-based calibration. arXiv:1804.06788, 2018',
  data: [],
  slow: true,
  rows: NAMES.flatMap((name) => [
    // 99.9 % point of χ² with 9 degrees of freedom.
    { name: `${name}: χ² of ${REPLICATES} ranks in 10 bins`, unit: '', expected: null, atMost: 27.88 },
    // 0.9 ± 3.3 standard errors of a share of 400.
    { name: `${name}: share of truths in the central 90 %`, unit: '', expected: 0.9, tolerance: 0.05 },
  ]),
  run(): Record<string, number> {
    const { rows } = calibrateBySimulation(replicate, REPLICATES, randomStream(2018), { names: NAMES });
    return Object.fromEntries(
      rows.flatMap((row) => [
        [`${row.name}: χ² of ${REPLICATES} ranks in 10 bins`, row.chiSquare],
        [`${row.name}: share of truths in the central 90 %`, row.central90],
      ]),
    );
  },
};
