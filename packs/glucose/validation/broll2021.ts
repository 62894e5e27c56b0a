import { instant, MINUTE } from '@gemel/core';
import { defineValidation } from '@gemel/core/validation';
import { episodes } from '../episodes.ts';
import { glucoseMetrics } from '../metrics.ts';
import type { Reading } from '../readings.ts';

const FILE = 'cgm/iglu-subject-1.csv';
const STATED = 'stated for this record';
const IGLU = 'iglu_python 0.4.3 on this record';

/** CGM metrics of the example record of the R package iglu, against stated numbers and against that package's own. */
export default defineValidation({
  id: 'broll2021',
  title: 'CGM metrics on the iglu example record, subject 1',
  citation:
    'Broll S et al., Interpreting blood glucose data with R package iglu, PLoS ONE 16(4), 2021, doi:10.1371/journal.pone.0248560',
  data: [FILE],
  slow: false,
  rows: [
    { name: 'readings', source: STATED, unit: '1', expected: 2915, tolerance: 0 },
    { name: 'mean', source: STATED, unit: 'mg/dL', expected: 123.6655232, tolerance: 1e-6 },
    { name: 'standard deviation', source: STATED, unit: 'mg/dL', expected: 33.268076, tolerance: 1e-6 },
    { name: 'glucose management indicator', source: STATED, unit: '%', expected: 6.2680793, tolerance: 1e-6 },
    { name: 'time in range 70–180', source: STATED, unit: '%', expected: 91.663808, tolerance: 1e-6 },
    { name: 'time above 180', source: STATED, unit: '%', expected: 8.1989708, tolerance: 1e-6 },
    { name: 'time above 250', source: STATED, unit: '%', expected: 0.37735849, tolerance: 1e-6 },
    { name: 'time below 70', source: STATED, unit: '%', expected: 0.13722127, tolerance: 1e-6 },
    { name: 'time below 54', source: IGLU, unit: '%', expected: 0, tolerance: 0 },
    { name: 'low blood glucose index', source: IGLU, unit: '1', expected: 0.4320517, tolerance: 1e-6 },
    { name: 'high blood glucose index', source: IGLU, unit: '1', expected: 1.807362, tolerance: 1e-6 },
    { name: 'glycaemia risk index', source: IGLU, unit: '1', expected: 7.1903945, tolerance: 1e-6 },
    {
      name: 'mean amplitude of glycaemic excursions',
      source: IGLU,
      unit: 'mg/dL',
      expected: 72.4243472,
      tolerance: 1e-6,
    },
    { name: 'mean of daily differences', source: IGLU, unit: 'mg/dL', expected: 27.8087222, tolerance: 1e-6 },
    {
      name: 'average daily risk range',
      source: `${IGLU}, which rounds 10 × 1.509² = 22.7708 to 22.77 (3.6e-5 of the value)`,
      unit: '1',
      expected: 15.1011088,
      tolerance: 1e-3,
    },
    { name: 'episodes below 70', source: IGLU, unit: '1', expected: 1, tolerance: 0 },
    { name: 'episodes below 54', source: IGLU, unit: '1', expected: 0, tolerance: 0 },
    { name: 'episodes above 180', source: IGLU, unit: '1', expected: 16, tolerance: 0 },
    { name: 'episodes above 250', source: IGLU, unit: '1', expected: 2, tolerance: 0 },
    { name: 'coefficient of variation', unit: '%', expected: null },
    { name: 'readings of 14 days', unit: '%', expected: null },
  ],
  run({ read }) {
    const readings = igluReadings(new TextDecoder().decode(read(FILE)));
    const m = glucoseMetrics(readings, 0);
    return {
      readings: m.n,
      mean: m.mean,
      'standard deviation': m.sd,
      'glucose management indicator': m.gmi,
      'time in range 70–180': m.timeInRange,
      'time above 180': m.timeAbove180,
      'time above 250': m.timeAbove250,
      'time below 70': m.timeBelow70,
      'time below 54': m.timeBelow54,
      'low blood glucose index': m.lbgi,
      'high blood glucose index': m.hbgi,
      'glycaemia risk index': m.gri,
      'mean amplitude of glycaemic excursions': m.mage,
      'mean of daily differences': m.modd,
      'average daily risk range': m.adrr,
      'episodes below 70': episodes(readings, { below: 70 }).length,
      'episodes below 54': episodes(readings, { below: 54 }).length,
      'episodes above 180': episodes(readings, { above: 180 }).length,
      'episodes above 250': episodes(readings, { above: 250 }).length,
      'coefficient of variation': m.cv,
      'readings of 14 days': m.activePercent,
    };
  },
});

/** Rows `index,id,YYYY-MM-DD hh:mm:ss,mg/dL` as readings, their wall-clock times taken as UTC. */
export function igluReadings(text: string): Reading[] {
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((row) => {
      const [, , time, value] = row.split(',');
      const [date, clock] = time!.split(' ');
      const [y, mo, d] = date!.split('-').map(Number);
      const [h, mi, s] = clock!.split(':').map(Number);
      const days = Date.UTC(y!, mo! - 1, d!);
      return {
        at: instant(days + ((h! * 60 + mi!) * 60 + s!) * (MINUTE / 60)),
        value: Number(value),
        bound: null,
        offset: null,
      };
    });
}
