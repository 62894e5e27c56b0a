import { defineValidation } from '@gemel/core/validation';
import type { Covariates } from '../covariates.ts';
import { joerger2006 } from '../drugs/methotrexate/joerger2006.ts';
import { modelSubject } from '../subject.ts';

const clearance = (values: Covariates) => {
  const { individual, effects } = modelSubject(joerger2006, {
    ...{ doses: [], levels: [], covariates: [{ time: Number.NEGATIVE_INFINITY, values }] },
  });
  return individual(new Float64Array(effects.names.length), 0).CL;
};

const source = 'abstract';

export default defineValidation({
  id: 'joerger2006',
  title: 'Methotrexate in high doses: clearance, and what lowers it',
  citation: 'Joerger M et al., Br J Clin Pharmacol 2006;62:71-80, doi:10.1111/j.1365-2125.2005.02513.x',
  data: [],
  slow: false,
  rows: [
    { name: 'clearance', source, unit: 'L/h', expected: 8.85, tolerance: 0.005 },
    // Of 27.7 and 16.5 the source cuts off the last digit.
    { name: 'fall with benzimidazoles', source, unit: '%', expected: 27, tolerance: 1 },
    { name: 'fall after anti-inflammatory drugs', source, unit: '%', expected: 16, tolerance: 1 },
  ],
  run() {
    const typical = clearance({ clcr: 87 });
    const fall = (values: Covariates) => 100 * (1 - clearance({ clcr: 87, ...values }) / typical);
    return {
      clearance: typical,
      'fall with benzimidazoles': fall({ protonPumpInhibitor: 1 }),
      'fall after anti-inflammatory drugs': fall({ nsaid: 1 }),
    };
  },
});
