import type * as fhir from '@medplum/fhirtypes';
import { writeDateTime } from '../datetime.ts';
import { identifierOf, subjectOf } from '../encode/elements.ts';
import type { AccessEntry, AccessRecord } from './access-record.ts';
import { BALP, type Coded, DCM, ENTITY_ROLE, ENTITY_TYPE, OPERATION, PATTERNS } from './balp.data.ts';

/** Which system wrote the record. */
export interface AuditSite {
  /** Address of the server, as others know it: `https://gemel.example.org`. */
  readonly url: string;
}

const HERE: AuditSite = { url: 'urn:gemel:server' };

/**
 * The AuditEvent of an access, by the IHE Basic Audit Log Patterns 1.1 where one fits. A refused access is a failure of the same
 * kind; the patterns are for what succeeded, so it claims no profile.
 */
export function auditEventOf({ id, knownAt, payload }: AccessEntry, site: AuditSite = HERE): fhir.AuditEvent {
  const record = payload as AccessRecord;
  const { request, decision, outcome } = record;
  const { caller, action, subject } = request;
  const { agent, purpose, breakGlass } = caller;
  const pattern = PATTERNS[action] ?? PATTERNS.operate!;
  const profile = subject === null ? pattern.profile : pattern.patientProfile;
  const conforms = outcome === 'success' && profile !== null;
  const observer: fhir.Reference<fhir.Device> = { identifier: identifierOf('server', site.url), display: 'Gemel' };
  const asked: fhir.CodeableConcept[] = [{ coding: [purposeCoding(purpose)] }];
  return {
    resourceType: 'AuditEvent',
    id,
    ...(conforms ? { meta: { profile: [`${BALP}${profile}`] } } : {}),
    type: { ...pattern.type },
    subtype: [
      { ...pattern.subtype },
      ...(breakGlass === undefined ? [] : [{ system: DCM, code: '110127', display: 'Emergency Override Started' }]),
    ],
    action: pattern.action,
    recorded: writeDateTime(knownAt, 0),
    outcome: outcome === 'success' ? '0' : outcome === 'minor-failure' ? '4' : '8',
    outcomeDesc: breakGlass === undefined ? decision.reason : `${decision.reason} Glass broken: ${breakGlass}`,
    purposeOfEvent: asked,
    agent: [
      {
        type: typed(pattern.client),
        who: { identifier: identifierOf('agent', agent.id) },
        requestor: false,
        network:
          caller.address === undefined
            ? { address: `urn:gemel:agent:${agent.id}`, type: '5' }
            : { address: caller.address, type: '2' },
      },
      { type: typed(pattern.server), who: observer, requestor: false, network: { address: site.url, type: '5' } },
      {
        type: typed(pattern.user),
        who: { identifier: identifierOf('agent', agent.id), display: agent.name },
        name: agent.name,
        requestor: true,
        role: agent.roles.map((role) => ({ text: role })),
        policy: decision.policies.map((policy) => `urn:gemel:policy:${encodeURIComponent(policy)}`),
        purposeOfUse: asked,
      },
    ].map(withoutEmpty),
    source: { observer },
    entity: entitiesOf(record, action),
  } as fhir.AuditEvent;
}

function entitiesOf({ request, decision, entities, query }: AccessRecord, action: string): fhir.AuditEventEntity[] {
  const { subject, type, labels } = request;
  const object: Coded = { system: ENTITY_TYPE, code: '2', display: 'System Object' };
  const role = (code: string, display: string): Coded => ({ system: ENTITY_ROLE, code, display });
  const found: fhir.AuditEventEntity[] = [];
  if (subject !== null) {
    found.push({
      what: subjectOf(subject),
      type: { system: ENTITY_TYPE, code: '1', display: 'Person' },
      role: role('1', 'Patient'),
    });
  }
  if (action === 'search') {
    const asked = query ?? type;
    found.push({ type: object, role: role('24', 'Query'), description: asked, query: base64(asked) });
  } else if (entities.length === 0) {
    found.push({ type: object, role: role('4', 'Domain Resource'), what: { display: type } });
  }
  for (const reference of action === 'search' ? [] : entities) {
    found.push({
      type: object,
      role: role('4', 'Domain Resource'),
      what: { reference },
      ...(labels === undefined || labels.length === 0 ? {} : { securityLabel: labels.map(labelCoding) }),
    });
  }
  if (decision.consent !== null) {
    found.push({
      what: { reference: decision.consent },
      type: { system: 'http://hl7.org/fhir/resource-types', code: 'Consent', display: 'Consent' },
    });
  }
  return found;
}

/** Who wrote what, and what for; null for accesses that wrote nothing. */
export function provenanceOfAccess({ id, knownAt, payload }: AccessEntry): fhir.Provenance | null {
  const { request, entities, outcome } = payload as AccessRecord;
  const code = { create: 'CREATE', update: 'UPDATE', delete: 'DELETE', erase: 'DELETE' }[request.action];
  if (code === undefined || outcome !== 'success' || entities.length === 0) return null;
  const { agent, purpose } = request.caller;
  return {
    resourceType: 'Provenance',
    id: `of-${id}`,
    target: entities.map((reference) => ({ reference })),
    recorded: writeDateTime(knownAt, 0),
    reason: [{ coding: [purposeCoding(purpose)] }],
    activity: { coding: [{ system: OPERATION, code }] },
    agent: [
      {
        type: {
          coding: [{ system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type', code: 'author' }],
        },
        who: { identifier: identifierOf('agent', agent.id), display: agent.name },
      },
    ],
    entity: [{ role: 'source', what: { reference: `AuditEvent/${id}` } }],
  };
}

function typed(code: Coded): fhir.CodeableConcept {
  return { coding: [{ ...code }] };
}

/** A bare code is one of HL7’s PurposeOfUse. */
function purposeCoding(purpose: string): fhir.Coding {
  const bar = purpose.search(/[|#]/);
  if (bar < 0) return { system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: purpose };
  return { system: purpose.slice(0, bar), code: purpose.slice(bar + 1) };
}

function labelCoding(key: string): fhir.Coding {
  const bar = key.indexOf('|');
  return bar <= 0 ? { code: key.slice(bar + 1) } : { system: key.slice(0, bar), code: key.slice(bar + 1) };
}

/** FHIR has no empty lists. */
function withoutEmpty<T extends object>(part: T): T {
  return Object.fromEntries(Object.entries(part).filter(([, value]) => !Array.isArray(value) || value.length > 0)) as T;
}

function base64(text: string): string {
  let binary = '';
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}
