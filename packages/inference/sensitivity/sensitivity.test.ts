import { randomStream } from '@gemel/numerics';
import { normalQuantile } from '@gemel/numerics/special/normal';
import { describe, expect, it } from 'vitest';
import { differentiable } from '../differentiable-log-density.ts';
import { fisherInformation, identifiability, observedInformation } from './identifiability.ts';
import { uniformInput } from './inputs.ts';
import { morrisScreening } from './morris.ts';
import { sobolIndices } from './sobol-indices.ts';

const rowwise = (n: number, f: (x: Float64Array) => number) => (points: Float64Array, count: number) =>
  Float64Array.from({ length: count }, (_, c) => f(points.subarray(c * n, (c + 1) * n)));

describe("Sobol' indices", () => {
  it('of x₁ + 2 x₂ + 3 x₁ x₂ over normal inputs are the closed form', () => {
    // Variances 1, 4 and 9: first order 1/14 and 4/14, with the interaction 10/14 and 13/14.
    const inputs = { quantiles: [normalQuantile, normalQuantile], names: ['a', 'b'] };
    const found = sobolIndices(
      inputs,
      rowwise(2, (x) => x[0] + 2 * x[1] + 3 * x[0] * x[1]),
      4096,
      randomStream(1),
    );
    expect(found.problems).toEqual([]);
    expect(found.evaluations).toBe(4 * 4096);
    [1 / 14, 4 / 14].forEach((v, i) => {
      expect(Math.abs(found.indices[i].first - v)).toBeLessThan(0.02);
    });
    [10 / 14, 13 / 14].forEach((v, i) => {
      expect(Math.abs(found.indices[i].total - v)).toBeLessThan(0.02);
    });
    expect(found.indices[0].name).toBe('a');
    expect(found.indices[0].errorOfTotal).toBeGreaterThan(0);
  });

  it('of more inputs than the sequence has are still found', () => {
    const n = 20;
    const found = sobolIndices(
      { quantiles: Array.from({ length: n }, () => uniformInput(-1, 1)) },
      rowwise(n, (x) => 3 * x[0] + x[19]),
      2000,
      randomStream(2),
    );
    expect(Math.abs(found.indices[0].total - 0.9)).toBeLessThan(0.05);
    expect(Math.abs(found.indices[19].total - 0.1)).toBeLessThan(0.05);
    expect(Math.abs(found.indices[7].total)).toBeLessThan(1e-12);
  });

  it('names outputs that are not finite or do not vary', () => {
    const inputs = { quantiles: [uniformInput(-1, 1), uniformInput(-1, 1)] };
    const holes = sobolIndices(
      inputs,
      rowwise(2, (x) => (x[0] < -0.9 ? Number.NaN : x[1])),
      256,
      randomStream(3),
    );
    expect(holes.problems.map((p) => p.code)).toEqual(['inference-output-not-finite']);
    expect(Number.isFinite(holes.indices[1].first)).toBe(true);
    // The mean of many 0.1 is another number than 0.1, so that the variance is rounding, not 0.
    for (const value of [4, 0.1]) {
      const constant = sobolIndices(
        inputs,
        rowwise(2, () => value),
        64,
        randomStream(3),
      );
      expect(constant.problems.map((p) => p.code)).toEqual(['inference-zero-variance']);
      expect(constant.indices[0].first).toBeNaN();
    }
    const nowhere = sobolIndices(
      inputs,
      rowwise(2, () => Number.NaN),
      64,
      randomStream(3),
    );
    expect(nowhere.problems.map((p) => p.code)).toEqual(['inference-output-not-finite']);
    expect(nowhere.indices[0].total).toBeNaN();
  });
});

describe('Morris screening', () => {
  it('a linear input has its slope and no spread, a product spreads, an idle input has none', () => {
    const inputs = { quantiles: Array.from({ length: 4 }, () => uniformInput(0, 1)) };
    const { effects, evaluations } = morrisScreening(
      inputs,
      rowwise(4, (x) => 3 * x[0] - 5 * x[1] * x[2]),
      50,
      randomStream(4),
    );
    expect(evaluations).toBe(250);
    expect(effects[0].mean).toBeCloseTo(3, 10);
    expect(effects[0].sd).toBeCloseTo(0, 10);
    expect(effects[1].mean).toBeLessThan(0);
    expect(effects[1].meanAbsolute).toBeCloseTo(-effects[1].mean, 10);
    expect(effects[1].sd).toBeGreaterThan(0.5);
    expect(effects[3].meanAbsolute).toBe(0);
    expect(effects.map((e) => e.count)).toEqual([50, 50, 50, 50]);
  });

  it('an input without a finite effect has no measure, rather than none to show', () => {
    const { effects, problems } = morrisScreening(
      { quantiles: [uniformInput(0, 1)] },
      rowwise(1, () => Number.NaN),
      3,
      randomStream(6),
    );
    expect(effects[0]).toMatchObject({ mean: Number.NaN, meanAbsolute: Number.NaN, sd: Number.NaN, count: 0 });
    expect(problems.map((p) => p.code)).toEqual(['inference-output-not-finite']);
  });

  it('the absolute measure sees an effect whose sign changes', () => {
    const { effects } = morrisScreening(
      { quantiles: [uniformInput(-1, 1), uniformInput(-1, 1)] },
      rowwise(2, (x) => x[0] * x[1]),
      100,
      randomStream(5),
    );
    expect(Math.abs(effects[0].mean)).toBeLessThan(0.5 * effects[0].meanAbsolute);
    expect(() =>
      morrisScreening(
        { quantiles: [] },
        rowwise(0, () => 0),
        1,
        randomStream(1),
        3,
      ),
    ).toThrow(expect.objectContaining({ code: 'inference-shape' }));
  });
});

describe('identifiability', () => {
  const times = [0.5, 1, 2, 4, 8];
  // y = dose/volume · exp(−(clearance/volume) t) with a bioavailability that only scales the dose.
  const jacobian = (p: readonly number[]) =>
    Float64Array.from(
      times.flatMap((t) => {
        const [clearance, volume, bioavailability] = p;
        const y = ((bioavailability * 100) / volume) * Math.exp((-clearance / volume) * t);
        return [(-y * t) / volume, y * (-1 / volume + (clearance * t) / volume ** 2), y / bioavailability];
      }),
    );
  const p = [2, 10, 0.8];

  it('names the combination that dose, volume and clearance hide', () => {
    const information = fisherInformation(jacobian(p), times.length, 3);
    const found = identifiability(information, Float64Array.from(p), ['clearance', 'volume', 'bioavailability']);
    expect(found.problems.map((q) => q.code)).toEqual(['inference-unidentifiable-parameter']);
    // All three may grow by one factor without any change of y.
    const { loadings, kind, parts } = found.directions[0];
    expect(kind).toBe('none');
    for (const l of loadings) expect(Math.abs(l)).toBeCloseTo(1 / Math.sqrt(3), 5);
    expect(new Set(parts.map((s) => s[0])).size).toBe(1);
    expect(found.standardErrors.every((s) => s === Infinity)).toBe(true);
  });

  it('with the bioavailability known, standard errors are those of the inverse', () => {
    const j = jacobian(p).filter((_, k) => k % 3 !== 2);
    const information = fisherInformation(j, times.length, 2);
    const found = identifiability(information, Float64Array.of(2, 10));
    const det = information[0] * information[3] - information[1] ** 2;
    expect(found.problems).toEqual([]);
    expect(found.standardErrors[0]).toBeCloseTo(Math.sqrt(information[3] / det), 10);
    expect(found.standardErrors[1]).toBeCloseTo(Math.sqrt(information[0] / det), 10);
  });

  it('calls two nearly equal decays sloppy', () => {
    const rates = [1, 1.0005];
    const j = Float64Array.from(times.flatMap((t) => rates.map((r) => -t * Math.exp(-r * t))));
    const found = identifiability(fisherInformation(j, times.length, 2), Float64Array.of(1, 1), ['k1', 'k2']);
    expect(found.problems.map((q) => q.code)).toEqual(['inference-sloppy-direction']);
    expect(found.directions[0].parts.length).toBe(2);
  });

  it('a point that is no maximum is named as such, and one without an information refused', () => {
    const saddle = identifiability(Float64Array.of(1, 2, 2, 1), Float64Array.of(1, 1), ['a', 'b']);
    expect(saddle.directions.map((d) => d.kind)).toEqual(['rising', 'stiff']);
    expect(saddle.problems.map((q) => q.code)).toEqual(['inference-no-convergence']);
    expect(saddle.problems[0].message).toMatch(/0.71 a .0.71 b/);
    expect(saddle.condition).toBe(Infinity);
    expect([...saddle.standardErrors]).toEqual([Infinity, Infinity]);
    const broken = Float64Array.of(1, Number.NaN, Number.NaN, 1);
    expect(() => identifiability(broken, Float64Array.of(1, 1), ['a', 'b'])).toThrow(
      expect.objectContaining({ code: 'inference-density-not-finite', where: { element: 'a' } }),
    );
  });

  it('the observed information of a normal is its precision', () => {
    const target = differentiable(2, (x, g) => {
      g[0] = -(3 * x[0] + x[1]);
      g[1] = -(x[0] + 2 * x[1]);
      return 0.5 * (x[0] * g[0] + x[1] * g[1]);
    });
    const expected = [3, 1, 1, 2];
    observedInformation(target, Float64Array.of(4, -3)).forEach((v, k) => {
      expect(v).toBeCloseTo(expected[k], 8);
    });
    expect(() => identifiability(new Float64Array(4), Float64Array.of(1, 0))).toThrow(
      expect.objectContaining({ code: 'inference-shape' }),
    );
  });
});
