import type { Forecast } from '@gemel/core';
import { describe, expect, it } from 'vitest';
import { after, dose, history, measured } from '../../fixtures/patient.ts';
import { lateLevels } from '../../late-levels.ts';
import { methotrexate } from './index.ts';

const level = (hours: number, value: number) => measured('methotrexate.level', hours, { value, unit: 'umol/L' });
const told = (
  { hours = 4, observations = [] as ReturnType<typeof level>[], now = 50 },
  forecast: Forecast | null = null,
) => {
  const given = history({ controls: [{ ...dose(0, 6000, hours), control: 'methotrexate.dose' }], observations });
  return lateLevels(methotrexate, { history: given, now: after(now) }, forecast).map(
    ({ code, priority, statement }) => `${code} ${priority} ${/(foretold )?at \d+ h/.exec(statement)![0]}`,
  );
};
/** A median that falls tenfold a day from 100 at 24 h. */
const falling = (from: number): Forecast => {
  const hours = Array.from({ length: 72 }, (_, k) => from + k);
  const medians = hours.map((hour) => 100 * 10 ** (1 - hour / 24));
  return {
    quantities: {
      concentration: { kind: 'trajectory', times: hours.map(after), levels: [0.5], quantiles: [medians] },
    },
  } as unknown as Forecast;
};

describe('late levels of methotrexate', () => {
  it('a level above both thresholds tells of leucovorin and glucarpidase', () => {
    expect(told({ observations: [level(48, 6)] })).toEqual(['glucarpidase high at 48 h', 'leucovorin high at 48 h']);
  });
  it('a level at or below the threshold, or at another hour, tells nothing', () => {
    expect(told({ observations: [level(48, 5), level(42, 10), level(30, 60)] })).toEqual([]);
  });
  it('what is said of infusions over 4 h is not said of one over 24 h, and nothing of longer ones', () => {
    expect(told({ hours: 24, observations: [level(48, 6)] })).toEqual(['glucarpidase high at 48 h']);
    expect(told({ hours: 36, observations: [level(48, 6)] })).toEqual([]);
  });
  it('hours to come are told by the forecast, those past without a level by nothing', () => {
    expect(told({ now: 40 }, falling(40))).toEqual([
      'glucarpidase medium foretold at 42 h',
      'glucarpidase medium foretold at 48 h',
      'leucovorin medium foretold at 48 h',
      'leucovorin medium foretold at 72 h',
    ]);
    expect(told({ now: 40 })).toEqual([]);
  });
});
