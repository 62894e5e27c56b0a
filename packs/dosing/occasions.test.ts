import { conditionalMode } from '@gemel/inference/population/conditional-mode';
import { etaPrior } from '@gemel/inference/population/population';
import { randomStream } from '@gemel/numerics';
import { describe, expect, it } from 'vitest';
import type { DoseGiven, DrugCourse } from './course.ts';
import type { DrugModel } from './drug.ts';
import { effectsOf } from './effects.ts';
import { type OccasionRule, occasionStarts } from './occasions.ts';
import { effectPosterior } from './posterior.ts';
import { compartments } from './structures/compartments.ts';
import { modelSubject } from './subject.ts';

const dose = (time: number): DoseGiven => ({ time, amount: 100, hours: 0, route: 'intravenous' });
const course = (doses: readonly number[], levels: readonly (readonly [number, number])[]): DrugCourse => ({
  doses: doses.map(dose),
  levels: levels.map(([time, value]) => ({ time, value })),
  covariates: [{ time: Number.NEGATIVE_INFINITY, values: {} }],
});

describe('occasions', () => {
  const starts = (rule: OccasionRule, doses: readonly number[], levels: readonly number[]) =>
    occasionStarts(
      rule,
      course(
        doses,
        levels.map((time) => [time, 1]),
      ),
    );

  it('of doses: a level at the time of a dose belongs to the one before', () => {
    expect(starts('dose', [0, 12, 24], [12, 20, 30])).toEqual([12, 24]);
  });
  it('without a level are one with the next that has any; the last may have none', () => {
    expect(starts('dose', [0, 12, 24, 36, 48], [30, 40])).toEqual([36, 48]);
    expect(starts('dose', [0, 12, 24], [])).toEqual([]);
  });
  it('of cycles: doses within hours of the first', () => {
    expect(starts({ hours: 72 }, [0, 24, 336, 360, 700], [20, 350, 710])).toEqual([336, 700]);
  });
  it('of levels: what leads up to each', () => {
    expect(starts('level', [0, 12, 24], [11, 23])).toEqual([11, 23]);
  });
});

const model: DrugModel = {
  id: 'varying',
  title: 'Varying',
  citation: '',
  population: '',
  subjects: 1,
  ranges: [],
  exclusions: [],
  structure: compartments(0, false),
  theta: [
    { name: 'CL', value: 5, unit: 'L/h', meaning: '', source: '' },
    { name: 'VC', value: 50, unit: 'L', meaning: '', source: '' },
  ],
  omega: { CL: 0.09, VC: 0.04 },
  occasionOmega: { CL: 0.05 },
  occasion: 'dose',
  sigma: { proportional: 0.01 },
  needs: [],
  typical: ({ CL, VC }) => ({ CL, VC }),
};

describe('a parameter that varies from occasion to occasion', () => {
  it('has effects of its own for each, beside that of the patient', () => {
    const { names, occasions, covariance } = effectsOf(model, 2);
    expect(names).toEqual(['CL', 'VC', 'CL', 'CL']);
    expect(occasions).toEqual([-1, -1, 0, 1]);
    const diagonal = [0.09, 0.04, 0.05, 0.05];
    expect([...covariance]).toEqual(diagonal.flatMap((value, i) => diagonal.map((_, j) => (i === j ? value : 0))));
  });

  it('clears each occasion at its own rate: the closed form', () => {
    const { subject, individual } = modelSubject(
      model,
      course(
        [0, 12],
        [
          [12, 1],
          [20, 1],
        ],
      ),
    );
    const eta = Float64Array.of(0.1, -0.2, 0.3, -0.4);
    const out = new Float64Array(2);
    subject.predict(new Float64Array(0), eta, out);
    const V = 50 * Math.exp(-0.2);
    const [first, second] = [0.4, -0.3].map((effect) => (5 * Math.exp(effect)) / V);
    const trough = (100 / V) * Math.exp(-12 * first);
    expect(out[0] / trough).toBeCloseTo(1, 12);
    expect(out[1] / ((trough + 100 / V) * Math.exp(-8 * second))).toBeCloseTo(1, 12);
    expect(individual(eta, 11).CL).toBeCloseTo(5 * Math.exp(0.4), 12);
    expect(individual(eta, 12).CL).toBeCloseTo(5 * Math.exp(-0.3), 12);
  });

  it('is inferred as inference has it: the same mode as with occasions of its own', () => {
    const given = course(
      [0, 12, 24],
      [
        [11, 0.9],
        [23, 1.6],
        [35, 0.8],
      ],
    );
    const made = modelSubject(model, given);
    const values = {
      theta: new Float64Array(0),
      omega: Float64Array.of(0.09, 0, 0, 0.04),
      occasionOmega: Float64Array.of(0.05),
      sigma: { proportional: 0.01, additive: 0 },
    };
    const occasions = 3;
    const mode = conditionalMode({ ...made.subject, occasions }, values, etaPrior(values, occasions)!).eta;
    const posterior = effectPosterior(made, 200, randomStream(1))!;
    mode.forEach((each, i) => {
      expect(posterior.mode[i]).toBeCloseTo(each, 6);
    });
    // The second level is high and the third low: so are the clearances around them.
    expect(mode[3]).toBeLessThan(mode[4]);
  });

  it('is as wide as the population in an occasion that has no level', () => {
    const made = modelSubject(model, course([0, 12], [[11, 0.9]]));
    const { draws, weights, count } = effectPosterior(made, 4000, randomStream(2))!;
    let sum = 0;
    for (let i = 0; i < count; i++) sum += weights[i] * draws[4 * i + 3] ** 2;
    expect(sum).toBeGreaterThan(0.045);
    expect(sum).toBeLessThan(0.055);
  });
});
