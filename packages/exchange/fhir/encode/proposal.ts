import type { Forecast, Trace } from '@gemel/core';
import type * as fhir from '@medplum/fhirtypes';
import { writeDateTime } from '../datetime.ts';
import { AI_ASSERTED } from '../labels.data.ts';
import { BundleWriter } from './bundle-writer.ts';
import { type DraftOptions, writeDraft } from './draft.ts';
import { subjectOf } from './elements.ts';
import { encodeAssembly } from './provenance.ts';

/** Everything a proposal is written from. */
export interface Proposal extends DraftOptions {
  readonly trace: Trace;
  /** The forecast as things are planned, for an abstention; null where it was withheld. */
  readonly forecast: Forecast | null;
  /** The patient, to stand in the same bundle; only a reference to them where absent. */
  readonly patient?: fhir.Patient;
}

/**
 * The twin's word before a person has acted: a collection, nothing to be posted as it is. The forecast as RiskAssessment and
 * the best allowed plan as a draft CarePlan with draft orders, labelled as asserted by software alone. An abstention is the
 * forecast as planned, or a RiskAssessment without predictions that states its reasons. Pure: the same proposal gives the
 * same bundle.
 */
export function encodeProposal(proposal: Proposal): fhir.Bundle {
  const { trace, patient, at } = proposal;
  const offset = proposal.offset ?? null;
  const writer = new BundleWriter('collection', trace.hash);
  const subject = patient === undefined ? subjectOf(trace.subject) : { reference: writer.add(patient) };
  const { advice } = trace;
  const plan = (advice.kind === 'advise' ? advice.plans.find(({ allowed }) => allowed) : undefined) ?? null;
  const forecast = plan?.forecast ?? proposal.forecast;
  const draft = { trace, plan, forecast, subject, security: [{ ...AI_ASSERTED }] };
  const drafted = writeDraft(writer, draft, proposal);
  const recorded = writeDateTime(at, offset);
  const targets = [...drafted.forecast, ...drafted.plan];
  writer.add(encodeAssembly(trace, { targets, software: drafted.software, recorded, offset }));
  return writer.bundle(recorded);
}
