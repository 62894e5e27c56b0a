import type { TwinSummary } from '@gemel/server/api';
import { unitLabel } from './number.ts';
import { MINUTE } from './time.ts';
import { shownText, type Units } from './units.ts';

/** The headline's value in the unit shown; a sign before it (`< 40`) stays. */
export function headlineText(headline: TwinSummary['headline'], units: Units): { value: string; unit: string } {
  const shown = unitLabel(headline.unit, units);
  if (headline.unit !== units.base.unit || units.shown.unit === units.base.unit)
    return { value: headline.value, unit: shown };
  const parts = /^(\D*?)(\d+(?:\.\d+)?)$/.exec(headline.value.trim());
  if (parts === null) return { value: headline.value, unit: shown };
  return { value: `${parts[1]}${shownText(Number(parts[2]), units)}`, unit: shown };
}

/** Instant of the newest data, from the age the server gave at `answeredAt`. */
export function newestAt(summary: TwinSummary, answeredAt: number): number | null {
  return summary.dataAgeMinutes === null ? null : answeredAt - summary.dataAgeMinutes * MINUTE;
}

/** Whether the newest value is older than its pack allows; without such an age values do not go stale. */
export function isStale(newest: number | null, now: number, staleMinutes: number | null): boolean {
  if (staleMinutes === null) return false;
  return newest === null || now - newest > staleMinutes * MINUTE;
}
