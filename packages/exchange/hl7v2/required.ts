import { r4Types } from '../fhir/validate/type-table.ts';
import { isPlain } from './draft.ts';
import type { Made } from './values.ts';

/** What stands where R4 asks for an element and the message has none. */
const ABSENT = [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }];

/** Codes for elements that cannot say themselves that they are unknown. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  'Account.status': 'unknown',
  'Appointment.status': 'proposed',
  'Appointment.participant.status': 'needs-action',
  'ChargeItem.status': 'unknown',
  'Coverage.status': 'active',
  'DiagnosticReport.status': 'unknown',
  'DocumentReference.status': 'current',
  'Encounter.status': 'unknown',
  'Encounter.class': { system: 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor', code: 'UNK' },
  'Goal.lifecycleStatus': 'active',
  'Immunization.status': 'completed',
  'Immunization.occurrence[x]': ['occurrenceString', 'unknown'],
  'MedicationAdministration.status': 'unknown',
  'MedicationDispense.status': 'unknown',
  'MedicationRequest.status': 'unknown',
  'MedicationRequest.intent': 'order',
  'Observation.status': 'unknown',
  'Procedure.status': 'unknown',
  'ServiceRequest.status': 'unknown',
  'ServiceRequest.intent': 'order',
};

/** Elements that mean the patient of the message. */
const SUBJECTS = new Set(['patient', 'subject', 'beneficiary']);

interface Need {
  readonly name: string;
  readonly type: string;
  readonly array: boolean;
}
interface Shape {
  readonly needs: readonly Need[];
  /** Backbone elements, whose own needs are to be met. */
  readonly parts: readonly { readonly name: string; readonly type: string }[];
}

const shapes = new Map<string, Shape>();

function shapeOf(structure: string): Shape {
  let shape = shapes.get(structure);
  if (shape === undefined) {
    const elements = r4Types().shape(structure)?.elements ?? [];
    const needs = elements
      .filter(({ min }) => min > 0)
      .map(({ name, choice, forms, max }) => ({
        name: choice ? `${name}[x]` : name,
        type: forms[0]!.type,
        array: max > 1,
      }));
    const parts = elements
      .filter(({ choice, forms }) => !choice && forms[0]!.type.includes('.'))
      .map(({ name, forms }) => ({ name, type: forms[0]!.type }));
    shape = { needs, parts };
    shapes.set(structure, shape);
  }
  return shape;
}

/** Fills what R4 requires and the message does not say: the patient, a code for unknown, else that it is absent. */
export function fillRequired(holder: Made, structure: string, patient: Made | null): void {
  const { needs, parts } = shapeOf(structure);
  for (const { name, type, array } of needs) {
    if (given(holder, name)) continue;
    const fixed = DEFAULTS[`${structure}.${name}`];
    if (Array.isArray(fixed)) holder[fixed[0] as string] = fixed[1];
    else if (fixed !== undefined) holder[name] = fixed;
    else if (SUBJECTS.has(name) && patient !== null) holder[name] = patient;
    else absent(holder, name, type, array);
  }
  for (const { name, type } of parts) {
    const value = holder[name];
    for (const part of Array.isArray(value) ? value : [value]) if (isPlain(part)) fillRequired(part, type, patient);
  }
}

function given(holder: Made, name: string): boolean {
  if (!name.endsWith('[x]')) return holder[name] !== undefined || holder[`_${name}`] !== undefined;
  const stem = name.slice(0, -3);
  return Object.keys(holder).some((key) => key.startsWith(stem) || key.startsWith(`_${stem}`));
}

function absent(holder: Made, name: string, type: string, array: boolean): void {
  const whole = name.endsWith('[x]') ? name.slice(0, -3) + type.charAt(0).toUpperCase() + type.slice(1) : name;
  if (/^[a-z]/.test(type)) holder[`_${whole}`] = { extension: ABSENT };
  else if (type.includes('.')) holder[whole] = array ? [{}] : {};
  else holder[whole] = array ? [{ extension: ABSENT }] : { extension: ABSENT };
}
