import type { Fact, Forecast, Instant, Trace } from '@gemel/core';
import { isoInstant } from '@gemel/core';
import { controlForm, encodePatient } from '@gemel/exchange/fhir/encode';
import { encodeCarePlan } from '@gemel/exchange/fhir/encode/care-plan';
import { encodeSoftware } from '@gemel/exchange/fhir/encode/device';
import { identifierOf, narrativeOf, researchNote } from '@gemel/exchange/fhir/encode/elements';
import { encodeMedicationRequest } from '@gemel/exchange/fhir/encode/medication-request';
import { encodeNutritionOrder } from '@gemel/exchange/fhir/encode/nutrition-order';
import type { OrderFrame } from '@gemel/exchange/fhir/encode/order';
import { encodeAssembly } from '@gemel/exchange/fhir/encode/provenance';
import { encodeRiskAssessment, inputReferences } from '@gemel/exchange/fhir/encode/risk-assessment';
import { encodeServiceRequest } from '@gemel/exchange/fhir/encode/service-request';
import { AI_ASSERTED } from '@gemel/exchange/fhir/labels.data';
import type * as fhir from '@medplum/fhirtypes';
import manifest from './package.json' with { type: 'json' };

/** What a proposal that nobody has acted on yet is written from. */
export interface ProposalBundle {
  readonly trace: Trace;
  /** The forecast as planned; null where it was withheld. */
  readonly forecast: Forecast | null;
  readonly facts: readonly Fact[];
  readonly at: Instant;
  readonly sha256: (text: string) => string;
}

/**
 * The twin's word before a person has acted: a collection (nothing to be posted as it is) of the patient, the software, the
 * forecast as RiskAssessment, and the best allowed plan as a draft CarePlan with draft orders, labelled as asserted by
 * software alone. An abstention is a RiskAssessment without predictions that states its reasons.
 */
export function proposalBundle(given: ProposalBundle): fhir.Bundle {
  const { trace, at, sha256 } = given;
  const entries: fhir.BundleEntry[] = [];
  const urn = (n: number) => {
    const hex = sha256(`${trace.hash}/${n}`);
    return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  };
  const add = (resource: fhir.Resource): string => {
    const fullUrl = urn(entries.length);
    entries.push({ fullUrl, resource });
    return fullUrl;
  };
  const patient = add({
    ...encodePatient(urn(0).slice('urn:uuid:'.length), given.facts),
    identifier: [identifierOf('subject', trace.subject)],
  });
  const subject: fhir.Reference<fhir.Patient> = { reference: patient };
  const software = add(encodeSoftware({ name: 'Gemel', version: manifest.version }, trace.pack));
  const plan = trace.advice.kind === 'advise' ? trace.advice.plans.find((candidate) => candidate.allowed) : undefined;
  const forecast = plan?.forecast ?? given.forecast;
  const asserted: string[] = [];
  const risk = add(
    forecast === null
      ? withheldAssessment(trace, subject, software, at)
      : encodeRiskAssessment(forecast, {
          subject,
          performer: { reference: software },
          offset: null,
          basis: inputReferences(trace),
        }),
  );
  asserted.push(risk);
  if (plan !== undefined && trace.advice.kind === 'advise') {
    const validity = { from: trace.at, to: trace.advice.expires };
    const controls = plan.scenario.controls.filter((control) => control.status !== 'given');
    const planUrl = urn(entries.length + controls.length);
    const orders = controls.map((control, i) => {
      const frame: OrderFrame = {
        identifier: identifierOf('order', `${trace.id}/${plan.scenario.id}/${i}`),
        subject: trace.subject,
        subjectReference: subject,
        status: 'draft',
        intent: 'proposal',
        security: [{ ...AI_ASSERTED }],
        validity,
        basedOn: planUrl,
        requester: { reference: software },
        note: [`${control.control}: ${control.value.value} ${control.value.unit}.`, trace.advice.statement],
      };
      const form = controlForm(control);
      if (form === 'medication') return add(encodeMedicationRequest(control, frame));
      return add(form === 'nutrition' ? encodeNutritionOrder(control, frame) : encodeServiceRequest(control, frame));
    });
    const frame = {
      subject,
      author: { reference: software },
      security: [{ ...AI_ASSERTED }],
      validity,
      at,
      offset: null,
      orders,
    };
    asserted.push(...orders, add(encodeCarePlan(trace, plan, { ...frame, forecast: risk })));
  }
  const recorded = isoInstant(at);
  add(encodeAssembly(trace, { targets: asserted, software, recorded, offset: null }));
  return { resourceType: 'Bundle', type: 'collection', timestamp: recorded, entry: entries };
}

function withheldAssessment(
  trace: Trace,
  subject: fhir.Reference<fhir.Patient>,
  software: string,
  at: Instant,
): fhir.RiskAssessment {
  const words = [trace.advice.statement, ...trace.advice.reasons.map((reason) => reason.statement)];
  return {
    resourceType: 'RiskAssessment',
    meta: { security: [{ ...AI_ASSERTED }] },
    text: narrativeOf(...words),
    identifier: [identifierOf('trace', trace.id)],
    status: 'preliminary',
    code: { text: 'No prediction: withheld' },
    subject,
    occurrenceDateTime: isoInstant(at),
    performer: { reference: software },
    note: researchNote(...words),
  };
}
