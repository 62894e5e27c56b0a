import { instant } from '@gemel/core/time';
import { defineValidation } from '@gemel/core/validation';
import { openMHealthDoor } from '../device/open-mhealth/door.ts';

/** The pass set: one data point, body or building block a file. */
const FILES = [
  'granola-hk-metadata-1.0-shouldPass-empty-array.json',
  'granola-hk-workout-1.0-shouldPass-with-calories-burned.json',
  'ieee-time-frame-1.0-shouldPass-time-interval.json',
  'omh-activity-name-1.0-shouldPass-valid-activity-name.json',
  'omh-blood-glucose-1.0-shouldPass-with-blood-specimen-type.json',
  'omh-blood-glucose-2.0-shouldPass-blood-glucose-only.json',
  'omh-blood-glucose-3.0-shouldPass-with-descriptive-statistic.json',
  'omh-blood-glucose-4.0-shouldPass-with-temporal-relationship-to-sleep.json',
  'omh-blood-pressure-2.0-shouldPass-blood-pressure-only.json',
  'omh-blood-pressure-4.0-shouldPass-with-descriptive-statistic.json',
  'omh-body-height-1.0-shouldPass-body-height-only.json',
  'omh-body-mass-index-2.0-shouldPass-valid-body-mass-index.json',
  'omh-body-temperature-2.0-shouldPass-valid-temperature-with-statistic.json',
  'omh-body-weight-1.0-shouldPass-body-weight-only.json',
  'omh-breath-carbon-monoxide-1.0-shouldPass-breath-co-only.json',
  'omh-data-point-1.0-shouldPass-empty-body.json',
  'omh-descriptive-statistic-1.1-shouldPass-valid-statistic-too.json',
  'omh-frequency-unit-value-1.0-shouldPass-valid-frequency-range.json',
  'omh-heart-rate-1.0-shouldPass-with-everything.json',
  'omh-inspiratory-time-1.0-shouldPass-with-statistic.json',
  'omh-length-unit-value-1.0-shouldPass-zero-value.json',
  'omh-mass-unit-value-1.0-shouldPass-zero-value.json',
  'omh-medication-1.0-shouldPass-valid-medication.json',
  'omh-medication-prescription-1.0-shouldPass-valid-med-prescription-daysofweek-too.json',
  'omh-medication-prescription-1.0-shouldPass-valid-medication-prescription-duration-range.json',
  'omh-medication-prescription-2.0-shouldPass-valid-med-coumadin.json',
  'omh-medication-prescription-2.0-shouldPass-valid-med-simple-prednisone.json',
  'omh-orientation-1.0-shouldPass-valid-orientation.json',
  'omh-pace-1.0-shouldPass-with-statistic.json',
  'omh-physical-activity-1.0-shouldPass-activity-name-only.json',
  'omh-reason-single-medication-dose-not-taken-1.0-shouldPass-valid-reason-dose-not-taken.json',
  'omh-rr-interval-1.0-shouldPass-rr-interval-only.json',
  'omh-sleep-duration-1.0-shouldPass-duration-longer-than-time-frame.json',
  'omh-specimen-source-2.0-shouldPass-valid-specimen-source.json',
  'omh-step-count-2.0-shouldPass-with-average.json',
  'omh-temperature-unit-value-1.0-shouldPass-valid-temperature.json',
  'omh-time-interval-1.0-shouldPass-start-time-duration.json',
  'omh-unit-value-1.0-shouldPass-zero-integer-value.json',
  'omh-unit-value-range-1.0-shouldPass-positive-float-value.json',
];
const CODES = ['device-statistic', 'device-no-measurement', 'exchange-empty'] as const;

export default defineValidation({
  id: 'estrin2010',
  title: 'Open mHealth: every file of the pass set accounted for',
  citation:
    'Estrin, Sim. Open mHealth architecture: an engine for health care innovation. Science 330:759–760, 2010, doi:10.1126/science.1196187',
  data: FILES.map((name) => `openmhealth/${name}`),
  slow: false,
  rows: [
    { name: 'files', source: 'openmhealth/', unit: '', expected: 39 },
    { name: 'entries without an item and without a code', source: 'openmhealth/', unit: '', expected: 0 },
    { name: 'measurements mapped', source: 'counted by hand', unit: '', expected: 14 },
    { name: 'statistics kept, never taken as readings', source: 'counted by hand', unit: '', expected: 6 },
    { name: 'building blocks and prescriptions kept', source: 'counted by hand', unit: '', expected: 18 },
    { name: 'refused', source: 'hk-metadata: an empty array', unit: '', expected: 1 },
    { name: 'systolic', source: 'blood-pressure-2.0 blood-pressure-only', unit: 'mm[Hg]', expected: 160 },
    { name: 'diastolic', source: 'blood-pressure-2.0 blood-pressure-only', unit: 'mm[Hg]', expected: 60 },
    { name: 'heart rate', source: 'heart-rate-1.0 with-everything', unit: '/min', expected: 50 },
    { name: 'sleep', source: 'sleep-duration-1.0', unit: 'h', expected: 16 },
  ],
  run({ read }) {
    const options = { subject: 'Patient/p', start: instant(0) };
    const all = FILES.flatMap((name) => [...openMHealthDoor.decode(read(`openmhealth/${name}`), { name, ...options })]);
    const [statistics, blocks, empty] = CODES.map(
      (code) => all.filter(({ problems }) => problems.some((problem) => problem.code === code)).length,
    );
    const value = (code: string): number => {
      const items = all.flatMap((decoded) => decoded.items);
      const found = items.filter((item) => item.kind === 'observation' && item.codings.some((c) => c.code === code));
      const [item] = found;
      return item?.kind === 'observation' && item.value.kind === 'quantity' ? item.value.value : Number.NaN;
    };
    return {
      files: FILES.length,
      'entries without an item and without a code': all.filter((d) => d.items.length === 0 && d.problems.length === 0)
        .length,
      'measurements mapped': all.filter(({ fate }) => fate === 'mapped').length,
      'statistics kept, never taken as readings': statistics!,
      'building blocks and prescriptions kept': blocks!,
      refused: empty!,
      systolic: value('8480-6'),
      diastolic: value('8462-4'),
      'heart rate': value('8867-4'),
      sleep: value('93832-4'),
    };
  },
});
