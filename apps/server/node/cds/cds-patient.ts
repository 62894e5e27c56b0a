import type { Hub } from '@gemel/runtime';
import type * as fhir from '@medplum/fhirtypes';
import { cdsErrors } from '../../cds/errors.data.ts';
import type { CdsRequest } from '../../cds/hooks.ts';
import type { People } from '../auth/people.ts';

export interface PatientSources {
  readonly hub: Hub;
  readonly people: People;
  /** Reaches public addresses alone: the calling record chose it. */
  readonly fetch: typeof fetch;
}

/**
 * Whose twins a request is about, as the log names them; null where the person is not known here. By an identifier that is
 * a subject (`system|value`) first, then by the id, and then only if nothing that is known of the two says they differ.
 * @throws cds-patient-missing, cds-patient-differs
 */
export async function subjectOfRequest(
  request: CdsRequest,
  { hub, people, fetch }: PatientSources,
): Promise<string | null> {
  const patient = request.prefetch?.patient as fhir.Patient | undefined;
  const known = patient ?? (await fetchPatient(request, fetch));
  if (known === null)
    throw cdsErrors.error('cds-patient-missing', 'prefetch.patient is absent, and so is fhirServer.', {
      field: 'prefetch.patient',
    });
  const subjects = new Set(await hub.subjects());
  const named = [
    ...new Set((known.identifier ?? []).map(({ system, value }) => `${system ?? ''}|${value ?? ''}`)),
  ].filter((id) => subjects.has(id));
  if (named.length > 1)
    throw cdsErrors.error('cds-patient-differs', 'The identifiers are of several people here.', {
      field: 'prefetch.patient.identifier',
    });
  const subject = named[0] ?? (await people.find(request.context.patientId))?.subject ?? null;
  if (subject === null) return null;
  const facts = await hub.facts(subject);
  for (const [fact, stated] of [
    ['birthDate', known.birthDate],
    ['sex', known.gender],
  ] as const) {
    const own = facts.findLast((each) => each.fact === fact)?.value;
    if (stated !== undefined && typeof own === 'string' && own !== stated && !own.startsWith(stated))
      throw cdsErrors.error('cds-patient-differs', `${fact} is not the one known here.`, {
        field: `prefetch.patient.${fact}`,
      });
  }
  return subject;
}

async function fetchPatient(
  { fhirServer, fhirAuthorization, context }: CdsRequest,
  fetch: PatientSources['fetch'],
): Promise<fhir.Patient | null> {
  if (fhirServer === undefined) return null;
  const address = `${fhirServer.replace(/\/$/, '')}/Patient/${context.patientId}`;
  const headers = new Headers({ accept: 'application/fhir+json' });
  if (fhirAuthorization !== undefined) headers.set('authorization', `Bearer ${fhirAuthorization.access_token}`);
  const refuse = (why: string) =>
    cdsErrors.error('cds-patient-missing', `The FHIR server ${why}.`, { field: 'fhirServer' });
  const response = await fetch(address, { headers }).catch((error: { code?: string }) => {
    if (error.code === 'server-address-refused') throw error;
    throw refuse('does not answer');
  });
  if (!response.ok) throw refuse(`answers ${response.status}`);
  const resource = (await response.json().catch(() => null)) as fhir.Resource | null;
  if (resource?.resourceType !== 'Patient' || resource.id !== context.patientId) throw refuse('gives another resource');
  return resource;
}
