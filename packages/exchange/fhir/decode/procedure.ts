import { type Context, type Json, type Outcome, refuse } from '../context.ts';
import { readConcept } from '../datatype.ts';
import { knownSince, occurrenceAt, retract, statusOf, unused } from '../occurrence.ts';
import { patientKey } from '../reference.ts';

/** Procedure → fact `procedure` over the time it was performed. */
export function decodeProcedure(resource: Json, context: Context): Outcome {
  const status = statusOf(resource, context);
  if (typeof status !== 'string') return status;
  const subject = patientKey(resource.subject, context, 'subject');
  if (typeof subject !== 'string') return subject;
  if (status === 'entered-in-error') return retract(resource, subject, context);
  if (status !== 'completed' && status !== 'in-progress') return unused(context, status);
  const code = readConcept(resource.code, context, 'code');
  if (code === null) return refuse(context, 'fhir-code-missing', 'the procedure is not named', 'code');
  const when = occurrenceAt(resource, 'performed', context);
  if ('fate' in when) return when;
  const value = { kind: 'coded' as const, ...code };
  const { provenance } = context;
  const known = knownSince(resource, context);
  const fact = 'procedure';
  return {
    fate: 'mapped',
    items: [{ kind: 'fact', subject, provenance, fact, codings: code.codings, value, time: when.time, ...known }],
  };
}
