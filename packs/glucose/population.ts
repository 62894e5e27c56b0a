import { cholesky } from '@gemel/numerics/linalg/cholesky';
import type { RandomStream } from '@gemel/numerics/random/stream';
import { CONSTANT, deriveConstants } from './model.ts';
import { implausibility, MODEL_PARAMETERS, type ModelParameterName, PARAMETER_INDEX } from './parameters.ts';
import { POPULATION } from './population.data.ts';

/** Age groups of the published cohort. */
export type AgeGroup = 'child' | 'adolescent' | 'adult';
export const AGE_GROUPS = ['child', 'adolescent', 'adult'] as const satisfies readonly AgeGroup[];

/** The group whose ages in the published cohort are nearest: children up to 12, adolescents up to 19 years. */
export function ageGroup(years: number): AgeGroup {
  if (years < 13) return 'child';
  return years < 20 ? 'adolescent' : 'adult';
}

/** Parameters that differ between patients; the others have one value in all 30. */
export const VARIED = [
  'BW',
  'Gb',
  'Ib',
  'EGPb',
  'Vg',
  'Vi',
  'k1',
  'k2',
  'Vmx',
  'Km0',
  'kp2',
  'kp3',
  'ki',
  'p2u',
  'm1',
  'm2',
  'kabs',
  'kmax',
  'kmin',
  'b',
  'd',
  'ka1',
  'ka2',
  'kd',
  'ksc',
] as const satisfies readonly ModelParameterName[];
export const VARIED_COUNT = VARIED.length;

/** Values every patient shares. */
export const SHARED = { Fsnc: 1, HEb: 0.6, f: 0.9, ke1: 0.0005, ke2: 339 } as const satisfies Partial<
  Record<ModelParameterName, number>
>;

/** Scale on which the population is normal: logarithm, or logit of the value (of kmin: of kmin/kmax). */
export function samplingScale(name: (typeof VARIED)[number]): 'log' | 'logit' | 'logit of kmin/kmax' {
  if (name === 'kmin') return 'logit of kmin/kmax';
  return name === 'b' || name === 'd' ? 'logit' : 'log';
}

const INDEX = VARIED.map((name) => PARAMETER_INDEX[name]);
const SCALES = VARIED.map(samplingScale);
const SHARED_ALONE = Float64Array.from(MODEL_PARAMETERS, (m) => SHARED[m.name as keyof typeof SHARED] ?? Number.NaN);
const KMAX = PARAMETER_INDEX.kmax;

/** A patient's VARIED parameters on the sampling scale. */
export function toSampling(parameters: Float64Array): Float64Array {
  return Float64Array.from(SCALES, (scale, i) => {
    const value = parameters[INDEX[i]];
    if (scale === 'log') return Math.log(value);
    const share = scale === 'logit' ? value : value / parameters[KMAX];
    return Math.log(share / (1 - share));
  });
}

/** The parameter vector for values on the sampling scale, the shared ones filled in. */
export function fromSampling(z: Float64Array): Float64Array {
  const parameters = SHARED_ALONE.slice();
  for (let i = 0; i < VARIED_COUNT; i++) {
    const scale = SCALES[i];
    const value = scale === 'log' ? Math.exp(z[i]) : 1 / (1 + Math.exp(-z[i]));
    parameters[INDEX[i]] = scale === 'logit of kmin/kmax' ? value * parameters[KMAX] : value;
  }
  return parameters;
}

/** A normal distribution on the sampling scale, in the order of VARIED. */
export interface PopulationPrior {
  readonly group: AgeGroup;
  readonly mean: Float64Array;
  readonly sd: Float64Array;
  /** VARIED_COUNT × VARIED_COUNT, row-major. */
  readonly covariance: Float64Array;
  readonly source: string;
}

/** The prior of an age group: predictive for one more patient of it. */
export function populationPrior(group: AgeGroup): PopulationPrior {
  const n = VARIED_COUNT;
  const { mean, sd } = POPULATION.groups[group];
  const covariance = new Float64Array(n * n);
  let k = 0;
  for (let i = 0; i < n; i++) {
    covariance[i * n + i] = sd[i] * sd[i];
    for (let j = 0; j < i; j++) {
      covariance[i * n + j] = POPULATION.correlation[k++] * sd[i] * sd[j];
      covariance[j * n + i] = covariance[i * n + j];
    }
  }
  return { group, mean: Float64Array.from(mean), sd: Float64Array.from(sd), covariance, source: POPULATION.source };
}

/** The patient at the centre of an age group. */
export function typicalPatient(group: AgeGroup): Float64Array {
  return fromSampling(Float64Array.from(POPULATION.groups[group].mean));
}

/** Basal insulin a person with type 1 diabetes can need, U/kg/day: outside it a draw is no patient. */
export const BASAL_NEED = [0.05, 1.5] as const;

/**
 * Why a vector is not a patient of the population, or null: what `implausibility` says, and a basal insulin need
 * outside BASAL_NEED.
 */
export function unlikely(parameters: Float64Array): string | null {
  const impossible = implausibility(parameters);
  if (impossible !== null) return impossible;
  const need = (deriveConstants(parameters)[CONSTANT.u2ss] * 1440) / 6000;
  if (!(need >= BASAL_NEED[0] && need <= BASAL_NEED[1])) return `basal insulin need of ${need} U/kg/day`;
  return null;
}

export interface Draw {
  readonly parameters: Float64Array;
  /** Draws made until one was accepted, at least 1. */
  readonly attempts: number;
}

/** One patient of an age group: normal on the sampling scale, drawn again while `unlikely`. */
export function drawPatient(group: AgeGroup, random: RandomStream): Draw {
  const lower = factor(group);
  const mean = POPULATION.groups[group].mean;
  const n = VARIED_COUNT;
  for (let attempts = 1; ; attempts++) {
    const e = Float64Array.from({ length: n }, () => random.normal());
    const z = Float64Array.from(mean, (m, i) => {
      let sum = m;
      for (let j = 0; j <= i; j++) sum += lower[i * n + j] * e[j];
      return sum;
    });
    const parameters = fromSampling(z);
    if (unlikely(parameters) === null) return { parameters, attempts };
  }
}

const factors = new Map<AgeGroup, Float64Array>();

function factor(group: AgeGroup): Float64Array {
  let found = factors.get(group);
  if (found === undefined) {
    const result = cholesky(populationPrior(group).covariance, VARIED_COUNT);
    if (result.status !== 'ok') throw new RangeError(`The population covariance of ${group} is not positive definite.`);
    found = result.lower;
    factors.set(group, found);
  }
  return found;
}
