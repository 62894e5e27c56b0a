import { type Instant, MINUTE, RXNORM } from '@gemel/core';
import type { History } from '@gemel/runtime/pack';
import { basalGaps } from './insulin.ts';
import { unannouncedMeal } from './meal-detection.ts';
import { ATC } from './observe.ts';
import { POLICY } from './policy.data.ts';
import { newestReading, type Reading, rateOfChange, readingsOf, samplingMinutes } from './readings.ts';
import { factOf, settings } from './settings.ts';
import { sayGlucose, sayMinutes } from './words.ts';

/** Which rule of SPEC.md speaks, what it found, and what it stops: boluses, or all advice on insulin. */
export interface SafetyFinding {
  readonly rule: 'S1' | 'S2' | 'S3' | 'S4' | 'S5' | 'S7' | 'S8' | 'S14';
  readonly code: string;
  readonly statement: string;
  readonly stops: 'bolus' | 'advice';
}

/** What a site may set. */
export interface GlucosePolicy {
  /** Age in minutes from which a sensor reading is stale (rule S3); at most 30. */
  readonly staleMinutes: number;
}

export const DEFAULT_POLICY: GlucosePolicy = { staleMinutes: POLICY.staleMinutes };

/** How far back the rules on the course of glucose look: the longest of them and the run-in of the meal detector. */
const RECENT_MINUTES = POLICY.meal.suspectedMinutes + 60;

/** Newest glucose known at `now`: the sensor's, or a meter's that is as fresh and lower. */
export function currentGlucose(history: History, now: Instant): Reading | null {
  const sensor = newestReading(history, 'glucose.interstitial', now);
  const meter = newestReading(history, 'glucose.capillary', now);
  if (sensor === null || meter === null) return sensor ?? meter;
  return meter.at >= sensor.at - POLICY.staleMinutes * MINUTE && meter.value < sensor.value ? meter : sensor;
}

/** All that stands against advice now, most urgent first; empty when nothing does. Looks at admitted data alone. */
export function safetyFindings(history: History, now: Instant, policy: GlucosePolicy): SafetyFinding[] {
  const readings = readingsOf(history, 'glucose.interstitial', now - RECENT_MINUTES * MINUTE, now);
  const found: SafetyFinding[] = [];
  const add = (rule: SafetyFinding['rule'], code: string, stops: SafetyFinding['stops'], statement: string) =>
    found.push({ rule, code, statement, stops });

  const current = currentGlucose(history, now);
  if (current !== null && current.value < POLICY.suspendBelow && now - current.at <= policy.staleMinutes * MINUTE)
    add(
      'S1',
      'glucose-low',
      'bolus',
      `Glucose is ${current.bound === 'below' ? 'below ' : ''}${sayGlucose(current.value)}: no bolus below ${sayGlucose(POLICY.suspendBelow)}.`,
    );

  const last = newestReading(history, 'glucose.interstitial', now);
  if (last !== null) {
    // Three readings, whatever the sensor's interval: some report every 15 min.
    const rate = rateOfChange(readings, last.at, Math.max(20, 2 * samplingMinutes(readings) + 5));
    if (rate === null)
      add(
        'S2',
        'glucose-rate-unknown',
        'bolus',
        'Too few recent readings tell how fast glucose is changing: no bolus until they do.',
      );
    else if (rate < -POLICY.fallingFast)
      add(
        'S2',
        'glucose-falling-fast',
        'bolus',
        `Glucose is falling by ${Math.abs(rate).toFixed(1)} mg/dL per minute: no bolus while it falls faster than ${POLICY.fallingFast}.`,
      );
  }

  const age = last === null ? Number.POSITIVE_INFINITY : (now - last.at) / MINUTE;
  if (age > policy.staleMinutes)
    add(
      'S3',
      'sensor-stale',
      'advice',
      last === null
        ? 'There is no sensor reading.'
        : `The last sensor reading is ${sayMinutes(age)} old; advice needs one within ${sayMinutes(policy.staleMinutes)}.`,
    );

  const warm = warmingUp(history, now);
  if (warm !== null)
    add(
      'S4',
      'sensor-warming-up',
      'advice',
      `The sensor is warming up for another ${sayMinutes(warm)}: its readings are not advised on.`,
    );

  const insulin = insulinIncomplete(history, now);
  if (insulin !== null) add('S5', 'insulin-history-incomplete', 'advice', insulin);

  const fault = pumpFault(history, readings, now);
  if (fault !== null) add('S7', 'pump-fault-suspected', 'advice', fault);

  const meal = unannouncedMeal(history, readings, now);
  if (meal !== null)
    add(
      'S8',
      'meal-unannounced',
      'advice',
      `Glucose has been rising as after a meal (${meal.rate.toFixed(1)} mg/dL per minute, ${sayMinutes((now - meal.at) / MINUTE)} ago), and no meal is recorded. Record it if there was one.`,
    );

  const { unreadable } = settings(history, now);
  if (unreadable.length > 0)
    add(
      'S14',
      'setting-unreadable',
      'advice',
      `Settings cannot be read: ${unreadable.join('; ')}. Record them in UCUM units.`,
    );
  return found;
}

/** Minutes of warm-up left, by the newest sensor start or a reading the source marked as of the warm-up; null where there is none. */
function warmingUp(history: History, now: Instant): number | null {
  const start = factOf(history.facts, 'sensor.start', now);
  const marked = history.observations.findLast(
    (o) => o.trueAt <= now && o.signal === 'glucose.interstitial' && o.marks.some((m) => m.code.includes('warm-up')),
  );
  const since = Math.max(start?.trueAt ?? Number.NEGATIVE_INFINITY, marked?.trueAt ?? Number.NEGATIVE_INFINITY);
  const left = POLICY.warmUpMinutes - (now - since) / MINUTE;
  return left > 0 ? left : null;
}

/** Whether the record holds no insulin at all: then there is nothing to be incomplete. */
export function noInsulin(history: History): boolean {
  return !history.controls.some((c) => c.control.startsWith('insulin.'));
}

/** Why the insulin of the last action time is not fully known, or null. */
export function insulinIncomplete(history: History, now: Instant): string | null {
  const hours = POLICY.insulinActionMinutes / 60;
  const from = (now - POLICY.insulinActionMinutes * MINUTE) as Instant;
  if (!history.controls.some((c) => c.control === 'insulin.basal' && c.status === 'given'))
    return 'No basal insulin is recorded.';
  const gaps = basalGaps(history, from, now, POLICY.basalGapMinutes);
  if (gaps.length > 0) {
    const missing = gaps.reduce((s, g) => s + (g.to - g.from), 0) / MINUTE;
    return `The basal insulin record of the last ${hours} h lacks ${sayMinutes(missing)}.`;
  }
  const doubtful = history.controls.filter(
    (c) => c.control.startsWith('insulin.') && c.grade === 'poor' && (c.to ?? c.from) >= from && c.from <= now,
  );
  if (doubtful.length > 0)
    return `${doubtful.length} insulin entries of the last ${hours} h are implausible and were set aside.`;
  const long = history.facts.find(
    (f) => f.fact === 'medication' && (f.until === undefined || f.until > now) && longActing(f.code),
  );
  return long === undefined ? null : 'Long-acting insulin is recorded; the model describes fast-acting insulin only.';
}

/** Intermediate and long-acting insulins and mixtures: ATC classes; RxNorm glargine, detemir, degludec. */
const LONG_ACTING_ATC = ['A10AC', 'A10AD', 'A10AE'];
const LONG_ACTING_RXNORM = new Set(['274783', '139825', '1670007']);

function longActing(code: History['facts'][number]['code']): boolean {
  return (
    code?.codings.some((c) =>
      c.system === ATC
        ? LONG_ACTING_ATC.some((p) => c.code.startsWith(p))
        : c.system === RXNORM && LONG_ACTING_RXNORM.has(c.code),
    ) ?? false
  );
}

/**
 * Why insulin may not be reaching the body, or null: glucose over 250 mg/dL for an hour and not falling, though insulin was
 * given one to four hours ago and no meal is recorded in the last two.
 */
function pumpFault(history: History, readings: readonly Reading[], now: Instant): string | null {
  const { above, lastingMinutes, insulinFrom, insulinTo, leastUnits, mealMinutes } = POLICY.pumpFault;
  const recent = readings.filter((r) => r.at > now - lastingMinutes * MINUTE);
  const first = recent[0];
  const last = recent.at(-1);
  if (first === undefined || last === undefined || last.at - first.at < (lastingMinutes - 15) * MINUTE) return null;
  if (recent.some((r) => r.value <= above)) return null;
  const rate = rateOfChange(recent, last.at, lastingMinutes);
  if (rate === null || rate < 0) return null;
  const bolus = history.controls
    .filter((c) => c.control === 'insulin.bolus' && c.status === 'given')
    .filter((c) => c.from <= now - insulinFrom * MINUTE && c.from >= now - insulinTo * MINUTE)
    .reduce((s, c) => s + c.value.value, 0);
  const ate = history.controls.some(
    (c) =>
      c.control === 'meal.carbohydrate' && c.status === 'given' && c.from > now - mealMinutes * MINUTE && c.from <= now,
  );
  if (bolus < leastUnits || ate) return null;
  return (
    `Glucose has been over ${sayGlucose(above)} for an hour and is not falling, though ${Number(bolus.toFixed(2))} U were given one to four hours ago. ` +
    'Check ketones and the infusion site, and follow the local plan.'
  );
}
