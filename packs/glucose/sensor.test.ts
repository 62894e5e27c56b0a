import { existsSync, readFileSync } from 'node:fs';
import { randomStream } from '@gemel/numerics';
import { describe, expect, test } from 'vitest';
import { gaussianForm, latentSd, latentStep, reading, SENSOR, sensorError, sensorErrors } from './sensor.ts';

const folder = process.env.GEMEL_DATA ?? new URL('../../../shared/data', import.meta.url).pathname;
const file = `${folder}/uva-padova/sensor_params.csv`;

describe.skipIf(!existsSync(file))(`published sensor constants (skipped where ${folder} is absent)`, () => {
  test('the Johnson and autoregression constants are those of every sensor of the table, to its digits', () => {
    const [head, ...rows] = readFileSync(file, 'utf8')
      .trim()
      .split(/\r?\n/)
      .map((line) => line.split(','));
    expect(rows.length).toBe(3);
    for (const row of rows) {
      const value = (name: string) => Number(row[head.indexOf(name)]);
      expect(value('PACF')).toBe(SENSOR.autoregression);
      expect(value('gamma')).toBe(SENSOR.gamma);
      expect(value('lambda')).toBe(SENSOR.lambda);
      expect(value('delta')).toBe(SENSOR.delta);
      expect(value('xi')).toBeCloseTo(SENSOR.xi, 2);
    }
  });
});

/** Moments of a long stationary series of the error, in steps of 15 minutes. */
function simulated(count: number) {
  const random = randomStream(21);
  let latent = latentSd(SENSOR) * random.normal();
  const errors = Float64Array.from({ length: count }, () => {
    const error = sensorError(latent, SENSOR);
    latent = latentStep(latent, 15, random.normal(), SENSOR);
    return error;
  });
  const mean = errors.reduce((s, e) => s + e, 0) / count;
  const variance = errors.reduce((s, e) => s + (e - mean) ** 2, 0) / count;
  let lag = 0;
  for (let i = 1; i < count; i++) lag += (errors[i] - mean) * (errors[i - 1] - mean);
  return { mean, sd: Math.sqrt(variance), correlation: lag / count / variance };
}

test('the Gaussian form has the mean, deviation and autocorrelation of the error itself', () => {
  const form = gaussianForm(SENSOR);
  const seen = simulated(200_000);
  expect(Math.abs(seen.mean - form.mean)).toBeLessThan(0.2);
  expect(Math.abs(seen.sd / form.sd - 1)).toBeLessThan(0.03);
  expect(Math.abs(seen.correlation - form.correlation(15))).toBeLessThan(0.02);
  expect(form.correlation(0)).toBeCloseTo(1, 12);
  expect(form.correlation(30)).toBeLessThan(form.correlation(15));
});

test('two short latent steps are one long one', () => {
  const variance = (minutes: number) => latentStep(0, minutes, 1, SENSOR) ** 2;
  const keep = latentStep(1, 5, 0, SENSOR);
  expect(keep * latentStep(1, 10, 0, SENSOR)).toBeCloseTo(latentStep(1, 15, 0, SENSOR), 14);
  expect(variance(5) * latentStep(1, 10, 0, SENSOR) ** 2 + variance(10)).toBeCloseTo(variance(15), 14);
  expect(latentStep(1, 15, 0, SENSOR)).toBeCloseTo(0.7, 14);
});

test('the simulated errors pass through their knots smoothly and are pure in the stream', () => {
  const minutes = Array.from({ length: 601 }, (_, i) => i);
  const fine = sensorErrors(minutes, randomStream(4), SENSOR);
  const knots = sensorErrors([0, 15, 30, 600], randomStream(4), SENSOR);
  expect([fine[0], fine[15], fine[30], fine[600]]).toEqual([...knots]);
  for (let i = 2; i < 600; i++) {
    expect(Math.abs(fine[i + 1] - 2 * fine[i] + fine[i - 1])).toBeLessThan(4);
  }
});

test('a reading is whole, and LO or HI outside the range', () => {
  expect(reading(100, 3.4, SENSOR)).toEqual({ value: 103 });
  expect(reading(45, -5.6, SENSOR)).toEqual({ below: 40 });
  expect(reading(400, 0.4, SENSOR)).toEqual({ value: 400 });
  expect(reading(400, 0.6, SENSOR)).toEqual({ above: 400 });
});
