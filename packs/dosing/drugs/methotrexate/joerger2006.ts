import type { DrugModel } from '../../drug.ts';
import { variance } from '../../effects.ts';
import { compartments } from '../../structures/compartments.ts';
import { UMOL_PER_MG } from './molar-mass.ts';

const SOURCE = 'Table 2';
const EQUATION = 'equation 1';

/**
 * Three compartments; clearance by a straight line of creatinine clearance (Cockcroft and Gault, at most 140 mL/min), lower with
 * benzimidazoles (omeprazole, lansoprazole) and after nonsteroidal anti-inflammatory drugs. The equation is printed with 87 less the creatinine
 * clearance; abstract and text say that both rise together, so the sign is turned. Its metabolite is left out. Error on the log scale.
 */
export const joerger2006: DrugModel = {
  id: 'joerger2006',
  title: 'Joerger 2006',
  citation:
    'Joerger M et al., Br J Clin Pharmacol 2006;62:71-80, doi:10.1111/j.1365-2125.2005.02513.x; as in nlmixr2lib, which traces each number to its table',
  population: 'adults with cancer, 0.3 to 12 g/m² over 1 to 24 h',
  subjects: 76,
  ranges: [
    { covariate: 'age', low: 17.1, high: 77, outside: 'stated' },
    // Above 140 the source counts 140.
    { covariate: 'clcr', low: 40, high: 300, outside: 'stated' },
  ],
  exclusions: [{ code: 'child', statement: 'made from adults.', holds: ({ age }) => age !== undefined && age < 17 }],
  structure: compartments(2, false, UMOL_PER_MG),
  theta: [
    { name: 'CL', value: 8.85, unit: 'L/h', meaning: 'clearance at 87 mL/min', source: SOURCE },
    {
      name: 'crclOnCl',
      value: 0.0423,
      unit: 'L/h/(mL/min)',
      meaning: 'rise with creatinine clearance',
      source: EQUATION,
    },
    { name: 'benzimidazoleOnCl', value: -2.45, unit: 'L/h', meaning: 'change with a benzimidazole', source: EQUATION },
    {
      name: 'nsaidOnCl',
      value: -1.46,
      unit: 'L/h',
      meaning: 'change after an anti-inflammatory drug',
      source: EQUATION,
    },
    { name: 'VC', value: 23, unit: 'L', meaning: 'central volume', source: SOURCE },
    { name: 'Q', value: 0.444, unit: 'L/h', meaning: 'clearance of exchange with the first space', source: SOURCE },
    { name: 'VP', value: 185, unit: 'L', meaning: 'volume of the first peripheral space', source: SOURCE },
    { name: 'Q2', value: 0.716, unit: 'L/h', meaning: 'clearance of exchange with the second space', source: SOURCE },
    { name: 'VP2', value: 5.34, unit: 'L', meaning: 'volume of the second peripheral space', source: SOURCE },
  ],
  omega: { CL: variance(0.196), VP2: variance(0.31), Q: variance(0.32) },
  sigma: { proportional: 0.523 ** 2 },
  needs: ['clcr'],
  typical: (t, { clcr, protonPumpInhibitor = 0, nsaid = 0 }) => ({
    CL:
      t.CL + t.crclOnCl * (Math.min(clcr!, 140) - 87) + t.benzimidazoleOnCl * protonPumpInhibitor + t.nsaidOnCl * nsaid,
    ...{ VC: t.VC, Q: t.Q, VP: t.VP, Q2: t.Q2, VP2: t.VP2 },
  }),
};
