import { type Forecast, type Instant, MINUTE, type Scenario } from '@gemel/core';
import type { RandomStream } from '@gemel/numerics/random/stream';
import type { Paths } from '@gemel/runtime/pack';
import { POLICY } from './policy.data.ts';
import { GLUCOSE, SENSOR_GLUCOSE } from './quantities.ts';

/** Share of members below which a stretch counts as outside the model's range. */
const NOTICEABLE = 0.05;
/** How far the true path may depart once counter-regulation acts: SD in mg/dL, approached with this time constant, minutes. */
const SPREAD = 20;
const SPREAD_MINUTES = 30;
/** Glucose stays physical, mg/dL. */
const LEAST = 20;

/**
 * Rule S9. Below 60 mg/dL the model lacks counter-regulation (and exercise, at any glucose): from the first time a member's path
 * passes below, it is moved by a deviation of its own that grows with the time spent below, to 20 mg/dL (SD), up or down alike.
 * The stretches where more than one member in twenty is below are returned, to be drawn and said.
 */
export function outOfRange(paths: Paths, _scenario: Scenario, random: RandomStream): Forecast['outOfRange'] {
  const n = paths.times.length;
  const glucose = paths.values[GLUCOSE]!;
  const moved = [GLUCOSE, SENSOR_GLUCOSE].flatMap((s) => (paths.values[s] === undefined ? [] : [paths.values[s]]));
  const below = new Float64Array(n);
  const stream = random.fork('counter-regulation');
  for (let m = 0; m < paths.members; m++) {
    let deviation: number | null = null;
    let minutes = 0;
    for (let k = 0; k < n; k++) {
      const i = m * n + k;
      const under = glucose[i]! < POLICY.counterRegulationBelow;
      if (under) {
        below[k]! += 1 / paths.members;
        minutes += k === 0 ? 0 : (paths.times[k]! - paths.times[k - 1]!) / MINUTE;
      }
      if (minutes === 0) continue;
      deviation ??= stream.fork(m).normal();
      const shift = deviation * SPREAD * (1 - Math.exp(-minutes / SPREAD_MINUTES));
      for (const values of moved) values[i] = Math.max(Math.min(LEAST, values[i]!), values[i]! + shift);
    }
  }
  return stretches(paths.times, (k) => below[k]! >= NOTICEABLE).map(([from, to]) => ({
    code: 'glucose-no-counter-regulation',
    message: `Below ${POLICY.counterRegulationBelow} mg/dL the model has no counter-regulation: glucose may turn earlier or fall further than drawn.`,
    from,
    to,
  }));
}

/** Runs of times at which a condition holds, each to the next time at which it does not. */
function stretches(times: readonly Instant[], holds: (k: number) => boolean): [Instant, Instant][] {
  const runs: [Instant, Instant][] = [];
  let from: Instant | null = null;
  for (let k = 0; k < times.length; k++) {
    if (holds(k)) from ??= times[k]!;
    else if (from !== null) {
      runs.push([from, times[k]!]);
      from = null;
    }
  }
  if (from !== null) runs.push([from, times.at(-1)!]);
  return runs;
}
