import { describe, expect, test } from 'vitest';
import { bundleOf, decodedOf, outcomeOf } from './fixture.ts';

const LOINC = 'http://loinc.org';
const state = (id: string, code: string) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { coding: [{ system: LOINC, code: '69548-6' }] },
  subject: { reference: 'Patient/p1' },
  component: [
    {
      code: { coding: [{ system: LOINC, code: '53034-5' }] },
      valueCodeableConcept: { coding: [{ system: LOINC, code }] },
    },
  ],
});
const sequence = {
  resourceType: 'MolecularSequence',
  id: 's1',
  meta: { lastUpdated: '2024-01-15T10:00:00Z' },
  type: 'dna',
  coordinateSystem: 1,
  patient: { reference: 'Patient/p1' },
  readCoverage: 30,
  referenceSeq: {
    referenceSeqId: { coding: [{ system: 'http://www.ncbi.nlm.nih.gov/nuccore', code: 'NC_000010.11' }] },
    strand: 'watson',
    windowStart: 94_942_000,
    windowEnd: 94_982_000,
  },
  variant: [
    {
      start: 94_942_290,
      end: 94_942_290,
      referenceAllele: 'C',
      observedAllele: 'T',
      variantPointer: { reference: 'Observation/v1' },
    },
  ],
};
/** The lines of a sequence without its header's column names. */
const linesOf = (change: object, code = 'LA6706-1') => {
  const decoded = decodedOf(bundleOf(state('v1', code), { ...sequence, ...change }));
  const [item] = decoded[1]!.items;
  const text = item?.kind === 'fact' && item.value.kind === 'text' ? item.value.text : '';
  return text.split('\n').filter((line) => !line.startsWith('#CHROM') && !line.startsWith('##fileformat'));
};

describe('MolecularSequence', () => {
  test('is a fact of VCF lines: variants with their allelic state, and what was read between them', () => {
    expect(linesOf({})).toEqual([
      '##reference=GRCh38',
      '10\t94942000\t.\tN\t<NON_REF>\t.\tPASS\tEND=94942289\tGT\t0/0',
      '10\t94942291\t.\tN\t<NON_REF>\t.\tPASS\tEND=94982000\tGT\t0/0',
      '10\t94942290\t.\tC\tT\t.\tPASS\t.\tGT\t0/1',
    ]);
    const [, { items, fate, problems }] = decodedOf(bundleOf(state('v1', 'LA6706-1'), sequence)) as never as readonly {
      items: readonly object[];
      fate: string;
      problems: readonly object[];
    }[];
    expect({ fate, problems }).toEqual({ fate: 'mapped', problems: [] });
    expect(items).toMatchObject([
      {
        kind: 'fact',
        fact: 'body.sequence',
        subject: 'Patient/p1',
        time: { start: Date.parse('2024-01-15T10:00:00Z') },
      },
    ]);
  });

  test.each([
    ['LA6706-1', '0/1'],
    ['LA6705-3', '1/1'],
    ['LA6707-9', '1'],
    ['LA99999-9', './1'],
  ])('allelic state %s is genotype %s', (code, genotype) => {
    expect(linesOf({}, code).at(-1)).toBe(`10\t94942290\t.\tC\tT\t.\tPASS\t.\tGT\t${genotype}`);
  });

  test('positions from 0 on are one lower, and the end of a window is not part of it', () => {
    const referenceSeq = { ...sequence.referenceSeq, windowStart: 94_941_999 };
    const variant = [{ ...sequence.variant[0], start: 94_942_289 }];
    expect(linesOf({ coordinateSystem: 0, referenceSeq, variant })).toEqual(linesOf({}));
  });

  test('without a depth nothing counts as read but the variants', () => {
    expect(linesOf({ readCoverage: undefined })).toEqual([
      '##reference=GRCh38',
      '10\t94942290\t.\tC\tT\t.\tPASS\t.\tGT\t0/1',
    ]);
  });

  test.each([
    ['NC_000010.10', undefined, false],
    ['NC_000010.11', 'GRCh37', false],
    ['NC_000010.11', 'GRCh38.p13', true],
  ])('%s with build %s: GRCh38 %s', (code, genomeBuild, said) => {
    const referenceSeq = { ...sequence.referenceSeq, referenceSeqId: { coding: [{ code }] }, genomeBuild };
    expect(linesOf({ referenceSeq }).includes('##reference=GRCh38')).toBe(said);
  });

  test('by chromosome and build, without an accession', () => {
    const { referenceSeqId: _, ...rest } = sequence.referenceSeq;
    const referenceSeq = { ...rest, chromosome: { coding: [{ code: 'chr16' }] }, genomeBuild: 'GRCh38' };
    const lines = linesOf({ referenceSeq, variant: [] });
    expect(lines).toEqual(['##reference=GRCh38', '16\t94942000\t.\tN\t<NON_REF>\t.\tPASS\tEND=94982000\tGT\t0/0']);
  });

  test('alleles that are not bases leave their place open', () => {
    const variant = [{ start: 94_942_290, referenceAllele: '-', observedAllele: 'A' }];
    expect(linesOf({ variant }).at(-1)).toBe('10\t94942290\t.\tN\t.\t.\tPASS\t.\tGT\t./.');
  });

  test.each([
    ['a protein', { type: 'aa' }, 'kept', 'fhir-form-unread'],
    ['the minus strand', { referenceSeq: { ...sequence.referenceSeq, strand: 'crick' } }, 'kept', 'fhir-form-unread'],
    ['no reference', { referenceSeq: undefined }, 'kept', 'exchange-value-missing'],
    ['nothing read and no variant', { readCoverage: 0, variant: [] }, 'kept', 'exchange-value-missing'],
    ['no counting of positions', { coordinateSystem: undefined }, 'refused', 'fhir-wrong-type'],
    [
      'a chromosome that is not the accession’s',
      { referenceSeq: { ...sequence.referenceSeq, chromosome: { coding: [{ code: '7' }] } } },
      'refused',
      'fhir-wrong-type',
    ],
  ])('%s: %s', (_, change, fate, code) => {
    const outcome = outcomeOf({ ...sequence, ...change });
    expect(outcome).toMatchObject({ fate, items: [] });
    expect(outcome.codes).toContain(code);
  });
});
