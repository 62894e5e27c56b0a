import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after, fact } from '../fixtures/patient.ts';
import { covariatesOfGenotype, phenotypeOf, readDiplotype, statementFor } from './genotype.ts';
import { genotypeCovariates, genotypesIn } from './record.ts';

describe('diplotypes as laboratories write them', () => {
  it.each([
    ['CYP2C9 *1/*1', 'normal metabolizer', { cyp2c9Star2: 0, cyp2c9Star3: 0 }],
    ['CYP2C9*1/*2', 'intermediate metabolizer', { cyp2c9Star2: 1, cyp2c9Star3: 0 }],
    ['CYP2C9 *2|*2', 'intermediate metabolizer', { cyp2c9Star2: 2, cyp2c9Star3: 0 }],
    ['CYP2C9 *2/*3', 'poor metabolizer', { cyp2c9Star2: 1, cyp2c9Star3: 1 }],
    ['CYP2C9 *1/*5', 'intermediate metabolizer', {}],
    ['CYP2C19*2/*2', 'poor metabolizer', { cyp2c19Activity: 0 }],
    ['CYP2C19 *2/*17', 'intermediate metabolizer', { cyp2c19Activity: 1 }],
    ['CYP2C19 *1/*9', 'likely intermediate metabolizer', { cyp2c19Activity: 1 }],
    ['CYP2C19 *2/*9', 'likely poor metabolizer', { cyp2c19Activity: 0 }],
    ['CYP2C19 *1/*17', 'rapid metabolizer', { cyp2c19Activity: 3 }],
    ['CYP2C19 *17/*17', 'ultrarapid metabolizer', { cyp2c19Activity: 4 }],
    ['CYP3A5 *1/*3', 'intermediate metabolizer', { cyp3a5Expresser: 1 }],
    ['CYP3A5 *3/*6', 'poor metabolizer', { cyp3a5Expresser: 0 }],
    ['VKORC1 -1639G/A', 'increased sensitivity', { vkorc1A: 1 }],
    ['rs9923231 T/T', 'high sensitivity', { vkorc1A: 2 }],
    ['VKORC1 GG', 'normal sensitivity', { vkorc1A: 0 }],
  ])('%s: %s', (text, phenotype, covariates) => {
    const genotype = readDiplotype(text)!;
    if (genotype.kind !== 'diplotype') throw new Error(genotype.reason);
    expect(phenotypeOf(genotype.gene, genotype.alleles)).toBe(phenotype);
    expect(covariatesOfGenotype(genotype).covariates).toEqual(covariates);
  });
  it.each([
    ['CYP2C9 *1/*99', '*99 of CYP2C9 is not in the table'],
    ['CYP2C19 *1x2/*17', 'copies'],
    ['CYP2C9 *1', 'not one pair'],
    ['CYP2C9 *1/*2 or *1/*3', 'not one pair'],
    ['VKORC1 G/C', 'not a pair'],
  ])('%s is indeterminate', (text, reason) => {
    expect(readDiplotype(text)).toMatchObject({ kind: 'indeterminate', reason: expect.stringContaining(reason) });
  });
  it('what names no gene of the table is none', () => {
    expect([readDiplotype('CYP2D6 *1/*4'), readDiplotype('*1/*2')]).toEqual([null, null]);
  });
  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void readDiplotype(`CYP2C9${text}`)));
  });
  it('the order of the alleles does not matter', () => {
    const star = fc.constantFrom('*1', '*2', '*3', '*5', '*6', '*8', '*11');
    fc.assert(
      fc.property(star, star, (a, b) => {
        const [one, other] = [`CYP2C9 ${a}/${b}`, `CYP2C9 ${b}/${a}`].map((text) => readDiplotype(text)!);
        if (one.kind !== 'diplotype' || other.kind !== 'diplotype') throw new Error('a listed pair was not read');
        expect(phenotypeOf('CYP2C9', one.alleles)).toBe(phenotypeOf('CYP2C9', other.alleles));
        expect(covariatesOfGenotype(one).covariates).toEqual(covariatesOfGenotype(other).covariates);
      }),
    );
  });
});

describe('a record', () => {
  const covariates = (...facts: ReturnType<typeof fact>[]) => genotypeCovariates(genotypesIn(facts, after(0)));
  it('genes from facts of their own and from one that names its gene', () => {
    const found = covariates(fact('body.genotype', 'CYP2C9 *1/*3'), fact('body.genotype.vkorc1', 'A/A'));
    expect(found.covariates).toEqual({ cyp2c9Star2: 0, cyp2c9Star3: 1, vkorc1A: 2 });
  });
  it('coded values by their text or display', () => {
    const value = { codings: [{ system: 'x', code: '638797', display: 'CYP2C19*2/*2' }] };
    expect(covariates(fact('body.genotype', value)).covariates).toEqual({ cyp2c19Activity: 0 });
  });
  it('two that differ tell nothing, and say so', () => {
    const { covariates: found, reasons } = covariates(
      fact('body.genotype', 'CYP2C9 *1/*3'),
      fact('body.genotype.cyp2c9', '*1/*2'),
    );
    expect([found, reasons.get('CYP2C9')]).toEqual([{}, 'Records disagree: *1/*3, *1/*2.']);
  });
});

describe('guidelines', () => {
  it.each([
    ['warfarin', 'CYP2C9 *3/*3', 'another anticoagulant'],
    ['tacrolimus', 'CYP3A5 *1/*1', '1.5 to 2 times'],
    ['voriconazole', 'CYP2C19 *17/*17', 'is preferred'],
  ])('%s, %s', (drug, text, says) => {
    expect(statementFor(drug, readDiplotype(text)!)?.says).toContain(says);
  });
  it('none for an indeterminate genotype', () => {
    expect(statementFor('warfarin', readDiplotype('CYP2C9 *1/*99')!)).toBeNull();
  });
});
