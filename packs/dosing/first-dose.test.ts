import { HOUR, instant } from '@gemel/core';
import { describe, expect, it } from 'vitest';
import { drugs } from './drugs/index.ts';
import { vancomycin } from './drugs/vancomycin/index.ts';
import { EXPOSURE } from './dynamics.ts';
import { advised, median } from './fixtures/advice.ts';
import { after, creatinine, dose, fact, history, measured, rate } from './fixtures/patient.ts';
import { dosingPack } from './pack.ts';

const now = after(0);
const fresh = (changes: Parameters<typeof history>[0] = {}) =>
  history({ controls: [], observations: [creatinine(-2, 1.1)], knownAt: now, ...changes });

describe('a first dose, from the population alone', () => {
  const { plans, advice, foretold, situation } = advised(vancomycin, fresh(), now);
  const [asPlanned, ...offered] = plans;

  it('is a regimen after a loading dose of 20 to 35 mg/kg, at most 3,000 mg, at most 4,500 mg in the first day', () => {
    expect(asPlanned.scenario.controls).toEqual([]);
    expect(offered).toHaveLength(3);
    for (const { scenario, limits, allowed } of offered) {
      const [first, second] = scenario.controls;
      expect(first.value.value / 80).toBeGreaterThanOrEqual(20);
      expect(first.value.value / 80).toBeLessThanOrEqual(35);
      expect(first.value.value).toBeGreaterThan(second.value.value);
      expect(first.from).toBe(now);
      expect((first.to! - first.from) / HOUR).toBeGreaterThanOrEqual(first.value.value / 1000);
      expect([allowed, ...limits.map(({ verdict }) => verdict)]).not.toContain('clipped');
    }
  });
  it('the loading dose is the least that brings the first day to the middle of the target, as far as its bounds let it', () => {
    for (const plan of offered) {
      const [first, second] = plan.scenario.controls;
      const { members, times, values } = foretold(plan).paths;
      const day = Array.from({ length: members }, (_, m) => {
        const own = values[EXPOSURE].subarray(m * times.length, (m + 1) * times.length);
        return own[24] - own[0];
      }).sort((a, b) => a - b);
      const room = 4500 - second.value.value * (24 / ((second.from - first.from) / HOUR) - 1);
      const largest = Math.floor(Math.min(3000, 35 * 80, room) / 250) * 250;
      if (first.value.value < largest) expect(day[members / 2] / 490).toBeGreaterThan(0.85);
      if (first.value.value > 1750) expect(day[members / 2] / 490).toBeLessThan(1.15);
    }
  });
  it('says that it is the population’s, where the loading dose is from, and by which equation the kidneys count', () => {
    const codes = advice.reasons.map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(['population-only', 'loading', 'renal-function']));
    const said = (code: string) => advice.reasons.find((each) => each.code === code)!.statement;
    expect(said('loading')).toContain('Rybak 2020');
    expect(said('renal-function')).toContain('74.9 mL/min, by Cockcroft and Gault');
  });
  it('of a child is no loading dose, and in steps that fit its limit: what is said is what is given', () => {
    for (const [born, kg, cm] of [
      ['2023-03-10', 13, 92],
      ['2025-10-01', 5, 58],
    ] as const) {
      const facts = [
        fact('birthDate', born),
        fact('sex', 'male'),
        fact('body.weight', { value: kg, unit: 'kg' }),
        fact('body.height', { value: cm, unit: 'cm' }),
      ];
      const small = advised(vancomycin, fresh({ facts, observations: [creatinine(-2, 0.3)] }), now);
      expect(small.plans).toHaveLength(4);
      for (const { scenario, limits } of small.plans.slice(1)) {
        const doses = scenario.controls.map(({ value }) => value.value);
        expect(new Set(doses).size).toBe(1);
        expect(scenario.title).toMatch(new RegExp(`^${doses[0]} mg over `));
        expect(doses[0]).toBeLessThanOrEqual(35 * kg);
        expect(limits.map(({ verdict }) => verdict)).not.toContain('clipped');
      }
    }
  });
  it('attains the target more often than what was planned, and less surely than after levels', () => {
    const attained = advice.plans.map(({ forecast }) => {
      const { auc24 } = forecast.quantities;
      return auc24.kind === 'scalar' ? auc24.events.attained : 0;
    });
    expect(attained[0]).toBeGreaterThan(0.3);
    expect(attained[0]).toBeLessThan(0.9);
    expect(situation.belief.diagnostics.numbers).toHaveProperty('probability goti2018');
  });

  it.each(drugs.filter(({ id }) => id !== 'warfarin').map((drug) => [drug.id, drug] as const))(
    '%s: ready with weight and creatinine, and nothing else of a course',
    (_, drug) => {
      const { missing } = dosingPack(drug).readiness('decide', fresh(), now);
      expect(missing).toEqual([]);
    },
  );
  it('without a weight or a creatinine is refused, by name', () => {
    const missing = (changes: Parameters<typeof history>[0]) =>
      dosingPack(vancomycin)
        .readiness('calibrate', fresh(changes), now)
        .missing.map(({ code }) => code);
    expect(missing({ facts: history().facts.filter((each) => each.fact !== 'body.weight') })).toContain(
      'weight-missing',
    );
    expect(missing({ observations: [] })).toContain('creatinine-missing');
  });
  it('carboplatin without a creatinine is refused, though a model needs none', () => {
    const carboplatin = drugs.find(({ id }) => id === 'carboplatin')!;
    const { missing } = dosingPack(carboplatin).readiness('calibrate', fresh({ observations: [] }), now);
    expect(missing.map(({ code }) => code)).toContain('creatinine-missing');
  });
});

describe('a first dose of a beta-lactam', () => {
  const first = (id: string) => advised(drugs.find((each) => each.id === id)!, fresh(), now);
  const hours = ({ from, to = from }: ReturnType<typeof dose>) => (to - from) / HOUR;

  it.each([
    ['meropenem', 1000],
    ['piperacillin', 4000],
  ])('%s: a loading dose over half an hour, before what takes longer', (id, mg) => {
    const { plans, advice } = first(id);
    const [, ...offered] = plans;
    expect(offered).toHaveLength(3);
    for (const { scenario, limits } of offered) {
      const [load, next] = scenario.controls;
      expect([load.from, hours(load)]).toEqual([now, 0.5]);
      expect(load.value.value).toBeGreaterThanOrEqual(mg);
      if (next.control.endsWith('.rate')) expect(next.from).toBe(load.to);
      expect(limits.map(({ verdict }) => verdict)).not.toContain('clipped');
    }
    expect(advice.reasons.find(({ code }) => code === 'loading')!.statement).toContain('Guilhaumou');
  });
  it('may be followed by a rate without end, which is told with what it keeps above the MIC', () => {
    const { plans, advice } = first('meropenem');
    const [endless] = plans.filter(({ scenario }) =>
      scenario.controls.some(({ control }) => control.endsWith('.rate')),
    );
    expect(endless.scenario.title).toMatch(/^1000 mg over 0.5 h, then \d+ mg\/h without a break/);
    const { 'time-above': above } = endless.forecast.quantities;
    expect(above.kind === 'scalar' && above.events.attained).toBeGreaterThan(0.85);
    expect(advice.reasons.map(({ code }) => code)).toContain('continuous');
  });
  it('the loading dose brings the coming day above the MIC sooner than the same infusions without', () => {
    const { plans, pack, situation, foretold } = first('meropenem');
    const loaded = plans.find(({ scenario }) => scenario.title.includes('at once'))!;
    const bare = { ...loaded.scenario, id: 'bare', controls: loaded.scenario.controls.slice(1) };
    const day = (plan: typeof loaded) => {
      const { mean } = foretold(plan).forecast.quantities['coming-day'] as { readonly mean: number };
      return mean;
    };
    expect(pack.id).toBe('dosing-meropenem');
    expect(situation.now).toBe(now);
    expect(day(loaded)).toBeGreaterThan(day({ ...loaded, scenario: bare }) + 1);
  });
  it('of who is on it already is none', () => {
    const given = { ...dose(-6, 1000, 0.5), control: 'meropenem.dose' };
    const { plans } = advised(drugs.find(({ id }) => id === 'meropenem')!, fresh({ controls: [given] }), now);
    for (const { scenario } of plans.slice(1)) expect(new Set(scenario.controls.map(hours)).size).toBe(1);
  });
});

describe('an infusion without end', () => {
  const on = (value: number) => fresh({ controls: [rate(-30, value)], knownAt: now });

  it('is part of the course: the level it brings is its rate over the clearance', () => {
    const { situation, pack } = advised(vancomycin, on(80), now);
    const { dynamics } = pack;
    const members = situation.belief.members.slice(0, 5);
    const { controls } = situation.history;
    for (const { state, parameters } of members) {
      const far = instant(now + 3000 * HOUR);
      const late = dynamics.advance(state, parameters, controls, far, null as never);
      const CL = parameters[1 + pack.parameters.slice(1).findIndex(({ name }) => name === 'CL')];
      expect(Number(dynamics.observe(late, parameters, 'concentration')) / (80 / CL)).toBeCloseTo(1, 6);
    }
  });
  it('is answered with rates, which end the one that runs', () => {
    const { advice, plans } = advised(vancomycin, on(40), now);
    const [asPlanned, ...offered] = plans;
    expect(offered.length).toBeGreaterThan(0);
    for (const plan of offered) {
      expect(plan.scenario.controls.map(({ control, value }) => [control, value.unit])).toEqual([
        ['vancomycin.rate', 'mg/h'],
      ]);
      expect(Math.abs(Math.log(median(plan, 'auc24') / 490))).toBeLessThan(0.2);
    }
    expect(median(asPlanned, 'auc24')).toBeLessThan(400);
    expect(advice.reasons.map(({ code }) => code)).toContain('continuous');
    const [{ value }] = offered[0].scenario.controls;
    const again = advised(vancomycin, on(value.value), now).plans.map(({ scenario }) => scenario);
    expect(again[0].title).toBe('As planned');
    expect(again.flatMap(({ controls }) => controls.map((each) => each.value.value))).not.toContain(value.value);
  });
  it('of meropenem is answered with the rate that keeps nine of ten members above the threshold', () => {
    const meropenem = drugs.find(({ id }) => id === 'meropenem')!;
    const controls = [{ ...rate(-30, 20), control: 'meropenem.rate' }];
    const { plans } = advised(meropenem, fresh({ controls }), now);
    const [low, high] = plans
      .slice(1)
      .map(({ scenario, forecast }) => {
        const { 'time-above': above } = forecast.quantities;
        return [scenario.controls[0].value.value, above.kind === 'scalar' ? above.events.attained : Number.NaN];
      })
      .sort(([a], [b]) => a - b);
    expect(high[0] - low[0]).toBe(10);
    expect(low[1]).toBeLessThan(high[1]);
    expect(high[1]).toBeGreaterThan(0.85);
  });
  it('of a drug that is given in doses alone is refused, by name', () => {
    const gentamicin = drugs.find(({ id }) => id === 'gentamicin')!;
    const controls = [{ ...rate(-30, 10), control: 'gentamicin.rate' }];
    const { missing } = dosingPack(gentamicin).readiness('decide', fresh({ controls }), now);
    expect(missing.map(({ code }) => code)).toEqual(['infusion-continuous']);
  });
  it('as one long dose is answered with a rate from its end on', () => {
    const { plans } = advised(vancomycin, fresh({ controls: [dose(-20, 2000, 24)] }), now);
    for (const { scenario } of plans.slice(1)) expect(scenario.controls[0].from).toBe(after(4));
  });
});

describe('an infusion that ends soon', () => {
  const running = history({ controls: [dose(-0.5, 1500, 1.5)], observations: [creatinine(-2, 1)], knownAt: now });
  it('counts as given to its end, and the next dose waits for it', () => {
    const pack = dosingPack(vancomycin);
    expect(pack.readiness('decide', running, now).missing).toEqual([]);
    const { plans } = advised(vancomycin, running, now);
    for (const { scenario } of plans.slice(1)) expect(scenario.controls[0].from).toBeGreaterThanOrEqual(after(1));
    const said = pack.advisories(
      { history: running, now, belief: null, applicability: { applies: 'yes', reasons: [] } },
      null,
    );
    expect(said.map(({ code }) => code)).toContain('infusion-runs');
  });
});

describe('what is planned', () => {
  it('is replaced by what is proposed, not added to', () => {
    const planned = [12, 24, 36, 48, 60].map((at) => ({ ...dose(at, 1000, 1), status: 'planned' as const }));
    const given = [dose(0, 1000, 1)];
    const levels = [creatinine(-2, 1.1), measured('vancomycin.level', 11, { value: 9, unit: 'mg/L' })];
    const at = after(11.5);
    const base = { observations: levels, knownAt: at, facts: history().facts };
    const beside = advised(vancomycin, history({ ...base, controls: [...given, ...planned] }), at);
    const alone = advised(vancomycin, history({ ...base, controls: given }), at);
    expect(beside.plans.map(({ scenario }) => scenario.id)).toEqual(alone.plans.map(({ scenario }) => scenario.id));
    beside.plans.slice(1).forEach((plan, i) => {
      expect(median(plan, 'auc24')).toBe(median(alone.plans[i + 1], 'auc24'));
    });
    expect(median(beside.plans[0], 'auc24')).toBeGreaterThan(3 * median(alone.plans[0], 'auc24'));
  });
});

it('a weight that no limit knows is not dosed by', () => {
  const facts = history().facts.filter((each) => each.fact !== 'body.weight');
  const given = history({ controls: [dose(-12, 1000, 1)], facts: [...facts, fact('body.weight', 'eighty')] });
  const { missing } = dosingPack(vancomycin).readiness('decide', given, now);
  expect(missing.map(({ code }) => code)).toContain('weight-unreadable');
});
