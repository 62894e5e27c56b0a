import { gehanGeorge } from '../../body-size.ts';
import type { DrugModel } from '../../drug.ts';
import { cockcroftGault } from '../../renal-function.ts';
import { compartments } from '../../structures/compartments.ts';

const SOURCE = 'Table 1';

/**
 * Two compartments of equal typical volume; clearance by creatinine clearance (Cockcroft and Gault), as the source has it: of
 * men per 1.73 m² (surface of Gehan and George), of women as it is. The lung compartment of the source is left out.
 */
export const vanwart2025: DrugModel = {
  id: 'vanwart2025',
  title: 'Van Wart 2025',
  citation: 'Van Wart SA et al., Antimicrob Agents Chemother 2025;69:e0090824, doi:10.1128/aac.00908-24',
  population: 'adults with pneumonia',
  subjects: 16,
  ranges: [
    { covariate: 'age', low: 23, high: 72, outside: 'stated' },
    { covariate: 'weight', low: 50, high: 84, outside: 'stated' },
    { covariate: 'height', low: 147, high: 190, outside: 'stated' },
    { covariate: 'creatinine', low: 0.6, high: 1.2, outside: 'stated' },
  ],
  exclusions: [
    {
      code: 'dialysis',
      statement: 'it was not made in patients on renal replacement.',
      holds: ({ dialysis, continuousReplacement }) => dialysis === 1 || continuousReplacement === 1,
    },
    {
      code: 'child',
      statement: 'it was made in adults.',
      holds: ({ age }) => age !== undefined && age < 18,
    },
  ],
  structure: compartments(1, false),
  theta: [
    { name: 'CL', value: 3.26, unit: 'L/h', meaning: 'clearance at 90 mL/min per 1.73 m²', source: SOURCE },
    { name: 'crclOnCl', value: 0.685, unit: '1', meaning: 'power of creatinine clearance', source: SOURCE },
    { name: 'VC', value: 10.4, unit: 'L', meaning: 'central volume', source: SOURCE },
    { name: 'Q', value: 0.518, unit: 'L/h', meaning: 'clearance of exchange', source: SOURCE },
    { name: 'VP', value: 10.4, unit: 'L', meaning: 'peripheral volume, held to the central one', source: SOURCE },
  ],
  // Printed as variances.
  omega: { CL: 0.0488, VC: 0.0488 },
  sigma: { proportional: 0.0299 },
  needs: ['age', 'weight', 'height', 'creatinine', 'female'],
  typical: (t, { age, weight, height, creatinine, female }) => {
    const clcr = cockcroftGault(age!, weight!, creatinine!, female === 1);
    const used = female === 1 ? clcr : (clcr * 1.73) / gehanGeorge(weight!, height!);
    return { CL: t.CL * (used / 90) ** t.crclOnCl, VC: t.VC, Q: t.Q, VP: t.VP };
  },
};
