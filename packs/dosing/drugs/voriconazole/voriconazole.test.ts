import { randomStream } from '@gemel/numerics';
import { describe, expect, it } from 'vitest';
import { candidatesOf } from '../../candidates.ts';
import { covariatesAt } from '../../course.ts';
import { after, dose, fact, history, measured } from '../../fixtures/patient.ts';
import { dosingPack } from '../../pack.ts';
import { effectPosterior } from '../../posterior.ts';
import { courseOf, hours } from '../../record.ts';
import { modelSubject } from '../../subject.ts';
import { friberg2012 } from './friberg2012.ts';
import { voriconazole } from './index.ts';

const pack = dosingPack(voriconazole);
const controls = [dose(0, 400, 2), dose(12, 200, 0), dose(24, 200, 0)];
const carrying = (genotype: string | null, changes: Parameters<typeof history>[0] = {}) => {
  const { facts } = history();
  const others = facts.filter((each) => each.fact !== 'body.genotype.cyp2c19');
  const gene = genotype === null ? [] : [fact('body.genotype.cyp2c19', genotype)];
  const observations = [measured('voriconazole.level', 35.5, { value: 2, unit: 'mg/L' })];
  return history({ controls, observations, facts: [...others, ...gene], ...changes });
};
const course = (genotype: string | null, changes = {}) =>
  courseOf(voriconazole, carrying(genotype, changes), after(36));
const used = (genotype: string | null, changes = {}) =>
  candidatesOf(voriconazole, covariatesAt(course(genotype, changes), hours(after(36))))
    .filter((each) => each.used)
    .map(({ model }) => model.id);

describe('voriconazole', () => {
  it('without a genotype no model of adults holds', () => {
    expect(used('*1/*1')).toContain('friberg2012');
    expect(used(null)).not.toContain('friberg2012');
    const { missing } = pack.readiness('decide', carrying(null), after(36));
    expect(missing.map(({ code }) => code)).toContain('cyp2c19Activity-missing');
  });
  it('a child is followed by the model of children alone, without a genotype', () => {
    const facts = [
      fact('birthDate', '2018-05-01'),
      fact('sex', 'male'),
      fact('body.weight', { value: 25, unit: 'kg' }),
      fact('body.height', { value: 125, unit: 'cm' }),
    ];
    expect(used(null, { facts })).toEqual(['friberg2012children']);
  });
  it('an infusion on record goes into a vein, a dose without a duration is swallowed', () => {
    const { doses } = course('*1/*1');
    expect(doses.map(({ route, hours: long }) => [route, long])).toEqual([
      ['intravenous', 2],
      ['oral', 0],
      ['oral', 0],
    ]);
  });
  it('a level far above what the population has is fitted, whatever the search meets on its way', () => {
    for (const genotype of ['*1/*1', '*2/*2']) {
      const on = { ...course(genotype), levels: [{ time: hours(after(24)) - 0.1, value: 6 }] };
      const given = modelSubject(friberg2012, on);
      const posterior = effectPosterior(given, 50, randomStream(1));
      const found = new Float64Array(1);
      given.subject.predict(new Float64Array(0), posterior!.mode, found);
      expect(found[0]).toBeGreaterThan(3);
    }
  });
  it('a poor metabolizer is left with more before the third dose', () => {
    const trough = (genotype: string) => {
      const on = { ...course(genotype), levels: [{ time: hours(after(24)) - 0.1, value: 1 }] };
      const { subject, effects } = modelSubject(friberg2012, on);
      const found = new Float64Array(1);
      subject.predict(new Float64Array(0), new Float64Array(effects.names.length), found);
      return found[0];
    };
    expect(trough('*2/*2') / trough('*1/*1')).toBeGreaterThan(1.5);
  });
  it('tells what the guideline says of the genotype', () => {
    const given = carrying('*2/*2');
    const outlook = { now: after(36), history: given, belief: null, applicability: pack.applicability(given.facts) };
    const told = pack.advisories(outlook, null).filter(({ code }) => code === 'guideline');
    expect(told).toHaveLength(1);
    expect(told[0].statement).toMatch(/CYP2C19 \*2\/\*2, poor metabolizer: .* is preferred/);
  });
});
