import type { ControlInput } from '@gemel/core';
import type * as fhir from '@medplum/fhirtypes';
import { writeDateTime } from '../datetime.ts';
import { conceptOf, quantityOf } from './elements.ts';
import { type OrderFrame, orderElements, orderSubject, timingOf } from './order.ts';

/** A NutritionOrder for one nutrient at one time or over a stretch. */
export function encodeNutritionOrder(control: ControlInput, frame: OrderFrame): fhir.NutritionOrder {
  return {
    resourceType: 'NutritionOrder',
    ...orderElements(control, frame),
    patient: orderSubject(frame),
    dateTime: writeDateTime(control.knownAt, control.offset),
    oralDiet: {
      schedule: [timingOf(control)],
      nutrient: [{ modifier: conceptOf(control.code), amount: quantityOf(control.value) }],
    },
  };
}
