import type { EffectScale, OmegaText } from '@gemel/modeling/population/population-model';
import type { RandomStream } from '@gemel/numerics';
import { cholesky } from '@gemel/numerics/linalg/cholesky';
import type { DrugModel } from './drug.ts';

/** Random effects of a model in one patient: names, scales and covariance. */
export interface Effects {
  /** The structural value each is of; one that also varies from occasion to occasion has several. */
  readonly names: readonly string[];
  readonly scales: readonly EffectScale[];
  /** Of which occasion each is; −1: of all. */
  readonly occasions: readonly number[];
  /** Row-major. */
  readonly covariance: Float64Array;
}

/** The effects between patients, then those of each occasion in turn; of as many occasions as there are. */
export function effectsOf({ omega, occasionOmega, scales }: DrugModel, occasions = 0): Effects {
  const between = covarianceOf(omega);
  const within = occasionOmega === undefined ? { names: [], covariance: [] } : covarianceOf(occasionOmega);
  const blocks = [between, ...Array.from({ length: occasions }, () => within)];
  const names = blocks.flatMap((block) => block.names);
  const n = names.length;
  const covariance = new Float64Array(n * n);
  let from = 0;
  for (const block of blocks) {
    block.covariance.forEach((row, i) => {
      covariance.set(row, (from + i) * n + from);
    });
    from += block.names.length;
  }
  return {
    names,
    scales: names.map((name) => scales?.[name] ?? 'log'),
    occasions: blocks.flatMap((block, b) => block.names.map(() => b - 1)),
    covariance,
  };
}

function covarianceOf(omega: OmegaText): {
  readonly names: readonly string[];
  readonly covariance: readonly (readonly number[])[];
} {
  if (Array.isArray(omega.matrix)) {
    return { names: omega.names as readonly string[], covariance: omega.matrix as readonly (readonly number[])[] };
  }
  const variances = omega as Readonly<Record<string, number>>;
  const names = Object.keys(variances);
  return { names, covariance: names.map((name, i) => names.map((_, j) => (i === j ? variances[name] : 0))) };
}

/** What draws random effects of persons. Throws where their covariance is not positive definite. */
export function drawerOf({ names, covariance }: Effects): (random: RandomStream) => Float64Array {
  const n = names.length;
  const factor = cholesky(covariance, n);
  if (factor.status !== 'ok') throw new RangeError('the covariance of random effects is not positive definite');
  return (random) => {
    const normal = Float64Array.from({ length: n }, () => random.normal());
    return Float64Array.from(normal, (_, i) => {
      let sum = 0;
      for (let j = 0; j <= i; j++) sum += factor.lower[i * n + j] * normal[j];
      return sum;
    });
  };
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
