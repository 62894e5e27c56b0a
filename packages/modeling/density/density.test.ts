import { randomStream } from '@gemel/numerics';
import { describe, expect, it } from 'vitest';
import { type Density, type DensityText, defineDensity } from './density.ts';
import { beta, binomialLogit, cauchy, exponential, gamma, logNormal, normal, poisson, studentT } from './families.ts';

const Y = [28, 8, -3, 7, -1, 1, 18, 12];
const SIGMA = [15, 10, 16, 11, 9, 11, 10, 18];

const schools = defineDensity({
  id: 'eight-schools',
  sets: { school: 8 },
  parameters: { eta: 'school', mu: 1, tau: 1 },
  data: { y: ['school', Y], sigma: ['school', SIGMA] },
  definitions: { theta: 'mu + tau*eta' },
  terms: [normal('mu', 0, 5), cauchy('tau', 0, 5), normal('eta'), normal('y', 'theta', 'sigma')],
});

/** Largest difference between the gradient and extrapolated central differences, relative to its size. */
function gradientError(density: Density, point: Float64Array): number {
  const n = density.dimension;
  const gradient = new Float64Array(n);
  const value = density.valueAndGradient(point, gradient);
  expect(density.evaluate(point, 1)[0]).toBe(value);
  let worst = 0;
  for (let i = 0; i < n; i++) {
    const slope = (h: number) => {
      const [up, down] = [1, -1].map((sign) => point.map((x, j) => (j === i ? x + sign * h : x)));
      return (density.evaluate(up, 1)[0] - density.evaluate(down, 1)[0]) / (2 * h);
    };
    const expected = (4 * slope(5e-4) - slope(1e-3)) / 3;
    worst = Math.max(worst, Math.abs(gradient[i] - expected) / Math.max(1, Math.abs(expected)));
  }
  return worst;
}

const drawn = (density: Density, seed: number) => {
  const random = randomStream(seed);
  return Float64Array.from({ length: density.dimension }, () => 0.3 + random.uniform());
};

describe('a density in the model language', () => {
  it('eight schools: value and gradient are those written by hand', () => {
    const x = Float64Array.from([0.3, -0.7, 1.1, 0.2, -1.4, 0.6, 0.9, -0.1, 4.2, 2.7]);
    const [mu, tau] = [x[8], x[9]];
    const expected = new Float64Array(10);
    let f = -(mu * mu) / 50 - Math.log1p((tau * tau) / 25) - 2 * Math.log(5);
    expected[8] = -mu / 25;
    expected[9] = (-2 * tau) / (25 + tau * tau);
    for (let j = 0; j < 8; j++) {
      const r = (Y[j] - mu - tau * x[j]) / SIGMA[j];
      f -= 0.5 * (x[j] * x[j] + r * r) + Math.log(SIGMA[j]);
      expected[j] = -x[j] + (tau * r) / SIGMA[j];
      expected[8] += r / SIGMA[j];
      expected[9] += (x[j] * r) / SIGMA[j];
    }
    const gradient = new Float64Array(10);
    expect(schools.valueAndGradient(x, gradient)).toBeCloseTo(f, 12);
    for (let i = 0; i < 10; i++) expect(gradient[i]).toBeCloseTo(expected[i], 12);
    expect(schools.names).toEqual([...Y.map((_, i) => `eta[${i + 1}]`), 'mu', 'tau']);
    expect([...schools.definitions(x).theta]).toEqual(Y.map((_, j) => mu + tau * x[j]));
  });

  it('samples of subjects: what belongs to a subject is worked out for it and told apart in the gradient', () => {
    const subject = [0, 0, 0, 1, 1, 2, 2, 2, 2];
    const density = defineDensity({
      id: 'oral',
      sets: { subject: 3, sample: { subject } },
      parameters: { typical: 1, spread: 1, z: 'subject', noise: 1 },
      data: {
        dose: ['subject', [4, 5, 3.5]],
        after: ['sample', [0.5, 2, 8, 1, 4, 0.3, 1.2, 6, 12]],
        y: ['sample', [3, 5, 2, 4, 4, 1, 3, 2, 1]],
      },
      definitions: {
        k: 'exp(typical + spread*z)',
        amount: 'dose*exp(-k*after)',
        half: '0.6931471805599453/k',
      },
      terms: [normal('z'), exponential('spread'), normal('y', 'amount', 'noise'), exponential('noise'), '-half'],
    });
    expect(gradientError(density, drawn(density, 1))).toBeLessThan(1e-8);
    const point = drawn(density, 2);
    const { k, amount } = density.definitions(point);
    expect(k.length).toBe(3);
    expect(amount[3]).toBeCloseTo(5 * Math.exp(-k[1]), 12);
  });

  it('crossed sets, definitions of definitions, and conditions', () => {
    const density = defineDensity({
      id: 'ratings',
      sets: { rater: 3, item: 2, rating: { rater: [0, 1, 2, 0, 1], item: [0, 0, 1, 1, 1] } },
      parameters: { severity: 'rater', quality: 'item', slope: 1 },
      data: { y: ['rating', [1, 0, 1, 1, 0]], one: 1 },
      definitions: {
        harsh: 'severity > 0.8 ? ln(severity) : 2*severity',
        squared: 'quality^2',
        odds: 'slope*(squared - harsh)',
        shifted: 'odds + harsh',
      },
      terms: [normal('severity'), normal('quality', 'slope'), binomialLogit('y', 'one', 'odds'), normal('shifted')],
    });
    for (const seed of [3, 4, 5]) expect(gradientError(density, drawn(density, seed))).toBeLessThan(1e-7);
  });

  it('a part that a finer set leaves out adds nothing, where its derivative is infinite as well', () => {
    const density = defineDensity({
      id: 'left-out',
      sets: { sample: 3 },
      parameters: { x: 1 },
      data: { weight: ['sample', [0, 2, 0]] },
      definitions: { root: 'sqrt(x)' },
      terms: ['weight > 5 ? root : 3*x', 'weight > 5 ? ln(x)*weight : 0'],
    });
    const gradient = new Float64Array(1);
    expect(density.valueAndGradient(Float64Array.of(-2), gradient)).toBe(-18);
    expect(gradient[0]).toBe(9);
  });

  it('every family has the shape of its distribution', () => {
    // Differences of the log density between two points, against closed forms.
    const difference = (term: string, from: number, to: number) => {
      const density = defineDensity({ id: 'one', parameters: { x: 1 }, terms: [term] });
      return density.evaluate(Float64Array.of(to, from), 2).reduce((a, b) => a - b);
    };
    const at = (log: (x: number) => number, from: number, to: number) => log(to) - log(from);
    const cases: readonly (readonly [string, (x: number) => number])[] = [
      [normal('x', 0.4, 2), (x) => -0.5 * ((x - 0.4) / 2) ** 2],
      [normal(1, 0.2, 'x'), (x) => -0.5 * (0.8 / x) ** 2 - Math.log(x)],
      [logNormal('x', 0.4, 2), (x) => -0.5 * ((Math.log(x) - 0.4) / 2) ** 2 - Math.log(x)],
      [cauchy('x', 0.1, 3), (x) => -Math.log(1 + ((x - 0.1) / 3) ** 2)],
      [studentT(2, 4, 0.1, 'x'), (x) => -2.5 * Math.log(1 + (1.9 / x) ** 2 / 4) - Math.log(x)],
      [exponential('x', 3), (x) => -3 * x],
      [exponential(2, 'x'), (x) => Math.log(x) - 2 * x],
      [gamma('x', 2.5, 3), (x) => 1.5 * Math.log(x) - 3 * x],
      [gamma(2, 2.5, 'x'), (x) => 2.5 * Math.log(x) - 2 * x],
      [beta('x', 0.5, 3), (x) => -0.5 * Math.log(x) + 2 * Math.log(1 - x)],
      [poisson(4, 'x'), (x) => 4 * Math.log(x) - x],
      [binomialLogit(3, 5, 'x'), (x) => 3 * x - 5 * Math.log(1 + Math.exp(x))],
    ];
    for (const [term, log] of cases) expect(difference(term, 0.3, 0.8)).toBeCloseTo(at(log, 0.3, 0.8), 11);
    expect(difference(binomialLogit(0, 1, 'x'), -1000, 1000)).toBe(-1000);
  });

  it('the code does not grow with the data', () => {
    const many = 20_000;
    const density = defineDensity({
      id: 'mean',
      sets: { sample: many },
      parameters: { m: 1 },
      data: { y: ['sample', Float64Array.from({ length: many }, (_, i) => i % 7)] },
      terms: [normal('y', 'm')],
    });
    const gradient = new Float64Array(1);
    density.valueAndGradient(Float64Array.of(0), gradient);
    expect(gradient[0]).toBe(Array.from({ length: many }, (_, i) => i % 7).reduce((a, b) => a + b));
  });
});

describe('what cannot be understood is named', () => {
  const base = { id: 'd', sets: { a: 2, b: 3 }, parameters: { x: 'a', y: 'b' }, terms: [] } satisfies DensityText;
  it.each([
    ['density-name', { terms: ['x + z'] }],
    ['density-name', { definitions: { u: 'v', v: 'x' } }],
    ['density-name', { definitions: { x: 'y' } }],
    ['density-name', { data: { time: 3 } }],
    ['density-set', { terms: ['x*y'] }],
    ['density-set', { parameters: { x: 'c' } }],
    ['density-set', { sets: { a: 0, b: 3 } }],
    ['density-set', { sets: { a: 2, b: { a: [0, 2] } } }],
    ['density-set', { sets: { b: { a: [0, 1] }, a: 2 } }],
    ['density-set', { sets: { a: 2, b: 3, c: { a: [0, 1], b: [0] } } }],
    ['density-data', { data: { d: ['a', [1, 2, 3]] as const } }],
    ['density-data', { data: { d: ['a', [1, Number.NaN]] as const } }],
    ['model-syntax', { terms: ['x +'] }],
  ])('%s', (code, part: Partial<DensityText>) => {
    expect(() => defineDensity({ ...base, ...part })).toThrow(expect.objectContaining({ code }));
  });
});
