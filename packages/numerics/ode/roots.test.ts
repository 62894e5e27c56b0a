import { describe, expect, test } from 'vitest';
import { type Root, RootFinder, type Switching } from './roots.ts';
import type { OdeSystem, Solver } from './solver.ts';
import type { AdaptiveSteps } from './step-control.ts';
import { tsit5 } from './tsit5.ts';

const control: AdaptiveSteps = { kind: 'adaptive', relative: 1e-10, absolute: 1e-12 };

/** All roots in [0, end], going on unchanged after each. */
function roots(system: OdeSystem, y: Float64Array, end: number, switching: Switching, solver: Solver = tsit5): Root[] {
  const stepper = solver.start(system, 0, y, control);
  const finder = new RootFinder(switching, system.dimension, end);
  finder.start(0, y);
  const found: Root[] = [];
  while (stepper.t < end) {
    expect(stepper.step(end)).toBe('stepped');
    const root = finder.find(stepper);
    if (root === undefined) continue;
    found.push(root);
    if (finder.chatters) break;
    stepper.restart(root.t, root.y);
    finder.start(root.t, root.y);
  }
  return found;
}

/** y = (sin t, cos t). */
const circle: OdeSystem = {
  dimension: 2,
  rhs(_t, y, dy) {
    dy[0] = y[1];
    dy[1] = -y[0];
  },
};

const switching = (...functions: ((t: number, y: Float64Array) => number)[]): Switching => ({
  count: functions.length,
  values(t, y, out) {
    for (const [i, f] of functions.entries()) out[i] = f(t, y);
  },
});

describe('roots', () => {
  test('finds crossings of the dense output, with direction', () => {
    const found = roots(
      circle,
      Float64Array.of(0, 1),
      10,
      switching((_t, y) => y[0] - 0.5),
    );
    const exact = [Math.PI / 6, (5 * Math.PI) / 6, (13 * Math.PI) / 6, (17 * Math.PI) / 6];
    expect(found.map((root) => root.changed)).toEqual([
      [{ index: 0, from: -1, to: 1 }],
      [{ index: 0, from: 1, to: -1 }],
      [{ index: 0, from: -1, to: 1 }],
      [{ index: 0, from: 1, to: -1 }],
    ]);
    for (const [i, root] of found.entries()) expect(Math.abs(root.t - exact[i])).toBeLessThan(1e-8);
  });

  test('gives the first number at which the new sign holds', () => {
    const [root] = roots(
      circle,
      Float64Array.of(0, 1),
      3,
      switching((t) => t - 1.7),
    );
    expect(root.t).toBeGreaterThanOrEqual(1.7);
    expect(root.t - 1.7).toBeLessThan(1e-15);
  });

  test('finds several functions in one step in their order, and those that change together together', () => {
    const line: OdeSystem = {
      dimension: 1,
      rhs: (_t, _y, dy) => {
        dy[0] = 1;
      },
    };
    const functions = switching(
      (_t, y) => y[0] - 0.7,
      (_t, y) => 0.3 - y[0],
      (_t, y) => y[0] - 0.3,
      (_t, y) => 2 * y[0] - 1.2,
    );
    const found = roots(line, Float64Array.of(0), 1, functions);
    const order = found.map((root) => root.changed.map((change) => change.index));
    // A function that passes exactly zero changes twice; which do depends on rounding.
    expect([...new Set(order.flat())].sort()).toEqual([0, 1, 2, 3]);
    expect(order[0]).toEqual([1, 2]);
    for (const root of found) {
      for (const { index } of root.changed) expect(root.t).toBeCloseTo([0.7, 0.3, 0.3, 0.6][index], 14);
    }
  });

  test('sees a function that changes sign twice within one step', () => {
    const still: OdeSystem = {
      dimension: 1,
      rhs: (_t, _y, dy) => {
        dy[0] = 0;
      },
    };
    // One step from 0 to 1; below zero only on (0.4, 0.42).
    const found = roots(
      still,
      Float64Array.of(1),
      1,
      switching((t) => (t - 0.4) * (t - 0.42)),
    );
    const times = found.map((root) => root.t);
    expect(times[0]).toBeCloseTo(0.4, 14);
    expect(times.at(-1)).toBeCloseTo(0.42, 14);
  });

  test('a root at the start is not a change; leaving it is, at once', () => {
    const found = roots(
      circle,
      Float64Array.of(0, 1),
      1,
      switching((_t, y) => y[0]),
    );
    expect(found).toHaveLength(1);
    expect(found[0].t).toBeLessThan(1e-12);
    expect(found[0].changed).toEqual([{ index: 0, from: 0, to: 1 }]);
  });

  test('locates the jump of a function that has no root', () => {
    const found = roots(
      circle,
      Float64Array.of(0, 1),
      2,
      switching((t) => (t < 1.25 ? -1e-3 : 1e9)),
    );
    expect(found).toHaveLength(1);
    expect(Math.abs(found[0].t - 1.25)).toBeLessThan(1e-15);
  });

  test('chatter is told, and ends', () => {
    const sliding: OdeSystem = {
      dimension: 1,
      rhs: (_t, y, dy) => {
        dy[0] = y[0] > 0 ? -1 : 1;
      },
    };
    const stepper = tsit5.start(sliding, 0, Float64Array.of(0.5), { ...control, mostSteps: 200_000 });
    const finder = new RootFinder(
      switching((_t, y) => y[0]),
      1,
      2,
    );
    finder.start(0, stepper.y);
    let status = 'stepped';
    while (stepper.t < 2 && !finder.chatters && status === 'stepped') {
      status = stepper.step(2);
      const root = finder.find(stepper);
      if (root === undefined) continue;
      stepper.restart(root.t, root.y);
      finder.start(root.t, root.y);
    }
    expect(finder.chatters).toBe(true);
    expect(stepper.t).toBeCloseTo(0.5, 3);
  });
});
