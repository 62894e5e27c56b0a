import type { QualityView } from '@gemel/server/api';
import type { Person } from './twins.ts';

/** How good the data of a pretended person are: of Jonas poor, of Mira with gaps, of the others good. */
export function quality({ subject }: Person, now: number): QualityView {
  const [poor, gaps] = [subject === 'jonas', subject === 'mira'];
  const good = (statement: string): QualityView['badge']['completeness'] => ({ level: 'good', share: 1, statement });
  const moment = (at: number) => at as QualityView['at'];
  return {
    subject,
    at: moment(now),
    badge: {
      conformance: good('0 of 2917 entries were refused for their form, unit or time.'),
      completeness: gaps
        ? { level: 'fair', share: 0.86, statement: '86 % of the readings that their own pace promises came.' }
        : good('100 % of the readings that their own pace promises came.'),
      plausibility: poor
        ? { level: 'poor', share: 0.7, statement: '874 of 2917 values are graded uncertain or poor.' }
        : good('0 of 2917 values are graded uncertain or poor.'),
    },
    signals: [
      {
        signal: 'glucose.sensor',
        unit: 'mg/dL',
        first: moment(now - 86_400_000),
        last: moment(now),
        count: 2917,
        grades: { good: poor ? 2043 : 2917, uncertain: poor ? 800 : 0, poor: poor ? 74 : 0 },
        repeats: 0,
        marks: {},
        doubtful: poor
          ? [
              {
                id: 'o1',
                at: moment(now - 3_600_000),
                value: 5.4,
                unit: 'mg/dL',
                grade: 'poor',
                message: 'The value is plausible in mmol/L, not in mg/dL.',
              },
            ]
          : [],
        sources: [{ source: 'sensor', count: 2917, cadence: null }],
        pairs: poor
          ? [
              {
                first: 'sensor',
                second: 'meter',
                agreement: null,
                scale: 'difference',
                disagrees: true,
                clock: { minutes: 12.5, pairs: 44, gain: 3 },
              },
            ]
          : [],
      },
    ],
  };
}
