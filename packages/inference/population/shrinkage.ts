import { errorVariance, etaPrior, linearize, type PopulationValues, type Subject } from './population.ts';

/** How far estimates of single subjects are drawn to the population's, from 0 (not at all) to 1 (wholly). */
export interface Shrinkage {
  /** Of each random effect: 1 − SD of the estimates over that of the population. NaN under two subjects. */
  readonly etas: Float64Array;
  /** Of each random effect of occasions. */
  readonly occasions: Float64Array;
  /** Of the residuals: 1 − SD of (y − f)/√R at the estimates. Observations below a limit are left out. */
  readonly epsilon: number;
}

/** Shrinkage on the scale of standard deviations (Savic and Karlsson 2009, doi 10.1208/s12248-009-9133-0), subjects without observations left out. */
export function shrinkage(
  subjects: readonly Subject[],
  values: PopulationValues,
  modes: readonly Float64Array[],
): Shrinkage {
  const between = Math.sqrt(values.omega.length);
  const within = Math.sqrt(values.occasionOmega?.length ?? 0);
  const etas: number[][] = Array.from({ length: between }, () => []);
  const occasions: number[][] = Array.from({ length: within }, () => []);
  const residuals: number[] = [];
  subjects.forEach((subject, s) => {
    const n = subject.observed.length;
    const eta = modes[s];
    if (n === 0) return;
    for (let k = 0; k < between; k++) etas[k].push(eta[k]);
    for (let k = between; k < eta.length; k++) occasions[(k - between) % within].push(eta[k]);
    const f = new Float64Array(n);
    if (!subject.predict(values.theta, eta, f)) return;
    for (let i = 0; i < n; i++) {
      if (subject.censored?.[i]) continue;
      residuals.push((subject.observed[i] - f[i]) / Math.sqrt(errorVariance(subject, values.sigma, i, f[i])));
    }
  });
  const of = (draws: readonly number[], variance: number) => 1 - deviation(draws) / Math.sqrt(variance);
  return {
    etas: Float64Array.from(etas, (own, k) => of(own, values.omega[k * between + k])),
    occasions: Float64Array.from(occasions, (own, k) => of(own, values.occasionOmega![k * within + k])),
    epsilon: of(residuals, 1),
  };
}

function deviation(x: readonly number[]): number {
  const mean = x.reduce((sum, each) => sum + each, 0) / x.length;
  return Math.sqrt(x.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (x.length - 1));
}

/** Information of a subject's observations about a random effect, in units of its prior, below which it is not measured. */
const COLLAPSED = 0.05;

/**
 * Random effects (of the subject, or of occasions) whose variance is estimated as nothing: no subject's observations tell its random effect
 * from 0, so that each estimate is shrunk by more than 95 %.
 */
export function collapsedEffects(
  subjects: readonly Subject[],
  values: PopulationValues,
): { readonly etas: readonly number[]; readonly occasions: readonly number[] } {
  const between = Math.sqrt(values.omega.length);
  const within = Math.sqrt(values.occasionOmega?.length ?? 0);
  const most = new Float64Array(between + within);
  for (const subject of subjects) {
    const d = between + (subject.occasions ?? 0) * within;
    const linear = subject.observed.length > 0 && linearize(subject, values.theta, new Float64Array(d), 1e-4);
    if (!linear) continue;
    const { covariance } = etaPrior(values, subject.occasions) ?? { covariance: new Float64Array(d * d) };
    for (let k = 0; k < d; k++) {
      const at = k < between ? k : between + ((k - between) % within);
      let information = 0;
      linear.f.forEach((f, i) => {
        information += (linear.g[i * d + k] ** 2 * covariance[k * d + k]) / errorVariance(subject, values.sigma, i, f);
      });
      most[at] = Math.max(most[at], information);
    }
  }
  const collapsed = Array.from(most, (each, at) => (each < COLLAPSED ? at : -1)).filter((at) => at >= 0);
  return {
    etas: collapsed.filter((at) => at < between),
    occasions: collapsed.filter((at) => at >= between).map((at) => at - between),
  };
}
