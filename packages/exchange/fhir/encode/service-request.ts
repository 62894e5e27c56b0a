import type { ControlInput } from '@gemel/core';
import type * as fhir from '@medplum/fhirtypes';
import { writeDateTime } from '../datetime.ts';
import { conceptOf, periodOf, quantityOf } from './elements.ts';
import { isSuspend, type OrderFrame, orderElements, orderSubject } from './order.ts';

/** A ServiceRequest for a control that is neither medication nor food. */
export function encodeServiceRequest(control: ControlInput, frame: OrderFrame): fhir.ServiceRequest {
  const { from, to, offset } = control;
  return {
    resourceType: 'ServiceRequest',
    ...orderElements(control, frame),
    ...(isSuspend(control, frame) ? { doNotPerform: true } : {}),
    ...(frame.basedOn === undefined ? {} : { basedOn: [{ reference: frame.basedOn }] }),
    code: conceptOf(control.code),
    quantityQuantity: quantityOf(control.value),
    subject: orderSubject(frame),
    ...(to === undefined || to === from
      ? { occurrenceDateTime: writeDateTime(from, offset) }
      : { occurrencePeriod: periodOf(from, to, offset) }),
    authoredOn: writeDateTime(control.knownAt, offset),
    ...(frame.requester === undefined ? {} : { requester: frame.requester }),
  };
}
