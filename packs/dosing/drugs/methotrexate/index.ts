import { coding, LOINC, RXNORM } from '@gemel/core';
import { ATC } from '../../codes.ts';
import type { Drug } from '../../drug.ts';
import type { LateLevel } from '../../late-levels.ts';
import { gao2021 } from './gao2021.ts';
import { joerger2006 } from './joerger2006.ts';
import { MOLAR_MASS } from './molar-mass.ts';

const RAMSEY = 'Ramsey LB et al., Oncologist 2018;23:52-61, doi:10.1634/theoncologist.2017-0243';
const LABEL = 'product information of methotrexate, leucovorin rescue (12 to 15 g/m² over 4 h)';

const glucarpidase = (hours: number, above: number): LateLevel => ({
  code: 'glucarpidase',
  hours,
  above,
  infusion: 24,
  says: 'if creatinine has risen significantly as well, glucarpidase may be indicated, best within 48 to 60 h of the start of the infusion',
  source: RAMSEY,
});
const leucovorin = (hours: number, above: number, says: string): LateLevel => ({
  code: 'leucovorin',
  hours,
  above,
  infusion: 4,
  says,
  source: LABEL,
});
const EARLY = 'early elimination is delayed: the leucovorin rescue is raised to 150 mg every 3 h, into a vein';
const LATE = 'late elimination is delayed: the leucovorin rescue goes on until below 0.05 µmol/L';

/** High doses into a vein, one a cycle. No level after glucarpidase tells anything by an immunoassay. */
export const methotrexate: Drug = {
  id: 'methotrexate',
  title: 'Methotrexate, high dose',
  codings: [coding(RXNORM, '6851', 'methotrexate'), coding(ATC, 'L01BA01', 'methotrexate')],
  levelCodings: [coding(LOINC, '14836-1', 'Methotrexate [Moles/volume] in Serum or Plasma')],
  levelUnit: 'umol/L',
  molarMass: MOLAR_MASS,
  plausibleLevel: [0.01, 5000],
  models: [joerger2006, gao2021],
  targets: [
    {
      id: 'auc',
      // A dose that has run in counts with what is still to come of it alone.
      title: 'AUC from now on',
      quantity: 'auc',
      low: 1000,
      high: 1100,
      unit: 'umol.h/L',
      use: 'Primary lymphoma of the central nervous system, of a whole dose',
      source: 'Joerger M et al., Br J Clin Pharmacol 2012;73:240-247, doi:10.1111/j.1365-2125.2011.04084.x',
    },
  ],
  lateLevels: [
    glucarpidase(36, 30),
    glucarpidase(42, 10),
    glucarpidase(48, 5),
    leucovorin(24, 50, EARLY),
    leucovorin(48, 5, EARLY),
    leucovorin(72, 0.2, LATE),
  ],
  limits: {
    single: 8000,
    singlePerSquareMetre: 4000,
    daily: 8000,
    source: '4 g/m², for 2 m² at most: G-PCNSL-SG-1, Lancet Oncol 2010;11:1036-1047, doi:10.1016/S1470-2045(10)70229-1',
  },
  regimens: { route: 'infusion', step: 100, intervalsHours: [336, 504], infusionHours: [3, 4] },
  days: 5,
  exclusions: [
    {
      code: 'dialysis',
      statement: 'No model of methotrexate here holds on dialysis.',
      holds: ({ dialysis, continuousReplacement }) => dialysis === 1 || continuousReplacement === 1,
    },
  ],
};
