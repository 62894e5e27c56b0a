import { finish } from '@gemel/core';
import { randomStream } from '@gemel/numerics';
import type { History } from '@gemel/runtime/pack';
import { packContract } from '@gemel/runtime/pack-contract';
import { describe, expect, it } from 'vitest';
import { after, dose, fact, history, measured } from '../fixtures/patient.ts';
import { agents } from './agents.ts';
import { anaesthesiaPacks } from './pack.ts';
import { dosesOf, OPIOID } from './record.ts';

const given = (control: string, from: number, to: number | undefined, value: number, unit: string) => {
  const { to: _, ...own } = dose(from, value, 1);
  return {
    ...own,
    id: `${control}-${from}`,
    control,
    value: { value, unit },
    ...(to === undefined ? {} : { to: after(to) }),
  };
};
/** An induction and a quarter of an hour of infusion, with one level. */
const underway = (share: number, level: number, unit: string): History =>
  history({
    controls: [
      given('propofol.bolus', 0, 1 / 60, 120 * share, 'mg'),
      given('propofol.infusion', 0, undefined, 500 * share, 'mg/h'),
    ],
    observations: [measured('propofol.level', 0.2, { value: level, unit })],
    facts: [...history().facts, fact(OPIOID, true)],
    knownAt: after(0.25),
  });
const EXAMPLES = [underway(1, 3, 'ug/mL'), underway(0.0015, 4, 'ng/mL')];

for (const [i, pack] of anaesthesiaPacks.entries())
  packContract(pack, { history: EXAMPLES[i], now: after(0.25) }, { describe, it });

describe('a pump', () => {
  it('runs at one rate: a rate that begins ends the one before, with or without an end of its own', () => {
    const doses = dosesOf([
      given('propofol.infusion', 0, undefined, 600, 'mg/h'),
      given('propofol.infusion', 0.5, 1, 300, 'mg/h'),
    ]);
    expect(doses.map(({ time, amount, hours }) => [time - doses[0].time, amount, hours])).toEqual([
      [0, 300, 0.5],
      [0.5, 150, 0.5],
    ]);
  });
});

const now15 = after(0.25);

describe('advice', () => {
  for (const [i, pack] of anaesthesiaPacks.entries()) {
    const agent = agents[i];
    const now = after(0.25);
    const belief = finish(pack.assimilator.start(EXAMPLES[i], now, randomStream(3)));
    const situation = { now, history: EXAMPLES[i], belief, applicability: pack.applicability(EXAMPLES[i].facts) };

    it(`${pack.id}: a proposal brings the middle of the members to its target and holds it`, () => {
      const scenario = pack.propose(situation, []).find(({ id }) => id === `effect-${agent.targets[2]}`)!;
      const times = [20, 40, 60].map((minutes) => after(0.25 + minutes / 60));
      const { values } = pack.dynamics.trajectories!({
        members: belief.members,
        controls: [...EXAMPLES[i].controls, ...scenario.controls],
        times,
        signals: ['effect'],
        random: randomStream(1),
      });
      times.forEach((_, t) => {
        const own = belief.members.map((_, m) => values.effect[m * times.length + t]).sort((a, b) => a - b);
        expect(Math.abs(own[100] / agent.targets[2] - 1)).toBeLessThan(0.15);
      });
    });
  }

  it('values of the index tell how sensitive the patient is', () => {
    const [pack] = anaesthesiaPacks;
    const record = { ...EXAMPLES[0], observations: [] };
    const halves = (observations: History['observations']) => {
      const { members } = finish(pack.assimilator.start({ ...record, observations }, now15, randomStream(3)));
      return members.map(({ parameters }) => Math.log(parameters.at(-1)!)).sort((a, b) => a - b);
    };
    // The typical patient of the model but for half the sensitivity.
    const parameters = Float64Array.from(pack.parameters, ({ value }) => value);
    parameters[parameters.length - 1] *= 2;
    const observations = [3, 6, 9, 12, 15].map((minutes) => {
      const at = after(minutes / 60);
      const state = pack.dynamics.advance(
        pack.dynamics.init(parameters, after(0)),
        parameters,
        record.controls,
        at,
        randomStream(0),
      );
      return measured('index', minutes / 60, {
        value: pack.dynamics.observe(state, parameters, 'index') as number,
        unit: '1',
      });
    });
    const before = halves([]);
    const afterwards = halves(observations);
    const truth = Math.log(parameters.at(-1)!);
    expect(Math.abs(afterwards[100] - truth)).toBeLessThan(0.75 * Math.abs(before[100] - truth));
    expect(afterwards[180] - afterwards[20]).toBeLessThan(before[180] - before[20]);
    const effects = finish(pack.assimilator.start({ ...record, observations }, now15, randomStream(3))).members.map(
      (member) => pack.dynamics.observe(member.state, member.parameters, 'index') as number,
    );
    const mean = effects.reduce((sum, each) => sum + each, 0) / effects.length;
    const last = (observations.at(-1)!.value as { value: number }).value;
    expect(Math.abs(mean - last)).toBeLessThan(4);
  });
  it('says what is missing', () => {
    const { missing } = anaesthesiaPacks[0].readiness('decide', history({ facts: [], controls: [] }), after(1));
    expect(missing.map(({ code }) => code)).toContain('weight-missing');
  });
  it('a limit by weight forbids where no weight is recorded, and holds a plan otherwise', () => {
    const [pack] = anaesthesiaPacks;
    const limit = pack.limits.find(({ name }) => name === 'single-dose')!;
    const bolus = [{ ...given('propofol.bolus', 0.25, undefined, 500, 'mg'), status: 'proposed' as const }];
    const belief = finish(pack.assimilator.start(EXAMPLES[0], after(0.25), randomStream(3)));
    const situation = { now: after(0.25), belief, applicability: pack.applicability([]) };
    const known = limit.apply(bolus, { ...situation, history: EXAMPLES[0] });
    expect([known.verdict.verdict, known.controls[0].value.value]).toEqual(['clipped', 200]);
    const unknown = limit.apply(bolus, { ...situation, history: { ...EXAMPLES[0], facts: [] } });
    expect(unknown.verdict.verdict).toBe('forbidden');
  });
  it('a level before anything was given is refused', () => {
    const record = { ...EXAMPLES[0], observations: [measured('propofol.level', -1, { value: 3, unit: 'ug/mL' })] };
    const { missing } = anaesthesiaPacks[0].readiness('calibrate', record, after(0.25));
    expect(missing.map(({ code }) => code)).toEqual(['level-before-dose']);
  });
  it('an opioid makes the propofol model slower', () => {
    const clearance = (facts: History['facts']) => {
      const record = { ...EXAMPLES[0], facts, observations: [] };
      const { members } = finish(anaesthesiaPacks[0].assimilator.start(record, after(0.25), randomStream(3)));
      return members.reduce((sum, { parameters }) => sum + Math.log(parameters[0]), 0) / members.length;
    };
    expect(clearance(EXAMPLES[0].facts)).toBeLessThan(clearance(history().facts));
  });
});
