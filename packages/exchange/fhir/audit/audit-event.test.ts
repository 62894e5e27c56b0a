import { instant } from '@gemel/core';
import type * as fhir from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { structureFaults } from '../structure.ts';
import type { AccessRecord } from './access-record.ts';
import { BALP } from './balp.data.ts';
import { auditEventOf, provenanceOfAccess } from './encode-audit-event.ts';

const DCM = 'http://dicom.nema.org/resources/ontology/DCM';
const PARTICIPATION = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';
const TYPE = 'http://terminology.hl7.org/CodeSystem/audit-entity-type';
const ROLE = 'http://terminology.hl7.org/CodeSystem/object-role';

const entry = (action: string, part: Partial<AccessRecord> = {}, request: Partial<AccessRecord['request']> = {}) => {
  const payload: AccessRecord = {
    request: {
      caller: { agent: { id: 'person|dr', kind: 'person', name: 'Dr Lind', roles: ['clinician'] }, purpose: 'TREAT' },
      action,
      type: 'Observation',
      subject: 'Patient/p1',
      at: instant(0),
      ...request,
    },
    decision: { permit: true, reason: 'Consented.', policies: ['consent-given'], consent: 'Consent/c1' },
    entities: ['Observation/7'],
    outcome: 'success',
    ...part,
  };
  return { id: 'a1', knownAt: instant(Date.UTC(2026, 2, 1)), payload };
};
const coded = (list: readonly (fhir.CodeableConcept | fhir.Coding | undefined)[]) =>
  list.map((each) => {
    const coding = each !== undefined && 'coding' in each ? each.coding![0]! : (each as fhir.Coding | undefined);
    return coding === undefined ? null : `${coding.system}|${coding.code}`;
  });

/** What each profile of IHE BALP 1.1 fixes: subtype, action, agents (client, server, user), entities besides patient and consent. */
const FIXED = [
  [
    'read',
    'PatientRead',
    'http://hl7.org/fhir/restful-interaction|read',
    'R',
    `${DCM}|110152`,
    `${DCM}|110153`,
    `${PARTICIPATION}|IRCP`,
    `${ROLE}|4`,
  ],
  [
    'search',
    'PatientQuery',
    'http://hl7.org/fhir/restful-interaction|search',
    'E',
    `${DCM}|110153`,
    `${DCM}|110152`,
    `${PARTICIPATION}|IRCP`,
    `${ROLE}|24`,
  ],
  [
    'create',
    'PatientCreate',
    'http://hl7.org/fhir/restful-interaction|create',
    'C',
    `${DCM}|110153`,
    `${DCM}|110152`,
    `${PARTICIPATION}|AUT`,
    `${ROLE}|4`,
  ],
  [
    'update',
    'PatientUpdate',
    'http://hl7.org/fhir/restful-interaction|update',
    'U',
    `${DCM}|110153`,
    `${DCM}|110152`,
    `${PARTICIPATION}|AUT`,
    `${ROLE}|4`,
  ],
  [
    'delete',
    'PatientDelete',
    'http://hl7.org/fhir/restful-interaction|delete',
    'D',
    `${DCM}|110150`,
    'http://terminology.hl7.org/CodeSystem/provenance-participant-type|custodian',
    `${PARTICIPATION}|AUT`,
    `${ROLE}|4`,
  ],
  [
    'export',
    'PrivacyDisclosure.Source',
    'http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle|disclose',
    'R',
    `${DCM}|110152`,
    `${DCM}|110153`,
    `${PARTICIPATION}|IRCP`,
    `${ROLE}|4`,
  ],
] as const;

describe('AuditEvent by IHE BALP', () => {
  it.each(FIXED)('A1 %s is %s', (action, profile, subtype, code, client, server, user, role) => {
    const event = auditEventOf(entry(action));
    expect(event.meta!.profile).toEqual([`${BALP}IHE.BasicAudit.${profile}`]);
    expect(coded(event.subtype!)).toEqual([subtype]);
    expect(event).toMatchObject({ action: code, outcome: '0', recorded: '2026-03-01T00:00:00Z' });
    expect(coded(event.agent!.map(({ type }) => type))).toEqual([client, server, user]);
    expect(event.agent!.map(({ requestor }) => requestor)).toEqual([false, false, true]);
    for (const agent of event.agent!.slice(0, 2))
      expect(agent.network).toMatchObject({ address: expect.any(String), type: expect.stringMatching(/^[1-5]$/) });
    expect(event.agent![2]).not.toHaveProperty('network');
    expect(event.agent![2]).toMatchObject({
      name: 'Dr Lind',
      role: [{ text: 'clinician' }],
      purposeOfUse: [{ coding: [{ code: 'TREAT' }] }],
    });
    const [patient, object, consent] = event.entity!;
    expect(patient).toMatchObject({
      type: { system: TYPE, code: '1' },
      role: { system: ROLE, code: '1' },
      what: { reference: 'Patient/p1' },
    });
    expect(coded([object!.role])).toEqual([role]);
    expect(consent).toMatchObject({ what: { reference: 'Consent/c1' }, type: { code: 'Consent' } });
    expect(structureFaults(event as never)).toEqual([]);
  });

  it('A2 a query is kept as it was sent, in base64, and nothing of its answer', () => {
    const event = auditEventOf(entry('search', { query: 'Observation?code=é' }));
    const [, query] = event.entity!;
    expect(Buffer.from(query!.query!, 'base64').toString('utf8')).toBe('Observation?code=é');
    expect(query).not.toHaveProperty('what');
    expect(event.entity).toHaveLength(3);
  });

  it('A3 the recipient of a disclosure takes from the observer; what is of nobody names no patient', () => {
    const disclosed = auditEventOf(entry('export'), { url: 'https://gemel.example.org' });
    expect(disclosed.agent![1]!.who).toEqual(disclosed.source!.observer);
    const open = auditEventOf(entry('read', {}, { subject: null, type: 'Organization' }));
    expect(open.meta!.profile).toEqual([`${BALP}IHE.BasicAudit.Read`]);
    expect(coded(open.entity!.map(({ role }) => role))).not.toContain(`${ROLE}|1`);
  });

  it('A4 a refusal is a failure, claims no pattern, and says why; a broken glass is marked', () => {
    const decision = { permit: false, reason: 'Withdrawn.', policies: [], consent: null };
    const refused = auditEventOf(entry('read', { decision, outcome: 'minor-failure', entities: [] }));
    expect(refused).toMatchObject({ outcome: '4', outcomeDesc: 'Withdrawn.' });
    expect(refused).not.toHaveProperty('meta');
    const caller = { ...entry('read').payload.request.caller, breakGlass: 'coma' };
    const broken = auditEventOf(entry('read', {}, { caller }));
    expect(coded(broken.subtype!)).toContain(`${DCM}|110127`);
    expect(broken.outcomeDesc).toContain('coma');
    for (const event of [refused, broken]) expect(structureFaults(event as never)).toEqual([]);
  });

  it('A5 a simulation, and an action unheard of, are executions without a pattern', () => {
    for (const action of ['simulate', 'release', 'operate', 'dance']) {
      const event = auditEventOf(entry(action, { entities: [] }, { type: 'Twin' }));
      expect(event).toMatchObject({ action: 'E', subtype: [{ code: 'operation' }] });
      expect(event).not.toHaveProperty('meta');
      expect(structureFaults(event as never)).toEqual([]);
    }
  });
});

describe('Provenance of a write', () => {
  it('A6 names what was written, by whom and what for; reading writes nothing', () => {
    const provenance = provenanceOfAccess(entry('update'))!;
    expect(provenance).toMatchObject({
      target: [{ reference: 'Observation/7' }],
      activity: { coding: [{ code: 'UPDATE' }] },
      reason: [{ coding: [{ code: 'TREAT' }] }],
      entity: [{ what: { reference: 'AuditEvent/a1' } }],
    });
    expect(structureFaults(provenance as never)).toEqual([]);
    expect(provenanceOfAccess(entry('read'))).toBeNull();
    expect(provenanceOfAccess(entry('create', { outcome: 'minor-failure' }))).toBeNull();
    expect(provenanceOfAccess(entry('create', { entities: [] }))).toBeNull();
  });
});
