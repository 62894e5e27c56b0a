import type { Fact, Forecast, Instant, PersonAction, Plan, Trace } from '@gemel/core';
import type * as fhir from '@medplum/fhirtypes';
import { exchangeErrors } from '../errors.data.ts';
import manifest from '../package.json' with { type: 'json' };
import type { ControlForm } from './codes.data.ts';
import { writeDateTime } from './datetime.ts';
import { encodeAuditEvent } from './encode/audit-event.ts';
import { encodeCarePlan } from './encode/care-plan.ts';
import { encodeCondition } from './encode/condition.ts';
import { controlForm } from './encode/control.ts';
import { encodeSoftware, type Software } from './encode/device.ts';
import { identifierOf, subjectOf } from './encode/elements.ts';
import { encodeForecastObservation } from './encode/forecast-observation.ts';
import { encodeMedicationRequest } from './encode/medication-request.ts';
import { encodeNutritionOrder } from './encode/nutrition-order.ts';
import { encodeFactObservation } from './encode/observation.ts';
import type { OrderFrame } from './encode/order.ts';
import { patientFacts } from './encode/patient.ts';
import { encodeAssembly, encodeReview } from './encode/provenance.ts';
import { encodeRiskAssessment, inputReferences } from './encode/risk-assessment.ts';
import { encodeServiceRequest } from './encode/service-request.ts';
import { AI_ASSERTED, CLINICIAN_ASSERTED } from './labels.data.ts';

export { controlForm, type EncodedControl, encodeControl } from './encode/control.ts';
export type { Software } from './encode/device.ts';
export { encodeObservation } from './encode/observation.ts';
export { encodePatient } from './encode/patient.ts';

/** Everything a release is written from. */
export interface Release {
  readonly trace: Trace;
  /** The plan the person acted on: the one agreed to, or their own after the limits; null where they rejected. */
  readonly plan: Plan | null;
  /** What the person did; the trace's own action where absent. */
  readonly action?: PersonAction;
  /** The forecast behind it; the plan's own where absent, else that of the best plan compared. */
  readonly forecast?: Forecast;
  /** When this is written. */
  readonly at: Instant;
  /** Literal reference of the patient; from the trace's subject where absent. */
  readonly subjectReference?: string;
  /** Reference of the person (`Practitioner/7`), where they are known to the receiver. */
  readonly personReference?: string;
  readonly software?: Software;
  /** Local offset east of UTC in minutes for the times written; UTC where absent. */
  readonly offset?: number;
  /** Also write the predicted trajectories as Observations, for sites that demand it. */
  readonly forecastObservations?: boolean;
  /** What kind of order a control becomes, by its name, where its codes do not say. */
  readonly forms?: Readonly<Record<string, ControlForm>>;
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
  const forecast = release.forecast ?? plan?.forecast ?? trace.advice.plans[0]?.forecast;
  const subject = subjectOf(release.subjectReference ?? trace.subject);
  const person: fhir.Reference =
    release.personReference === undefined
      ? { display: action.person }
      : { reference: release.personReference, display: action.person };
  const recorded = writeDateTime(at, offset);
  const entries: fhir.BundleEntry[] = [];
  const add = (resource: fhir.Resource): string => {
    const fullUrl = urnOf(trace.hash, entries.length);
    entries.push({ fullUrl, resource, request: { method: 'POST', url: resource.resourceType, ...onlyOnce(resource) } });
    return fullUrl;
  };

  const software = add(encodeSoftware(release.software ?? { name: 'Gemel', version: manifest.version }, trace.pack));
  const written: string[] = [];
  const byTwin: string[] = [];
  const reviewedHere: string[] = [];
  const frame = { subject, performer: { reference: software }, offset, basis: inputReferences(trace) };
  let risk: string | undefined;
  if (forecast !== undefined) {
    risk = add(encodeRiskAssessment(forecast, frame));
    byTwin.push(risk);
    if (release.forecastObservations) {
      for (const quantity of Object.values(forecast.quantities)) {
        if (quantity.kind === 'trajectory') byTwin.push(add(encodeForecastObservation(forecast, quantity, frame)));
      }
    }
  }
  if (plan !== null && risk !== undefined) {
    const changed = action.kind === 'change';
    // What the person changed is theirs: the twin does not assert it.
    const security = changed ? [{ ...CLINICIAN_ASSERTED }] : [{ ...AI_ASSERTED }, { ...CLINICIAN_ASSERTED }];
    // Without an expiry of its own, a plan holds no longer than the forecast it rests on.
    const to = trace.advice.kind === 'advise' ? trace.advice.expires : plan.forecast.horizon.to;
    const validity = { from: trace.at, to };
    const orders: string[] = [];
    const controls = plan.scenario.controls.filter((control) => control.status !== 'given');
    // The plan stands before its orders, so that they can be based on it.
    const planUrl = urnOf(trace.hash, entries.length + controls.length);
    for (const [i, control] of controls.entries()) {
      const order: OrderFrame = {
        identifier: identifierOf('order', `${trace.id}/${plan.scenario.id}/${i}`),
        subject: trace.subject,
        subjectReference: subject,
        status: 'draft',
        intent: 'proposal',
        security,
        validity,
        basedOn: planUrl,
        requester: { reference: software },
        note: [`${control.control}: ${control.value.value} ${control.value.unit}.`, trace.advice.statement],
      };
      orders.push(add(orderOf(control, order, release.forms?.[control.control] ?? controlForm(control))));
    }
    const careFrame = {
      subject,
      author: { reference: software },
      security,
      validity,
      at,
      offset,
      orders,
      forecast: risk,
    };
    const contributor = changed ? { contributor: person } : {};
    reviewedHere.push(...orders, add(encodeCarePlan(trace, plan, { ...careFrame, ...contributor })));
    if (!changed) byTwin.push(...reviewedHere);
  }
  written.push(...new Set([...byTwin, ...reviewedHere]));
  if (byTwin.length > 0) add(encodeAssembly(trace, { targets: byTwin, software, recorded, offset }));
  const targets = reviewedHere.length > 0 ? reviewedHere : byTwin.length > 0 ? byTwin : [software];
  add(encodeReview(trace, action, person, { targets, recorded, offset }));
  add(encodeAuditEvent(trace, action, { subject, person, software, recorded, written }));
  return { resourceType: 'Bundle', type: 'transaction', timestamp: recorded, entry: entries };
}

/** A fact in the resource it belongs to; null for those that live in Patient (`encodePatient`). */
export function encodeFact(fact: Fact): fhir.Condition | fhir.Observation | null {
  if (patientFacts.includes(fact.fact)) return null;
  return fact.fact === 'condition' ? encodeCondition(fact) : encodeFactObservation(fact);
}

/** Resources as a Bundle of type collection, as a record is handed over. */
export function collection(resources: readonly fhir.Resource[]): fhir.Bundle {
  return { resourceType: 'Bundle', type: 'collection', entry: resources.map((resource) => ({ resource })) };
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

function orderOf(control: Plan['scenario']['controls'][number], frame: OrderFrame, form: ControlForm): fhir.Resource {
  if (form === 'medication') return encodeMedicationRequest(control, frame);
  return form === 'nutrition' ? encodeNutritionOrder(control, frame) : encodeServiceRequest(control, frame);
}

/** Condition under which the receiver creates a resource: its identifier is not there yet. */
function onlyOnce(resource: fhir.Resource): { ifNoneExist?: string } {
  const identifier =
    'identifier' in resource && Array.isArray(resource.identifier) ? resource.identifier[0] : undefined;
  if (identifier === undefined) return {};
  return { ifNoneExist: `identifier=${encodeURIComponent(`${identifier.system}|${identifier.value}`)}` };
}

/** A UUID (version 8, RFC 9562) for the n-th resource of the release of a trace: from the trace's hash, always the same. */
function urnOf(hash: string, n: number): string {
  if (!/^[0-9a-f]{64}$/.test(hash)) throw exchangeErrors.error('fhir-encode-id', `"${hash}" is no SHA-256.`);
  const last = (BigInt(`0x${hash.slice(32, 44)}`) ^ BigInt(n)).toString(16).padStart(12, '0');
  return `urn:uuid:${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${last}`;
}
