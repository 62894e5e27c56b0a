import { coding, GEMEL, LOINC, RXNORM } from '@gemel/core';
import { ATC } from '../../codes.ts';
import type { Drug } from '../../drug.ts';
import { LOADING } from '../beta-lactam.ts';
import { ishihara2020 } from './ishihara2020.ts';
import { kim2016 } from './kim2016.ts';
import { laporteamargos2026 } from './laporteamargos2026.ts';

/** With tazobactam, eight parts to one; doses and levels count piperacillin alone. */
export const piperacillin: Drug = {
  id: 'piperacillin',
  title: 'Piperacillin',
  codings: [
    coding(RXNORM, '74169', 'piperacillin / tazobactam'),
    coding(RXNORM, '8339', 'piperacillin'),
    coding(ATC, 'J01CR05', 'piperacillin and beta-lactamase inhibitor'),
  ],
  levelCodings: [coding(GEMEL, 'measured.dosing.piperacillin.level', 'Piperacillin, level')],
  levelUnit: 'mg/L',
  molarMass: 517.55,
  plausibleLevel: [0.3, 1000],
  models: [kim2016, laporteamargos2026, ishihara2020],
  mic: {
    codings: [
      coding(LOINC, '412-7', 'Piperacillin+Tazobactam [Susceptibility] by Minimum inhibitory concentration (MIC)'),
      coding(LOINC, '408-5', 'Piperacillin [Susceptibility] by Minimum inhibitory concentration (MIC)'),
    ],
    assumed: 16,
    because: 'As for Pseudomonas aeruginosa',
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
      // Laporte-Amargós 2026: 30 % is bound.
      unbound: 0.7,
      use: 'Severe infection: always above the minimum inhibitory concentration (MIC)',
      source: 'Abdul-Aziz MH et al., Intensive Care Med 2020;46:1127-1153, doi:10.1007/s00134-020-06050-1',
    },
    {
      id: 'trough',
      title: 'Trough',
      quantity: 'trough',
      low: 0,
      high: 361.4,
      unit: 'mg/L',
      bound: true,
      harm: {
        title: 'neurological adverse event in every second patient',
        above: 361.4,
        source: 'Imani 2017',
      },
      use: 'Above it every second patient had a neurological adverse event',
      source: 'Imani S et al., J Antimicrob Chemother 2017;72:2891-2897, doi:10.1093/jac/dkx209',
    },
  ],
  limits: {
    single: 4000,
    daily: 16_000,
    source: 'product information: 4 g (with 0.5 g of tazobactam) every 6 h at most',
  },
  regimens: {
    route: 'infusion',
    step: 1000,
    intervalsHours: [6, 8, 12],
    infusionHours: [0.5, 4, 6],
    loading: { kind: 'at-once', dose: 4000, infusion: 0.5, source: LOADING },
    continuous: {
      first: true,
      step: 25,
      source:
        'Guilhaumou R et al., Crit Care 2019;23:104, doi:10.1186/s13054-019-2378-9: prolonged or continuous infusion in the critically ill',
    },
  },
  exclusions: [],
};
