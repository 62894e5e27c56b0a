import type { Drug, Mic } from '../drug.ts';

const BULLETIN =
  'Medicines Information Canterbury, Therapeutic drug monitoring of aminoglycosides, bulletin of May 2022';

/** Doses of both are held by AUC24 and trough; the peak over the MIC is told. */
export const aminoglycosideMic: Omit<Mic, 'codings'> = {
  assumed: 1,
  because: `The peak aimed at is ten times that. ${BULLETIN}`,
  moves: false,
};

/** What gentamicin and tobramycin are aimed at, how far and how they are given: alike for both. */
export const aminoglycoside: Pick<Drug, 'targets' | 'limits' | 'regimens'> = {
  targets: [
    {
      id: 'auc24',
      title: 'AUC24',
      quantity: 'auc24',
      low: 70,
      high: 100,
      unit: 'mg.h/L',
      use: 'Once-daily or less frequent doses in adults, without endocarditis',
      source: BULLETIN,
    },
    {
      id: 'trough',
      title: 'Trough',
      quantity: 'trough',
      low: 0,
      high: 1,
      unit: 'mg/L',
      bound: true,
      harm: {
        title: 'kidney injury; under gentamicin and amikacin once a day',
        above: 1.1,
        source: 'Raveh D et al., QJM 2002;95:291-297, doi:10.1093/qjmed/95.5.291',
      },
      use: 'Once-daily or less frequent doses in adults',
      source: BULLETIN,
    },
    {
      id: 'peak',
      title: 'Peak',
      quantity: 'peak',
      low: 15,
      high: 30,
      unit: 'mg/L',
      use: 'Ten times a minimum inhibitory concentration of 1 mg/L and more; the upper part for Pseudomonas aeruginosa',
      source: BULLETIN,
    },
    {
      id: 'peak-mic',
      title: 'Peak/MIC',
      quantity: 'peak',
      perMic: true,
      low: 10,
      unit: '1',
      use: 'Ten times the minimum inhibitory concentration (MIC)',
      source: BULLETIN,
    },
  ],
  limits: {
    single: 700,
    singlePerKilogram: 7,
    daily: 700,
    dailyPerKilogram: 7,
    source:
      'Nicolau DP et al., Antimicrob Agents Chemother 1995;39:650-655, doi:10.1128/AAC.39.3.650: 7 mg/kg; for 100 kg at most',
  },
  regimens: { route: 'infusion', step: 20, intervalsHours: [24, 48], infusionHours: [0.5] },
};
