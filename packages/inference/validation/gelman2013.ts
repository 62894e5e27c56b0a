import { randomStream } from '@gemel/numerics';
import { choleskySolve } from '@gemel/numerics/linalg/cholesky';
import { errorOfMean, errorOfSd, momentsOf } from '../diagnose/convergence.ts';
import { type DifferentiableLogDensity, differentiable } from '../differentiable-log-density.ts';
import { constrained } from '../mcmc/constrained.ts';
import { coordinate, mapDraws } from '../mcmc/draws.ts';
import { type NutsOptions, sampleNuts } from '../mcmc/nuts-chains.ts';
import { choleskyCorrelation, interval, positive, real, simplex, type Transform } from '../mcmc/transform.ts';

/** A posterior whose moments are known. */
interface Posterior {
  readonly name: string;
  readonly target: DifferentiableLogDensity;
  readonly transforms: readonly Transform[];
  readonly metric?: NutsOptions['metric'];
  /** Quantities of the constrained value. */
  readonly quantities: readonly {
    readonly name: string;
    readonly of: (x: Float64Array) => number;
    readonly mean: number;
    readonly sd: number;
  }[];
}

const component = (i: number) => (x: Float64Array) => x[i];
const betaMoments = (a: number, b: number) => ({ mean: a / (a + b), sd: Math.sqrt((a * b) / (a + b + 1)) / (a + b) });
const gammaMoments = (shape: number, rate: number) => ({ mean: shape / rate, sd: Math.sqrt(shape) / rate });
const inverseGammaMoments = (shape: number, scale: number) => ({
  mean: scale / (shape - 1),
  sd: scale / ((shape - 1) * Math.sqrt(shape - 2)),
});

/** A density of one number by its logarithm and derivative. */
const single = (log: (x: number) => number, slope: (x: number) => number) =>
  differentiable(1, (x, g) => {
    g[0] = slope(x[0]);
    return log(x[0]);
  });
const logGammaKernel = (shape: number, rate: number) =>
  single(
    (x) => (shape - 1) * Math.log(x) - rate * x,
    (x) => (shape - 1) / x - rate,
  );
const logBetaKernel = (a: number, b: number) =>
  single(
    (x) => (a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x),
    (x) => (a - 1) / x - (b - 1) / (1 - x),
  );
const logInverseGammaKernel = (shape: number, scale: number) =>
  single(
    (x) => -(shape + 1) * Math.log(x) - scale / x,
    (x) => -(shape + 1) / x + scale / (x * x),
  );

/** Ten measurements for the normal models. */
const Y = [4.2, 5.1, 3.8, 6.0, 5.5, 4.9, 5.2, 4.4, 5.8, 5.1];
const MEAN = Y.reduce((s, v) => s + v / Y.length, 0);
const SQUARES = Y.reduce((s, v) => s + (v - MEAN) ** 2, 0);
const N = Y.length;

/** Normal mean with known SD 1 and prior N(0, 2). */
const normalMean: Posterior = {
  name: 'normal mean, known SD',
  target: single(
    (m) => -0.5 * Y.reduce((s, v) => s + (v - m) ** 2, 0) - (m * m) / 8,
    (m) => N * (MEAN - m) - m / 4,
  ),
  transforms: [real()],
  quantities: [{ name: 'mean', of: component(0), mean: (N * MEAN) / (N + 0.25), sd: 1 / Math.sqrt(N + 0.25) }],
};

/** Mean and SD with the prior 1/σ²: t with n − 1 degrees of freedom, and σ² inverse gamma. */
const normalBoth: Posterior = {
  name: 'normal mean and variance, prior 1/variance',
  target: differentiable(2, (x, g) => {
    const [m, v] = x;
    const squares = SQUARES + N * (m - MEAN) ** 2;
    g[0] = (-N * (m - MEAN)) / v;
    g[1] = -(N / 2 + 1) / v + squares / (2 * v * v);
    return -(N / 2 + 1) * Math.log(v) - squares / (2 * v);
  }),
  transforms: [real(), positive()],
  quantities: [
    { name: 'mean', of: component(0), mean: MEAN, sd: Math.sqrt(SQUARES / (N * (N - 3))) },
    { name: 'variance', of: component(1), ...inverseGammaMoments((N - 1) / 2, SQUARES / 2) },
  ],
};

/** Straight line through known noise: precision XᵀX + I/100, with x = 0 … 9. */
const line: Posterior = (() => {
  const precision = Float64Array.of(N + 0.01, 45, 45, 285 + 0.01);
  const right = Float64Array.of(
    Y.reduce((s, v) => s + v, 0),
    Y.reduce((s, v, i) => s + v * i, 0),
  );
  const l = Math.sqrt(precision[0]);
  const off = precision[1] / l;
  const lower = Float64Array.of(l, 0, off, Math.sqrt(precision[3] - off * off));
  const mean = choleskySolve(lower, 2, right);
  const det = precision[0] * precision[3] - precision[1] ** 2;
  return {
    name: 'straight line, known SD',
    target: differentiable(2, (x, g) => {
      g[0] = -x[0] / 100;
      g[1] = -x[1] / 100;
      let f = -(x[0] ** 2 + x[1] ** 2) / 200;
      Y.forEach((v, i) => {
        const r = v - x[0] - x[1] * i;
        f -= 0.5 * r * r;
        g[0] += r;
        g[1] += r * i;
      });
      return f;
    }),
    transforms: [real(2)],
    metric: 'dense' as const,
    quantities: [
      { name: 'intercept', of: component(0), mean: mean[0], sd: Math.sqrt(precision[3] / det) },
      { name: 'slope', of: component(1), mean: mean[1], sd: Math.sqrt(precision[0] / det) },
    ],
  };
})();

/** Means of eight groups around a common one, all variances known: the common mean is normal. */
const groups: Posterior = (() => {
  const y = [2, 4, 1, 7, 3, 5, 2, 6];
  const within = 2;
  const between = 1.5;
  const variance = within ** 2 + between ** 2;
  const mean = y.reduce((s, v) => s + v / y.length, 0);
  const n = y.length;
  // θ₁ given all: shrunk towards the common mean, whose uncertainty adds.
  const share = between ** 2 / variance;
  const sdOfMean = Math.sqrt(variance / n);
  return {
    name: 'hierarchy with known variances',
    target: differentiable(n + 1, (x, g) => {
      g.fill(0);
      let f = 0;
      y.forEach((v, i) => {
        const r = (v - x[i]) / within;
        const z = (x[i] - x[n]) / between;
        f -= 0.5 * (r * r + z * z);
        g[i] = r / within - z / between;
        g[n] += z / between;
      });
      return f;
    }),
    transforms: [real(n + 1)],
    quantities: [
      { name: 'common mean', of: component(n), mean, sd: sdOfMean },
      {
        name: 'first group',
        of: component(0),
        mean: share * y[0] + (1 - share) * mean,
        sd: Math.sqrt(share * within ** 2 + ((1 - share) * sdOfMean) ** 2),
      },
    ],
  };
})();

/** Equal correlation 0.95 in 20 dimensions, SDs 1 to 20. */
const equicorrelated: Posterior = (() => {
  const n = 20;
  const rho = 0.95;
  const factor = rho / (1 - rho + n * rho);
  return {
    name: 'normal of 20 dimensions, correlation 0.95',
    target: differentiable(n, (x, g) => {
      const z = x.map((v, i) => v / (i + 1));
      const sum = z.reduce((s, v) => s + v, 0);
      let f = 0;
      for (let i = 0; i < n; i++) {
        const p = (z[i] - factor * sum) / (1 - rho);
        f -= 0.5 * z[i] * p;
        g[i] = -p / (i + 1);
      }
      return f;
    }),
    transforms: [real(n)],
    metric: 'low-rank' as const,
    quantities: [
      { name: 'x1', of: component(0), mean: 0, sd: 1 },
      { name: 'x20', of: component(19), mean: 0, sd: 20 },
      { name: 'x2/2 − x1', of: (x) => x[1] / 2 - x[0], mean: 0, sd: Math.sqrt(0.1) },
    ],
  };
})();

const COUNTS = [3, 9, 0, 5];
const DIRICHLET = COUNTS.map((c) => c + 1);

const posteriors: readonly Posterior[] = [
  normalMean,
  normalBoth,
  line,
  groups,
  equicorrelated,
  {
    name: 'binomial: 7 of 20, prior beta(2, 2)',
    target: logBetaKernel(9, 15),
    transforms: [interval(0, 1)],
    quantities: [{ name: 'probability', of: component(0), ...betaMoments(9, 15) }],
  },
  {
    name: 'binomial: 0 of 12, Jeffreys prior',
    target: logBetaKernel(0.5, 12.5),
    transforms: [interval(0, 1)],
    quantities: [{ name: 'probability', of: component(0), ...betaMoments(0.5, 12.5) }],
  },
  {
    name: 'Poisson: 23 in 5 intervals, prior gamma(1, 1)',
    target: logGammaKernel(24, 6),
    transforms: [positive()],
    quantities: [{ name: 'rate', of: component(0), ...gammaMoments(24, 6) }],
  },
  {
    name: 'exponential: 4 times adding to 9, prior gamma(0.5, 0.1)',
    target: logGammaKernel(4.5, 9.1),
    transforms: [positive()],
    quantities: [{ name: 'rate', of: component(0), ...gammaMoments(4.5, 9.1) }],
  },
  {
    name: 'variance of a normal with known mean, 12 values, prior inverse gamma(3, 2)',
    target: logInverseGammaKernel(9, 2 + 7.5),
    transforms: [positive()],
    quantities: [{ name: 'variance', of: component(0), ...inverseGammaMoments(9, 9.5) }],
  },
  {
    name: 'multinomial: counts 3, 9, 0, 5, uniform prior',
    target: differentiable(4, (x, g) => {
      let f = 0;
      DIRICHLET.forEach((a, i) => {
        f += (a - 1) * Math.log(x[i]);
        g[i] = (a - 1) / x[i];
      });
      return f;
    }),
    transforms: [simplex(4)],
    quantities: DIRICHLET.map((a, i) => ({ name: `share ${i + 1}`, of: component(i), ...betaMoments(a, 21 - a) })),
  },
  {
    name: 'correlation matrix of 4 variables, LKJ(2)',
    target: differentiable(16, (l, g) => {
      g.fill(0);
      let f = 0;
      for (let i = 1; i < 4; i++) {
        const power = 4 - (i + 1) + 2;
        f += power * Math.log(l[5 * i]);
        g[5 * i] = power / l[5 * i];
      }
      return f;
    }),
    transforms: [choleskyCorrelation(4)],
    // A correlation of LKJ(η) in k variables is 2 beta(η − 1 + k/2, same) − 1.
    quantities: [
      { name: 'r21', of: component(4), mean: 0, sd: 2 * betaMoments(3, 3).sd },
      { name: 'r43', of: (l) => l[8] * l[12] + l[9] * l[13] + l[10] * l[14], mean: 0, sd: 2 * betaMoments(3, 3).sd },
    ],
  },
  {
    name: 'Student t with 8 degrees of freedom, location 3, scale 2',
    target: single(
      (x) => -4.5 * Math.log1p((x - 3) ** 2 / 32),
      (x) => (-9 * (x - 3)) / (32 + (x - 3) ** 2),
    ),
    transforms: [real()],
    quantities: [{ name: 'x', of: component(0), mean: 3, sd: 2 * Math.sqrt(8 / 6) }],
  },
];

/** Allowed departure in units of the SD: 3.5 standard errors of 2,000 effective draws. */
const SHARE = 0.08;
const CHAINS = 4;
const LARGEST = 'largest departure of a mean or SD in its own Monte-Carlo errors';

export default {
  id: 'gelman2013',
  title: 'Posteriors with closed forms: means and SDs by NUTS',
  citation:
    'Gelman, Carlin, Stern, Dunson, Vehtari, Rubin. Bayesian Data Analysis, 3rd edition. CRC Press 2013, chapters 2, 3, 5, 14 and appendix A',
  data: [],
  slow: false,
  rows: [
    ...posteriors.flatMap((p) =>
      p.quantities.flatMap((q) => [
        {
          name: `${p.name}: mean of ${q.name}`,
          source: 'closed form',
          unit: '',
          expected: q.mean,
          tolerance: SHARE * q.sd,
        },
        {
          name: `${p.name}: SD of ${q.name}`,
          source: 'closed form',
          unit: '',
          expected: q.sd,
          tolerance: SHARE * q.sd,
        },
      ]),
    ),
    // Of some 40 departures one beyond 4 is seen once in 400 times.
    { name: LARGEST, unit: '', expected: null, atMost: 4 },
  ],
  run(): Record<string, number> {
    const numbers: Record<string, number> = {};
    let largest = 0;
    for (const p of posteriors) {
      const free = constrained(p.target, p.transforms);
      const result = sampleNuts(free, CHAINS, randomStream(2013, p.name), {
        warmUp: 500,
        draws: 1500,
        ...(p.metric ? { metric: p.metric } : {}),
      });
      const quantities = mapDraws(result.draws, p.quantities.length, (u) => {
        const x = free.constrain(u);
        return Float64Array.from(p.quantities, (q) => q.of(x));
      });
      p.quantities.forEach((q, i) => {
        const values = coordinate(quantities, i);
        const { mean, sd } = momentsOf(values);
        numbers[`${p.name}: mean of ${q.name}`] = mean;
        numbers[`${p.name}: SD of ${q.name}`] = sd;
        largest = Math.max(
          largest,
          Math.abs(mean - q.mean) / errorOfMean(values, CHAINS),
          Math.abs(sd - q.sd) / errorOfSd(values, CHAINS),
        );
      });
    }
    numbers[LARGEST] = largest;
    return numbers;
  },
};
