import { coding, RXNORM } from '@gemel/core';
import { ATC } from '../codes.ts';
import { bispectralIndex, CE50_VARIANCE, eleveld2018, halfEffect, INDEX_SD } from '../drugs/propofol/eleveld2018.ts';
import { eleveld2017 } from '../drugs/remifentanil/eleveld2017.ts';
import type { Agent } from './agent.ts';
import { toleranceOfLaryngoscopy } from './interaction.ts';

export const propofol: Agent = {
  id: 'propofol',
  title: 'Propofol',
  codings: [coding(RXNORM, '8782', 'propofol'), coding(ATC, 'N01AX10', 'propofol')],
  levelUnit: 'ug/mL',
  molarMass: 178.27,
  plausibleLevel: [0.01, 50],
  model: eleveld2018,
  index: {
    title: 'Bispectral index',
    unit: '1',
    half: halfEffect,
    variance: CE50_VARIANCE,
    sd: INDEX_SD,
    localNames: ['bis', 'bispectral index'],
    of: bispectralIndex,
  },
  window: {
    title: 'Bispectral index',
    low: 40,
    high: 60,
    unit: '1',
    use: 'General anaesthesia with the bispectral index between 40 and 60',
    source: 'The range the index is used with; model: Eleveld 2018',
  },
  beside: {
    id: 'remifentanil',
    title: 'Remifentanil',
    unit: 'ng/mL',
    most: 200,
    effect: {
      name: 'laryngoscopy',
      title: 'Chance that laryngoscopy is tolerated',
      source: 'Bouillon 2004',
      of: toleranceOfLaryngoscopy,
    },
  },
  targets: [1.5, 2, 3, 4, 5, 6],
  pump: { fastest: 12_000, step: 60 },
  limits: {
    rate: 12_000,
    bolusPerKilogram: 2.5,
    source: 'label: 2 to 2.5 mg/kg for induction of adults; 1,200 mL/h of 10 mg/mL',
  },
};

export const remifentanil: Agent = {
  id: 'remifentanil',
  title: 'Remifentanil',
  codings: [coding(RXNORM, '73032', 'remifentanil'), coding(ATC, 'N01AH06', 'remifentanil')],
  levelUnit: 'ng/mL',
  molarMass: 376.45,
  plausibleLevel: [0.05, 200],
  model: eleveld2017,
  window: {
    title: 'Concentration at the site of effect',
    low: 3,
    high: 8,
    unit: 'ng/mL',
    use: 'General anaesthesia of ventilated adults with a hypnotic',
    source: 'Label of remifentanil by target-controlled infusion: 3 to 8 ng/mL',
  },
  targets: [2, 3, 4, 5, 7],
  pump: { fastest: 60, step: 60 },
  limits: {
    rate: 60,
    ratePerKilogram: 0.12,
    bolusPerKilogram: 0.001,
    source: 'label: at most 2 ug/kg/min, 1 ug/kg at once; 1,200 mL/h of 50 ug/mL',
  },
};

export const agents: readonly Agent[] = [propofol, remifentanil];
