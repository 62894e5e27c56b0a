import { type Consent, type ConsentPeriod, type ConsentProvision, consentOf, type Fact } from '@gemel/core';
import type * as fhir from '@medplum/fhirtypes';
import { exchangeErrors } from '../../errors.data.ts';
import { writeDateTime } from '../datetime.ts';
import { codingOf, labelled, ownId, subjectOf } from '../encode/elements.ts';

/** A consent as R4 wants it: who, about what, and which rule lies under it. */
const CATEGORY = { system: 'http://loinc.org', code: '59284-0', display: 'Consent Document' };
const POLICY = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';

/** The fact `consent` as a Consent, which reads back the same. @throws fhir-encode-value where it was not read whole, or is none */
export function encodeConsent(fact: Fact): fhir.Consent {
  const consent = consentOf(fact);
  if (consent === null) throw exchangeErrors.error('fhir-encode-value', `The fact ${fact.fact} is no consent.`);
  const { type, ...root } = provisionOf(consent.root, consent);
  const policy = type === undefined ? undefined : { system: POLICY, code: type === 'permit' ? 'OPTIN' : 'OPTOUT' };
  const resource: fhir.Consent = {
    resourceType: 'Consent',
    id: ownId('Consent', fact),
    status: consent.status,
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: consent.scope }] },
    category: [{ coding: [CATEGORY] }],
    patient: subjectOf(fact.subject),
    dateTime: writeDateTime(consent.dateTime, null),
    policyRule: policy === undefined ? { text: 'as its provisions say' } : { coding: [policy] },
    provision: type === undefined ? root : { type, ...root },
  };
  return labelled(resource, fact);
}

function provisionOf(provision: ConsentProvision, consent: Consent): fhir.ConsentProvision {
  if (provision.unread !== undefined) {
    const message = `${consent.reference} was not read whole (${provision.unread}), so it cannot be written.`;
    throw exchangeErrors.error('fhir-encode-value', message);
  }
  const { type, period, actors, actions, labels, purposes, classes, codes, dataPeriod, data, provisions } = provision;
  const concept = (key: string) => ({ coding: [codingOf(key)] });
  const action = 'http://terminology.hl7.org/CodeSystem/consentaction';
  return {
    ...(type === null ? {} : { type }),
    ...(period === undefined ? {} : { period: periodOf(period) }),
    ...(actors === undefined ? {} : { actor: actors.map(actorOf) }),
    ...(actions === undefined ? {} : { action: actions.map((code) => concept(`${action}|${code}`)) }),
    ...(labels === undefined ? {} : { securityLabel: labels.map(codingOf) }),
    ...(purposes === undefined ? {} : { purpose: purposes.map(codingOf) }),
    ...(classes === undefined ? {} : { class: classes.map(codingOf) }),
    ...(codes === undefined ? {} : { code: codes.map(concept) }),
    ...(dataPeriod === undefined ? {} : { dataPeriod: periodOf(dataPeriod) }),
    ...(data === undefined
      ? {}
      : { data: data.map((reference) => ({ meaning: 'instance', reference: { reference } })) }),
    ...(provisions.length === 0 ? {} : { provision: provisions.map((nested) => provisionOf(nested, consent)) }),
  } as fhir.ConsentProvision;
}

function actorOf({ role, reference }: NonNullable<ConsentProvision['actors']>[number]): fhir.ConsentProvisionActor {
  const system = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';
  const bar = reference?.indexOf('|') ?? -1;
  const named =
    reference === null
      ? {}
      : bar > 0
        ? { identifier: { system: reference.slice(0, bar), value: reference.slice(bar + 1) } }
        : { reference };
  return {
    ...(role === null ? {} : { role: { coding: [{ system, code: role }] } }),
    ...(reference === null ? {} : { reference: named }),
  } as fhir.ConsentProvisionActor;
}

function periodOf({ from, to }: ConsentPeriod): fhir.Period {
  return {
    ...(from === null ? {} : { start: writeDateTime(from, null) }),
    ...(to === null ? {} : { end: writeDateTime(to, null) }),
  };
}
