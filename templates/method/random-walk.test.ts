import type { LogDensity } from '@gemel/inference/log-density';
import { randomStream } from '@gemel/numerics';
import { expect, it } from 'vitest';
import { init, type RandomWalkState, step } from './random-walk.ts';

/** Normal with mean (1, −2), variances 1 and 4, correlation 0.6. */
const target: LogDensity = {
  dimension: 2,
  evaluate(points, count) {
    return Float64Array.from({ length: count }, (_, c) => {
      const a = points[2 * c]! - 1;
      const b = (points[2 * c + 1]! + 2) / 2;
      return -(a * a - 1.2 * a * b + b * b) / (2 * 0.64);
    });
  },
};

function walk(seed: number, steps: number) {
  const random = randomStream(seed, 'random walk');
  let state: RandomWalkState = init(target, Float64Array.of(1, -2));
  const sums = { x: 0, y: 0, xx: 0, yy: 0, xy: 0, accepted: 0 };
  for (let n = 0; n < steps; n++) {
    const next = step(target, state, random.fork(n), { scale: Float64Array.of(1.7, 3.4) });
    state = next.state;
    const [x, y] = [state.position[0]! - 1, state.position[1]! + 2];
    sums.x += x / steps;
    sums.y += y / steps;
    sums.xx += (x * x) / steps;
    sums.yy += (y * y) / steps;
    sums.xy += (x * y) / steps;
    sums.accepted += Number(next.info.accepted) / steps;
  }
  return { ...sums, state };
}

it('finds mean, variances and correlation of a normal', () => {
  const { x, y, xx, yy, xy, accepted } = walk(1, 60_000);
  // About one draw in twelve is independent: 5000 draws, four standard errors.
  const error = 4 / Math.sqrt(5000);
  expect(Math.abs(x)).toBeLessThan(error);
  expect(Math.abs(y)).toBeLessThan(2 * error);
  expect(Math.abs(xx - 1)).toBeLessThan(Math.SQRT2 * error);
  expect(Math.abs(yy - 4)).toBeLessThan(4 * Math.SQRT2 * error);
  expect(Math.abs(xy - 1.2)).toBeLessThan(2 * Math.sqrt(1.36) * error);
  expect(accepted).toBeGreaterThan(0.2);
  expect(accepted).toBeLessThan(0.5);
});

it('is a pure function of its stream, and leaves the state it is given untouched', () => {
  const state = init(target, Float64Array.of(0, 0));
  const once = step(target, state, randomStream(2), { scale: 1 });
  expect(step(target, state, randomStream(2), { scale: 1 })).toEqual(once);
  expect([...state.position]).toEqual([0, 0]);
});

it('never leaves the support', () => {
  const half: LogDensity = {
    dimension: 1,
    evaluate: (points) => Float64Array.from(points, (x) => (x > 0 ? -x : Number.NEGATIVE_INFINITY)),
  };
  let state = init(half, Float64Array.of(0.1));
  for (let n = 0; n < 500; n++) {
    state = step(half, state, randomStream(3, n), { scale: 2 }).state;
    expect(state.position[0]).toBeGreaterThan(0);
  }
  expect(() => init(half, Float64Array.of(-1))).toThrow(RangeError);
});
