import { defineValidation } from '@gemel/core/validation';
import { typicalValues } from '../anaesthetic.ts';
import { minto1997 } from '../drugs/remifentanil/minto1997.ts';

/** Of a man of 70 kg and 170 cm; lean body mass 55.3 kg. */
const at = (age: number) => typicalValues(minto1997, { age, weight: 70, height: 170, female: 0 });
const fall = (from: number, to: number) => 100 * (1 - to / from);

export default defineValidation({
  id: 'minto1997',
  title: 'Remifentanil: what age does, by Minto',
  citation: 'Minto CF et al., Anesthesiology 1997;86:10-23, doi:10.1097/00000542-199701000-00004',
  data: [],
  slow: false,
  rows: [
    { name: 'V1', source: 'abstract: about 25 %', unit: '%', expected: 25, tolerance: 2.5 },
    { name: 'clearance', source: 'abstract: about 33 %', unit: '%', expected: 33, tolerance: 4 },
  ],
  run() {
    const [young, old] = [at(20), at(85)];
    return {
      V1: fall(young.VC, old.VC),
      clearance: fall(young.CL, old.CL),
    };
  },
});
