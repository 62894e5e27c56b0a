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

const PERSONS = 400;
/** Reported only: in print stand medians of what 40 children of study 3 would have had by their own estimates. */
const exposure = (name: string, printed: number) => ({
  ...{ name, source: `results, simulations in children: ${printed} by estimates of 40 children` },
  ...{ unit: 'mg.h/L', expected: null },
});
/** Printed for the 35 adults of study 5, genotypes together: 6 mg/kg twice, then 4 mg/kg every 12 h, into a vein. */
const ADULTS = 37.9;

/** Exposure over the last of a week’s intervals of 12 h, ascending; the first doses as listed, the last of them again and again. `hours`: of an infusion, 0 by mouth. */
function exposures(
  model: DrugModel,
  values: Covariates,
  doses: readonly { readonly mg: number; readonly hours: number }[],
): Float64Array {
  const { individual, effects } = modelSubject(model, {
    ...{ doses: [], levels: [], covariates: [{ time: Number.NEGATIVE_INFINITY, values }] },
  });
  const { structure } = model;
  const draw = drawerOf(effects);
  const random = randomStream(2012, String(doses[0].mg));
  return Float64Array.from({ length: PERSONS }, () => {
    const own = individual(draw(random), 0);
    const run = structure.run(own, structure.rest(own));
    for (let k = 0; k < 14; k++) {
      run.begin();
      const { mg, hours } = doses[Math.min(k, doses.length - 1)];
      if (hours > 0) {
        run.addRate('blood', mg / hours);
        run.advance(hours);
        run.addRate('blood', -mg / hours);
        run.advance(12 - hours);
      } else {
        run.advance(own.ALAG);
        run.give('gut', own.F * mg);
        run.advance(12 - own.ALAG);
      }
    }
    return run.exposure();
  }).sort();
}

const median = (ascending: Float64Array) => ascending[PERSONS / 2];
/** Largest rate of infusion, mg/kg/h. */
const FASTEST = 3;
const infused = (kg: number, perKilogram: number) => ({ mg: kg * perKilogram, hours: perKilogram / FASTEST });
/** 76 kg: the median of the adults. */
const adults = (cyp2c19Activity: number) =>
  exposures(friberg2012, { age: 34, weight: 76, cyp2c19Activity }, [infused(76, 6), infused(76, 6), infused(76, 4)]);

/** Share of the adults with an intermediate or poor CYP2C19 at which the median of all is the printed one. */
function shareBetween(normal: Float64Array, reduced: Float64Array): number {
  const below = (ascending: Float64Array) => ascending.filter((each) => each < ADULTS).length / PERSONS;
  return (below(normal) - 0.5) / (below(normal) - below(reduced));
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
    // The two genotypes lie far apart: the median of both together hangs on their shares, which the 35 adults have of their own.
    {
      ...{ name: 'AUC over 12 h, adults, 4 mg/kg into a vein, CYP2C19 normal', unit: 'mg.h/L', expected: null },
      ...{ source: `results: median of 35 adults ${ADULTS}, genotypes together`, atMost: ADULTS },
    },
    {
      ...{ name: 'the same, CYP2C19 intermediate or poor', unit: 'mg.h/L', expected: null },
      ...{ source: `results: median of 35 adults ${ADULTS}, genotypes together`, atLeast: ADULTS },
    },
    {
      ...{ name: 'share of intermediate or poor at which the median is the printed one', unit: '%', expected: null },
      source: 'Table 2: 42 % of all 173 persons; of the 35 adults not at hand',
    },
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
    const [normal, reduced] = [adults(2), adults(1)];
    const child = { age: 5, weight: 20 };
    return {
      ...typical,
      'AUC over 12 h, children, 8 mg/kg into a vein': median(
        exposures(friberg2012children, child, [infused(20, 9), infused(20, 8)]),
      ),
      'AUC over 12 h, children, 9 mg/kg by mouth': median(
        exposures(friberg2012children, child, [{ mg: 180, hours: 0 }]),
      ),
      'AUC over 12 h, adults, 4 mg/kg into a vein, CYP2C19 normal': median(normal),
      'the same, CYP2C19 intermediate or poor': median(reduced),
      'share of intermediate or poor at which the median is the printed one': 100 * shareBetween(normal, reduced),
    };
  },
});
