import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventTitle } from '../cockpit/event-title.ts';
import { glucoseText, inGlucoseUnit, MG_PER_DL_IN_MMOL_PER_L, sentenceInUnit } from '../data/glucose.ts';
import { headlineText } from '../data/headline.ts';
import { percent, plainNumber, unitLabel, valueText } from '../data/number.ts';
import { durationText, localTime } from '../data/time.ts';

describe('glucose in both units', () => {
  test('V1 the value shown is the value of the interface within rounding, in both units', () => {
    fc.assert(
      fc.property(fc.double({ min: 10, max: 900, noNaN: true }), (mg) => {
        expect(Math.abs(Number(glucoseText(mg, 'mg/dL')) - mg)).toBeLessThanOrEqual(0.5);
        const back = Number(glucoseText(mg, 'mmol/L')) * MG_PER_DL_IN_MMOL_PER_L;
        expect(Math.abs(back - mg)).toBeLessThanOrEqual(0.05 * MG_PER_DL_IN_MMOL_PER_L + 1e-9);
      }),
    );
    expect(inGlucoseUnit(180.156, 'mmol/L')).toBeCloseTo(10, 12);
    expect(glucoseText(70, 'mmol/L')).toBe('3.9');
    expect(glucoseText(180, 'mmol/L')).toBe('10.0');
  });

  test('V2 a sentence is converted where it writes mg/dL, and nowhere else', () => {
    expect(sentenceInUnit('Below 70 mg/dL take 15 g; 54–70 mg/dL again in 15 min.', 'mmol/L')).toBe(
      'Below 3.9 mmol/L take 15 g; 3.0–3.9 mmol/L again in 15 min.',
    );
    expect(sentenceInUnit('Lowest: 104 mg/dL (5.8 mmol/L).', 'mmol/L')).toBe('Lowest: 5.8 mmol/L.');
    expect(sentenceInUnit('Lowest: 104 mg/dL (5.8 mmol/L).', 'mg/dL')).toBe('Lowest: 104 mg/dL.');
    expect(sentenceInUnit('Falling at 2 mg/dL/min.', 'mmol/L')).toBe('Falling at 2 mg/dL/min.');
    expect(sentenceInUnit('Below 70 mg/dL.', 'mmol/L')).toBe('Below 3.9 mmol/L.');
    expect(sentenceInUnit('Below 70 mg/dL.', 'mg/dL')).toBe('Below 70 mg/dL.');
    fc.assert(fc.property(fc.string(), (text) => text.includes('mg/dL') || sentenceInUnit(text, 'mmol/L') === text));
  });

  test('V3 a headline keeps its sign and its missing value', () => {
    const headline = (value: string) => ({ value, unit: 'mg/dL', at: null, statement: '' });
    expect(headlineText(headline('112'), 'mmol/L')).toEqual({ value: '6.2', unit: 'mmol/L' });
    expect(headlineText(headline('<40'), 'mmol/L')).toEqual({ value: '<2.2', unit: 'mmol/L' });
    expect(headlineText(headline('–'), 'mmol/L').value).toBe('–');
  });

  test('V4 an event is named with its bound in the unit shown', () => {
    expect(eventTitle('below-70', 'mg/dL', 'mg/dL')).toBe('below 70 mg/dL');
    expect(eventTitle('above-250', 'mg/dL', 'mmol/L')).toBe('above 13.9 mmol/L');
    expect(eventTitle('pump-fault', '1', 'mg/dL')).toBe('pump fault');
  });
});

describe('numbers', () => {
  test('V5 three significant digits at most, no tail of zeros, a true minus', () => {
    expect([0, 4, 0.054, 12.345, 1234.5, -0.4, 0.0088].map(plainNumber)).toEqual([
      '0',
      '4',
      '0.054',
      '12.3',
      '1235',
      '−0.4',
      '0.0088',
    ]);
    expect(plainNumber(Number.NaN)).toBe('–');
    expect(valueText(-3.26, '%', 'mg/dL')).toBe('−3.3');
    expect(plainNumber(100)).toBe('100');
    expect([3.31e-5, -2e9, 1.26e12].map(plainNumber)).toEqual(['3.3 × 10⁻⁵', '−2 × 10⁹', '1.3 × 10¹²']);
    expect(valueText(-0.2, 'mg/dL', 'mg/dL')).toBe('0');
    expect(valueText(-0.04, 'mg/dL', 'mmol/L')).toBe('0.0');
    expect(valueText(100, '%', 'mg/dL')).toBe('100');
  });

  test('V6 a chance is never rounded to certainty', () => {
    expect([0, 0.004, 0.4567, 0.996, 1].map(percent)).toEqual(['0 %', '< 1 %', '46 %', '> 99 %', '100 %']);
  });

  test('V7 units are written as people write them; one not known stays as it is', () => {
    expect(['mg/dL', '1', '[IU]', 'U/h', 'furlong'].map((unit) => unitLabel(unit, 'mmol/L'))).toEqual([
      'mmol/L',
      '',
      'U',
      'U/h',
      'furlong',
    ]);
  });
});

describe('times', () => {
  const at = Date.UTC(2026, 4, 5, 22, 30);
  test('V8 times are written in the offset of the records, across midnight', () => {
    const time = localTime(120);
    expect(time.time(at)).toBe('00:30');
    expect(time.day(at)).toContain('6');
    expect(time.iso(at)).toBe('2026-05-06T00:30:00+02:00');
    expect(localTime(-210).iso(at)).toBe('2026-05-05T19:00:00-03:30');
    expect(localTime(330).name).toBe('UTC+05:30');
  });

  test('V9 durations are written for people', () => {
    expect([0, 14, 60, 125, 3000, 10_000].map((minutes) => durationText(minutes * 60_000))).toEqual([
      '0 min',
      '14 min',
      '1 h',
      '2 h 5 min',
      '2 d',
      '6 d',
    ]);
  });
});
