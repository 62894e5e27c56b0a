import { randomStream } from '@gemel/numerics';
import { uniformInput } from '../sensitivity/inputs.ts';
import { sobolIndices } from '../sensitivity/sobol-indices.ts';

/** Rows of each design. */
const COUNT = 8192;

/** Coefficients of the g function, as in the paper's test case G*. */
const G = [0, 1, 4.5, 9, 99, 99, 99, 99];
const A = 7;
const B = 0.1;

/** Closed-form shares of variance of both functions. */
function ishigamiShares() {
  const v1 = 0.5 * (1 + (B * Math.PI ** 4) / 5) ** 2;
  const v2 = A ** 2 / 8;
  const v13 = (B ** 2 * Math.PI ** 8 * 8) / 225;
  const v = v1 + v2 + v13;
  return { first: [v1 / v, v2 / v, 0], total: [(v1 + v13) / v, v2 / v, v13 / v] };
}

function gShares() {
  const own = G.map((a) => 1 / (3 * (1 + a) ** 2));
  const product = (skip: number) => own.reduce((p, v, i) => (i === skip ? p : p * (1 + v)), 1);
  const variance = product(-1) - 1;
  return { first: own.map((v) => v / variance), total: own.map((v, i) => (v * product(i)) / variance) };
}

const cases = [
  {
    name: 'Ishigami',
    source: 'Ishigami and Homma 1990, closed form for a = 7, b = 0.1',
    inputs: { quantiles: Array.from({ length: 3 }, () => uniformInput(-Math.PI, Math.PI)) },
    output: (x: Float64Array) => Math.sin(x[0]) + A * Math.sin(x[1]) ** 2 + B * x[2] ** 4 * Math.sin(x[0]),
    shares: ishigamiShares(),
  },
  {
    name: "Sobol' g",
    source: 'Saltelli et al. 2010, section 5, closed form for a = 0, 1, 4.5, 9, 99, 99, 99, 99',
    inputs: { quantiles: G.map(() => uniformInput(0, 1)) },
    output: (x: Float64Array) => G.reduce((p, a, i) => (p * (Math.abs(4 * x[i] - 2) + a)) / (1 + a), 1),
    shares: gShares(),
  },
];

export default {
  id: 'saltelli2010',
  title: "Sobol' indices of the Ishigami and g functions",
  citation:
    'Saltelli, Annoni, Azzini, Campolongo, Ratto, Tarantola. Variance based sensitivity analysis of model output. Comput. Phys. Commun. 181 (2010) 259, doi:10.1016/j.cpc.2009.09.018',
  data: [],
  slow: false,
  rows: cases.flatMap(({ name, source, shares }) =>
    shares.first.flatMap((first, i) => [
      { name: `${name}: first-order index of x${i + 1}`, source, unit: '', expected: first, tolerance: 0.01 },
      { name: `${name}: total index of x${i + 1}`, source, unit: '', expected: shares.total[i], tolerance: 0.01 },
    ]),
  ),
  run(): Record<string, number> {
    const numbers: Record<string, number> = {};
    for (const { name, inputs, output } of cases) {
      const n = inputs.quantiles.length;
      const found = sobolIndices(
        inputs,
        (points, count) => Float64Array.from({ length: count }, (_, c) => output(points.subarray(c * n, (c + 1) * n))),
        COUNT,
        randomStream(2010, name),
      );
      found.indices.forEach((index, i) => {
        numbers[`${name}: first-order index of x${i + 1}`] = index.first;
        numbers[`${name}: total index of x${i + 1}`] = index.total;
      });
    }
    return numbers;
  },
};
