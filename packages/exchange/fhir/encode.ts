import { CONSENT, type Fact } from '@gemel/core';
import type * as fhir from '@medplum/fhirtypes';
import { encodeConsent } from './consent/encode-consent.ts';
import { encodeCondition } from './encode/condition.ts';
import { encodeFactObservation } from './encode/observation.ts';
import { patientFacts } from './encode/patient.ts';

export { controlForm, type EncodedControl, encodeControl } from './encode/control.ts';
export type { Software } from './encode/device.ts';
export type { DraftOptions } from './encode/draft.ts';
export { encodeObservation } from './encode/observation.ts';
export { encodePatient } from './encode/patient.ts';
export { encodeProposal, type Proposal } from './encode/proposal.ts';
export { encodeRelease, type Release } from './encode/release.ts';

/** A fact in the resource it belongs to; null for those that live in Patient (`encodePatient`). */
export function encodeFact(fact: Fact): fhir.Condition | fhir.Consent | fhir.Observation | null {
  if (patientFacts.includes(fact.fact)) return null;
  if (fact.fact === CONSENT) return encodeConsent(fact);
  return fact.fact === 'condition' ? encodeCondition(fact) : encodeFactObservation(fact);
}

/** Resources as a Bundle of type collection, as a record is handed over. */
export function collection(resources: readonly fhir.Resource[]): fhir.Bundle {
  return { resourceType: 'Bundle', type: 'collection', entry: resources.map((resource) => ({ resource })) };
}
