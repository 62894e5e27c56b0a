import { finish, type Trajectory } from '@gemel/core';
import { randomStream } from '@gemel/numerics';
import { publishedControls } from '@gemel/runtime/compose';
import { AS_PLANNED, type ForecastBasis, foretell } from '@gemel/runtime/forecast';
import { lensOf } from '@gemel/runtime/lens';
import { describe, expect, it } from 'vitest';
import { after, history, rate } from '../fixtures/patient.ts';
import { indexOfBoth, toleranceOfLaryngoscopy } from './interaction.ts';
import { anaesthesiaPacks } from './pack.ts';

describe('propofol with remifentanil, Bouillon 2004', () => {
  it('the index is halved by either half-effect concentration, and by half of each together', () => {
    for (const [propofol, remifentanil] of [
      [4.47, 0],
      [0, 19.3],
      [2.235, 9.65],
    ])
      expect(indexOfBoth(propofol, remifentanil)).toBeCloseTo(97.4 / 2, 9);
    expect(indexOfBoth(0, 0)).toBe(97.4);
  });
  it('the index answers propofol far more than remifentanil at the concentrations in use', () => {
    const [before, more] = [indexOfBoth(3, 4), [indexOfBoth(4.5, 4), indexOfBoth(3, 6)]];
    expect(before - more[0]).toBeGreaterThan(2.5 * (before - more[1]));
  });
  it('laryngoscopy: remifentanil alone does nothing, and spares propofol more than in sum', () => {
    expect(toleranceOfLaryngoscopy(0, 20)).toBe(0);
    expect(toleranceOfLaryngoscopy(8.04 * 1.05, 0)).toBeCloseTo(0.5, 9);
    // Half of the stimulus is left at 1.07 · 1.05 ng/mL: half of the propofol does.
    expect(toleranceOfLaryngoscopy((8.04 * 1.05) / 2, 1.07 * 1.05)).toBeCloseTo(0.5, 9);
    const needed = (remifentanil: number) => {
      let propofol = 0;
      while (toleranceOfLaryngoscopy(propofol, remifentanil) < 0.95) propofol += 0.01;
      return propofol;
    };
    // The halfway mixture lies well below the straight line between the ends.
    expect(needed(4)).toBeLessThan(0.7 * (0.5 * (needed(0) + needed(8))));
  });
});

describe('propofol’s twin beside remifentanil’s', () => {
  const [propofol, remifentanil] = anaesthesiaPacks;
  const controls = [
    { ...rate(0, 500), control: 'propofol.infusion' },
    { ...rate(0, 0.6), control: 'remifentanil.infusion', id: 'remifentanil' },
  ];
  // Not on a full quarter of an hour.
  const now = after(1 / 6);
  const of = (pack: (typeof anaesthesiaPacks)[number]) => {
    const own = controls.filter(({ control }) => pack.needs.controls.includes(control));
    const given = { ...history({ controls: own, observations: [], knownAt: now }), setAside: [], seq: 1 };
    const twin = { pack, lens: lensOf(pack), modelHash: '', parameterHash: '' };
    const belief = finish(pack.assimilator.start(given, now, randomStream(1)));
    return { twin, history: given, belief, beliefHash: '', now, seed: 1, sha256: () => '' };
  };
  const coupling = {
    from: of(remifentanil).twin,
    quantity: remifentanil.publishes![0].quantity,
    control: propofol.consumes![0].control,
  };
  const forecast = foretell(of(remifentanil), AS_PLANNED).forecast;
  const published = publishedControls(propofol, [{ coupling, forecast }]);
  const tolerance = (basis: ForecastBasis) => {
    const found = foretell(basis, AS_PLANNED).forecast.quantities.laryngoscopy as Trajectory;
    return found.quantiles[found.levels.indexOf(0.5)].at(-1)!;
  };

  it('takes under the code that the other publishes', () => {
    expect(propofol.consumes![0].code).toEqual(remifentanil.publishes![0].code);
    expect(remifentanil.consumes).toBeUndefined();
  });
  it('foretells that laryngoscopy is tolerated more often with what the other foretells', () => {
    const alone = tolerance(of(propofol));
    const both = tolerance({ ...of(propofol), published });
    expect(alone).toBeLessThan(20);
    expect(both).toBeGreaterThan(alone + 30);
  });
  it('its own concentrations and index are what they were', () => {
    const at = (basis: ForecastBasis) => foretell(basis, AS_PLANNED).forecast.quantities.effect as Trajectory;
    expect(at({ ...of(propofol), published: published.slice(0, 1) }).quantiles).toEqual(at(of(propofol)).quantiles);
  });
  it('its state keeps what the other came to', () => {
    const { dynamics } = propofol;
    const { belief } = of(propofol);
    const [{ state, parameters }] = belief.members;
    const later = dynamics.advance(state, parameters, published[2], after(0.5), null as never);
    const other = dynamics.observe(later, parameters, 'other-effect');
    expect(other).toBeGreaterThan(0.5);
    expect(dynamics.observe(dynamics.restore(dynamics.snapshot(later)), parameters, 'other-effect')).toBe(other);
    expect(dynamics.observe(state, parameters, 'other-effect')).toBe(0);
    const request = { members: [{ state, parameters }], controls: published[2], times: [after(0.5)] };
    const { values } = dynamics.trajectories!({ ...request, signals: ['other-effect'], random: randomStream(1) });
    expect(values['other-effect'][0]).toBe(other);
  });
});
