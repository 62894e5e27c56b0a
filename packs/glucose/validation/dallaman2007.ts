import { defineValidation, type ValidationRow } from '@gemel/core/validation';
import { type MealForm, type Physiology, simulateMeal } from '../dallaman.ts';

const EVERY_FIVE = Array.from({ length: 85 }, (_, i) => 5 * i);

/** Peak value and its minute on the five-minute grid. */
function peak(values: Float64Array): { readonly value: number; readonly minute: number } {
  const value = Math.max(...values);
  return { value, minute: EVERY_FIVE[values.indexOf(value)] };
}

function numbers(prefix: string, physiology: Physiology, form: MealForm): Record<string, number> {
  const response = simulateMeal(physiology, { carbohydrate: 78, weight: 78 }, EVERY_FIVE, form);
  const glucose = peak(response.glucose);
  const insulin = peak(response.insulin);
  const appearance = peak(response.appearance);
  return {
    [`${prefix} glucose at start`]: response.glucose[0],
    [`${prefix} glucose peak`]: glucose.value,
    [`${prefix} glucose peak time`]: glucose.minute,
    [`${prefix} glucose at 120 min`]: response.glucose[24],
    [`${prefix} glucose at 300 min`]: response.glucose[60],
    [`${prefix} insulin peak`]: insulin.value,
    [`${prefix} insulin peak time`]: insulin.minute,
    [`${prefix} appearance peak`]: appearance.value,
    [`${prefix} appearance peak time`]: appearance.minute,
  };
}

const QUANTITIES = [
  ['glucose at start', 'mg/dL', 94.681, 0.001],
  ['glucose peak', 'mg/dL', 163.94, 0.01],
  ['glucose peak time', 'min', 70, 0],
  ['glucose at 120 min', 'mg/dL', 145.851, 0.001],
  ['glucose at 300 min', 'mg/dL', 95.213, 0.001],
  ['insulin peak', 'pmol/L', 259.31, 0.01],
  ['insulin peak time', 'min', 85, 0],
  ['appearance peak', 'mg/kg/min', 7.154, 0.001],
  ['appearance peak time', 'min', 20, 0],
] as const;

const rows = (prefix: string, held: boolean): ValidationRow[] =>
  QUANTITIES.map(([name, unit, expected, tolerance]) =>
    held
      ? { name: `${prefix} ${name}`, source: 'BioModels 379, every 5 min', unit, expected, tolerance }
      : { name: `${prefix} ${name}`, unit, expected: null },
  );

export default defineValidation({
  id: 'dallaman2007',
  title:
    'Meal of 78 g in a subject of 78 kg: normal physiology as BioModels 379 encodes it; normal and type 2 as printed',
  citation: 'Dalla Man, Rizza, Cobelli, IEEE Trans Biomed Eng 2007;54:1740-1749, doi:10.1109/TBME.2007.893506',
  data: [],
  slow: false,
  rows: [...rows('normal', true), ...rows('normal as printed', false), ...rows('type 2 as printed', false)],
  run: () => ({
    ...numbers('normal', 'normal', 'biomodels379'),
    ...numbers('normal as printed', 'normal', 'paper'),
    ...numbers('type 2 as printed', 'type2', 'paper'),
  }),
});
