import { useMemo } from 'react';
import { serverNow } from '../data/clock.ts';

/** Server time at which the present `answer` came: ages given in it count from then. */
export function useAnswerTime(answer: unknown): number {
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new answer is what makes it a new time
  return useMemo(() => serverNow(), [answer]);
}
