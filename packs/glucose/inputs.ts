import type { ControlInput, Instant } from '@gemel/core';
import { MINUTE } from '@gemel/core';
import { glucoseErrors } from './errors.data.ts';
import type { MinuteInputs } from './model.ts';

/** Rate at which a meal without an end is eaten, g/min: that of the published simulations (Kovatchev 2009). */
export const EATING_RATE = 5;

/** Which of two controls over the same time holds: what is proposed overlays what is planned, and that what was given. */
const PRECEDENCE = { given: 0, planned: 1, proposed: 2 } as const;

/** Inputs per whole minute since the epoch; entry 0 is minute `base`. */
export interface MinuteGrid extends MinuteInputs {
  readonly base: number;
}

/** Minutes since the epoch, a fraction included. */
export function minuteOf(at: Instant): number {
  return at / MINUTE;
}

/**
 * Control inputs laid on whole minutes from the one that holds `from` to the one that ends at or after `to`.
 * Amounts without an end: a bolus is delivered within one minute, a meal eaten at EATING_RATE; with an end, evenly until it.
 * Amounts add up. Basal rates replace each other: the later start holds, and a proposed rate overlays a planned or given
 * one; a rate without an end holds until another takes over. Without any, basal insulin is zero.
 * @throws glucose-control-unit (the pack takes U, U/h and g), glucose-control-value (negative or not finite)
 */
export function minuteGrid(controls: readonly ControlInput[], from: Instant, to: Instant): MinuteGrid {
  const base = Math.floor(minuteOf(from));
  const count = Math.max(0, Math.ceil(minuteOf(to)) - base);
  const grid = { base, insulin: new Float64Array(count), carbs: new Float64Array(count) };
  const basals: ControlInput[] = [];
  for (const control of controls) {
    const start = minuteOf(control.from) - base;
    if (start >= count) continue;
    // Ends are found before `base` is taken off, so that a minute's inputs do not depend on where the grid begins.
    const lasting = (minutes: number) => minuteOf(control.from) + minutes - base;
    const end = control.to !== undefined && control.to > control.from ? minuteOf(control.to) - base : undefined;
    if (control.control === 'insulin.basal') {
      requireValid(control, 'U/h');
      if (end === undefined || end > 0) basals.push(control);
    } else if (control.control === 'insulin.bolus') {
      requireValid(control, 'U');
      spread(grid.insulin, start, end ?? lasting(1), control.value.value);
    } else if (control.control === 'meal.carbohydrate') {
      requireValid(control, 'g');
      if (end !== undefined) spread(grid.carbs, start, end, control.value.value);
      else hold(grid.carbs, start, lasting(control.value.value / EATING_RATE), EATING_RATE);
    }
  }
  basals.sort((a, b) => PRECEDENCE[a.status] - PRECEDENCE[b.status] || a.from - b.from);
  layRates(
    grid.insulin,
    basals.map((basal) => ({
      start: Math.max(0, minuteOf(basal.from) - base),
      end: basal.to === undefined ? count : Math.min(count, minuteOf(basal.to) - base),
      rate: basal.value.value / 60,
    })),
  );
  return grid;
}

/** Adds an amount spread evenly over [start, end), in minutes, as a mean rate per minute. */
function spread(minutes: Float64Array, start: number, end: number, amount: number): void {
  if (amount > 0) hold(minutes, start, end, amount / (end - start));
}

/** Adds a rate held over [start, end), in minutes, as a mean rate per minute. */
function hold(minutes: Float64Array, start: number, end: number, rate: number): void {
  for (let m = Math.max(0, Math.floor(start)); m < Math.min(minutes.length, Math.ceil(end)); m++) {
    minutes[m] += rate * (Math.min(end, m + 1) - Math.max(start, m));
  }
}

/** Adds rates (U/min) held over [start, end), each replacing the ones before it in the list where they overlap. */
function layRates(minutes: Float64Array, held: readonly { start: number; end: number; rate: number }[]): void {
  const edges = [...new Set(held.flatMap((h) => [h.start, h.end]))].sort((a, b) => a - b);
  const place = new Map(edges.map((edge, i) => [edge, i]));
  const rates = new Float64Array(edges.length);
  for (const { start, end, rate } of held) rates.fill(rate, place.get(start), place.get(end));
  for (let i = 0; i + 1 < edges.length; i++) hold(minutes, edges[i], edges[i + 1], rates[i]);
}

function requireValid(control: ControlInput, unit: string): void {
  if (control.value.unit !== unit) {
    throw glucoseErrors.error(
      'glucose-control-unit',
      `${control.control} is in ${control.value.unit}; the model takes ${unit}.`,
      { element: control.id, field: 'value.unit' },
    );
  }
  if (!(control.value.value >= 0 && control.value.value < Infinity)) {
    throw glucoseErrors.error(
      'glucose-control-value',
      `${control.control} of ${control.value.value} ${control.value.unit} is not a finite amount of zero or more.`,
      { element: control.id, field: 'value.value' },
    );
  }
}
