/** One parameter of the meal model with its published values for the mean normal and mean type 2 diabetic subject. */
interface MealParameter {
  readonly normal: number;
  readonly type2: number;
  readonly unit: string;
  readonly meaning: string;
}

const p = (normal: number, type2: number, unit: string, meaning: string): MealParameter => ({
  normal,
  type2,
  unit,
  meaning,
});

/** Dalla Man, Rizza, Cobelli, IEEE Trans Biomed Eng 2007;54:1740, doi:10.1109/TBME.2007.893506, table I. */
export const MEAL_PARAMETERS = {
  VG: p(1.88, 1.49, 'dL/kg', 'distribution volume of glucose'),
  k1: p(0.065, 0.042, '/min', 'rate of glucose from plasma to slow tissue'),
  k2: p(0.079, 0.071, '/min', 'rate of glucose from slow tissue to plasma'),
  VI: p(0.05, 0.04, 'L/kg', 'distribution volume of insulin'),
  m1: p(0.19, 0.379, '/min', 'rate of insulin from liver to plasma'),
  m2: p(0.484, 0.673, '/min', 'rate of insulin from plasma to liver'),
  m4: p(0.194, 0.269, '/min', 'peripheral degradation of insulin'),
  m5: p(0.0304, 0.0526, 'min.kg/pmol', 'fall of hepatic extraction with secretion'),
  m6: p(0.6471, 0.8118, '1', 'hepatic extraction without secretion'),
  HEb: p(0.6, 0.6, '1', 'basal hepatic extraction of insulin'),
  kmax: p(0.0558, 0.0465, '/min', 'fastest gastric emptying'),
  kmin: p(0.008, 0.0076, '/min', 'slowest gastric emptying'),
  kabs: p(0.057, 0.023, '/min', 'intestinal absorption rate'),
  kgri: p(0.0558, 0.0465, '/min', 'grinding rate'),
  f: p(0.9, 0.9, '1', 'share of carbohydrate that appears in plasma'),
  b: p(0.82, 0.68, '1', 'share of the meal at which emptying has slowed half-way'),
  d: p(0.01, 0.09, '1', 'share of the meal at which emptying has recovered half-way'),
  kp1: p(2.7, 3.09, 'mg/kg/min', 'glucose production at zero glucose and insulin'),
  kp2: p(0.0021, 0.0007, '/min', 'liver glucose effectiveness'),
  kp3: p(0.009, 0.005, 'mg/kg/min/(pmol/L)', 'action of delayed insulin on production'),
  kp4: p(0.0618, 0.0786, 'mg/kg/min/(pmol/kg)', 'action of portal insulin on production'),
  ki: p(0.0079, 0.0066, '/min', 'delay of insulin action on the liver'),
  Fcns: p(1, 1, 'mg/kg/min', 'utilization that needs no insulin'),
  Vm0: p(2.5, 4.65, 'mg/kg/min', 'largest utilization at basal insulin'),
  Vmx: p(0.047, 0.034, 'mg/kg/min/(pmol/L)', 'insulin sensitivity of utilization'),
  Km0: p(225.59, 466.21, 'mg/kg', 'tissue glucose at half-maximal utilization'),
  p2U: p(0.0331, 0.084, '/min', 'delay of insulin action on utilization'),
  K: p(2.3, 0.99, 'pmol/kg/(mg/dL)', 'response of secretion to the rate of glucose'),
  alpha: p(0.05, 0.013, '/min', 'delay of secretion'),
  beta: p(0.11, 0.05, 'pmol/kg/min/(mg/dL)', 'response of secretion to glucose'),
  gamma: p(0.5, 0.5, '/min', 'rate from portal vein to liver'),
  ke1: p(0.0005, 0.0007, '/min', 'renal glucose clearance above the threshold'),
  ke2: p(339, 269, 'mg/kg', 'plasma glucose mass at the renal threshold'),
} as const;

/**
 * Constants and initial state that BioModels 379 (CC0, https://identifiers.org/biomodels.db/BIOMD0000000379) adds for the
 * normal subject: basal values of its own, and a share of utilization that insulin does not reach.
 */
export const BIOMODELS_379 = {
  Gb: 95,
  Ib: 25,
  Sb: 1.8,
  part: 0.2,
  Gp: 178,
  Gt: 135,
  Il: 4.5,
  Ip: 1.25,
  Ipo: 3.6,
} as const;
