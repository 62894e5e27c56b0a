import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callGenotypes } from './call.ts';
import { type Gene, type GeneName, genes } from './genes.data.ts';
import { type Genotype, sayDiplotype } from './genotype.ts';
import { readVcf } from './vcf.ts';

const HEAD = '##fileformat=VCFv4.2\n##reference=GRCh38\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS\n';

interface Line {
  readonly rsid: string;
  readonly text: string;
}

/** Every site of the table, called as the reference but for those given. */
function linesOf(called: Readonly<Record<string, string>> = {}): readonly Line[] {
  return genes.flatMap(({ chromosome, alleles }) =>
    alleles.flatMap(({ site }): Line[] => {
      if (site === undefined) return [];
      const { rsid, position, ref, alt } = site;
      const fields = [`chr${chromosome}`, position, rsid, ref, alt, '.', 'PASS', '.', 'GT', called[rsid] ?? '0/0'];
      return [{ rsid, text: fields.join('\t') }];
    }),
  );
}

function call(lines: readonly Line[], gene: GeneName, head = HEAD): Genotype {
  const vcf = readVcf(head + lines.map(({ text }) => text).join('\n'));
  return callGenotypes(vcf).find((each) => each.gene === gene)!;
}

const said = (genotype: Genotype) =>
  genotype.kind === 'diplotype' ? sayDiplotype(genotype.gene, genotype.alleles) : genotype.reason;

describe('calls of a whole set of sites', () => {
  it.each([
    ['CYP2C9', {}, 'CYP2C9 *1/*1'],
    ['CYP2C9', { rs1799853: '0/1' }, 'CYP2C9 *1/*2'],
    ['CYP2C9', { rs1057910: '1/1' }, 'CYP2C9 *3/*3'],
    ['CYP2C9', { rs1799853: '0|1', rs1057910: '1|0' }, 'CYP2C9 *2/*3'],
    ['CYP2C9', { rs9332131: '0/1' }, 'CYP2C9 *1/*6'],
    ['CYP2C19', { rs12248560: '1/1' }, 'CYP2C19 *17/*17'],
    ['CYP2C19', { rs4244285: '1|0', rs12248560: '0|1' }, 'CYP2C19 *2/*17'],
    ['CYP2C19', { rs28399504: '1|0', rs12248560: '1|0' }, 'CYP2C19 *1/*4'],
    ['CYP3A5', { rs776746: '1/1' }, 'CYP3A5 *3/*3'],
    ['CYP3A5', { rs41303343: '0/1' }, 'CYP3A5 *1/*7'],
    ['VKORC1', { rs9923231: '0/1' }, 'VKORC1 G/A'],
  ] as const)('%s %j is %s', (gene, called, expected) => {
    expect(said(call(linesOf(called), gene))).toBe(expected);
  });
});

describe('what leaves a gene indeterminate', () => {
  const both = { rs1799853: '0/1', rs1057910: '0/1' };
  it.each([
    ['phase that is not resolved', both, 'The phase of rs1799853 and rs1057910 is not resolved.'],
    ['sites on one chromosome as in no allele', { rs1799853: '1|0', rs1057910: '1|0' }, 'Sites are altered together'],
    ['one copy', { rs1799853: '1' }, 'rs1799853: copy number.'],
    ['three copies', { rs1799853: '0/0/1' }, 'rs1799853: copy number.'],
    ['a call of one allele only', { rs1799853: './1' }, 'Not covered: rs1799853.'],
  ])('%s', (_, called, reason) => {
    expect(said(call(linesOf(called), 'CYP2C9'))).toContain(reason);
  });
  const changed = (from: string, to: string) =>
    linesOf().map(({ rsid, text }) => ({ rsid, text: rsid === 'rs7900194' ? text.replace(from, to) : text }));
  it.each([
    ['an allele that is not listed', '\tA\t.\tPASS\t.\tGT\t0/0', '\tT\t.\tPASS\t.\tGT\t0/1', 'other allele'],
    ['a filter', 'PASS', 'LowQual', 'filter LowQual'],
    ['no reads', 'GT\t0/0', 'GT:DP\t0/0:0', 'no reads'],
    ['copies that are not two', 'GT\t0/0', 'GT:CN\t0/0:3', 'copy number'],
    ['another reference base', '\tG\tA\t', '\tC\tA\t', 'reference base'],
  ])('%s', (_, from, to, reason) => {
    expect(said(call(changed(from, to), 'CYP2C9'))).toContain(reason);
  });
  it('a deletion of the gene', () => {
    const text = 'chr10\t94938000\t.\tC\t<DEL>\t.\tPASS\tEND=94990000\tGT\t0/1';
    expect(said(call([...linesOf(), { rsid: '', text }], 'CYP2C9'))).toContain('copy number');
  });
  it.each([
    ['another assembly', HEAD.replace('GRCh38', 'GRCh37')],
    ['no assembly', HEAD.replace('##reference=GRCh38\n', '')],
  ])('%s', (_, head) => {
    expect(said(call(linesOf(), 'VKORC1', head))).toContain('GRCh38');
  });
  it('any one site that is missing, of any gene', () => {
    const sites = genes.flatMap((gene: Gene) =>
      gene.alleles.flatMap(({ site }) => (site ? [[gene, site] as const] : [])),
    );
    fc.assert(
      fc.property(fc.constantFrom(...sites), ([gene, { rsid }]) => {
        const lines = linesOf().filter((line) => line.rsid !== rsid);
        expect(said(call(lines, gene.name))).toBe(`Not covered: ${rsid}.`);
      }),
    );
  });
});

describe('forms of a file', () => {
  it('a block of reference calls covers what lies in it', () => {
    const block = 'chr16\t31096000\t.\tA\t<NON_REF>\t.\tPASS\tEND=31097000\tGT:DP\t0/0:30';
    expect(said(call([{ rsid: '', text: block }], 'VKORC1'))).toBe('VKORC1 G/G');
  });
  it('contig lengths tell the assembly', () => {
    const head = HEAD.replace('##reference=GRCh38', '##contig=<ID=chr16,length=90338345>');
    expect(said(call(linesOf(), 'VKORC1', head))).toBe('VKORC1 G/G');
  });
  it('of several samples the one that is named', () => {
    const text =
      HEAD.replace('\tS\n', '\tS\tT\n') +
      linesOf()
        .map(({ text }) => `${text}\t1/1`)
        .join('\n');
    expect(readVcf(text).problems.map(({ code }) => code)).toEqual(['dosing-vcf-sample']);
    const found = callGenotypes(readVcf(text, 'T')).find(({ gene }) => gene === 'VKORC1')!;
    expect(said(found)).toBe('VKORC1 A/A');
  });
  it('a line that is none is named and left out', () => {
    const { problems, records } = readVcf(`${HEAD}chr16\tx\t.\tC\tT\t.\tPASS\t.\tGT\t0/1\n${linesOf()[0].text}`);
    expect([problems.map(({ code, where }) => [code, where.line]), records.length]).toEqual([
      [['dosing-vcf-line', 4]],
      1,
    ]);
  });
  it('never throws, whatever the text, and calls nothing from nonsense', () => {
    const field = fc.oneof(
      fc.string(),
      fc.constantFrom('chr10', '94942290', 'C', 'T', 'PASS', 'GT', '0/1', '.', 'END=9'),
    );
    const line = fc.array(field, { maxLength: 12 }).map((fields) => fields.join('\t'));
    fc.assert(
      fc.property(fc.array(line), fc.boolean(), (lines, headed) => {
        const vcf = readVcf((headed ? HEAD : '') + lines.join('\n'));
        for (const genotype of callGenotypes(vcf)) expect(genotype.kind).toBe('indeterminate');
        for (const { code } of vcf.problems) expect(code).toMatch(/^dosing-vcf-/);
      }),
    );
  });
  it('what is cut off in the middle never turns a carrier into *1/*1', () => {
    const text =
      HEAD +
      linesOf({ rs1799853: '0/1', rs9923231: '1/1' })
        .map((line) => line.text)
        .join('\n');
    fc.assert(
      fc.property(fc.nat({ max: text.length }), (length) => {
        for (const genotype of callGenotypes(readVcf(text.slice(0, length)))) {
          if (genotype.gene === 'CYP2C9' && genotype.kind === 'diplotype') expect(said(genotype)).toBe('CYP2C9 *1/*2');
          if (genotype.gene === 'VKORC1' && genotype.kind === 'diplotype') expect(said(genotype)).toBe('VKORC1 A/A');
        }
      }),
    );
  });
});
