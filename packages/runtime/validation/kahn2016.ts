import { defineValidation } from '@gemel/core/validation';
import { randomStream } from '@gemel/numerics';
import { expectedOf, type Measure, onScale } from '../quality/measure.ts';
import { measures } from '../quality/measures.data.ts';
import { OWN_HISTORY, suspectUnit, toMeasure } from '../quality/unit-swap.ts';

/** Quantity, unit it is recorded in, unit the number was meant in. */
const SWAPS = [
  ['glucose', 'mg/dL', 'mmol/L'],
  ['glucose', 'mmol/L', 'mg/dL'],
  ['creatinine', 'mg/dL', 'umol/L'],
  ['creatinine', 'umol/L', 'mg/dL'],
  ['body.temperature', 'Cel', '[degF]'],
  ['body.temperature', '[degF]', 'Cel'],
  ['body.weight', 'kg', '[lb_av]'],
  ['body.height', 'cm', '[in_i]'],
  ['haemoglobin', 'g/dL', 'g/L'],
  ['albumin', 'g/L', 'g/dL'],
] as const;
const PEOPLE = 2_000;
const SEED = 2016;
const nameOf = ([id, stated, meant]: (typeof SWAPS)[number]) => `${id}: ${meant} recorded as ${stated}`;

const row = (name: string, bound: { readonly atMost?: number } = {}) => ({
  name,
  source: `generated, seed ${SEED}`,
  unit: '',
  expected: null,
  ...bound,
});

export default defineValidation({
  id: 'kahn2016',
  title: 'Units mistaken for others: how many are found, and how many true values are doubted',
  citation:
    'Terms: Kahn and others. A harmonized data quality assessment terminology and framework for the secondary use of electronic health record data. eGEMs, 2016, doi 10.13063/2327-9214.1244. The values are generated: an adult of known sex, the centre of the person from the population, values about it.',
  data: [],
  slow: false,
  rows: SWAPS.flatMap((swap) => [
    row(`${nameOf(swap)}, found by age and sex alone`),
    row(`${nameOf(swap)}, found with the person's own history`),
    row(`${nameOf(swap)}, true values doubted`, { atMost: 0.002 }),
  ]),
  run() {
    const numbers: Record<string, number> = {};
    for (const swap of SWAPS) {
      const { alone, own, doubted } = study(swap[0], swap[1], swap[2]);
      numbers[`${nameOf(swap)}, found by age and sex alone`] = alone;
      numbers[`${nameOf(swap)}, found with the person's own history`] = own;
      numbers[`${nameOf(swap)}, true values doubted`] = doubted;
    }
    return numbers;
  },
});

/** Shares over invented adults: swaps found without and with a history of ten values, and true values taken for swaps. */
function study(id: string, stated: string, meant: string) {
  const measure = measures.find((each) => each.id === id)!;
  const random = randomStream(SEED, id, stated);
  const counts = { alone: 0, own: 0, doubted: 0 };
  for (let i = 0; i < PEOPLE; i++) {
    const expected = expectedOf(measure, { least: 40, most: 41 }, random.uniform() < 0.5 ? 'male' : 'female');
    const [low, median, high] = expected.usual.map((value) => onScale(measure, value));
    // Low and high centile lie about two SDs from the median.
    const centre = median! + ((high! - low!) / 4) * random.normal();
    const draw = () => centre + measure.within * random.normal();
    const history = Array.from({ length: 2 * OWN_HISTORY }, draw);
    const mean = history.reduce((sum, value) => sum + value, 0) / history.length;
    const sd = Math.sqrt(history.reduce((sum, value) => sum + (value - mean) ** 2, 0) / history.length);
    const spread = { count: history.length, mean, sd };
    const value = offScale(measure, draw());
    const suspected = (unit: string, number: number, person: typeof spread | null) =>
      suspectUnit(measure, { value: number, unit }, toMeasure(measure, unit)!(number), expected, person);
    const number = inUnit(measure, value, meant);
    if (suspected(stated, number, null)?.candidate.unit === meant) counts.alone++;
    if (suspected(stated, number, spread)?.candidate.unit === meant) counts.own++;
    if (suspected(stated, inUnit(measure, value, stated), spread) !== null) counts.doubted++;
  }
  return { alone: counts.alone / PEOPLE, own: counts.own / PEOPLE, doubted: counts.doubted / PEOPLE };
}

function offScale(measure: Measure, place: number): number {
  return measure.scale === 'log' ? Math.exp(place) : place;
}

/** The number that stands for a value in a unit: conversions are straight lines. */
function inUnit(measure: Measure, value: number, unit: string): number {
  const convert = toMeasure(measure, unit)!;
  const zero = convert(0);
  return (value - zero) / (convert(1) - zero);
}
