import { defineValidation } from '@gemel/core/validation';
import { hamberg2007 } from '../drugs/warfarin/hamberg2007.ts';
import { warfarin } from '../drugs/warfarin/index.ts';
import { modelSubject } from '../subject.ts';

/** Days after the first dose; the INR is read just before the next one, so 24 h after the last. */
const DAYS = [5, 14, 60];

export default defineValidation({
  id: 'hamberg2007',
  title: 'Warfarin: INR of a typical person on 5 mg of racemate a day',
  citation: `${hamberg2007.citation}; the equations of 2007, with a transit rate of 1/MTT1 for each of six steps`,
  data: [],
  slow: false,
  rows: [1.294, 1.827, 1.96].map((expected, i) => ({
    name: `trough on day ${DAYS[i]}`,
    source: '71 years, CYP2C9 *1/*1, VKORC1 GG, 2.5 mg of S-warfarin a day from 0 h; trough 24 h after a dose',
    unit: warfarin.levelUnit,
    expected,
    tolerance: 0.02,
  })),
  run() {
    const values = { age: 71, cyp2c9Star2: 0, cyp2c9Star3: 0, vkorc1A: 0 };
    const { subject } = modelSubject(hamberg2007, {
      doses: Array.from({ length: 61 }, (_, day) => ({ time: 24 * day, amount: 5, hours: 0, route: 'oral' as const })),
      levels: DAYS.map((day) => ({ time: 24 * day, value: 1 })),
      covariates: [{ time: Number.NEGATIVE_INFINITY, values }],
    });
    const troughs = new Float64Array(DAYS.length);
    subject.predict(new Float64Array(0), new Float64Array(6), troughs);
    return Object.fromEntries(DAYS.map((day, i) => [`trough on day ${day}`, troughs[i]]));
  },
});
