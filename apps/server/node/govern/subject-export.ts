import { CodedError, type Fact, type Problem } from '@gemel/core';
import { auditEventOf, provenanceOfAccess } from '@gemel/exchange/fhir/audit/encode-audit-event';
import { encodeControl, encodeFact, encodeObservation, encodePatient } from '@gemel/exchange/fhir/encode';
import { identifierOf } from '@gemel/exchange/fhir/encode/elements';
import type { Hub } from '@gemel/runtime';
import type { Entry, Store } from '@gemel/store';
import type * as fhir from '@medplum/fhirtypes';
import { serverErrors } from '../../errors.data.ts';
import { sha256 } from '../world.ts';
import { isAccess } from './governance.ts';

/** All that is held of a person (GDPR, articles 15 and 20). */
export interface SubjectExport {
  /** FHIR R4, type collection: the person, the records, what was kept whole, consents, who looked at what. */
  readonly bundle: fhir.Bundle;
  /** Every entry of the log, in its order, with what no FHIR resource carries: beliefs, forecasts, traces. */
  readonly entries: readonly Entry[];
  /** What the log holds that FHIR has no form for. */
  readonly problems: readonly Problem[];
}

/** @throws server-unknown-subject, store-erased */
export async function exportSubject(hub: Hub, store: Store, subject: string): Promise<SubjectExport> {
  const entries: Entry[] = [];
  for (const member of await hub.members(subject)) entries.push(...(await store.read({ subject: member })));
  entries.sort((a, b) => a.seq - b.seq);
  if (entries.length === 0)
    throw serverErrors.error('server-unknown-subject', `Nothing is known of "${subject}".`, { field: 'subject' });
  const { observations, controls, facts } = await hub.record(subject);
  const problems: Problem[] = [];
  const resources: fhir.Resource[] = [patientOf(subject, facts)];
  const write = (make: () => fhir.Resource | null) => {
    try {
      const resource = make();
      if (resource !== null) resources.push(resource);
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      problems.push(error.toJSON());
    }
  };
  for (const fact of facts) write(() => encodeFact(fact));
  for (const observation of observations) write(() => encodeObservation(observation));
  for (const control of controls) write(() => encodeControl(control));
  for (const entry of entries) {
    const whole = wholeResource(entry);
    if (whole !== null) resources.push(whole);
    if (!isAccess(entry)) continue;
    write(() => auditEventOf(entry));
    write(() => provenanceOfAccess(entry));
  }
  const bundle: fhir.Bundle = {
    resourceType: 'Bundle',
    type: 'collection',
    entry: resources.map((resource) => ({ resource })),
  };
  return { bundle, entries, problems };
}

function patientOf(subject: string, facts: readonly Fact[]): fhir.Patient {
  const patient = encodePatient(sha256(subject).slice(0, 32), facts);
  return { ...patient, identifier: [identifierOf('subject', subject), ...(patient.identifier ?? [])] };
}

/** A resource that was kept as it came, or written by REST. */
function wholeResource({ kind, payload }: Entry): fhir.Resource | null {
  const held = kind === 'kept' ? (payload as { readonly element?: unknown }).element : payload;
  if (kind !== 'kept' && (kind as string) !== 'resource') return null;
  const isResource = typeof held === 'object' && held !== null && 'resourceType' in held;
  return isResource ? (held as fhir.Resource) : null;
}
