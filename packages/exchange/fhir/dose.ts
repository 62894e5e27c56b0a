import type { Coding, Problem, RawTime } from '@gemel/core';
import { type Context, type Json, note, placed } from './context.ts';
import { choiceAt, isObject, objectAt, type RawQuantity, readConcept, readQuantity, readRatio } from './datatype.ts';
import { resolved } from './reference.ts';

/** What a medication is, in the source's codes; a reference is followed to a Medication in the source. Null with the reason noted. */
export function medicationOf(
  resource: Json,
  context: Context,
): { readonly codings: readonly Coding[]; readonly text?: string } | null {
  const choice = choiceAt(resource, 'medication', context);
  if (choice === 'several') return null;
  if (choice?.type === 'Reference') {
    const medication = resolved(choice.value, context);
    const concept = medication === undefined ? null : readConcept(medication.code, context, 'medicationReference.code');
    if (concept) return concept;
    const display = isObject(choice.value) ? choice.value.display : undefined;
    if (typeof display === 'string' && display !== '') return { codings: [], text: display };
    note(context, 'fhir-reference-unresolved', 'the medication is not in this source', 'medicationReference');
    return null;
  }
  const concept = readConcept(choice?.value, context, choice?.name ?? 'medication');
  if (concept === null) note(context, 'fhir-code-missing', 'the resource does not say which medication', 'medication');
  return concept;
}

/** An amount or a rate, with a mark where both were given and do not plainly agree. */
export interface Dose {
  readonly value: RawQuantity;
  readonly form: 'amount' | 'rate';
  readonly marks: readonly Problem[];
}

/**
 * The dose of a dosage or doseAndRate element. Where amount and rate are both given, the amount is taken: it is what was
 * drawn up. `element` names the amount (`dose`, `doseQuantity`).
 */
export function readDose(
  holder: Json,
  element: string,
  time: RawTime | null,
  context: Context,
  path: string,
): Dose | 'unread' | null {
  const problems = context.problems.length;
  const amount = objectAt(holder, element, context, `${path}.${element}`);
  const dose = amount === undefined ? null : readQuantity(amount, context, `${path}.${element}`);
  const choice = choiceAt(holder, 'rate', context, `${path}.rate`);
  if (choice === 'several') return null;
  const at = `${path}.${choice?.name}`;
  const rate =
    choice?.type === 'Quantity'
      ? readQuantity(choice.value, context, at)
      : choice?.type === 'Ratio'
        ? readRatio(choice.value, context, at)
        : null;
  if (dose !== null) {
    const agree = rate === null || agrees(dose, rate, time);
    const mark = agree
      ? []
      : [placed(context, 'fhir-dose-and-rate', 'an amount and a rate are given; the amount is taken', path)];
    return { value: dose, form: 'amount', marks: mark };
  }
  if (rate !== null) return { value: rate, form: 'rate', marks: [] };
  return context.problems.length > problems ? null : 'unread';
}

/** Whether rate × duration is the amount, within one part in a hundred; only per hour and per minute of the same unit. */
function agrees(dose: RawQuantity, rate: RawQuantity, time: RawTime | null): boolean {
  if (time?.end === undefined) return false;
  const hours = (time.end - time.start) / 3_600_000;
  const length = rate.unit === `${dose.unit}/h` ? hours : rate.unit === `${dose.unit}/min` ? hours * 60 : Number.NaN;
  return Math.abs(rate.value * length - dose.value) <= 0.01 * Math.abs(dose.value);
}
