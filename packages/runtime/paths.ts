import type { ControlInput, Instant } from '@gemel/core';
import type { Dynamics, TrajectoryRequest, TrajectoryResult } from './dynamics.ts';
import { runtimeErrors } from './errors.data.ts';

/**
 * The reference form of `Dynamics.trajectories`: member by member, each with the stream forked by its index, advanced to each
 * time in turn and observed there. A batched form must equal it bit for bit.
 */
export function trajectoryLoop<State>(
  dynamics: Dynamics<State>,
  request: TrajectoryRequest<State>,
): TrajectoryResult<State> {
  const { members, controls, times, signals } = request;
  const values = Object.fromEntries(signals.map((name) => [name, new Float64Array(members.length * times.length)]));
  const ends = members.map((member, m) => {
    const random = request.random.fork(m);
    let { state } = member;
    times.forEach((time, t) => {
      if (dynamics.time(state) < time) state = dynamics.advance(state, member.parameters, controls, time, random);
      for (const name of signals) {
        const value = dynamics.observe(state, member.parameters, name);
        if (typeof value !== 'number') {
          throw runtimeErrors.error('runtime-shape', `Signal ${name} is a field; a forecast records numbers.`, {
            element: name,
          });
        }
        values[name]![m * times.length + t] = value;
      }
    });
    return state;
  });
  return { values, ends };
}

/** Member paths through the batched form where there is one, else through the loop. */
export function trajectories<State>(
  dynamics: Dynamics<State>,
  request: TrajectoryRequest<State>,
): TrajectoryResult<State> {
  return dynamics.trajectories?.(request) ?? trajectoryLoop(dynamics, request);
}

/**
 * Paths when something the members do not control is itself uncertain: the members are dealt out over the strata in turn,
 * and each stratum sees its own controls. With one stratum this is the plain form.
 */
export function stratifiedTrajectories<State>(
  dynamics: Dynamics<State>,
  request: Omit<TrajectoryRequest<State>, 'controls'>,
  strata: readonly (readonly ControlInput[])[],
): Readonly<Record<string, Float64Array>> {
  const { members, times, signals, random } = request;
  if (strata.length === 1) return trajectories(dynamics, { ...request, controls: strata[0]! }).values;
  const values = Object.fromEntries(signals.map((name) => [name, new Float64Array(members.length * times.length)]));
  strata.forEach((controls, stratum) => {
    const own = members.map((_, m) => m).filter((m) => m % strata.length === stratum);
    if (own.length === 0) return;
    const part = trajectories(dynamics, {
      members: own.map((m) => members[m]!),
      controls,
      times,
      signals,
      random: random.fork('stratum', stratum),
    });
    for (const name of signals) {
      own.forEach((m, i) => {
        const row = part.values[name]!.subarray(i * times.length, (i + 1) * times.length);
        values[name]!.set(row, m * times.length);
      });
    }
  });
  return values;
}

/** The grid of a forecast: aligned with the belief's own time, so that forecasts and later observations meet. */
export function forecastTimes(beliefAt: Instant, now: Instant, stepMinutes: number, horizonMinutes: number): Instant[] {
  const step = stepMinutes * 60_000;
  const from = beliefAt + Math.max(0, Math.floor((now - beliefAt) / step)) * step;
  const count = Math.round(horizonMinutes / stepMinutes);
  return Array.from({ length: count + 1 }, (_, k) => (from + k * step) as Instant);
}
