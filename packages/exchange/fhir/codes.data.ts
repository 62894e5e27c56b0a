import { type Coding, coding, GEMEL, LOINC, SNOMED } from '@gemel/core/concept';

/** Code systems the FHIR doors name themselves. */
export const ADMINISTRATIVE_GENDER = 'http://hl7.org/fhir/administrative-gender';
export const DATA_ABSENT_REASON = 'http://terminology.hl7.org/CodeSystem/data-absent-reason';
export const ATC = 'http://www.whocc.no/atc';

/**
 * Observations that state a slowly changing fact: code → name of the fact. Any code `therapy.…`, `body.…` or `sensor.…` of
 * Gemel's own system is a fact of that name.
 */
export const factCodings: readonly { readonly coding: Coding; readonly fact: string }[] = [
  { coding: coding(LOINC, '29463-7', 'Body weight'), fact: 'body.weight' },
  { coding: coding(LOINC, '3141-9', 'Body weight Measured'), fact: 'body.weight' },
  { coding: coding(LOINC, '8302-2', 'Body height'), fact: 'body.height' },
  { coding: coding(LOINC, '82810-3', 'Pregnancy status'), fact: 'pregnancy' },
];

/** Prefixes of Gemel's own codes that name facts. */
export const factPrefixes: readonly string[] = ['therapy.', 'body.', 'sensor.'];

/** Observations that state what was taken in or given: these are control inputs, not measurements. */
export const intakeCodings: readonly Coding[] = [
  coding(LOINC, '9059-7', 'Carbohydrate intake Estimated'),
  coding(GEMEL, 'meal.carbohydrate', 'Carbohydrate eaten'),
];

/** Nutrients as NutritionOrder.oralDiet.nutrient.modifier names them. */
export const CARBOHYDRATE: Coding = coding(SNOMED, '2331003', 'Carbohydrate');

/** Gemel's own tag on what is predicted: default searches leave it out with `_tag:not=`. */
export const PREDICTED: Coding = coding(GEMEL, 'predicted', 'Predicted by a digital twin, not measured');
