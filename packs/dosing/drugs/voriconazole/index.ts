import { coding, LOINC, RXNORM } from '@gemel/core';
import { ATC } from '../../codes.ts';
import type { Drug } from '../../drug.ts';
import { friberg2012, friberg2012adolescents, friberg2012children } from './friberg2012.ts';
import { lin2018 } from './lin2018.ts';

const PASCUAL =
  'Pascual A et al., Clin Infect Dis 2008;46:201-211, doi:10.1086/524669; the range as others print it of this source, volume, pages and doi not checked against print';

/** By mouth twice a day; infusions on record are followed, and none is proposed. */
export const voriconazole: Drug = {
  id: 'voriconazole',
  title: 'Voriconazole',
  codings: [coding(RXNORM, '121243', 'voriconazole'), coding(ATC, 'J02AC03', 'voriconazole')],
  levelCodings: [coding(LOINC, '38370-3', 'Voriconazole [Mass/volume] in Serum or Plasma')],
  levelUnit: 'mg/L',
  molarMass: 349.31,
  plausibleLevel: [0.05, 40],
  models: [friberg2012, friberg2012adolescents, friberg2012children, lin2018],
  targets: [
    {
      id: 'trough',
      title: 'Trough',
      quantity: 'trough',
      low: 1,
      high: 5.5,
      unit: 'mg/L',
      use: 'Invasive fungal infection',
      source: PASCUAL,
    },
  ],
  limits: {
    single: 300,
    singlePerKilogram: 9,
    daily: 600,
    dailyPerKilogram: 18,
    source:
      'product information: maintenance of 200 mg, at most 300 mg, twice a day by mouth from 40 kg on; 9 mg/kg twice a day, at most 350 mg, below 12 years',
  },
  regimens: { route: 'oral', step: 50, intervalsHours: [12], infusionHours: [] },
  // What saturates comes to rest late.
  days: 5,
  exclusions: [
    {
      code: 'light-adult',
      statement: 'The product information halves doses of adults below 40 kg: none is proposed.',
      holds: ({ age, weight }) => age !== undefined && weight !== undefined && age >= 15 && weight < 40,
    },
  ],
};
