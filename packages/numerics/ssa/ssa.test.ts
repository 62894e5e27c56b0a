import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomStream } from '../random/philox.ts';
import { compositionRejection } from './composition-rejection.ts';
import { direct } from './direct.ts';
import { columns, type JumpMethod, type JumpSystem } from './jump-system.ts';
import { tauLeap } from './tau-leap.ts';

/** ∅ → X at 10, X → ∅ at 0.1 x: from 0 on Poisson at all times, of mean 100 (1 − e^(−0.1 t)). */
const immigrationDeath: JumpSystem = {
  dimension: 1,
  jumps: 2,
  change: columns([[[0, 1]], [[0, -1]]]),
  reactants: columns([[], [[0, 1]]]),
  propensities(y, out) {
    out[0] = 10;
    out[1] = 0.1 * y[0];
  },
};

/** 2 X → D at 0.001 x (x − 1) / 2, D → 2 X at 0.01 d. */
const dimers: JumpSystem = {
  dimension: 2,
  jumps: 2,
  change: columns([
    [
      [0, -2],
      [1, 1],
    ],
    [
      [0, 2],
      [1, -1],
    ],
  ]),
  reactants: columns([[[0, 2]], [[1, 1]]]),
  propensities(y, out) {
    out[0] = 0.0005 * y[0] * (y[0] - 1);
    out[1] = 0.01 * y[1];
  },
};

/** A ring of n places; particles hop on at rates that span six decades. Only neighbours' propensities change. */
function ring(n: number): JumpSystem {
  const rate = (j: number) => 10 ** ((j % 7) - 3);
  const next = (j: number) => (j + 1) % n;
  return {
    dimension: n,
    jumps: n,
    change: columns(
      Array.from({ length: n }, (_, j) => [
        [j, -1],
        [next(j), 1],
      ]),
    ),
    reactants: columns(Array.from({ length: n }, (_, j) => [[j, 1]])),
    propensities(y, out) {
      for (let j = 0; j < n; j++) out[j] = rate(j) * y[j];
    },
    fire(j, y, out) {
      const k = next(j);
      y[j]--;
      y[k]++;
      out[j] = rate(j) * y[j];
      out[k] = rate(k) * y[k];
    },
    dependents: {
      starts: Int32Array.from({ length: n + 1 }, (_, j) => 2 * j),
      jumps: Int32Array.from({ length: 2 * n }, (_, k) => (k % 2 === 0 ? k / 2 : next((k - 1) / 2))),
    },
  };
}

function ends(method: JumpMethod, system: JumpSystem, y: number[], until: number, runs: number): Float64Array[] {
  return Array.from({ length: runs }, (_, run) => {
    const stepper = method.start(system, 0, Float64Array.from(y), randomStream(11, method.name).fork(run));
    expect(stepper.advance(until)).toBe('reached');
    return stepper.y;
  });
}

const EXACT: JumpMethod[] = [direct, compositionRejection];

describe.each(EXACT)('$name', (method) => {
  test('gives immigration and death their Poisson distribution (chi-square below its 0.9999 quantile)', () => {
    const runs = 4000;
    const mean = 100 * (1 - Math.exp(-0.2));
    const values = ends(method, immigrationDeath, [0], 2, runs).map((y) => y[0]);
    const least = 9;
    const most = 28;
    const expected = new Float64Array(most - least + 1);
    const seen = new Float64Array(expected.length);
    let probability = Math.exp(-mean);
    for (let k = 0; k < 200; k++) {
      expected[Math.min(Math.max(k, least), most) - least] += runs * probability;
      probability *= mean / (k + 1);
    }
    for (const value of values) seen[Math.min(Math.max(value, least), most) - least]++;
    const chi = expected.reduce((sum, e, i) => sum + (seen[i] - e) ** 2 / e, 0);
    expect(chi).toBeLessThan(50.8); // 19 degrees of freedom
  });

  test('keeps what the reactions keep, and the mean of a closed ring', () => {
    const y = Float64Array.from({ length: 14 }, () => 5);
    const stepper = method.start(ring(14), 0, y, randomStream(4));
    // In equilibrium each place holds in inverse proportion to its rate: the slowest two places hold 0.9 of all 70.
    let slow = 0;
    stepper.advance(1e4);
    for (let k = 1; k <= 2000; k++) {
      stepper.advance(1e4 + 100 * k);
      slow += (stepper.y[0] + stepper.y[7]) / 2000;
    }
    expect(stepper.y.reduce((a, b) => a + b)).toBe(70);
    const share = 2 / (2 * (1 + 0.1 + 0.01 + 0.001 + 1e-4 + 1e-5 + 1e-6));
    // The share is binomial; a place's memory of 1,000 leaves 200 independent looks.
    expect(Math.abs(slow / 70 - share)).toBeLessThan((4 * Math.sqrt((share * (1 - share)) / 70)) / Math.sqrt(200));
  });

  test('a path does not depend on when it is looked at', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 20, noNaN: true }), { maxLength: 20 }), (looks) => {
        const run = (times: number[]) => {
          const stepper = method.start(dimers, 0, Float64Array.of(200, 0), randomStream(5));
          for (const t of times) stepper.advance(t);
          return [stepper.t, stepper.happened, ...stepper.y];
        };
        expect(run([...looks.sort((a, b) => a - b), 20])).toEqual(run([20]));
        const single = method.start(dimers, 0, Float64Array.of(200, 0), randomStream(5));
        let status = single.advance(20, 1);
        while (status === 'more') status = single.advance(20, 1);
        expect([single.t, single.happened, ...single.y]).toEqual(run([20]));
        const told = method.start(dimers, 0, Float64Array.of(200, 0), randomStream(5));
        for (let next = told.next!(); next <= 20; next = told.next!()) told.advance(next);
        expect([20, told.happened, ...told.y]).toEqual(run([20]));
      }),
      { numRuns: 20 },
    );
  });

  test('a restart in the same state at the same time leaves the distribution as it was', () => {
    const runs = 4000;
    let sum = 0;
    for (let run = 0; run < runs; run++) {
      const stepper = method.start(immigrationDeath, 0, Float64Array.of(0), randomStream(6, run));
      for (let t = 0.25; t <= 2; t += 0.25) {
        stepper.advance(t);
        stepper.restart(t, stepper.y);
      }
      sum += stepper.y[0] / runs;
    }
    const mean = 100 * (1 - Math.exp(-0.2));
    expect(Math.abs(sum - mean)).toBeLessThan(4 * Math.sqrt(mean / runs));
  });

  test('stands still where nothing can happen', () => {
    const stepper = method.start(dimers, 0, Float64Array.of(1, 0), randomStream(1));
    expect(stepper.advance(1e9)).toBe('reached');
    expect([stepper.t, stepper.happened, ...stepper.y]).toEqual([1e9, 0, 1, 0]);
  });
});

describe.each([...EXACT, tauLeap()])('$name with propensities that are none', (method) => {
  test.each([
    [-1, 'negative'],
    [Number.NaN, 'not-finite'],
    [Number.POSITIVE_INFINITY, 'not-finite'],
  ])('ends at %j as %s', (bad, status) => {
    const system: JumpSystem = {
      ...immigrationDeath,
      propensities(y, out) {
        out[0] = 10;
        out[1] = y[0] > 20 ? bad : 0.1 * y[0];
      },
    };
    const stepper = method.start(system, 0, Float64Array.of(0), randomStream(2));
    expect(stepper.advance(100)).toBe(status);
    expect(stepper.t).toBeLessThan(100);
  });
});

describe('tau-leaping', () => {
  const moments = (values: readonly number[]) => {
    const mean = values.reduce((a, b) => a + b) / values.length;
    return [mean, values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1)];
  };

  test('keeps mean and variance of immigration and death within 2 and 10 percent, in a tenth of the work', () => {
    const many: JumpSystem = {
      ...immigrationDeath,
      propensities(y, out) {
        out[0] = 10_000;
        out[1] = 0.1 * y[0];
      },
    };
    let evaluations = 0;
    const counted: JumpSystem = {
      ...many,
      propensities(y, out) {
        evaluations++;
        many.propensities(y, out);
      },
    };
    const runs = ends(tauLeap(0.03), counted, [50_000], 10, 1000);
    const [mean, variance] = moments(runs.map((y) => y[0]));
    const left = Math.exp(-1);
    const expected = 100_000 * (1 - left) + 50_000 * left;
    const spread = 100_000 * (1 - left) + 50_000 * left * (1 - left);
    expect(Math.abs(mean / expected - 1)).toBeLessThan(0.02);
    expect(Math.abs(variance / spread - 1)).toBeLessThan(0.2);
    expect(evaluations / 1000).toBeLessThan(15_000);
  });

  test('comes closer to the exact mean as epsilon falls', () => {
    const exact = moments(ends(direct, dimers, [2000, 0], 2, 400).map((y) => y[1]));
    const error = (epsilon: number) => {
      const [mean] = moments(ends(tauLeap(epsilon), dimers, [2000, 0], 2, 400).map((y) => y[1]));
      return Math.abs(mean - exact[0]) / exact[0];
    };
    const coarse = error(0.3);
    const fine = error(0.03);
    expect(fine).toBeLessThan(coarse / 4);
    expect(fine).toBeLessThan(0.005);
  });

  test('never takes a count below zero, and falls back to single jumps where counts are small', () => {
    const decay: JumpSystem = {
      dimension: 2,
      jumps: 2,
      change: columns([[[0, -1]], [[0, -3], [1, 1]]]), // biome-ignore format: one jump a line is no clearer
      reactants: columns([[[0, 1]], [[0, 3]]]),
      propensities(y, out) {
        out[0] = 0.3 * y[0];
        out[1] = y[0] < 3 ? 0 : 1e-4 * y[0] * (y[0] - 1) * (y[0] - 2);
      },
    };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 }), fc.integer(), (x, seed) => {
        const stepper = tauLeap(0.2).start(decay, 0, Float64Array.of(x, 0), randomStream(seed));
        for (let t = 1; t <= 60; t++) {
          stepper.advance(t);
          expect(stepper.y[0]).toBeGreaterThanOrEqual(0);
        }
        expect(stepper.y[0]).toBeLessThanOrEqual(x);
      }),
      { numRuns: 60 },
    );
    const few = ends(tauLeap(), immigrationDeath, [0], 2, 2000).map((y) => y[0]);
    const mean = 100 * (1 - Math.exp(-0.2));
    expect(Math.abs(moments(few)[0] - mean)).toBeLessThan(4 * Math.sqrt(mean / 2000));
  });

  test('refuses an epsilon outside (0, 1)', () => {
    expect(() => tauLeap(0)).toThrow(RangeError);
    expect(() => tauLeap(1)).toThrow(RangeError);
  });
});
