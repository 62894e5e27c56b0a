import type { GeneName } from './genes.data.ts';
import type { Phenotype } from './genotype.ts';

/** What a guideline says of a drug for a phenotype. */
export interface Statement {
  /** `id` of the drug. */
  readonly drug: string;
  readonly gene: GeneName;
  readonly phenotypes: readonly Phenotype[];
  readonly says: string;
  /** Another drug is preferred. */
  readonly instead?: true;
  readonly source: string;
}

const WARFARIN = 'CPIC: Johnson JA et al., Clin Pharmacol Ther 2017;102:397-404, doi:10.1002/cpt.668';
const WARFARIN_POOR = `${WARFARIN}; the other anticoagulant not checked against print`;
const TACROLIMUS = 'CPIC: Birdwell KA et al., Clin Pharmacol Ther 2015;98:19-24, doi:10.1002/cpt.113';
const VORICONAZOLE = 'CPIC: Moriyama B et al., Clin Pharmacol Ther 2017;102:45-51, doi:10.1002/cpt.583 (adults)';

/** Guidelines of the Clinical Pharmacogenetics Implementation Consortium (CC0), restated in our words. */
export const statements: readonly Statement[] = [
  {
    drug: 'warfarin',
    gene: 'CYP2C9',
    phenotypes: ['normal metabolizer'],
    says: 'the dose is computed from CYP2C9 and VKORC1 together',
    source: WARFARIN,
  },
  {
    drug: 'warfarin',
    gene: 'CYP2C9',
    phenotypes: ['intermediate metabolizer'],
    says: 'the dose is computed from CYP2C9 and VKORC1 together; less is needed, and it takes longer to come to rest',
    source: WARFARIN,
  },
  {
    drug: 'warfarin',
    gene: 'CYP2C9',
    phenotypes: ['poor metabolizer'],
    says: 'much less is needed, and it takes longer to come to rest; another anticoagulant may be considered',
    source: WARFARIN_POOR,
  },
  {
    drug: 'warfarin',
    gene: 'VKORC1',
    phenotypes: ['normal sensitivity'],
    says: 'the dose is computed from CYP2C9 and VKORC1 together',
    source: WARFARIN,
  },
  {
    drug: 'warfarin',
    gene: 'VKORC1',
    phenotypes: ['increased sensitivity', 'high sensitivity'],
    says: 'the dose is computed from CYP2C9 and VKORC1 together; less is needed with each A',
    source: WARFARIN,
  },
  {
    drug: 'tacrolimus',
    gene: 'CYP3A5',
    phenotypes: ['normal metabolizer', 'intermediate metabolizer'],
    says: 'begin with 1.5 to 2 times the standard dose, at most 0.3 mg/kg a day, and go on by levels',
    source: TACROLIMUS,
  },
  {
    drug: 'tacrolimus',
    gene: 'CYP3A5',
    phenotypes: ['poor metabolizer'],
    says: 'begin with the standard dose and go on by levels',
    source: TACROLIMUS,
  },
  {
    drug: 'voriconazole',
    gene: 'CYP2C19',
    phenotypes: ['ultrarapid metabolizer', 'rapid metabolizer'],
    says: 'levels that suffice are unlikely at standard doses: an agent that CYP2C19 does not clear is preferred',
    instead: true,
    source: VORICONAZOLE,
  },
  {
    drug: 'voriconazole',
    gene: 'CYP2C19',
    phenotypes: ['normal metabolizer', 'intermediate metabolizer', 'likely intermediate metabolizer'],
    says: 'begin with the standard dose',
    source: VORICONAZOLE,
  },
  {
    drug: 'voriconazole',
    gene: 'CYP2C19',
    phenotypes: ['poor metabolizer', 'likely poor metabolizer'],
    says: 'levels are high: an agent that CYP2C19 does not clear is preferred, else a lower dose by levels',
    instead: true,
    source: VORICONAZOLE,
  },
];
