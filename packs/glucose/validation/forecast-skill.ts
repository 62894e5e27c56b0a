import { instant, MINUTE } from '@gemel/core';
import { defineValidation, type ValidationRow } from '@gemel/core/validation';
import { consensusZone } from '../consensus-grid.ts';
import { FORECASTERS, forecastStudy, type Scored } from '../forecast-study.ts';
import { EVERYDAY, generatePatient } from '../generate.ts';

const START = instant(Date.UTC(2024, 2, 4));
const PATIENTS = 60;
const TRAINING_DAYS = 3;
const LEADS = [30, 60] as const;
/** Probability of a reading below 70 mg/dL half an hour ahead at which hypoglycaemia is called. */
const CALL = 0.3;
/** An episode: three readings below 70 mg/dL in a row (Battelino 2019: 15 min). */
const EPISODE = 3;
const BASELINES = FORECASTERS.filter((name) => name !== 'twin');

const rows: ValidationRow[] = LEADS.flatMap((lead) => [
  { name: `${lead} min: forecasts`, source: 'generated', unit: '1', expected: null },
  ...FORECASTERS.flatMap((name) => [
    { name: `${lead} min: CRPS, ${name}`, source: 'generated', unit: 'mg/dL', expected: null },
    { name: `${lead} min: RMSE, ${name}`, source: 'generated', unit: 'mg/dL', expected: null },
  ]),
  ...BASELINES.flatMap((name) => [
    { name: `${lead} min: CRPS of the twin over ${name}`, source: 'asked for', unit: '1', expected: null, atMost: 1 },
    { name: `${lead} min: RMSE of the twin over ${name}`, source: 'asked for', unit: '1', expected: null, atMost: 1 },
  ]),
  { name: `${lead} min: coverage of the 50 % interval`, source: 'nominal 50', unit: '%', expected: null },
  { name: `${lead} min: coverage of the 90 % interval`, source: 'nominal 90', unit: '%', expected: null },
  { name: `${lead} min: consensus error grid, zones A and B`, source: 'Pfützner 2013', unit: '%', expected: null },
]);

/**
 * Forecasts of one held-out day of 60 generated patients of all ages in everyday life: another solver than the twin's, sensitivity
 * that varies within and between days, dawn, miscounted and unannounced meals. The future is not known to any forecaster: a meal
 * counts from when it was announced.
 */
export default defineValidation({
  id: 'forecast-skill',
  title: 'Forecasts of held-out days beside last value, linear and autoregressive forecasts',
  citation:
    'Study of this project on generated patients. Fair CRPS: Ferro, Q J R Meteorol Soc 2014;140:1917. Error grid: Pfützner et al. 2013, doi:10.1177/193229681300700517; the surveillance error grid (Klonoff 2014) needs a risk table that may not be redistributed and is not computed',
  data: [],
  slow: true,
  rows: [
    ...rows,
    { name: 'episodes below 70', source: 'generated', unit: '1', expected: null },
    { name: 'episodes called in the hour before', source: 'generated', unit: '%', expected: null },
    { name: 'false calls', source: 'generated', unit: '/d', expected: null },
  ],
  run() {
    const studies = Array.from({ length: PATIENTS }, (_, i) =>
      forecastStudy(
        generatePatient({
          seed: 5000 + i,
          start: START,
          days: TRAINING_DAYS + 1,
          group: (['adult', 'adolescent', 'child'] as const)[i % 3]!,
          perturbation: EVERYDAY,
        }),
        TRAINING_DAYS,
        LEADS,
      ),
    );
    const numbers: Record<string, number> = {};
    for (const lead of LEADS) {
      const scored = studies.flat().filter((each) => each.lead === lead);
      const mean = (of: (each: Scored) => number) => scored.reduce((sum, each) => sum + of(each), 0) / scored.length;
      numbers[`${lead} min: forecasts`] = scored.length;
      const crps = (name: (typeof FORECASTERS)[number]) => mean(({ by }) => by[name].crps);
      const rmse = (name: (typeof FORECASTERS)[number]) =>
        Math.sqrt(mean(({ by, observed }) => (by[name].mean - observed) ** 2));
      for (const name of FORECASTERS) {
        numbers[`${lead} min: CRPS, ${name}`] = crps(name);
        numbers[`${lead} min: RMSE, ${name}`] = rmse(name);
      }
      for (const name of BASELINES) {
        numbers[`${lead} min: CRPS of the twin over ${name}`] = crps('twin') / crps(name);
        numbers[`${lead} min: RMSE of the twin over ${name}`] = rmse('twin') / rmse(name);
      }
      for (const level of [50, 90]) {
        numbers[`${lead} min: coverage of the ${level} % interval`] =
          100 * mean(({ rank }) => (Math.abs(rank - 0.5) <= level / 200 ? 1 : 0));
      }
      numbers[`${lead} min: consensus error grid, zones A and B`] =
        100 * mean(({ by, observed }) => (consensusZone(observed, by.twin.mean) <= 'B' ? 1 : 0));
    }
    return { ...numbers, ...hypoglycaemia(studies) };
  },
});

/** Episodes called in the hour before they began, and calls in a row that no reading below 70 followed within the hour. */
function hypoglycaemia(studies: readonly (readonly Scored[])[]) {
  let episodes = 0;
  let called = 0;
  let falseCalls = 0;
  const within = (from: number, at: number) => at - from > 0 && at - from <= 60 * MINUTE;
  for (const study of studies) {
    const points = study.filter(({ lead }) => lead === LEADS[0]);
    const low = points.map(({ last }) => last < 70);
    const starts = points
      .filter((_, i) => low.slice(i, i + EPISODE).filter(Boolean).length === EPISODE && (i === 0 || !low[i - 1]))
      .map(({ at }) => at);
    const calls = points.filter(({ below70, last }) => last >= 70 && below70 >= CALL).map(({ at }) => at);
    episodes += starts.length;
    called += starts.filter((start) => calls.some((call) => within(call, start))).length;
    const lows = points.filter((_, i) => low[i]).map(({ at }) => at);
    // Calls less than half an hour apart are one.
    falseCalls += calls
      .filter((call, i) => i === 0 || call - calls[i - 1]! > 30 * MINUTE)
      .filter((call) => !lows.some((at) => within(call, at))).length;
  }
  return {
    'episodes below 70': episodes,
    'episodes called in the hour before': (100 * called) / episodes,
    'false calls': falseCalls / studies.length,
  };
}
