import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventTitle } from '../cockpit/event-title.ts';
import { headlineText, isStale } from '../data/headline.ts';
import { percent, plainNumber, unitLabel, valueText } from '../data/number.ts';
import { durationText, localTime } from '../data/time.ts';
import { inShownUnit, sentenceInUnit as say, shownText, type Units, unitsOf } from '../data/units.ts';
import { view as glucose } from './mock/twins.ts';
import { vancomycin } from './mock/vancomycin.ts';

const MG_PER_DL_IN_MMOL_PER_L = 18.0156;
const [mg, mmol] = ['mg/dL', 'mmol/L'].map((unit) => unitsOf(glucose.units, unit)) as [Units, Units];
const sentenceInUnit = (text: string, units: Units) => say(text, glucose.units, units);

describe('glucose in both units', () => {
  test('V1 the value shown is the value of the interface within rounding, in both units', () => {
    fc.assert(
      fc.property(fc.double({ min: 10, max: 900, noNaN: true }), (value) => {
        expect(Math.abs(Number(shownText(value, mg)) - value)).toBeLessThanOrEqual(0.5);
        const back = Number(shownText(value, mmol)) * MG_PER_DL_IN_MMOL_PER_L;
        expect(Math.abs(back - value)).toBeLessThanOrEqual(0.05 * MG_PER_DL_IN_MMOL_PER_L + 1e-9);
      }),
    );
    expect(inShownUnit(180.156, mmol)).toBeCloseTo(10, 12);
    expect(shownText(70, mmol)).toBe('3.9');
    expect(shownText(180, mmol)).toBe('10.0');
  });

  test('V2 a sentence is converted where it writes mg/dL, and nowhere else', () => {
    expect(sentenceInUnit('Below 70 mg/dL take 15 g; 54–70 mg/dL again in 15 min.', mmol)).toBe(
      'Below 3.9 mmol/L take 15 g; 3.0–3.9 mmol/L again in 15 min.',
    );
    expect(sentenceInUnit('Lowest: 104 mg/dL (5.8 mmol/L).', mmol)).toBe('Lowest: 5.8 mmol/L.');
    expect(sentenceInUnit('Lowest: 104 mg/dL (5.8 mmol/L).', mg)).toBe('Lowest: 104 mg/dL.');
    expect(sentenceInUnit('Falling at 2 mg/dL/min.', mmol)).toBe('Falling at 2 mg/dL/min.');
    expect(sentenceInUnit('Below 70 mg/dL.', mmol)).toBe('Below 3.9 mmol/L.');
    expect(sentenceInUnit('Below 70 mg/dL.', mg)).toBe('Below 70 mg/dL.');
    fc.assert(fc.property(fc.string(), (text) => text.includes('mg/dL') || sentenceInUnit(text, mmol) === text));
  });

  test('V3 a headline keeps its sign and its missing value', () => {
    const headline = (value: string) => ({ value, unit: 'mg/dL', at: null, statement: '' });
    expect(headlineText(headline('112'), mmol)).toEqual({ value: '6.2', unit: 'mmol/L' });
    expect(headlineText(headline('<40'), mmol)).toEqual({ value: '<2.2', unit: 'mmol/L' });
    expect(headlineText(headline('–'), mmol).value).toBe('–');
  });

  test('V4 an event is named with its bound in the unit shown', () => {
    expect(eventTitle('below-70', 'mg/dL', mg)).toBe('below 70 mg/dL');
    expect(eventTitle('above-250', 'mg/dL', mmol)).toBe('above 13.9 mmol/L');
    expect(eventTitle('pump-fault', '1', mg)).toBe('pump fault');
  });
});

describe('values of other twins', () => {
  const own = unitsOf(vancomycin.units, undefined);

  test('V10 a unit is offered where the pack declares a second; a creatinine beside levels is not converted as glucose is', () => {
    expect(vancomycin.units.map(({ unit }) => unit)).toEqual(['mg/L']);
    expect(unitsOf(vancomycin.units, 'mmol/L').shown.unit).toBe('mg/L');
    expect(valueText(14.84, 'mg/L', own)).toBe('14.8');
    expect([valueText(1.1, 'mg/dL', own), unitLabel('mg/dL', own)]).toEqual(['1.1', 'mg/dL']);
    expect(say('AUC24 400 mg/dL.', vancomycin.units, own)).toBe('AUC24 400 mg/dL.');
  });

  test('V11 a value is stale from the age its pack declares, and not by age where it declares none', () => {
    const minute = 60_000;
    expect([15, 16].map((age) => isStale(0, age * minute, glucose.staleMinutes))).toEqual([false, true]);
    expect([isStale(null, 0, glucose.staleMinutes), isStale(null, 0, vancomycin.staleMinutes)]).toEqual([true, false]);
    expect(isStale(0, 5 * 24 * 60 * minute, vancomycin.staleMinutes)).toBe(false);
  });

  test('V12 an event is called as its pack calls it; units as people write them', () => {
    expect(eventTitle('attained', 'mg.h/L', own, { attained: '400 to 600 mg.h/L' })).toBe('400 to 600 mg·h/L');
    expect(['mg.h/L', 'ug/L', '{INR}', 'umol/L', 'ug.h/mL'].map((unit) => unitLabel(unit, own))).toEqual([
      'mg·h/L',
      'µg/L',
      '',
      'µmol/L',
      'µg·h/mL',
    ]);
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
    expect(valueText(-3.26, '%', mg)).toBe('−3.3');
    expect(plainNumber(100)).toBe('100');
    expect([3.31e-5, -2e9, 1.26e12].map(plainNumber)).toEqual(['3.3 × 10⁻⁵', '−2 × 10⁹', '1.3 × 10¹²']);
    expect(valueText(-0.2, 'mg/dL', mg)).toBe('0');
    expect(valueText(-0.04, 'mg/dL', mmol)).toBe('0.0');
    expect(valueText(100, '%', mg)).toBe('100');
  });

  test('V6 a chance is never rounded to certainty', () => {
    expect([0, 0.004, 0.4567, 0.996, 1].map(percent)).toEqual(['0 %', '< 1 %', '46 %', '> 99 %', '100 %']);
  });

  test('V7 units are written as people write them; one not known stays as it is', () => {
    expect(['mg/dL', '1', '[IU]', 'U/h', 'furlong'].map((unit) => unitLabel(unit, mmol))).toEqual([
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
