import { randomStream } from '@gemel/numerics';
import { describe, expect, test } from 'vitest';
import { conditionalMode, jointObjective } from './conditional-mode.ts';
import type { Kink } from './kinks.ts';
import { etaPrior, type PopulationValues, type Subject } from './population.ts';

const values: PopulationValues = {
  theta: Float64Array.of(4, 70, 4),
  omega: Float64Array.of(0.2, 0, 0, 0, 0.2, 0, 0, 0, 0.2),
  sigma: { proportional: 0.05, additive: 0 },
};
const prior = etaPrior(values)!;

/** An infusion of 10,000 whose duration has a random effect, as have clearance and volume. */
function infused(times: readonly number[], observed: ArrayLike<number>, kinks?: readonly Kink[]): Subject {
  return {
    id: 'infused',
    observed: Float64Array.from(observed),
    kinks,
    predict: (theta, eta, out) => {
      const [cl, v, duration] = theta.map((typical, i) => typical * Math.exp(eta[i]));
      const k = cl / v;
      times.forEach((t, i) => {
        const end = Math.min(t, duration);
        out[i] = (10_000 / duration / cl) * (Math.exp(-k * (t - end)) - Math.exp(-k * t));
      });
      return true;
    },
  };
}

const durationAmong = (times: readonly number[]): Kink => {
  return { at: Float64Array.from(times), delay: (theta, eta) => theta[2] * Math.exp(eta[2]) };
};

function objectiveAt(subject: Subject, eta: Float64Array): number {
  const f = new Float64Array(subject.observed.length);
  subject.predict(values.theta, eta, f);
  return jointObjective(subject, values, prior, eta, f, null);
}

describe('modes among kinks', () => {
  const times = [1.2, 3.5, 4.4, 7.1];
  const random = randomStream(5, 'infused');
  const subjects = Array.from({ length: 50 }, () => {
    const truth = Float64Array.from({ length: 3 }, () => Math.sqrt(0.2) * random.normal());
    const out = new Float64Array(times.length);
    infused(times, times).predict(values.theta, truth, out);
    const observed = out.map((f) => f * Math.exp(0.22 * random.normal()));
    return infused(times, observed, [durationAmong(times)]);
  });
  const modes = subjects.map((subject) => conditionalMode(subject, values, prior));

  test('no point of a fine grid is lower, and every kind of mode occurs', () => {
    subjects.forEach((subject, i) => {
      const { eta, objective, status } = modes[i];
      expect(['converged', 'kink']).toContain(status);
      expect(objectiveAt(subject, eta)).toBeCloseTo(objective, 9);
      for (let a = -1.6; a <= 1.6; a += 0.16)
        for (let b = -1.6; b <= 1.6; b += 0.16)
          for (let c = -1.6; c <= 1.6; c += 0.05) {
            const value = objectiveAt(subject, Float64Array.of(a, b, c));
            if (value < objective) throw new Error(`subject ${i}: ${value} at ${[a, b, c]}, ${objective} at ${eta}`);
          }
    });
    expect(modes.some(({ status }) => status === 'kink')).toBe(true);
    expect(modes.some(({ nearest }) => nearest !== null)).toBe(true);
  });

  test('a mode on a kink lies on it exactly, and along it no step descends', () => {
    modes.forEach(({ eta, objective, status }, i) => {
      if (status !== 'kink') return;
      const gap = Math.min(...times.map((time) => Math.abs(4 * Math.exp(eta[2]) - time)));
      expect(gap).toBeLessThan(1e-12);
      for (let k = 0; k < 3; k++)
        for (const step of [-1e-4, 1e-4]) {
          const beside = Float64Array.from(eta);
          beside[k] += step;
          expect(objectiveAt(subjects[i], beside)).toBeGreaterThan(objective);
        }
    });
  });

  test('the nearest mode is told where a lower one counts, and can be asked for', () => {
    modes.forEach(({ nearest, objective }, i) => {
      const asked = conditionalMode(subjects[i], values, prior, { modes: 'nearest' });
      expect(asked.nearest).toBeNull();
      expect(asked.objective).toBe(nearest?.objective ?? objective);
      if (nearest) expect(nearest.objective).toBeGreaterThan(objective);
    });
  });
});

test('from a start on a kink the search follows the order of events there: the dose ends before the observation', () => {
  const flat: PopulationValues = { ...values, theta: Float64Array.of(1), omega: Float64Array.of(1) };
  // Two equal valleys at η = ±1; the observation is met at η = 0.
  const subject: Subject = {
    id: 'between valleys',
    observed: Float64Array.of(1),
    kinks: [{ at: Float64Array.of(1), delay: (theta, eta) => theta[0] * Math.exp(eta[0]) }],
    predict: (_, eta, out) => {
      out[0] = Math.abs(eta[0]) + 0.1;
      return true;
    },
  };
  const additive = { ...flat, sigma: { proportional: 0, additive: 1e-3 } };
  const mode = conditionalMode(subject, additive, etaPrior(flat)!, { modes: 'nearest' });
  expect(mode.status).toBe('converged');
  expect(mode.eta[0]).toBeCloseTo(-0.9 / 1.001, 6);
});

test('where two correlated effects move a delay, the mode lies on its kink and is lowest along it', () => {
  const two: PopulationValues = {
    theta: Float64Array.of(1, 1),
    omega: Float64Array.of(1, 0.5, 0.5, 1),
    sigma: { proportional: 0, additive: 0.01 },
  };
  // The prediction peaks where the sum of both effects is 0.25, below what was observed.
  const subject: Subject = {
    id: 'ridge',
    observed: Float64Array.of(3),
    kinks: [{ at: Float64Array.of(1.25), delay: (_, eta) => 1 + eta[0] + eta[1] }],
    predict: (_, eta, out) => {
      const beyond = eta[0] + eta[1] - 0.25;
      out[0] = 2 - (beyond > 0 ? 4 : 2) * Math.abs(beyond) + 0.001 * eta[0];
      return true;
    },
  };
  const mode = conditionalMode(subject, two, etaPrior(two)!);
  expect(mode.status).toBe('kink');
  expect(mode.eta[0] + mode.eta[1]).toBeCloseTo(0.25, 10);
  // Along the ridge the prior is (η₁ − η₂)² and a constant, and the prediction rises by 0.0005 (η₁ − η₂).
  const difference = (0.1 * (3 - 2 - 0.001 * mode.eta[0])) / 2;
  expect(mode.eta[0] - mode.eta[1]).toBeCloseTo(difference, 6);
});
