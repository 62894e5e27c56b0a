import { coding, GEMEL, LOINC, RXNORM } from '@gemel/core';
import { ATC } from '../../codes.ts';
import type { Drug } from '../../drug.ts';
import { LOADING } from '../beta-lactam.ts';
import { gijsen2022 } from './gijsen2022.ts';
import { li2006 } from './li2006.ts';
import { onichimowski2020 } from './onichimowski2020.ts';

export const meropenem: Drug = {
  id: 'meropenem',
  title: 'Meropenem',
  codings: [coding(RXNORM, '29561', 'meropenem'), coding(ATC, 'J01DH02', 'meropenem')],
  levelCodings: [coding(GEMEL, 'measured.dosing.meropenem.level', 'Meropenem, level')],
  levelUnit: 'mg/L',
  molarMass: 383.46,
  plausibleLevel: [0.05, 300],
  models: [li2006, gijsen2022, onichimowski2020],
  mic: {
    codings: [
      coding(LOINC, '6652-2', 'Meropenem [Susceptibility] by Minimum inhibitory concentration (MIC)'),
      coding(LOINC, '7029-2', 'Meropenem [Susceptibility] by Gradient strip'),
    ],
    assumed: 2,
    because: 'The breakpoint of Pseudomonas aeruginosa and Enterobacterales',
    moves: true,
  },
  targets: [
    {
      id: 'time-above',
      title: 'Free concentration above the MIC',
      quantity: 'time-above',
      perMic: true,
      low: 100,
      unit: '%',
      // Gijsen 2022: 2 % is bound.
      unbound: 0.98,
      use: 'Severe infection: always above the minimum inhibitory concentration (MIC)',
      source: 'Abdul-Aziz MH et al., Intensive Care Med 2020;46:1127-1153, doi:10.1007/s00134-020-06050-1',
    },
    {
      id: 'trough',
      title: 'Trough',
      quantity: 'trough',
      low: 0,
      high: 44.45,
      unit: 'mg/L',
      bound: true,
      harm: {
        title: 'renal adverse event in every second patient',
        above: 44.45,
        source: 'Imani 2017',
      },
      use: 'Above it every second patient had a renal adverse event',
      source: 'Imani S et al., J Antimicrob Chemother 2017;72:2891-2897, doi:10.1093/jac/dkx209',
    },
  ],
  limits: { single: 2000, daily: 6000, source: 'product information: 2 g every 8 h at most' },
  regimens: {
    route: 'infusion',
    step: 500,
    intervalsHours: [8, 12, 24],
    infusionHours: [0.5, 3, 8],
    loading: { kind: 'at-once', dose: 1000, infusion: 0.5, source: LOADING },
    continuous: {
      first: true,
      step: 10,
      source:
        'Guilhaumou R et al., Crit Care 2019;23:104, doi:10.1186/s13054-019-2378-9: prolonged or continuous infusion in the critically ill; it keeps for hours only once it is dissolved, so that bags are renewed',
    },
  },
  exclusions: [],
};
