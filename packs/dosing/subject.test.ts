import { jointObjective } from '@gemel/inference/population/conditional-mode';
import { etaPrior } from '@gemel/inference/population/population';
import { randomStream } from '@gemel/numerics';
import { normalCdf } from '@gemel/numerics/special/normal';
import { describe, expect, it } from 'vitest';
import type { DrugCourse, Level } from './course.ts';
import type { DrugModel } from './drug.ts';
import { goti2018 } from './drugs/vancomycin/goti2018.ts';
import { effectMode, effectPosterior } from './posterior.ts';
import { compartments } from './structures/compartments.ts';
import { modelSubject } from './subject.ts';

const model: DrugModel = {
  ...{ id: 'one', title: 'One', citation: '', population: '', subjects: 1, ranges: [], exclusions: [], needs: [] },
  structure: compartments(0, true),
  theta: [
    { name: 'CL', value: 5, unit: 'L/h', meaning: '', source: '' },
    { name: 'VC', value: 50, unit: 'L', meaning: '', source: '' },
    { name: 'KA', value: 1.2, unit: '/h', meaning: '', source: '' },
    { name: 'ALAG', value: 0.5, unit: 'h', meaning: '', source: '' },
  ],
  omega: { CL: 0.09 },
  sigma: { proportional: 0.04, additive: 0.25 },
  typical: (t, { weight = 70 }) => ({
    ...{ CL: t.CL * (weight / 70), VC: t.VC, KA: t.KA, ALAG: t.ALAG, F: 1, D: 0 },
  }),
};
const covariates: DrugCourse['covariates'] = [{ time: Number.NEGATIVE_INFINITY, values: {} }];
const none = new Float64Array(0);
const predicted = (given: DrugModel, course: DrugCourse, eta = [0]) => {
  const out = new Float64Array(course.levels.length);
  modelSubject(given, course).subject.predict(none, Float64Array.from(eta), out);
  return [...out];
};
const at = (...times: readonly number[]): Level[] => times.map((time) => ({ time, value: 1 }));

describe('a subject', () => {
  it('absorbs after a lag, which may vary: the closed form of Bateman', () => {
    const varied = { ...model, omega: { ALAG: 0.04 } };
    const eta = 0.3;
    const lag = 0.5 * Math.exp(eta);
    const bateman = (t: number) =>
      t <= lag ? 0 : ((100 * 1.2) / (50 * (1.2 - 0.1))) * (Math.exp(-0.1 * (t - lag)) - Math.exp(-1.2 * (t - lag)));
    const times = [0.4, 0.65, 0.7, 1, 3, 10];
    const doses = [{ time: 0, amount: 100, hours: 0, route: 'oral' as const }];
    const found = predicted(varied, { doses, levels: at(...times), covariates }, [eta]);
    times.forEach((time, i) => {
      expect(found[i]).toBeCloseTo(bateman(time), 12);
    });
  });

  it('follows covariates as they change: by pieces of the closed form', () => {
    const doses = [{ time: 0, amount: 100, hours: 0, route: 'intravenous' as const }];
    const changing: DrugCourse['covariates'] = [
      { time: Number.NEGATIVE_INFINITY, values: { weight: 70 } },
      { time: 4, values: { weight: 140 } },
      { time: 10, values: { weight: 35 } },
    ];
    const found = predicted(model, { doses, levels: at(4, 10, 20), covariates: changing });
    for (const [i, passed] of [4 * 0.1, 4 * 0.1 + 6 * 0.2, 4 * 0.1 + 6 * 0.2 + 10 * 0.05].entries())
      expect(found[i] / (2 * Math.exp(-passed))).toBeCloseTo(1, 12);
  });

  const doses = [{ time: 0, amount: 100, hours: 0, route: 'intravenous' as const }];
  const values = { theta: none, omega: Float64Array.of(0.09), sigma: { proportional: 0.04, additive: 0.25 } };

  it('errs by both parts of the error together', () => {
    const { subject } = modelSubject(model, { doses, levels: [{ time: 5, value: 1.5 }], covariates });
    const f = Float64Array.of(1.2);
    const found = jointObjective(subject, values, etaPrior(values)!, Float64Array.of(0), f, null);
    const r = 0.25 + 0.04 * 1.2 ** 2;
    expect(found).toBeCloseTo(Math.log(r) + 0.3 ** 2 / r, 12);
  });

  it('counts a level below quantification by the chance that it lies there: as by quadrature', () => {
    const levels = [
      { time: 6, value: 0.9 },
      { time: 20, value: 0.5, below: true },
    ];
    const course = { doses, levels, covariates };
    // Posterior mean of η by Simpson’s rule.
    const density = (eta: number) => {
      const [first, second] = predicted(model, course, [eta]);
      const sd = (f: number) => Math.sqrt(0.25 + 0.04 * f * f);
      const likely = Math.exp(-0.5 * ((0.9 - first) / sd(first)) ** 2) / sd(first);
      return Math.exp((-0.5 * eta * eta) / 0.09) * likely * normalCdf((0.5 - second) / sd(second));
    };
    let [mass, mean] = [0, 0];
    for (let k = 0; k <= 400; k++) {
      const eta = -2 + k * 0.01;
      const weight = (k === 0 || k === 400 ? 1 : k % 2 === 1 ? 4 : 2) * density(eta);
      mass += weight;
      mean += weight * eta;
    }
    const { draws, weights } = effectPosterior(modelSubject(model, course), 20_000, randomStream(1))!;
    const found = draws.reduce((sum, eta, i) => sum + eta * weights[i], 0);
    expect(Math.abs(found - mean / mass)).toBeLessThan(0.006);
  });

  it('has its mode found where full steps of scoring overshoot to and fro', () => {
    const doses = [0, 12, 24, 36, 48].map((time) => ({ time, amount: 1000, hours: 1, route: 'intravenous' as const }));
    const levels = [
      { time: 35.5, value: 29.765397012236402 },
      { time: 50, value: 34.56586539891841 },
    ];
    const values = { clcr: 66.46240115062507, weight: 80.34750928712404 };
    const { found } = effectMode(modelSubject(goti2018, { doses, levels, covariates: [{ ...covariates[0], values }] }));
    expect(found.status).toBe('converged');
    expect(found.steps).toBeLessThan(50);
  });
});
