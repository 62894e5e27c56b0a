import { type ControlInput, type Instant, instant, MINUTE } from '@gemel/core';
import type { History } from '@gemel/runtime/pack';
import { SPLIT_STEP, type SplitInputs, splitInputs } from './calibrate-solver.ts';
import { minuteGrid } from './inputs.ts';
import { plannedBasal } from './insulin.ts';
import { explained, mealSuspicions } from './meal-detection.ts';
import { type Reading, readingsOf } from './readings.ts';

/** The stretch of record a calibration rests on. Minutes are since the epoch; steps are of SPLIT_STEP minutes. */
export interface CalibrationWindow {
  /** Where paths begin, at the basal steady state; they end at the whole minute before or at the calibration's time. */
  readonly start: number;
  readonly inputs: SplitInputs;
  /** Readings ascending, at `position` steps (with fraction) after the start. */
  readonly readings: readonly (Reading & { readonly position: number })[];
  /** Step at which readings begin. */
  readonly first: number;
  /** Minutes [from, to) after the start in which each meal was eaten. */
  readonly meals: readonly { readonly from: number; readonly to: number }[];
  /** Minutes [from, to) after the start in which a rise tells of a meal that is not in the record. */
  readonly unrecorded: readonly { readonly from: number; readonly to: number }[];
  /** Readings within the window that were left out to keep `spacing`. */
  readonly thinned: number;
}

/**
 * Glucose and controls reach this far back: three meals a day, twice, and both nights. Longer windows cost in
 * proportion and gain little, since insulin sensitivity drifts.
 */
export const WINDOW_MINUTES = 2160;
/** Controls before the first reading still act: paths start this much earlier where basal insulin was recorded then. */
const WARM_UP_MINUTES = 480;
/** Readings closer than this say little more: the sensor's error keeps 70 % over 15 minutes. */
export const SPACING_MINUTES = 15;

/** Minutes before and after a rise is noticed in which its meal is eaten and absorbed (half of them are noticed after 48). */
const UNRECORDED = { before: 60, after: 180 } as const;

/**
 * The controls taken to have acted over [from, until]: given and not set aside as implausible, and the usual basal rate where
 * the record of basal insulin has gaps.
 */
export function actedControls(history: History, from: Instant, until: Instant): ControlInput[] {
  const given = history.controls.filter((c) => c.status === 'given' && c.grade !== 'poor' && c.from <= until);
  return [...given, ...plannedBasal({ ...history, controls: given }, from, until)];
}

/** The window that ends at `at`; null where it holds no reading. */
export function calibrationWindow(history: History, at: Instant): CalibrationWindow | null {
  const end = Math.floor(at / MINUTE);
  const basal = history.controls.filter((c) => c.control === 'insulin.basal' && c.status === 'given');
  const recorded = readingsOf(history).filter((r) => r.at <= at && r.at > at - WINDOW_MINUTES * MINUTE);
  if (recorded.length === 0) return null;
  const earliest = basal.length === 0 ? recorded[0].at / MINUTE : Math.min(...basal.map((c) => c.from / MINUTE));
  const wanted = Math.max(recorded[0].at / MINUTE - WARM_UP_MINUTES, earliest);
  const steps = Math.floor((end - wanted) / SPLIT_STEP);
  const start = end - steps * SPLIT_STEP;

  const after = recorded.filter((r) => r.at >= start * MINUTE);
  const kept: Reading[] = [];
  // From the last reading backwards, so that the one the belief stands at is always among them.
  for (const reading of after.toReversed()) {
    if (kept.length === 0 || kept[kept.length - 1].at - reading.at >= (SPACING_MINUTES - 0.5) * MINUTE) {
      kept.push(reading);
    }
  }
  if (kept.length === 0) return null;
  const readings = kept.reverse().map((r) => ({ ...r, position: (r.at / MINUTE - start) / SPLIT_STEP }));
  const [from, until] = [instant(start * MINUTE), instant(end * MINUTE)];
  const grid = minuteGrid(actedControls(history, from, until), from, until);
  return {
    start,
    inputs: splitInputs(grid, steps),
    readings,
    first: Math.floor(readings[0].position),
    meals: mealsOf(grid.carbs),
    unrecorded: mealSuspicions(after)
      .filter((suspicion) => !explained(suspicion, history.controls, suspicion.at))
      .map((suspicion) => suspicion.at / MINUTE - start)
      .map((minute) => ({ from: minute - UNRECORDED.before, to: minute + UNRECORDED.after })),
    thinned: after.length - readings.length,
  };
}

/** Unbroken stretches of eating. */
function mealsOf(carbs: Float64Array): { from: number; to: number }[] {
  const meals: { from: number; to: number }[] = [];
  for (let m = 0; m < carbs.length; m++) {
    if (carbs[m] <= 0) continue;
    const from = m;
    while (m < carbs.length && carbs[m] > 0) m++;
    meals.push({ from, to: m });
  }
  return meals;
}
