import { type ControlInput, instant, MINUTE } from '@gemel/core';
import { defineValidation } from '@gemel/core/validation';
import { EVERYDAY, type GeneratedPatient, generatePatient } from '../generate.ts';
import { controlInput } from '../insulin.ts';
import { explained, type MealSuspicion, mealSuspicions } from '../meal-detection.ts';
import type { Reading } from '../readings.ts';

const START = instant(Date.UTC(2024, 2, 4));
const PATIENTS = 12;
const DAYS = 7;
/** Meals of at least this size are looked for, and within this time; the paper looked at 50 to 100 g. */
const LEAST_GRAMS = 30;
const WITHIN = 120;

/**
 * How well unannounced meals are found, and how often one is suspected that was not eaten, on generated patients of all ages in
 * everyday life with three meals in ten neither recorded nor covered by insulin. The sensor errs as published.
 */
export default defineValidation({
  id: 'harvey2014',
  title: 'Unannounced meals: sensitivity and false alarms of the glucose rate increase detector',
  citation:
    'Harvey RA et al., Design of the glucose rate increase detector, J Diabetes Sci Technol 8(2):307–320, 2014, doi:10.1177/1932296814523881',
  data: [],
  slow: false,
  rows: [
    { name: 'unannounced meals of 30 g or more', source: 'generated', unit: '1', expected: null },
    { name: 'of them found within 120 min', source: 'generated', unit: '%', expected: null, atLeast: 60 },
    { name: 'median delay', source: 'generated', unit: 'min', expected: null, atMost: 60 },
    { name: 'false alarms', source: 'generated', unit: '/d', expected: null, atMost: 0.5 },
  ],
  run() {
    let meals = 0;
    let found = 0;
    let alarms = 0;
    const delays: number[] = [];
    for (let i = 0; i < PATIENTS; i++) {
      const patient = generatePatient({
        seed: 1000 + i,
        start: START,
        days: DAYS,
        group: (['child', 'adolescent', 'adult'] as const)[i % 3]!,
        perturbation: { ...EVERYDAY, unannounced: 0.3 },
      });
      const recorded = recordedMeals(patient);
      const suspicions = mealSuspicions(readingsOf(patient)).filter((s) => !explained(s, recorded, s.at));
      const unannounced = patient.meals.filter((m) => m.announced === null);
      const after = (s: MealSuspicion, m: (typeof unannounced)[number]) =>
        s.at >= m.at && s.at - m.at <= WITHIN * MINUTE;
      for (const m of unannounced.filter((u) => u.eaten >= LEAST_GRAMS)) {
        meals++;
        const first = suspicions.find((s) => after(s, m));
        if (first === undefined) continue;
        found++;
        delays.push((first.at - m.at) / MINUTE);
      }
      alarms += suspicions.filter((s) => !unannounced.some((m) => after(s, m))).length;
    }
    delays.sort((a, b) => a - b);
    return {
      'unannounced meals of 30 g or more': meals,
      'of them found within 120 min': (100 * found) / meals,
      'median delay': delays[delays.length >> 1] ?? Number.NaN,
      'false alarms': alarms / (PATIENTS * DAYS),
    };
  },
});

function readingsOf(patient: GeneratedPatient): Reading[] {
  return patient.cgm.map(({ at, reading }) =>
    'value' in reading
      ? { at, value: reading.value, bound: null, offset: 0 }
      : 'below' in reading
        ? { at, value: reading.below, bound: 'below', offset: 0 }
        : { at, value: reading.above, bound: 'above', offset: 0 },
  );
}

function recordedMeals(patient: GeneratedPatient): ControlInput[] {
  return patient.meals
    .filter((m) => m.announced !== null)
    .map((m) => controlInput('person', 'meal.carbohydrate', m.announced!, m.at, m.at, 'planned'));
}
