import type { ActionRequest, ControlView, ProposalView } from '@gemel/server/api';
import { strings } from '../strings.data.ts';
import { type Arm, controlsOf } from '../twin/arm.ts';

/** What the form holds; nothing is chosen beforehand. */
export interface Decision {
  readonly kind: ActionRequest['kind'] | null;
  readonly scenario: string | null;
  readonly arm: Arm;
  readonly person: string;
  readonly reason: string;
}

/** What is still missing, by field. */
export type Missing = Partial<Record<'kind' | 'scenario' | 'controls' | 'person' | 'reason', string>>;

export function missingOf(decision: Decision, controls: readonly ControlView[]): Missing {
  const t = strings.proposal;
  return {
    ...(decision.kind === null && { kind: t.missingKind }),
    ...(decision.kind === 'agree' && decision.scenario === null && { scenario: t.missingOption }),
    ...(decision.kind === 'change' &&
      controlsOf(decision.arm, controls).length === 0 && { controls: t.missingControls }),
    ...(decision.person.trim() === '' && { person: t.missingPerson }),
    ...(decision.reason.trim() === '' && { reason: t.missingReason }),
  };
}

/** The request for a complete decision. */
export function requestOf(decision: Decision, proposal: ProposalView, controls: readonly ControlView[]): ActionRequest {
  return {
    kind: decision.kind!,
    person: decision.person.trim(),
    reason: decision.reason.trim(),
    traceHash: proposal.trace.hash,
    ...(decision.kind === 'agree' && { scenario: decision.scenario! }),
    ...(decision.kind === 'change' && { controls: controlsOf(decision.arm, controls) }),
  };
}
