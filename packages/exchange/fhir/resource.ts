import { PREDICTED } from './codes.data.ts';
import { decodeConsent } from './consent/decode-consent.ts';
import { securityLabels } from './consent/resource-labels.ts';
import { type Context, type Json, KEPT, keep, note, type Outcome, REFUSED, type ResourceDecoder } from './context.ts';
import { isObject } from './datatype.ts';
import { decodeCondition } from './decode/condition.ts';
import { decodeDevice } from './decode/device.ts';
import { decodeEncounter } from './decode/encounter.ts';
import { decodeMedicationAdministration } from './decode/medication-administration.ts';
import { decodeMedicationRequest } from './decode/medication-request.ts';
import { decodeMedicationStatement } from './decode/medication-statement.ts';
import { decodeMolecularSequence } from './decode/molecular-sequence.ts';
import { decodeNutritionOrder } from './decode/nutrition-order.ts';
import { decodeObservation } from './decode/observation.ts';
import { decodePatient } from './decode/patient.ts';
import { decodeProcedure } from './decode/procedure.ts';
import { AI_ASSERTED } from './labels.data.ts';
import { keyOf, patientKey } from './reference.ts';
import { resourceTypes } from './resource-types.data.ts';

const decoders: Readonly<Record<string, ResourceDecoder>> = {
  Patient: decodePatient,
  Observation: decodeObservation,
  MedicationAdministration: decodeMedicationAdministration,
  MedicationStatement: decodeMedicationStatement,
  MedicationRequest: decodeMedicationRequest,
  Condition: decodeCondition,
  Consent: decodeConsent,
  Device: decodeDevice,
  Procedure: decodeProcedure,
  Encounter: decodeEncounter,
  NutritionOrder: decodeNutritionOrder,
  MolecularSequence: decodeMolecularSequence,
};

/** Decodes one resource by its type. `text` is the entry as written. */
export function decodeResource(resource: Json, text: string, context: Context): Outcome {
  const { resourceType } = resource;
  if (typeof resourceType !== 'string' || resourceType === '') {
    note(context, 'fhir-resource-type-missing', 'the resource does not say what it is', 'resourceType');
    return REFUSED;
  }
  if (resourceType === 'Bundle') {
    return keep(
      context,
      'fhir-bundle-nested',
      'a Bundle within a source is kept whole; import it on its own to read it',
    );
  }
  const decode = Object.hasOwn(decoders, resourceType) ? decoders[resourceType] : undefined;
  if (decode === undefined) {
    if (resourceTypes.has(resourceType)) return KEPT;
    return keep(context, 'fhir-resource-type-unknown', `"${resourceType}" is no resource of R4`, 'resourceType');
  }
  if (isPredicted(resource)) {
    return keep(
      context,
      'fhir-asserted-by-software',
      'labelled as predicted or as asserted by software: never taken as measured',
    );
  }
  // A consent with a modifier is taken as refusing, which is more than being left out.
  const modified = resource.implicitRules !== undefined || text.includes('"modifierExtension"');
  if (modified && resourceType !== 'Consent') {
    const what = resource.implicitRules === undefined ? 'a modifierExtension' : 'implicitRules';
    note(context, 'fhir-modifier', `${what} may change what the resource means, and is not understood`);
    return REFUSED;
  }
  const outcome = decode(resource, context);
  const labels = securityLabels(resource);
  if (labels.length === 0) return outcome;
  return { ...outcome, items: outcome.items.map((item) => ({ ...item, labels })) };
}

/** An entry with no resource: a deletion withdraws, a bare response or request is kept. */
export function withoutResource(entry: Json, context: Context): Outcome {
  const request = isObject(entry.request) ? entry.request : {};
  const response = isObject(entry.response) ? entry.response : undefined;
  if (request.method === 'DELETE' && typeof request.url === 'string') {
    const subject = subjectOfDeleted(request.url, context);
    if (typeof subject !== 'string') return subject;
    const target = context.provenance.sourceId ?? deletedKey(request.url, context);
    return { fate: 'mapped', items: [{ kind: 'retraction', subject, target, provenance: context.provenance }] };
  }
  if (response !== undefined || request.method !== undefined) return KEPT;
  note(context, 'fhir-entry-empty', 'the entry holds no resource');
  return REFUSED;
}

/** Whose a deleted resource was: an earlier version in the same history says it. */
function subjectOfDeleted(url: string, context: Context): string | Outcome {
  const target = context.references.resolve(url, context.base, new Map());
  const earlier = target.kind === 'entry' ? context.references.resource(target.span) : null;
  if (target.kind === 'entry' && target.span.type === 'Patient') return keyOf(target.span) ?? url;
  if (earlier !== null) return patientKey(earlier.subject ?? earlier.patient, context, 'request.url');
  if (context.options.subject !== undefined) return context.options.subject;
  return keep(context, 'fhir-subject-missing', `the deletion of ${url} does not say whose it was`, 'request');
}

function deletedKey(url: string, context: Context): string {
  return context.base === null || /^https?:/.test(url) ? url : `${context.base}/${url}`;
}

/** Whether a resource is marked as not measured: HL7's AI label, or Gemel's own tag. */
function isPredicted(resource: Json): boolean {
  const { meta } = resource;
  if (!isObject(meta)) return false;
  const has = (list: unknown, wanted: { readonly system: string; readonly code: string }) =>
    Array.isArray(list) &&
    list.some((item) => isObject(item) && item.system === wanted.system && item.code === wanted.code);
  return has(meta.security, AI_ASSERTED) || has(meta.tag, PREDICTED);
}
