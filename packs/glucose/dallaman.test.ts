import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { BIOMODELS_379, MEAL_PARAMETERS } from './dallaman.data.ts';
import { MEAL_STATES, type Physiology, simulateMeal } from './dallaman.ts';
import validation from './validation/dallaman2007.ts';

const folder = process.env.GEMEL_DATA ?? new URL('../../../shared/data', import.meta.url).pathname;
const sbml = `${folder}/reference/BIOMD0000000379.xml`;
const minutes = Array.from({ length: 421 }, (_, i) => i);

test('the numbers of the validation file are reached', async () => {
  const numbers = await validation.run({ read: () => new Uint8Array() });
  for (const row of validation.rows) {
    expect(Number.isFinite(numbers[row.name]), row.name).toBe(true);
    if (row.expected === null) continue;
    expect(Math.abs(numbers[row.name] - row.expected), row.name).toBeLessThanOrEqual(row.tolerance!);
  }
});

describe.skipIf(!existsSync(sbml))(`BioModels 379 (skipped where ${folder} is absent)`, () => {
  const text = existsSync(sbml) ? readFileSync(sbml, 'utf8') : '';
  const attributeOf = (id: string, attribute: string) =>
    Number(new RegExp(`<[a-z]+ id="${id}"[^>]*?${attribute}="([^"]+)"`).exec(text)?.[1]);

  test('encodes the normal column of the parameter table', () => {
    const ids: Record<string, string> = { VG: 'V_G', VI: 'V_I', Fcns: 'U_ii', Vmx: 'V_mX', HEb: 'HE_b', p2U: 'p_2U' };
    const plain = new Set(['f', 'b', 'd', 'K', 'alpha', 'beta', 'gamma']);
    for (const [name, parameter] of Object.entries(MEAL_PARAMETERS)) {
      const id = ids[name] ?? (plain.has(name) ? name : `${name[0]}_${name.slice(1)}`);
      expect(attributeOf(id, 'value'), `${name} as ${id}`).toBe(parameter.normal);
    }
  });

  test('encodes the basal values and the initial state', () => {
    const { Gp, Gt, Il, Ip, Ipo, Gb, Ib, Sb, part } = BIOMODELS_379;
    const amounts = ['G_p', 'G_t', 'I_l', 'I_p', 'I_po'].map((id) => attributeOf(id, 'initialAmount'));
    expect(amounts).toEqual([Gp, Gt, Il, Ip, Ipo]);
    expect(['G_b', 'I_b', 'S_b', 'part'].map((id) => attributeOf(id, 'value'))).toEqual([Gb, Ib, Sb, part]);
  });
});

describe.each(['normal', 'type2'] satisfies Physiology[])('%s physiology as printed', (physiology) => {
  test('without a meal it stays at its fasting steady state', () => {
    const { glucose, insulin } = simulateMeal(physiology, { carbohydrate: 0, weight: 78 }, minutes);
    for (const values of [glucose, insulin]) {
      expect(Math.max(...values) - Math.min(...values)).toBeLessThan(1e-5 * values[0]);
    }
  });

  test('the share f of the meal appears in plasma, and no state goes below zero but insulin action and secretion', () => {
    const long = Array.from({ length: 2001 }, (_, i) => i);
    const { appearance, states } = simulateMeal(physiology, { carbohydrate: 78, weight: 78 }, long);
    const appeared = appearance.reduce((sum, v) => sum + v, 0) * 78;
    expect(Math.abs(appeared / (0.9 * 78_000) - 1)).toBeLessThan(1e-3);
    for (const state of states) {
      for (const [i, { name }] of MEAL_STATES.entries()) {
        if (name !== 'insulin.action' && name !== 'secretion') expect(state[i]).toBeGreaterThan(-1e-6);
      }
    }
  });

  test('a larger meal raises glucose and insulin further', () => {
    const small = simulateMeal(physiology, { carbohydrate: 40, weight: 78 }, minutes);
    const large = simulateMeal(physiology, { carbohydrate: 80, weight: 78 }, minutes);
    expect(Math.max(...large.glucose)).toBeGreaterThan(Math.max(...small.glucose));
    expect(Math.max(...large.insulin)).toBeGreaterThan(Math.max(...small.insulin));
  });
});

test('type 2 physiology fasts higher, peaks higher and comes down later than normal', () => {
  const meal = { carbohydrate: 78, weight: 78 };
  const [normal, type2] = (['normal', 'type2'] as const).map((p) => simulateMeal(p, meal, minutes).glucose);
  expect(type2[0]).toBeGreaterThan(normal[0] + 50);
  expect(Math.max(...type2)).toBeGreaterThan(Math.max(...normal) + 80);
  expect(type2.indexOf(Math.max(...type2))).toBeGreaterThan(normal.indexOf(Math.max(...normal)) + 20);
});

test('BioModels 379 has no type 2 form', () => {
  expect(() => simulateMeal('type2', { carbohydrate: 78, weight: 78 }, minutes, 'biomodels379')).toThrow(RangeError);
});
