import { defineValidation, type ValidationRow } from '@gemel/core/validation';
import { typicalValues } from '../anaesthetic.ts';
import type { Covariates } from '../covariates.ts';
import { eleveld2017 } from '../drugs/remifentanil/eleveld2017.ts';

const PATIENTS: readonly {
  readonly who: string;
  readonly source: string;
  readonly covariates: Covariates;
  /** V1, V2, V3 in L; CL, Q2, Q3 in L/min. */
  readonly expected: readonly number[];
  /** Relative: the abstract has three digits. */
  readonly tolerance: number;
}[] = [
  {
    who: '35 a, 70 kg, 170 cm, male',
    source: 'abstract',
    covariates: { age: 35, weight: 70, height: 170, female: 0 },
    expected: [5.81, 8.82, 5.03, 2.58, 1.72, 0.124],
    tolerance: 0.004,
  },
  {
    who: '50 a, 70 kg, 171 cm, male',
    source: 'stanpumpR, tests of remifentanil',
    covariates: { age: 50, weight: 70, height: 171, female: 0 },
    expected: [5.371314, 8.442319, 3.148362, 2.462212, 1.52838, 0.08064262],
    tolerance: 0.0001,
  },
  {
    who: '50 a, 70 kg, 171 cm, female',
    source: 'stanpumpR, tests of remifentanil',
    covariates: { age: 50, weight: 70, height: 171, female: 1 },
    expected: [4.403734, 8.051189, 2.581221, 2.467679, 1.715685, 0.06948164],
    tolerance: 0.0001,
  },
];
const NAMES = ['V1', 'V2', 'V3', 'CL', 'Q2', 'Q3'] as const;

export default defineValidation({
  id: 'eleveld2017',
  title: 'Remifentanil: individuals by Eleveld',
  citation: 'Eleveld DJ et al., Anesthesiology 2017;126:1005-1018, doi:10.1097/ALN.0000000000001634',
  data: [],
  slow: false,
  rows: PATIENTS.flatMap(({ who, source, expected, tolerance }) =>
    NAMES.map(
      (name, i): ValidationRow => ({
        name: `${name}, ${who}`,
        source,
        unit: i < 3 ? 'L' : 'L/min',
        expected: expected[i],
        tolerance: tolerance * expected[i],
      }),
    ),
  ),
  run: () =>
    Object.fromEntries(
      PATIENTS.flatMap(({ who, covariates }) => {
        const { VC, VP, VP2, CL, Q, Q2 } = typicalValues(eleveld2017, covariates);
        return [VC, VP, VP2, CL / 60, Q / 60, Q2 / 60].map((value, i) => [`${NAMES[i]}, ${who}`, value]);
      }),
    ),
});
