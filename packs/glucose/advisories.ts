import { type Advisory, type Forecast, type Instant, MINUTE } from '@gemel/core';
import type { Outlook } from '@gemel/runtime/pack';
import type { GlucoseState } from './dynamics.ts';
import { POLICY } from './policy.data.ts';
import { currentGlucose, type GlucosePolicy, noInsulin, safetyFindings } from './safety.ts';
import { sayChance, sayGlucose, sayMinutes } from './words.ts';

/** Chance of glucose below 70 mg/dL within the time ahead from which it is said. */
const AHEAD = { minutes: 60, chance: 0.5 } as const;

const PRIORITY = {
  'glucose-low': 'medium',
  'glucose-falling-fast': 'medium',
  'glucose-rate-unknown': 'information',
  'sensor-stale': 'medium',
  'sensor-warming-up': 'low',
  'insulin-history-incomplete': 'low',
  'pump-fault-suspected': 'high',
  'meal-unannounced': 'medium',
  'setting-unreadable': 'low',
} as const satisfies Record<string, Advisory['priority']>;

/**
 * What to say now whatever the plans, most urgent first: rule S6 (the local hypoglycaemia plan), the findings of the safety
 * rules, low glucose ahead, and where the forecast leaves the model's range. Works before calibration, on admitted data alone.
 */
export function advisories(
  { history, now }: Outlook<GlucoseState>,
  forecast: Forecast | null,
  policy: GlucosePolicy,
): readonly Advisory[] {
  const found: Advisory[] = [];
  const current = currentGlucose(history, now);
  const fresh = current !== null && now - current.at <= policy.staleMinutes * MINUTE;
  if (fresh && current.value < POLICY.suspendBelow)
    found.push({
      code: 'hypoglycaemia-plan',
      priority: 'high',
      statement:
        `Glucose is ${current.bound === 'below' ? 'below ' : ''}${sayGlucose(current.value)}. Follow your local hypoglycaemia plan: usually 15 g of fast carbohydrate, ` +
        `then check again in 15 minutes and repeat if it is still below ${sayGlucose(POLICY.suspendBelow)}. If the person is drowsy or cannot swallow, give nothing by mouth and call for help.`,
    });
  for (const f of safetyFindings(history, now, policy))
    if (f.rule !== 'S1' && !(f.rule === 'S5' && noInsulin(history)))
      found.push({ code: f.code, priority: PRIORITY[f.code as keyof typeof PRIORITY], statement: f.statement });
  const ahead = forecast === null || (fresh && current.value < POLICY.suspendBelow) ? null : lowAhead(forecast, now);
  if (ahead !== null) found.push(ahead);
  for (const stretch of forecast?.outOfRange ?? [])
    found.push({ code: stretch.code, priority: 'information', statement: stretch.message });
  const rank = { high: 0, medium: 1, low: 2, information: 3 } as const;
  const once = found.filter((a, i) => found.findIndex((b) => b.code === a.code) === i);
  return once.sort((a, b) => rank[a.priority] - rank[b.priority]);
}

/** Low glucose more likely than not within the hour. */
function lowAhead(forecast: Forecast, now: Instant): Advisory | null {
  const glucose = forecast.quantities.glucose;
  if (glucose?.kind !== 'trajectory') return null;
  const chances = glucose.events['below-70'] ?? [];
  const k = glucose.times.findIndex(
    (t, i) => t >= now && t - now <= AHEAD.minutes * MINUTE && chances[i]! >= AHEAD.chance,
  );
  if (k < 0) return null;
  return {
    code: 'low-glucose-ahead',
    priority: 'medium',
    statement: `Glucose below ${sayGlucose(POLICY.suspendBelow)} is likely within ${sayMinutes((glucose.times[k]! - now) / MINUTE)} (chance ${sayChance(chances[k]!)}).`,
  };
}
