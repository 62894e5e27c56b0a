import { HOUR, type Instant, MINUTE } from '@gemel/core';
import type { History, Readiness } from '@gemel/runtime/pack';
import { identifiedRange } from './identified.ts';
import { POLICY } from './policy.data.ts';
import { readingsOf } from './readings.ts';
import { type GlucosePolicy, noInsulin, safetyFindings } from './safety.ts';
import { sayMinutes } from './words.ts';

/** What a service lacks (rules S3, S4, S5 and S13); nothing when it can be given. */
export function readiness(
  service: 'calibrate' | 'forecast' | 'decide',
  history: History,
  now: Instant,
  policy: GlucosePolicy,
): Readiness {
  const missing: { code: string; statement: string }[] = [];
  const lack = (code: string, statement: string) => missing.push({ code, statement });
  const readings = readingsOf(history).filter((r) => r.at <= now);
  const given = (control: string) =>
    history.controls.filter((c) => c.control === control && c.status === 'given' && c.from <= now);

  if (readings.length === 0) lack('sensor-glucose-missing', 'No sensor glucose is recorded.');
  else if (readings.length < POLICY.leastReadings)
    lack(
      'sensor-glucose-scarce',
      `${readings.length} sensor readings are recorded; ${POLICY.leastReadings} are needed to know this person's glucose.`,
    );
  if (given('insulin.basal').length === 0)
    lack(
      'basal-insulin-missing',
      'No basal insulin is recorded; without it the effect of insulin cannot be told from the rest.',
    );
  if (given('insulin.bolus').length === 0)
    lack(
      'bolus-insulin-missing',
      'No insulin bolus is recorded; without any the effect of insulin cannot be identified.',
    );
  const { meals } = identifiedRange(history, now);
  if (meals.count === 0)
    lack('meals-missing', 'No meal is recorded; without any the effect of carbohydrate cannot be identified.');

  if (service !== 'calibrate') {
    const last = readings.at(-1);
    if (last !== undefined && now - last.at > POLICY.forecastFromMinutes * MINUTE)
      lack(
        'sensor-silent',
        `The last sensor reading is ${sayMinutes((now - last.at) / MINUTE)} old; a forecast starts from one within ${POLICY.forecastFromMinutes / (HOUR / MINUTE)} h.`,
      );
  }
  if (service === 'decide')
    for (const f of safetyFindings(history, now, policy))
      if (f.stops === 'advice' && !(f.rule === 'S5' && noInsulin(history))) lack(f.code, f.statement);
  return { ready: missing.length === 0, missing };
}
