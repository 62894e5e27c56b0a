import type { RawItem } from '@gemel/core';
import { type Context, type Json, keep, note, type Outcome, provenanceOf, REFUSED } from '../context.ts';
import { isObject, listAt, objectAt, readConcept, readInstant, readQuantity, readTiming, textAt } from '../datatype.ts';
import { retract, statusOf, unused } from '../occurrence.ts';
import { patientKey } from '../reference.ts';

/** NutritionOrder → planned controls, one for each nutrient with an amount at each definite time of oralDiet.schedule. */
export function decodeNutritionOrder(resource: Json, context: Context): Outcome {
  const status = statusOf(resource, context);
  if (typeof status !== 'string') return status;
  const subject = patientKey(resource.patient, context, 'patient');
  if (typeof subject !== 'string') return subject;
  if (status === 'entered-in-error') return retract(resource, subject, context);
  if (status !== 'active') return unused(context, status);
  const intent = textAt(resource, 'intent', context);
  if (intent === 'proposal' || intent === 'option' || intent === 'directive') {
    return keep(context, 'fhir-status-unused', `the intent is "${intent}": not an order`, 'intent');
  }
  const diet = objectAt(resource, 'oralDiet', context);
  if (diet === undefined) {
    return keep(context, 'fhir-form-unread', 'only the oral diet of a nutrition order is read', 'oralDiet');
  }
  const schedules = listAt(diet, 'schedule', context, 'oralDiet.schedule');
  const stated = schedules.flatMap((schedule, i) => readTiming(schedule, context, `oralDiet.schedule[${i}]`));
  // A day without a time of day is no definite time to eat at.
  const times = stated.filter(({ marks }) => marks.length === 0);
  if (times.length === 0) {
    if (context.problems.length > 0) return REFUSED;
    return keep(context, 'fhir-time-missing', 'the diet has no times of its own', 'oralDiet.schedule');
  }
  const issued = readInstant(resource.dateTime, context, 'dateTime');
  const items: RawItem[] = [];
  for (const [i, nutrient] of listAt(diet, 'nutrient', context, 'oralDiet.nutrient').entries()) {
    const path = `oralDiet.nutrient[${i}]`;
    const concept = readConcept(nutrient.modifier, context, `${path}.modifier`);
    const value = isObject(nutrient.amount) ? readQuantity(nutrient.amount, context, `${path}.amount`) : null;
    if (concept === null || value === null) {
      note(context, 'exchange-amount-unknown', 'the nutrient has no name or no amount', path);
      continue;
    }
    for (const { time, part } of times) {
      const provenance = provenanceOf(context, path, times.length === 1 ? path : `${path}@${part}`);
      const known = issued === undefined ? {} : { issued };
      items.push({
        kind: 'control',
        subject,
        provenance,
        ...concept,
        value,
        time,
        status: 'planned',
        ...known,
      });
    }
  }
  if (items.length > 0) return { fate: 'mapped', items };
  if (context.problems.length > 0) return REFUSED;
  return keep(context, 'exchange-amount-unknown', 'the diet names no nutrient with an amount', 'oralDiet.nutrient');
}
