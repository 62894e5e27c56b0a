import { randomStream } from '@gemel/numerics';
import { convergence, momentsOf } from '../diagnose/convergence.ts';
import { type DifferentiableLogDensity, differentiable } from '../differentiable-log-density.ts';
import { constrained } from '../mcmc/constrained.ts';
import { coordinate, mapDraws } from '../mcmc/draws.ts';
import { sampleNuts } from '../mcmc/nuts-chains.ts';
import { positive, real } from '../mcmc/transform.ts';

/** Estimated effects of coaching in eight schools and their standard errors, in points of the test (Rubin 1981, table 1). */
const EFFECTS = [28, 8, -3, 7, -1, 1, 18, 12];
const ERRORS = [15, 10, 16, 11, 9, 11, 10, 18];
const SCHOOLS = EFFECTS.length;

/**
 * posteriordb, reference posterior eight_schools-eight_schools_noncentered (10,000 draws): means, their Monte-Carlo
 * errors, and mean squares. Order: θ₁ … θ₈, μ, τ; μ ~ N(0, 5), τ ~ half-Cauchy(5).
 */
const MEANS = [
  6.15050229334425, 4.9395811407422, 3.90590609001582, 4.79601675138494, 3.6144363246799, 4.0511475789675,
  6.31716975886893, 4.88399694353288, 4.41051833695493, 3.60205952364059,
];
const ERRORS_OF_MEANS = [
  0.0557375282295219, 0.0462293788624847, 0.0542313705632124, 0.0474935816762281, 0.0461450610244603,
  0.0485195392528031, 0.0498766794075794, 0.0542511606560972, 0.0330374705950917, 0.0318615135640706,
];
const MEAN_SQUARES = [69.36345, 45.9787, 43.13923, 45.76135, 34.35767, 39.4135, 64.93269, 52.12845, 30.40302, 23.20407];
const ERRORS_OF_SQUARES = [
  1.1692102, 0.6346494, 0.6539418, 0.6193689, 0.4550489, 0.5390213, 0.9216132, 0.9024748, 0.3351356, 0.4848872,
];
const NAMES = [...EFFECTS.map((_, j) => `theta[${j + 1}]`), 'mu', 'tau'];
const SDS = MEANS.map((mean, i) => Math.sqrt(MEAN_SQUARES[i] - mean * mean));

/** Adds the priors of μ (at 8) and τ (at 9). */
function priors(x: Float64Array, g: Float64Array): number {
  const [mu, tau] = [x[SCHOOLS], x[SCHOOLS + 1]];
  g[SCHOOLS] -= mu / 25;
  g[SCHOOLS + 1] -= (2 * tau) / (25 + tau * tau);
  return -(mu * mu) / 50 - Math.log1p((tau * tau) / 25);
}

/** (θ, μ, τ) with θ ~ N(μ, τ). */
const centred = differentiable(SCHOOLS + 2, (x, g) => {
  g.fill(0);
  const [mu, tau] = [x[SCHOOLS], x[SCHOOLS + 1]];
  let f = priors(x, g);
  for (let j = 0; j < SCHOOLS; j++) {
    const z = (x[j] - mu) / tau;
    const r = (EFFECTS[j] - x[j]) / ERRORS[j];
    f -= 0.5 * (z * z + r * r) + Math.log(tau);
    g[j] += -z / tau + r / ERRORS[j];
    g[SCHOOLS] += z / tau;
    g[SCHOOLS + 1] += (z * z - 1) / tau;
  }
  return f;
});

/** (η, μ, τ) with θ = μ + τ η and η ~ N(0, 1). */
const nonCentred = differentiable(SCHOOLS + 2, (x, g) => {
  g.fill(0);
  const [mu, tau] = [x[SCHOOLS], x[SCHOOLS + 1]];
  let f = priors(x, g);
  for (let j = 0; j < SCHOOLS; j++) {
    const r = (EFFECTS[j] - mu - tau * x[j]) / ERRORS[j];
    f -= 0.5 * (x[j] * x[j] + r * r);
    g[j] += -x[j] + (tau * r) / ERRORS[j];
    g[SCHOOLS] += r / ERRORS[j];
    g[SCHOOLS + 1] += (x[j] * r) / ERRORS[j];
  }
  return f;
});

const forms: readonly {
  readonly name: string;
  readonly target: DifferentiableLogDensity;
  readonly draws: number;
  readonly acceptance: number;
  readonly effects: (x: Float64Array) => Float64Array;
}[] = [
  {
    name: 'non-centred',
    target: nonCentred,
    draws: 5000,
    acceptance: 0.9,
    effects: (x) => x.map((v, i) => (i < SCHOOLS ? x[SCHOOLS] + x[SCHOOLS + 1] * v : v)),
  },
  { name: 'centred', target: centred, draws: 8000, acceptance: 0.95, effects: (x) => x },
];

/** Our Monte-Carlo error allowed for beside the reference's, as a share of the SD: that of 2,500 effective draws. */
const OURS = 0.02;
/** Standard errors allowed; of 40 rows, one beyond 3.5 would be seen once in 50 times. */
const WIDTH = 3.5;

/**
 * The centred form cannot be sampled well: its funnel is cut short by any finite step, and its numbers are held to half
 * the accuracy. What counts is that the sampler says so.
 */
const SLACK: Readonly<Record<string, number>> = { 'non-centred': 1, centred: 2 };

export default {
  id: 'rubin1981',
  title: 'Eight schools, centred and non-centred: posterior means and SDs by NUTS',
  citation:
    'Rubin. Estimation in parallel randomized experiments. J. Educ. Stat. 6 (1981) 377; reference posterior: Magnusson et al., posteriordb, 2024, arXiv:2407.04967',
  data: [],
  slow: false,
  rows: forms.flatMap(({ name }) => [
    ...NAMES.flatMap((parameter, i) => [
      {
        name: `${name} ${parameter}: mean`,
        source: 'posteriordb, mean',
        unit: 'points',
        expected: MEANS[i],
        tolerance: SLACK[name] * WIDTH * Math.hypot(ERRORS_OF_MEANS[i], OURS * SDS[i]),
      },
      {
        name: `${name} ${parameter}: SD`,
        source: 'posteriordb, mean and mean square',
        unit: 'points',
        expected: SDS[i],
        tolerance: SLACK[name] * WIDTH * Math.hypot(ERRORS_OF_SQUARES[i] / (2 * SDS[i]), OURS * SDS[i]),
      },
    ]),
    { name: `${name}: largest R-hat`, unit: '', expected: null, atMost: name === 'centred' ? 1.05 : 1.01 },
    { name: `${name}: fewest effective draws`, unit: '', expected: null, atLeast: name === 'centred' ? 100 : 2500 },
    { name: `${name}: divergent share`, unit: '', expected: null, atMost: name === 'centred' ? 0.05 : 0.001 },
  ]),
  run(): Record<string, number> {
    const numbers: Record<string, number> = {};
    for (const { name, target, draws, acceptance, effects } of forms) {
      const free = constrained(target, [real(SCHOOLS + 1), positive()]);
      const chains = 4;
      const result = sampleNuts(free, chains, randomStream(1981, name), {
        warmUp: 1000,
        draws: draws / chains,
        acceptance,
      });
      const sample = mapDraws(result.draws, SCHOOLS + 2, (u) => effects(free.constrain(u)));
      let rHat = 0;
      let fewest = Infinity;
      NAMES.forEach((parameter, i) => {
        const values = coordinate(sample, i);
        const found = convergence(values, chains);
        const { mean, sd } = momentsOf(values);
        numbers[`${name} ${parameter}: mean`] = mean;
        numbers[`${name} ${parameter}: SD`] = sd;
        rHat = Math.max(rHat, found.rHat);
        fewest = Math.min(fewest, found.essBulk);
      });
      numbers[`${name}: largest R-hat`] = rHat;
      numbers[`${name}: fewest effective draws`] = fewest;
      numbers[`${name}: divergent share`] = result.divergences / draws;
    }
    return numbers;
  },
};
