import { defineValidation } from '@gemel/core/validation';
import { randomStream } from '@gemel/numerics';
import type { Covariates } from '../covariates.ts';
import type { DrugModel } from '../drug.ts';
import { friberg2012, friberg2012adolescents, friberg2012children } from '../drugs/voriconazole/friberg2012.ts';
import { drawerOf } from '../effects.ts';
import { modelSubject } from '../subject.ts';

/** Printed value and half of its last digit; clearances lie by 1 % below those that the estimate of 6.16 L/h gives. */
type Printed = readonly [name: string, unit: string, value: number, tolerance: number];

const PEOPLE: readonly (readonly [string, DrugModel, Covariates, readonly Printed[]])[] = [
  [
    'adult of 70 kg, CYP2C19 normal',
    friberg2012,
    { age: 35, weight: 70, cyp2c19Activity: 2 },
    [
      ['VMAX', 'mg/h', 114, 0.5],
      ['VC', 'L', 79, 0.05],
      ['VP', 'L', 103, 0.5],
      ['Q', 'L/h', 15.5, 0.05],
      ['VINH', '1', 0.82, 0.005],
    ],
  ],
  ['adult of 70 kg, CYP2C19 poor', friberg2012, { age: 35, weight: 70, cyp2c19Activity: 0 }, [['VINH', '1', 1, 1e-9]]],
  [
    'adolescent of 55 kg',
    friberg2012adolescents,
    { age: 14, weight: 55 },
    [
      ['VMAX', 'mg/h', 95.1, 0.05],
      ['CL', 'L/h', 5.09, 0.011 * 5.09],
      ['Q', 'L/h', 21.2, 0.05],
      ['VINH', '1', 0.82, 0.005],
    ],
  ],
  [
    'adolescent of 45 kg',
    friberg2012adolescents,
    { age: 13, weight: 45 },
    [
      ['VMAX', 'mg/h', 81.8, 0.05],
      ['CL', 'L/h', 4.38, 0.011 * 4.38],
    ],
  ],
  [
    'child of 20 kg',
    friberg2012children,
    { age: 5, weight: 20 },
    [
      ['VMAX', 'mg/h', 44.6, 0.05],
      ['CL', 'L/h', 2.38, 0.012 * 2.38],
      ['Q', 'L/h', 9.92, 0.005],
      ['VINH', '1', 0.75, 0.005],
    ],
  ],
];

const CHILDREN = 400;
/** Reported only: in print stand medians of what 40 children of study 3 would have had by their own estimates. */
const exposure = (name: string, printed: number) => ({
  ...{ name, source: `results, simulations in children: ${printed} by estimates of 40 children` },
  ...{ unit: 'mg.h/L', expected: null },
});

/** Median exposure over the last of a week’s intervals of 12 h, in children of 5 years and 20 kg. */
function medianExposure(loading: number, mg: number, infusedOver: number): number {
  const { individual, effects } = modelSubject(friberg2012children, {
    ...{ doses: [], levels: [], covariates: [{ time: Number.NEGATIVE_INFINITY, values: { age: 5, weight: 20 } }] },
  });
  const { structure } = friberg2012children;
  const draw = drawerOf(effects);
  const random = randomStream(2012, String(mg));
  const found = Float64Array.from({ length: CHILDREN }, () => {
    const values = individual(draw(random), 0);
    const run = structure.run(values, structure.rest(values));
    for (let k = 0; k < 14; k++) {
      run.begin();
      const amount = k === 0 ? loading : mg;
      if (infusedOver > 0) {
        run.addRate('blood', amount / infusedOver);
        run.advance(infusedOver);
        run.addRate('blood', -amount / infusedOver);
        run.advance(12 - infusedOver);
      } else {
        run.advance(values.ALAG);
        run.give('gut', values.F * amount);
        run.advance(12 - values.ALAG);
      }
    }
    return run.exposure();
  });
  return found.sort()[CHILDREN / 2];
}

export default defineValidation({
  id: 'friberg2012',
  title: 'Voriconazole: typical adults, adolescents and children',
  citation: 'Friberg LE et al., Antimicrob Agents Chemother 2012;56:3032-3042, doi:10.1128/AAC.05761-11',
  data: [],
  slow: false,
  rows: [
    ...PEOPLE.flatMap(([person, , , printed]) =>
      printed.map(([name, unit, expected, tolerance]) => ({
        ...{ name: `${name}, ${person}`, source: 'Table 4', unit, expected, tolerance },
      })),
    ),
    exposure('AUC over 12 h, children, 8 mg/kg into a vein', 24.3),
    exposure('AUC over 12 h, children, 9 mg/kg by mouth', 15.1),
  ],
  run() {
    const typical = Object.fromEntries(
      PEOPLE.flatMap(([person, model, values, printed]) => {
        const { individual, effects } = modelSubject(model, {
          ...{ doses: [], levels: [], covariates: [{ time: Number.NEGATIVE_INFINITY, values }] },
        });
        const found = individual(new Float64Array(effects.names.length), 0);
        return printed.map(([name]) => [`${name}, ${person}`, found[name]]);
      }),
    );
    return {
      ...typical,
      'AUC over 12 h, children, 8 mg/kg into a vein': medianExposure(180, 160, 160 / 60),
      'AUC over 12 h, children, 9 mg/kg by mouth': medianExposure(180, 180, 0),
    };
  },
});
