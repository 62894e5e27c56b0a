import { coding, LOINC, RXNORM } from '@gemel/core';
import { ATC } from '../../codes.ts';
import type { Drug } from '../../drug.ts';
import { hirai2022 } from './hirai2022.ts';
import { zhou2010 } from './zhou2010.ts';

/** By mouth. */
export const digoxin: Drug = {
  id: 'digoxin',
  title: 'Digoxin',
  codings: [coding(RXNORM, '3407', 'digoxin'), coding(ATC, 'C01AA05', 'digoxin')],
  levelCodings: [
    coding(LOINC, '10535-3', 'Digoxin [Mass/volume] in Serum or Plasma'),
    coding(LOINC, '14698-5', 'Digoxin [Moles/volume] in Serum or Plasma'),
  ],
  levelUnit: 'ug/L',
  molarMass: 780.9,
  reportedIn: { unit: 'nmol/L', factor: 1000 / 780.9 },
  plausibleLevel: [0.05, 20],
  models: [hirai2022, zhou2010],
  targets: [
    {
      id: 'trough',
      title: 'Trough',
      quantity: 'trough',
      low: 0.5,
      high: 0.9,
      unit: 'ug/L',
      harm: {
        title: 'more deaths',
        above: 1.2,
        source: 'Rathore SS et al., JAMA 2003;289:871-878, doi:10.1001/jama.289.7.871',
      },
      use: 'Heart failure',
      source: 'Ahmed A et al., Eur Heart J 2006;27:178-186, doi:10.1093/eurheartj/ehi687',
    },
  ],
  limits: { single: 0.25, daily: 0.25, source: 'Hirai 2022: maintenance of at most 0.25 mg a day; no loading doses' },
  regimens: { route: 'oral', step: 0.0625, intervalsHours: [24, 48], infusionHours: [] },
  days: 10,
  // It spreads into tissue for hours: product information, at least 6 to 8 h after a dose.
  levelsAfter: 6,
  exclusions: [
    {
      code: 'dialysis',
      statement: 'No model of digoxin holds on dialysis.',
      holds: ({ dialysis, continuousReplacement }) => dialysis === 1 || continuousReplacement === 1,
    },
  ],
};
