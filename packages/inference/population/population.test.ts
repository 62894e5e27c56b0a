import { randomStream } from '@gemel/numerics';
import { describe, expect, test } from 'vitest';
import * as alternatingLinear from './alternating-linear.ts';
import { conditionalMode, jointObjective } from './conditional-mode.ts';
import * as maximumLikelihood from './maximum-likelihood.ts';
import { populationObjective } from './objective.ts';
import { etaPrior, type PopulationValues, type Subject } from './population.ts';

/** y = (a + η₁) + (b + η₂) t + ε: everything about it is known in closed form. */
function lines(count: number): readonly Subject[] {
  const random = randomStream(3, 'lines');
  return Array.from({ length: count }, (_, i) => {
    const times = Float64Array.of(0, 1, 2, 4);
    const [u, v] = [0.7 * random.normal(), 0.3 * random.normal()];
    return {
      id: String(i),
      observed: times.map((t) => 5 + u + (1 + v) * t + 0.4 * random.normal()),
      predict: (theta, eta, out) => {
        for (let k = 0; k < 4; k++) out[k] = theta[0] + eta[0] + (theta[1] + eta[1]) * times[k];
        return true;
      },
    };
  });
}

/** y = 10 e^{−K t}, K = 0.5 e^η. */
const decay = (observed: number, more: Partial<Subject> = {}): Subject => ({
  id: 'one',
  observed: Float64Array.of(observed),
  predict: (theta, eta, out) => {
    out[0] = 10 * Math.exp(-theta[0] * Math.exp(eta[0]));
    return true;
  },
  ...more,
});
const values: PopulationValues = {
  theta: Float64Array.of(0.5),
  omega: Float64Array.of(0.2),
  sigma: { proportional: 0.1, additive: 0.01 },
};

/** Random effects so narrow that the integrand is nearly normal. */
const narrow: PopulationValues = { ...values, omega: Float64Array.of(0.002) };

/** −2 log ∫ exp(−½ joint) dη by quadrature, in NONMEM's convention. */
function integral(subject: Subject): number {
  const prior = etaPrior(narrow)!;
  const f = new Float64Array(1);
  let sum = 0;
  const h = 1e-4;
  for (let eta = -0.5; eta < 0.5; eta += h) {
    const at = Float64Array.of(eta);
    subject.predict(narrow.theta, at, f);
    sum += h * Math.exp(-0.5 * jointObjective(subject, narrow, prior, at, f, null));
  }
  return -2 * Math.log(sum) + prior.logDeterminant + Math.log(2 * Math.PI);
}

describe('the mode of a subject', () => {
  test('an observation in doubt counts as one whose error has so many times the variance', () => {
    const four = { ...values, sigma: { proportional: 0.4, additive: 0.04 } };
    const doubted = conditionalMode(decay(4, { varianceFactors: Float64Array.of(4) }), values, etaPrior(values)!);
    const wide = conditionalMode(decay(4), four, etaPrior(four)!);
    expect(doubted.eta[0]).toBeCloseTo(wide.eta[0], 9);
    expect(doubted.objective).toBeCloseTo(wide.objective, 9);
    for (const approximation of ['fo', 'foce', 'focei'] as const) {
      const objective = (subject: Subject, at: PopulationValues) =>
        populationObjective(approximation, [subject], at).value;
      const inDoubt = objective(decay(4, { varianceFactors: Float64Array.of(4) }), values);
      expect(inDoubt).toBeCloseTo(objective(decay(4), four), 8);
    }
    const sure = conditionalMode(decay(4), values, etaPrior(values)!);
    expect(Math.abs(doubted.eta[0])).toBeLessThan(Math.abs(sure.eta[0]));
  });

  test('no point nearby is better, with and without interaction', () => {
    const subject = decay(4);
    const prior = etaPrior(values)!;
    const f = new Float64Array(1);
    const typical = Float64Array.of(0.01 + 0.1 * (10 * Math.exp(-0.5)) ** 2);
    for (const interaction of [true, false]) {
      const mode = conditionalMode(subject, values, prior, { interaction });
      expect(mode.status).toBe('converged');
      for (const shift of [-1e-3, 1e-3]) {
        const at = Float64Array.of(mode.eta[0] + shift);
        subject.predict(values.theta, at, f);
        expect(jointObjective(subject, values, prior, at, f, interaction ? null : typical)).toBeGreaterThan(
          mode.objective,
        );
      }
    }
  });

  test('a censored observation counts by the chance that it lies below', () => {
    const prior = etaPrior(values)!;
    const subject = decay(2, { censored: Uint8Array.of(1) });
    const mode = conditionalMode(subject, values, prior);
    // Lower than typical: a larger rate constant.
    expect(mode.eta[0]).toBeGreaterThan(0.05);
    expect(conditionalMode(decay(60, { censored: Uint8Array.of(1) }), values, prior).eta[0]).toBeCloseTo(0, 6);
  });

  test('a search that ends on a kink says that it stalled', () => {
    const kinked = decay(9, {
      predict: (_, eta, out) => {
        out[0] = 5 + (eta[0] < 0.3 ? 2 : -1) * (eta[0] - 0.3);
        return true;
      },
    });
    const mode = conditionalMode(kinked, values, etaPrior(values)!);
    expect(mode.status).toBe('stalled');
    expect(mode.eta[0]).toBeCloseTo(0.3, 3);
  });

  test('a prediction that is not there is told by name', () => {
    const mode = conditionalMode(decay(4, { predict: () => false }), values, etaPrior(values)!);
    expect(mode.status).toBe('no-value');
    expect(mode.objective).toBe(Infinity);
  });
});

describe('the marginal likelihood', () => {
  test('all approximations are exact for a linear model', () => {
    const subjects = lines(5);
    const linear: PopulationValues = {
      theta: Float64Array.of(5, 1),
      omega: Float64Array.of(0.5, 0.1, 0.1, 0.2),
      sigma: { proportional: 0, additive: 0.16 },
    };
    const [fo, foce, focei] = (['fo', 'foce', 'focei'] as const).map((each) =>
      populationObjective(each, subjects, linear),
    );
    expect(foce.value).toBeCloseTo(fo.value, 8);
    // Laplace leaves log |R| in the joint objective: the same number by the determinant lemma.
    expect(focei.value).toBeCloseTo(fo.value, 8);
  });

  test('Laplace with interaction is near the integral, censored or not', () => {
    for (const subject of [decay(5), decay(2), decay(5, { censored: Uint8Array.of(1) })]) {
      const { value } = populationObjective('focei', [subject], narrow);
      expect(Math.abs(value - integral(subject))).toBeLessThan(0.01);
    }
  });

  test('censored observations have no linearised likelihood', () => {
    expect(populationObjective('foce', [decay(2, { censored: Uint8Array.of(1) })], values).value).toBe(Infinity);
  });

  test('occasions have random effects of one covariance', () => {
    const prior = etaPrior({ ...values, occasionOmega: Float64Array.of(0.05) }, 2)!;
    expect([...prior.covariance]).toEqual([0.2, 0, 0, 0, 0.05, 0, 0, 0, 0.05]);
    expect(prior.logDeterminant).toBeCloseTo(Math.log(0.2 * 0.05 * 0.05), 12);
  });
});

describe('estimation', () => {
  const start: PopulationValues = {
    theta: Float64Array.of(4, 2),
    omega: Float64Array.of(1, 0, 0, 1),
    sigma: { proportional: 0, additive: 1 },
  };
  const subjects = lines(60);

  function fit(covariances: boolean): maximumLikelihood.MaximumLikelihoodState {
    const problem = { subjects, approximation: 'fo', domains: ['real', 'positive'], covariances } as const;
    let state = maximumLikelihood.init(problem, start);
    for (let k = 0; k < 100; k++) {
      const next = maximumLikelihood.step(problem, state);
      state = next.state;
      if (!next.info.accepted || next.info.gradient < 1e-5) break;
    }
    return state;
  }

  test('a balanced linear model gives the mean of the subjects’ own lines', () => {
    const { values: found } = fit(true);
    const own = subjects.map(({ observed: y }) => {
      const times = [0, 1, 2, 4];
      const slope = times.reduce((sum, t, i) => sum + (t - 1.75) * y[i], 0) / 8.75;
      return [y.reduce((sum, each) => sum + each, 0) / 4 - 1.75 * slope, slope];
    });
    for (const k of [0, 1]) expect(found.theta[k]).toBeCloseTo(own.reduce((sum, line) => sum + line[k], 0) / 60, 5);
    // The residual variance is the pooled one of those lines: 60 · (4 − 2) degrees of freedom.
    const squares = subjects.reduce(
      (sum, { observed }, i) =>
        sum + [0, 1, 2, 4].reduce((each, t, k) => each + (observed[k] - own[i][0] - own[i][1] * t) ** 2, 0),
      0,
    );
    expect(found.sigma.additive).toBeCloseTo(squares / 120, 5);
  });

  test('covariances that leave no whole blocks are refused, as the factor could not keep their zeros', () => {
    const problem = { subjects, approximation: 'fo', domains: ['real', 'positive'] } as const;
    const omega = Float64Array.of(1, 0.1, 0.1, 0.1, 1, 0, 0.1, 0, 1);
    expect(() => maximumLikelihood.init(problem, { ...start, omega })).toThrow(
      'Of the random effects 2 and 1, and 1 and 3 covary, but not 2 and 3.',
    );
  });

  test('alternating between modes and a linear model ends where maximum likelihood does', () => {
    let state = alternatingLinear.init(start);
    for (let k = 0; k < 10; k++) state = alternatingLinear.step({ subjects }, state).state;
    const { values: found } = fit(false);
    state.values.theta.forEach((each, i) => {
      expect(each).toBeCloseTo(found.theta[i], 4);
    });
    expect(state.values.sigma.additive).toBeCloseTo(found.sigma.additive, 4);
  });
});
