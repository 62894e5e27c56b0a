import type { ControlInput, Instant } from '@gemel/core';
import { MINUTE } from '@gemel/core';
import { glucoseErrors } from './errors.data.ts';
import type { MinuteInputs } from './model.ts';

/** Rate at which a meal without an end is eaten, g/min: that of the published simulations (Kovatchev 2009). */
export const EATING_RATE = 5;

/** Which of two controls over the same time holds: what is proposed overlays what is planned, and that what was given. */
const PRECEDENCE = { given: 0, planned: 1, proposed: 2 } as const;

/** Inputs per minute from an instant on; the last entry may stand for less than a minute. */
export interface MinuteGrid extends MinuteInputs {
  /** Minutes the last entry stands for, in (0, 1]. */
  readonly lastSpan: number;
}

/** Amounts and rates laid on the minutes of [from, to): each entry is the mean rate over its own minute. */
interface Lay {
  readonly from: Instant;
  readonly to: Instant;
  readonly minutes: Float64Array;
}

/**
 * Control inputs laid on the minutes from `from` on, the last one cut off at `to`. What a minute holds does not depend on
 * where the grid begins, as long as grids begin whole minutes apart.
 * Amounts without an end: a bolus is delivered within one minute, a meal eaten at EATING_RATE; with an end, evenly until it.
 * Amounts add up. Basal rates replace each other: the later start holds, and a proposed rate overlays a planned or given
 * one; a rate without an end holds until another takes over. Without any, basal insulin is zero.
 * @throws glucose-control-unit (the pack takes U, U/h and g), glucose-control-value (negative or not finite)
 */
export function minuteGrid(controls: readonly ControlInput[], from: Instant, to: Instant): MinuteGrid {
  const count = Math.ceil((to - from) / MINUTE);
  const insulin: Lay = { from, to, minutes: new Float64Array(count) };
  const carbs: Lay = { from, to, minutes: new Float64Array(count) };
  const basals: ControlInput[] = [];
  for (const control of controls) {
    if (control.from >= to) continue;
    const { value } = control.value;
    const end = control.to !== undefined && control.to > control.from ? control.to : undefined;
    if (control.control === 'insulin.basal') {
      requireValid(control, 'U/h');
      if (end === undefined || end > from) basals.push(control);
    } else if (control.control === 'insulin.bolus') {
      requireValid(control, 'U');
      spread(insulin, control.from, end ?? control.from + MINUTE, value);
    } else if (control.control === 'meal.carbohydrate') {
      requireValid(control, 'g');
      spread(carbs, control.from, end ?? control.from + (value / EATING_RATE) * MINUTE, value);
    }
  }
  basals.sort((a, b) => PRECEDENCE[a.status] - PRECEDENCE[b.status] || a.from - b.from);
  layRates(
    insulin,
    basals.map((basal) => ({
      start: Math.max(from, basal.from),
      end: Math.min(to, basal.to ?? to),
      rate: basal.value.value / 60,
    })),
  );
  return { insulin: insulin.minutes, carbs: carbs.minutes, lastSpan: (to - from) / MINUTE - (count - 1) };
}

/** Adds an amount spread evenly over [start, end), in ms since the epoch. */
function spread(lay: Lay, start: number, end: number, amount: number): void {
  if (amount > 0) hold(lay, start, end, amount / ((end - start) / MINUTE));
}

/** Adds a rate per minute held over [start, end), in ms since the epoch. */
function hold({ from, to, minutes }: Lay, start: number, end: number, rate: number): void {
  const first = Math.max(0, Math.floor((start - from) / MINUTE));
  const last = Math.min(minutes.length, Math.ceil((end - from) / MINUTE));
  for (let m = first; m < last; m++) {
    const begin = from + m * MINUTE;
    const finish = Math.min(begin + MINUTE, to);
    minutes[m] += (rate * (Math.min(end, finish) - Math.max(start, begin))) / (finish - begin);
  }
}

/** Adds rates per minute held over [start, end), each replacing the ones before it in the list where they overlap. */
function layRates(lay: Lay, held: readonly { start: number; end: number; rate: number }[]): void {
  const edges = [...new Set(held.flatMap((h) => [h.start, h.end]))].sort((a, b) => a - b);
  const place = new Map(edges.map((edge, i) => [edge, i]));
  const rates = new Float64Array(edges.length);
  for (const { start, end, rate } of held) rates.fill(rate, place.get(start), place.get(end));
  for (let i = 0; i + 1 < edges.length; i++) hold(lay, edges[i], edges[i + 1], rates[i]);
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
