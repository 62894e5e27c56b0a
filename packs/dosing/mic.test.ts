import { codingKey, type Instant, type RawValue } from '@gemel/core';
import { admitObservation } from '@gemel/runtime/admit-item';
import { catalog } from '@gemel/runtime/catalog';
import type { History } from '@gemel/runtime/pack';
import { describe, expect, it } from 'vitest';
import { drugs } from './drugs/index.ts';
import { vancomycin } from './drugs/vancomycin/index.ts';
import { advised, median } from './fixtures/advice.ts';
import { after, creatinine, dose, history, level, measured } from './fixtures/patient.ts';
import { micOf } from './mic.ts';
import { dosingPack } from './pack.ts';

const drugOf = (name: string) => drugs.find(({ id }) => id === name)!;
const meropenem = drugOf('meropenem');
const mic = (drug: string, hours: number, value: number, kind?: 'below' | 'above') => {
  const quantity = { value, unit: 'mg/L' };
  const found = measured(`${drug}.mic`, hours, kind === undefined ? quantity : { kind, bound: quantity });
  return { ...found, code: { codings: drugOf(drug).mic!.codings.slice(0, 1) } };
};
const now = after(0);
const fresh = (...own: History['observations']) =>
  history({ controls: [], observations: [creatinine(-2, 1.1), ...own], knownAt: now });
const said = ({ advice, pack, situation }: ReturnType<typeof advised>) => {
  const all = [...advice.reasons, ...pack.advisories(situation, null)].filter(({ code }) => code === 'mic');
  expect(all).toHaveLength(1);
  return all[0].statement;
};
const of = (drug: typeof vancomycin, at: Instant, ...own: History['observations']) => micOf(drug, fresh(...own), at)!;

describe('which minimum inhibitory concentration counts', () => {
  it('without one on record the assumed one, which is said with its reason', () => {
    expect(of(meropenem, now)).toMatchObject({ counts: 2, notable: false });
    expect(of(meropenem, now).statement).toMatch(/none is on record; 2 mg\/L is assumed\. The breakpoint/);
  });
  it('the highest within 30 days; an older one is said not to count', () => {
    const found = of(meropenem, now, mic('meropenem', -100, 4), mic('meropenem', -48, 8), mic('meropenem', -24, 4));
    expect(found.counts).toBe(8);
    expect(found.statement).toContain('8 mg/L, measured on 2026-02-27, 2 days ago, the highest of 3 within 30 days');
    const old = of(meropenem, now, mic('meropenem', -31 * 24, 8));
    expect([old.counts, old.statement]).toEqual([2, expect.stringContaining('too old to count')]);
  });
  it('says what it was measured by, and in which source it stands', () => {
    expect(of(meropenem, now, mic('meropenem', -1, 8)).statement).toContain(
      '(Meropenem [Susceptibility] by Minimum inhibitory concentration (MIC); test)',
    );
  });
  it('one known to lie below a bound counts as the bound', () => {
    const found = of(vancomycin, now, mic('vancomycin', -1, 0.5, 'below'));
    expect([found.counts, found.statement]).toEqual([0.5, expect.stringMatching(/at most 0\.5 .*It counts as 0\.5/)]);
  });
  it('one of what comes later counts for nothing yet', () => {
    expect(of(meropenem, now, mic('meropenem', 5, 8)).counts).toBe(2);
  });
  it('none of drugs whose targets are of none', () => {
    expect(micOf(drugOf('tacrolimus'), history(), now)).toBeNull();
  });
  it.each(drugs.filter((drug) => drug.mic !== undefined).map((drug) => [drug.id, drug] as const))(
    '%s: read under LOINC, with its comparator, in its unit',
    (_, drug) => {
      const known = catalog(drugs.map(dosingPack));
      const read = (value: RawValue) => {
        const time = { start: after(-1), offset: 0 };
        const common = { subject: 'Patient/x', provenance: { source: 'test', element: '' }, time };
        const codings = drug.mic!.codings.slice(0, 1);
        return admitObservation({ kind: 'observation', ...common, codings, value }, known, now, 'o');
      };
      expect(read({ kind: 'quantity', value: 1, unit: 'ug/mL', comparator: '<=' })).toMatchObject({
        kind: 'mapped',
        item: { signal: `${drug.id}.mic`, value: { kind: 'below', bound: { value: 1, unit: 'mg/L' } } },
      });
      expect(read({ kind: 'quantity', value: 1, unit: '' }).kind).toBe('refused');
    },
  );
  it('no two drugs share a code of it', () => {
    const keys = drugs.flatMap((drug) => (drug.mic?.codings ?? []).map(codingKey));
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('doses chosen by it', () => {
  const daily = ({ plans }: ReturnType<typeof advised>) => {
    const [, best] = plans;
    const { controls } = best.scenario;
    return controls
      .filter(({ from }) => from < after(24))
      .reduce((sum, { value, to, from }) => {
        return (
          sum + (value.unit === 'mg/h' ? (value.value * (Math.min(to!, after(24)) - from)) / 3_600_000 : value.value)
        );
      }, 0);
  };
  const above = (plan: ReturnType<typeof advised>['plans'][number]) => {
    const { 'time-above': found } = plan.forecast.quantities;
    return found.kind === 'scalar' ? found.events.attained : Number.NaN;
  };

  it('meropenem: a higher one raises the dose, a lower one lowers none', () => {
    const assumed = advised(meropenem, fresh(), now);
    const low = advised(meropenem, fresh(mic('meropenem', -20, 0.25)), now);
    const high = advised(meropenem, fresh(mic('meropenem', -20, 8)), now);
    expect(daily(high)).toBeGreaterThan(daily(assumed));
    expect(low.plans.map(({ scenario }) => scenario.id)).toEqual(assumed.plans.map(({ scenario }) => scenario.id));
    expect(said(high)).toMatch(/8 mg\/L.*Doses are chosen for it/);
    expect(said(low)).toMatch(/0\.25 mg\/L.*Doses are chosen for 2 mg\/L nonetheless.*Mouton/);
    expect(said(assumed)).toContain('2 mg/L is assumed');
  });
  it('meropenem: the same doses are above a higher one less often', () => {
    const controls = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => ({
      ...dose(8 * n, 1000, 3),
      control: 'meropenem.dose',
    }));
    const planned = controls.map((each) => ({ ...each, status: 'planned' as const }));
    const on = (...own: History['observations']) => {
      const given = history({ controls: planned, observations: [creatinine(-2, 1.1), ...own], knownAt: now });
      return above(advised(meropenem, given, now).plans[0]);
    };
    expect(on(mic('meropenem', -1, 16))).toBeLessThan(on());
  });
  it('amikacin: peaks aimed at are eight to ten times it', () => {
    const amikacin = drugOf('amikacin');
    const [, best] = advised(amikacin, fresh(), now).plans;
    expect(median(best, 'peak-mic')).toBeGreaterThan(6.5);
    expect(median(best, 'peak-mic')).toBeLessThan(10);
    const [, higher] = advised(amikacin, fresh(mic('amikacin', -1, 16)), now).plans;
    expect(higher.scenario.controls[0].value.value).toBeGreaterThan(best.scenario.controls[0].value.value);
  });
  it('one known only to lie above a bound is not aimed at: no dose is proposed, and it is said', () => {
    const pack = dosingPack(meropenem);
    const { missing } = pack.readiness('decide', fresh(mic('meropenem', -1, 16, 'above')), now);
    expect(missing.map(({ code }) => code)).toEqual(['mic-above-range']);
    expect(missing[0].statement).toContain('more than 16 mg/L');
    expect(pack.readiness('forecast', fresh(mic('meropenem', -1, 16, 'above')), now).missing).toEqual([]);
  });
});

describe('vancomycin, whose AUC24 is 400 to 600 whatever it is', () => {
  const given = (...own: History['observations']) =>
    history({ observations: [...history().observations, ...own], knownAt: after(25) });
  const at = after(25);
  const plain = advised(vancomycin, given(), at);

  it('the ratio is told for the measured one: half of it at twice the MIC; doses stay as they are', () => {
    const two = advised(vancomycin, given(mic('vancomycin', 20, 2)), at);
    expect(two.plans.map(({ scenario }) => scenario.id)).toEqual(plain.plans.map(({ scenario }) => scenario.id));
    two.plans.forEach((plan, i) => {
      expect(median(plan, 'auc24-mic') / (median(plain.plans[i], 'auc24-mic') / 2)).toBeCloseTo(1, 9);
      expect(median(plan, 'auc24')).toBe(median(plain.plans[i], 'auc24'));
    });
    const [chances] = two.advice.reasons.filter(({ code }) => code === 'attainment');
    expect(chances.statement).toMatch(/AUC24\/MIC \d+, chance of at least 400: \d+ %/);
  });
  it('above 1 mg/L it is said that the ratio is hardly reachable, beside a proposal and without', () => {
    const two = advised(vancomycin, given(mic('vancomycin', 20, 2)), at);
    expect(said(two)).toMatch(
      /takes AUC24 of 800 mg·h\/L, above the 600 that its target ends at: it is hardly reachable.*clinical decision/,
    );
    const told = (...own: History['observations']) =>
      dosingPack(vancomycin)
        .advisories(
          { history: given(...own), now: at, belief: null, applicability: { applies: 'yes', reasons: [] } },
          null,
        )
        .filter(({ code }) => code === 'mic');
    expect(told(mic('vancomycin', 20, 2))).toHaveLength(1);
    expect(told(mic('vancomycin', 20, 1))).toHaveLength(0);
    expect(told()).toHaveLength(0);
  });
  it('a measured level changes nothing of it', () => {
    const more = given(mic('vancomycin', 20, 2), level(24.5, 20));
    expect(micOf(vancomycin, more, at)!.counts).toBe(2);
  });
});
