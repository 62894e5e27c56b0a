import { randomStream } from '@gemel/numerics';
import { describe, expect, it } from 'vitest';
import { differentiable, withDifferences } from '../differentiable-log-density.ts';
import type { LogDensity } from '../log-density.ts';
import { constrained } from './constrained.ts';
import { choleskyCorrelation, interval, positive, real, simplex, type Transform } from './transform.ts';

const transforms: readonly Transform[] = [
  real(3),
  positive(3),
  interval(-2, 5, 3),
  simplex(2),
  simplex(5),
  choleskyCorrelation(2),
  choleskyCorrelation(4),
];

/** A smooth density of the constrained value with a gradient. */
const smooth = (n: number) =>
  differentiable(n, (x, g) => {
    let f = 0;
    for (let i = 0; i < n; i++) {
      f += Math.sin(x[i] * (i + 1)) - 0.3 * x[i] * x[i];
      g[i] = (i + 1) * Math.cos(x[i] * (i + 1)) - 0.6 * x[i];
    }
    return f;
  });

/** Entries of the value that vary independently: all but the last of a simplex, those below the diagonal of a factor. */
function independent(t: Transform, x: Float64Array): Float64Array {
  if (t.name === 'simplex') return x.slice(0, -1);
  if (t.name !== 'Cholesky correlation') return x;
  const k = Math.sqrt(t.constrained);
  return x.filter((_, at) => at % k < Math.floor(at / k));
}

describe.each(transforms.map((t) => [`${t.name}, ${t.constrained}`, t] as const))('transform %s', (_, t) => {
  const random = randomStream(3, t.name);
  const u = Float64Array.from({ length: t.unconstrained }, () => random.normal());
  const x = new Float64Array(t.constrained);
  const log = t.forward(u, x);

  it('comes back by its inverse', () => {
    const back = t.inverse(x);
    back.forEach((v, i) => {
      expect(v).toBeCloseTo(u[i], 10);
    });
  });

  it('has the Jacobian of its differences', () => {
    const n = t.unconstrained;
    const h = 1e-5;
    const jacobian = new Float64Array(n * n);
    const up = new Float64Array(t.constrained);
    const down = new Float64Array(t.constrained);
    for (let j = 0; j < n; j++) {
      t.forward(
        u.map((v, i) => v + (i === j ? h : 0)),
        up,
      );
      t.forward(
        u.map((v, i) => v - (i === j ? h : 0)),
        down,
      );
      const a = independent(t, up);
      const b = independent(t, down);
      for (let i = 0; i < n; i++) jacobian[i * n + j] = (a[i] - b[i]) / (2 * h);
    }
    expect(logDeterminant(jacobian, n)).toBeCloseTo(log, 7);
  });

  it('pulls gradients back as differences do', () => {
    const density = constrained(smooth(t.constrained), [t]);
    const exact = new Float64Array(t.unconstrained);
    const differences = new Float64Array(t.unconstrained);
    const value = density.valueAndGradient(u, exact);
    expect(value).toBe(withDifferences({ ...density }).valueAndGradient(u, differences));
    exact.forEach((g, i) => {
      expect(Math.abs(g - differences[i])).toBeLessThan(1e-7 * Math.max(1, Math.abs(g)));
    });
  });

  it('stays finite far out', () => {
    for (const far of [-30, 30]) {
      const g = new Float64Array(t.unconstrained);
      const one = new Float64Array(t.constrained);
      expect(t.forward(new Float64Array(t.unconstrained).fill(far / t.constrained), one)).toBeTypeOf('number');
      t.pullback(new Float64Array(t.unconstrained).fill(far / t.constrained), one, one, g);
      expect(g.every(Number.isFinite)).toBe(true);
    }
  });
});

describe('constrained density', () => {
  it('applies the transforms to consecutive parts', () => {
    const density = constrained(smooth(6), [positive(1), simplex(3), real(2)]);
    expect(density.dimension).toBe(5);
    const u = Float64Array.of(0.2, -0.4, 0.9, 3, -1);
    const x = density.constrain(u);
    expect(x[0]).toBeCloseTo(Math.exp(0.2), 12);
    expect(x[1] + x[2] + x[3]).toBeCloseTo(1, 12);
    density.unconstrain(x).forEach((v, i) => {
      expect(v).toBeCloseTo(u[i], 10);
    });
  });

  it('differences by the free coordinates where the target has no gradient', () => {
    const log: LogDensity = { dimension: 1, evaluate: (p, c) => p.slice(0, c).map((x) => -x) };
    const g = new Float64Array(1);
    // x e^−x with x = e^−20: the derivative of u − e^u is 1 − e^u.
    expect(constrained(log, [positive()]).valueAndGradient(Float64Array.of(-20), g)).toBeCloseTo(-20, 7);
    expect(g[0]).toBeCloseTo(1 - Math.exp(-20), 8);
  });

  it('names a wrong shape and a value outside', () => {
    expect(() => constrained(smooth(3), [positive(2)])).toThrow(expect.objectContaining({ code: 'inference-shape' }));
    expect(() => interval(2, 1)).toThrow(expect.objectContaining({ code: 'inference-shape' }));
    expect(() => positive(2).inverse(Float64Array.of(1, -1))).toThrow(
      expect.objectContaining({ code: 'inference-shape' }),
    );
    expect(() => simplex(2).inverse(Float64Array.of(0.5, 0.6))).toThrow(
      expect.objectContaining({ code: 'inference-shape' }),
    );
  });
});

function logDeterminant(a: Float64Array, n: number): number {
  const m = Float64Array.from(a);
  let log = 0;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(m[i * n + k]) > Math.abs(m[pivot * n + k])) pivot = i;
    for (let j = 0; j < n; j++) [m[k * n + j], m[pivot * n + j]] = [m[pivot * n + j], m[k * n + j]];
    log += Math.log(Math.abs(m[k * n + k]));
    for (let i = k + 1; i < n; i++) {
      const f = m[i * n + k] / m[k * n + k];
      for (let j = k; j < n; j++) m[i * n + j] -= f * m[k * n + j];
    }
  }
  return log;
}
