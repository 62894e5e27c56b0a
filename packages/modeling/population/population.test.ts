import { describe, expect, test } from 'vitest';
import { readDataset } from '../dataset/read-dataset.ts';
import { compiled } from '../simulate/models.fixture.ts';
import { simulate } from '../simulate/simulate.ts';
import type { Dose } from '../simulate/simulation.ts';
import { compartmentSubjects } from './compartment-subjects.ts';
import { definePopulation } from './population-model.ts';

const theta = { CL: 3, VC: 20, Q: 4, VP: 35, Q2: 1.5, VP2: 60, KA: 0.9, ALAG1: 0.7, F1: 0.6, D2: 2.5, R1: 12 };
const times = [0.5, 1, 2, 3.7, 5, 8, 11, 14, 18.5, 23, 30, 47];

/** Three spaces and a depot, written as equations. */
const equations = compiled({
  parameters: theta,
  states: {
    depot: [0, '-KA*depot'],
    central: [0, 'KA*depot - (CL + Q + Q2)/VC*central + Q/VP*near + Q2/VP2*far'],
    near: [0, 'Q/VC*central - Q/VP*near'],
    far: [0, 'Q2/VC*central - Q2/VP2*far'],
  },
});

const CASES: readonly { readonly name: string; readonly row: string; readonly dose: Omit<Dose, 'time'> }[] = [
  {
    name: 'oral doses with lag and bioavailability',
    row: '100,0,1,6,3,0',
    dose: { state: 'depot', amount: 100, lag: 'ALAG1', bioavailability: 'F1', additional: 3, interval: 6 },
  },
  {
    name: 'oral doses at steady state',
    row: '100,0,1,6,3,1',
    dose: {
      state: 'depot',
      amount: 100,
      lag: 'ALAG1',
      bioavailability: 'F1',
      additional: 3,
      interval: 6,
      steadyState: true,
    },
  },
  {
    name: 'zero-order input into the depot at a modelled rate',
    row: '100,-1,1,24,1,0',
    dose: {
      state: 'depot',
      amount: 100,
      duration: { rate: 'R1' },
      lag: 'ALAG1',
      bioavailability: 'F1',
      additional: 1,
      interval: 24,
    },
  },
  {
    name: 'infusions of modelled duration',
    row: '100,-2,2,8,2,0',
    dose: { state: 'central', amount: 100, duration: { duration: 'D2' }, additional: 2, interval: 8 },
  },
  {
    name: 'infusions of given rate, overlapping, at steady state',
    row: '100,10,2,8,2,1',
    dose: { state: 'central', amount: 100, duration: 10, additional: 2, interval: 8, steadyState: true },
  },
];

test.each(CASES)('linear compartments are the integrator to 1e-9: $name', ({ row, dose }) => {
  const lines = times.map((t) => `7,${t},0,.,.,2,.,.,.,1`);
  const data = readDataset(['ID,TIME,EVID,AMT,RATE,CMT,II,ADDL,SS,DV', `7,0,1,${row},.`, ...lines].join('\n'), {
    file: 'x.csv',
  });
  const model = definePopulation({ id: 'm', title: 'm', theta, omega: { CL: 0.1 }, sigma: { additive: 1 } });
  const structure = { depots: [1], central: 2, peripherals: [3, 4] };
  const [subject] = compartmentSubjects(model, structure, data, 'x.csv');
  const found = new Float64Array(times.length);
  expect(subject.predict(model.theta, new Float64Array(1), found)).toBe(true);
  const { status, values } = simulate(equations, {
    times: Float64Array.of(0, ...times),
    doses: [{ time: 0, ...dose }],
    outputs: ['central'],
    method: 'vern7',
    relative: 1e-12,
    absolute: 1e-13,
  });
  expect(status).toBe('complete');
  found.forEach((value, i) => {
    const expected = values[i + 1] / theta.VC;
    expect(Math.abs(value - expected), `${times[i]} h: ${value} beside ${expected}`).toBeLessThan(1e-9);
  });
});

const base = { id: 'm', title: 'm', theta: { CL: 3, VC: 20, slope: 0.75 }, sigma: { proportional: 0.1 } };

describe('laws of parameters', () => {
  const structure = { depots: [], central: 1, peripherals: [] };

  test('a covariate acts on the typical value, an occasion beside the subject', () => {
    const model = definePopulation({
      ...base,
      omega: { CL: 0.1 },
      covariates: { CL: [{ column: 'wt', form: 'power', coefficient: 'slope', reference: 70 }] },
      occasions: { column: 'OCC', omega: { CL: 0.05 } },
    });
    const text = 'id time amt dv wt occ\n1 0 100 . 35 1\n1 2 . 4 35 1\n1 5 . 3 35 2';
    const [subject] = compartmentSubjects(model, structure, readDataset(text, { file: 'x' }), 'x');
    expect(subject.occasions).toBe(2);
    const out = new Float64Array(2);
    subject.predict(model.theta, Float64Array.of(0.1, 0.2, -0.3), out);
    const cl = (eta: number) => 3 * 0.5 ** 0.75 * Math.exp(eta);
    const first = 5 * Math.exp((-cl(0.3) / 20) * 2);
    expect(out[0]).toBeCloseTo(first, 12);
    expect(out[1]).toBeCloseTo(first * Math.exp((-cl(-0.2) / 20) * 3), 12);
  });

  test('a design moves fixed into random effects without a change of the prediction', () => {
    const model = definePopulation({
      ...base,
      theta: { CL: 3, VC: 20, Q: 2, VP: 30, slope: 0.75, rise: 0.01, tilt: 0.2, F1: 0.6 },
      omega: { CL: 0.1, VC: 0.1, F1: 0.2 },
      scales: { F1: 'logit' },
      covariates: {
        CL: [
          { column: 'wt', form: 'power', coefficient: 'slope', reference: 70 },
          { column: 'age', form: 'exponential', coefficient: 'rise', reference: 40 },
        ],
        VC: [{ column: 'age', form: 'linear', coefficient: 'tilt', reference: 40 }],
      },
      occasions: { column: 'OCC', omega: { CL: 0.05, Q: 0.05 } },
    });
    const text = 'id time amt dv wt occ age\n1 0 100 . 35 1 41\n1 2 . 4 35 1 41\n1 5 . 3 35 2 41';
    const data = readDataset(text, { file: 'x' });
    const [subject] = compartmentSubjects(model, { ...structure, peripherals: [2] }, data, 'x');
    const p = model.thetaNames.length;
    const linked = (theta: Float64Array) =>
      theta.map((x, k) => ({ identity: x, log: Math.log(x), logit: Math.log(x / (1 - x)) })[model.links[k]]);
    const eta = Float64Array.of(0.1, -0.2, 0.3, 0.05, 0.1, -0.1, 0.2);
    const [before, after] = [new Float64Array(2), new Float64Array(2)];
    subject.predict(model.theta, eta, before);
    const acts = model.thetaNames.map((_, k) =>
      Array.from({ length: eta.length }, (_, row) => subject.design[row * p + k]).some(Number.isNaN),
    );
    // The tilt is no mean, and the peripheral volume has no random effect.
    expect(model.thetaNames.filter((_, k) => acts[k])).toEqual(['VP', 'tilt']);
    const moved = model.theta.map((x, k) => (acts[k] ? x : x * 1.05));
    const [from, to] = [linked(model.theta), linked(moved)];
    const shifted = eta.map((each, row) => {
      const shift = model.thetaNames.reduce(
        (sum, _, k) => sum + (acts[k] ? 0 : subject.design[row * p + k] * (to[k] - from[k])),
        0,
      );
      return each - shift;
    });
    expect(subject.predict(moved, shifted, after)).toBe(true);
    after.forEach((each, i) => {
      expect(each / before[i]).toBeCloseTo(1, 12);
    });
  });

  test('a covariate that changes is no part of a mean', () => {
    const model = definePopulation({
      ...base,
      omega: { CL: 0.1 },
      covariates: { CL: [{ column: 'WT', form: 'power', coefficient: 'slope', reference: 70 }] },
    });
    const data = readDataset('ID,TIME,AMT,DV,WT\n1,0,100,.,70\n1,2,.,4,72', { file: 'x.csv' });
    const [subject] = compartmentSubjects(model, structure, data, 'x.csv');
    // Nor has the volume a random effect.
    expect([...subject.design]).toEqual([1, Number.NaN, Number.NaN]);
  });

  test('a missing covariate is named with its row', () => {
    const model = definePopulation({
      ...base,
      omega: { CL: 0.1 },
      covariates: { CL: [{ column: 'WT', form: 'power', coefficient: 'slope', reference: 70 }] },
    });
    const data = readDataset('ID,TIME,AMT,DV,WT\n1,0,100,.,70\n1,2,.,4,.', { file: 'x.csv' });
    expect(() => compartmentSubjects(model, structure, data, 'x.csv')).toThrow('x.csv, row 3: subject 1 has no WT');
  });

  test('a dose into a compartment that is not there is refused by its row', () => {
    const model = definePopulation({ ...base, theta: { CL: 3, VC: 20 }, omega: { CL: 0.1 } });
    const data = readDataset('ID,TIME,AMT,CMT,DV\n1,0,100,3,.\n1,2,.,1,4', { file: 'x.csv' });
    expect(() => compartmentSubjects(model, structure, data, 'x.csv')).toThrow('x.csv, row 2, CMT: compartment 3');
  });

  test('a rate and a duration of doses into one compartment are refused', () => {
    const model = definePopulation({ ...base, theta: { CL: 3, VC: 20, R1: 5, D1: 2 }, omega: { CL: 0.1 } });
    const data = readDataset('ID,TIME,AMT,DV\n1,0,100,.\n1,2,.,4', { file: 'x.csv' });
    expect(() => compartmentSubjects(model, structure, data, 'x.csv')).toThrow('R1 and D1 both say');
  });

  test.each([
    ['a variance of nothing', { ...base, omega: { KA: 0.1 } }, 'names KA'],
    ['a variance of zero', { ...base, omega: { CL: 0 } }, 'not positive'],
    ['no residual error', { ...base, omega: { CL: 0.1 }, sigma: {} }, 'sigma is'],
    ['a negative typical value', { ...base, theta: { CL: -3 }, omega: { CL: 0.1 } }, 'its scale is the log'],
  ])('%s is refused', (_, text, message) => {
    expect(() => definePopulation(text)).toThrow(message);
  });
});
