import { coding, LOINC, RXNORM } from '@gemel/core';
import { ATC } from '../../codes.ts';
import type { Drug } from '../../drug.ts';
import { adane2015 } from './adane2015.ts';
import { buelga2005 } from './buelga2005.ts';
import { colin2019 } from './colin2019.ts';
import { goti2018 } from './goti2018.ts';
import { revilla2010 } from './revilla2010.ts';
import { roberts2011 } from './roberts2011.ts';
import { thomson2009 } from './thomson2009.ts';

const RYBAK = 'Rybak MJ et al., Am J Health Syst Pharm 2020;77:835-864, doi:10.1093/ajhp/zxaa036';

export const vancomycin: Drug = {
  id: 'vancomycin',
  title: 'Vancomycin',
  codings: [coding(RXNORM, '11124', 'vancomycin'), coding(ATC, 'J01XA01', 'vancomycin')],
  levelCodings: [
    coding(LOINC, '20578-1', 'Vancomycin [Mass/volume] in Serum or Plasma'),
    coding(LOINC, '4092-3', 'Vancomycin [Mass/volume] in Serum or Plasma --trough'),
    coding(LOINC, '4090-7', 'Vancomycin [Mass/volume] in Serum or Plasma --peak'),
  ],
  levelUnit: 'mg/L',
  molarMass: 1449.3,
  plausibleLevel: [0.1, 200],
  models: [goti2018, thomson2009, colin2019, roberts2011, revilla2010, buelga2005, adane2015],
  mic: {
    codings: [coding(LOINC, '524-9', 'Vancomycin [Susceptibility] by Minimum inhibitory concentration (MIC)')],
    assumed: 1,
    because: 'Rybak 2020: 1 mg/L by broth microdilution',
    moves: false,
    higher:
      'Rybak 2020: above 1 mg/L by broth microdilution a ratio of 400 is unlikely at usual doses, and higher ones may harm; whether to change the drug is a clinical decision',
  },
  targets: [
    {
      id: 'auc24',
      title: 'AUC24',
      quantity: 'auc24',
      low: 400,
      high: 600,
      unit: 'mg.h/L',
      harm: {
        title: 'acute kidney injury',
        above: 600,
        source: 'Rybak 2020, the upper end of its target',
      },
      use: 'Serious infection by methicillin-resistant Staphylococcus aureus, whatever the minimum inhibitory concentration (MIC); a trough alone is no target',
      source: RYBAK,
    },
    {
      id: 'auc24-mic',
      title: 'AUC24/MIC',
      quantity: 'auc24',
      perMic: true,
      low: 400,
      unit: '1',
      use: 'Serious infection by methicillin-resistant Staphylococcus aureus, MIC by broth microdilution',
      source: RYBAK,
    },
  ],
  limits: {
    single: 3000,
    singlePerKilogram: 35,
    daily: 4500,
    dailyPerKilogram: 80,
    rate: 1000,
    source:
      'Rybak 2020: loading 20 to 35 mg/kg, at most 3,000 mg; at most 1 g/h; 4.5 g a day in most obese adults; children 60 to 80 mg/kg a day. Not checked against print: loading by weight and 4.5 g a day; the rest as others print it of this source. The product information has 10 mg/min at most',
  },
  regimens: {
    route: 'infusion',
    step: 250,
    intervalsHours: [6, 8, 12, 24, 48],
    infusionHours: [1, 1.5, 2, 2.5, 3],
    loading: {
      kind: 'first-day',
      perKilogram: [20, 35],
      most: 3000,
      source: 'Rybak 2020: 20 to 35 mg/kg of actual body weight, at most 3,000 mg; mg/kg not checked against print',
    },
    continuous: { step: 10, source: 'Rybak 2020: continuous infusion, aimed at the same AUC24' },
  },
  exclusions: [
    {
      code: 'ecmo',
      statement: 'No model here was made on extracorporeal membrane oxygenation.',
      holds: ({ ecmo }) => ecmo === 1,
    },
    {
      code: 'continuous-replacement',
      statement: 'No model here was made on continuous renal replacement.',
      holds: ({ continuousReplacement }) => continuousReplacement === 1,
    },
  ],
};
