import { randomStream } from '@gemel/numerics';
import { describe, expect, test } from 'vitest';
import { jointObjective } from './conditional-mode.ts';
import { importanceLikelihood } from './importance-likelihood.ts';
import * as maximumLikelihood from './maximum-likelihood.ts';
import { populationObjective } from './objective.ts';
import { populationParameters } from './parameters.ts';
import { etaPrior, type PopulationValues, type Subject } from './population.ts';
import * as saem from './saem.ts';
import { drifts } from './saem-drift.ts';
import { collapsedEffects } from './shrinkage.ts';
import * as standardErrors from './standard-errors.ts';

const TIMES = Float64Array.of(0, 1, 2, 4);

/** y = (a + η₁) + (b + η₂) t + ε. */
function lines(count: number, design = Float64Array.of(1, 0, 0, 1)): readonly Subject[] {
  const random = randomStream(3, 'lines');
  return Array.from({ length: count }, (_, i) => {
    const [u, v] = [0.7 * random.normal(), 0.3 * random.normal()];
    return {
      id: String(i),
      observed: TIMES.map((t) => 5 + u + (1 + v) * t + 0.4 * random.normal()),
      design,
      predict: (theta, eta, out) => {
        for (let k = 0; k < 4; k++) out[k] = theta[0] + eta[0] + (theta[1] + (eta[1] ?? 0)) * TIMES[k];
        return true;
      },
    };
  });
}

const start: PopulationValues = {
  theta: Float64Array.of(4, 2),
  omega: Float64Array.of(1, 0, 0, 1),
  sigma: { proportional: 0, additive: 1 },
};

function run(problem: saem.SaemProblem, values: PopulationValues, seed = 1) {
  let state = saem.init(problem, values);
  const trails: Float64Array[] = [];
  for (;;) {
    const next = saem.step(problem, state, randomStream(seed));
    if (next.info.phase === 'done') return { ...state, trails };
    state = next.state;
    if (next.info.phase === 'exploration') trails.push(next.info.trail);
  }
}

function maximum(problem: maximumLikelihood.PopulationProblem, values: PopulationValues): PopulationValues {
  let state = maximumLikelihood.init(problem, values);
  for (let k = 0; k < 100; k++) {
    const next = maximumLikelihood.step(problem, state);
    state = next.state;
    if (!next.info.accepted || next.info.gradient < 1e-5) break;
  }
  return state.values;
}

/** Estimates beside those of another fit, in standard errors of the latter. */
function distances(
  found: PopulationValues,
  exact: PopulationValues,
  domains: readonly maximumLikelihood.ThetaDomain[],
  likelihood: standardErrors.StandardErrorProblem['likelihood'],
): readonly number[] {
  const problem = {
    parameters: populationParameters(exact, { domains }),
    domains,
    values: exact,
    atMaximum: true,
    likelihood,
  };
  let state = standardErrors.init(problem);
  while (state.done < (problem.parameters.length * (problem.parameters.length + 1)) / 2) {
    state = standardErrors.step(problem, state).state;
  }
  const { rows } = standardErrors.result(problem, state);
  const own = populationParameters(found, { domains });
  return rows.map(({ estimate, error }, i) => Math.abs(own[i].value - estimate) / (error ?? Number.NaN));
}

const parts = (approximation: 'fo' | 'focei', subjects: readonly Subject[]) => (values: PopulationValues) =>
  Float64Array.from(populationObjective(approximation, subjects, values).individuals, ({ value }) => value);

describe('SAEM of linear models ends where maximum likelihood does, to a quarter of a standard error', () => {
  const domains = ['real', 'real'] as const;
  const schedule = { exploration: 150, smoothing: 250 };

  test('full covariance', () => {
    const subjects = lines(40);
    const { values } = run({ subjects, domains, covariances: true, ...schedule }, start);
    const exact = maximum({ subjects, domains, covariances: true, approximation: 'fo' }, start);
    for (const each of distances(values, exact, domains, parts('fo', subjects))) expect(each).toBeLessThan(0.25);
  });

  test('a diagonal covariance stays diagonal', () => {
    const subjects = lines(40);
    const { values } = run({ subjects, domains, ...schedule }, start);
    expect([values.omega[1], values.omega[2]]).toEqual([0, 0]);
    const exact = maximum({ subjects, domains, approximation: 'fo' }, start);
    for (const each of distances(values, exact, domains, parts('fo', subjects))) expect(each).toBeLessThan(0.25);
  });

  test('a fixed effect without random effect, and one held fixed', () => {
    const subjects = lines(40, Float64Array.of(1, Number.NaN));
    const from = { ...start, omega: Float64Array.of(1) };
    const { values } = run({ subjects, domains, ...schedule }, from);
    const exact = maximum({ subjects, domains, approximation: 'fo' }, from);
    for (const each of distances(values, exact, domains, parts('fo', subjects))) expect(each).toBeLessThan(0.25);
    const held = run({ subjects, domains: ['real', 'fixed'], exploration: 20, smoothing: 10 }, from);
    expect(held.values.theta[1]).toBe(2);
  });

  test('a poor start with small variances is left in tens of iterations', () => {
    const subjects = lines(40);
    const poor: PopulationValues = {
      theta: Float64Array.of(40, -20),
      omega: Float64Array.of(0.01, 0, 0, 0.01),
      sigma: { proportional: 0, additive: 0.01 },
    };
    const { values } = run({ subjects, domains, exploration: 40, smoothing: 20 }, poor);
    const exact = maximum({ subjects, domains, approximation: 'fo' }, start);
    for (const each of distances(values, exact, domains, parts('fo', subjects))) expect(each).toBeLessThan(1);
  });

  test('a covariate, and random effects of occasions', () => {
    const random = randomStream(8, 'nested');
    const subjects = Array.from({ length: 40 }, (_, i): Subject => {
      const x = random.normal();
      const own = 3 + 0.5 * x + 0.6 * random.normal();
      const occasions = [0, 1, 2].map(() => own + 0.5 * random.normal());
      return {
        id: String(i),
        observed: Float64Array.from({ length: 9 }, (_, k) => occasions[Math.floor(k / 3)] + 0.4 * random.normal()),
        occasions: 3,
        design: Float64Array.of(1, x, 0, 0, 0, 0, 0, 0),
        predict: (theta, eta, out) => {
          for (let k = 0; k < 9; k++) out[k] = theta[0] + theta[1] * x + eta[0] + eta[1 + Math.floor(k / 3)];
          return true;
        },
      };
    });
    const from: PopulationValues = {
      theta: Float64Array.of(2, 0),
      omega: Float64Array.of(1),
      occasionOmega: Float64Array.of(1),
      sigma: { proportional: 0, additive: 1 },
    };
    const { values, trails } = run({ subjects, domains, chains: 1, ...schedule }, from);
    const exact = maximum({ subjects, domains, approximation: 'fo' }, from);
    for (const each of distances(values, exact, domains, parts('fo', subjects))) expect(each).toBeLessThan(0.25);
    expect(drifts(trails, ['a', 'b', 'ω', 'κ', 'σ'])).toEqual([]);
  });
});

/** y = 10 e^{−Kt}(1 + ε₁) + ε₂, K = θ e^η; what lies below 1 is censored. */
function decays(count: number, limit: number): readonly Subject[] {
  const random = randomStream(5, 'decays');
  return Array.from({ length: count }, (_, i) => {
    const rate = 0.5 * Math.exp(0.4 * random.normal());
    const times = [0.2, 0.5, 1, 2, 3, 5];
    const y = times.map((t) => 10 * Math.exp(-rate * t) * (1 + 0.15 * random.normal()) + 0.3 * random.normal());
    return {
      id: `d${i}`,
      observed: Float64Array.from(y, (each) => Math.max(each, limit)),
      censored: Uint8Array.from(y, (each) => (each < limit ? 1 : 0)),
      design: Float64Array.of(1),
      predict: (theta, eta, out) => {
        times.forEach((t, k) => {
          out[k] = 10 * Math.exp(-theta[0] * Math.exp(eta[0]) * t);
        });
        return true;
      },
    };
  });
}

describe('SAEM of nonlinear models', () => {
  test('combined error and observations below a limit: it ends at the maximum of the integrated likelihood', () => {
    const subjects = decays(40, 1);
    expect(subjects.reduce((sum, { censored }) => sum + censored!.reduce((a, b) => a + b, 0), 0)).toBeGreaterThan(30);
    const from: PopulationValues = {
      theta: Float64Array.of(1),
      omega: Float64Array.of(0.5),
      sigma: { proportional: 0.2, additive: 0.5 },
    };
    const { values } = run({ subjects, domains: ['positive'] }, from);
    const problem: standardErrors.StandardErrorProblem = {
      parameters: populationParameters(values, { domains: ['positive'] }),
      domains: ['positive'],
      values,
      atMaximum: false,
      likelihood: (at) => importanceLikelihood(subjects, at, randomStream(2), { draws: 300 }).individuals,
    };
    let state = standardErrors.init(problem);
    for (let k = 0; k < 10; k++) state = standardErrors.step(problem, state).state;
    const { status, promise } = standardErrors.result(problem, state);
    expect(status).toBe('ok');
    // Four parameters a quarter of a standard error away would promise 4/16.
    expect(promise).toBeLessThan(0.25);
  });

  test('the same seed gives the same numbers in whatever order the subjects stand; another seed gives others', () => {
    const subjects = decays(12, 0);
    const from: PopulationValues = {
      theta: Float64Array.of(0.4),
      omega: Float64Array.of(0.3),
      sigma: { proportional: 0.05, additive: 0.1 },
    };
    const problem = { subjects, domains: ['positive'] as const, exploration: 20, smoothing: 10 };
    const once = run(problem, from).values;
    expect(run({ ...problem, subjects: subjects.toReversed() }, from).values).toEqual(once);
    expect(run(problem, from, 2).values.theta[0]).not.toBe(once.theta[0]);
  });
});

describe('the importance-sampled likelihood', () => {
  test('is that of a linear model, within its error', () => {
    const subjects = lines(30);
    const values = { ...start, theta: Float64Array.of(5, 1), sigma: { proportional: 0, additive: 0.2 } };
    const exact = populationObjective('fo', subjects, values).value;
    const found = importanceLikelihood(subjects, values, randomStream(4));
    expect(found.problems).toEqual([]);
    expect(Math.abs(found.value - exact)).toBeLessThan(4 * found.error);
    expect(found.error).toBeLessThan(0.2);
  });

  test('is the integral of a nonlinear one, censored observations and all', () => {
    const subject = decays(8, 2).find(({ censored }) => censored!.includes(1))!;
    const values: PopulationValues = {
      theta: Float64Array.of(0.5),
      omega: Float64Array.of(0.3),
      sigma: { proportional: 0.05, additive: 0.1 },
    };
    const prior = etaPrior(values)!;
    const f = new Float64Array(6);
    let sum = 0;
    for (let eta = -5; eta < 5; eta += 1e-3) {
      subject.predict(values.theta, Float64Array.of(eta), f);
      sum += 1e-3 * Math.exp(-0.5 * jointObjective(subject, values, prior, Float64Array.of(eta), f, null));
    }
    const exact = -2 * Math.log(sum) + prior.logDeterminant + Math.log(2 * Math.PI);
    const found = importanceLikelihood([subject], values, randomStream(4), { draws: 20000 });
    expect(found.error).toBeLessThan(0.01);
    expect(Math.abs(found.value - exact)).toBeLessThan(4 * found.error);
  });

  test('a subject whose likelihood rests on few draws is named', () => {
    const found = importanceLikelihood(lines(2), start, randomStream(1), { draws: 20 });
    expect(found.problems.map(({ code, where }) => [code, where.element])).toEqual([
      ['population-importance-weights', '0'],
      ['population-importance-weights', '1'],
    ]);
  });

  test('a subject without a likelihood is named', () => {
    const found = importanceLikelihood([{ ...lines(1)[0], id: 'seven', predict: () => false }], start, randomStream(1));
    expect(found.value).toBe(Infinity);
    expect(found.problems[0]).toMatchObject({ code: 'population-no-value', where: { element: 'seven' } });
  });
});

describe('bad input', () => {
  const domains = ['real', 'real'] as const;
  const subjects = lines(6);

  test.each([
    [
      'no observations',
      { subjects: subjects.map((each) => ({ ...each, observed: new Float64Array(0) })), domains },
      start,
      'population-no-observations',
    ],
    [
      'a variance of zero',
      { subjects, domains },
      { ...start, omega: Float64Array.of(1, 0, 0, 0) },
      'population-covariance',
    ],
    [
      'covariances that leave no whole blocks',
      { subjects, domains },
      { ...start, omega: Float64Array.of(1, 0.1, 0, 0.1, 1, 0.1, 0, 0.1, 1) },
      'population-covariance',
    ],
    [
      'no prediction at the start',
      { subjects: subjects.map((each) => ({ ...each, predict: () => false })), domains },
      start,
      'population-no-value',
    ],
    [
      'a covariate that is the same for all',
      { subjects: lines(6, Float64Array.of(1, 70, 0, 0)), domains },
      start,
      'population-not-identifiable',
    ],
  ] as const)('%s is refused by name', (_, problem, values, code) => {
    expect(() => saem.init(problem, values)).toThrow(expect.objectContaining({ code }));
  });

  test('a variance that the data do not bear out collapses, and is found so', () => {
    const random = randomStream(9, 'alike');
    const alike = lines(30).map((subject) => {
      const noise = TIMES.map(() => random.normal());
      const mean = noise.reduce((sum, each) => sum + each, 0) / 4;
      const level = noise.map((each) => each - mean);
      return { ...subject, observed: TIMES.map((t, k) => 5 + (1 + (Number(subject.id) - 15) / 30) * t + level[k]) };
    });
    const { values } = run({ subjects: alike, domains }, start);
    expect(collapsedEffects(alike, values).etas).toEqual([0]);
  });

  test('a parameter that still moves is named', () => {
    const random = randomStream(1);
    const trails = Array.from({ length: 100 }, (_, t) => Float64Array.of(random.normal(), 0.1 * t + random.normal()));
    expect(drifts(trails, ['still', 'moving']).map(({ code, where }) => [code, where.element])).toEqual([
      ['population-drift', 'moving'],
    ]);
  });
});
