import { duBois } from '../../body-size.ts';
import type { DrugModel } from '../../drug.ts';
import { compartments } from '../../structures/compartments.ts';

const SOURCE = 'abstract and final model';

/** One compartment in the extremely obese; clearance by creatinine clearance per 1.73 m² (surface of Du Bois), volume by weight. */
export const adane2015: DrugModel = {
  id: 'adane2015',
  title: 'Adane 2015',
  citation: 'Adane ED et al., Pharmacotherapy 2015;35:127-139, pmid:25644478',
  population: 'extremely obese adults (body mass index of at least 40 kg/m²)',
  subjects: 31,
  ranges: [{ covariate: 'age', low: 18, high: 100, outside: 'refused' }],
  exclusions: [
    {
      code: 'not-obese',
      statement: 'it was made in persons with a body mass index of at least 40 kg/m² only.',
      holds: ({ weight, height }) => weight !== undefined && height !== undefined && weight / (height / 100) ** 2 < 40,
    },
    {
      code: 'dialysis',
      statement: 'it was not made in patients on dialysis.',
      holds: ({ dialysis, continuousReplacement }) => dialysis === 1 || continuousReplacement === 1,
    },
  ],
  structure: compartments(0, false),
  theta: [
    { name: 'CL', value: 6.54, unit: 'L/h', meaning: 'clearance at 125 mL/min per 1.73 m²', source: SOURCE },
    { name: 'VC', value: 0.51, unit: 'L/kg', meaning: 'volume', source: SOURCE },
  ],
  omega: { CL: 0.057121, VC: 0.071289 },
  sigma: { proportional: 0.189 ** 2 },
  needs: ['weight', 'height', 'clcr'],
  typical: (t, { weight, height, clcr }) => ({
    CL: (t.CL * ((clcr! * 1.73) / duBois(weight!, height!))) / 125,
    VC: t.VC * weight!,
  }),
};
