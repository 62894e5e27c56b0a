import { type ControlInput, finish, HOUR, type Instant } from '@gemel/core';
import { randomStream } from '@gemel/numerics';
import type { History, Paths } from '@gemel/runtime/pack';
import { forecastTimes } from '@gemel/runtime/paths';
import { describe, expect, it } from 'vitest';
import { drugAssimilator } from './calibrate.ts';
import type { Drug } from './drug.ts';
import { drugs } from './drugs/index.ts';
import { drugDynamics, memberLayout } from './dynamics.ts';
import { advised } from './fixtures/advice.ts';
import { after, creatinine, dose, history, measured } from './fixtures/patient.ts';
import { forecastOf, targetValues } from './forecast.ts';
import { samplingDesign } from './sampling.ts';

type Regimen = readonly [mg: number, every: number, hours: number];

/** The man of the fixtures on a regimen from hour 0 on, of which the doses up to `at` were given. */
function onRegimen(drug: Drug, [mg, every, hours]: Regimen, at: number, own: History['observations'] = []) {
  const all = Array.from({ length: 12 }, (_, n): ControlInput => {
    const given = dose(n * every, mg, hours);
    return {
      ...given,
      control: `${drug.id}.dose`,
      code: { codings: drug.codings },
      status: n * every <= at ? 'given' : 'planned',
    };
  });
  return history({ controls: all, observations: [creatinine(-2, 0.6), ...own], knownAt: after(at) });
}

const NOW = 12;
const PATIENTS = 25;

/** Logarithm of the first target's quantity under the regimen as it is planned, for persons of these parameters. */
function exposureOf(drug: Drug, controls: readonly ControlInput[], parameters: readonly Float64Array[]): Float64Array {
  const dynamics = drugDynamics(drug);
  const { signals, horizonMinutes } = forecastOf(drug);
  const times = Array.from({ length: NOW + horizonMinutes / 60 + 1 }, (_, k) => after(k));
  const members = parameters.map((own) => ({ parameters: own, state: dynamics.init(own, after(0)) }));
  const { values } = dynamics.trajectories!({ members, controls, times, signals, random: randomStream(0) });
  return targetValues(drug.targets[0], { members: members.length, times, values }).map(Math.log);
}

function spread(values: Float64Array): number {
  const mean = values.reduce((total, each) => total + each, 0) / values.length;
  return Math.sqrt(values.reduce((total, each) => total + (each - mean) ** 2, 0) / (values.length - 1));
}

/** Posterior standard deviation of the quantity, on average over simulated patients whose level is drawn at a time chosen for each. */
function remaining(drug: Drug, regimen: Regimen, chosen: (patient: number) => Instant) {
  const layout = memberLayout(drug);
  const dynamics = drugDynamics(drug);
  const now = after(NOW);
  const before = finish(drugAssimilator(drug).start(onRegimen(drug, regimen, NOW), now, randomStream(11)));
  let sum = 0;
  for (let patient = 0; patient < PATIENTS; patient++) {
    // The patient is one of those that the population holds possible.
    const { parameters, state } = before.members[patient * Math.floor(before.members.length / PATIENTS)];
    const at = chosen(patient);
    const drawn = (at - after(0)) / HOUR;
    const { controls } = onRegimen(drug, regimen, drawn);
    const there = dynamics.advance(state, parameters, controls, at, randomStream(0));
    const level = Number(dynamics.observe(there, parameters, 'concentration'));
    const { proportional = 0, additive = 0 } = drug.models[layout.model(parameters)].sigma;
    const error = Math.sqrt(proportional * level ** 2 + additive) * randomStream(13, patient).normal();
    const value = { value: Math.max(0.05, level + error), unit: drug.levelUnit };
    const given = onRegimen(drug, regimen, drawn, [measured(`${drug.id}.level`, drawn, value)]);
    const { members } = finish(drugAssimilator(drug).start(given, at, randomStream(17, patient)));
    sum += spread(
      exposureOf(
        drug,
        controls,
        members.map((each) => each.parameters),
      ),
    );
  }
  return sum / PATIENTS;
}

describe('the time of the next level', () => {
  // Who clears gentamicin fast has next to nothing left before the next dose: a trough tells little.
  const drug = drugs.find(({ id }) => id === 'gentamicin')!;
  const regimen: Regimen = [400, 24, 0.5];
  const given = onRegimen(drug, regimen, NOW);
  const belief = finish(drugAssimilator(drug).start(given, after(NOW), randomStream(11)));
  const situation = {
    now: after(NOW),
    history: given,
    belief,
    applicability: { applies: 'yes' as const, reasons: [] },
  };
  const asPlanned = { id: '', title: '', controls: [] };
  const designed = (on: History, most?: 1 | 2, change: (paths: Paths) => void = () => {}, of = drug) => {
    const { signals, stepMinutes, horizonMinutes } = forecastOf(drug);
    const times = forecastTimes(belief.at, after(NOW), stepMinutes, horizonMinutes);
    const request = { members: belief.members, controls: on.controls, times, signals, random: randomStream(0) };
    const { values } = drugDynamics(drug).trajectories!(request);
    const paths = { members: belief.members.length, times, values };
    change(paths);
    return samplingDesign(of, { ...situation, history: on }, asPlanned, paths, most);
  };
  const design = designed(given, 1)!;
  const random = randomStream(19);
  const anyTime = () => {
    for (;;) {
      const at = NOW + 0.5 + random.uniform() * 35.5;
      if (at < 24 || at > 25.5) return after(at);
    }
  };
  const left = {
    design: remaining(drug, regimen, () => design.times[0]),
    trough: remaining(drug, regimen, () => after(23.9)),
    anyTime: remaining(drug, regimen, anyTime),
  };

  it('leaves less to be known of exposure than a trough does, and than any time does, over simulated patients', () => {
    expect(left.design).toBeLessThan(0.85 * left.trough);
    expect(left.design).toBeLessThan(0.95 * left.anyTime);
  });
  it('leaves as much to be known as it says', () => {
    expect(left.design / design.after).toBeGreaterThan(0.9);
    expect(left.design / design.after).toBeLessThan(1.1);
    expect(design.before).toBeGreaterThan(1.5 * design.after);
  });
  it('is no time of an infusion or of the hour after; two levels lie apart and tell more than one', () => {
    const two = designed(given)!;
    expect(two.times).toHaveLength(2);
    expect(two.after).toBeLessThan(0.9 * design.after);
    expect(two.times[1] - two.times[0]).toBeGreaterThanOrEqual(4 * HOUR);
    for (const at of [...design.times, ...two.times]) {
      const since = ((at - after(0)) / HOUR) % 24;
      expect(since === 0 || since >= 1.5).toBe(true);
      expect(at).toBeGreaterThan(after(NOW));
    }
  });
  it('is none where nothing is given any more', () => {
    const bare = { ...given, controls: given.controls.filter(({ status }) => status === 'given') };
    expect(designed(bare)).toBeNull();
  });
  it('is none when everyone’s level is nothing', () => {
    const without = { ...drug, models: drug.models.map((model) => ({ ...model, sigma: { proportional: 0.04 } })) };
    const empty = ({ times, values }: Paths) =>
      times.forEach((at, t) => {
        for (let m = 0; m < belief.members.length && at < after(60); m++)
          values.concentration[m * times.length + t] = 0;
      });
    const found = designed(given, 1, empty, without)!;
    for (const at of found.times) expect(at).toBeGreaterThanOrEqual(after(60));
  });
  it('goes with each plan as a measurement, under a LOINC code of the level, before the next dose', () => {
    const { advice } = advised(drug, given, after(NOW));
    expect(advice.kind).toBe('advise');
    expect(advice.measurements!.length).toBeGreaterThan(0);
    for (const { code, from, to, scenario, reason } of advice.measurements!) {
      expect(code.codings[0]).toMatchObject({ system: 'http://loinc.org', code: '35668-3' });
      expect(reason).toMatch(/narrow AUC24 from ±\d+ % to ±\d+ %/);
      const plan = advice.plans.find((each) => each.scenario.id === scenario)!;
      for (const dose of plan.scenario.controls) expect(dose.from >= to || dose.from < from).toBe(true);
    }
  });
});
