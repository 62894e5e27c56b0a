import type { FilterStatus } from './status.ts';

/** A filter's step, its randomness (if any) a function of the observation alone. */
export type FilterStep<S, O> = (state: S, observation: O) => S;

interface Kept<S, O> {
  /** After the observation, or the initial state. */
  readonly state: S;
  readonly time: number;
  readonly observation: O | null;
}

/** The last stretch of a filter's run, from which it can be run again. */
export interface FixedLagState<S, O> {
  /** In order of time; the first is the point before which nothing can be changed. */
  readonly kept: readonly Kept<S, O>[];
  /** In the unit of the times. */
  readonly lag: number;
}

export interface FixedLagInfo {
  /** `ok`, or `too-late`: not used. */
  readonly status: Extract<FilterStatus, 'ok' | 'too-late'>;
  /** Steps made, 1 for an observation in order. */
  readonly steps: number;
}

export function init<S, O>(state: S, time: number, lag: number): FixedLagState<S, O> {
  return { kept: [{ state, time, observation: null }], lag };
}

/** The newest state. */
export function latest<S, O>({ kept }: FixedLagState<S, O>): S {
  return kept[kept.length - 1].state;
}

/**
 * Takes in an observation of any time not before the history: a late one is put into its place and every later one is
 * taken in again, so that the state is the one that timely arrival would have given. Observations of one time stay in
 * order of arrival. A filter that draws must fork its stream by the observation, not by the count of steps.
 */
export function step<S, O extends { readonly time: number }>(
  filter: FilterStep<S, O>,
  { kept, lag }: FixedLagState<S, O>,
  observation: O,
): { readonly state: FixedLagState<S, O>; readonly info: FixedLagInfo } {
  if (!(observation.time >= kept[0].time)) return { state: { kept, lag }, info: { status: 'too-late', steps: 0 } };
  let at = kept.length;
  while (at > 1 && kept[at - 1].time > observation.time) at--;
  const again = [observation, ...kept.slice(at).flatMap((k) => (k.observation === null ? [] : [k.observation]))];
  const next = kept.slice(0, at);
  for (const o of again) next.push({ state: filter(next[next.length - 1].state, o), time: o.time, observation: o });
  const newest = next[next.length - 1].time;
  let first = 0;
  // The last state at or before the edge of the lag stays: it is where a rerun starts from.
  while (first + 1 < next.length && next[first + 1].time <= newest - lag) first++;
  return { state: { kept: next.slice(first), lag }, info: { status: 'ok', steps: again.length } };
}
