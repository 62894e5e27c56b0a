import { empirical, exponential, weibull } from '@gemel/numerics/des/duration';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AcceleratedFamily, compareAccelerated, fitAccelerated } from './accelerated.ts';
import { extremeValue, gaussian, logistic } from './error-distribution.ts';
import { durationOf, kaplanMeier, restrictedMean, survivalAt, survivalQuantile } from './kaplan-meier.ts';
import { maintained, remissions, withoutMaintenance } from './leukaemia.fixture.ts';
import type { ObservedTime } from './observed-time.ts';

const ended = (...times: number[]): ObservedTime[] => times.map((time) => ({ time, ended: true }));
/** Evenly spread shares, so that what is fitted has no error of sampling to speak of. */
const shares = (count: number) => Array.from({ length: count }, (_, i) => (i + 0.5) / count);

describe('the product-limit estimate', () => {
  it('is the share that lasts longer where everything was seen to end', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 40 }), (times) => {
        const curve = kaplanMeier(ended(...times));
        for (let t = 0; t <= 21; t++) {
          expect(survivalAt(curve, t)).toBeCloseTo(times.filter((time) => time > t).length / times.length, 12);
        }
        expect(durationOf(curve).mean).toBeCloseTo(empirical(times).mean, 10);
        expect(restrictedMean(curve, 25).mean).toBeCloseTo(empirical(times).mean, 10);
      }),
    );
  });

  it('does not change by weights in place of repeats, nor by the order', () => {
    const repeated = kaplanMeier([...maintained, ...maintained, ...maintained]);
    const weighted = kaplanMeier([...maintained].reverse().map((each) => ({ ...each, weight: 3 })));
    expect(weighted).toEqual(repeated);
  });

  it('counts what came late as at risk only from then on', () => {
    const curve = kaplanMeier([...ended(2, 4), { time: 6, ended: true, seenFrom: 3 }]);
    expect([...curve.atRisk]).toEqual([2, 2, 1]);
    expect(survivalAt(curve, 4)).toBe(0.25);
  });

  it('says no more than was seen', () => {
    const curve = kaplanMeier(maintained);
    expect(survivalAt(curve, 161)).toBeCloseTo(0.1841, 4);
    expect(survivalAt(curve, 162)).toBeNaN();
    expect(survivalQuantile(curve, 0.9).value).toBeNaN();
    expect(() => restrictedMean(curve, 162)).toThrow(/161/);
    expect(() => durationOf(curve)).toThrow(/18.4 % last longer than 161/);
    const whole = durationOf(curve, exponential(100));
    expect(whole.survival(161)).toBeCloseTo(0.1841, 4);
    for (const s of [0.18, 0.1, 0.01]) expect(whole.survival(whole.atSurvival(s))).toBeCloseTo(s, 12);
    expect(whole.atSurvival(0.5)).toBe(31);
    expect(whole.lasted(1e5)).toBeCloseTo(whole.mean, 8);
  });

  it('has intervals that hold the estimate and stay within 0 and 1', () => {
    for (const interval of ['log-log', 'log', 'plain'] as const) {
      const { survival, low, high } = kaplanMeier(maintained, { interval });
      survival.forEach((s, k) => {
        expect(low[k]).toBeGreaterThanOrEqual(0);
        expect(low[k]).toBeLessThan(s);
        expect(high[k]).toBeGreaterThan(s);
        expect(high[k]).toBeLessThanOrEqual(1);
      });
    }
  });
});

describe('accelerated failure times', () => {
  it.each([
    ['extreme value', extremeValue],
    ['logistic', logistic],
    ['gaussian', gaussian],
  ])('the derivatives of the %s error are those of its values', (_name, error) => {
    const h = 1e-5;
    for (const of of [error.logDensity, error.logSurvival]) {
      for (const z of [-6, -1, 0, 0.7, 3]) {
        const [, first, second] = of(z);
        expect((of(z + h)[0] - of(z - h)[0]) / (2 * h)).toBeCloseTo(first, 6);
        expect((of(z + h)[1] - of(z - h)[1]) / (2 * h)).toBeCloseTo(second, 6);
      }
    }
  });

  it('finds the parameters that times were made with, though some are cut off and some come late', () => {
    const truth = weibull(1.6, 5);
    const observed = shares(4000).flatMap((s, i): ObservedTime[] => {
      const time = truth.atSurvival(s);
      const seenFrom = i % 3 === 0 ? 2 : 0;
      if (time <= seenFrom) return [];
      const until = i % 2 === 0 ? 6 : 50;
      return [{ time: Math.min(time, until), ended: time <= until, seenFrom }];
    });
    const fit = fitAccelerated('weibull', observed);
    expect(fit.problems).toEqual([]);
    expect(1 / fit.scale).toBeCloseTo(1.6, 1);
    expect(Math.exp(fit.coefficients[0])).toBeCloseTo(5, 1);
    expect(compareAccelerated(observed)[0].family).toBe('weibull');
    expect(fit.duration().survival(3)).toBeCloseTo(truth.survival(3), 2);
  });

  it.each(['exponential', 'weibull', 'lognormal', 'log-logistic'] as const)(
    '%s: another unit of time moves the intercept and nothing else',
    (family: AcceleratedFamily) => {
      const weeks = fitAccelerated(family, remissions, withoutMaintenance);
      const days = fitAccelerated(
        family,
        remissions.map((each) => ({ ...each, time: 7 * each.time })),
        withoutMaintenance,
      );
      expect(days.coefficients[0] - weeks.coefficients[0]).toBeCloseTo(Math.log(7), 8);
      expect(days.coefficients[1]).toBeCloseTo(weeks.coefficients[1], 8);
      expect(days.scale).toBeCloseTo(weeks.scale, 8);
      expect(days.duration([1]).survival(70)).toBeCloseTo(weeks.duration([1]).survival(10), 8);
    },
  );

  it('the exponential fit is what was seen in all over what ended', () => {
    const fit = fitAccelerated('exponential', maintained);
    expect(fit.duration().mean).toBeCloseTo(maintained.reduce((sum, { time }) => sum + time, 0) / 7, 8);
    expect(fit.standardErrors[0]).toBeCloseTo(1 / Math.sqrt(7), 8);
  });

  it.each<[string, readonly ObservedTime[], string]>([
    ['nothing ended', [{ time: 3, ended: false }], 'inference-survival-no-end'],
    ['no times', [], 'inference-survival-no-end'],
    ['a stay of nothing', ended(0, 3), 'inference-survival-time'],
    ['a stay that is no number', ended(Number.NaN), 'inference-survival-time'],
    ['seen after it ended', [{ time: 3, ended: true, seenFrom: 4 }], 'inference-survival-time'],
    ['no weight', [{ time: 3, ended: true, weight: 0 }], 'inference-survival-time'],
  ])('refuses %s', (_what, observed, code) => {
    expect(() => fitAccelerated('weibull', observed)).toThrow(expect.objectContaining({ code }));
  });

  it('refuses covariates that do not fit, and says so when a fit does not settle', () => {
    expect(() => fitAccelerated('weibull', ended(1, 2), [[1]])).toThrow(
      expect.objectContaining({ code: 'inference-shape' }),
    );
    expect(() => fitAccelerated('weibull', remissions, withoutMaintenance).duration()).toThrow(/1 covariates, not 0/);
    // All alike: the likelihood grows without end as the scale shrinks.
    expect(fitAccelerated('lognormal', ended(2, 2, 2)).problems).toMatchObject([{ code: 'inference-no-convergence' }]);
  });
});
