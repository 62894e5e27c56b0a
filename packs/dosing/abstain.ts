import type { Advice, Reason } from '@gemel/core';

/** No proposal, for the first of the reasons. */
export function abstain(reasons: readonly Reason[]): Advice {
  const { code, statement } = reasons[0];
  return { kind: 'abstain', code, statement: `No proposal: ${statement}`, reasons, advisories: [], plans: [] };
}
