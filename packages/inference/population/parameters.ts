import type { ThetaDomain } from './maximum-likelihood.ts';
import type { PopulationValues } from './population.ts';

/** One estimated number of a population, on its own scale. */
export interface PopulationParameter {
  readonly name: string;
  readonly part: 'theta' | 'omega' | 'occasion' | 'sigma';
  /** Position in theta, or row of a covariance; of sigma 0 is proportional, 1 additive. */
  readonly row: number;
  /** Column of a covariance, at most the row; else 0. */
  readonly column: number;
  readonly value: number;
}

/** What fixed and random effects are called; absent: by number. */
export interface PopulationNames {
  readonly theta?: readonly string[];
  readonly etas?: readonly string[];
  readonly occasions?: readonly string[];
}

/** Which numbers are estimated: all fixed effects that are not fixed, variances, and covariances that are not zero. */
export interface EstimatedParts {
  readonly domains: readonly ThetaDomain[];
  /** Whether covariances are estimated that are zero. */
  readonly covariances?: boolean;
  readonly names?: PopulationNames;
}

/** The estimated numbers: fixed effects, covariance of the random effects (lower triangle), of occasions, residual variances. */
export function populationParameters(values: PopulationValues, parts: EstimatedParts): readonly PopulationParameter[] {
  const { theta, omega, occasionOmega, sigma } = values;
  const { domains, covariances = false, names = {} } = parts;
  const parameters: PopulationParameter[] = [];
  theta.forEach((value, row) => {
    if (domains[row] === 'fixed') return;
    parameters.push({ name: names.theta?.[row] ?? `theta ${row + 1}`, part: 'theta', row, column: 0, value });
  });
  const block = (part: 'omega' | 'occasion', covariance: Float64Array, own: readonly string[] | undefined) => {
    const n = Math.sqrt(covariance.length);
    const called = (i: number) => own?.[i] ?? String(i + 1);
    const title = part === 'omega' ? 'omega' : 'omega of occasions';
    for (let row = 0; row < n; row++) {
      for (let column = 0; column <= row; column++) {
        const value = covariance[row * n + column];
        if (row !== column && !covariances && value === 0) continue;
        const name = row === column ? `${title} ${called(row)}` : `${title} ${called(column)} ${called(row)}`;
        parameters.push({ name, part, row, column, value });
      }
    }
  };
  block('omega', omega, names.etas);
  if (occasionOmega) block('occasion', occasionOmega, names.occasions);
  (['proportional', 'additive'] as const).forEach((kind, row) => {
    if (sigma[kind] > 0) parameters.push({ name: `sigma ${kind}`, part: 'sigma', row, column: 0, value: sigma[kind] });
  });
  return parameters;
}

/** The values with other numbers in place of the parameters' own. */
export function withParameterValues(
  values: PopulationValues,
  parameters: readonly PopulationParameter[],
  point: ArrayLike<number>,
): PopulationValues {
  const theta = Float64Array.from(values.theta);
  const omega = Float64Array.from(values.omega);
  const occasionOmega = values.occasionOmega && Float64Array.from(values.occasionOmega);
  const sigma = [values.sigma.proportional, values.sigma.additive];
  parameters.forEach(({ part, row, column }, i) => {
    if (part === 'theta') theta[row] = point[i];
    else if (part === 'sigma') sigma[row] = point[i];
    else {
      const covariance = part === 'omega' ? omega : occasionOmega!;
      const n = Math.sqrt(covariance.length);
      covariance[row * n + column] = point[i];
      covariance[column * n + row] = point[i];
    }
  });
  return {
    theta,
    omega,
    ...(occasionOmega && { occasionOmega }),
    sigma: { proportional: sigma[0], additive: sigma[1] },
  };
}

/** Whether a parameter is a variance, or a fixed effect among positive numbers. */
export function isPositive({ part, row, column }: PopulationParameter, domains: readonly ThetaDomain[]): boolean {
  return part === 'theta' ? domains[row] === 'positive' : row === column || part === 'sigma';
}
