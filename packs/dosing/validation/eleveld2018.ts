import { defineValidation, type ValidationRow } from '@gemel/core/validation';
import { typicalValues } from '../anaesthetic.ts';
import type { Covariates } from '../covariates.ts';
import { eleveld2018 } from '../drugs/propofol/eleveld2018.ts';

const PATIENTS: readonly {
  readonly who: string;
  readonly source: string;
  readonly covariates: Covariates;
  /** V1, V2, V3 in L; CL, Q2, Q3 in L/min. */
  readonly expected: readonly number[];
}[] = [
  {
    who: '35 a, 70 kg, 170 cm, male, no opioid',
    source: 'supplement, estimates not rounded; Q2 with 1 + θ16 (1 − maturation of Q3) = 1.0462',
    covariates: { age: 35, weight: 70, height: 170, female: 0 },
    expected: [6.28308, 25.50131, 272.81666, 1.78958, 1.83092, 1.10854],
  },
  {
    who: '50 a, 70 kg, 171 cm, male, opioid',
    source: 'stanpumpR, tests of propofol',
    covariates: { age: 50, weight: 70, height: 171, female: 0, opioid: 1 },
    expected: [6.283078, 20.17078, 137.4287, 1.551355, 1.516118, 0.6698454],
  },
  {
    who: '50 a, 55 kg, 160 cm, female, opioid',
    source: 'stanpumpR, tests of propofol',
    covariates: { age: 50, weight: 55, height: 160, female: 1, opioid: 1 },
    expected: [5.772932, 15.84847, 92.30994, 1.519402, 1.265265, 0.4969959],
  },
];
const NAMES = ['V1', 'V2', 'V3', 'CL', 'Q2', 'Q3'] as const;

export default defineValidation({
  id: 'eleveld2018',
  title: 'Propofol: individuals by Eleveld',
  citation: 'Eleveld DJ et al., Br J Anaesth 2018;120:942-959, doi:10.1016/j.bja.2018.01.018',
  data: [],
  slow: false,
  rows: PATIENTS.flatMap(({ who, source, expected }) =>
    NAMES.map(
      (name, i): ValidationRow => ({
        name: `${name}, ${who}`,
        source,
        unit: i < 3 ? 'L' : 'L/min',
        expected: expected[i],
        tolerance: 0.001 * expected[i],
      }),
    ),
  ),
  run: () =>
    Object.fromEntries(
      PATIENTS.flatMap(({ who, covariates }) => {
        const { VC, VP, VP2, CL, Q, Q2 } = typicalValues(eleveld2018, covariates);
        return [VC, VP, VP2, CL / 60, Q / 60, Q2 / 60].map((value, i) => [`${NAMES[i]}, ${who}`, value]);
      }),
    ),
});
