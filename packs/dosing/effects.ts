import type { EffectScale } from '@gemel/modeling/population/population-model';
import type { DrugModel } from './drug.ts';

/** Random effects of a model: names, scales and covariance. */
export interface Effects {
  readonly names: readonly string[];
  readonly scales: readonly EffectScale[];
  /** Row-major. */
  readonly covariance: Float64Array;
}

export function effectsOf({ omega, scales }: DrugModel): Effects {
  const full = Array.isArray(omega.matrix);
  const names = full ? (omega.names as readonly string[]) : Object.keys(omega);
  const n = names.length;
  const covariance = new Float64Array(n * n);
  names.forEach((name, i) => {
    if (full) covariance.set((omega.matrix as readonly (readonly number[])[])[i], i * n);
    else covariance[i * n + i] = (omega as Readonly<Record<string, number>>)[name];
  });
  return { names, scales: names.map((name) => scales?.[name] ?? 'log'), covariance };
}

/** A typical value with a random effect on its scale. */
export function withEffect(typical: number, effect: number, scale: EffectScale): number {
  if (scale === 'log') return typical * Math.exp(effect);
  if (scale === 'normal') return typical + effect;
  return 1 / (1 + ((1 - typical) / typical) * Math.exp(-effect));
}

/** Variance on the log scale of a log-normal parameter with this coefficient of variation. */
export function variance(coefficientOfVariation: number): number {
  return Math.log1p(coefficientOfVariation ** 2);
}
