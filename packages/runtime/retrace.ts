import { type Instant, instant, type Trajectory } from '@gemel/core';
import { summarise } from './forecast.ts';
import type { Belief, History, Pack } from './pack.ts';
import { normalised } from './summary.ts';
import { viewOf } from './view.ts';

/** Points of a curve of the past, besides the instants at which something begins or ends. */
const POINTS = 240;

/**
 * What the belief says of [from, to], of the quantity that the pack's view draws; null where the pack gives no past. What is
 * given changes a curve's course: its beginnings and ends are among the times.
 */
export function retraced(
  // biome-ignore lint/suspicious/noExplicitAny: the state is opaque here
  pack: Pack<any>,
  belief: Belief<unknown>,
  history: History,
  from: number,
  to: number,
): Trajectory | null {
  const { quantity } = viewOf(pack);
  const spec = pack.quantities.find(({ name }) => name === quantity);
  if (pack.retrace === undefined || spec === undefined || spec.kind !== 'trajectory' || !(to > from)) return null;
  const step = (to - from) / POINTS;
  const turns = history.controls.flatMap((control) => [control.from, control.to ?? control.from]);
  const all = [...Array.from({ length: POINTS + 1 }, (_, k) => Math.round(from + k * step)), ...turns];
  const times: readonly Instant[] = [...new Set(all.filter((at) => at >= from && at <= to))]
    .sort((a, b) => a - b)
    .map(instant);
  const paths = pack.retrace(belief, history, times);
  const summary = summarise(spec, paths, normalised(belief.weights), pack.id);
  return summary.kind === 'trajectory' ? summary : null;
}
