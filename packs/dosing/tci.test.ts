import { randomStream } from '@gemel/numerics';
import { describe, expect, it } from 'vitest';
import { type EffectSiteModel, typicalValues } from './anaesthetic.ts';
import { eleveld2018 } from './drugs/propofol/eleveld2018.ts';
import { marsh1991, marsh1991Modified } from './drugs/propofol/marsh1991.ts';
import { schnider1998 } from './drugs/propofol/schnider1998.ts';
import { eleveld2017 } from './drugs/remifentanil/eleveld2017.ts';
import { minto1997 } from './drugs/remifentanil/minto1997.ts';
import { decrementTime, TargetControl, type TargetSite } from './tci.ts';

const PATIENT = { age: 40, weight: 75, height: 175, female: 0, opioid: 1 };
/** 1200 mL/h of 10 mg/mL, of 0.05 mg/mL. */
const PROPOFOL = { fastest: 12_000, step: 10 };
const REMIFENTANIL = { fastest: 60, step: 10 };
const CASES = [
  [marsh1991, PROPOFOL, 4],
  [marsh1991Modified, PROPOFOL, 4],
  [schnider1998, PROPOFOL, 4],
  [eleveld2018, PROPOFOL, 3],
  [minto1997, REMIFENTANIL, 5],
  [eleveld2017, REMIFENTANIL, 5],
] as const;

const controlOf = (model: EffectSiteModel, pump: typeof PROPOFOL) =>
  new TargetControl(model.structure, typicalValues(model, PATIENT), pump);

describe('target-controlled infusion', () => {
  for (const [model, pump, target] of CASES) {
    for (const site of ['plasma', 'effect'] as const) {
      it(`${model.id}: brings ${site} to the target, holds it, never above by 0.1 %`, () => {
        const course = controlOf(model, pump).follow([{ time: 0, target }], 2, site);
        const course_ = course[site];
        expect(Math.max(...course_)).toBeLessThan(1.001 * target);
        const reached = course_.findIndex((value) => value > 0.99 * target);
        // Within a quarter of an hour, and held to the end.
        expect(reached * pump.step).toBeLessThan(900);
        expect(reached).toBeGreaterThanOrEqual(0);
        expect(Math.min(...course_.subarray(reached))).toBeGreaterThan(0.985 * target);
        expect(Math.min(...course.rates)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...course.rates)).toBeLessThanOrEqual(pump.fastest);
      });
    }
  }

  it('the effect is reached sooner than by holding plasma at the target', () => {
    const control = controlOf(eleveld2018, PROPOFOL);
    const first = (site: TargetSite) =>
      control.follow([{ time: 0, target: 3 }], 1, site).effect.findIndex((value) => value > 0.95 * 3);
    expect(first('effect')).toBeLessThan(first('plasma') / 2);
  });

  it('holds without swinging: from the tenth minute of holding on rates change by less than 3 % from step to step', () => {
    for (const [model, pump, target] of CASES) {
      const { rates } = controlOf(model, pump).follow([{ time: 0, target }], 1, 'effect');
      for (let k = 180; k + 1 < rates.length; k++) {
        expect(Math.abs(rates[k + 1] / rates[k] - 1), `${model.id}, step ${k}`).toBeLessThan(0.03);
      }
    }
  });

  it('a lower target stops the pump until it is reached, then holds it', () => {
    const steps = [
      { time: 0, target: 4 },
      { time: 0.5, target: 2 },
    ];
    const { rates, effect } = controlOf(schnider1998, PROPOFOL).follow(steps, 1.5, 'effect');
    expect(rates[180]).toBe(0);
    expect(Math.min(...effect.subarray(180))).toBeGreaterThan(0.985 * 2);
    expect(effect.at(-1)! / 2).toBeCloseTo(1, 2);
  });

  it('a target of nothing stops the pump', () => {
    const { rates } = controlOf(schnider1998, PROPOFOL).follow([{ time: 0, target: 0 }], 0.1, 'effect');
    expect(Math.max(...rates)).toBe(0);
  });

  it('random targets and pumps: between nothing and the fastest rate, and never above the highest target by 0.2 %', () => {
    const random = randomStream(7, 'targets');
    for (let i = 0; i < 30; i++) {
      const [model, , usual] = CASES[i % CASES.length];
      const pump = {
        fastest: usual === 5 ? 60 * random.uniform() + 1 : 12_000 * random.uniform() + 100,
        step: 5 + 25 * random.uniform(),
      };
      const targets = [0, 0.1, 0.2, 0.3].map((time) => ({ time, target: 2 * usual * random.uniform() }));
      const site = random.uniform() < 0.5 ? 'plasma' : 'effect';
      const course = controlOf(model, pump).follow(targets, 0.4, site);
      const rates = [...course.rates];
      expect(rates.every((rate) => rate >= 0 && rate <= pump.fastest)).toBe(true);
      expect(Math.max(...course[site])).toBeLessThan(1.002 * Math.max(...targets.map(({ target }) => target)));
    }
  });

  it('goes on from a state', () => {
    const control = controlOf(eleveld2018, PROPOFOL);
    const whole = control.follow([{ time: 0, target: 3 }], 1, 'effect');
    const half = control.follow([{ time: 0, target: 3 }], 0.5, 'effect');
    const rest = control.follow([{ time: 0, target: 3 }], 0.5, 'effect', half.end);
    expect(rest.effect.at(-1)).toBeCloseTo(whole.effect.at(-1)!, 6);
  });
});

describe('decrement', () => {
  const held = (hours: number) => {
    const control = controlOf(eleveld2018, PROPOFOL);
    return control.follow([{ time: 0, target: 3 }], hours, 'effect').end;
  };
  const values = typicalValues(eleveld2018, PATIENT);
  const { structure } = eleveld2018;

  it('is when the concentration is the level', () => {
    const end = held(1);
    const run = structure.run(values, end);
    run.advance(decrementTime(structure, values, end, 1.5, 'effect'));
    expect(run.effect()).toBeCloseTo(1.5, 6);
    run.reset(end);
    run.advance(decrementTime(structure, values, end, 1.5, 'plasma'));
    expect(run.concentration()).toBeCloseTo(1.5, 6);
  });
  it('grows with the time the target was held', () => {
    const times = [0.25, 1, 4].map((hours) => decrementTime(structure, values, held(hours), 1.5, 'effect'));
    expect(times[0]).toBeLessThan(times[1]);
    expect(times[1]).toBeLessThan(times[2]);
  });
  it('counts from the peak that is still to come', () => {
    const run = structure.run(values, structure.rest(values));
    run.give('blood', 150);
    const state = run.state();
    expect(run.effect()).toBeCloseTo(0, 9);
    const hours = decrementTime(structure, values, state, 1, 'effect');
    expect(hours).toBeGreaterThan(0.05);
    run.advance(hours);
    expect(run.effect()).toBeCloseTo(1, 6);
  });
  it('is nothing below the level, and not told beyond what is looked at', () => {
    const end = held(0.5);
    expect(decrementTime(structure, values, end, 5, 'effect')).toBe(0);
    expect(decrementTime(structure, values, end, 5, 'plasma')).toBe(0);
    expect(decrementTime(structure, values, end, 0, 'plasma')).toBe(Number.POSITIVE_INFINITY);
  });
});
