import { coding, GEMEL, RXNORM } from '@gemel/core';
import { ATC } from '../../codes.ts';
import type { Drug } from '../../drug.ts';
import { ekhart2009 } from './ekhart2009.ts';
import { zandvliet2008 } from './zandvliet2008.ts';

/** Free carboplatin in plasma. One dose a cycle. */
export const carboplatin: Drug = {
  id: 'carboplatin',
  title: 'Carboplatin',
  codings: [coding(RXNORM, '40048', 'carboplatin'), coding(ATC, 'L01XA02', 'carboplatin')],
  levelCodings: [coding(GEMEL, 'measured.dosing.carboplatin.level', 'Carboplatin, free, level')],
  levelUnit: 'mg/L',
  molarMass: 371.25,
  plausibleLevel: [0.01, 200],
  models: [zandvliet2008, ekhart2009],
  targets: [
    {
      id: 'auc',
      // A dose that has run in counts with what is still to come of it alone.
      title: 'AUC from now on',
      quantity: 'auc',
      // 4 to 6 mg/mL·min.
      low: 66.7,
      high: 100,
      unit: 'mg.h/L',
      harm: {
        title: 'more thrombocytopenia without more response, above 7 mg/mL·min',
        above: 116.7,
        source: 'Jodrell DI et al., J Clin Oncol 1992;10:520-528, doi:10.1200/JCO.1992.10.4.520',
      },
      use: '4 to 6 mg/mL·min of a whole dose, as after earlier treatment',
      source: 'Calvert AH et al., J Clin Oncol 1989;7:1748-1756, doi:10.1200/JCO.1989.7.11.1748',
    },
  ],
  limits: {
    single: 900,
    daily: 900,
    source:
      'Calvert 1989 with filtration held to 125 mL/min, as the Food and Drug Administration asks (2010): 6 mg/mL·min times (125 + 25) mL/min',
  },
  regimens: { route: 'infusion', step: 10, intervalsHours: [504], infusionHours: [0.5, 1] },
  exclusions: [
    {
      code: 'dialysis',
      statement: 'No model of carboplatin holds on dialysis.',
      holds: ({ dialysis, continuousReplacement }) => dialysis === 1 || continuousReplacement === 1,
    },
  ],
};
