import { randomStream } from '@gemel/numerics';
import { describe, expect, it } from 'vitest';
import { fitAutoregression, predictAutoregression } from './autoregressive.ts';

function simulated(count: number): Float64Array {
  const random = randomStream(6, 'ar');
  const x = new Float64Array(count);
  for (let t = 2; t < count; t++) x[t] = 4 + 1.2 * x[t - 1] - 0.4 * x[t - 2] + 0.5 * random.normal();
  return x.subarray(100);
}

describe('autoregression', () => {
  it('recovers its coefficients', () => {
    const model = fitAutoregression(simulated(20000), 2);
    expect(model?.coefficients[0]).toBeCloseTo(1.2, 1);
    expect(model?.coefficients[1]).toBeCloseTo(-0.4, 1);
    expect(model?.variance).toBeCloseTo(0.25, 1);
  });

  it('leaves gaps out and refuses too little', () => {
    const x = Float64Array.from(simulated(5000));
    for (let t = 50; t < x.length; t += 50) x[t] = Number.NaN;
    const model = fitAutoregression(x, 2);
    expect(Math.abs(model!.coefficients[0] - 1.2)).toBeLessThan(0.06);
    expect(fitAutoregression(x.subarray(0, 6), 2)).toBeNull();
    expect(fitAutoregression(new Float64Array(100).fill(3), 2)).toBeNull();
  });

  it('mean and variance ahead are those of the closed form of order 1', () => {
    const model = { intercept: 2, coefficients: Float64Array.of(0.8), variance: 0.5, count: 0 };
    const { mean, variance } = predictAutoregression(model, [1, 20], 6);
    expect(mean).toBeCloseTo(10 + 10 * 0.8 ** 6, 10);
    expect(variance).toBeCloseTo((0.5 * (1 - 0.64 ** 6)) / (1 - 0.64), 10);
  });
});
