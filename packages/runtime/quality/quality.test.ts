import { coding, instant, LOINC, MINUTE, type RawObservation } from '@gemel/core';
import { describe, expect, it, test } from 'vitest';
import { minute, testWorld } from '../fixtures/world.ts';
import { agesAt, birthOf } from './age.ts';
import { disagrees, limitsOfAgreement, repeatedLimits } from './agreement.ts';
import { cadenceOf } from './cadence.ts';
import { clockOffset } from './clock-offset.ts';

const at = (minutes: number) => minutes * MINUTE;
const wave = (from: number, to: number, step: number, ahead = 0) =>
  Array.from({ length: Math.floor((to - from) / step) }, (_, i) => {
    const t = from + i * step;
    return { at: at(t + ahead), value: 120 + 40 * Math.sin(t / 50) + 15 * Math.sin(t / 17), offset: 0 };
  });

describe('ages', () => {
  test.each([
    ['1980-05-17', 40],
    ['1980-05', 40],
    ['1980', 40],
  ])('A1 %s leaves open what it does not say', (text, years) => {
    const ages = agesAt(birthOf(text)!, Date.UTC(2020, 6, 1));
    expect(ages.least).toBeLessThanOrEqual(ages.most);
    expect(ages.least).toBeGreaterThan(years - 1);
    expect(ages.most).toBeLessThan(years + 1);
  });
  test.each(['1980-02-31', '80-1-1', 'unknown', undefined, true])('A2 %s is no birth date', (text) => {
    expect(birthOf(text)).toBeNull();
  });
});

describe('agreement', () => {
  test('G1 single pairs and repeated ones: with one pair each they are the same', () => {
    const differences = [1, -2, 3, 0.5, -1, 2];
    const single = limitsOfAgreement(differences)!;
    expect(single.bias).toBeCloseTo(0.5833, 4);
    expect(single.upper - single.lower).toBeCloseTo(2 * 1.96 * single.sd, 3);
    expect(limitsOfAgreement([1])).toBeNull();
    expect(repeatedLimits([])).toBeNull();
    // Alike within, apart between: what is between counts in full.
    const repeated = repeatedLimits([
      [1, 1.1, 0.9],
      [5, 5.1, 4.9],
      [-3, -3.1, -2.9],
    ])!;
    expect(repeated.sd).toBeGreaterThan(limitsOfAgreement([1, 1.1, 0.9, 5, 5.1, 4.9, -3, -3.1, -2.9])!.sd);
  });
  test('G2 disagreement needs pairs, and more than chance', () => {
    const measure = { agree: { minutes: 5, bias: 5, sd: 8 } };
    expect(disagrees(measure, { count: 9, mean: 50, sd: 1 })).toBe(false);
    expect(disagrees(measure, { count: 10, mean: 6, sd: 7 })).toBe(false);
    expect(disagrees(measure, { count: 100, mean: 7, sd: 7 })).toBe(true);
    expect(disagrees(measure, { count: 100, mean: 0, sd: 12 })).toBe(true);
    expect(disagrees({}, { count: 100, mean: 99, sd: 99 })).toBe(false);
  });
});

describe('what is missing', () => {
  test('M1 counts against the pace of the source, day by day, and finds the longest gap', () => {
    const all = wave(0, 2880, 5);
    const cadence = cadenceOf(all.filter(({ at: t }) => t < at(600) || t >= at(900)))!;
    expect(cadence).toMatchObject({ usualMinutes: 5, received: 516, expected: 576, longestGapMinutes: 305 });
    expect(cadence.longestGapFrom).toBe(at(595));
    expect(cadence.days.map(({ day, received }) => [day, received])).toEqual([
      ['1970-01-01', 228],
      ['1970-01-02', 288],
    ]);
    expect(cadence.completeness).toBeCloseTo(516 / 576, 10);
    expect(cadence.informative).toBeNull();
  });
  test('M2 laboratory values have no pace', () => {
    const times = [0, 30, 700, 1500, 1510, 4000, 9000, 9100, 20000, 30000, 31000];
    expect(cadenceOf(times.map((t) => ({ at: at(t), value: 1, offset: 0 })))).toBeNull();
    expect(cadenceOf([])).toBeNull();
  });
  test('M3 says so where values before gaps are unlike the others', () => {
    const all = wave(0, 20000, 5);
    let until = -1;
    const silent = all.filter(({ at: t, value }) => {
      if (t < until) return false;
      if (value > 165) until = t + at(60);
      return true;
    });
    expect(cadenceOf(silent)!.informative).toMatch(/higher than the others/);
  });
});

describe('clocks', () => {
  test.each([7, -42.5, 60])('C1 finds that a clock stands %d minutes ahead', (ahead) => {
    const found = clockOffset(wave(0, 1440, 5), wave(2, 1440, 5, ahead))!;
    expect(found.minutes).toBeCloseTo(ahead, 0);
    expect(found.gain).toBeGreaterThan(5);
  });
  test('C2 says nothing of clocks that agree, or of values that do not move', () => {
    expect(clockOffset(wave(0, 1440, 5), wave(2, 1440, 5))).toBeNull();
    const flat = wave(0, 1440, 5).map((reading) => ({ ...reading, value: 100 }));
    expect(clockOffset(flat, flat)).toBeNull();
    expect(clockOffset([], wave(0, 1440, 5))).toBeNull();
  });
});

describe('quality of a subject', () => {
  const glucose = (minutes: number, value: number, source: string, unit = 'mg/dL'): RawObservation => ({
    kind: 'observation',
    subject: 'person|1',
    codings: [coding(LOINC, '2345-7')],
    value: { kind: 'quantity', value, unit },
    time: { start: minute(minutes), offset: 0 },
    provenance: { source, element: `${minutes}` },
  });

  it('B1 tells form, completeness and plausibility, with what is to be looked at', async () => {
    const world = testWorld();
    const series = Array.from({ length: 100 }, (_, i) => glucose(-500 + 5 * i, 100 + 30 * Math.sin(i / 10), 'sensor'));
    await world.take([
      ...series.slice(0, 40),
      ...series.slice(60),
      glucose(-2, 4.9, 'sensor'),
      glucose(-1, 5, 'sensor', 'x'),
    ]);
    const { badge, signals } = await world.hub.quality('person|1');
    expect(badge.conformance).toMatchObject({ level: 'good', share: 1 });
    expect(badge.completeness.level).toBe('fair');
    expect(badge.plausibility.share).toBeCloseTo(80 / 81, 10);
    expect(signals[0]!.doubtful[0]).toMatchObject({ value: 4.9, unit: 'mg/dL', grade: 'poor' });
    expect(signals[0]!.marks['admit-unit-swap-suspected']).toBe(1);
    await expect(world.hub.quality('nobody')).rejects.toMatchObject({ code: 'runtime-subject-unknown' });
  });

  it('B2 shows how two sources agree', async () => {
    const world = testWorld();
    for (const [source, off] of [
      ['sensor', 0],
      ['watch', 60],
    ] as const) {
      await world.take(
        Array.from({ length: 60 }, (_, i) => glucose(-500 + 8 * i, 120 + off + 10 * Math.sin(i * 2), source)),
      );
    }
    const [pair] = (await world.hub.quality('person|1')).signals[0]!.pairs;
    expect(pair).toMatchObject({ first: 'sensor', second: 'watch', disagrees: true, scale: 'log-ratio', clock: null });
    expect(Math.exp(pair!.agreement!.bias)).toBeCloseTo(120 / 180, 1);
  });

  it('B3 a person corrects a value: a new entry with its own provenance, the old one stays', async () => {
    const world = testWorld();
    await world.take([glucose(-1, 5.6, 'ward')]);
    const id = (await world.hub.quality('person|1')).signals[0]!.doubtful[0]!.id;
    const correction = {
      observation: id,
      value: { value: 5.6, unit: 'mmol/L' },
      person: 'Nurse Joy',
      reason: 'seen on the meter',
    };
    const corrected = await world.hub.correct(correction);
    expect(corrected).toMatchObject({ grade: 'good', given: { value: 5.6, unit: 'mmol/L' }, trueAt: minute(-1) });
    expect(corrected.provenance.source).toBe('person:Nurse Joy');
    expect((await world.hub.quality('person|1')).signals[0]).toMatchObject({ count: 1, grades: { good: 1, poor: 0 } });
    const log = await world.store.read({ kinds: ['observation'] });
    expect(log.map(({ supersedes }) => supersedes)).toEqual([undefined, id]);
    await expect(world.hub.correct(correction)).rejects.toMatchObject({ code: 'quality-correction-unknown' });
    const next = { ...correction, observation: corrected.id };
    await expect(world.hub.correct({ ...next, reason: '' })).rejects.toMatchObject({
      code: 'quality-correction-unsigned',
    });
    await expect(world.hub.correct({ ...next, value: { value: 1, unit: 'kg' } })).rejects.toMatchObject({
      code: 'quality-correction-unfit',
    });
    expect(instant(log[0]!.trueAt)).toBe(minute(-1));
  });
});
