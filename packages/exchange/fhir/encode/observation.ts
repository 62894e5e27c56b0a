import type { Fact, Observation } from '@gemel/core';
import { GEMEL } from '@gemel/core/concept';
import { isBounded, isConcept, isQuantity } from '@gemel/core/guards';
import type * as fhir from '@medplum/fhirtypes';
import { exchangeErrors } from '../../errors.data.ts';
import { factCodings, factPrefixes } from '../codes.data.ts';
import { writeDateTime } from '../datetime.ts';
import { conceptOf, labelled, ownId, periodOf, quantityOf, subjectOf } from './elements.ts';

/**
 * A measured observation as a final Observation, under the id its source gave it. Read back, it is the same observation.
 * @throws fhir-encode-value for series and volumes; fhir-encode-id for an id FHIR does not allow
 */
export function encodeObservation(observation: Observation): fhir.Observation {
  const { subject, trueAt, knownAt, offset, marks, provenance } = observation;
  // As the source called it, with all its codings, where that is known to be more.
  const code = provenance.code ?? observation.code;
  const resource: fhir.Observation = {
    resourceType: 'Observation',
    id: ownId('Observation', observation),
    status: 'final',
    code: conceptOf(code),
    subject: subjectOf(subject),
    effectiveDateTime: writeDateTime(trueAt, offset),
    issued: writeDateTime(knownAt, offset),
    ...writtenValue(observation.value),
    ...(marks.length > 0 ? { note: marks.map((mark) => ({ text: `${mark.code}: ${mark.message}` })) } : {}),
  };
  return labelled(resource, observation);
}

/** A fact that is no part of Patient and no condition: an Observation of its code. @throws fhir-encode-value where it has none */
export function encodeFactObservation(fact: Fact): fhir.Observation {
  const known = factCodings.find((entry) => entry.fact === fact.fact)?.coding;
  const own = factPrefixes.some((prefix) => fact.fact.startsWith(prefix))
    ? { system: GEMEL, code: fact.fact }
    : undefined;
  const coding = known ?? own;
  const code = fact.code ?? (coding === undefined ? null : { codings: [coding] });
  if (code === null) throw exchangeErrors.error('fhir-encode-value', `The fact ${fact.fact} has no code.`);
  const from = fact.trueAt;
  const resource: fhir.Observation = {
    resourceType: 'Observation',
    id: ownId('Observation', fact),
    status: 'final',
    code: conceptOf(code),
    subject: subjectOf(fact.subject),
    ...(fact.until === undefined
      ? { effectiveDateTime: writeDateTime(from, null) }
      : { effectivePeriod: periodOf(from, fact.until, null) }),
    issued: writeDateTime(fact.knownAt, null),
    ...writtenValue(fact.value),
  };
  return labelled(resource, fact);
}

function writtenValue(value: Observation['value'] | Fact['value']): Partial<fhir.Observation> {
  if (typeof value === 'string') return { valueString: value };
  if (typeof value === 'boolean') return { valueBoolean: value };
  if (isQuantity(value)) return { valueQuantity: quantityOf(value) };
  if (isConcept(value)) return { valueCodeableConcept: conceptOf(value) };
  if (isBounded(value)) {
    return { valueQuantity: { ...quantityOf(value.bound), comparator: value.kind === 'below' ? '<' : '>' } };
  }
  throw exchangeErrors.error('fhir-encode-value', `A ${value.kind} has no place in an Observation.`);
}
