import type { Instant, Plan, Trace } from '@gemel/core';
import type * as fhir from '@medplum/fhirtypes';
import { EXPIRES } from '../codes.data.ts';
import { writeDateTime } from '../datetime.ts';
import { identifierOf, narrativeOf, periodOf, researchNote } from './elements.ts';

export interface CarePlanFrame {
  readonly subject: fhir.Reference<fhir.Patient>;
  readonly author: fhir.Reference<fhir.Device>;
  readonly contributor?: fhir.Reference;
  readonly security: readonly fhir.Coding[];
  readonly validity: { readonly from: Instant; readonly to: Instant };
  readonly at: Instant;
  readonly offset: number | null;
  /** References to the orders of the plan. */
  readonly orders: readonly string[];
  readonly forecast: string;
}

/** The plan as a draft proposal that points at its draft orders and the forecast it rests on. Nothing here activates them. */
export function encodeCarePlan(trace: Trace, plan: Plan, frame: CarePlanFrame): fhir.CarePlan {
  const { advice } = trace;
  const until = writeDateTime(frame.validity.to, frame.offset);
  const limits = plan.limits
    .filter(({ verdict }) => verdict !== 'within')
    .map(({ title, message }) => `${title}: ${message}`);
  const words = [advice.statement, ...advice.reasons.map((reason) => reason.statement), ...limits];
  const expiry = `Not to be acted on after ${until}.`;
  return {
    resourceType: 'CarePlan',
    meta: { security: [...frame.security] },
    text: narrativeOf(plan.scenario.title, ...words, expiry),
    extension: [{ url: EXPIRES, valueDateTime: until }],
    identifier: [identifierOf('plan', `${trace.id}/${plan.scenario.id}`)],
    status: 'draft',
    intent: 'proposal',
    title: plan.scenario.title,
    ...(advice.statement === '' ? {} : { description: advice.statement }),
    subject: frame.subject,
    period: periodOf(frame.validity.from, frame.validity.to, frame.offset),
    created: writeDateTime(frame.at, frame.offset),
    author: frame.author,
    ...(frame.contributor === undefined
      ? {}
      : { contributor: [frame.contributor] as NonNullable<fhir.CarePlan['contributor']> }),
    supportingInfo: [{ reference: frame.forecast }],
    ...(frame.orders.length > 0
      ? { activity: frame.orders.map((reference) => ({ reference: { reference } })) as fhir.CarePlanActivity[] }
      : {}),
    note: researchNote(expiry, ...words.slice(1)),
  };
}
