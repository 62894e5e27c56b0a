import type { DrugModel } from '../../drug.ts';
import { variance } from '../../effects.ts';
import { compartments } from '../../structures/compartments.ts';

const SOURCE = 'Table 2';

/**
 * One compartment; clearance by creatinine clearance (Cockcroft and Gault), and it varies from dose to dose. The source does not say how its
 * two parts of the error are combined: here by their variances.
 */
export const laporteamargos2026: DrugModel = {
  id: 'laporteamargos2026',
  title: 'Laporte-Amargós 2026',
  citation: 'Laporte-Amargós J et al., Antimicrob Agents Chemother 2026;70:e01253-25, doi:10.1128/aac.01253-25',
  population: 'adults with a haematological disease and febrile neutropenia',
  subjects: 44,
  ranges: [
    { covariate: 'age', low: 18, high: 100, outside: 'refused' },
    { covariate: 'clcr', low: 30, high: 300, outside: 'refused' },
  ],
  exclusions: [
    {
      code: 'dialysis',
      statement: 'it was not made in patients on renal replacement.',
      holds: ({ dialysis, continuousReplacement }) => dialysis === 1 || continuousReplacement === 1,
    },
    { code: 'ecmo', statement: 'it was not made in patients on ECMO.', holds: ({ ecmo }) => ecmo === 1 },
    {
      code: 'critical',
      statement: 'it was not made in critically ill patients.',
      holds: ({ critical }) => critical === 1,
    },
  ],
  structure: compartments(0, false),
  theta: [
    { name: 'CL', value: 12, unit: 'L/h', meaning: 'clearance at 99.3 mL/min', source: SOURCE },
    { name: 'crclOnCl', value: 0.64, unit: '1', meaning: 'power of creatinine clearance', source: SOURCE },
    { name: 'VC', value: 29.8, unit: 'L', meaning: 'volume', source: SOURCE },
  ],
  omega: { CL: variance(0.362), VC: variance(0.573) },
  occasionOmega: { CL: variance(0.164) },
  occasion: 'dose',
  sigma: { proportional: 0.2 ** 2, additive: 5.5 ** 2 },
  needs: ['clcr'],
  typical: (t, { clcr }) => ({ CL: t.CL * (clcr! / 99.3) ** t.crclOnCl, VC: t.VC }),
};
