import { defineValidation } from '@gemel/core/validation';
import { limitsOfAgreement, repeatedLimits } from '../quality/agreement.ts';

/** Peak expiratory flow, l/min, first readings by the large and the mini Wright meter, 17 people: Bland and Altman 1986, table 1. */
const LARGE = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427];
const MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451];

/** Cardiac output, l/min, by radionuclide ventriculography less by impedance cardiography, 12 people: Bland and Altman 1999, table 4. */
const CARDIAC: readonly (readonly (readonly [rv: number, ic: number])[])[] = [
  [
    [7.83, 6.57],
    [7.42, 5.62],
    [7.89, 6.9],
    [7.12, 6.57],
    [7.88, 6.35],
  ],
  [
    [6.16, 4.06],
    [7.26, 4.29],
    [6.71, 4.26],
    [6.54, 4.09],
  ],
  [
    [4.75, 4.71],
    [5.24, 5.5],
    [4.86, 5.08],
    [4.78, 5.02],
    [6.05, 6.01],
    [5.42, 5.67],
  ],
  [
    [4.21, 4.14],
    [3.61, 4.2],
    [3.72, 4.61],
    [3.87, 4.68],
    [3.92, 5.04],
  ],
  [
    [3.13, 3.03],
    [2.98, 2.86],
    [2.85, 2.77],
    [3.17, 2.46],
    [3.09, 2.32],
    [3.12, 2.43],
  ],
  [
    [5.92, 5.9],
    [6.42, 5.81],
    [5.92, 5.7],
    [6.27, 5.76],
  ],
  [
    [7.13, 5.09],
    [6.62, 4.63],
    [6.58, 4.61],
    [6.93, 5.09],
  ],
  [
    [4.54, 4.72],
    [4.81, 4.61],
    [5.11, 4.36],
    [5.29, 4.2],
    [5.39, 4.36],
    [5.57, 4.2],
  ],
  [
    [4.48, 3.17],
    [4.92, 3.12],
    [3.97, 2.96],
  ],
  [
    [4.22, 4.35],
    [4.65, 4.62],
    [4.74, 3.16],
    [4.44, 3.53],
    [4.5, 3.53],
  ],
  [
    [6.78, 7.2],
    [6.07, 6.09],
    [6.52, 7],
    [6.42, 7.1],
    [6.41, 7.4],
    [5.76, 6.8],
  ],
  [
    [5.06, 4.5],
    [4.72, 4.2],
    [4.9, 3.8],
    [4.8, 3.8],
    [4.9, 4.2],
    [5.1, 4.5],
  ],
];

export default defineValidation({
  id: 'bland1999',
  title: 'Limits of agreement of two methods, single pairs and repeated ones',
  citation:
    'Bland, Altman. Statistical methods for assessing agreement between two methods of clinical measurement. Lancet, 1986, doi 10.1016/S0140-6736(86)90837-8. Bland, Altman. Measuring agreement in method comparison studies. Stat Methods Med Res, 1999, doi 10.1177/096228029900800204; with the full figures of Bland, Altman. Agreement between methods of measurement with multiple observations per individual. J Biopharm Stat, 2007, doi 10.1080/10543400701329422',
  data: [],
  slow: false,
  rows: [
    { name: 'peak flow: mean difference', source: '1986, text', unit: 'L/min', expected: -2.1, tolerance: 0.05 },
    { name: 'peak flow: SD of differences', source: '1986, text', unit: 'L/min', expected: 38.8, tolerance: 0.05 },
    {
      name: 'cardiac output: mean difference',
      source: '2007, true value varies',
      unit: 'L/min',
      expected: 0.6021667,
      tolerance: 1e-6,
    },
    {
      name: 'cardiac output: SD of a single difference',
      source: '2007, true value varies',
      unit: 'L/min',
      expected: 0.99062408,
      tolerance: 1e-7,
    },
    {
      name: 'cardiac output: lower limit',
      source: '2007, with 1.96 for 1.959964',
      unit: 'L/min',
      expected: -1.3394565,
      tolerance: 1e-4,
    },
    {
      name: 'cardiac output: upper limit',
      source: '2007, with 1.96 for 1.959964',
      unit: 'L/min',
      expected: 2.5437899,
      tolerance: 1e-4,
    },
  ],
  run() {
    const flow = limitsOfAgreement(LARGE.map((value, i) => value - MINI[i]!))!;
    const output = repeatedLimits(CARDIAC.map((pairs) => pairs.map(([rv, ic]) => rv - ic)))!;
    return {
      'peak flow: mean difference': flow.bias,
      'peak flow: SD of differences': flow.sd,
      'cardiac output: mean difference': output.bias,
      'cardiac output: SD of a single difference': output.sd,
      'cardiac output: lower limit': output.lower,
      'cardiac output: upper limit': output.upper,
    };
  },
});
