import { defineValidation } from '@gemel/core/validation';
import { cooled } from '../model.ts';
import { parameters } from '../population.ts';

const typical = Float64Array.from(parameters, (p) => p.value);
/** Sedated and paralysed: the body does not strive against the blanket. */
const passive = Float64Array.of(37, 0, typical[2]!);

export default defineValidation({
  id: 'hoedemaekers2007',
  title: 'Rate of cooling under a water-circulating blanket, and Newton’s law itself',
  citation: 'Hoedemaekers et al, Crit Care 2007;11:R91, doi:10.1186/cc6104; Newton, Phil Trans 1701;22:824',
  data: [],
  slow: false,
  rows: [
    {
      name: 'fall in the first hour',
      source: 'abstract: 1.33 ± 0.63 Cel/h',
      unit: 'Cel',
      expected: 1.33,
      tolerance: 0.63,
    },
    {
      name: 'equal shares in equal times',
      source: 'Newton 1701: ratio of successive differences',
      unit: '1',
      expected: 0,
      tolerance: 1e-12,
    },
  ],
  run() {
    const after = (hours: number) => cooled(37, hours, passive, 4) - 4;
    return {
      'fall in the first hour': 33 - after(1),
      'equal shares in equal times': after(1) / after(0) - after(3) / after(2),
    };
  },
});
