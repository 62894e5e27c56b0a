import { finish, HOUR, instant, MINUTE } from '@gemel/core';
import { randomStream } from '@gemel/numerics';
import { forecastTimes } from '@gemel/runtime/paths';
import { describe, expect, it } from 'vitest';
import { drugAssimilator } from './calibrate.ts';
import { drugs } from './drugs/index.ts';
import { drugDynamics } from './dynamics.ts';
import { after, historyOn } from './fixtures/patient.ts';
import { forecastOf, targetValues } from './forecast.ts';
import { scenarioOf } from './regimen.ts';
import { parallel } from './structures/compartments.ts';
import { superposition } from './superposition.ts';

describe('doses by superposition of the answer to 1 mg are the direct forecast', () => {
  const linear = drugs.filter(({ models }) => models.every(({ structure }) => structure.linear));

  it('of every drug with linear models', () => {
    expect(linear.length).toBeGreaterThan(8);
  });

  it.each(linear.map((drug) => [drug.id, drug] as const))('%s', (_, drug) => {
    const history = historyOn(drug);
    // Neither the belief nor the first dose lie on a full hour.
    const at = instant(history.knownAt + 17 * MINUTE);
    const belief = finish(drugAssimilator(drug).start(history, at, randomStream(3)));
    const members = belief.members.filter((_, m) => m % 25 === 0);
    const now = instant(at + 95 * MINUTE);
    const { horizonMinutes, stepMinutes, signals } = forecastOf(drug);
    const times = forecastTimes(belief.at, now, stepMinutes, horizonMinutes);
    const respond = superposition(drug, members, history.controls, times)!;
    const { intervalsHours, infusionHours, step } = drug.regimens;
    for (const interval of intervalsHours) {
      const [infusion = 0, longer = 0] = [infusionHours[0], infusionHours.at(-1)];
      const regimen = { dose: 3 * step, interval, infusion, loading: { dose: 7 * step, infusion: longer } };
      const first = instant(now + 38 * MINUTE);
      const { controls } = scenarioOf(drug, history.subject, regimen, first, now);
      const paths = respond(
        controls.map(({ from, to = from }, i) => ({ at: from, hours: (to - from) / HOUR, slot: i === 0 ? 1 : 0 })),
      )([regimen.dose, regimen.loading.dose]);
      const request = { members, controls: [...history.controls, ...controls], times, signals };
      const { values } = drugDynamics(drug).trajectories!({ ...request, random: randomStream(0) });
      for (const signal of signals) {
        const most = Math.max(...values[signal]);
        const apart = values[signal].map((value, i) => Math.abs(paths.values[signal][i] - value) / most);
        expect(Math.max(...apart), `${signal} every ${interval} h`).toBeLessThan(1e-9);
      }
      for (const target of drug.targets) {
        const direct = targetValues(target, { members: members.length, times, values });
        targetValues(target, paths).forEach((value, m) => {
          expect(Math.abs(value - direct[m]), target.id).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(direct[m])));
        });
      }
    }
  });

  it('and not where doses are taken up by several ways', () => {
    const tacrolimus = drugs.find(({ id }) => id === 'tacrolimus')!;
    const [model] = tacrolimus.models;
    const structure = parallel(1, ['first-order', 'zero-order']);
    const own = { ...tacrolimus, models: [{ ...model, structure }] };
    const parameters = Float64Array.of(0, ...structure.names.map(() => 1));
    const state = drugDynamics(own).init(parameters, after(0));
    expect(superposition(own, [{ parameters, state }], [], [after(0), after(1)])).toBeNull();
  });

  it('and of no drug without: its regimens are forecast one by one', () => {
    const warfarin = drugs.find(({ id }) => id === 'warfarin')!;
    const history = historyOn(warfarin);
    const parameters = Float64Array.of(0, ...warfarin.models[0].structure.names.map(() => 1));
    const state = drugDynamics(warfarin).init(parameters, history.knownAt);
    expect(superposition(warfarin, [{ parameters, state }], [], [after(0), after(1)])).toBeNull();
  });
});
