import { describe, expect, it } from 'vitest';
import { after, fact } from '../fixtures/patient.ts';
import { genotypeCovariates, genotypesIn, SEQUENCE, sayGenotype } from './record.ts';

/** Lines as the FHIR door writes them of a MolecularSequence. */
const sequence = (name: string, ...lines: readonly (readonly (string | number)[])[]) => ({
  ...fact(
    SEQUENCE,
    [
      '##fileformat=VCFv4.2',
      '##reference=GRCh38',
      ['#CHROM', 'POS', 'ID', 'REF', 'ALT', 'QUAL', 'FILTER', 'INFO', 'FORMAT', 'SAMPLE'].join('\t'),
      ...lines.map((line) => line.join('\t')),
    ].join('\n'),
  ),
  id: name,
});
const read = (chromosome: number, from: number, to: number) =>
  [chromosome, from, '.', 'N', '<NON_REF>', '.', 'PASS', `END=${to}`, 'GT', '0/0'] as const;
const variant = (chromosome: number, position: number, ref: string, alt: string, genotype: string) =>
  [chromosome, position, '.', ref, alt, '.', 'PASS', '.', 'GT', genotype] as const;
const said = (gene: string, ...facts: readonly ReturnType<typeof sequence>[]) =>
  sayGenotype(genotypesIn(facts, after(0)).find((each) => each.gene === gene)!);

const STAR2 = 94942290;
const [FIRST, LAST] = [94942000, 94982000];

describe('sequences from FHIR', () => {
  it('one that covers the gene tells its alleles', () => {
    const own = sequence(
      'a',
      read(10, FIRST, STAR2 - 1),
      variant(10, STAR2, 'C', 'T', '0/1'),
      read(10, STAR2 + 1, LAST),
    );
    expect(said('CYP2C9', own)).toBe('CYP2C9 *1/*2');
    expect(genotypeCovariates(genotypesIn([own], after(0))).covariates).toMatchObject({
      cyp2c9Star2: 1,
      cyp2c9Star3: 0,
    });
  });
  it('several that cover a gene together tell them as well', () => {
    const parts = [
      sequence('a', variant(10, STAR2, 'C', 'T', '1/1')),
      sequence('b', read(10, STAR2 + 1, 94950000)),
      sequence('c', read(10, 94980000, LAST)),
    ];
    expect(said('CYP2C9', ...parts)).toBe('CYP2C9 *2/*2');
    expect(said('CYP2C9', ...parts.slice(0, 2))).toContain('indeterminate: Not covered: rs1057910');
  });
  it('a variant alone is not taken for the whole gene: what was not read is not *1', () => {
    expect(said('CYP2C9', sequence('a', variant(10, STAR2, 'C', 'T', '0/1')))).toContain('indeterminate: Not covered');
  });
  it('a variant whose copies are not stated leaves the gene open', () => {
    const own = sequence(
      'a',
      read(10, FIRST, STAR2 - 1),
      variant(10, STAR2, 'C', 'T', './1'),
      read(10, STAR2 + 1, LAST),
    );
    expect(said('CYP2C9', own)).toBe('CYP2C9 is indeterminate: Not covered: rs1799853.');
  });
  it('a window that begins at a site covers it', () => {
    expect(said('VKORC1', sequence('a', read(16, 31096368, 31096400)))).toBe('VKORC1 G/G');
  });
  it('one that does not say its assembly spoils them all', () => {
    const bare = sequence('b', read(16, 31096000, 31096400));
    const old = { ...bare, value: String(bare.value).replace('##reference=GRCh38\n', '') };
    expect(said('VKORC1', sequence('a', read(16, 31096000, 31096400)), old)).toContain('GRCh38');
  });
});
