import type { PersonAction, Trace } from '@gemel/core';
import type * as fhir from '@medplum/fhirtypes';
import { RESEARCH_USE } from '../codes.data.ts';

const AUDIT_TYPE = 'http://terminology.hl7.org/CodeSystem/audit-event-type';
const ENTITY_TYPE = 'http://terminology.hl7.org/CodeSystem/audit-entity-type';
const ENTITY_ROLE = 'http://terminology.hl7.org/CodeSystem/object-role';

export interface AuditFrame {
  readonly subject: fhir.Reference<fhir.Patient>;
  readonly person: fhir.Reference;
  readonly software: string;
  readonly recorded: string;
  /** What was written. */
  readonly written: readonly string[];
}

/** That a person released this, through which software, on which trace. */
export function encodeAuditEvent(trace: Trace, action: PersonAction, frame: AuditFrame): fhir.AuditEvent {
  const software = { reference: frame.software };
  const detail = (type: string, valueString: string) => ({ type, valueString });
  return {
    resourceType: 'AuditEvent',
    type: { system: AUDIT_TYPE, code: 'rest', display: 'RESTful Operation' },
    subtype: [{ system: 'http://hl7.org/fhir/restful-interaction', code: 'transaction', display: 'transaction' }],
    action: 'C',
    recorded: frame.recorded,
    outcome: '0',
    outcomeDesc: `${action.kind}: ${action.reason}`,
    purposeOfEvent: [
      {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'HRESCH' }],
        text: RESEARCH_USE,
      },
    ],
    agent: [
      { who: frame.person as fhir.AuditEventAgent['who'], name: action.person, requestor: true },
      { who: software, requestor: false },
    ],
    source: { observer: software },
    entity: [
      {
        what: frame.subject,
        type: { system: ENTITY_TYPE, code: '1', display: 'Person' },
        role: { system: ENTITY_ROLE, code: '1', display: 'Patient' },
      },
      ...frame.written.map((reference) => ({
        what: { reference },
        type: { system: ENTITY_TYPE, code: '2', display: 'System Object' },
      })),
      {
        name: 'Decision trace',
        type: { system: ENTITY_TYPE, code: '2', display: 'System Object' },
        detail: [
          detail('trace', trace.id),
          detail('sha256', trace.hash),
          detail('model', trace.modelHash),
          detail('seen', String(trace.seq)),
          ...(trace.governance === undefined
            ? []
            : [
                detail('decision', trace.governance.hash),
                ...trace.governance.policies.map((policy) => detail('policy', policy)),
                ...trace.governance.consents.map((consent) => detail('consent', consent)),
              ]),
        ],
      },
    ],
  };
}
