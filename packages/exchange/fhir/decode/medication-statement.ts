import { type Context, type Json, keep, type Outcome, REFUSED } from '../context.ts';
import { listAt, textAt } from '../datatype.ts';
import { medicationOf } from '../dose.ts';
import { knownSince, occurrenceAt, retract, statusOf, unused } from '../occurrence.ts';
import { patientKey } from '../reference.ts';

/** MedicationStatement → fact `medication`: what is taken according to someone, with the dosage in words. Never a given dose. */
export function decodeMedicationStatement(resource: Json, context: Context): Outcome {
  const status = statusOf(resource, context);
  if (typeof status !== 'string') return status;
  const subject = patientKey(resource.subject, context, 'subject');
  if (typeof subject !== 'string') return subject;
  if (status === 'entered-in-error') return retract(resource, subject, context);
  if (status !== 'active' && status !== 'completed' && status !== 'stopped') return unused(context, status);
  const medication = medicationOf(resource, context);
  if (medication === null) return REFUSED;
  const when = occurrenceAt(resource, 'effective', context);
  if ('fate' in when) return when;
  if (status !== 'active' && when.time.end === undefined) {
    return keep(context, 'fhir-period-open', `the status is "${status}", but not since when`, 'effective');
  }
  const words = listAt(resource, 'dosage', context).map((dosage, i) =>
    textAt(dosage, 'text', context, `dosage[${i}].text`),
  );
  const text = [medication.text, ...words].filter((word) => word !== undefined).join('; ');
  return {
    fate: 'mapped',
    items: [
      {
        kind: 'fact',
        subject,
        provenance: context.provenance,
        fact: 'medication',
        codings: medication.codings,
        value: { kind: 'coded', codings: medication.codings, ...(text === '' ? {} : { text }) },
        time: when.time,
        ...knownSince(resource, context, 'dateAsserted'),
      },
    ],
  };
}
