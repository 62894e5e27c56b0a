import { finish, instant, MINUTE } from '@gemel/core';
import { levenbergMarquardt } from '@gemel/inference';
import { randomStream } from '@gemel/numerics';
import { describe, expect, test } from 'vitest';
import { calibrate, calibrationProblem } from './calibrate.ts';
import { SPLIT_STEP, type SplitDisturbance, SplitSolver, splitInputs } from './calibrate-solver.ts';
import { EVERYDAY, generatePatient, UNPERTURBED } from './generate.ts';
import { Body, type Variation } from './generate-body.ts';
import { generatedHistory } from './generated-history.ts';
import { basalRate, basalState, deriveConstants, simulate } from './model.ts';
import { AGE_GROUPS, drawPatient } from './population.ts';
import { PERSONAL, priors } from './priors.ts';
import { titrate } from './therapy.ts';

const MINUTES = 1440;
const MEALS = [
  [60, 50],
  [400, 80],
  [700, 20],
] as const;
const people = [1, 2, 3, 4, 5, 6].map((i) => drawPatient(AGE_GROUPS[i % 3], randomStream(41, i)).parameters);

/** A day of three meals with their boluses, on the basal rate that suits. */
function day(parameters: Float64Array) {
  const c = deriveConstants(parameters);
  const { carbohydrateRatio } = titrate(parameters);
  const insulin = new Float64Array(MINUTES).fill(basalRate(c));
  const carbs = new Float64Array(MINUTES);
  for (const [at, grams] of MEALS) {
    insulin[at] += grams / carbohydrateRatio;
    carbs.fill(5, at, at + grams / 5);
  }
  return { c, insulin, carbs };
}

function split(parameters: Float64Array, disturbance: SplitDisturbance): Float64Array {
  const { c, insulin, carbs } = day(parameters);
  const out = new Float64Array(MINUTES / SPLIT_STEP + 1);
  const inputs = splitInputs({ insulin, carbs }, MINUTES / SPLIT_STEP);
  new SplitSolver().solve(basalState(c), c, 0, inputs, disturbance, out, 0);
  return out;
}

/** Root mean square distance of two paths on the grid of the split solver, mg/dL, where a person could be alive. */
function apart(path: Float64Array, other: (step: number) => number): number {
  const steps = [...path.keys()].slice(1).filter((s) => other(s) > 30);
  return Math.sqrt(steps.reduce((sum, s) => sum + (path[s] - other(s)) ** 2, 0) / steps.length);
}

describe('the split solver', () => {
  test.each(people.map((p, i) => [i, p] as const))('follows the model of patient %i within 0.7 mg/dL', (_, p) => {
    const { c, insulin, carbs } = day(p);
    const path = simulate({
      constants: c,
      states: basalState(c),
      inputs: { insulin, carbs },
      from: 0,
      to: MINUTES,
      every: SPLIT_STEP,
    });
    expect(apart(split(p, {}), (s) => path[s - 1])).toBeLessThan(0.7);
  });

  test.each(people.map((p, i) => [i, p] as const))('follows a disturbed body of patient %i', (_, p) => {
    const { c, insulin } = day(p);
    const wave = (minute: number) => 0.2 * Math.sin(minute / 150);
    const speeds = [0.8, 1.3, 1];
    const speed = (minute: number) => speeds[MEALS.findLastIndex(([at]) => at <= minute)] ?? 1;
    const variation: Variation = {
      sensitivity: (minute) => Math.exp(wave(minute)),
      absorption: speed,
      drive: (minute) => wave(minute + 300),
    };
    const body = new Body(p, () => basalRate(c), [], variation);
    for (const [at, grams] of MEALS) {
      body.eat({ from: at, to: at + grams / 5, amount: grams });
      body.inject({ from: at, to: at + 1, amount: insulin[at] - basalRate(c) });
    }
    body.live(MINUTES);
    const steps = MINUTES / SPLIT_STEP;
    const middle = (s: number) => (s + 0.5) * SPLIT_STEP;
    const disturbance = {
      sensitivity: Float64Array.from({ length: steps }, (_, s) => wave(middle(s))),
      drive: Float64Array.from({ length: steps }, (_, s) => wave(middle(s) + 300)),
      absorption: Float64Array.from({ length: steps }, (_, s) => speed(s * SPLIT_STEP)),
    };
    const path = split(p, disturbance);
    expect(apart(path, (s) => body.interstitial[s * SPLIT_STEP])).toBeLessThan(1);
    expect(apart(split(p, {}), (s) => path[s])).toBeGreaterThan(2);
  });
});

const START = instant(Date.UTC(2024, 2, 4));
const END = instant(START + 35 * 60 * MINUTE);

describe('a calibration', () => {
  const disturbed = { ...UNPERTURBED, therapyError: 0.1 };
  const lived = (seed: number, unannounced: number) =>
    generatePatient({ seed, start: START, days: 2, perturbation: { ...disturbed, unannounced } });

  test('sees where a meal is missing from the record, and lets glucose move freely there', () => {
    const seen = [31, 32, 33].map((seed) => {
      const problem = (unannounced: number) =>
        calibrationProblem(generatedHistory(lived(seed, unannounced), END), END, {});
      return [0, 1].map((unannounced) => problem(unannounced).window.unrecorded.length);
    });
    const total = (which: number) => seen.reduce((sum, counts) => sum + counts[which], 0);
    expect(total(1)).toBeGreaterThan(2 * total(0) + 2);

    const { likelihood, window } = calibrationProblem(generatedHistory(lived(31, 1), END), END, {});
    expect(window.unrecorded.length).toBeGreaterThan(0);
    const { lower } = likelihood.linearise(new Float64Array(likelihood.coordinates.dimension))!;
    const n = window.readings.length;
    const variance = (k: number) => lower.subarray(k * n, k * n + k + 1).reduce((sum, v) => sum + v * v, 0);
    const free = window.readings.map(({ position }) =>
      window.unrecorded.some(({ from, to }) => position * SPLIT_STEP > from + 60 && position * SPLIT_STEP < to),
    );
    const mean = (wanted: boolean) => {
      const values = free.flatMap((f, k) => (f === wanted ? [variance(k)] : []));
      return values.reduce((sum, v) => sum + v, 0) / values.length;
    };
    expect(mean(true)).toBeGreaterThan(1.5 * mean(false));
  });

  test('sees what is not in the record and rises too slowly for a meal', () => {
    const events = (unannounced: number) => {
      const perturbation = { ...EVERYDAY, unannounced };
      const patient = generatePatient({ seed: 60_024, start: START, days: 2, group: 'child', perturbation });
      const { likelihood, window } = calibrationProblem(generatedHistory(patient, END), END, {});
      expect(window.unrecorded).toEqual([]);
      let point = new Float64Array(likelihood.coordinates.dimension);
      for (let round = 0; round < 2; round++) {
        const problem = likelihood.leastSquares(likelihood.linearise(point)!);
        let state = levenbergMarquardt.init(problem, point);
        for (let s = 0; s < 6; s++) state = levenbergMarquardt.step(problem, state, 1e-2).state;
        point = Float64Array.from(state.point);
      }
      return likelihood.linearise(point)!.events;
    };
    expect(events(EVERYDAY.unannounced)).toBe(1);
    expect(events(0)).toBe(0);
  });

  test('narrows, warns of what it did not learn, and says how well it sampled', () => {
    const patient = generatePatient({ seed: 12, start: START, days: 2, group: 'adult', perturbation: EVERYDAY });
    const at = instant(START + 15 * 60 * MINUTE);
    const belief = finish(calibrate(generatedHistory(patient, at), at, randomStream(5, 'calibration')));
    const { numbers, warnings, ess, parameters } = belief.diagnostics;
    expect(belief.members.length).toBe(200);
    expect(ess).toBeGreaterThan(40);
    expect(warnings.some(({ code }) => code === 'sample-coarse')).toBe(ess! < 100);
    expect(numbers.acceptance).toBeGreaterThan(0.15);
    expect(numbers.acceptance).toBeLessThan(0.5);
    const ratios = PERSONAL.map((name) => [name, numbers[`posterior-over-prior-${name}`]] as const);
    expect(Math.min(...ratios.map(([, ratio]) => ratio))).toBeLessThan(0.8);
    for (const [, ratio] of ratios) {
      expect(ratio).toBeLessThan(1.3);
    }
    expect(parameters!.map((p) => p.name)).toEqual(PERSONAL);
    for (const { name, overPrior, essBulk, rHat } of parameters!) {
      const named = warnings.filter(({ where }) => where?.element === name).map(({ code }) => code);
      expect(named.includes('inference-prior-only-parameter')).toBe(overPrior! > 0.9);
      expect(named.includes('inference-few-effective-draws')).toBe(essBulk! < 100);
      expect(rHat).toBeLessThan(1.1);
      // The members are a part of these draws.
      expect(Math.abs(numbers[`posterior-over-prior-${name}`] / overPrior! - 1)).toBeLessThan(0.2);
    }
    const { posterior } = belief;
    expect(posterior!.toJSON().rows).toEqual(parameters);
    const { at: times, observed, median, inner, outer } = belief.check!;
    const seen = observed.map((v, k) => ({ v, k })).filter(({ v }) => !Number.isNaN(v));
    expect(seen.length).toBe(numbers['readings-used']);
    expect(times.every((t, k) => k === 0 || t > times[k - 1])).toBe(true);
    for (const { k } of seen) {
      const ordered = [outer[0][k], inner[0][k], median[k], inner[1][k], outer[1][k]];
      expect(ordered).toEqual(ordered.toSorted((a, b) => a - b));
    }
    // The readings were used: at least nine in ten lie where nine in ten should.
    expect(seen.filter(({ v, k }) => v >= outer[0][k] && v <= outer[1][k]).length).toBeGreaterThan(0.9 * seen.length);
    const index = priors.findIndex((p) => p.name === 'ki');
    const drawn = new Set(posterior!.parameter('ki').values);
    for (const member of belief.members) expect(drawn.has(member.parameters[index])).toBe(true);
  });
});
