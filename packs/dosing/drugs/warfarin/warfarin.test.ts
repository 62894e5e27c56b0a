import { describe, expect, it } from 'vitest';
import { after, dose, fact, history, measured } from '../../fixtures/patient.ts';
import { dosingPack } from '../../pack.ts';
import { courseOf } from '../../record.ts';
import { warfarin } from './index.ts';

const pack = dosingPack(warfarin);
const inr = (hours: number, value: number) => measured('warfarin.level', hours, { value, unit: '{INR}' });
const given = (changes: Parameters<typeof history>[0] = {}) =>
  history({ controls: [dose(0, 5, 0), dose(24, 5, 0)], observations: [inr(-12, 1.1), inr(47, 1.2)], ...changes });
const missing = (changes: Parameters<typeof history>[0] = {}) =>
  pack.readiness('decide', given(changes), after(48)).missing;
const without = (name: string) => given().facts.filter((each) => each.fact !== name);

describe('warfarin', () => {
  it('an INR at rest before the first dose is the base, and no level', () => {
    expect(missing()).toEqual([]);
    const { levels, covariates } = courseOf(warfarin, given(), after(48));
    expect([levels.map(({ value }) => value), covariates.at(-1)!.values.restLevel]).toEqual([[1.2], 1.1]);
  });
  it('a raised INR before the first dose is refused', () => {
    const codes = missing({ observations: [inr(-12, 2.3)] }).map(({ code }) => code);
    expect(codes).toEqual(['level-before-dose']);
  });
  it('no genotype, no model', () => {
    const codes = missing({ facts: without('body.genotype') }).map(({ code }) => code);
    expect(codes).toEqual(['cyp2c9Star2-missing', 'cyp2c9Star3-missing']);
  });
  it('an indeterminate genotype is refused with its reason', () => {
    const facts = [...without('body.genotype.vkorc1'), fact('body.vcf', '##reference=GRCh38\n#CHROM\n')];
    const [reason] = missing({ facts });
    expect(reason.code).toBe('vkorc1A-missing');
    expect(reason.statement).toContain('Not covered: rs9923231');
  });
  it('tells what the guideline says of the genotypes', () => {
    const { facts } = given();
    const outlook = { now: after(48), history: given(), belief: null, applicability: pack.applicability(facts) };
    const told = pack.advisories(outlook, null).filter(({ code }) => code === 'guideline');
    expect(told.map(({ statement }) => statement.split(',')[0])).toEqual(['CYP2C9 *1/*2', 'VKORC1 G/A']);
  });
});
