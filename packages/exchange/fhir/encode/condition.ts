import type { Fact } from '@gemel/core';
import { isConcept } from '@gemel/core/guards';
import type * as fhir from '@medplum/fhirtypes';
import { exchangeErrors } from '../../errors.data.ts';
import { writeDateTime } from '../datetime.ts';
import { conceptOf, labelled, ownId, subjectOf } from './elements.ts';

/** The fact `condition` as a confirmed Condition. @throws fhir-encode-value where it is no concept */
export function encodeCondition(fact: Fact): fhir.Condition {
  const { value, until } = fact;
  if (typeof value !== 'object' || !isConcept(value)) {
    throw exchangeErrors.error('fhir-encode-value', 'A condition that is no concept cannot be written.');
  }
  const status = (system: string, code: string) => ({
    coding: [{ system: `http://terminology.hl7.org/CodeSystem/${system}`, code }],
  });
  const resource: fhir.Condition = {
    resourceType: 'Condition',
    id: ownId('Condition', fact),
    clinicalStatus: status('condition-clinical', until === undefined ? 'active' : 'resolved'),
    verificationStatus: status('condition-ver-status', 'confirmed'),
    code: conceptOf(value),
    subject: subjectOf(fact.subject),
    onsetDateTime: writeDateTime(fact.trueAt, null),
    ...(until === undefined ? {} : { abatementDateTime: writeDateTime(until, null) }),
    recordedDate: writeDateTime(fact.knownAt, null),
  };
  return labelled(resource, fact);
}
