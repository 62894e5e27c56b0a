import { coding, GEMEL } from '@gemel/core';
import type { Pack, Paths, QuantitySpec } from '@gemel/runtime/pack';

/** Above it fever is treated; below it cooling has gone too far. Cel. */
export const FEVER = 38.3;
export const COLD = 36;

const SIGNAL = 'temperature.core';
const predicted = (name: string) => ({ codings: [coding(GEMEL, `predicted.body-temperature.${name}`)] });

export const forecast: Pack<unknown>['forecast'] = { horizonMinutes: 240, stepMinutes: 5, signals: [SIGNAL] };

export const scores: Pack<unknown>['scores'] = [{ quantity: 'temperature', signal: SIGNAL, leadsMinutes: [30, 60] }];

/** One value per member of what `value` makes of its path. */
export function perMember(paths: Paths, value: (path: Float64Array) => number): Float64Array {
  const { members, times, values } = paths;
  return Float64Array.from({ length: members }, (_, m) =>
    value(values[SIGNAL]!.subarray(m * times.length, (m + 1) * times.length)),
  );
}

export const quantities: readonly QuantitySpec[] = [
  {
    name: 'temperature',
    title: 'Core temperature',
    code: predicted('temperature'),
    unit: 'Cel',
    kind: 'trajectory',
    events: { fever: { above: FEVER, title: 'Fever' }, cold: { below: COLD, title: 'Too cold' } },
    evaluate: (paths) => paths.values[SIGNAL]!,
  },
  {
    name: 'fever-hours',
    title: 'Hours of fever',
    code: predicted('fever-hours'),
    unit: 'h',
    kind: 'scalar',
    events: { long: { above: 2, title: 'More than two hours of fever' } },
    evaluate: (paths) => perMember(paths, (path) => (path.filter((t) => t > FEVER).length * forecast.stepMinutes) / 60),
  },
  {
    name: 'lowest',
    title: 'Lowest core temperature',
    code: predicted('lowest'),
    unit: 'Cel',
    kind: 'scalar',
    events: { cold: { below: COLD, title: 'Too cold' } },
    evaluate: (paths) => perMember(paths, (path) => Math.min(...path)),
  },
];
