import { defineValidation } from '@gemel/core/validation';
import { randomStream } from '@gemel/numerics';
import { goti2018 } from '../drugs/vancomycin/goti2018.ts';
import { effectPosterior } from '../posterior.ts';
import { modelSubject } from '../subject.ts';

const row = (name: string, expected: number, unit: string) => ({
  name,
  source: 'most probable value after two levels',
  unit,
  expected,
  tolerance: 0.01 * expected,
});

export default defineValidation({
  id: 'goti2018',
  title: 'Vancomycin: a patient with two levels',
  citation: 'Model: Goti V et al., Ther Drug Monit 2018;40:212-221, doi:10.1097/FTD.0000000000000490',
  data: [],
  slow: false,
  rows: [row('clearance', 1.72, 'L/h'), row('central volume', 59.8, 'L'), row('peripheral volume', 41.6, 'L')],
  run() {
    const subject = modelSubject(goti2018, {
      doses: [
        { time: 0, amount: 1900, hours: 1, route: 'intravenous' },
        { time: 22.2, amount: 1750, hours: 1, route: 'intravenous' },
      ],
      levels: [
        { time: 12, value: 14.8 },
        { time: 37.5, value: 22.5 },
      ],
      covariates: [{ time: Number.NEGATIVE_INFINITY, values: { clcr: 34, weight: 62 } }],
    });
    const { mode } = effectPosterior(subject, 200, randomStream(1))!;
    const { CL, VC, VP } = subject.individual(mode, 0);
    return { clearance: CL, 'central volume': VC, 'peripheral volume': VP };
  },
});
