import { coding, LOINC, RXNORM } from '@gemel/core';
import { ATC } from '../../codes.ts';
import type { Drug } from '../../drug.ts';
import { hamberg2007 } from './hamberg2007.ts';

/** By mouth once a day; doses are of the racemate (5 mg hold 2.5 mg of S-warfarin). The level is the INR. */
export const warfarin: Drug = {
  id: 'warfarin',
  title: 'Warfarin',
  codings: [coding(RXNORM, '11289', 'warfarin'), coding(ATC, 'B01AA03', 'warfarin')],
  levelCodings: [
    coding(LOINC, '6301-6', 'INR in Platelet poor plasma by Coagulation assay'),
    coding(LOINC, '34714-6', 'INR in Blood by Coagulation assay'),
  ],
  levelName: 'INR',
  levelUnit: '{INR}',
  molarMass: 308.33,
  plausibleLevel: [0.5, 15],
  rest: [0.8, 1.2],
  models: [hamberg2007],
  targets: [
    {
      id: 'inr',
      title: 'INR',
      quantity: 'average',
      low: 2,
      high: 3,
      unit: '{INR}',
      harm: {
        title: 'major bleeding 1.5 times as often',
        above: 3,
        source: 'Nelson WW et al., Int J Clin Pharm 2015;37:53-59, doi:10.1007/s11096-014-0038-3',
      },
      use: 'Atrial fibrillation; venous thromboembolism',
      source: 'Holbrook A et al., Chest 2012;141(2 Suppl):e152S-e184S, doi:10.1378/chest.11-2295, 9.1',
    },
  ],
  limits: {
    single: 10,
    daily: 10,
    source: 'maintenance of 2 to 10 mg a day in the product information; Hamberg 2007: at most 78.75 mg a week',
  },
  regimens: { route: 'oral', step: 0.5, intervalsHours: [24], infusionHours: [] },
  // Clotting factors that fall slowly: their transit takes 120 h.
  days: 14,
  stepHours: 6,
  exclusions: [],
};
