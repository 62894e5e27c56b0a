import type { ControlInput, Instant, ProposedMeasurement } from '@gemel/core';
import { SNOMED } from '@gemel/core/concept';
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

/** A ServiceRequest for something to be measured over a stretch of time. */
export function encodeMeasurementRequest(
  measurement: ProposedMeasurement,
  frame: OrderFrame,
  authored: Instant,
  offset: number | null,
): fhir.ServiceRequest {
  const { code, title, from, to } = measurement;
  return {
    resourceType: 'ServiceRequest',
    ...orderElements({ offset }, frame),
    ...(frame.basedOn === undefined ? {} : { basedOn: [{ reference: frame.basedOn }] }),
    category: [{ coding: [{ system: SNOMED, code: '108252007', display: 'Laboratory procedure' }] }],
    code: { ...conceptOf(code), text: code.text ?? title },
    subject: orderSubject(frame),
    occurrencePeriod: periodOf(from, to, offset),
    authoredOn: writeDateTime(authored, offset),
    ...(frame.requester === undefined ? {} : { requester: frame.requester }),
  };
}
