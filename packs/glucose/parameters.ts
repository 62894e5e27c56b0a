import { glucoseErrors } from './errors.data.ts';

/** One independent parameter of the type 1 model: unit : meaning : source on one line. */
export interface ModelParameter {
  readonly name: string;
  /** UCUM. */
  readonly unit: string;
  readonly meaning: string;
  readonly source: string;
  /** Physically admissible values, ends excluded. */
  readonly bounds: readonly [low: number, high: number];
}

const GIM = 'Dalla Man 2007 (doi:10.1109/TBME.2007.893506)';
const GUT = 'Dalla Man 2006 (doi:10.1109/TBME.2006.883792)';
const T1 = 'Kovatchev 2009 (doi:10.1177/193229680900300106)';
const VISENTIN = 'Visentin 2018 (doi:10.1177/1932296818757747): intraday variability';
const BRAZEAU = 'Brazeau 2013 (doi:10.1016/j.diabres.2012.10.024): carbohydrate is miscounted by a fifth';
const OWN = 'this pack: what the model leaves out (exercise, dawn, counter-regulation)';
const p = <const N extends string>(
  name: N,
  unit: string,
  bounds: readonly [number, number],
  meaning: string,
  source: string,
) => ({ name, unit, bounds, meaning, source }) satisfies ModelParameter;

/**
 * The independent parameters of the UVA/Padova type 1 model, in the order of every parameter vector of this pack.
 * All other constants follow from them through the basal steady state (`deriveConstants` in model.ts).
 */
export const MODEL_PARAMETERS = [
  p('BW', 'kg', [5, 400], 'body weight', T1),
  p('Gb', 'mg/dL', [40, 400], 'plasma glucose at the basal steady state', T1),
  p('Ib', 'pmol/L', [1, 1000], 'plasma insulin at the basal steady state', T1),
  p('EGPb', 'mg/kg/min', [0.1, 10], 'endogenous glucose production at the basal steady state', T1),
  p('Vg', 'dL/kg', [0.3, 6], 'distribution volume of glucose', `${GIM} eq. 1`),
  p('Vi', 'L/kg', [0.005, 0.3], 'distribution volume of insulin', `${GIM} eq. 3`),
  p('k1', '/min', [0.001, 1], 'rate of glucose from plasma to slow tissue', `${GIM} eq. 1`),
  p('k2', '/min', [0.001, 1.5], 'rate of glucose from slow tissue to plasma', `${GIM} eq. 1`),
  p('Vmx', 'mg/kg/min/(pmol/L)', [0, 1], 'insulin sensitivity of glucose utilization', `${GIM} eq. 16`),
  p('Km0', 'mg/kg', [10, 1000], 'tissue glucose at half-maximal utilization', `${GIM} eq. 17`),
  p('Fsnc', 'mg/kg/min', [0, 3], 'insulin-independent glucose utilization (brain, erythrocytes)', `${GIM} eq. 14`),
  p('kp2', '/min', [0, 0.1], 'liver glucose effectiveness', `${GIM} eq. 10`),
  p('kp3', 'mg/kg/min/(pmol/L)', [0, 0.2], 'insulin sensitivity of glucose production', `${GIM} eq. 10`),
  p('ki', '/min', [0.0005, 0.3], 'delay of insulin action on the liver', `${GIM} eq. 11`),
  p('p2u', '/min', [0.001, 0.5], 'delay of insulin action on utilization', `${GIM} eq. 18`),
  p('m1', '/min', [0.01, 2], 'rate of insulin from liver to plasma', `${GIM} eq. 3`),
  p('m2', '/min', [0.01, 2], 'rate of insulin from plasma to liver: clearance / (Vi BW)', `${GIM} eq. 3, 9`),
  p('HEb', '1', [0, 1], 'hepatic extraction of insulin', `${GIM} eq. 4-9`),
  p('kabs', '/min', [0.001, 5], 'intestinal absorption rate', GUT),
  p('kmax', '/min', [0.001, 1], 'fastest gastric emptying (also grinding rate)', GUT),
  p('kmin', '/min', [0, 0.5], 'slowest gastric emptying', GUT),
  p('b', '1', [0, 1], 'share of the meal in the stomach at which emptying has slowed half-way', GUT),
  p('d', '1', [0, 1], 'share of the meal in the stomach at which emptying has recovered half-way', GUT),
  p('f', '1', [0, 1.5], 'share of carbohydrate that appears in plasma', GUT),
  p('ke1', '/min', [0, 0.1], 'renal glucose clearance above the threshold', `${GIM} eq. 27`),
  p('ke2', 'mg/kg', [100, 2000], 'plasma glucose mass at the renal threshold', `${GIM} eq. 27`),
  p('ka1', '/min', [0, 1], 'absorption of non-monomeric subcutaneous insulin', T1),
  p('ka2', '/min', [0.0005, 1], 'absorption of monomeric subcutaneous insulin', T1),
  p('kd', '/min', [0.0005, 1], 'dissociation of subcutaneous insulin', T1),
  p('ksc', '/min', [0.001, 2], 'rate of glucose between plasma and interstitium', T1),
] as const;

export type ModelParameterName = (typeof MODEL_PARAMETERS)[number]['name'];

/** Length of a parameter vector. */
export const PARAMETER_COUNT = MODEL_PARAMETERS.length;

/** Position of each parameter in a vector. */
export const PARAMETER_INDEX = Object.fromEntries(MODEL_PARAMETERS.map((m, i) => [m.name, i])) as Readonly<
  Record<ModelParameterName, number>
>;

/** How the twin may depart from model and record: first-order series and meals; zero deviation switches one off. */
export const DISTURBANCE_PARAMETERS = [
  p('sensitivitySd', '1', [0, 1], 'deviation of log insulin sensitivity within days', VISENTIN),
  p('sensitivityTime', 'min', [5, 10_000], 'correlation time of log insulin sensitivity', VISENTIN),
  p('driveSd', 'mg/kg/min', [0, 5], 'deviation of glucose flux that no equation explains', OWN),
  p('driveTime', 'min', [5, 10_000], 'correlation time of that flux', OWN),
  p('mealSd', '1', [0, 1], 'deviation of the log of carbohydrate eaten over recorded, from meal to meal', BRAZEAU),
] as const;

/** Parameters of the twin: those of the model, then its disturbances. The order of every vector `dynamics` takes. */
export const TWIN_PARAMETERS = [...MODEL_PARAMETERS, ...DISTURBANCE_PARAMETERS] as const;
export const TWIN_PARAMETER_COUNT = TWIN_PARAMETERS.length;

/** Positions of the disturbance parameters in a vector. */
export const DISTURBANCE = {
  sensitivitySd: PARAMETER_COUNT,
  sensitivityTime: PARAMETER_COUNT + 1,
  driveSd: PARAMETER_COUNT + 2,
  driveTime: PARAMETER_COUNT + 3,
  mealSd: PARAMETER_COUNT + 4,
} as const;

/** A vector from named values, all given. */
export function parameterVector(values: Readonly<Record<ModelParameterName, number>>): Float64Array {
  return Float64Array.from(MODEL_PARAMETERS, (m) => values[m.name]);
}

/** Named values of a vector. */
export function namedParameters(vector: Float64Array): Record<ModelParameterName, number> {
  return Object.fromEntries(MODEL_PARAMETERS.map((m, i) => [m.name, vector[i]])) as Record<ModelParameterName, number>;
}

/** Why a vector is not a possible patient, or null. Covers bounds and the existence of the basal steady state. */
export function implausibility(vector: Float64Array): string | null {
  for (let i = 0; i < vector.length; i++) {
    const { name, bounds, unit } = TWIN_PARAMETERS[i];
    if (!(vector[i] >= bounds[0] && vector[i] <= bounds[1])) {
      return `${name} = ${vector[i]} ${unit} is outside ${bounds[0]} to ${bounds[1]}`;
    }
  }
  const of = (name: ModelParameterName) => vector[PARAMETER_INDEX[name]];
  const [b, d, kmin, kmax] = [of('b'), of('d'), of('kmin'), of('kmax')];
  if (!(of('HEb') > 0 && of('HEb') < 1)) return `HEb = ${of('HEb')} is not between 0 and 1`;
  if (!(b < 1 && b > d && d > 0)) return `b = ${b} and d = ${d} do not satisfy 0 < d < b < 1`;
  if (!(kmin < kmax)) return `kmin = ${kmin} is not below kmax = ${kmax}`;
  const above = of('EGPb') - of('Fsnc');
  if (!(above > 0))
    return `basal production ${of('EGPb')} does not exceed the uptake ${of('Fsnc')} that needs no insulin`;
  const mass = of('Gb') * of('Vg');
  if (!(mass < of('ke2'))) return `basal glucose mass ${mass} mg/kg is above the renal threshold ${of('ke2')}`;
  const tissue = (of('k1') * mass - above) / of('k2');
  if (!(tissue > 0)) return `basal tissue glucose ${tissue} mg/kg is not positive`;
  return null;
}

/** Refuses an impossible patient with the code `glucose-parameters-impossible`. */
export function requirePlausible(vector: Float64Array): void {
  if (vector.length !== PARAMETER_COUNT && vector.length !== TWIN_PARAMETER_COUNT) {
    throw glucoseErrors.error(
      'glucose-parameters-impossible',
      `A parameter vector has ${PARAMETER_COUNT} or ${TWIN_PARAMETER_COUNT} values, not ${vector.length}.`,
    );
  }
  const why = implausibility(vector);
  if (why !== null) throw glucoseErrors.error('glucose-parameters-impossible', `Not a possible patient: ${why}.`);
}
