import type { CovariateName, Covariates } from '../covariates.ts';
import { type Allele, type GeneName, geneOf, genes } from './genes.data.ts';
import { type Statement, statements } from './statements.data.ts';

/** What a pair of alleles makes of a person, in CPIC's words. */
export type Phenotype =
  | 'poor metabolizer'
  | 'likely poor metabolizer'
  | 'intermediate metabolizer'
  | 'likely intermediate metabolizer'
  | 'normal metabolizer'
  | 'rapid metabolizer'
  | 'ultrarapid metabolizer'
  | 'normal sensitivity'
  | 'increased sensitivity'
  | 'high sensitivity';

/** A gene as far as it is known: two alleles of the table, or why not. */
export type Genotype =
  | { readonly kind: 'diplotype'; readonly gene: GeneName; readonly alleles: readonly [Allele, Allele] }
  | { readonly kind: 'indeterminate'; readonly gene: GeneName; readonly reason: string };

export function indeterminate(gene: GeneName, reason: string): Genotype {
  return { kind: 'indeterminate', gene, reason };
}

/** As a laboratory writes it: `CYP2C9 *1/*3`. */
export function sayDiplotype(gene: GeneName, [a, b]: readonly [Allele, Allele]): string {
  return `${gene} ${a.name}/${b.name}`;
}

/**
 * The genotype that a diplotype as a laboratory writes it states: `CYP2C9 *1/*3`, `CYP2C19*2/*2`, `*1/*17` with the gene given,
 * `VKORC1 -1639G/A`, `rs9923231 C/T`. Copies (`*1x2`), unknown alleles, and anything but one pair are indeterminate. Null where no gene
 * of the table is meant.
 */
export function readDiplotype(text: string, given?: GeneName): Genotype | null {
  const named = given ?? genes.find(({ name }) => new RegExp(`\\b${name}(?![0-9A-Z])`, 'i').test(text))?.name;
  const gene = named ?? (/rs9923231\b/i.test(text) ? 'VKORC1' : undefined);
  if (gene === undefined) return null;
  const rest = text
    .replace(new RegExp(gene, 'ig'), ' ')
    .replace(/rs9923231|[-−–]1639|[cg]\./gi, ' ')
    .trim();
  const { alleles } = geneOf(gene);
  if (gene === 'VKORC1') {
    const letters = /^([GACT])\s*[/|>]?\s*([GACT])$/i.exec(rest)?.slice(1, 3) ?? [];
    const plus = letters.some((letter) => /[CT]/i.test(letter));
    const minus = letters.some((letter) => /[GA]/i.test(letter));
    if (letters.length !== 2 || plus === minus) return indeterminate(gene, `“${text}” is not a pair of G and A.`);
    const [a, b] = letters.map((letter) => alleles[/[GC]/i.test(letter) ? 0 : 1]);
    return { kind: 'diplotype', gene, alleles: [a, b] };
  }
  const pair = /^(\*\d+)(x\S*)?\s*[/|]\s*(\*\d+)(x\S*)?$/i.exec(rest);
  if (pair === null) return indeterminate(gene, `“${text}” is not one pair of star alleles.`);
  if (pair[2] !== undefined || pair[4] !== undefined)
    return indeterminate(gene, `“${text}” states copies of the gene.`);
  const found = [pair[1], pair[3]].map((name) => alleles.find((allele) => allele.name === name));
  const [a, b] = found;
  if (a === undefined || b === undefined) {
    const unknown = [pair[1], pair[3]].filter((_, i) => found[i] === undefined).join(' and ');
    return indeterminate(gene, `${unknown} of ${gene} is not in the table.`);
  }
  return { kind: 'diplotype', gene, alleles: [a, b] };
}

/** CPIC's phenotype of a pair of alleles. */
export function phenotypeOf(gene: GeneName, alleles: readonly [Allele, Allele]): Phenotype {
  const has = (kind: Allele['function']) => alleles.filter((allele) => allele.function === kind).length;
  switch (gene) {
    case 'CYP2C9': {
      // Activity score: 1 of a normal allele, 0.5 of one of decreased function, 0 of none.
      const score = has('normal') + 0.5 * has('decreased');
      return score === 2 ? 'normal metabolizer' : score >= 1 ? 'intermediate metabolizer' : 'poor metabolizer';
    }
    case 'CYP2C19':
      if (has('none') === 2) return 'poor metabolizer';
      if (has('decreased') > 0) return has('none') > 0 ? 'likely poor metabolizer' : 'likely intermediate metabolizer';
      if (has('none') === 1) return 'intermediate metabolizer';
      return (['normal metabolizer', 'rapid metabolizer', 'ultrarapid metabolizer'] as const)[has('increased')];
    case 'CYP3A5':
      return (['normal metabolizer', 'intermediate metabolizer', 'poor metabolizer'] as const)[has('none')];
    case 'VKORC1':
      return (['normal sensitivity', 'increased sensitivity', 'high sensitivity'] as const)[has('decreased')];
  }
}

/** Place of a phenotype of CYP2C19 on the covariate's scale. */
const CYP2C19_ACTIVITY: Partial<Record<Phenotype, number>> = {
  'poor metabolizer': 0,
  'likely poor metabolizer': 0,
  'intermediate metabolizer': 1,
  'likely intermediate metabolizer': 1,
  'normal metabolizer': 2,
  'rapid metabolizer': 3,
  'ultrarapid metabolizer': 4,
};

/** The covariates of models that a genotype gives, or why it gives none. */
export function covariatesOfGenotype(genotype: Genotype): {
  readonly covariates: Covariates;
  readonly reason?: string;
} {
  if (genotype.kind === 'indeterminate') return { covariates: {}, reason: genotype.reason };
  const { gene, alleles } = genotype;
  const count = (name: string) => alleles.filter((allele) => allele.name === name).length;
  const phenotype = phenotypeOf(gene, alleles);
  switch (gene) {
    case 'CYP2C9': {
      const others = alleles.filter(({ name }) => !['*1', '*2', '*3'].includes(name));
      if (others.length > 0) {
        const names = others.map(({ name }) => name).join(' and ');
        return { covariates: {}, reason: `Models know *1, *2 and *3 of CYP2C9, not ${names}.` };
      }
      return { covariates: { cyp2c9Star2: count('*2'), cyp2c9Star3: count('*3') } };
    }
    case 'CYP2C19':
      return { covariates: { cyp2c19Activity: CYP2C19_ACTIVITY[phenotype]! } };
    case 'CYP3A5':
      return { covariates: { cyp3a5Expresser: phenotype === 'poor metabolizer' ? 0 : 1 } };
    case 'VKORC1':
      return { covariates: { vkorc1A: count('A') } };
  }
}

/** The gene that a covariate is told from. */
export const GENE_OF: Readonly<Partial<Record<CovariateName, GeneName>>> = {
  cyp2c9Star2: 'CYP2C9',
  cyp2c9Star3: 'CYP2C9',
  cyp2c19Activity: 'CYP2C19',
  cyp3a5Expresser: 'CYP3A5',
  vkorc1A: 'VKORC1',
};

/** What the guideline says of a drug for a genotype; null where it says nothing, or the genotype is indeterminate. */
export function statementFor(drug: string, genotype: Genotype): Statement | null {
  if (genotype.kind === 'indeterminate') return null;
  const phenotype = phenotypeOf(genotype.gene, genotype.alleles);
  return (
    statements.find(
      (each) => each.drug === drug && each.gene === genotype.gene && each.phenotypes.includes(phenotype),
    ) ?? null
  );
}
