import type { Covariates } from './covariates.ts';
import type { DrugModel, StructuralValues } from './drug.ts';
import type { EffectSiteStructure } from './structures/effect-site.ts';

/** A published model of an anaesthetic with its site of effect: what a target-controlled infusion runs on. */
export interface EffectSiteModel extends Omit<DrugModel, 'structure' | 'omega' | 'occasionOmega' | 'scales' | 'sigma'> {
  readonly structure: EffectSiteStructure;
}

/** One that also states how patients differ, and so can be fitted and foretells with a spread. */
export type EffectSitePopulation = EffectSiteModel & DrugModel;

/** Structural values of the typical patient with these covariates. */
export function typicalValues({ theta, typical, derived }: EffectSiteModel, covariates: Covariates): StructuralValues {
  const values = typical(Object.fromEntries(theta.map(({ name, value }) => [name, value])), covariates);
  return derived?.(values) ?? values;
}
