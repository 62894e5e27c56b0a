import { randomStream } from '@gemel/numerics';
import { cholesky, solveLower } from '@gemel/numerics/linalg/cholesky';
import { describe, expect, test } from 'vitest';
import { sampleQuantile } from '../diagnose/scores.ts';
import type { PopulationValues, Subject } from './population.ts';
import { predictionErrors } from './prediction-errors.ts';
import { type SimulatedSubject, simulatePopulation } from './simulation.ts';
import { type VisualCheckSubject, visualPredictiveCheck } from './visual-check.ts';
import { binsOf } from './visual-check-bins.ts';

const TIMES = [0, 1, 2, 4];
/** Intercept 5 and slope 1 with covariance Ω, error variance 0.16: normal, so that everything is known. */
const values: PopulationValues = {
  theta: Float64Array.of(5, 1),
  omega: Float64Array.of(0.5, 0.1, 0.1, 0.2),
  sigma: { proportional: 0, additive: 0.16 },
};
const MEAN = TIMES.map((t) => 5 + t);
const COVARIANCE = Float64Array.from(
  TIMES.flatMap((s, i) => TIMES.map((t, j) => 0.5 + 0.1 * (s + t) + 0.2 * s * t + (i === j ? 0.16 : 0))),
);
const LOWER = (() => {
  const factor = cholesky(COVARIANCE, 4);
  if (factor.status !== 'ok') throw new Error('not positive definite');
  return factor.lower;
})();

const predict: Subject['predict'] = (theta, eta, out) => {
  TIMES.forEach((t, k) => {
    out[k] = theta[0] + eta[0] + (theta[1] + eta[1]) * t;
  });
  return true;
};

/** Subjects drawn from the model itself, each value moved by `shift`. */
function lines(count: number, shift = 0): readonly Subject[] {
  return Array.from({ length: count }, (_, i) => {
    const random = randomStream(11, 'line', i);
    const z = TIMES.map(() => random.normal());
    const observed = Float64Array.from(TIMES, (_, k) => {
      let y = MEAN[k] + shift;
      for (let l = 0; l <= k; l++) y += LOWER[k * 4 + l] * z[l];
      return y;
    });
    return { id: `line ${i}`, observed, predict };
  });
}

const along = (subjects: readonly SimulatedSubject[]): readonly VisualCheckSubject[] =>
  subjects.map((subject) => ({ ...subject, x: Float64Array.from(TIMES) }));

/** One observation a subject, its replicates given. */
const point = (
  x: number,
  y: number,
  replicates: readonly number[],
  more: Partial<VisualCheckSubject> = {},
): VisualCheckSubject => ({
  id: `${x}`,
  observed: Float64Array.of(y),
  simulated: Float64Array.from(replicates),
  typical: Float64Array.of(y),
  x: Float64Array.of(x),
  ...more,
});

describe('simulating a population', () => {
  test('mean and covariance are those of the model', () => {
    const count = 20_000;
    const { subjects, problems } = simulatePopulation(lines(1), values, count, randomStream(1));
    const [{ simulated, typical }] = subjects;
    expect(problems).toEqual([]);
    expect([...typical]).toEqual(MEAN);
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = 0;
        for (let r = 0; r < count; r++) sum += (simulated[r * 4 + i] - MEAN[i]) * (simulated[r * 4 + j] - MEAN[j]);
        // SD of a product of normals, four standard errors.
        const [a, b, c] = [COVARIANCE[i * 4 + i], COVARIANCE[j * 4 + j], COVARIANCE[i * 4 + j]];
        expect(Math.abs(sum / count - c)).toBeLessThan(4 * Math.sqrt((a * b + c * c) / count));
      }
    }
  });

  test('draws depend on seed and id alone: not on the order, the others or the number of replicates', () => {
    const subjects = lines(3);
    const drawn = simulatePopulation(subjects, values, 20, randomStream(1)).subjects;
    const turned = simulatePopulation([...subjects].reverse().slice(0, 2), values, 10, randomStream(1)).subjects;
    expect([...turned[1].simulated]).toEqual([...drawn[1].simulated.subarray(0, 40)]);
    const other = simulatePopulation(subjects, values, 20, randomStream(2)).subjects;
    expect(other[0].simulated[0]).not.toBe(drawn[0].simulated[0]);
    expect(drawn[1].simulated[0]).not.toBe(drawn[0].simulated[0]);
  });

  test('each occasion has effects of its own', () => {
    const subject: Subject = {
      id: 'two occasions',
      observed: Float64Array.of(0, 0),
      occasions: 2,
      predict: (_, eta, out) => {
        out[0] = eta[0] + eta[1];
        out[1] = eta[0] + eta[2];
        return true;
      },
    };
    const within = { theta: Float64Array.of(), omega: Float64Array.of(1), occasionOmega: Float64Array.of(3) };
    const [{ simulated }] = simulatePopulation(
      [subject],
      { ...within, sigma: { proportional: 0, additive: 1 } },
      20_000,
      randomStream(4),
    ).subjects;
    let variance = 0;
    let covariance = 0;
    for (let r = 0; r < 20_000; r++) {
      variance += simulated[2 * r] ** 2 / 20_000;
      covariance += (simulated[2 * r] * simulated[2 * r + 1]) / 20_000;
    }
    expect(Math.abs(variance - 5)).toBeLessThan(4 * 5 * Math.sqrt(2 / 20_000));
    expect(Math.abs(covariance - 1)).toBeLessThan(4 * Math.sqrt(26 / 20_000));
  });

  test('predictions that are not there are counted by subject', () => {
    const subject: Subject = {
      id: 'hole',
      observed: Float64Array.of(1),
      predict: (_, eta, out) => {
        out[0] = eta[0];
        return eta[0] < 0;
      },
    };
    const { subjects, problems } = simulatePopulation([subject], values, 100, randomStream(1));
    const missing = subjects[0].simulated.filter((v) => Number.isNaN(v)).length;
    expect(missing).toBeGreaterThan(20);
    expect(problems[0].code).toBe('inference-simulation-not-finite');
    expect(problems[0].message).toContain(`${missing} of 100`);
  });

  test('a covariance that is none is refused', () => {
    const wrong = { ...values, omega: Float64Array.of(1, 2, 2, 1) };
    expect(() => simulatePopulation(lines(1), wrong, 10, randomStream(1))).toThrow('not positive definite');
    expect(() => simulatePopulation(lines(1), values, 0, randomStream(1))).toThrow('0 replicates');
  });
});

describe('prediction errors', () => {
  test('of a normal model are the decorrelated residuals', () => {
    const subjects = lines(12);
    const { subjects: drawn } = simulatePopulation(subjects, values, 4000, randomStream(3));
    const { subjects: found, problems } = predictionErrors(drawn, randomStream(5));
    expect(problems).toEqual([]);
    found.forEach(({ npde, pd }, s) => {
      const white = solveLower(
        LOWER,
        4,
        subjects[s].observed.map((y, k) => y - MEAN[k]),
      );
      white.forEach((z, k) => {
        // Mean and covariance are of 4000 replicates too; beyond 2.5 a rank is coarse.
        if (Math.abs(z) < 2.5) expect(Math.abs(npde[k] - z)).toBeLessThan(0.25);
      });
      // The first observation has nothing to be decorrelated from.
      expect(
        Math.abs(
          pd[0] -
            drawn[s].simulated.reduce((n, y, at) => n + (at % 4 === 0 && y < subjects[s].observed[0] ? 1 : 0), 0) /
              4000,
        ),
      ).toBeLessThan(1e-3);
    });
  });

  test('a wrong model is told', () => {
    const draw = (shift: number) =>
      predictionErrors(simulatePopulation(lines(40, shift), values, 1000, randomStream(3)).subjects, randomStream(5));
    expect(draw(0).problems).toEqual([]);
    expect(draw(0).tests.global.probability).toBeGreaterThan(0.05);
    const wrong = draw(1.5);
    expect(wrong.problems.map(({ code }) => code)).toEqual(['inference-prediction-errors']);
    expect(wrong.tests.global.probability).toBeLessThan(1e-3);
  });

  test('values below the limit are drawn from the part of the distribution below it', () => {
    const censored = lines(150).map((subject) => {
      const below = subject.observed.map((y) => (y < 5.5 ? 1 : 0));
      return { ...subject, observed: subject.observed.map((y) => Math.max(y, 5.5)), censored: Uint8Array.from(below) };
    });
    const drawn = simulatePopulation(censored, values, 1000, randomStream(3)).subjects;
    const found = predictionErrors(drawn, randomStream(5));
    expect(found.tests.count).toBe(600);
    expect(found.tests.global.probability).toBeGreaterThan(0.01);
    expect(Math.abs(found.subjects[0].belowLimit[0] - 0.73)).toBeLessThan(0.06);
    // The same whatever the order of subjects.
    const turned = predictionErrors([...drawn].reverse(), randomStream(5)).subjects.at(-1)!;
    expect([...turned.npde]).toEqual([...found.subjects[0].npde]);
  });

  test('each censored observation is below its own limit', () => {
    const censored = lines(60).map((subject, s) => {
      const limit = s % 2 === 0 ? 5 : 7;
      const below = Uint8Array.from(subject.observed, (y) => (y < limit ? 1 : 0));
      return { ...subject, observed: subject.observed.map((y) => Math.max(y, limit)), censored: below };
    });
    const drawn = simulatePopulation(censored, values, 1000, randomStream(3)).subjects;
    const { subjects, tests } = predictionErrors(drawn, randomStream(5));
    expect(tests.global.probability).toBeGreaterThan(0.01);
    // Half of all values at time 0 are below 5, almost all below 7.
    const shares = subjects.map(({ belowLimit }) => belowLimit[0]);
    censored.forEach(({ censored: below }, s) => {
      if (s % 2 === 1 && below[0] === 1) expect(shares[s]).toBeGreaterThan(0.95);
      else expect(Math.abs(shares[s] - 0.5)).toBeLessThan(0.07);
    });
  });

  test('one subject, all of it below the limit, has prediction errors', () => {
    const [line] = lines(1);
    const all = { ...line, observed: Float64Array.of(6, 6, 6, 6), censored: Uint8Array.of(1, 1, 1, 1) };
    const drawn = simulatePopulation([all], values, 1000, randomStream(3)).subjects;
    const found = predictionErrors(drawn, randomStream(5));
    expect(found.subjects[0].npde.every(Number.isFinite)).toBe(true);
    expect(found.subjects[0].pd.every((p, i) => p <= found.subjects[0].belowLimit[i] + 1e-3)).toBe(true);
  });

  test('an observation without any error is left out by name; the others stand', () => {
    const [line] = simulatePopulation(lines(1), values, 1000, randomStream(3)).subjects;
    const simulated = line.simulated.map((y, at) => (at % 4 === 0 ? 0 : y));
    const { subjects, problems } = predictionErrors([{ ...line, simulated }], randomStream(5));
    expect(problems.map(({ code, where }) => [code, where.element])).toEqual([
      ['inference-observations-left-out', 'line 0'],
    ]);
    expect(subjects[0].npde[0]).toBeNaN();
    expect(subjects[0].npde.subarray(1).every(Number.isFinite)).toBe(true);
  });

  test('observations that repeat one another, and too few replicates, are told', () => {
    const [line] = simulatePopulation(lines(1), values, 1000, randomStream(3)).subjects;
    const simulated = line.simulated.map((y, at) => (at % 4 === 1 ? line.simulated[at - 1] : y));
    const repeated = predictionErrors([{ ...line, simulated }], randomStream(5));
    expect(repeated.problems[0].code).toBe('inference-few-simulations');
    expect(repeated.subjects[0].npde[2]).toBeNaN();
    expect(repeated.subjects[0].pd[2]).toBeGreaterThan(0);
    const few = predictionErrors([{ ...line, simulated: line.simulated.slice(0, 16) }], randomStream(5));
    expect(few.problems.map(({ code }) => code)).toContain('inference-few-simulations');
    expect(few.tests.count).toBe(0);
    expect(few.tests.global.probability).toBeNaN();
  });
});

describe('bins', () => {
  test('of equal count keep ties together', () => {
    const x = Float64Array.of(0, 0, 0, 0, 0, 0, 1, 2, 3, 4);
    expect(binsOf(x, { kind: 'count', count: 2 }).map(({ members }) => members.length)).toEqual([6, 4]);
    expect(binsOf(x, { kind: 'count', count: 5 }).map(({ members }) => members.length)).toEqual([6, 2, 2]);
    expect(binsOf(Float64Array.of(3, 3, 3), { kind: 'count', count: 4 })).toEqual([
      { low: 3, high: 3, members: [0, 1, 2] },
    ]);
    expect(binsOf(Float64Array.of(), { kind: 'count', count: 4 })).toEqual([]);
  });

  test('nominal bins are the values; edges hold their lower bound, the last both', () => {
    const x = Float64Array.of(2, 1, 2, 5);
    expect(binsOf(x, { kind: 'nominal' }).map(({ low, members }) => [low, members.length])).toEqual([
      [1, 1],
      [2, 2],
      [5, 1],
    ]);
    expect(binsOf(x, { kind: 'edges', edges: [1, 2, 5] }).map(({ members }) => members)).toEqual([[1], [0, 2, 3]]);
  });

  test.each([
    [{ kind: 'edges', edges: [1] }],
    [{ kind: 'edges', edges: [1, 1] }],
    [{ kind: 'edges', edges: [0, Number.NaN] }],
    [{ kind: 'count', count: 0 }],
    [{ kind: 'count', count: 1.5 }],
  ] as const)('%o is refused', (binning) => {
    expect(() => binsOf(Float64Array.of(1), binning)).toThrow(expect.objectContaining({ code: 'inference-shape' }));
  });
});

describe('a visual predictive check', () => {
  test('quantiles of observations and bands of replicates are those of their bin', () => {
    const { subjects } = simulatePopulation(lines(25), values, 200, randomStream(3));
    const check = visualPredictiveCheck(along(subjects), { binning: { kind: 'nominal' } });
    expect(check.compared).toBe(12);
    expect(check.within).toBeGreaterThanOrEqual(9);
    const [bin] = check.strata[0].bins;
    const first = subjects.map(({ observed }) => observed[0]);
    expect(bin.count).toBe(25);
    expect(bin.quantiles[1].observed).toBe(sampleQuantile(first, 0.5));
    const medians = Array.from({ length: 200 }, (_, r) =>
      sampleQuantile(
        subjects.map(({ simulated }) => simulated[r * 4]),
        0.5,
      ),
    );
    expect(bin.quantiles[1].low).toBeCloseTo(sampleQuantile(medians, 0.025), 12);
    expect(bin.quantiles[1].high).toBeCloseTo(sampleQuantile(medians, 0.975), 12);
    expect(bin.below).toBeNull();
  });

  test('the correction takes away what differing doses make', () => {
    // Values are 1.1 times their prediction whatever the dose, replicates 0.9 and 1.2 times.
    const doses = [1, 2, 4, 8, 16];
    const subjects = doses.map((dose) =>
      point(dose, 1.1 * dose, [0.9 * dose, 1.2 * dose], { typical: Float64Array.of(dose) }),
    );
    const ratio = visualPredictiveCheck(subjects, {
      binning: { kind: 'count', count: 1 },
      correction: 'ratio',
      levels: [0.1, 0.9],
    });
    for (const { observed, low, high } of ratio.strata[0].bins[0].quantiles) {
      expect(observed).toBeCloseTo(4.4, 12);
      expect(low).toBeCloseTo(0.025 * (4.8 - 3.6) + 3.6, 12);
      expect(high).toBeCloseTo(4.8 - 0.025 * (4.8 - 3.6), 12);
    }
    const logs = subjects.map((one) => ({
      ...one,
      observed: one.observed.map(Math.log),
      simulated: one.simulated.map(Math.log),
      typical: one.typical.map(Math.log),
    }));
    const difference = visualPredictiveCheck(logs, { binning: { kind: 'count', count: 1 }, correction: 'difference' });
    expect(difference.strata[0].bins[0].quantiles[1].observed).toBeCloseTo(Math.log(4.4), 12);
    expect([...difference.strata[0].y].every((y) => Math.abs(y - Math.log(4.4)) < 1e-12)).toBe(true);
  });

  test('a prediction of zero has no correction; what is left out is counted', () => {
    const subjects = [point(0, 0.1, [0.1, 0.2], { typical: Float64Array.of(0) }), point(1, 2, [1, 3])];
    const check = visualPredictiveCheck(subjects, { binning: { kind: 'nominal' }, correction: 'ratio' });
    expect(check.problems.map(({ code }) => code)).toEqual([
      'inference-prediction-correction',
      'inference-observations-left-out',
    ]);
    expect(check.strata[0].bins.map(({ count }) => count)).toEqual([0, 1]);
    expect(check.compared).toBe(3);
  });

  test('values below the limit rank lowest, and their share is compared', () => {
    const below = { censored: Uint8Array.of(1) };
    const subjects = [
      point(1, 2, [1, 5, 5], below),
      point(1, 2, [1, 1, 1], below),
      point(1, 2, [1, 5, 5], below),
      point(1, 9, [9, 9, 9]),
    ];
    const [bin] = visualPredictiveCheck(subjects, { levels: [0.5, 0.95], binning: { kind: 'nominal' } }).strata[0].bins;
    expect(bin.quantiles[0].observed).toBe(-Infinity);
    expect(bin.quantiles[0].low).toBe(-Infinity);
    expect(bin.quantiles[0].high).toBeCloseTo(5, 12);
    expect(bin.below!.observed).toBe(0.75);
    expect([bin.below!.low, bin.below!.high].map((v) => Number(v.toFixed(4)))).toEqual([0.25, 0.725]);
    const all = visualPredictiveCheck(subjects.slice(0, 3), {}).strata[0].bins[0];
    expect(all.below!.observed).toBe(1);
    expect(all.quantiles.every(({ observed }) => observed === -Infinity)).toBe(true);
  });

  test('limits that differ, and a correction beside a limit, are refused by code', () => {
    const subjects = [
      point(1, 2, [1, 5], { censored: Uint8Array.of(1) }),
      point(1, 3, [1, 1], { censored: Uint8Array.of(1) }),
    ];
    expect(() => visualPredictiveCheck(subjects)).toThrow(expect.objectContaining({ code: 'inference-limit-open' }));
    expect(visualPredictiveCheck(subjects, { limit: 2 }).limit).toBe(2);
    expect(() => visualPredictiveCheck(subjects, { limit: 2, correction: 'ratio' })).toThrow(
      expect.objectContaining({ code: 'inference-prediction-correction' }),
    );
    expect(() => visualPredictiveCheck(subjects, { levels: [0] })).toThrow(
      expect.objectContaining({ code: 'inference-shape' }),
    );
    expect(() => visualPredictiveCheck([{ ...subjects[0], x: Float64Array.of(1, 2) }])).toThrow(
      'another number beside',
    );
  });

  test('strata are apart; empty bins and observations outside are named', () => {
    const subjects = [
      point(1, 1, [1, 2], { strata: ['men'] }),
      point(9, 2, [1, 2], { strata: ['women'] }),
      point(20, 2, [1, 2], { strata: ['men'] }),
    ];
    const check = visualPredictiveCheck(subjects, { binning: { kind: 'edges', edges: [0, 5, 10] } });
    expect(check.strata.map(({ name, bins }) => [name, bins.map(({ count }) => count)])).toEqual([
      ['men', [1, 0]],
      ['women', [0, 1]],
    ]);
    expect(check.strata[0].bins[1].quantiles[0].observed).toBeNaN();
    expect(check.problems.map(({ message }) => message)).toEqual([
      '1 observations lie outside the bins.',
      'No observation in men [5, 10], women [0, 5].',
    ]);
    expect(visualPredictiveCheck([]).strata).toEqual([]);
  });
});
