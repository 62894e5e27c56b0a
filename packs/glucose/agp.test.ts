import { instant, MINUTE } from '@gemel/core';
import type { History } from '@gemel/runtime/pack';
import { describe, expect, test } from 'vitest';
import { agpReport, ambulatoryProfile, reportPeriod } from './agp.ts';
import { reading } from './fixtures/history.ts';
import type { Reading } from './readings.ts';

const START = Date.UTC(2024, 2, 4);
const DAYS = 16;
/** Sixteen days with one shape: 100 at midnight, up by one mg/dL in five minutes, and a shift of one a day. */
const values = (minute: number, day: number) => 100 + (minute % 1440) / 10 + day;
const readings: Reading[] = Array.from({ length: DAYS * 288 }, (_, i) => ({
  at: instant(START + i * 5 * MINUTE),
  value: values(i * 5, Math.floor(i / 288)),
  bound: null,
  offset: null,
}));
const history: History = {
  subject: 'person',
  observations: readings.map((r) => reading(r.at, r.value, { offset: 0 })),
  controls: [],
  facts: [],
  knownAt: readings.at(-1)!.at,
};

describe('ambulatory glucose profile', () => {
  test('percentiles by time of day are those of the days pooled', () => {
    const profile = ambulatoryProfile(readings, 0);
    const noon = profile.minutes.indexOf(720);
    expect(profile.p50[noon]).toBeCloseTo(172 + (DAYS - 1) / 2, 6);
    expect(profile.p05[noon]!).toBeLessThan(profile.p25[noon]!);
    expect(profile.p95[noon]! - profile.p05[noon]!).toBeGreaterThan(12);
    expect(profile.p50[0]).toBeCloseTo(profile.p50.at(-1)!, 9);
  });

  test('local time decides the hour: an offset moves the whole profile', () => {
    const shifted = ambulatoryProfile(readings, 60);
    const at = (p: typeof shifted, m: number) => p.p50[p.minutes.indexOf(m)]!;
    expect(at(shifted, 780)).toBeCloseTo(at(ambulatoryProfile(readings, 0), 720), 9);
  });

  test('a time of day with too few values has no percentiles', () => {
    const morning = readings.filter((r) => ((r.at - START) / MINUTE) % 1440 < 600);
    const profile = ambulatoryProfile(morning, 0);
    expect(profile.p50[profile.minutes.indexOf(300)]).toBeGreaterThan(0);
    expect(profile.p50[profile.minutes.indexOf(900)]).toBeNaN();
  });

  test('the report covers the last fourteen local days', () => {
    const period = reportPeriod(readings, 0);
    expect(period).toHaveLength(14 * 288);
    expect(period[0]!.at).toBe(START + 2 * 1440 * MINUTE);
  });

  test('the report holds the standard parts in both units, and its numbers', () => {
    for (const [unit, mean, border] of [
      ['mg/dL', '180 mg/dL', '181–250'],
      ['mmol/L', '10.0 mmol/L', '10.1–13.9'],
    ] as const) {
      const { html, numbers } = agpReport.render(history, { zoneOffset: 0, unit });
      for (const part of [
        'Time in ranges',
        'one typical day',
        'Daily glucose profiles',
        'Glucose management indicator',
        border,
      ])
        expect(html).toContain(part);
      expect(html).toContain(mean);
      expect(html.match(/<svg /g)).toHaveLength(3);
      expect(html).not.toMatch(/NaN|undefined/);
      expect(numbers.n).toBe(14 * 288);
      expect(numbers.activePercent).toBe(100);
    }
  });

  test('a record too thin to stand for the person says so', () => {
    const thin = { ...history, observations: history.observations.filter((_, i) => i % 3 === 0 && i > 2000) };
    const dense = agpReport.render(thin, { zoneOffset: 0, unit: 'mg/dL' });
    expect(dense.numbers.samplingMinutes).toBe(15);
    const gappy = { ...history, observations: history.observations.slice(-1000) };
    expect(agpReport.render(gappy, { zoneOffset: 0, unit: 'mg/dL' }).html).toContain('may not stand for usual glucose');
  });

  test('an unknown unit and an empty record are refused by name', () => {
    expect(() => agpReport.render(history, { zoneOffset: 0, unit: 'g/L' })).toThrow(
      expect.objectContaining({ code: 'glucose-unit-unknown' }),
    );
    expect(() => agpReport.render({ ...history, observations: [] }, { zoneOffset: 0, unit: 'mg/dL' })).toThrow(
      expect.objectContaining({ code: 'glucose-no-readings' }),
    );
  });
});
