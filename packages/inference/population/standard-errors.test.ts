import { randomStream } from '@gemel/numerics';
import { describe, expect, test } from 'vitest';
import type * as maximumLikelihood from './maximum-likelihood.ts';
import { type Approximation, populationObjective } from './objective.ts';
import { populationParameters } from './parameters.ts';
import type { PopulationValues, Subject } from './population.ts';
import { collapsedEffects, shrinkage } from './shrinkage.ts';
import * as standardErrors from './standard-errors.ts';

const TIMES = 4;
const COUNT = 40;

/** y = a + η + ε, four observations of each subject: maximum and information have closed forms. */
function levels(): readonly Subject[] {
  const random = randomStream(11, 'levels');
  return Array.from({ length: COUNT }, (_, i) => {
    const own = 3 + 0.8 * random.normal();
    return {
      id: String(i),
      observed: Float64Array.from({ length: TIMES }, () => own + 0.5 * random.normal()),
      predict: (theta, eta, out) => {
        out.fill(theta[0] + eta[0]);
        return true;
      },
    };
  });
}

/** Sums of squares between and within subjects, and the maximum of the likelihood. */
function closedForm(subjects: readonly Subject[]) {
  const means = subjects.map(({ observed }) => observed.reduce((sum, y) => sum + y, 0) / TIMES);
  const mean = means.reduce((sum, each) => sum + each, 0) / COUNT;
  const own = subjects.map(({ observed }, s) => observed.reduce((sum, y) => sum + (y - means[s]) ** 2, 0));
  const sigma = own.reduce((sum, each) => sum + each, 0) / (COUNT * (TIMES - 1));
  const level = means.reduce((sum, each) => sum + TIMES * (each - mean) ** 2, 0) / COUNT;
  return { means, mean, own, sigma, level, omega: (level - sigma) / TIMES };
}

function errorsOf(
  subjects: readonly Subject[],
  values: PopulationValues,
  approximation: Approximation,
  { domains = ['real'], atMaximum = true }: { domains?: maximumLikelihood.ThetaDomain[]; atMaximum?: boolean } = {},
): standardErrors.StandardErrors {
  const problem: standardErrors.StandardErrorProblem = {
    parameters: populationParameters(values, { domains, names: { etas: ['A', 'B'] } }),
    domains,
    values,
    atMaximum,
    likelihood: (at) =>
      Float64Array.from(populationObjective(approximation, subjects, at).individuals, ({ value }) => value),
  };
  let state = standardErrors.init(problem);
  for (;;) {
    const next = standardErrors.step(problem, state);
    state = next.state;
    if (next.info.done) return standardErrors.result(problem, state);
  }
}

const subjects = levels();
const exact = closedForm(subjects);
const best: PopulationValues = {
  theta: Float64Array.of(exact.mean),
  omega: Float64Array.of(exact.omega),
  sigma: { proportional: 0, additive: exact.sigma },
};

describe('standard errors', () => {
  test.each(['fo', 'foce', 'focei'] as const)(
    '%s: the observed information of a linear model is exact',
    (approximation) => {
      const found = errorsOf(subjects, best, approximation);
      expect(found.status).toBe('ok');
      expect(found.problems).toEqual([]);
      const { level, sigma } = exact;
      const ofLevel = (2 * level * level) / COUNT;
      const ofSigma = (2 * sigma * sigma) / (COUNT * (TIMES - 1));
      const expected = [Math.sqrt(level / (COUNT * TIMES)), Math.sqrt(ofLevel + ofSigma) / TIMES, Math.sqrt(ofSigma)];
      expected.forEach((each, i) => {
        expect(found.rows[i].error! / each).toBeCloseTo(1, 4);
      });
      // ω² = (λ − σ²)/n: the covariance of the two variances is −Var σ²/n.
      expect(found.correlations![2 * 3 + 1]).toBeCloseTo(-ofSigma / TIMES / (expected[1] * expected[2]), 4);
      expect(found.promise).toBeLessThan(1e-8);
    },
  );

  test('the sandwich is that of the subjects’ own slopes', () => {
    const found = errorsOf(subjects, best, 'fo');
    // Variance of a mean of independent subjects, without a model of them.
    const spread = exact.means.reduce((sum, each) => sum + (each - exact.mean) ** 2, 0);
    expect(found.rows[0].robust! / (Math.sqrt(spread) / COUNT)).toBeCloseTo(1, 4);
    const within = exact.own.reduce((sum, each) => sum + (each - (TIMES - 1) * exact.sigma) ** 2, 0);
    expect(found.rows[2].robust! / (Math.sqrt(within) / (COUNT * (TIMES - 1)))).toBeCloseTo(1, 4);
  });

  test('two parameters that only their sum acts through are named', () => {
    const twins = subjects.map(
      (subject): Subject => ({
        ...subject,
        predict: (theta, eta, out) => {
          out.fill(theta[0] + theta[1] + eta[0]);
          return true;
        },
      }),
    );
    const values = { ...best, theta: Float64Array.of(1, exact.mean - 1) };
    const found = errorsOf(twins, values, 'fo', { domains: ['real', 'real'] });
    expect(found.status).toBe('not-positive-definite');
    expect(found.problems[0].code).toBe('population-not-identifiable');
    expect(found.problems[0].where.element).toBe('theta 1, theta 2');
    expect(found.rows.every(({ error }) => error === null)).toBe(true);
  });

  test('a parameter that nothing depends on is named', () => {
    const values = { ...best, theta: Float64Array.of(exact.mean, 7) };
    const found = errorsOf(subjects, values, 'fo', { domains: ['real', 'positive'] });
    expect(found.status).toBe('not-positive-definite');
    expect(found.problems[0].where.element).toBe('theta 2');
  });

  test('a point that is not the maximum is told, by how far the parameter would move', () => {
    const off = { ...best, theta: Float64Array.of(exact.mean + 0.2) };
    const found = errorsOf(subjects, off, 'fo');
    expect(found.problems.map(({ code, where }) => [code, where.element])).toEqual([
      ['population-not-at-maximum', 'theta 1'],
    ]);
    expect(errorsOf(subjects, off, 'fo', { atMaximum: false }).problems).toEqual([]);
  });

  test('no sandwich from as many subjects as parameters; no errors without a likelihood', () => {
    const few = errorsOf(subjects.slice(0, 3), best, 'fo', { atMaximum: false });
    expect(few.rows[0].robust).toBeNull();
    expect(few.problems.map(({ code }) => code)).toEqual(['population-few-subjects']);
    const none = errorsOf([{ ...subjects[0], predict: () => false }], best, 'fo');
    expect(none.status).toBe('no-value');
    expect(none.problems[0].code).toBe('population-no-value');
  });
});

describe('shrinkage', () => {
  test('of a linear model it is that of the closed form', () => {
    const modes = populationObjective('focei', subjects, best).individuals.map(({ eta }) => eta);
    const reliability = exact.omega / (exact.omega + exact.sigma / TIMES);
    const spread = Math.sqrt(exact.means.reduce((sum, each) => sum + (each - exact.mean) ** 2, 0) / (COUNT - 1));
    expect(shrinkage(subjects, best, modes).etas[0]).toBeCloseTo(
      1 - (reliability * spread) / Math.sqrt(exact.omega),
      6,
    );
  });

  test('a random effect that no prediction varies with is found by its place', () => {
    const values = { ...best, omega: Float64Array.of(exact.omega, 0, 0, 1e-5) };
    const flat = subjects.map(
      (subject): Subject => ({
        ...subject,
        predict: (theta, eta, out) => {
          out.fill(theta[0] + eta[0] + eta[1]);
          return true;
        },
      }),
    );
    expect(collapsedEffects(flat, values)).toEqual({ etas: [1], occasions: [] });
    expect(collapsedEffects(subjects, best).etas).toEqual([]);
  });
});
