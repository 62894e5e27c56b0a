import { coding, LOINC, RXNORM } from '@gemel/core';
import { ATC } from '../../codes.ts';
import type { Drug } from '../../drug.ts';
import { aminoglycoside, aminoglycosideMic } from '../aminoglycoside.ts';
import { conil2011 } from './conil2011.ts';
import { vanwart2025 } from './vanwart2025.ts';

export const tobramycin: Drug = {
  id: 'tobramycin',
  title: 'Tobramycin',
  codings: [coding(RXNORM, '10627', 'tobramycin'), coding(ATC, 'J01GB01', 'tobramycin')],
  levelCodings: [
    coding(LOINC, '35670-9', 'Tobramycin [Mass/volume] in Serum or Plasma'),
    coding(LOINC, '4057-6', 'Tobramycin [Mass/volume] in Serum or Plasma --peak'),
    coding(LOINC, '4059-2', 'Tobramycin [Mass/volume] in Serum or Plasma --trough'),
  ],
  levelUnit: 'mg/L',
  molarMass: 467.5,
  plausibleLevel: [0.05, 100],
  models: [vanwart2025, conil2011],
  mic: {
    codings: [coding(LOINC, '508-2', 'Tobramycin [Susceptibility] by Minimum inhibitory concentration (MIC)')],
    ...aminoglycosideMic,
  },
  ...aminoglycoside,
  exclusions: [],
};
