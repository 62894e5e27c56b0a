import { type Context, type Json, keep, type Outcome, refuse } from '../context.ts';
import { choiceAt, readConcept, readMoment } from '../datatype.ts';
import { knownSince, occurrenceAt, retract } from '../occurrence.ts';
import { patientKey } from '../reference.ts';

const ENDED = new Set(['inactive', 'remission', 'resolved']);

/** Condition → fact `condition` from onset to abatement. What is refuted, or only suspected, is kept and is no fact. */
export function decodeCondition(resource: Json, context: Context): Outcome {
  const subject = patientKey(resource.subject, context, 'subject');
  if (typeof subject !== 'string') return subject;
  const verification = readConcept(resource.verificationStatus, context, 'verificationStatus')?.codings[0]?.code;
  if (verification === 'entered-in-error') return retract(resource, subject, context);
  if (verification !== undefined && verification !== 'confirmed') {
    return keep(
      context,
      'fhir-status-unused',
      `the condition is "${verification}": not an established fact`,
      'verificationStatus',
    );
  }
  const code = readConcept(resource.code, context, 'code');
  if (code === null) return refuse(context, 'fhir-code-missing', 'the condition is not named', 'code');
  const recorded =
    resource.recordedDate === undefined ? null : readMoment(resource.recordedDate, context, 'recordedDate');
  const onset = choiceAt(resource, 'onset', context);
  // Without an onset, what is recorded is known to hold from when it was recorded.
  const when =
    onset === undefined && recorded !== null ? { ...recorded, open: true } : occurrenceAt(resource, 'onset', context);
  if ('fate' in when) return when;
  const abatement = choiceAt(resource, 'abatement', context);
  const over = abatement === undefined ? undefined : occurrenceAt(resource, 'abatement', context);
  if (over !== undefined && 'fate' in over) return over;
  const end = over?.time.end ?? over?.time.start;
  const clinical = readConcept(resource.clinicalStatus, context, 'clinicalStatus')?.codings[0]?.code;
  if (clinical !== undefined && ENDED.has(clinical) && end === undefined) {
    return keep(context, 'fhir-period-open', `the condition is "${clinical}", but not since when`, 'clinicalStatus');
  }
  if (end !== undefined && end < when.time.start) {
    return refuse(context, 'fhir-time-invalid', 'the condition ends before it begins', 'abatement');
  }
  return {
    fate: 'mapped',
    items: [
      {
        kind: 'fact',
        subject,
        provenance: context.provenance,
        fact: 'condition',
        codings: code.codings,
        value: { kind: 'coded', ...code },
        time: { start: when.time.start, offset: when.time.offset, ...(end === undefined ? {} : { end }) },
        ...(recorded === null ? knownSince(resource, context) : { issued: recorded.time.start }),
      },
    ],
  };
}
