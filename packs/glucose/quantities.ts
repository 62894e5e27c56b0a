import { type Concept, coding, GEMEL } from '@gemel/core';
import type { Paths, QuantitySpec } from '@gemel/runtime/pack';
import { riskHigh, riskLow } from './risk.ts';

/** Predicted glucose in the interstitial fluid, free of sensor error: what is forecast, weighed and shown as the fan. */
export const GLUCOSE = 'glucose.interstitial';
/** What the sensor will display, its error included: what is scored when the reading arrives. */
export const SENSOR_GLUCOSE = 'glucose.sensor';

const predicted = (name: string, text: string): Concept => ({
  codings: [coding(GEMEL, `predicted.${name}`, text)],
  text,
});

const GLUCOSE_EVENTS = {
  'below-54': { below: 54, title: 'Below 54 mg/dL' },
  'below-70': { below: 70, title: 'Below 70 mg/dL' },
  'above-180': { above: 180, title: 'Above 180 mg/dL' },
  'above-250': { above: 250, title: 'Above 250 mg/dL' },
} as const;

/** The values of a signal, members × times. */
export function signal(paths: Paths, name: string): Float64Array {
  return paths.values[name]!;
}

/** One value per member of a function of its path. */
export function perMember(paths: Paths, name: string, value: (path: Float64Array) => number): Float64Array {
  const all = signal(paths, name);
  const n = paths.times.length;
  const values = new Float64Array(paths.members);
  for (let i = 0; i < paths.members; i++) values[i] = value(all.subarray(i * n, (i + 1) * n));
  return values;
}

/** Percent of a path for which a condition holds. */
function share(path: Float64Array, holds: (g: number) => boolean): number {
  let count = 0;
  for (let k = 0; k < path.length; k++) if (holds(path[k]!)) count++;
  return (100 * count) / path.length;
}

function meanOf(path: Float64Array, value: (g: number) => number): number {
  let sum = 0;
  for (let k = 0; k < path.length; k++) sum += value(path[k]!);
  return sum / path.length;
}

function least(path: Float64Array): number {
  let found = Number.POSITIVE_INFINITY;
  for (let k = 0; k < path.length; k++) found = Math.min(found, path[k]!);
  return found;
}

function greatest(path: Float64Array): number {
  let found = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < path.length; k++) found = Math.max(found, path[k]!);
  return found;
}

const trajectory = (
  name: string,
  title: string,
  unit: string,
  from: string,
  events: QuantitySpec['events'] = {},
): QuantitySpec => ({
  name,
  title,
  code: predicted(name, `Predicted ${title.toLowerCase()}`),
  unit,
  kind: 'trajectory',
  events,
  evaluate: (paths) => signal(paths, from),
});

const scalar = (
  name: string,
  title: string,
  unit: string,
  value: (path: Float64Array, paths: Paths, member: number) => number,
  events: QuantitySpec['events'] = {},
): QuantitySpec => ({
  name,
  title,
  code: predicted(name, `Predicted ${title.toLowerCase()}`),
  unit,
  kind: 'scalar',
  events,
  evaluate(paths) {
    let member = 0;
    return perMember(paths, GLUCOSE, (path) => value(path, paths, member++));
  },
});

/** Minutes after a meal within which its peak is sought. */
const PEAK_WITHIN = 180;

/**
 * Highest glucose within three hours of the last meal's beginning, mg/dL, as far as the horizon reaches; where no
 * carbohydrate is on board or eaten, the highest of the horizon.
 */
function postMealPeak(path: Float64Array, paths: Paths, member: number): number {
  const n = paths.times.length;
  const carbs = signal(paths, 'carbohydrate.on-board').subarray(member * n, (member + 1) * n);
  let start = carbs[0]! > 1 ? 0 : -1;
  for (let k = 1; k < n; k++)
    if (carbs[k]! > carbs[k - 1]! + 0.5 && (k === 1 || carbs[k - 1]! <= carbs[k - 2]! + 0.5)) start = k - 1;
  if (start < 0) return greatest(path);
  let peak = path[start]!;
  for (let k = start; k < n && paths.times[k]! - paths.times[start]! <= PEAK_WITHIN * 60_000; k++)
    peak = Math.max(peak, path[k]!);
  return peak;
}

/** The quantities of interest of a forecast; every one a distribution over members. */
export const quantities: readonly QuantitySpec[] = [
  trajectory('glucose', 'Glucose', 'mg/dL', GLUCOSE, GLUCOSE_EVENTS),
  trajectory('sensor-glucose', 'Sensor glucose', 'mg/dL', SENSOR_GLUCOSE, GLUCOSE_EVENTS),
  trajectory('insulin-on-board', 'Insulin on board', 'U', 'insulin.on-board'),
  trajectory('carbohydrate-on-board', 'Carbohydrate on board', 'g', 'carbohydrate.on-board'),
  scalar('time-in-range', 'Time 70–180 mg/dL', '%', (p) => share(p, (g) => g >= 70 && g <= 180)),
  scalar('time-below-70', 'Time below 70 mg/dL', '%', (p) => share(p, (g) => g < 70), {
    any: { above: 0, title: 'At any time below 70 mg/dL' },
  }),
  scalar('time-below-54', 'Time below 54 mg/dL', '%', (p) => share(p, (g) => g < 54), {
    any: { above: 0, title: 'At any time below 54 mg/dL' },
  }),
  scalar('time-above-180', 'Time above 180 mg/dL', '%', (p) => share(p, (g) => g > 180)),
  scalar('time-above-250', 'Time above 250 mg/dL', '%', (p) => share(p, (g) => g > 250)),
  scalar('minimum', 'Lowest glucose', 'mg/dL', least, {
    'below-54': GLUCOSE_EVENTS['below-54'],
    'below-70': GLUCOSE_EVENTS['below-70'],
  }),
  scalar('maximum', 'Highest glucose', 'mg/dL', greatest, {
    'above-180': GLUCOSE_EVENTS['above-180'],
    'above-250': GLUCOSE_EVENTS['above-250'],
  }),
  scalar('post-meal-peak', 'Post-meal peak', 'mg/dL', postMealPeak, { 'above-180': GLUCOSE_EVENTS['above-180'] }),
  scalar('low-risk', 'Low blood glucose index', '1', (p) => meanOf(p, riskLow)),
  scalar('high-risk', 'High blood glucose index', '1', (p) => meanOf(p, riskHigh)),
];
