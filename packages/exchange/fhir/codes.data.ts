import { type Coding, coding, GEMEL, LOINC, RXNORM, SNOMED } from '@gemel/core/concept';

/** Code systems the FHIR doors name themselves. */
export const ADMINISTRATIVE_GENDER = 'http://hl7.org/fhir/administrative-gender';
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
  { coding: coding(LOINC, '84413-4', 'Genotype display name'), fact: 'body.genotype' },
];

/** Prefixes of Gemel's own codes that name facts. */
export const factPrefixes: readonly string[] = ['therapy.', 'body.', 'sensor.'];

/** Observations that state what was taken in or given: these are control inputs, not measurements. */
export const intakeCodings: readonly Coding[] = [
  coding(LOINC, '9059-7', 'Carbohydrate intake Estimated'),
  coding(GEMEL, 'meal.carbohydrate', 'Carbohydrate eaten'),
];

/** Gemel's own tag on what is predicted: default searches leave it out with `_tag:not=`. */
export const PREDICTED: Coding = coding(GEMEL, 'predicted', 'Predicted by a digital twin, not measured');

/** What kind of order or record a control becomes. */
export type ControlForm = 'medication' | 'nutrition' | 'service';

/** Code systems whose every code is a medication. */
export const medicationSystems: readonly string[] = [RXNORM, ATC];

/** Codes outside those systems, by the form of their control; whatever stands nowhere is a service. */
export const controlForms: readonly { readonly coding: Coding; readonly form: ControlForm }[] = [
  ...intakeCodings.map((intake) => ({ coding: intake, form: 'nutrition' as const })),
  { coding: coding(SNOMED, '2331003', 'Carbohydrate'), form: 'nutrition' },
  { coding: coding(GEMEL, 'insulin.bolus', 'Insulin bolus'), form: 'medication' },
  { coding: coding(GEMEL, 'insulin.basal', 'Basal insulin rate'), form: 'medication' },
  { coding: coding(SNOMED, '412210000', 'Insulin lispro'), form: 'medication' },
];

/** Base of the systems under which Gemel's own ids are written: `<base>/trace`, `<base>/input`. */
export const IDENTIFIERS = 'https://gemel.example.org/identifiers';
/** Extension that states until when a proposal may be acted on. */
export const EXPIRES = 'https://gemel.example.org/fhir/StructureDefinition/expires';
/** Stands on everything that leaves. */
export const RESEARCH_USE = 'Research use. Not for clinical use.';
