import type { RawItem } from '@gemel/core';
import { type Context, type Json, keep, note, type Outcome, provenanceOf, REFUSED } from '../context.ts';
import { listAt, type MarkedTime, objectAt, readMoment, readPeriod, readTiming, textAt } from '../datatype.ts';
import { type Dose, medicationOf, readDose } from '../dose.ts';
import { retract, statusOf, unused } from '../occurrence.ts';
import { patientKey } from '../reference.ts';

/** Intents under which someone has decided; a proposal or an option is nobody's plan yet. */
const DECIDED = new Set(['plan', 'order', 'original-order', 'reflex-order', 'filler-order', 'instance-order']);

/**
 * MedicationRequest → planned controls where dose and times are stated (timing.event, or a rate over boundsPeriod);
 * otherwise the fact `prescription` with the dosage in words, since a repeating schedule is no single control.
 */
export function decodeMedicationRequest(resource: Json, context: Context): Outcome {
  const status = statusOf(resource, context);
  if (typeof status !== 'string') return status;
  const subject = patientKey(resource.subject, context, 'subject');
  if (typeof subject !== 'string') return subject;
  if (status === 'entered-in-error') return retract(resource, subject, context);
  if (status !== 'active') return unused(context, status);
  const intent = textAt(resource, 'intent', context);
  if (intent === undefined || !DECIDED.has(intent)) {
    return keep(context, 'fhir-status-unused', `the intent is "${intent ?? ''}": not an order`, 'intent');
  }
  if (resource.doNotPerform === true) {
    return keep(context, 'fhir-status-unused', 'the request forbids the medication (doNotPerform)', 'doNotPerform');
  }
  const medication = medicationOf(resource, context);
  if (medication === null) return REFUSED;
  const authored = resource.authoredOn === undefined ? null : readMoment(resource.authoredOn, context, 'authoredOn');
  const issued = authored === null ? {} : { issued: authored.time.start };
  const base = { subject, provenance: context.provenance, ...medication };
  const items: RawItem[] = [];
  const words: string[] = [];
  for (const [i, dosage] of listAt(resource, 'dosageInstruction', context).entries()) {
    const path = `dosageInstruction[${i}]`;
    const text = textAt(dosage, 'text', context, `${path}.text`);
    if (text !== undefined) words.push(text);
    for (const { value, time, marks, part } of plannedDoses(dosage, context, path)) {
      const provenance = provenanceOf(context, part);
      const marked = marks.length > 0 ? { marks } : {};
      items.push({ kind: 'control', ...base, provenance, value, time, status: 'planned', ...issued, ...marked });
    }
  }
  if (items.length > 0) return { fate: 'mapped', items };
  if (authored === null) {
    return keep(context, 'fhir-time-missing', 'neither authoredOn nor the dosage says when', 'authoredOn');
  }
  const text = [medication.text, ...words].filter((word) => word !== undefined).join('; ');
  const value = { kind: 'coded' as const, codings: medication.codings, ...(text === '' ? {} : { text }) };
  const validity = objectAt(resource, 'dispenseRequest', context)?.validityPeriod;
  const period = validity === undefined ? null : readPeriod(validity, context, 'dispenseRequest.validityPeriod');
  const end = period?.time.end;
  const time = { start: authored.time.start, offset: authored.time.offset, ...(end === undefined ? {} : { end }) };
  const { provenance } = context;
  const fact = 'prescription';
  return {
    fate: 'mapped',
    items: [{ kind: 'fact', subject, provenance, fact, codings: medication.codings, value, time, ...issued }],
  };
}

interface PlannedDose extends MarkedTime {
  readonly value: Dose['value'];
  /** Path of the element that gives the time. */
  readonly part: string;
}

/** The doses of one dosage instruction that have a stated time of their own. */
function plannedDoses(dosage: Json, context: Context, path: string): readonly PlannedDose[] {
  const timing = objectAt(dosage, 'timing', context, `${path}.timing`);
  const doses = listAt(dosage, 'doseAndRate', context, `${path}.doseAndRate`);
  const asNeeded = dosage.asNeededBoolean === true || dosage.asNeededCodeableConcept !== undefined;
  if (timing === undefined || doses.length !== 1 || asNeeded) return [];
  const planned: PlannedDose[] = [];
  for (const when of readTiming(timing, context, `${path}.timing`)) {
    // A day without a time of day is no definite time to give at.
    if (when.marks.length > 0) continue;
    const dose = readDose(doses[0]!, 'doseQuantity', when.time, context, `${path}.doseAndRate[0]`);
    if (dose === null || dose === 'unread') continue;
    if (dose.value.comparator !== undefined || (dose.form === 'rate' && when.time.end === undefined)) {
      note(context, 'exchange-amount-unknown', 'the planned dose is no definite amount at a definite time', path);
      continue;
    }
    planned.push({ value: dose.value, time: when.time, marks: dose.marks, part: when.part });
  }
  return planned;
}
