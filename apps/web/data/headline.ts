import type { TwinSummary } from '@gemel/server/api';
import { type GlucoseUnit, glucoseText } from './glucose.ts';
import { unitLabel } from './number.ts';
import { MINUTE, STALE_MINUTES } from './time.ts';

/** The headline's value in the unit shown; a sign before it (`< 40`) stays. */
export function headlineText(headline: TwinSummary['headline'], unit: GlucoseUnit): { value: string; unit: string } {
  const shown = unitLabel(headline.unit, unit);
  if (headline.unit !== 'mg/dL') return { value: headline.value, unit: shown };
  const parts = /^(\D*?)(\d+(?:\.\d+)?)$/.exec(headline.value.trim());
  if (parts === null) return { value: headline.value, unit: shown };
  return { value: `${parts[1]}${glucoseText(Number(parts[2]), unit)}`, unit: shown };
}

/** Instant of the newest data, from the age the server gave at `answeredAt`. */
export function newestAt(summary: TwinSummary, answeredAt: number): number | null {
  return summary.dataAgeMinutes === null ? null : answeredAt - summary.dataAgeMinutes * MINUTE;
}

export function isStale(newest: number | null, now: number): boolean {
  return newest === null || now - newest > STALE_MINUTES * MINUTE;
}
