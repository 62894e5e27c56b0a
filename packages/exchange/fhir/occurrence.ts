import type { RawItem } from '@gemel/core';
import { type Context, type Json, KEPT, keep, note, type Outcome, REFUSED, refuse } from './context.ts';
import { choiceAt, isObject, type MarkedTime, readInstant, readMoment, readPeriod, textAt } from './datatype.ts';

/** The time at `stem[x]`, or what becomes of the resource without one. `optional` forms not read here keep the resource whole. */
export function occurrenceAt(
  holder: Json,
  stem: string,
  context: Context,
): (MarkedTime & { readonly open: boolean }) | Outcome {
  const choice = choiceAt(holder, stem, context);
  if (choice === 'several') return REFUSED;
  if (choice === undefined) return keep(context, 'fhir-time-missing', `${stem}[x] says nothing of when`, stem);
  const { name, type, value } = choice;
  if (type === 'DateTime' || type === 'Instant') {
    const moment = readMoment(value, context, name);
    return moment === null ? REFUSED : { ...moment, open: false };
  }
  if (type === 'Period') {
    const period = readPeriod(value, context, name);
    if (period === null) return isObject(value) && value.start === undefined ? KEPT : REFUSED;
    return { ...period, open: period.time.end === undefined };
  }
  return keep(context, 'fhir-form-unread', `${name} is a form of time that is kept, not read`, name);
}

/** When the source says the resource became known: `issued`-like element, else meta.lastUpdated. */
export function knownSince(
  resource: Json,
  context: Context,
  element?: string,
): { issued?: MarkedTime['time']['start'] } {
  const stated = element === undefined ? undefined : readInstant(resource[element], context, element);
  if (stated !== undefined) return { issued: stated };
  const { meta } = resource;
  const updated = isObject(meta) ? readInstant(meta.lastUpdated, context, 'meta.lastUpdated') : undefined;
  return updated === undefined ? {} : { issued: updated };
}

/** The status, or the outcome where it is missing. */
export function statusOf(resource: Json, context: Context): string | Outcome {
  const status = textAt(resource, 'status', context);
  return status ?? refuse(context, 'fhir-status-missing', 'the resource has no status', 'status');
}

/** Withdraws what the source gave under this identity before. */
export function retract(resource: Json, subject: string, context: Context): Outcome {
  const target = context.provenance.sourceId;
  if (target === undefined) {
    return refuse(
      context,
      'fhir-identity-missing',
      'the resource is withdrawn as entered in error, but says not which it is',
    );
  }
  const item: RawItem = {
    kind: 'retraction',
    subject,
    target,
    provenance: context.provenance,
    ...knownSince(resource, context),
  };
  return { fate: 'mapped', items: [item] };
}

/** Keeps a resource whose status says that nothing took place or that nobody knows. */
export function unused(context: Context, status: string): Outcome {
  note(context, 'fhir-status-unused', `the status is "${status}": nothing to take in`, 'status');
  return KEPT;
}
