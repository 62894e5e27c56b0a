import { randomStream } from '@gemel/numerics';
import { cholesky, choleskySolve } from '@gemel/numerics/linalg/cholesky';
import { covarianceRoot, lowerFactor } from '@gemel/numerics/linalg/lower-factor';
import { multiply, transpose } from '@gemel/numerics/linalg/matrix';
import { describe, expect, it } from 'vitest';
import { covarianceOf, type GaussianState, smooth } from './gaussian-state.ts';
import * as kalman from './kalman.ts';
import {
  coordinateObservation,
  functionObservation,
  linearObservation,
  type Observation,
  observationLogLikelihood,
  stackObservations,
} from './observation.ts';
import { filterStatuses } from './status.ts';
import { linearTransition } from './transition.ts';
import * as unscented from './unscented.ts';

/** Position and velocity under white acceleration: exact over any span. */
const moving = linearTransition(2, {
  matrix: (from, to) => Float64Array.of(1, to - from, 0, 1),
  noise: (from, to) => {
    const t = to - from;
    return Float64Array.of(t ** 3 / 3, t ** 2 / 2, t ** 2 / 2, t).map((v) => 0.3 * v);
  },
});
const start = kalman.init(0, Float64Array.of(1, -1), Float64Array.of(2, 0.4, 0.4, 1)) as GaussianState;
const both = linearObservation(Float64Array.of(1, 0, 1, 0.5), 2, 2, Float64Array.of(0.5, 0.1, 0.1, 0.8));
const NAN = Number.NaN;
const series: readonly Observation[] = [
  [0, 1.2, 0.7],
  [0.7, NAN, 0.4],
  [0.75, 0.5, NAN],
  [3.1, -2.2, -1.9],
  [3.1, -2.4, NAN],
  [4, NAN, NAN],
  [7.5, -4, -6],
].map(([time, a, b]) => ({ time, operator: both, values: Float64Array.of(a, b) }));

/** The joint normal of states at all times and of the present values, solved in one piece. */
function closedForm() {
  const steps = series.length;
  const n = 2 * steps;
  const mean = new Float64Array(n);
  const cov = new Float64Array(n * n);
  let p = covarianceOf(start);
  let m = start.mean;
  let last = 0;
  for (let k = 0; k < steps; k++) {
    const t = series[k].time;
    const f = Float64Array.of(1, t - last, 0, 1);
    const q = moving.noise?.(last, t) as Float64Array;
    m = multiply(f, m, 2, 2, 1);
    p = multiply(multiply(f, p, 2, 2, 2), transpose(f, 2, 2), 2, 2, 2).map((v, i) => v + q[i]);
    mean.set(m, 2 * k);
    for (let l = k; l < steps; l++) {
      const g = Float64Array.of(1, series[l].time - t, 0, 1);
      const block = multiply(g, p, 2, 2, 2);
      for (let i = 0; i < 2; i++)
        for (let j = 0; j < 2; j++) {
          cov[(2 * l + i) * n + 2 * k + j] = block[i * 2 + j];
          cov[(2 * k + j) * n + 2 * l + i] = block[i * 2 + j];
        }
    }
    last = t;
  }
  const rows: { h: Float64Array; y: number; k: number; i: number }[] = [];
  series.forEach(({ values }, k) => {
    values.forEach((y, i) => {
      if (Number.isNaN(y)) return;
      const h = new Float64Array(n);
      h[2 * k] = 1;
      h[2 * k + 1] = 0.5 * i;
      rows.push({ h, y, k, i });
    });
  });
  const size = rows.length;
  const ph = rows.map(({ h }) => multiply(cov, h, n, n, 1));
  const s = new Float64Array(size * size);
  rows.forEach((a, r) => {
    rows.forEach((b, c) => {
      s[r * size + c] = a.h.reduce((sum, v, j) => sum + v * ph[c][j], 0);
      if (a.k === b.k) s[r * size + c] += both.covariance[a.i * 2 + b.i];
    });
  });
  const factor = cholesky(s, size);
  if (factor.status !== 'ok') throw new Error('not positive');
  const innovation = Float64Array.from(rows, ({ h, y }) => y - h.reduce((sum, v, j) => sum + v * mean[j], 0));
  const solved = choleskySolve(factor.lower, size, innovation);
  const square = innovation.reduce((sum, v, i) => sum + v * solved[i], 0);
  const posterior = mean.map((v, j) => v + solved.reduce((sum, w, r) => sum + w * ph[r][j], 0));
  const covariance = cov.map((v, at) => {
    const column = Float64Array.from(ph, (c) => c[at % n]);
    const x = choleskySolve(factor.lower, size, column);
    return v - x.reduce((sum, w, r) => sum + w * ph[r][Math.floor(at / n)], 0);
  });
  return {
    posterior,
    covariance,
    n,
    logLikelihood: -0.5 * (square + factor.logDeterminant + size * Math.log(2 * Math.PI)),
  };
}

const near = (a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number) => {
  expect(a.length).toBe(b.length);
  for (let i = 0; i < a.length; i++) expect(Math.abs(a[i] - b[i])).toBeLessThanOrEqual(tolerance);
};

describe('roots of covariances', () => {
  it('L Lᵀ = A Aᵀ with a diagonal that is not negative, wide, square or tall', () => {
    for (const [rows, columns] of [
      [3, 7],
      [4, 4],
      [5, 2],
    ]) {
      const random = randomStream(3, rows);
      const a = Float64Array.from({ length: rows * columns }, () => random.normal());
      const l = lowerFactor(a, rows, columns);
      near(
        multiply(l, transpose(l, rows, rows), rows, rows, rows),
        multiply(a, transpose(a, rows, columns), rows, columns, rows),
        1e-13,
      );
      for (let i = 0; i < rows; i++) {
        expect(l[i * rows + i]).toBeGreaterThanOrEqual(0);
        for (let j = i + 1; j < rows; j++) expect(l[i * rows + j]).toBe(0);
      }
    }
  });

  it('a semidefinite matrix has a root, an indefinite one none', () => {
    const root = covarianceRoot(Float64Array.of(4, 2, 2, 1), 2) as Float64Array;
    near(multiply(root, transpose(root, 2, 2), 2, 2, 2), [4, 2, 2, 1], 1e-12);
    near(covarianceRoot(new Float64Array(4), 2) as Float64Array, [0, 0, 0, 0], 0);
    expect(covarianceRoot(Float64Array.of(1, 2, 2, 1), 2)).toBeNull();
    expect(covarianceRoot(Float64Array.of(-1), 1)).toBeNull();
    expect(covarianceRoot(Float64Array.of(NAN), 1)).toBeNull();
  });
});

describe('Kalman filter', () => {
  const exact = closedForm();

  it.each([
    ['Kalman', kalman.step],
    ['unscented', unscented.step],
  ] as const)('%s meets the closed form: irregular times, missing components, likelihood, smoother', (_, step) => {
    const run = kalman.filterSeries(start, series, (s, o) => step(moving, s, o));
    expect(run.infos.map((i) => i.status)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'no-observation', 'ok']);
    expect(Math.abs(run.logLikelihood - exact.logLikelihood)).toBeLessThan(1e-10);
    const smoothed = smooth(run.states, run.infos);
    for (let k = 0; k < series.length; k++) {
      near(smoothed[k + 1].mean, exact.posterior.subarray(2 * k, 2 * k + 2), 1e-10);
      const p = covarianceOf(smoothed[k + 1]);
      for (let i = 0; i < 2; i++)
        for (let j = 0; j < 2; j++)
          expect(Math.abs(p[i * 2 + j] - exact.covariance[(2 * k + i) * exact.n + 2 * k + j])).toBeLessThan(1e-10);
    }
    const end = run.states[series.length];
    near(end.mean, exact.posterior.subarray(-2), 1e-10);
  });

  it('keeps its digits where a subtracted covariance loses them all', () => {
    const precise = coordinateObservation([0], 2, [1e-18]);
    const wide = kalman.init(0, new Float64Array(2), Float64Array.of(1, 1, 1, 1 + 1e-12)) as GaussianState;
    const { state } = kalman.step(moving, wide, { time: 0, operator: precise, values: Float64Array.of(1) });
    expect(covarianceOf(state)[0] / 1e-18).toBeCloseTo(1, 6);
    expect(covarianceOf(state)[3] / 1e-12).toBeCloseTo(1, 3);
  });

  it('the extended filter has the linear one as its special case, by central differences', () => {
    const numeric = { ...both, jacobian: undefined };
    const curved = { ...moving, jacobian: undefined };
    const a = kalman.filterSeries(start, series, (s, o) => kalman.step(moving, s, o));
    const b = kalman.filterSeries(start, series, (s, o) =>
      kalman.step(curved as never, s, { ...o, operator: numeric as never }),
    );
    expect(Math.abs(a.logLikelihood - b.logLikelihood)).toBeLessThan(1e-7);
  });

  it('iteration finds the posterior mode of a curved observation, one linearisation does not', () => {
    const square = functionObservation(1, 1, ([x]) => [x * x], Float64Array.of(0.01));
    const still = linearTransition(1, { matrix: () => Float64Array.of(1) });
    const prior = kalman.init(0, Float64Array.of(1), Float64Array.of(1)) as GaussianState;
    const observation = { time: 0, operator: square, values: Float64Array.of(9) };
    const slope = (x: number) => x - 1 + (2 * x * (x * x - 9)) / 0.01;
    const iterated = kalman.step(still, prior, observation, { iterations: 20 }).state.mean[0];
    expect(Math.abs(slope(iterated))).toBeLessThan(1e-6);
    expect(Math.abs(slope(kalman.step(still, prior, observation).state.mean[0]))).toBeGreaterThan(1);
  });

  it('unscented moments of a square are exact for a normal state', () => {
    const square = functionObservation(1, 1, ([x]) => [x * x], Float64Array.of(0.5));
    const still = linearTransition(1, { matrix: () => Float64Array.of(1) });
    const prior = kalman.init(0, Float64Array.of(2), Float64Array.of(0.25)) as GaussianState;
    const { info } = unscented.step(still, prior, { time: 0, operator: square, values: Float64Array.of(5) });
    // E x² = 4.25; Var x² = 4 m² P + 2 P².
    expect(info.innovation[0]).toBeCloseTo(0.75, 12);
    expect(info.innovationLower[0] ** 2).toBeCloseTo(4 * 4 * 0.25 + 2 * 0.0625 + 0.5, 12);
  });
});

describe('robust updates', () => {
  const still = linearTransition(1, { matrix: () => Float64Array.of(1) });
  const prior = kalman.init(0, Float64Array.of(0), Float64Array.of(4)) as GaussianState;
  const at = (y: number) => ({ time: 0, operator: coordinateObservation([0], 1, [1]), values: Float64Array.of(y) });

  it('Huber is the mode of its own cost, and bounds the pull of an outlier', () => {
    const robust = { kind: 'huber', threshold: 1.345 } as const;
    for (const y of [0.5, 8, 1e6]) {
      const x = kalman.step(still, prior, at(y), { robust }).state.mean[0];
      const pull = Math.max(-1.345, Math.min(1.345, y - x));
      expect(x / 4 - pull).toBeCloseTo(0, 8);
    }
    expect(kalman.step(still, prior, at(1e6), { robust }).state.mean[0]).toBeCloseTo(4 * 1.345, 6);
  });

  it('Student lets an outlier go and keeps the likelihood of the error as given', () => {
    const robust = { kind: 'student', freedom: 4 } as const;
    const plain = kalman.step(still, prior, at(100));
    const student = kalman.step(still, prior, at(100), { robust });
    expect(plain.state.mean[0]).toBeCloseTo(80, 10);
    expect(Math.abs(student.state.mean[0])).toBeLessThan(0.5);
    expect(student.info.logLikelihood).toBe(plain.info.logLikelihood);
    const many = kalman.step(still, prior, at(2), { robust: { kind: 'student', freedom: 1e9 } });
    expect(many.state.mean[0]).toBeCloseTo(1.6, 6);
  });

  it('Student and normal densities integrate to 1', () => {
    const x = Float64Array.from({ length: 40001 }, (_, i) => (i - 20000) / 100);
    for (const freedom of [undefined, 5]) {
      const l = observationLogLikelihood(at(0.3), x, x.length, freedom);
      expect(l.reduce((s, v) => s + Math.exp(v) / 100, 0)).toBeCloseTo(1, 5);
    }
  });
});

describe('named failures', () => {
  const exact = coordinateObservation([0], 2, [0]);
  const values = (v: number) => Float64Array.of(v);

  it.each([
    ['time-reversed', { ...start, time: 5 }, { time: 1, operator: exact, values: values(1) }, moving],
    [
      'singular-innovation',
      start,
      stackObservations([
        { time: 0, operator: exact, values: values(1) },
        { time: 0, operator: exact, values: values(2) },
      ]),
      moving,
    ],
    ['observation-not-finite', start, { time: 0, operator: exact, values: values(Infinity) }, moving],
    [
      'covariance-not-positive',
      start,
      { time: 0, operator: coordinateObservation([0], 2, [-1]), values: values(1) },
      moving,
    ],
    [
      'forecast-not-finite',
      start,
      { time: 1, operator: exact, values: values(1) },
      linearTransition(2, { matrix: () => Float64Array.of(NAN, 0, 0, 1) }),
    ],
  ] as const)('%s', (status, state, observation, transition) => {
    for (const step of [kalman.step, unscented.step]) {
      const result = step(transition, state, observation);
      expect(result.info.status).toBe(status);
      expect(filterStatuses[result.info.status].remedy).not.toBe('');
      expect(result.state.mean.every(Number.isFinite)).toBe(true);
      expect(result.info.logLikelihood).toBeNaN();
    }
  });

  it.each([
    ['Kalman', kalman.step],
    ['unscented', unscented.step],
  ] as const)(
    '%s: a refused step is as if it had not been, for the smoother too, and asks no model to run back',
    (_, step) => {
      const at = (time: number, v: number) => ({ time, operator: both, values: Float64Array.of(v, v) });
      const forward = {
        ...moving,
        advance: (x: Float64Array, count: number, from: number, to: number) => {
          expect(to).toBeGreaterThan(from);
          return to === 9 ? x.map(() => NAN) : moving.advance(x, count, from, to);
        },
      };
      const plain = [at(1, 0.5), at(2, -0.5)];
      const run = (seen: readonly Observation[]) => {
        const { states, infos } = kalman.filterSeries(start, seen, (s, o) => step(forward, s, o));
        return { statuses: infos.map((i) => i.status), smoothed: smooth(states, infos) };
      };
      const disturbed = run([plain[0], at(0.5, 3), at(9, 1), plain[1]]);
      expect(disturbed.statuses).toEqual(['ok', 'time-reversed', 'forecast-not-finite', 'ok']);
      const expected = run(plain).smoothed;
      [0, 1, 1, 1, 2].forEach((k, i) => {
        near(disturbed.smoothed[i].mean, expected[k].mean, 1e-12);
        near(disturbed.smoothed[i].lower, expected[k].lower, 1e-12);
      });
    },
  );

  it('settings outside their range are refused', () => {
    const seen = { time: 1, operator: both, values: Float64Array.of(1, 1) };
    const shape = expect.objectContaining({ code: 'inference-shape' });
    expect(() => unscented.step(moving, start, seen, { centre: 1 })).toThrow(shape);
    expect(() => kalman.step(moving, start, seen, { robust: { kind: 'student', freedom: 0 } })).toThrow(shape);
    expect(() => kalman.step(moving, start, seen, { robust: { kind: 'huber', threshold: -1 } })).toThrow(shape);
  });

  it('values of another number than the operator has are no values', () => {
    const short = { time: 1, operator: both, values: values(1) };
    expect(() => kalman.step(moving, start, short)).toThrow(/1 values.*2/);
  });

  it('an exact observation is met exactly', () => {
    const { state } = kalman.step(moving, start, { time: 0, operator: exact, values: values(3) });
    expect(state.mean[0]).toBeCloseTo(3, 12);
    expect(covarianceOf(state)[0]).toBeCloseTo(0, 12);
  });
});
