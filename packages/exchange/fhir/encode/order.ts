import type { ControlInput, Instant } from '@gemel/core';
import type * as fhir from '@medplum/fhirtypes';
import { EXPIRES } from '../codes.data.ts';
import { writeDateTime } from '../datetime.ts';
import { periodOf, researchNote, subjectOf } from './elements.ts';

/** What an order says besides its control. */
export interface OrderFrame {
  readonly id?: string;
  readonly identifier?: fhir.Identifier;
  readonly subject: string;
  readonly subjectReference?: fhir.Reference<fhir.Patient>;
  readonly status: 'draft' | 'active';
  readonly intent: 'proposal' | 'plan';
  readonly security?: readonly fhir.Coding[];
  /** Until when a proposal may be acted on. */
  readonly validity?: { readonly from: Instant; readonly to: Instant };
  readonly basedOn?: string;
  readonly requester?: fhir.Reference<fhir.Device>;
  /** Words for people. */
  readonly note?: readonly string[];
}

/** The elements every order has in common. */
export function orderElements(control: Pick<ControlInput, 'offset'>, frame: OrderFrame) {
  const { security = [], validity } = frame;
  const expires = validity === undefined ? undefined : writeDateTime(validity.to, control.offset);
  return {
    ...(frame.id === undefined ? {} : { id: frame.id }),
    ...(security.length > 0 ? { meta: { security: [...security] } } : {}),
    ...(expires === undefined ? {} : { extension: [{ url: EXPIRES, valueDateTime: expires }] }),
    ...(frame.identifier === undefined ? {} : { identifier: [frame.identifier] }),
    status: frame.status,
    intent: frame.intent,
    ...(frame.note === undefined ? {} : { note: researchNote(...frame.note) }),
  };
}

export function orderSubject(frame: OrderFrame): fhir.Reference<fhir.Patient> {
  return frame.subjectReference ?? subjectOf(frame.subject);
}

/** When a control is to be given: one event, or a stretch. */
export function timingOf({ from, to, offset }: ControlInput): fhir.Timing {
  return to === undefined || to === from
    ? { event: [writeDateTime(from, offset)] }
    : { repeat: { boundsPeriod: periodOf(from, to, offset) } };
}

/** A proposal to give nothing over a stretch: a suspend. */
export function isSuspend(control: ControlInput, frame: OrderFrame): boolean {
  return frame.intent === 'proposal' && control.value.value === 0;
}

/** Whether the unit is a rate: an amount per time. */
export function isRate(unit: string): boolean {
  return /\/(s|min|h|d|wk)$/.test(unit);
}
