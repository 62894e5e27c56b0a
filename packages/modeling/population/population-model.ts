import { populationErrors } from './errors.data.ts';

/** Scale on which a random effect is added: P = TV·e^η, logit P = logit TV + η, P = TV + η. */
export type EffectScale = 'log' | 'logit' | 'normal';

/** How a covariate x changes a typical value, with the fixed effect b: ·(x/ref)ᵇ, ·e^{b(x−ref)}, ·(1 + b(x−ref)). */
export interface CovariateEffect {
  /** Column of the data set. */
  readonly column: string;
  readonly form: 'power' | 'exponential' | 'linear';
  /** Name of the fixed effect b. */
  readonly coefficient: string;
  readonly reference: number;
}

/** Variances by parameter, in the order of the random effects; or their names and full covariance. */
export type OmegaText =
  | Readonly<Record<string, number>>
  | { readonly names: readonly string[]; readonly matrix: readonly (readonly number[])[] };

/** Linear compartments solved exactly, each by its number in the data set. */
export interface CompartmentStructure {
  readonly depots: readonly number[];
  readonly central: number;
  readonly peripherals: readonly number[];
}

/** What a population model says beside its structure. */
export interface PopulationText {
  readonly id: string;
  readonly title: string;
  /** Typical values of the structure's parameters, and coefficients of covariates. */
  readonly theta: Readonly<Record<string, number>>;
  readonly omega: OmegaText;
  /** Variances of the residual error. */
  readonly sigma: { readonly proportional?: number; readonly additive?: number };
  /** Absent: log. */
  readonly scales?: Readonly<Record<string, EffectScale>>;
  readonly covariates?: Readonly<Record<string, readonly CovariateEffect[]>>;
  /** Further random effects for each value of a column, the same covariance for all. */
  readonly occasions?: { readonly column: string; readonly omega: OmegaText };
}

/** The random effects and what they act on, checked. */
export interface EffectNames {
  readonly names: readonly string[];
  /** Row-major covariance. */
  readonly covariance: Float64Array;
}

/** A population model whose parts fit together. */
export interface PopulationModel {
  readonly text: PopulationText;
  readonly thetaNames: readonly string[];
  /** Typical values of parameters, without the coefficients of covariates. */
  readonly parameters: readonly string[];
  readonly theta: Float64Array;
  readonly between: EffectNames;
  readonly within: EffectNames;
  readonly sigma: { readonly proportional: number; readonly additive: number };
  /** Whether a fixed effect is searched among positive numbers. */
  readonly positive: readonly boolean[];
  /** Scale on which each fixed effect adds to random effects. */
  readonly links: readonly ('identity' | 'log' | 'logit')[];
}

/** @throws population-model */
export function definePopulation(text: PopulationText): PopulationModel {
  const wrong = (element: string, message: string) =>
    populationErrors.error('population-model', `${text.id}: ${message}`, { file: text.id, element });
  const thetaNames = Object.keys(text.theta);
  const coefficients = new Set(
    Object.values(text.covariates ?? {}).flatMap((effects) => effects.map(({ coefficient }) => coefficient)),
  );
  const parameters = thetaNames.filter((name) => !coefficients.has(name));
  for (const name of coefficients) {
    if (!thetaNames.includes(name)) throw wrong(name, `theta has no ${name}, the coefficient of a covariate`);
  }
  for (const name of thetaNames) {
    if (!Number.isFinite(text.theta[name])) throw wrong(name, `theta ${name} is ${text.theta[name]}`);
  }
  for (const name of [...Object.keys(text.covariates ?? {}), ...Object.keys(text.scales ?? {})]) {
    if (!parameters.includes(name)) throw wrong(name, `theta has no ${name}`);
  }
  for (const name of parameters) {
    const value = text.theta[name];
    const scale = scaleOf(text, name);
    if (scale === 'log' && !(value > 0)) throw wrong(name, `${name} is ${value}, but its scale is the log`);
    if (scale === 'logit' && !(value > 0 && value < 1)) {
      throw wrong(name, `${name} is ${value}, but its scale is the logit`);
    }
  }
  const effects = (omega: OmegaText, what: string): EffectNames => {
    const full = 'matrix' in omega && Array.isArray(omega.matrix);
    const names: readonly string[] = full ? (omega.names as readonly string[]) : Object.keys(omega);
    const n = names.length;
    const covariance = new Float64Array(n * n);
    names.forEach((name, i) => {
      if (!parameters.includes(name)) throw wrong(name, `${what} names ${name}, which theta does not`);
      if (full) {
        const row = (omega.matrix as readonly (readonly number[])[])[i];
        if (row?.length !== n) throw wrong(what, `${what} is not a matrix of ${n} rows and columns`);
        covariance.set(row, i * n);
      } else covariance[i * n + i] = (omega as Readonly<Record<string, number>>)[name];
    });
    for (let i = 0; i < n; i++) {
      if (!(covariance[i * n + i] > 0)) throw wrong(names[i], `the variance of ${names[i]} in ${what} is not positive`);
      for (let j = 0; j < i; j++) {
        if (covariance[i * n + j] !== covariance[j * n + i]) throw wrong(what, `${what} is not symmetric`);
      }
    }
    return { names, covariance };
  };
  const { proportional = 0, additive = 0 } = text.sigma;
  if (!(proportional >= 0 && additive >= 0 && proportional + additive > 0)) {
    throw wrong('sigma', 'sigma is { proportional, additive }: variances, one of them at least positive');
  }
  return {
    text,
    thetaNames,
    parameters,
    theta: Float64Array.from(thetaNames, (name) => text.theta[name]),
    between: effects(text.omega, 'omega'),
    within: text.occasions ? effects(text.occasions.omega, 'omega of occasions') : NO_EFFECTS,
    sigma: { proportional, additive },
    positive: thetaNames.map((name) => parameters.includes(name) && scaleOf(text, name) === 'log'),
    links: thetaNames.map((name) => {
      const scale = parameters.includes(name) ? scaleOf(text, name) : 'normal';
      return scale === 'normal' ? 'identity' : scale;
    }),
  };
}

const NO_EFFECTS: EffectNames = { names: [], covariance: new Float64Array(0) };

export function scaleOf(text: PopulationText, parameter: string): EffectScale {
  return text.scales?.[parameter] ?? 'log';
}
