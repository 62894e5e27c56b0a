import { coding, LOINC, RXNORM } from '@gemel/core';
import { ATC } from '../../codes.ts';
import type { Drug } from '../../drug.ts';
import { andrews2019, andrews2019start } from './andrews2019.ts';
import { bergmann2014 } from './bergmann2014.ts';

/** By mouth, not of prolonged release; levels in whole blood. */
export const tacrolimus: Drug = {
  id: 'tacrolimus',
  title: 'Tacrolimus',
  codings: [coding(RXNORM, '42316', 'tacrolimus'), coding(ATC, 'L04AD02', 'tacrolimus')],
  levelCodings: [
    coding(LOINC, '11253-2', 'Tacrolimus [Mass/volume] in Blood'),
    coding(LOINC, '74097-7', 'Tacrolimus [Mass/volume] in Blood by LC/MS/MS'),
  ],
  levelUnit: 'ug/L',
  molarMass: 804.02,
  plausibleLevel: [0.3, 150],
  models: [andrews2019, andrews2019start, bergmann2014],
  targets: [
    {
      id: 'trough',
      title: 'Trough',
      quantity: 'trough',
      low: 5,
      high: 10,
      unit: 'ug/L',
      harm: {
        title: 'effects on kidneys and nerves, infections',
        above: 20,
        source: 'Böttiger Y et al., Br J Clin Pharmacol 1999;48:445-448, doi:10.1046/j.1365-2125.1999.00007.x',
      },
      use: 'Kidney transplantation, from the fifth week on',
      source:
        'Andrews LM et al., Br J Clin Pharmacol 2019;85:601-615, doi:10.1111/bcp.13838, protocol of one of its centres',
    },
    {
      id: 'trough-weeks-3-4',
      title: 'Trough, weeks 3 and 4',
      quantity: 'trough',
      low: 8,
      high: 12,
      unit: 'ug/L',
      use: 'Kidney transplantation, weeks 3 and 4',
      when: ({ daysSinceTransplant: days = 29 }) => days > 14 && days <= 28,
      source:
        'Andrews LM et al., Br J Clin Pharmacol 2019;85:601-615, doi:10.1111/bcp.13838, protocol of one of its centres',
    },
    {
      id: 'trough-weeks-1-2',
      title: 'Trough, weeks 1 and 2',
      quantity: 'trough',
      low: 10,
      high: 15,
      unit: 'ug/L',
      use: 'Kidney transplantation, weeks 1 and 2',
      when: ({ daysSinceTransplant: days = 29 }) => days <= 14,
      source:
        'Andrews LM et al., Br J Clin Pharmacol 2019;85:601-615, doi:10.1111/bcp.13838, protocol of one of its centres',
    },
  ],
  limits: {
    single: 15,
    singlePerKilogram: 0.15,
    daily: 30,
    dailyPerKilogram: 0.3,
    source:
      'product information: at most 0.3 mg/kg a day in two doses after a kidney transplantation; for 100 kg at most',
  },
  regimens: { route: 'oral', step: 0.5, intervalsHours: [12], infusionHours: [] },
  // Its peripheral space fills slowly.
  days: 7,
  exclusions: [],
};
