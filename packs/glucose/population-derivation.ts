import type { CohortPatient } from './cohort.ts';
import { AGE_GROUPS, type AgeGroup, toSampling, VARIED_COUNT } from './population.ts';

/** What population.data.ts holds. */
export interface PopulationData {
  /** Weight of the identity in the correlation, in [0, 1]. */
  readonly shrinkage: number;
  readonly groups: Readonly<Record<AgeGroup, { readonly mean: readonly number[]; readonly sd: readonly number[] }>>;
  /** Below the diagonal, row by row. */
  readonly correlation: readonly number[];
}

/**
 * The population from the published cohort, on the sampling scale of population.ts.
 * Means by age group (10 patients each). Standard deviations pooled over the groups (27 degrees of freedom) times
 * √(1 + 1/10): predictive for one more patient. Correlation of the deviations from the group means, pooled, drawn to
 * the identity by the analytic weight of Schäfer and Strimmer (Stat Appl Genet Mol Biol 2005;4:32,
 * doi:10.2202/1544-6115.1175): Σ var(r) / Σ r² over the off-diagonal.
 */
export function derivePopulation(cohort: readonly CohortPatient[]): PopulationData {
  const n = VARIED_COUNT;
  const deviations: Float64Array[] = [];
  const means = {} as Record<AgeGroup, number[]>;
  for (const group of AGE_GROUPS) {
    const own = cohort.filter((p) => p.name.startsWith(`${group}#`)).map((p) => toSampling(p.parameters));
    const mean = Array.from({ length: n }, (_, i) => own.reduce((sum, z) => sum + z[i], 0) / own.length);
    means[group] = mean;
    for (const z of own) deviations.push(z.map((value, i) => value - mean[i]));
  }
  const freedom = deviations.length - AGE_GROUPS.length;
  const pooled = Array.from({ length: n }, (_, i) =>
    Math.sqrt(deviations.reduce((s, d) => s + d[i] ** 2, 0) / freedom),
  );
  const standard = deviations.map((d) => d.map((value, i) => value / pooled[i]));
  const sampled: number[] = [];
  let variance = 0;
  let square = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const products = standard.map((s) => s[i] * s[j]);
      const r = products.reduce((s, v) => s + v, 0) / freedom;
      const mean = products.reduce((s, v) => s + v, 0) / products.length;
      const spread = products.reduce((s, v) => s + (v - mean) ** 2, 0) / (products.length - 1);
      variance += spread / products.length;
      square += r * r;
      sampled.push(r);
    }
  }
  const shrinkage = Math.min(1, variance / square);
  const perGroup = deviations.length / AGE_GROUPS.length;
  const sd = pooled.map((s) => s * Math.sqrt(1 + 1 / perGroup));
  return {
    shrinkage,
    groups: {
      child: { mean: means.child, sd },
      adolescent: { mean: means.adolescent, sd },
      adult: { mean: means.adult, sd },
    },
    correlation: sampled.map((r) => (1 - shrinkage) * r),
  };
}
