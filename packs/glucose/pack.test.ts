import { DAY, instant } from '@gemel/core';
import { packContract } from '@gemel/runtime/pack-contract';
import { describe, expect, it, test } from 'vitest';
import { EVERYDAY, generatePatient } from './generate.ts';
import { generatedHistory } from './generated-history.ts';
import { createGlucosePack, pack } from './pack.ts';

const start = instant(Date.UTC(2024, 2, 4));
const patient = generatePatient({ seed: 11, start, days: 3, group: 'adult', perturbation: EVERYDAY });
const now = instant(start + 2.55 * DAY);

packContract(pack, { history: generatedHistory(patient, now), now }, { describe, it });

test('S3 a site may call readings stale from 1 to 30 minutes, nothing else', () => {
  for (const staleMinutes of [0, 31, Number.NaN])
    expect(() => createGlucosePack({ staleMinutes })).toThrow(
      expect.objectContaining({ code: 'glucose-policy-invalid' }),
    );
  expect(createGlucosePack({ staleMinutes: 30 }).id).toBe('glucose');
});
