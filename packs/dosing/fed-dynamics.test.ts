import { HOUR, instant } from '@gemel/core';
import { randomStream } from '@gemel/numerics';
import { expect, it } from 'vitest';
import { fedDynamics } from './fed-dynamics.ts';
import { after } from './fixtures/patient.ts';
import { Feed } from './inflow.ts';
import { compartments } from './structures/compartments.ts';

it('foretells a member that stands twice in a row once, and as often as it stands', () => {
  const structure = compartments(0, false);
  const starts: number[] = [];
  const dynamics = fedDynamics({
    signals: { concentration: { unit: 'mg/L' } },
    rest: () => new Float64Array(2),
    start({ values }, [clearance]) {
      starts.push(clearance);
      return structure.run({ CL: clearance, VC: 10 }, values);
    },
    feeder: () => () => new Feed([]),
    reading: () => 'concentration',
  });
  const member = (clearance: number) => {
    return { parameters: Float64Array.of(clearance), state: { at: after(0), values: Float64Array.of(50, 50) } };
  };
  const [slow, fast] = [member(1), member(4)];
  const times = [1, 2, 3].map((hour) => instant(after(0) + hour * HOUR));
  const request = { controls: [], times, signals: ['concentration'], random: randomStream(1) };
  const { values, ends } = dynamics.trajectories!({ ...request, members: [slow, slow, fast, slow] });
  expect(starts).toEqual([1, 4, 1]);
  const rows = [0, 1, 2, 3].map((m) => [...values.concentration.subarray(3 * m, 3 * m + 3)]);
  rows.forEach((row, m) => {
    const rate = m === 2 ? 0.4 : 0.1;
    for (let hour = 1; hour <= 3; hour++) expect(row[hour - 1]).toBeCloseTo(5 * Math.exp(-rate * hour), 12);
  });
  expect(ends.map((end) => end.values[0])).toEqual([ends[0], ends[0], ends[2], ends[0]].map((end) => end.values[0]));
});
