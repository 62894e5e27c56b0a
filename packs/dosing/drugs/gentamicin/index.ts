import { coding, LOINC, RXNORM } from '@gemel/core';
import { ATC } from '../../codes.ts';
import type { Drug } from '../../drug.ts';
import { aminoglycoside, aminoglycosideMic } from '../aminoglycoside.ts';
import { hodiamont2017 } from './hodiamont2017.ts';
import { staatz2006 } from './staatz2006.ts';

export const gentamicin: Drug = {
  id: 'gentamicin',
  title: 'Gentamicin',
  codings: [coding(RXNORM, '1596450', 'gentamicin'), coding(ATC, 'J01GB03', 'gentamicin')],
  levelCodings: [
    coding(LOINC, '35668-3', 'Gentamicin [Mass/volume] in Serum or Plasma'),
    coding(LOINC, '3663-2', 'Gentamicin [Mass/volume] in Serum or Plasma --peak'),
    coding(LOINC, '3665-7', 'Gentamicin [Mass/volume] in Serum or Plasma --trough'),
  ],
  levelUnit: 'mg/L',
  molarMass: 477.6,
  plausibleLevel: [0.05, 100],
  models: [staatz2006, hodiamont2017],
  mic: {
    codings: [coding(LOINC, '267-5', 'Gentamicin [Susceptibility] by Minimum inhibitory concentration (MIC)')],
    ...aminoglycosideMic,
  },
  ...aminoglycoside,
  exclusions: [],
};
