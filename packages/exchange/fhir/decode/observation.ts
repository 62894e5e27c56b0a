import type { Coding, Problem, Provenance, RawItem, RawTime, RawValue } from '@gemel/core';
import { codingKey, GEMEL } from '@gemel/core/concept';
import { instant } from '@gemel/core/time';
import { inUcum, withLoinc } from '../../device/mdc/meaning.ts';
import { factCodings, factPrefixes, intakeCodings } from '../codes.data.ts';
import { type Context, type Json, KEPT, keep, mapped, note, type Outcome, provenanceOf, refuse } from '../context.ts';
import { choiceAt, isObject, listAt, readConcept, readQuantity, wrongType } from '../datatype.ts';
import { knownSince, occurrenceAt, retract, statusOf, unused } from '../occurrence.ts';
import { patientKey, resolved } from '../reference.ts';
import { readSamples } from '../sampled-data.ts';

const FACTS = new Map(factCodings.map(({ coding, fact }) => [codingKey(coding), fact]));
const INTAKES = new Set(intakeCodings.map(codingKey));
/** R4 observation statuses under which a value may stand. */
const USED = new Set(['preliminary', 'final', 'amended', 'corrected', 'unknown']);

type Read = { readonly value: RawValue } | { readonly samples: ReturnType<typeof readSamples> } | 'kept' | null;

/** Observation → observations, one for the value, each component and each sample; intake codes → controls; fact codes → facts. */
export function decodeObservation(resource: Json, context: Context): Outcome {
  const status = statusOf(resource, context);
  if (typeof status !== 'string') return status;
  const subject = patientKey(resource.subject, context, 'subject');
  if (typeof subject !== 'string') return subject;
  if (status === 'entered-in-error') return retract(resource, subject, context);
  if (!USED.has(status)) return unused(context, status);
  const code = readConcept(resource.code, context, 'code');
  if (code === null)
    return refuse(context, 'fhir-code-missing', 'the observation does not say what was observed', 'code');
  const components = listAt(resource, 'component', context);
  const own = readValue(resource, context, '');
  if (own === undefined && components.length === 0) return withoutValue(resource, context);
  const when = occurrenceAt(resource, 'effective', context);
  if ('fate' in when) return when;
  if (when.open)
    note(context, 'fhir-period-open', 'the period has no end; the value is taken at its start', 'effectivePeriod');

  const shared = {
    status,
    subject,
    time: when.time,
    marks: when.marks,
    known: knownSince(resource, context, 'issued'),
  };
  const device = deviceName(resource.device, context);
  const withDevice = (provenance: Provenance): Provenance =>
    device === undefined ? provenance : { ...provenance, device };
  const items: RawItem[] = [];
  let kept = own === 'kept';
  const emit = (read: Read, concept: NonNullable<typeof code>, provenance: Provenance) => {
    if (when.marks.length > 0 && concept.codings.some(isIntake)) {
      // Spread over the whole day it would act otherwise than it did.
      note(context, 'fhir-date-partial', 'the day is known, the time of day it was taken is not', 'effective');
      kept = true;
    } else if (read === 'kept') kept = true;
    else if (read !== null && 'value' in read) items.push(itemOf(read.value, concept, withDevice(provenance), shared));
    else if (read !== null) items.push(...series(read.samples, concept, withDevice(provenance), shared));
  };
  if (own !== undefined) emit(own, code, provenanceOf(context));
  const names = componentNames(components);
  for (const [i, component] of components.entries()) {
    const path = `component[${i}]`;
    const concept = readConcept(component.code, context, `${path}.code`);
    const read = readValue(component, context, `${path}.`);
    if (read === undefined) absent(component, context, path);
    else if (concept === null) note(context, 'fhir-code-missing', `${path} does not say what was observed`, path);
    else emit(read, concept, provenanceOf(context, path, names[i]));
  }
  const nothingRead = items.length === 0 && (kept || context.problems.every((p) => p.code === 'fhir-value-absent'));
  return nothingRead ? KEPT : mapped(items);
}

/** What the values of one observation have in common. */
interface Shared {
  readonly status: string;
  readonly subject: string;
  readonly time: RawTime;
  readonly marks: readonly Problem[];
  readonly known: ReturnType<typeof knownSince>;
}

/** One value under its codes as an item: an observation, or the control or fact that the code names. */
export function itemOf(
  value: RawValue,
  named: { readonly codings: readonly Coding[]; readonly text?: string },
  provenance: Provenance,
  { status, subject, time, marks, known }: Shared,
): RawItem {
  const concept = { ...named, codings: withLoinc(named.codings, value.kind === 'quantity' ? value.unit : undefined) };
  const base = { subject, provenance, ...concept, value, time, ...known, ...(marks.length > 0 ? { marks } : {}) };
  const fact = concept.codings.map(factName).find((name) => name !== undefined);
  if (fact !== undefined) {
    return { kind: 'fact', subject, provenance, fact, codings: concept.codings, value, time, ...known };
  }
  if (concept.codings.some(isIntake)) return { kind: 'control', ...base, status: 'given' };
  return { kind: 'observation', ...base, status };
}

function series(
  read: ReturnType<typeof readSamples>,
  concept: { readonly codings: readonly Coding[]; readonly text?: string },
  provenance: Provenance,
  shared: Shared,
): RawItem[] {
  if (read === null || read === 'kept') return [];
  return read.samples.map(({ index, after, value }) => {
    const part = `sample[${index}]`;
    const { sourceId } = provenance;
    const place = { ...provenance, element: `${provenance.element}.${part}` };
    const identified = sourceId === undefined ? place : { ...place, sourceId: `${sourceId}#${part}` };
    const time = { start: instant(shared.time.start + after), offset: shared.time.offset };
    return itemOf(value, concept, identified, { ...shared, time });
  });
}

/** The value[x]; undefined where there is none, null where it is unreadable (noted), `kept` where its form is not read. */
function readValue(holder: Json, context: Context, prefix: string): Read | undefined {
  const choice = choiceAt(holder, 'value', context, `${prefix}value`);
  if (choice === undefined) return undefined;
  if (choice === 'several') return null;
  const { type, value } = choice;
  const path = `${prefix}${choice.name}`;
  switch (type) {
    case 'Quantity': {
      const quantity = readQuantity(value, context, path);
      return quantity && { value: inUcum(quantity) };
    }
    case 'CodeableConcept': {
      const concept = readConcept(value, context, path);
      if (concept === null) note(context, 'exchange-value-missing', 'the concept has neither code nor text', path);
      return concept && { value: { kind: 'coded', ...concept } };
    }
    case 'String':
      if (typeof value === 'string') return { value: { kind: 'text', text: value } };
      wrongType(context, path, 'a string', value);
      return null;
    case 'Boolean':
      if (typeof value === 'boolean') return { value: { kind: 'boolean', value } };
      wrongType(context, path, 'a boolean', value);
      return null;
    case 'Integer':
      // A FHIR integer is a pure number; its unit is the UCUM unity.
      if (typeof value === 'number') return { value: { kind: 'quantity', value, unit: '1' } };
      wrongType(context, path, 'a number', value);
      return null;
    case 'SampledData': {
      const samples = readSamples(value, context, path);
      return samples === 'kept' || samples === null ? samples : { samples };
    }
    default:
      note(context, 'fhir-form-unread', `${choice.name} is a form of value that is kept, not read`, path);
      return 'kept';
  }
}

function withoutValue(resource: Json, context: Context): Outcome {
  if (Array.isArray(resource.hasMember) && resource.hasMember.length > 0) return KEPT;
  if (absent(resource, context)) return KEPT;
  return keep(
    context,
    'exchange-value-missing',
    'the observation has no value, no component and no reason for it',
    'value',
  );
}

/** Notes why a value is absent, where the source says so. */
function absent(holder: Json, context: Context, path?: string): boolean {
  const field = path === undefined ? 'dataAbsentReason' : `${path}.dataAbsentReason`;
  const reason = readConcept(holder.dataAbsentReason, context, field);
  if (reason === null) {
    if (path !== undefined) note(context, 'exchange-value-missing', `${path} has no value`, path);
    return false;
  }
  note(context, 'fhir-value-absent', `the value is absent: ${reason.text ?? reason.codings[0]?.code}`, field);
  return true;
}

/** What identifies each component when components are reordered: its first code where no other component has it. */
function componentNames(components: readonly Json[]): readonly string[] {
  const codes = components.map((component) => {
    const first =
      isObject(component.code) && Array.isArray(component.code.coding) ? component.code.coding[0] : undefined;
    return isObject(first) ? `${String(first.system)}|${String(first.code)}` : undefined;
  });
  return codes.map((code, i) =>
    code === undefined || codes.indexOf(code) !== codes.lastIndexOf(code) ? `component[${i}]` : code,
  );
}

function isIntake(coding: Coding): boolean {
  return INTAKES.has(codingKey(coding));
}

function factName(coding: Coding): string | undefined {
  if (coding.system === GEMEL && factPrefixes.some((prefix) => coding.code.startsWith(prefix))) return coding.code;
  return FACTS.get(codingKey(coding));
}

function deviceName(reference: unknown, context: Context): string | undefined {
  if (!isObject(reference)) return undefined;
  const device = resolved(reference, context);
  const names = Array.isArray(device?.deviceName) ? device.deviceName : [];
  const name = names.find((item) => isObject(item) && typeof item.name === 'string');
  const words = [name?.name, reference.display, device?.serialNumber, reference.reference];
  return words.find((word): word is string => typeof word === 'string' && word !== '');
}
