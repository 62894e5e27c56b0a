import type { ControlInput, LimitVerdict, Scenario } from '@gemel/core';
import type { Pack, Situation } from './pack.ts';

/** A scenario as the hard limits leave it. */
export interface Limited {
  readonly scenario: Scenario;
  readonly verdicts: readonly LimitVerdict[];
  readonly allowed: boolean;
}

/** One limit may clip into another's way; they are run again until nothing moves, this often at most. */
const ROUNDS = 4;
const RANK = { within: 0, clipped: 1, forbidden: 2 } as const;

/** Runs every hard limit over a scenario, whoever made it. Nothing switches one off. What does not settle is forbidden. */
// biome-ignore lint/suspicious/noExplicitAny: the state is opaque here
export function applyLimits(pack: Pack<any>, scenario: Scenario, situation: Situation<unknown>): Limited {
  const worst = new Map<string, LimitVerdict>();
  let controls: readonly ControlInput[] = scenario.controls.map((control) => ({ ...control, status: 'proposed' }));
  let settled = false;
  for (let round = 0; round < ROUNDS && !settled; round++) {
    settled = true;
    for (const limit of pack.limits) {
      const result = limit.apply(controls, situation);
      const { verdict } = result;
      const known = worst.get(limit.name);
      if (known === undefined || RANK[verdict.verdict] > RANK[known.verdict]) worst.set(limit.name, verdict);
      if (verdict.verdict === 'clipped') {
        settled = false;
        controls = result.controls;
      }
    }
  }
  const verdicts = pack.limits.map((limit) => worst.get(limit.name)!);
  if (!settled) {
    const message = `The limits still changed the plan after ${ROUNDS} rounds, so it is forbidden.`;
    verdicts.push({
      limit: 'limits-settle',
      title: 'The limits agree with one another',
      verdict: 'forbidden',
      message,
    });
  }
  return {
    scenario: { ...scenario, controls },
    verdicts,
    allowed: verdicts.every((verdict) => verdict.verdict !== 'forbidden'),
  };
}
