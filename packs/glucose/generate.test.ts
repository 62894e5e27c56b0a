import { instant, MINUTE } from '@gemel/core';
import { describe, expect, test } from 'vitest';
import { EVERYDAY, type GeneratedPatient, generatePatient, UNPERTURBED } from './generate.ts';
import { STEADY } from './generate-body.ts';
import { basalRate, basalState, CONSTANT, deriveConstants, simulate } from './model.ts';
import { REFERENCE_PATIENTS } from './reference-patients.data.ts';
import { titrate } from './therapy.ts';

const START = instant(29_000_160 * MINUTE);
const quiet = generatePatient({ seed: 5, start: START, days: 3, group: 'adult' });
const lively = generatePatient({ seed: 5, start: START, days: 12, perturbation: EVERYDAY, sensorFaults: true });

const minute = (at: number) => (at - START) / MINUTE;
const share = (values: Float64Array, test: (g: number) => boolean) => values.filter(test).length / values.length;

test('a patient is pure in the options', () => {
  const same = (a: GeneratedPatient, b: GeneratedPatient) =>
    expect(JSON.stringify({ ...a, truth: [...a.truth.interstitial] })).toBe(
      JSON.stringify({ ...b, truth: [...b.truth.interstitial] }),
    );
  same(quiet, generatePatient({ seed: 5, start: START, days: 3, group: 'adult' }));
  const other = generatePatient({ seed: 6, start: START, days: 3, group: 'adult' });
  expect([...other.truth.parameters]).not.toEqual([...quiet.truth.parameters]);
});

test('an unperturbed record tells the truth: all meals announced as eaten, sensitivity steady', () => {
  expect(quiet.meals.length).toBeGreaterThan(8);
  for (const meal of quiet.meals) expect(meal.announced).toBe(meal.eaten);
  expect(quiet.truth.variation).toBe(STEADY);
  expect(quiet.profile.therapy.basal / 60 / basalRate(deriveConstants(quiet.truth.parameters))).toBeCloseTo(1, 1);
});

test("the twin's own integrator, given what was really taken, follows the unperturbed body to within 1.5 mg/dL", () => {
  const c = deriveConstants(quiet.truth.parameters);
  const minutes = quiet.days * 1440;
  const insulin = new Float64Array(minutes).fill(quiet.profile.therapy.basal / 60);
  const carbs = new Float64Array(minutes);
  const spread = (into: Float64Array, from: number, to: number, amount: number) => {
    for (let m = Math.floor(from); m < Math.min(minutes, Math.ceil(to)); m++) {
      into[m] += (amount * (Math.min(to, m + 1) - Math.max(from, m))) / (to - from);
    }
  };
  for (const b of quiet.boluses) spread(insulin, minute(b.at), minute(b.at) + b.units / 1.5, b.units);
  for (const m of quiet.meals) spread(carbs, minute(m.at), minute(m.to), m.eaten);
  const path = simulate({
    constants: c,
    states: basalState(c),
    inputs: { insulin, carbs },
    from: 0,
    to: minutes,
    every: 1,
  });
  let worst = 0;
  for (let m = 1; m <= minutes; m++) worst = Math.max(worst, Math.abs(path[m - 1] - quiet.truth.interstitial[m]));
  expect(worst).toBeLessThan(1.5);
  expect(worst).toBeGreaterThan(1e-4);
});

test('truth is whole: one value a minute, finite, from the steady state on', () => {
  for (const patient of [quiet, lively]) {
    expect(patient.truth.interstitial.length).toBe(patient.days * 1440 + 1);
    expect(patient.truth.plasma.length).toBe(patient.days * 1440 + 1);
    expect(patient.truth.interstitial.every((g) => g >= 0 && g < 1000)).toBe(true);
    expect(patient.truth.interstitial[0]).toBe(deriveConstants(patient.truth.parameters)[CONSTANT.Gb]);
  }
});

test('an everyday record errs: miscounted meals, varying sensitivity, settings off', () => {
  const counted = lively.meals.filter((m) => m.announced !== null && !m.rescue);
  expect(counted.some((m) => m.announced !== m.eaten)).toBe(true);
  const logs = counted.map((m) => Math.log(m.announced! / m.eaten));
  const sd = Math.sqrt(logs.reduce((s, v) => s + v * v, 0) / logs.length);
  expect(sd).toBeGreaterThan(0.1);
  expect(sd).toBeLessThan(0.35);
  const { sensitivity, drive, absorption } = lively.truth.variation;
  const hours = Array.from({ length: lively.days * 24 }, (_, h) => sensitivity(h * 60));
  expect(Math.max(...hours) / Math.min(...hours)).toBeGreaterThan(1.3);
  expect(drive(6 * 60)).toBeCloseTo(EVERYDAY.dawn, 12);
  expect(drive(12 * 60)).toBe(0);
  expect(new Set(counted.map((m) => absorption(minute(m.at) + 1))).size).toBeGreaterThan(counted.length / 2);
});

test('sensitivity has no jumps', () => {
  for (let m = 1; m < lively.days * 1440; m++) {
    const { sensitivity } = lively.truth.variation;
    expect(Math.abs(Math.log(sensitivity(m) / sensitivity(m - 1)))).toBeLessThan(0.03);
  }
});

describe('the sensor record', () => {
  test('without faults has one reading every five minutes, near the truth', () => {
    expect(quiet.cgm.length).toBe(quiet.days * 288);
    const errors = quiet.cgm.flatMap(({ at, reading }) =>
      'value' in reading ? [reading.value - quiet.truth.interstitial[minute(at)]] : [],
    );
    const mean = errors.reduce((s, e) => s + e, 0) / errors.length;
    const sd = Math.sqrt(errors.reduce((s, e) => s + (e - mean) ** 2, 0) / errors.length);
    expect(sd).toBeGreaterThan(6);
    expect(sd).toBeLessThan(18);
  });

  test('with faults has gaps, a warm-up after each change, and repeats that equal their originals', () => {
    const firsts = lively.cgm.filter((r) => !r.repeats);
    expect(firsts.length).toBeLessThan(lively.days * 288 - 20);
    expect(lively.sensorStarts.length).toBe(2);
    const change = minute(lively.sensorStarts[1]);
    expect(firsts.some((r) => minute(r.at) >= change && minute(r.at) < change + 120)).toBe(false);
    const repeats = lively.cgm.filter((r) => r.repeats);
    expect(repeats.length).toBeGreaterThan(0);
    for (const repeat of repeats) {
      expect(firsts.find((r) => r.at === repeat.at)?.reading).toEqual(repeat.reading);
    }
  });
});

test('generated people live mostly in range, sometimes above, seldom below', () => {
  const truths = Array.from({ length: 9 }, (_, i) => {
    const group = (['child', 'adolescent', 'adult'] as const)[i % 3];
    return generatePatient({ seed: 100 + i, start: START, days: 4, group, perturbation: EVERYDAY }).truth.interstitial;
  });
  const all = Float64Array.from(truths.flatMap((t) => [...t]));
  expect(share(all, (g) => g >= 70 && g <= 180)).toBeGreaterThan(0.6);
  expect(share(all, (g) => g > 180)).toBeGreaterThan(0.05);
  expect(share(all, (g) => g < 70)).toBeGreaterThan(0.002);
  expect(share(all, (g) => g < 70)).toBeLessThan(0.08);
  expect(share(all, (g) => g < 54)).toBeLessThan(0.03);
});

test('boluses come in the steps of a pump; basal covers every day', () => {
  for (const b of lively.boluses) expect(Math.abs(b.units / 0.05 - Math.round(b.units / 0.05))).toBeLessThan(1e-9);
  expect(lively.boluses.some((b) => b.purpose === 'meal')).toBe(true);
  expect(lively.basal.length).toBe(lively.days);
  for (const [i, b] of lively.basal.entries()) expect(b.to).toBe(lively.basal[i + 1]?.from ?? b.to);
});

test('given parameters are kept, and every size of perturbation can be left at nothing', () => {
  const { parameters } = REFERENCE_PATIENTS['adolescent#001'];
  const patient = generatePatient({ seed: 1, start: START, days: 1, group: 'adolescent', parameters });
  expect(patient.truth.parameters).toBe(parameters);
  expect(Object.keys(UNPERTURBED)).toEqual(Object.keys(EVERYDAY));
});

describe('titration', () => {
  const { parameters, carbohydrateRatio, correctionFactor } = REFERENCE_PATIENTS['adult#001'];
  const therapy = titrate(parameters);

  test('gives settings within a factor of 1.6 of the published ones', () => {
    expect(Math.abs(Math.log(therapy.carbohydrateRatio / carbohydrateRatio))).toBeLessThan(Math.log(1.6));
    expect(Math.abs(Math.log(therapy.correctionFactor / correctionFactor))).toBeLessThan(Math.log(1.6));
    expect(therapy.basal).toBeCloseTo(0.0211227 * 60, 4);
  });

  test('the meal bolus brings glucose back to its start five hours later, and never below 80', () => {
    const c = deriveConstants(parameters);
    const grams = 0.7 * c[CONSTANT.BW];
    const insulin = new Float64Array(300).fill(basalRate(c));
    insulin[0] += grams / therapy.carbohydrateRatio;
    const carbs = Float64Array.from({ length: 300 }, (_, m) => Math.min(5, Math.max(0, grams - 5 * m)));
    const path = simulate({
      constants: c,
      states: basalState(c),
      inputs: { insulin, carbs },
      from: 0,
      to: 300,
      every: 1,
    });
    expect(path[299]).toBeGreaterThan(c[CONSTANT.Gb] - 0.1);
    expect(Math.min(path[299] - c[CONSTANT.Gb], Math.min(...path) - 80)).toBeLessThan(0.5);
    expect(Math.min(...path)).toBeGreaterThanOrEqual(79.9);
  });
});
