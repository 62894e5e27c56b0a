import type { ControlInput } from '@gemel/core';
import type * as fhir from '@medplum/fhirtypes';
import { writeDateTime } from '../datetime.ts';
import { conceptOf, periodOf, quantityOf } from './elements.ts';
import { isRate, isSuspend, type OrderFrame, orderElements, orderSubject, timingOf } from './order.ts';

/** A MedicationRequest for one control. A proposal of nothing (a suspend) is a request not to give. */
export function encodeMedicationRequest(control: ControlInput, frame: OrderFrame): fhir.MedicationRequest {
  const amount = quantityOf(control.value);
  const { validity } = frame;
  return {
    resourceType: 'MedicationRequest',
    ...orderElements(control, frame),
    ...(isSuspend(control, frame) ? { doNotPerform: true } : {}),
    medicationCodeableConcept: conceptOf(control.code),
    subject: orderSubject(frame),
    authoredOn: writeDateTime(control.knownAt, control.offset),
    ...(frame.requester === undefined ? {} : { requester: frame.requester }),
    ...(frame.basedOn === undefined ? {} : { basedOn: [{ reference: frame.basedOn }] }),
    dosageInstruction: [
      {
        timing: timingOf(control),
        doseAndRate: [isRate(control.value.unit) ? { rateQuantity: amount } : { doseQuantity: amount }],
      },
    ],
    ...(validity === undefined
      ? {}
      : { dispenseRequest: { validityPeriod: periodOf(validity.from, validity.to, control.offset) } }),
  };
}
