import { randomStream } from '@gemel/numerics';
import { packContract } from '@gemel/runtime/pack-contract';
import { describe, expect, it } from 'vitest';
import { drugs } from './drugs/index.ts';
import { after, creatinine, dose, fact, history, historyOn, level } from './fixtures/patient.ts';
import { packs } from './pack.ts';

for (const [i, drug] of drugs.entries())
  packContract(packs[i], { history: historyOn(drug), now: after(75) }, { describe, it });

it('no two drugs call a dose or a level alike: a log knows them by these names', () => {
  const names = packs.flatMap(({ controls, observes }) => [
    ...controls.map(({ control }) => control),
    ...observes.map(({ signal }) => signal).filter((signal) => signal.endsWith('level')),
  ]);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});

describe('what is refused, by name', () => {
  const [vancomycin] = packs;
  const missing = (changes: Parameters<typeof history>[0], service: 'calibrate' | 'decide' = 'decide') =>
    vancomycin.readiness(service, history(changes), after(30)).missing.map(({ code }) => code);

  it('nothing, where all is there', () => {
    expect(missing({})).toEqual([]);
  });
  it('a twin for a creatinine alone', () => {
    expect(vancomycin.begun!(history({ controls: [], observations: [creatinine(-2, 1)] }))).toBe(false);
    expect(vancomycin.begun!(history())).toBe(true);
  });
  it('a record without a dose', () => {
    expect(missing({ controls: [], observations: [creatinine(-2, 1)] }, 'calibrate')).toEqual(['dose-missing']);
  });
  it('a level before any dose', () => {
    expect(missing({ observations: [creatinine(-2, 1), level(-1, 12)] }, 'calibrate')).toEqual(['level-before-dose']);
  });
  it('a missing weight', () => {
    expect(missing({ facts: [fact('birthDate', '1960-05-01'), fact('sex', 'male')] }, 'calibrate')).toEqual([
      'weight-missing',
    ]);
  });
  it('a dose that overlaps an infusion', () => {
    expect(missing({ controls: [dose(0, 1500, 3), dose(2, 1000, 1)] })).toEqual(['doses-overlap']);
  });
  it('an infusion that runs', () => {
    expect(missing({ controls: [dose(29.5, 1500, 1)], observations: [creatinine(-2, 1)] })).toEqual(['infusion-runs']);
  });
  it('a patient on extracorporeal membrane oxygenation', () => {
    const { applies, reasons } = vancomycin.applicability([...history().facts, fact('therapy.ecmo', true)]);
    expect([applies, reasons.map(({ code }) => code)]).toEqual(['no', ['ecmo']]);
  });
  it('no model made without dialysis, on dialysis', () => {
    const value = { codings: [{ system: 'http://snomed.info/sct', code: '302497006' }] };
    const facts = [...history().facts, fact('procedure', value)];
    const work = vancomycin.assimilator.start(history({ facts }), after(24), randomStream(1));
    let step = work.next();
    while (!step.done) step = work.next();
    expect(Object.keys(step.value.diagnostics.numbers)).toEqual(['probability goti2018']);
  });
  it('an unstable and a stale creatinine', () => {
    expect(missing({ observations: [creatinine(0, 1), creatinine(20, 1.6)] })).toEqual(['creatinine-unstable']);
    expect(missing({ observations: [creatinine(-60, 1)] })).toEqual(['creatinine-stale']);
  });
});
