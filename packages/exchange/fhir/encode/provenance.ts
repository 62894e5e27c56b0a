import type { PersonAction, Trace } from '@gemel/core';
import type * as fhir from '@medplum/fhirtypes';
import { writeDateTime } from '../datetime.ts';
import { AI_ASSERTED, AI_TRANSPARENCY } from '../labels.data.ts';
import { identifierOf } from './elements.ts';
import { inputReferences } from './risk-assessment.ts';

const PARTICIPANT = 'http://terminology.hl7.org/CodeSystem/provenance-participant-type';

interface ProvenanceFrame {
  readonly targets: readonly string[];
  readonly software: string;
  readonly recorded: string;
  readonly offset: number | null;
}

/** That the twin's software assembled the targets from these inputs. */
export function encodeAssembly(trace: Trace, frame: ProvenanceFrame): fhir.Provenance {
  return {
    resourceType: 'Provenance',
    meta: { profile: [`${AI_TRANSPARENCY.provenanceProfile}|${AI_TRANSPARENCY.version}`] },
    target: frame.targets.map((reference) => ({ reference })),
    occurredDateTime: writeDateTime(trace.at, frame.offset),
    recorded: frame.recorded,
    reason: [{ coding: [{ ...AI_ASSERTED }] }],
    activity: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-DataOperation', code: 'CREATE' }] },
    agent: [{ type: participant('assembler'), who: { reference: frame.software } }],
    entity: [
      {
        role: 'source',
        what: { identifier: identifierOf('trace', trace.id), display: `Decision trace ${trace.hash}` },
      },
      ...inputReferences(trace).map((what) => ({ role: 'source' as const, what })),
    ],
  };
}

/** That a person reviewed the targets: as verifier, and as author too of what they changed. Draft stays draft. */
export function encodeReview(
  trace: Trace,
  action: PersonAction,
  person: fhir.Reference,
  frame: Omit<ProvenanceFrame, 'software'>,
): fhir.Provenance {
  const who = person as fhir.ProvenanceAgent['who'];
  const roles = action.kind === 'change' ? ['verifier', 'author'] : ['verifier'];
  const words = { agree: 'agreed to the proposal', change: 'changed the proposal', reject: 'rejected the proposal' };
  return {
    resourceType: 'Provenance',
    target: frame.targets.map((reference) => ({ reference })),
    occurredDateTime: writeDateTime(action.at, frame.offset),
    recorded: frame.recorded,
    reason: [{ text: action.reason }],
    activity: { text: `A person ${words[action.kind]}; this activates nothing.` },
    agent: roles.map((role) => ({ type: participant(role), who })),
    entity: [{ role: 'source', what: { identifier: identifierOf('trace', trace.id) } }],
  };
}

function participant(code: string): fhir.CodeableConcept {
  return { coding: [{ system: PARTICIPANT, code }] };
}
