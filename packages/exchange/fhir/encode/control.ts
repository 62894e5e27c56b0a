import type { ControlInput } from '@gemel/core';
import { codingKey } from '@gemel/core/concept';
import type * as fhir from '@medplum/fhirtypes';
import { exchangeErrors } from '../../errors.data.ts';
import { type ControlForm, controlForms, medicationSystems } from '../codes.data.ts';
import { writeDateTime } from '../datetime.ts';
import { conceptOf, labelled, ownId, periodOf, quantityOf, subjectOf } from './elements.ts';
import { encodeMedicationRequest } from './medication-request.ts';
import { encodeNutritionOrder } from './nutrition-order.ts';
import { isRate } from './order.ts';
import { encodeServiceRequest } from './service-request.ts';

const FORMS = new Map(controlForms.map(({ coding, form }) => [codingKey(coding), form]));

/** What a control becomes, by its codes. */
export function controlForm(control: ControlInput): ControlForm {
  for (const coding of control.code.codings) {
    const form = FORMS.get(codingKey(coding)) ?? (medicationSystems.includes(coding.system) ? 'medication' : undefined);
    if (form !== undefined) return form;
  }
  return 'service';
}

export type EncodedControl =
  | fhir.MedicationAdministration
  | fhir.MedicationRequest
  | fhir.NutritionOrder
  | fhir.Observation
  | fhir.ServiceRequest;

/**
 * A control input that was given or is planned. Given: MedicationAdministration, or an Observation of what was eaten.
 * Planned: an active MedicationRequest, NutritionOrder or ServiceRequest with intent plan. What is only proposed leaves
 * through `encodeRelease`.
 * @throws fhir-encode-unreviewed for a proposal; fhir-encode-value for a given control that is no medication and no food
 */
export function encodeControl(control: ControlInput, form: ControlForm = controlForm(control)): EncodedControl {
  if (control.status === 'proposed') {
    const message = `${control.id} is a proposal: it is written only in a release that a person acted on.`;
    throw exchangeErrors.error('fhir-encode-unreviewed', message);
  }
  if (control.status === 'planned') {
    const frame = { id: control.id, subject: control.subject, status: 'active', intent: 'plan' } as const;
    if (form === 'medication') {
      return labelled(encodeMedicationRequest(control, { ...frame, id: ownId('MedicationRequest', control) }), control);
    }
    if (form === 'nutrition') {
      return labelled(encodeNutritionOrder(control, { ...frame, id: ownId('NutritionOrder', control) }), control);
    }
    return labelled(encodeServiceRequest(control, { ...frame, id: ownId('ServiceRequest', control) }), control);
  }
  if (form === 'medication') return labelled(encodeMedicationAdministration(control), control);
  if (form === 'nutrition') return labelled(encodeIntake(control), control);
  const what = control.code.text ?? control.control;
  throw exchangeErrors.error('fhir-encode-value', `${what} was given, and is neither medication nor food.`);
}

function encodeMedicationAdministration(control: ControlInput): fhir.MedicationAdministration {
  const { offset } = control;
  const amount = quantityOf(control.value);
  return {
    resourceType: 'MedicationAdministration',
    id: ownId('MedicationAdministration', control),
    meta: { lastUpdated: writeDateTime(control.knownAt, offset) },
    status: 'completed',
    medicationCodeableConcept: conceptOf(control.code),
    subject: subjectOf(control.subject),
    ...effectiveOf(control),
    dosage: isRate(control.value.unit) ? { rateQuantity: amount } : { dose: amount },
  };
}

function encodeIntake(control: ControlInput): fhir.Observation {
  return {
    resourceType: 'Observation',
    id: ownId('Observation', control),
    status: 'final',
    code: conceptOf(control.code),
    subject: subjectOf(control.subject),
    ...effectiveOf(control),
    issued: writeDateTime(control.knownAt, control.offset),
    valueQuantity: quantityOf(control.value),
  };
}

function effectiveOf({
  from,
  to,
  offset,
}: ControlInput): { effectiveDateTime: string } | { effectivePeriod: fhir.Period } {
  return to === undefined || to === from
    ? { effectiveDateTime: writeDateTime(from, offset) }
    : { effectivePeriod: periodOf(from, to, offset) };
}
