import { cholesky, choleskySolve } from '@gemel/numerics/linalg/cholesky';
import { populationProblems } from './errors.data.ts';
import type { ThetaDomain } from './maximum-likelihood.ts';
import type { EtaPrior, Subject } from './population.ts';

/** Scale on which a fixed effect adds to random effects. */
export type Link = 'identity' | 'log' | 'logit';

export function linked(link: Link, theta: number): number {
  return link === 'log' ? Math.log(theta) : link === 'logit' ? Math.log(theta / (1 - theta)) : theta;
}

export function unlinked(link: Link, t: number): number {
  return link === 'log' ? Math.exp(t) : link === 'logit' ? 1 / (1 + Math.exp(-t)) : t;
}

/** Which estimated fixed effects are means of random effects, and which act on predictions otherwise. */
export interface FixedEffects {
  readonly links: readonly Link[];
  /** Positions in theta of means: the maximum given the individual parameters has a closed form. */
  readonly means: readonly number[];
  readonly others: readonly number[];
}

/**
 * Sorts the fixed effects by the subjects' designs: one is a mean where every subject's design has numbers in its column, not all zero.
 * @throws population-not-identifiable where the means cannot be told apart, by the name of one
 */
export function fixedEffects(
  subjects: readonly Subject[],
  domains: readonly ThetaDomain[],
  given: readonly Link[] | undefined,
  names: readonly string[] | undefined,
): FixedEffects {
  const p = domains.length;
  const links = domains.map((domain, k): Link => given?.[k] ?? (domain === 'positive' ? 'log' : 'identity'));
  const isMean = (k: number) => {
    let any = false;
    for (const { design } of subjects) {
      if (!design) return false;
      for (let at = k; at < design.length; at += p) {
        if (Number.isNaN(design[at])) return false;
        any ||= design[at] !== 0;
      }
    }
    return any;
  };
  const free = domains.flatMap((domain, k) => (domain === 'fixed' ? [] : [k]));
  const means = free.filter(isMean);
  const m = means.length;
  const gram = new Float64Array(m * m);
  for (const { design } of subjects) {
    for (let row = 0; row < (design?.length ?? 0); row += p)
      for (let i = 0; i < m; i++)
        for (let j = 0; j < m; j++) gram[i * m + j] += design![row + means[i]] * design![row + means[j]];
  }
  const scale = means.map((_, i) => Math.sqrt(gram[i * m + i]));
  const scaled = gram.map((each, at) => each / (scale[Math.floor(at / m)] * scale[at % m]));
  const factor = cholesky(scaled, m);
  const pivot = factor.status === 'ok' ? means.findIndex((_, i) => factor.lower[i * m + i] < 1e-6) : factor.pivot;
  if (pivot >= 0) {
    const name = names?.[means[pivot]] ?? `theta ${means[pivot] + 1}`;
    const message = `The covariates of the subjects do not tell ${name} from the fixed effects before it.`;
    throw populationProblems.error('population-not-identifiable', message, name);
  }
  return { links, means, others: free.filter((k) => !means.includes(k)) };
}

/** Means of a subject's random effects on the linked scale: design · link(θ), of the fixed effects that are means. */
export function meansOf(subject: Subject, { means }: FixedEffects, t: Float64Array, dimension: number): Float64Array {
  const p = t.length;
  const out = new Float64Array(dimension);
  if (!subject.design) return out;
  for (let row = 0; row < dimension; row++) for (const k of means) out[row] += subject.design[row * p + k] * t[k];
  return out;
}

/**
 * The means that fit individual parameters best under their covariance: weighted least squares over all subjects. Only entries of `means`
 * are changed in the result; null where the weights leave them undetermined.
 */
export function fittedMeans(
  subjects: readonly Subject[],
  { means }: FixedEffects,
  individual: readonly Float64Array[],
  priorOf: (subject: Subject) => EtaPrior,
  t: Float64Array,
): Float64Array | null {
  const m = means.length;
  const p = t.length;
  const normal = new Float64Array(m * m);
  const right = new Float64Array(m);
  subjects.forEach((subject, s) => {
    const { design } = subject;
    const { precision, dimension: d } = priorOf(subject);
    for (let row = 0; row < d; row++) {
      for (let column = 0; column < d; column++) {
        const weight = precision[row * d + column];
        if (weight === 0) continue;
        for (let i = 0; i < m; i++) {
          const left = design![row * p + means[i]] * weight;
          if (left === 0) continue;
          right[i] += left * individual[s][column];
          for (let j = 0; j < m; j++) normal[i * m + j] += left * design![column * p + means[j]];
        }
      }
    }
  });
  const factor = cholesky(normal, m);
  if (factor.status !== 'ok') return null;
  const solved = choleskySolve(factor.lower, m, right);
  const next = Float64Array.from(t);
  means.forEach((k, i) => {
    next[k] = solved[i];
  });
  return next;
}
