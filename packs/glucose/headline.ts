import { DAY, type Forecast, type Instant, MINUTE } from '@gemel/core';
import type { Headline, History } from '@gemel/runtime/pack';
import { glucoseMetrics } from './metrics.ts';
import { GLUCOSE_TARGETS } from './ranges.data.ts';
import { readingsOf } from './readings.ts';
import { currentGlucose, type GlucosePolicy } from './safety.ts';
import { sayChance } from './words.ts';

/** Chance of glucose below 70 mg/dL over the forecast from which the risk is called high, or medium. */
const CHANCE = { high: 0.5, medium: 0.2 } as const;

/** One line for lists: newest glucose, the risk now and ahead, and the 14-day metrics. Works before calibration. */
export function headline(history: History, forecast: Forecast | null, now: Instant, policy: GlucosePolicy): Headline {
  const readings = readingsOf(history).filter((r) => r.at <= now);
  const current = currentGlucose(history, now);
  if (current === null)
    return { value: '–', unit: 'mg/dL', at: null, risk: 'unknown', statement: 'No glucose is recorded.' };
  const fresh = now - current.at <= policy.staleMinutes * MINUTE;
  const minimum = forecast?.quantities.minimum;
  const chance = minimum?.kind === 'scalar' ? (minimum.events['below-70'] ?? 0) : 0;
  const risk =
    !fresh && forecast === null
      ? 'unknown'
      : (fresh && current.value < 70) || chance >= CHANCE.high
        ? 'high'
        : (fresh && current.value > 250) || chance >= CHANCE.medium
          ? 'medium'
          : 'low';
  const words = [
    minimum?.kind === 'scalar' ? `Chance of glucose below 70 mg/dL ahead: ${sayChance(chance)}.` : '',
    metricsLine(readings, now),
  ];
  const bound = current.bound === 'below' ? '<' : current.bound === 'above' ? '>' : '';
  return {
    value: `${bound}${Math.round(current.value)}`,
    unit: 'mg/dL',
    at: current.at,
    risk,
    statement: words.filter((w) => w !== '').join(' '),
  };
}

function metricsLine(readings: ReturnType<typeof readingsOf>, now: Instant): string {
  const recent = readings.filter((r) => r.at > now - GLUCOSE_TARGETS.days * DAY);
  if (recent.length === 0) return '';
  const m = glucoseMetrics(recent, 0);
  const one = (v: number) => (Number.isFinite(v) ? v.toFixed(1) : '–');
  return (
    `${GLUCOSE_TARGETS.days} days: ${m.timeInRange.toFixed(0)} % in range, ${one(m.timeBelow70)} % below 70; GMI ${one(m.gmi)} %, CV ${one(m.cv)} %, ` +
    `GRI ${one(m.gri)}, MAGE ${Number.isFinite(m.mage) ? m.mage.toFixed(0) : '–'} mg/dL${m.sufficient ? '' : ` (readings cover ${m.activePercent.toFixed(0)} % only)`}.`
  );
}
