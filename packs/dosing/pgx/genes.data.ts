/** What an allele does, in CPIC's words. */
export type AlleleFunction = 'normal' | 'decreased' | 'none' | 'increased';

/** A place of the genome that tells alleles apart; GRCh38, plus strand, as a left-aligned VCF line writes it. */
export interface Site {
  readonly rsid: string;
  readonly position: number;
  readonly ref: string;
  readonly alt: string;
}

export interface Allele {
  readonly name: string;
  readonly function: AlleleFunction;
  /** Site whose alternative defines it; absent: the reference, none of the gene's sites altered. */
  readonly site?: Site;
  /** Sites of other alleles that may be altered with it. */
  readonly with?: readonly string[];
}

export interface Gene {
  readonly name: GeneName;
  readonly chromosome: string;
  readonly alleles: readonly Allele[];
  /** Where the alleles, their sites and functions are from. */
  readonly source: string;
}

export type GeneName = 'CYP2C9' | 'CYP2C19' | 'CYP3A5' | 'VKORC1';

const site = (rsid: string, position: number, ref: string, alt: string): Site => ({ rsid, position, ref, alt });

const CPIC = 'CPIC allele definition and functionality tables (CC0), GRCh38; PharmVar';

/**
 * The alleles that a call tells apart. A carrier of an allele that is not listed is called by the listed sites alone, as by any test of
 * chosen alleles; *1 means that none of them is altered.
 */
export const genes: readonly Gene[] = [
  {
    name: 'CYP2C9',
    chromosome: '10',
    source: CPIC,
    alleles: [
      { name: '*1', function: 'normal' },
      { name: '*2', function: 'decreased', site: site('rs1799853', 94942290, 'C', 'T') },
      { name: '*3', function: 'none', site: site('rs1057910', 94981296, 'A', 'C') },
      { name: '*5', function: 'decreased', site: site('rs28371686', 94981301, 'C', 'G') },
      { name: '*6', function: 'none', site: site('rs9332131', 94949281, 'GA', 'G') },
      { name: '*8', function: 'decreased', site: site('rs7900194', 94942309, 'G', 'A') },
      { name: '*11', function: 'decreased', site: site('rs28371685', 94981224, 'C', 'T') },
    ],
  },
  {
    name: 'CYP2C19',
    chromosome: '10',
    source: CPIC,
    alleles: [
      { name: '*1', function: 'normal' },
      { name: '*2', function: 'none', site: site('rs4244285', 94781859, 'G', 'A') },
      { name: '*3', function: 'none', site: site('rs4986893', 94780653, 'G', 'A') },
      // Part of its carriers have the site of *17 altered as well.
      { name: '*4', function: 'none', site: site('rs28399504', 94762706, 'A', 'G'), with: ['rs12248560'] },
      { name: '*5', function: 'none', site: site('rs56337013', 94852738, 'C', 'T') },
      { name: '*6', function: 'none', site: site('rs72552267', 94775453, 'G', 'A') },
      { name: '*7', function: 'none', site: site('rs72558186', 94781999, 'T', 'A') },
      { name: '*8', function: 'none', site: site('rs41291556', 94775416, 'T', 'C') },
      { name: '*9', function: 'decreased', site: site('rs17884712', 94775489, 'G', 'A') },
      { name: '*10', function: 'decreased', site: site('rs6413438', 94781858, 'C', 'T') },
      { name: '*17', function: 'increased', site: site('rs12248560', 94761900, 'C', 'T') },
    ],
  },
  {
    name: 'CYP3A5',
    chromosome: '7',
    source: CPIC,
    alleles: [
      { name: '*1', function: 'normal' },
      { name: '*3', function: 'none', site: site('rs776746', 99672916, 'T', 'C') },
      { name: '*6', function: 'none', site: site('rs10264272', 99665212, 'C', 'T') },
      { name: '*7', function: 'none', site: site('rs41303343', 99652770, 'T', 'TA') },
    ],
  },
  {
    name: 'VKORC1',
    chromosome: '16',
    source: 'CPIC guideline for warfarin (CC0); −1639G>A is read on the minus strand: C>T on the plus strand',
    alleles: [
      { name: 'G', function: 'normal' },
      { name: 'A', function: 'decreased', site: site('rs9923231', 31096368, 'C', 'T') },
    ],
  },
];

/** A gene of the table. */
export function geneOf(name: GeneName): Gene {
  return genes.find((gene) => gene.name === name)!;
}
