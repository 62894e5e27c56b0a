import type { Forecast, PersonAction, Plan, Trace } from '@gemel/core';
import type * as fhir from '@medplum/fhirtypes';
import { exchangeErrors } from '../../errors.data.ts';
import { writeDateTime } from '../datetime.ts';
import { AI_ASSERTED, CLINICIAN_ASSERTED } from '../labels.data.ts';
import { encodeAuditEvent } from './audit-event.ts';
import { BundleWriter } from './bundle-writer.ts';
import { type DraftOptions, writeDraft } from './draft.ts';
import { subjectOf } from './elements.ts';
import { encodeAssembly, encodeReview } from './provenance.ts';

/** Everything a release is written from. */
export interface Release extends DraftOptions {
  readonly trace: Trace;
  /** The plan the person acted on: the one agreed to, or their own after the limits; null where they rejected. */
  readonly plan: Plan | null;
  /** What the person did; the trace's own action where absent. */
  readonly action?: PersonAction;
  /** The forecast behind it; the plan's own where absent, else that of the best plan compared. */
  readonly forecast?: Forecast;
  /** Literal reference of the patient; from the trace's subject where absent. */
  readonly subjectReference?: string;
  /** Reference of the person (`Practitioner/7`), where they are known to the receiver. */
  readonly personReference?: string;
}

/**
 * What leaves after a person acted: one transaction of the forecast (RiskAssessment), the plan (CarePlan) and its orders
 * (MedicationRequest, NutritionOrder, ServiceRequest), all drafts and proposals for ever, with the software (Device), who
 * did what (two Provenances) and the AuditEvent. A rejection leaves no plan and no order. Pure: the same release gives the
 * same bundle, with the same ids; what has an identifier is created only if it is not there yet.
 * @throws fhir-encode-unreviewed where nobody acted, or the action and the plan do not fit
 */
export function encodeRelease(release: Release): fhir.Bundle {
  const { trace, plan, at } = release;
  const action = reviewed(release);
  const offset = release.offset ?? null;
  const subject = subjectOf(release.subjectReference ?? trace.subject);
  const known = release.personReference === undefined ? {} : { reference: release.personReference };
  const person: fhir.Reference = { ...known, display: action.person };
  const changed = action.kind === 'change';
  // What the person changed is theirs: the twin does not assert it.
  const security = changed ? [{ ...CLINICIAN_ASSERTED }] : [{ ...AI_ASSERTED }, { ...CLINICIAN_ASSERTED }];
  const writer = new BundleWriter('transaction', trace.hash);
  const forecast = release.forecast ?? plan?.forecast ?? trace.advice.plans[0]?.forecast ?? null;
  const draft = { trace, plan, forecast, subject, security, ...(changed ? { contributor: person } : {}) };
  const drafted = writeDraft(writer, draft, release);
  const { software } = drafted;
  const recorded = writeDateTime(at, offset);
  const byTwin = changed ? drafted.forecast : [...drafted.forecast, ...drafted.plan];
  writer.add(encodeAssembly(trace, { targets: byTwin, software, recorded, offset }));
  const targets = drafted.plan.length > 0 ? drafted.plan : drafted.forecast;
  writer.add(encodeReview(trace, action, person, { targets, recorded, offset }));
  const written = [...drafted.forecast, ...drafted.plan];
  writer.add(encodeAuditEvent(trace, action, { subject, person, software, recorded, written }));
  return writer.bundle(recorded);
}

function reviewed({ trace, plan, action = trace.action ?? undefined }: Release): PersonAction {
  const refuse = (why: string) => exchangeErrors.error('fhir-encode-unreviewed', `Trace ${trace.id}: ${why}.`);
  if (action === undefined) throw refuse('nobody has acted on it');
  if (action.reason.trim() === '') throw refuse('the action gives no reason');
  if (action.kind === 'reject' && plan !== null) throw refuse('it was rejected, and a plan is given to be written');
  if (action.kind !== 'reject' && plan === null) throw refuse('it was agreed to, and no plan is given');
  if (plan !== null && !plan.allowed) throw refuse('the plan is forbidden by a limit');
  return action;
}
