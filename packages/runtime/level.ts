import { type ControlInput, DAY, type Instant, MINUTE } from '@gemel/core';
import type { Equipped } from './fold.ts';
import type { SubjectLog } from './subject-log.ts';

export type Level = 'model' | 'shadow' | 'twin';

/** A plan a person let go: when, and which control inputs it holds. */
export interface ReleaseNote {
  readonly trace: string;
  readonly pack: string;
  readonly at: Instant;
  readonly scenario: string;
  readonly controls: readonly ControlInput[];
}

/** So many separate arrivals make a flow; fewer may be a hand-made import. */
const ARRIVALS = 3;

/**
 * The level of integration after Kritzinger et al. 2018 (IFAC-PapersOnLine 51-11, 1016, doi:10.1016/j.ifacol.2018.08.474):
 * model where data are carried by hand, shadow where they flow from the entity by themselves, twin where they flow both ways
 * (with a person in the loop, as National Academies 2024, doi:10.17226/26894, has it for medicine). Read from the log, by this rule:
 *
 * - window: the last day, or three forecast horizons where that is longer;
 * - shadow: within the window, observations the pack sees were learned at three or more separate instants, each not later than
 *   one forecast horizon after it was true;
 * - twin: shadow, and within the window a person released a plan of this pack and, after that, the log learned that a control
 *   input named in it was given, at or after the release;
 * - model: otherwise.
 */
export function levelOf(log: SubjectLog, twin: Equipped, releases: readonly ReleaseNote[], now: Instant): Level {
  const horizon = twin.pack.forecast.horizonMinutes * MINUTE;
  const begin = now - Math.max(DAY, 3 * horizon);
  const arrivals = new Set<number>();
  for (let i = log.observations.length - 1; i >= 0; i--) {
    const { item, trueAt, knownAt } = log.observations[i]!;
    if (trueAt < begin - horizon) break;
    if (knownAt < begin || knownAt > now || knownAt - trueAt > horizon) continue;
    const seen = twin.lens.observation(item);
    if (seen !== null && seen.grade !== 'poor') arrivals.add(knownAt);
    if (arrivals.size >= ARRIVALS) break;
  }
  if (arrivals.size < ARRIVALS) return 'model';
  const returned = releases.some(
    (release) =>
      release.pack === twin.pack.id &&
      release.at >= begin &&
      release.at <= now &&
      log.controls.some(({ item, knownAt }) => {
        const seen = twin.lens.control(item);
        return (
          seen !== null &&
          seen.status === 'given' &&
          seen.from >= release.at &&
          knownAt >= release.at &&
          release.controls.some((planned) => planned.control === seen.control)
        );
      }),
  );
  return returned ? 'twin' : 'shadow';
}
