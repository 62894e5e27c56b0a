import { coding, GEMEL, RXNORM } from '@gemel/core';
import { ATC } from '../../codes.ts';
import type { Drug } from '../../drug.ts';
import { choe2012 } from './choe2012.ts';
import { xu2023 } from './xu2023.ts';

/** Into a vein, before a stem cell transplantation. */
export const busulfan: Drug = {
  id: 'busulfan',
  title: 'Busulfan',
  // RxNorm's code from memory: no second source found.
  codings: [coding(RXNORM, '1828', 'busulfan'), coding(ATC, 'L01AB01', 'busulfan')],
  levelCodings: [coding(GEMEL, 'measured.dosing.busulfan.level', 'Busulfan, level')],
  levelUnit: 'mg/L',
  molarMass: 246.3,
  plausibleLevel: [0.005, 20],
  models: [choe2012, xu2023],
  targets: [
    {
      id: 'auc24',
      title: 'AUC24',
      quantity: 'auc24',
      low: 20.25,
      high: 24.75,
      unit: 'mg.h/L',
      use: 'Ablation of the marrow: within a tenth of 90 mg·h/L in four days',
      source: 'Lawson R et al., CPT Pharmacometrics Syst Pharmacol 2022;11:1002-1017, doi:10.1002/psp4.12809',
    },
  ],
  limits: {
    single: 400,
    singlePerKilogram: 4.8,
    daily: 400,
    dailyPerKilogram: 4.8,
    source: 'Lawson 2022: 3.2 to 4.8 mg/kg a day, before levels; by levels at most that',
  },
  regimens: { route: 'infusion', step: 4, intervalsHours: [6, 24], infusionHours: [2, 3] },
  exclusions: [],
};
