import type { RawTime } from '@gemel/core';
import { type Context, type Json, KEPT, keep, note, type Outcome, REFUSED, refuse } from '../context.ts';
import { isObject } from '../datatype.ts';
import { medicationOf, readDose } from '../dose.ts';
import { knownSince, occurrenceAt, retract, statusOf, unused } from '../occurrence.ts';
import { patientKey } from '../reference.ts';

/** The fact that something was given of which the amount is not known: it was stopped, or still runs. */
export const UNFINISHED_FACT = 'administration.unfinished';

/**
 * MedicationAdministration → a given control: an amount at a time or over a period, or a rate held over a period, without an end
 * while it is in progress. An amount that was stopped, or still runs, becomes a fact that names the medication: that something of it
 * was given must not be lost.
 */
export function decodeMedicationAdministration(resource: Json, context: Context): Outcome {
  const status = statusOf(resource, context);
  if (typeof status !== 'string') return status;
  const subject = patientKey(resource.subject, context, 'subject');
  if (typeof subject !== 'string') return subject;
  if (status === 'entered-in-error') return retract(resource, subject, context);
  if (status !== 'completed' && status !== 'in-progress' && status !== 'stopped') return unused(context, status);
  const medication = medicationOf(resource, context);
  if (medication === null) return REFUSED;
  const when = occurrenceAt(resource, 'effective', context);
  if ('fate' in when) return when;
  if (when.marks.length > 0) {
    // Spread over the whole day it would act otherwise than it did.
    return keep(context, 'fhir-date-partial', 'the day is known, the time of day it was given is not', 'effective');
  }
  const { dosage } = resource;
  if (!isObject(dosage)) {
    return keep(context, 'exchange-amount-unknown', 'the administration states no dose and no rate', 'dosage');
  }
  const dose = readDose(dosage, 'dose', when.time, context, 'dosage');
  if (dose === null) return REFUSED;
  if (dose === 'unread') {
    return keep(context, 'exchange-amount-unknown', 'the dosage states no dose and no rate', 'dosage');
  }
  if (dose.form === 'rate' && when.time.end === undefined && status !== 'in-progress') {
    note(context, 'fhir-period-open', 'a rate is given without saying until when it was held', 'effective');
    return status === 'stopped' ? unfinished(resource, context, subject, medication, when.time) : KEPT;
  }
  if (dose.form === 'amount' && status !== 'completed') {
    const why = `the status is "${status}": how much of the amount was given is not known`;
    note(context, 'exchange-amount-unknown', why, 'status');
    return unfinished(resource, context, subject, medication, when.time);
  }
  if (dose.value.comparator !== undefined) {
    return refuse(context, 'exchange-amount-unknown', 'the dose is a bound, not an amount', 'dosage');
  }
  const { marks } = dose;
  return {
    fate: 'mapped',
    items: [
      {
        kind: 'control',
        subject,
        provenance: context.provenance,
        ...medication,
        value: dose.value,
        time: when.time,
        status: 'given',
        ...knownSince(resource, context),
        ...(marks.length > 0 ? { marks } : {}),
      },
    ],
  };
}

type Medication = NonNullable<ReturnType<typeof medicationOf>>;

function unfinished(resource: Json, context: Context, subject: string, medication: Medication, time: RawTime): Outcome {
  const { provenance } = context;
  const value = { kind: 'coded' as const, ...medication };
  const { codings } = medication;
  const known = knownSince(resource, context);
  return {
    fate: 'mapped',
    items: [{ kind: 'fact', subject, provenance, fact: UNFINISHED_FACT, codings, value, time, ...known }],
  };
}
