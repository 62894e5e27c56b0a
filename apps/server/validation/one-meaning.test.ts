import { expect, test } from 'vitest';
import { AT, SUBJECT, ways } from './blood-pressure.data.ts';
import { admitted } from './fhirvitals2019.ts';

const loinc = (code: string, display: string) => ({ codings: [{ system: 'http://loinc.org', code, display }] });
const one = { kind: 'observation', whose: SUBJECT, trueAt: Date.parse(AT) };

test.each(ways)('$name', async (way) => {
  expect(await admitted(way)).toEqual([
    {
      ...one,
      signal: 'blood-pressure.systolic',
      code: loinc('8480-6', 'Systolic blood pressure'),
      value: { value: 120, unit: 'mm[Hg]' },
    },
    {
      ...one,
      signal: 'blood-pressure.diastolic',
      code: loinc('8462-4', 'Diastolic blood pressure'),
      value: { value: 80, unit: 'mm[Hg]' },
    },
  ]);
});
