import { describe, expect, test } from 'vitest';
import { readDataset } from '../dataset/read-dataset.ts';
import { compartmentSubjects } from './compartment-subjects.ts';
import { definePopulation } from './population-model.ts';

const theta = { CL: 3, VC: 20, KA: 0.9, ALAG1: 1, F2: 0.8 };
const structure = { depots: [1], central: 2, peripherals: [] };
const subjectOf = (random: readonly string[], dose: string) => {
  const text = [
    'ID,TIME,AMT,CMT,RATE,II,ADDL,SS,DV',
    dose,
    '1,1.5,.,2,.,.,.,.,1',
    '1,5,.,2,.,.,.,.,1',
    '1,13,.,2,.,.,.,.,1',
  ];
  const omega = Object.fromEntries(random.map((name) => [name, 0.2]));
  const own: Readonly<Record<string, number>> = dose.includes(',-1,') ? { R2: 25 } : { D2: 4 };
  const model = definePopulation({ id: 'm', title: 'm', theta: { ...theta, ...own }, omega, sigma: { additive: 1 } });
  return { subject: compartmentSubjects(model, structure, readDataset(text.join('\n'), { file: 'x' }), 'x')[0], model };
};

describe('kinks of predictions', () => {
  test.each([
    ['a lag', ['CL', 'ALAG1'], '1,0,100,1,0,8,1,0,.', [[1.5, 5, 13]]],
    ['a duration', ['D2'], '1,0,100,2,-2,0,0,0,.', [[1.5, 5, 13]]],
    ['a rate', ['R2'], '1,1,100,2,-1,0,0,0,.', [[0.5, 4, 12]]],
    ['a share of a given rate', ['F2'], '1,0,100,2,20,0,0,0,.', [[1.5, 5, 13]]],
    ['a share of a bolus', ['F2'], '1,0,100,2,0,0,0,0,.', []],
    ['no random effect on a delay', ['CL'], '1,0,100,1,0,0,0,0,.', []],
    ['an infusion into the depot', ['ALAG1'], '1,0,100,1,20,0,0,0,.', []],
  ])('lie at the times of observations: %s', (_, random, dose, expected) => {
    const { subject } = subjectOf(random, dose);
    const found = subject.kinks.map(({ at }) => [...at]);
    // The repeated dose at 8 h meets the last observation after 5 h, which the first dose meets too.
    expect(found).toEqual(expected);
  });

  test.each([
    ['a lag', ['ALAG1'], '1,0,100,1,0,0,0,0,.'],
    ['a duration', ['D2'], '1,0,100,2,-2,8,1,0,.'],
    ['a rate', ['R2'], '1,0,100,2,-1,0,0,0,.'],
    ['a steady state', ['D2'], '1,0,100,2,-2,8,0,1,.'],
  ])('the derivative jumps at each of them and nowhere else: %s', (_, random, dose) => {
    const { subject, model } = subjectOf(random, dose);
    const [{ at, delay }] = subject.kinks;
    const read = (eta: number) => {
      const out = new Float64Array(3);
      subject.predict(model.theta, Float64Array.of(eta), out);
      return out;
    };
    /** The derivative above less the one below. */
    const jump = (eta: number) => {
      const h = 1e-6;
      const [below, here, above] = [eta - h, eta, eta + h].map(read);
      return Math.max(...here.map((each, i) => Math.abs(above[i] - 2 * each + below[i]) / h));
    };
    for (let cell = -150; cell < 150; cell++) {
      let [low, high] = [cell * 0.011, (cell + 1) * 0.011];
      const end = delay(model.theta, Float64Array.of(high));
      const start = delay(model.theta, Float64Array.of(low));
      const time = at.find((each) => each > Math.min(start, end) && each <= Math.max(start, end));
      if (time === undefined) {
        expect(jump((low + high) / 2)).toBeLessThan(1e-3);
        continue;
      }
      for (let turn = 0; turn < 50; turn++) {
        const middle = (low + high) / 2;
        if (delay(model.theta, Float64Array.of(middle)) > time === end > start) high = middle;
        else low = middle;
      }
      expect(jump(low), `${time}`).toBeGreaterThan(0.02);
    }
  });
});
