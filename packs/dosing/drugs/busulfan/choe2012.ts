import type { DrugModel } from '../../drug.ts';
import { variance } from '../../effects.ts';
import { compartments } from '../../structures/compartments.ts';

const SOURCE = 'Table 3';

/** One compartment by the root of weight; volume by sex. */
export const choe2012: DrugModel = {
  id: 'choe2012',
  title: 'Choe 2012',
  citation: 'Choe S et al., Korean J Physiol Pharmacol 2012;16:273-280, doi:10.4196/kjpp.2012.16.4.273',
  population: 'Korean adults before a stem cell transplantation, with phenytoin',
  subjects: 60,
  ranges: [
    { covariate: 'age', low: 16, high: 58, outside: 'stated' },
    { covariate: 'weight', low: 52.5, high: 116, outside: 'stated' },
  ],
  exclusions: [
    {
      code: 'child',
      statement: 'it was made from 16 years on.',
      holds: ({ age }) => age !== undefined && age < 16,
    },
  ],
  structure: compartments(0, false),
  theta: [
    { name: 'CL', value: 0.947, unit: 'L/(h.kg)', meaning: 'clearance over the root of weight', source: SOURCE },
    { name: 'VC', value: 3.61, unit: 'L/kg', meaning: 'volume of women over the root of weight', source: SOURCE },
    { name: 'maleOnVc', value: 0.105, unit: '1', meaning: 'more in men', source: SOURCE },
  ],
  omega: { CL: variance(0.16), VC: variance(0.09) },
  sigma: { proportional: 0.063 ** 2 },
  needs: ['weight', 'female'],
  typical: (t, { weight, female }) => ({
    CL: t.CL * Math.sqrt(weight!),
    VC: t.VC * Math.sqrt(weight!) * (female === 1 ? 1 : 1 + t.maleOnVc),
  }),
};
