import { existsSync, readFileSync } from 'node:fs';
import { randomStream } from '@gemel/numerics';
import { describe, expect, test } from 'vitest';
import { readCohort } from './cohort.ts';
import { basalRate, CONSTANT, deriveConstants } from './model.ts';
import { MODEL_PARAMETERS, PARAMETER_COUNT, requirePlausible } from './parameters.ts';
import { POPULATION } from './population.data.ts';
import {
  AGE_GROUPS,
  ageGroup,
  BASAL_NEED,
  drawPatient,
  fromSampling,
  populationPrior,
  SHARED,
  toSampling,
  typicalPatient,
  unlikely,
  VARIED,
  VARIED_COUNT,
} from './population.ts';
import { derivePopulation } from './population-derivation.ts';
import { REFERENCE_PATIENTS } from './reference-patients.data.ts';

const folder = process.env.GEMEL_DATA ?? new URL('../../../shared/data', import.meta.url).pathname;
const file = (name: string) => `${folder}/uva-padova/${name}`;

describe.skipIf(!existsSync(file('Quest.csv')))(
  `against the published cohort (skipped where ${folder} is absent)`,
  () => {
    const cohort = existsSync(file('Quest.csv'))
      ? readCohort(readFileSync(file('vpatient_params.csv'), 'utf8'), readFileSync(file('Quest.csv'), 'utf8'))
      : [];

    test('the shipped numbers are what the derivation gives, to five decimals', () => {
      const derived = derivePopulation(cohort);
      expect(POPULATION.shrinkage).toBeCloseTo(derived.shrinkage, 5);
      for (const group of AGE_GROUPS) {
        for (let i = 0; i < VARIED_COUNT; i++) {
          expect(POPULATION.groups[group].mean[i]).toBeCloseTo(derived.groups[group].mean[i], 5);
          expect(POPULATION.groups[group].sd[i]).toBeCloseTo(derived.groups[group].sd[i], 5);
        }
      }
      expect(POPULATION.correlation.length).toBe(derived.correlation.length);
      for (const [k, r] of derived.correlation.entries()) expect(POPULATION.correlation[k]).toBeCloseTo(r, 5);
    });

    test('what is shared is shared by all 30, and what varies does', () => {
      for (const { columns } of cohort) {
        for (const [name, value] of Object.entries(SHARED)) expect(columns[name]).toBe(value);
      }
      for (const name of VARIED) expect(new Set(cohort.map((p) => p.columns[name])).size).toBeGreaterThan(20);
      expect(VARIED.length + Object.keys(SHARED).length).toBe(PARAMETER_COUNT);
    });

    test('every published patient is likely, and within 4 deviations in each parameter', () => {
      for (const { name, parameters } of cohort) {
        expect(unlikely(parameters), name).toBeNull();
        const prior = populationPrior(name.split('#')[0] as (typeof AGE_GROUPS)[number]);
        const z = toSampling(parameters);
        for (let i = 0; i < VARIED_COUNT; i++) {
          expect(Math.abs(z[i] - prior.mean[i]) / prior.sd[i], `${name} ${VARIED[i]}`).toBeLessThan(4);
        }
      }
    });

    test('drawn basal needs spread as the published ones do', () => {
      const need = (parameters: Float64Array) => {
        const c = deriveConstants(parameters);
        return Math.log((basalRate(c) * 1440) / c[CONSTANT.BW]);
      };
      const moments = (values: number[]) => {
        const mean = values.reduce((s, v) => s + v, 0) / values.length;
        return { mean, sd: Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / (values.length - 1)) };
      };
      for (const group of AGE_GROUPS) {
        const published = moments(cohort.filter((p) => p.name.startsWith(group)).map((p) => need(p.parameters)));
        const drawn = moments(
          Array.from({ length: 400 }, (_, i) => need(drawPatient(group, randomStream(2, group, i)).parameters)),
        );
        expect(Math.abs(drawn.mean - published.mean)).toBeLessThan(0.15);
        expect(drawn.sd / published.sd).toBeGreaterThan(0.7);
        expect(drawn.sd / published.sd).toBeLessThan(2.2);
      }
    });
  },
);

test('the sampling scale and the parameters go back and forth', () => {
  for (const { parameters } of Object.values(REFERENCE_PATIENTS)) {
    const back = fromSampling(toSampling(parameters));
    for (const [i, m] of MODEL_PARAMETERS.entries()) {
      expect(Math.abs(back[i] / parameters[i] - 1), m.name).toBeLessThan(1e-12);
    }
  }
});

describe.each(AGE_GROUPS)('%s', (group) => {
  test('every draw has a steady state, and 97 draws in 100 are accepted', () => {
    let attempts = 0;
    for (let i = 0; i < 1000; i++) {
      const draw = drawPatient(group, randomStream(17, group, i));
      attempts += draw.attempts;
      requirePlausible(draw.parameters);
      const c = deriveConstants(draw.parameters);
      for (const name of ['kp1', 'Vm0', 'Gtb', 'Ilb', 'u2ss', 'isc1ss', 'isc2ss'] as const) {
        expect(c[CONSTANT[name]], name).toBeGreaterThan(0);
      }
      const need = (c[CONSTANT.u2ss] * 1440) / 6000;
      expect(need >= BASAL_NEED[0] && need <= BASAL_NEED[1]).toBe(true);
    }
    expect(1000 / attempts).toBeGreaterThan(0.97);
  });

  test('draws have the means, deviations and correlations stated', () => {
    const prior = populationPrior(group);
    const count = 4000;
    const draws = Array.from({ length: count }, (_, i) =>
      toSampling(drawPatient(group, randomStream(19, group, i)).parameters),
    );
    for (let i = 0; i < VARIED_COUNT; i++) {
      const mean = draws.reduce((s, z) => s + z[i], 0) / count;
      expect(Math.abs(mean - prior.mean[i]) / prior.sd[i], VARIED[i]).toBeLessThan(0.08);
    }
    const pair = (a: (typeof VARIED)[number], b: (typeof VARIED)[number]) => {
      const [i, j] = [VARIED.indexOf(a), VARIED.indexOf(b)];
      const covariance = draws.reduce((s, z) => s + (z[i] - prior.mean[i]) * (z[j] - prior.mean[j]), 0) / count;
      return [covariance, prior.covariance[i * VARIED_COUNT + j], prior.sd[i] * prior.sd[j]];
    };
    for (const [a, b] of [
      ['ka1', 'ka2'],
      ['m2', 'Vi'],
      ['kmin', 'b'],
      ['Vmx', 'Vmx'],
      ['kabs', 'kabs'],
    ] as const) {
      const [seen, stated, scale] = pair(a, b);
      expect(Math.abs(seen - stated) / scale, `${a} ${b}`).toBeLessThan(0.08);
    }
  });

  test('the typical patient is likely', () => {
    expect(unlikely(typicalPatient(group))).toBeNull();
  });
});

test('a draw is pure in its stream', () => {
  const draw = () => [...drawPatient('child', randomStream(23, 'x')).parameters];
  expect(draw()).toEqual(draw());
});

test('ages fall into the groups of the cohort', () => {
  expect([4, 12.9, 13, 19.9, 20, 80].map(ageGroup)).toEqual([
    'child',
    'child',
    'adolescent',
    'adolescent',
    'adult',
    'adult',
  ]);
});
