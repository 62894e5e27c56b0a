import { finish, type Instant, type Observation } from '@gemel/core';
import { randomStream } from '@gemel/numerics';
import type { History } from '@gemel/runtime/pack';
import { describe, expect, it } from 'vitest';
import { candidatesOf } from './candidates.ts';
import { drugs } from './drugs/index.ts';
import { methotrexate } from './drugs/methotrexate/index.ts';
import { tacrolimus } from './drugs/tacrolimus/index.ts';
import { vancomycin } from './drugs/vancomycin/index.ts';
import { advised, median } from './fixtures/advice.ts';
import { after, creatinine, dose, fact, history, level, measured, rate } from './fixtures/patient.ts';
import { dosingPack } from './pack.ts';
import { courseOf, covariatesOf } from './record.ts';

const pack = dosingPack(vancomycin);
type Changes = Parameters<typeof history>[0];

const missing = (changes: Changes, service: 'calibrate' | 'decide' = 'decide') =>
  pack.readiness(service, history(changes), after(30)).missing.map(({ code }) => code);
const told = (given: History, now: Instant) =>
  pack.advisories({ history: given, now, belief: null, applicability: pack.applicability(given.facts) }, null);
const withFacts = (...own: readonly ReturnType<typeof fact>[]) => [
  ...history().facts.filter((each) => !own.some(({ fact: name }) => name === each.fact)),
  ...own,
];
const kilograms = (value: number, unit = 'kg') => fact('body.weight', { value, unit });

it('a level in doubt is believed less: four times the variance of its error', () => {
  const graded = (grade: Observation['grade']) =>
    courseOf(vancomycin, history({ observations: [creatinine(-2, 1), { ...level(11, 12), grade }] }), after(30)).levels;
  expect(graded('good')).toEqual([{ time: expect.any(Number), value: 12 }]);
  expect(graded('uncertain')).toEqual([{ time: expect.any(Number), value: 12, varianceFactor: 4 }]);
});

describe('what is refused, by name', () => {
  it('nothing, where all is there', () => {
    expect(missing({})).toEqual([]);
  });
  it('a twin for a creatinine alone', () => {
    expect(pack.begun!(history({ controls: [], observations: [creatinine(-2, 1)] }))).toBe(false);
    expect(pack.begun!(history())).toBe(true);
  });
  it('a level before any dose, whether or not one was recorded later', () => {
    const observations = [creatinine(-2, 1), level(-1, 12)];
    expect(missing({ observations }, 'calibrate')).toEqual(['level-before-dose']);
    expect(missing({ observations, controls: [] }, 'calibrate')).toEqual(['level-before-dose']);
  });
  it('a dose that overlaps an infusion', () => {
    expect(missing({ controls: [dose(0, 1500, 3), dose(2, 1000, 1)] })).toEqual(['doses-overlap']);
  });
  it('two doses into a vein that begin together: told twice, or contradicting one another', () => {
    const other = (mg: number, length: number) => ({ ...dose(12, mg, length), id: 'other' });
    const of = (...own: ReturnType<typeof dose>[]) => missing({ controls: [dose(0, 1500, 1.5), ...own] }, 'calibrate');
    expect(of(dose(12, 1000, 1))).toEqual([]);
    expect(of(dose(12, 1000, 1), other(1000, 1))).toEqual(['dose-twice']);
    expect(of(dose(12, 1000, 1), other(1250, 1))).toEqual(['doses-contradict']);
    expect(of(dose(12, 1000, 1), other(1000, 2))).toEqual(['doses-contradict']);
    const { missing: found } = pack.readiness(
      'calibrate',
      history({ controls: [dose(0, 1000, 1), { ...dose(0, 1250, 2), id: 'other' }] }),
      after(30),
    );
    expect(found[0].statement).toMatch(/1000 mg from .* to .* and 1250 mg from .* to .* contradict/);
  });
  it('two rates at one time; a rate that nobody ended is ended by the next', () => {
    const until = (hours: number, to: number, mgPerHour: number) => ({ ...rate(hours, mgPerHour), to: after(to) });
    const of = (...controls: ReturnType<typeof rate>[]) => missing({ controls }, 'calibrate');
    expect(of(rate(0, 60), rate(6, 80))).toEqual([]);
    expect(of(until(0, 6, 60), until(6, 12, 80))).toEqual([]);
    expect(of(until(0, 12, 60), until(6, 12, 80))).toEqual(['rates-contradict']);
    expect(of(until(0, 12, 60), until(6, 8, 80))).toEqual(['rates-contradict']);
    expect(of(rate(0, 60), { ...rate(0, 80), id: 'other' })).toEqual(['rates-contradict']);
  });
  it('a bag told as an amount and as a rate', () => {
    const bag = { ...dose(0, 1440, 24), id: 'bag' };
    const told = { ...rate(0, 60), to: after(24) };
    expect(missing({ controls: [bag, told] })).toEqual(['doses-overlap']);
    // A loading dose before the rate begins is none.
    expect(missing({ controls: [dose(0, 1500, 1.5), { ...rate(1.5, 60), to: after(24) }] })).toEqual([]);
    expect(missing({ controls: [rate(0, 60), rate(5, 0), dose(8, 1000, 1)] })).toEqual([]);
  });
  it('no model may speak: the reason of each, not of the first alone', () => {
    const meropenem = drugs.find(({ id }) => id === 'meropenem')!;
    const facts = withFacts(fact('birthDate', '2023-06-01'), kilograms(13));
    const given = history({ controls: [], facts });
    const { missing: found } = dosingPack(meropenem).readiness('calibrate', given, after(30));
    for (const { title } of meropenem.models)
      expect(found.filter(({ statement }) => statement.startsWith(`${title} is not used: age`))).toHaveLength(1);
    const start = dosingPack(meropenem).assimilator.start(given, after(30), randomStream(1));
    expect(() => finish(start)).toThrow(/Li 2006 is not used: age .*Gijsen 2022 is not used: age .*Onichimowski/);
  });
  it('a dose that was broken off, of which the amount is not known', () => {
    const { readiness } = pack;
    const broken = {
      ...fact('administration.unfinished', { codings: vancomycin.codings.slice(0, 1) }),
      trueAt: after(20),
    };
    const of = (given: ReturnType<typeof fact>, at: number) =>
      readiness('calibrate', history({ facts: [...history().facts, given] }), after(at)).missing.map(
        ({ code }) => code,
      );
    expect(of(broken, 30)).toEqual(['dose-unfinished']);
    expect(of(broken, 19)).toEqual([]);
    expect(of({ ...broken, value: { codings: tacrolimus.codings } }, 30)).toEqual([]);
  });
  it('a missing weight', () => {
    expect(missing({ facts: [fact('birthDate', '1960-05-01'), fact('sex', 'male')] }, 'calibrate')).toEqual([
      'weight-missing',
    ]);
  });
  it.each([
    ['in grams, by its number', [kilograms(80_000)]],
    ['of a child, of an adult', [kilograms(8)]],
    ['that does not go with the height', [kilograms(200), fact('body.height', { value: 120, unit: 'cm' })]],
    [
      'that does not go with the height, recorded in metres as centimetres',
      [fact('body.height', { value: 1.75, unit: 'cm' })],
    ],
  ])('a weight %s', (_, facts) => {
    expect(missing({ facts: withFacts(...facts) }, 'calibrate')).toEqual(['weight-implausible']);
  });
  it('a weight that went up by half within a month, but not one that went down over a year', () => {
    const at = (hours: number, value: number) => ({ ...kilograms(value), id: `${hours}`, trueAt: after(hours) });
    const of = (...weights: readonly ReturnType<typeof at>[]) =>
      missing({ facts: [...history().facts.filter((each) => each.fact !== 'body.weight'), ...weights] }, 'calibrate');
    expect(of(at(-100, 60), at(0, 90))).toEqual(['weight-implausible']);
    expect(of(at(-9000, 90), at(0, 60))).toEqual([]);
  });
  it('a weight in a unit that is none of weight', () => {
    expect(missing({ facts: withFacts(kilograms(80, 'cm')) }, 'calibrate')).toContain('weight-unreadable');
  });
  it('an age outside every model', () => {
    const facts = withFacts(
      fact('birthDate', '2023-06-01'),
      kilograms(13),
      fact('body.height', { value: 92, unit: 'cm' }),
    );
    const gentamicin = drugs.find(({ id }) => id === 'gentamicin')!;
    const { applies, reasons } = dosingPack(gentamicin).applicability(facts);
    expect([applies, reasons.filter(({ code }) => code === 'child').map(({ statement }) => statement)]).toEqual([
      'no',
      expect.arrayContaining([expect.stringContaining('Staatz'), expect.stringContaining('Hodiamont')]),
    ]);
  });
  it('a patient on extracorporeal membrane oxygenation', () => {
    const { applies, reasons } = pack.applicability([...history().facts, fact('therapy.ecmo', true)]);
    expect([applies, reasons.map(({ code }) => code)]).toEqual(['no', ['ecmo']]);
  });
  it('no model made without dialysis, on dialysis', () => {
    const value = { codings: [{ system: 'http://snomed.info/sct', code: '302497006' }] };
    const facts = [...history().facts, fact('procedure', value)];
    const { diagnostics } = finish(pack.assimilator.start(history({ facts }), after(24), randomStream(1)));
    expect(Object.keys(diagnostics.numbers)).toEqual(['probability goti2018']);
  });
  it('an unstable and a stale creatinine', () => {
    expect(missing({ observations: [creatinine(0, 1), creatinine(20, 1.6)] })).toEqual(['creatinine-unstable']);
    expect(missing({ observations: [creatinine(-60, 1)] })).toEqual(['creatinine-stale']);
  });
});

describe('what is answered, with the reason shown', () => {
  const below = (value: number) =>
    measured('vancomycin.level', 23.8, { kind: 'below', bound: { value, unit: 'mg/L' } });
  const clearance = (given: History) => {
    const { members } = finish(pack.assimilator.start(given, after(24), randomStream(2)));
    const at = 1 + pack.parameters.slice(1).findIndex(({ name }) => name === 'CL');
    return members.map(({ parameters }) => parameters[at]).sort((a, b) => a - b)[100];
  };

  it('a level below quantification counts as that: clearance is higher than with a level at the limit', () => {
    const given = (own: ReturnType<typeof below>) => history({ observations: [creatinine(-2, 1.1), own] });
    expect(clearance(given(below(8)))).toBeGreaterThan(1.05 * clearance(given(level(23.8, 8))));
    expect(told(given(below(8)), after(23.9)).map(({ code }) => code)).toEqual(['level-below-quantification']);
  });
  it('a kidney of nine days: the trough of weeks one and two is aimed at, doses are chosen for a later one', () => {
    const codings = [{ system: 'http://snomed.info/sct', code: '70536003' }];
    const at = (days: number) => {
      const done = { ...fact('procedure', { codings }), trueAt: after(-24 * days) };
      const given = history({ controls: [], facts: [...history().facts, done], observations: [creatinine(-2, 1)] });
      return dosingPack(tacrolimus)
        .readiness('decide', given, after(0))
        .missing.filter(({ code }) => code === 'target-other')
        .map(({ statement }) => statement);
    };
    expect(at(9)).toEqual([expect.stringContaining('10 to 15 µg/L')]);
    expect(at(20)).toEqual([expect.stringContaining('8 to 12 µg/L')]);
    expect(at(40)).toEqual([]);
  });
  it('a level of digoxin while it is still being spread is not used', () => {
    const digoxin = drugs.find(({ id }) => id === 'digoxin')!;
    const given = (hours: number) => {
      const { to, ...own } = dose(0, 0.25, 0);
      const found = measured('digoxin.level', hours, { value: 3.1, unit: 'ug/L' });
      return history({ controls: [{ ...own, control: 'digoxin.dose' }], observations: [creatinine(-2, 1), found] });
    };
    const { readiness } = dosingPack(digoxin);
    const codes = (hours: number) => readiness('decide', given(hours), after(24)).missing.map(({ code }) => code);
    expect([codes(0.5), codes(5.9), codes(8)]).toEqual([['level-early'], ['level-early'], []]);
    expect([courseOf(digoxin, given(0.5), after(24)).levels, courseOf(digoxin, given(8), after(24)).levels]).toEqual([
      [],
      [expect.objectContaining({ value: 3.1 })],
    ]);
  });
  it('where a guideline prefers another drug, none is proposed before a level', () => {
    const voriconazole = drugs.find(({ id }) => id === 'voriconazole')!;
    const codes = (diplotype: string, ...observations: ReturnType<typeof measured>[]) => {
      const facts = withFacts(fact('body.genotype.cyp2c19', diplotype));
      const own = { ...dose(0, 200, 0), control: 'voriconazole.dose' };
      const given = history({ facts, controls: [own], observations: [creatinine(-2, 1), ...observations] });
      return dosingPack(voriconazole)
        .readiness('decide', given, after(30))
        .missing.map(({ code }) => code);
    };
    const found = measured('voriconazole.level', 11.5, { value: 3, unit: 'mg/L' });
    expect([codes('*1/*1'), codes('*2/*2'), codes('*17/*17'), codes('*2/*2', found)]).toEqual([
      [],
      ['guideline-other-agent'],
      ['guideline-other-agent'],
      [],
    ]);
  });
  it('a clearance that cannot be computed: what it takes is said', () => {
    const goti = candidatesOf(vancomycin, { age: 65, weight: 80, creatinine: 1 }).find(
      ({ model }) => model.id === 'goti2018',
    )!;
    expect(goti.reasons[0].statement).toContain('is not recorded, and cannot be computed without sex');
  });
  it('two doses by mouth at one time count together, and it is said', () => {
    const tacro = (id: string, mg: number) => {
      const { to, ...own } = dose(0, mg, 0);
      return { ...own, id, control: 'tacrolimus.dose' };
    };
    const given = history({ controls: [tacro('a', 2), tacro('b', 0.5)], observations: [creatinine(-2, 1)] });
    const said = dosingPack(tacrolimus).advisories(
      { history: given, now: after(5), belief: null, applicability: { applies: 'yes', reasons: [] } },
      null,
    );
    expect(said.find(({ code }) => code === 'doses-together')!.statement).toContain('2 mg and 0.5 mg');
    expect(dosingPack(tacrolimus).readiness('calibrate', given, after(5)).missing).toEqual([]);
  });
  it('a level above what the assay reads is not used, and is to be measured again', () => {
    const above = measured('vancomycin.level', 26, { kind: 'above', bound: { value: 80, unit: 'mg/L' } });
    const given = { observations: [...history().observations, above] };
    expect(missing(given)).toEqual(['level-beyond-assay']);
  });
  it('models that disagree: both are averaged, the clearances they leave open are told', () => {
    const given = history({ controls: [dose(0, 1500, 1.5)], observations: [creatinine(-2, 1.1)], knownAt: after(2) });
    const { advice, situation } = advised(vancomycin, given, after(2));
    expect(Object.keys(situation.belief.diagnostics.numbers).length).toBeGreaterThan(2);
    const said = advice.reasons.filter(({ code }) => code === 'models-disagree').map(({ statement }) => statement);
    expect(said).toEqual([expect.stringMatching(/clearance [\d.]+ to [\d.]+ L\/h/)]);
  });
  it('what limits take from a plan is said with its title', () => {
    const controls = [dose(0, 3000, 3), dose(8, 1500, 1.5)];
    const given = history({ controls, observations: [creatinine(-2, 0.6)], knownAt: after(12) });
    const { advice } = advised(vancomycin, given, after(12));
    const { reasons } = advice;
    const plans = advice.kind === 'advise' ? advice.plans.slice(0, 3) : [];
    const held = plans.filter(({ limits }) => limits.some(({ verdict }) => verdict === 'clipped'));
    const said = reasons.filter(({ code }) => code === 'held-to-limits').map(({ statement }) => statement);
    expect(held.length).toBeGreaterThan(0);
    expect(said).toEqual(
      held.map(({ scenario }) => expect.stringContaining(`${scenario.title}: Doses were held to 4500 mg`)),
    );
  });
  it('what has accumulated counts in the coming day, whatever a regimen comes to later', () => {
    const given = history({ observations: [creatinine(-2, 1.1), level(23.8, 38)], knownAt: after(26) });
    const { plans, advice } = advised(vancomycin, given, after(26));
    for (const plan of plans) expect(median(plan, 'coming-day')).toBeGreaterThan(700);
    expect(median(plans[0], 'auc24')).toBeLessThan(600);
    const [first] = advice.reasons.filter(({ code }) => code === 'attainment');
    expect(first.statement).toMatch(/in the coming day \d+ mg·h\/L, above 600: (9\d|100) %/);
  });
  it('where nothing but what is planned can be weighed, nothing is proposed', () => {
    const controls = [{ ...dose(0, 6000, 4), control: 'methotrexate.dose' }];
    const observations = [creatinine(-2, 0.9), measured('methotrexate.level', 24, { value: 20, unit: 'umol/L' })];
    const { advice } = advised(methotrexate, history({ controls, observations, knownAt: after(25) }), after(25));
    expect([advice.kind, advice.reasons.map(({ code }) => code)]).toEqual(['abstain', ['nothing-compared']]);
  });
  it('one level that is set aside is told of once', () => {
    const aside = { ...level(29, 900), grade: 'poor' as const };
    const said = told(history({ setAside: [aside] }), after(30)).map(({ code }) => code);
    expect(said.filter((code) => code === 'level-set-aside')).toHaveLength(1);
  });
  it('a model that the levels rule out is told of', () => {
    const observations = [creatinine(-2, 1.1), level(2, 28), level(5, 25), level(11.9, 22), level(23.8, 30)];
    const { diagnostics } = finish(pack.assimilator.start(history({ observations }), after(24), randomStream(1)));
    const weights = Object.values(diagnostics.numbers);
    expect(weights.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 9);
    const out = weights.filter((each) => each < 0.01).length;
    expect(diagnostics.warnings.filter(({ code }) => code === 'model-ruled-out')).toHaveLength(out);
  });
});

describe('children', () => {
  const child = (birthDate: string, kg: number, cm: number) =>
    withFacts(fact('birthDate', birthDate), kilograms(kg), fact('body.height', { value: cm, unit: 'cm' }));
  const covariates = (facts: History['facts']) =>
    covariatesOf(history({ facts, observations: [creatinine(-2, 0.5)] }), after(0)).at(-1)!.values;

  it('of six years: no model of adults speaks; clearance of creatinine is by Schwartz, not by Cockcroft and Gault', () => {
    const values = covariates(child('2020-01-15', 20, 115));
    // 0.413 · 115 / 0.5 mL/min per 1.73 m², for 0.799 m².
    expect(values.clcr).toBeCloseTo((((0.413 * 115) / 0.5) * 0.7993) / 1.73, 1);
    const used = candidatesOf(vancomycin, values).filter((each) => each.used);
    expect(used.map(({ model }) => model.id)).toEqual(['colin2019']);
    const barred = candidatesOf(vancomycin, values).find(({ model }) => model.id === 'thomson2009')!;
    expect(barred.reasons.map(({ code }) => code)).toContain('child');
  });
  it('newborn: a birth at term is taken and said; a light one is asked when it was born', () => {
    const codes = (kg: number, cm: number, ...own: ReturnType<typeof fact>[]) => {
      const facts = [...child('2026-02-20', kg, cm), ...own];
      const given = history({ facts, controls: [], observations: [creatinine(-2, 0.6)], knownAt: after(0) });
      return [
        pack.readiness('decide', given, after(0)).missing.map(({ code }) => code),
        told(given, after(0)).map(({ code }) => code),
      ];
    };
    const born = (weeks: number) => fact('body.gestational-age', { value: weeks, unit: 'wk' });
    expect(codes(3.2, 50)).toEqual([[], ['term-assumed']]);
    expect(codes(0.9, 35)[0]).toEqual(['gestational-age-missing']);
    expect(codes(0.9, 35, born(27))).toEqual([[], []]);
  });
  it('born early: clearance is less than after a birth at term', () => {
    const of = (...own: ReturnType<typeof fact>[]) => {
      const facts = [...child('2026-02-20', 1.5, 40), ...own];
      const given = history({ facts, controls: [], observations: [creatinine(-2, 0.6)] });
      const { values } = covariatesOf(given, after(0)).at(-1)!;
      const { theta, typical, derived } = vancomycin.models.find(({ id }) => id === 'colin2019')!;
      const fixed = Object.fromEntries(theta.map(({ name, value }) => [name, value]));
      return derived!(typical(fixed, values)).CL;
    };
    expect(of(fact('body.gestational-age', { value: 30, unit: 'wk' }))).toBeLessThan(0.7 * of());
    expect(of(fact('body.gestational-age', { value: 210, unit: 'd' }))).toBeCloseTo(
      of(fact('body.gestational-age', { value: 30, unit: 'wk' })),
      9,
    );
    expect(of(fact('body.gestational-age', { value: 300, unit: 'wk' }))).toBe(of());
  });
  it('of fourteen years: models of adults speak and say that they extrapolate', () => {
    const values = covariates(child('2012-01-15', 50, 160));
    const goti = candidatesOf(vancomycin, values).find(({ model }) => model.id === 'goti2018')!;
    expect([goti.used, goti.reasons.map(({ code }) => code)]).toEqual([true, ['extrapolation-from-adults']]);
  });
  it('an adult too young for a model of the old is no child', () => {
    const piperacillin = drugs.find(({ id }) => id === 'piperacillin')!;
    const ishihara = candidatesOf(piperacillin, { age: 66, weight: 80, clcr: 75 }).find(
      ({ model }) => model.id === 'ishihara2020',
    )!;
    expect([ishihara.used, ishihara.reasons.map(({ code }) => code)]).toEqual([false, ['covariate-outside']]);
    expect(ishihara.reasons[0].statement).toContain('age 66 years lies outside 75 to 101 years');
  });
  it('no dose is proposed where every model that speaks was made in adults', () => {
    const adults = {
      ...vancomycin,
      models: vancomycin.models.filter(({ id }) => id === 'goti2018' || id === 'thomson2009'),
    };
    const given = history({ facts: child('2012-01-15', 50, 160) });
    const codes = (service: 'calibrate' | 'decide') =>
      dosingPack(adults)
        .readiness(service, given, after(30))
        .missing.map(({ code }) => code);
    expect([codes('calibrate'), codes('decide')]).toEqual([[], ['adults-only']]);
  });
});
