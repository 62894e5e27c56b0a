import { type ControlInput, type Instant, MINUTE } from '@gemel/core';
import type { History } from '@gemel/runtime/pack';
import { POLICY } from './policy.data.ts';
import type { Reading } from './readings.ts';

/** A rise of glucose that looks like a meal. */
export interface MealSuspicion {
  readonly at: Instant;
  /** mg/dL/min at detection. */
  readonly rate: number;
}

/** Conditions of the Glucose Rate Increase Detector (Harvey 2014, doi:10.1177/1932296814523881): mg/dL and mg/dL/min. */
const GRID = { above: 130, rateOverThree: 1.5, rateOverTwo: 1.6 } as const;
/** Noise filters in front of it: the steepest credible change, mg/dL/min, and the time constant of smoothing, minutes. */
const STEEPEST = 3;
const SMOOTHING = 6;
/** A silence that starts the filters anew, minutes, and the time one rise is reported once. */
const RESTART = 20;
const ONCE = 60;

/**
 * Rises that look like meals, in time order: smoothed glucose over 130 mg/dL that climbs at 1.5 mg/dL/min or more over three
 * readings or 1.6 over two. The rate is the slope at the end of the parabola through the last three values.
 */
export function mealSuspicions(readings: readonly Reading[]): MealSuspicion[] {
  const found: MealSuspicion[] = [];
  let limited = Number.NaN;
  let smooth: { at: Instant; value: number }[] = [];
  let rates: number[] = [];
  for (const r of readings) {
    const last = smooth.at(-1);
    if (last !== undefined && r.at === last.at) continue;
    if (last === undefined || r.at - last.at > RESTART * MINUTE) {
      limited = r.value;
      smooth = [{ at: r.at, value: r.value }];
      rates = [];
      continue;
    }
    const minutes = (r.at - last.at) / MINUTE;
    limited += Math.max(-STEEPEST * minutes, Math.min(STEEPEST * minutes, r.value - limited));
    const share = minutes / (SMOOTHING + minutes);
    smooth.push({ at: r.at, value: last.value + share * (limited - last.value) });
    if (smooth.length < 3) continue;
    smooth = smooth.slice(-3);
    rates = [...rates.slice(-2), endSlope(smooth)];
    const over = (count: number, least: number) =>
      rates.length >= count && rates.slice(-count).every((v) => v >= least);
    const rises = over(3, GRID.rateOverThree) || over(2, GRID.rateOverTwo);
    const before = found.at(-1);
    if (rises && smooth[2]!.value >= GRID.above && (before === undefined || r.at - before.at >= ONCE * MINUTE))
      found.push({ at: r.at, rate: rates.at(-1)! });
  }
  return found;
}

/** Slope, per minute, at the last of three points of the parabola through them. */
function endSlope([a, b, c]: readonly { at: Instant; value: number }[]): number {
  const ab = (b!.at - a!.at) / MINUTE;
  const bc = (c!.at - b!.at) / MINUTE;
  const first = (b!.value - a!.value) / ab;
  const second = (c!.value - b!.value) / bc;
  return second + ((second - first) / (ab + bc)) * bc;
}

/** Whether a meal recorded by `now` explains a rise: one eaten in the two hours before it, or since. */
export function explained(suspicion: MealSuspicion, controls: readonly ControlInput[], now: Instant): boolean {
  const from = suspicion.at - POLICY.meal.explainedBeforeMinutes * MINUTE;
  return controls.some(
    (c) =>
      c.control === 'meal.carbohydrate' &&
      c.value.value > 0 &&
      c.status !== 'proposed' &&
      c.from <= now &&
      (c.to ?? c.from) >= from,
  );
}

/** The newest suspected meal that no recorded meal explains and that is recent enough to matter; null where there is none. */
export function unannouncedMeal(history: History, readings: readonly Reading[], now: Instant): MealSuspicion | null {
  const { suspectedMinutes } = POLICY.meal;
  const from = now - (suspectedMinutes + 60) * MINUTE;
  const recent = readings.filter((r) => r.at >= from && r.at <= now);
  const suspicion = mealSuspicions(recent).findLast((s) => now - s.at <= suspectedMinutes * MINUTE);
  return suspicion === undefined || explained(suspicion, history.controls, now) ? null : suspicion;
}
