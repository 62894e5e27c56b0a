import { finish } from '@gemel/core/work';
import { expect, test } from 'vitest';
import { compiled } from './models.fixture.ts';
import { joinSweeps, type SweepRequest, sweep, sweepSize } from './sweep.ts';

const model = compiled({
  parameters: { k: 1, V: 2 },
  states: { A: [0, '-k*A'] },
  definitions: { C: 'A/V' },
});
const request: SweepRequest = {
  base: { times: Float64Array.of(0, 1, 2), outputs: ['C'], relative: 1e-10, absolute: 1e-12 },
  axes: [
    [0.1, 0.2, 0.3].map((k) => ({ parameters: { k } })),
    [1, 4].map((V) => ({ parameters: { V } })),
    [
      { doses: [{ time: 0, state: 'A', amount: 10 }] },
      { doses: [{ time: 0, state: 'A', amount: 4, additional: 1, interval: 1 }], parameters: { k: 0.5 } },
    ],
  ],
};

test('a run for every patient, parameter set and scenario; the later axis counts', () => {
  const { values, status, names } = finish(sweep(model, request));
  expect([sweepSize(request), status.length, [...names]]).toEqual([12, 12, ['C']]);
  for (const [a, k] of [0.1, 0.2, 0.3].entries()) {
    for (const [b, V] of [1, 4].entries()) {
      const begin = ((a * 2 + b) * 2 + 0) * 3;
      for (let t = 0; t < 3; t++) expect(values[begin + t]).toBeCloseTo((10 / V) * Math.exp(-k * t), 8);
      const second = [4, 4 * Math.exp(-0.5) + 4, 4 * Math.exp(-1) + 4 * Math.exp(-0.5)];
      for (let t = 0; t < 3; t++) expect(values[begin + 3 + t]).toBeCloseTo(second[t] / V, 8);
    }
  }
});

test('split anywhere, the numbers are the same to the bit', () => {
  const whole = finish(sweep(model, request));
  const cuts = [0, 1, 5, 5, 12];
  const parts = cuts.slice(1).map((to, i) => finish(sweep(model, request, { from: cuts[i], to })));
  expect(joinSweeps(parts)).toEqual(whole);
  expect(() => joinSweeps([parts[1], parts[0]])).toThrow(expect.objectContaining({ code: 'simulation-sweep-parts' }));
});

test('it tells how far it has come and stops where the driver returns', () => {
  const work = sweep(model, request);
  const first = work.next();
  expect(first.done ? null : first.value.fraction).toBeCloseTo(1 / 12, 12);
  work.return(undefined as never);
  expect(work.next().done).toBe(true);
});

test('a run that cannot go on is told of; the others are whole', () => {
  const growth = compiled({ parameters: { a: 1 }, states: { x: [1, 'a*x*x'] } });
  const axes = [[0.1, 5].map((a) => ({ parameters: { a } }))];
  const { values, status, problems } = finish(sweep(growth, { base: { times: Float64Array.of(0, 1) }, axes }));
  expect(status[0]).toBe('complete');
  expect(status[1]).not.toBe('complete');
  expect(values[1]).toBeCloseTo(1 / 0.9, 5);
  expect([values[2], values[3]]).toEqual([1, Number.NaN]);
  expect(problems.map(({ run, problem }) => [run, problem.where.element])).toEqual([[1, 'x']]);
});
