import { defineValidation } from '@gemel/core/validation';
import { typicalValues } from '../anaesthetic.ts';
import { schnider1998 } from '../drugs/propofol/schnider1998.ts';

/** s */
const RESOLUTION = 0.5;

export default defineValidation({
  id: 'schnider1999',
  title: 'Propofol: time of the greatest effect after a bolus',
  citation: 'Schnider TW et al., Anesthesiology 1999;90:1502-1516, doi:10.1097/00000542-199906000-00003',
  data: [],
  slow: false,
  rows: [
    {
      name: 'time to peak effect',
      source: 'abstract: seen at 1.6 min (1 to 2.4)',
      unit: 'min',
      expected: 1.6,
      tolerance: 0.1,
    },
  ],
  run() {
    const values = typicalValues(schnider1998, { age: 53, weight: 77, height: 177, female: 0 });
    const run = schnider1998.structure.run(values, schnider1998.structure.rest(values));
    run.give('blood', 150);
    let seconds = 0;
    for (let last = -1; run.effect() > last; seconds += RESOLUTION) {
      last = run.effect();
      run.advance(RESOLUTION / 3600);
    }
    return { 'time to peak effect': (seconds - RESOLUTION) / 60 };
  },
});
