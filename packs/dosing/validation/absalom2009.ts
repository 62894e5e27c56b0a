import { defineValidation } from '@gemel/core/validation';
import { typicalValues } from '../anaesthetic.ts';
import { marsh1991 } from '../drugs/propofol/marsh1991.ts';
import { schnider1998 } from '../drugs/propofol/schnider1998.ts';

const PATIENT = { age: 40, weight: 70, height: 170, female: 0 };
const SOURCE = '40 a, 70 kg, 170 cm, male';
const row = (name: string, unit: string, expected: number, tolerance: number) => ({
  name,
  source: SOURCE,
  unit,
  expected,
  tolerance,
});

export default defineValidation({
  id: 'absalom2009',
  title: 'Propofol: one man by Marsh and by Schnider',
  citation: 'Absalom AR et al., Br J Anaesth 2009;103:26-37, doi:10.1093/bja/aep143',
  data: [],
  slow: false,
  rows: [
    row('Marsh, V1', 'L', 16, 0.05),
    // Printed from 0.463 and 2.893 L/kg; the rate constants make them 0.464 and 2.902.
    row('Marsh, V2', 'L', 32.4, 0.15),
    row('Marsh, V3', 'L', 202.5, 0.7),
    row('Schnider, V2', 'L', 24, 0.05),
    row('Schnider, k10', '/min', 0.384, 0.0005),
    row('Schnider, k12', '/min', 0.375, 0.0005),
    row('Schnider, k21', '/min', 0.067, 0.0005),
  ],
  run() {
    const marsh = typicalValues(marsh1991, PATIENT);
    const schnider = typicalValues(schnider1998, PATIENT);
    return {
      'Marsh, V1': marsh.VC,
      'Marsh, V2': marsh.VP,
      'Marsh, V3': marsh.VP2,
      'Schnider, V2': schnider.VP,
      'Schnider, k10': schnider.CL / schnider.VC / 60,
      'Schnider, k12': schnider.Q / schnider.VC / 60,
      'Schnider, k21': schnider.Q / schnider.VP / 60,
    };
  },
});
