import { parameterVector } from './parameters.ts';

/** A published virtual patient: parameters, therapy and age. */
export interface ReferencePatient {
  readonly name: string;
  readonly parameters: Float64Array;
  /** g of carbohydrate covered by one unit of insulin. */
  readonly carbohydrateRatio: number;
  /** mg/dL by which one unit of insulin lowers glucose. */
  readonly correctionFactor: number;
  readonly age: number;
}

/**
 * The two patients published with the model's academic version, by their names there. Kovatchev, Breton, Dalla Man,
 * Cobelli, J Diabetes Sci Technol 2009;3:44, doi:10.1177/193229680900300106; values as in jxx123/simglucose (MIT),
 * vpatient_params.csv and Quest.csv. m2 stands for the clearance there: m2 = CL / (Vi BW).
 */
export const REFERENCE_PATIENTS = {
  'adult#001': {
    name: 'adult#001',
    parameters: parameterVector({
      BW: 102.32,
      Gb: 138.56,
      Ib: 100.25,
      EGPb: 2.2758,
      Vg: 1.9152,
      Vi: 0.054906,
      k1: 0.058138,
      k2: 0.087114,
      Vmx: 0.031319,
      Km0: 253.52,
      Fsnc: 1,
      kp2: 0.00469,
      kp3: 0.01208,
      ki: 0.0046374,
      p2u: 0.027802,
      m1: 0.15446,
      m2: 0.225027424083,
      HEb: 0.6,
      kabs: 0.08906,
      kmax: 0.046122,
      kmin: 0.0037927,
      b: 0.70391,
      d: 0.21057,
      f: 0.9,
      ke1: 0.0005,
      ke2: 339,
      ka1: 0.0019,
      ka2: 0.0078,
      kd: 0.0152,
      ksc: 0.0766,
    }),
    carbohydrateRatio: 10,
    correctionFactor: 8.77310657487,
    age: 61,
  },
  'adolescent#001': {
    name: 'adolescent#001',
    parameters: parameterVector({
      BW: 68.706,
      Gb: 149.02,
      Ib: 97.554,
      EGPb: 3.3924,
      Vg: 1.6818,
      Vi: 0.048153,
      k1: 0.057252,
      k2: 0.067738,
      Vmx: 0.074667,
      Km0: 260.89,
      Fsnc: 1,
      kp2: 0.023318,
      kp3: 0.023253,
      ki: 0.0088838,
      p2u: 0.021344,
      m1: 0.15221,
      m2: 0.259067825939,
      HEb: 0.6,
      kabs: 0.091043,
      kmax: 0.015865,
      kmin: 0.0083338,
      b: 0.83072,
      d: 0.32294,
      f: 0.9,
      ke1: 0.0005,
      ke2: 339,
      ka1: 0.0025,
      ka2: 0.0115,
      kd: 0.0185,
      ksc: 0.056,
    }),
    carbohydrateRatio: 12,
    correctionFactor: 15.0360283441,
    age: 18,
  },
} as const satisfies Record<string, ReferencePatient>;
