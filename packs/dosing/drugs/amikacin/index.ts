import { coding, LOINC, RXNORM } from '@gemel/core';
import { ATC } from '../../codes.ts';
import type { Drug } from '../../drug.ts';
import { delattre2010 } from './delattre2010.ts';
import { jin2020 } from './jin2020.ts';
import { steffens2025 } from './steffens2025.ts';

export const amikacin: Drug = {
  id: 'amikacin',
  title: 'Amikacin',
  codings: [coding(RXNORM, '641', 'amikacin'), coding(ATC, 'J01GB06', 'amikacin')],
  levelCodings: [coding(LOINC, '35669-1', 'Amikacin [Mass/volume] in Serum or Plasma')],
  levelUnit: 'mg/L',
  molarMass: 585.6,
  plausibleLevel: [0.1, 250],
  models: [delattre2010, jin2020, steffens2025],
  mic: {
    codings: [coding(LOINC, '12-5', 'Amikacin [Susceptibility] by Minimum inhibitory concentration (MIC)')],
    assumed: 8,
    because: 'The breakpoint: peaks of 64 to 80 mg/L',
    moves: true,
  },
  targets: [
    {
      id: 'peak-mic',
      title: 'Peak/MIC',
      quantity: 'peak',
      perMic: true,
      low: 8,
      high: 10,
      unit: '1',
      use: 'Eight to ten times the minimum inhibitory concentration (MIC)',
      source: 'Logre E et al., Ann Intensive Care 2020;10:75, doi:10.1186/s13613-020-00685-5',
    },
    {
      id: 'trough',
      title: 'Trough',
      quantity: 'trough',
      low: 0,
      high: 2,
      unit: 'mg/L',
      bound: true,
      use: 'Once-daily or less frequent doses in adults',
      source: 'Medicines Information Canterbury, Therapeutic drug monitoring of aminoglycosides, bulletin of May 2022',
    },
    {
      id: 'auc24',
      title: 'AUC24',
      quantity: 'auc24',
      low: 160,
      high: 200,
      unit: 'mg.h/L',
      use: 'Once-daily or less frequent doses in adults, without endocarditis',
      source: 'Medicines Information Canterbury, Therapeutic drug monitoring of aminoglycosides, bulletin of May 2022',
    },
  ],
  limits: {
    single: 3000,
    singlePerKilogram: 30,
    daily: 3000,
    dailyPerKilogram: 30,
    source:
      'Allou N et al., Ann Intensive Care 2016;6, doi:10.1186/s13613-016-0211-z: 30 mg/kg in sepsis, as French guidelines have it; for 100 kg at most',
  },
  regimens: { route: 'infusion', step: 125, intervalsHours: [24, 48], infusionHours: [0.5] },
  exclusions: [],
};
