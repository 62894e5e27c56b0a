import type { Coding } from '@gemel/core/concept';
import { UCUM } from '@gemel/core/concept';
import type { RawTime } from '@gemel/core/raw';
import { readingResource } from '../device/reading.ts';
import { writeDateTime } from '../fhir/datetime.ts';
import { subjectOf } from '../fhir/encode/elements.ts';
import type { AllergyFinding, DrugFinding, Finding, ProblemFinding } from './finding.ts';
import { type Group, groupsOf, readingOf } from './items.ts';

const CLINICAL = 'http://terminology.hl7.org/CodeSystem/condition-clinical';
const VERIFICATION = 'http://terminology.hl7.org/CodeSystem/condition-ver-status';
const ALLERGY_VERIFICATION = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification';
const NOTE_ID = 'note';
const DERIVED = 'Derived from text; unconfirmed.';

/** What a note says as FHIR R4: the note itself, and what was found in it, each resource saying that it is derived from the text. */
export function* noteResources(
  text: string,
  findings: readonly Finding[],
  subject: string,
  time: RawTime | null,
): Generator<object, void, void> {
  yield {
    resourceType: 'DocumentReference',
    id: NOTE_ID,
    status: 'current',
    subject: subjectOf(subject),
    ...(time !== null && { date: writeDateTime(time.start, time.offset) }),
    content: [{ attachment: { contentType: 'text/plain; charset=utf-8', data: base64(text) } }],
  };
  for (const group of groupsOf(findings)) {
    const resource = resourceOf(group, subject, time);
    if (resource !== null) yield resource;
  }
}

function resourceOf(group: Group, subject: string, time: RawTime | null): object | null {
  const [finding] = group;
  const base = { id: `${finding.kind}-${finding.span.charStart}` };
  switch (finding.kind) {
    case 'measure': {
      const { reading } = readingOf(group, time);
      if (reading === null) return null;
      return {
        ...readingResource({ ...reading, notes: [`${DERIVED} “${finding.text}”`] }, subject),
        ...base,
        derivedFrom: [{ reference: `DocumentReference/${NOTE_ID}` }],
      };
    }
    case 'problem':
      return problemResource(finding, base, subject, time);
    case 'drug':
      return finding.assertion.experiencer === 'patient' ? drugResource(finding, base, subject, time) : null;
    case 'allergy':
      return allergyResource(finding, base, subject, time);
  }
}

function concept(name: string, codings: readonly Coding[]): object {
  return { ...(codings.length > 0 && { coding: codings.map((each) => ({ ...each })) }), text: name };
}

const status = (system: string, code: string) => ({ coding: [{ system, code }] });
const notes = ({ text }: Finding) => [{ text: `${DERIVED} “${text}”` }];
const recorded = (name: string, time: RawTime | null) =>
  time === null ? {} : { [name]: writeDateTime(time.start, time.offset) };

function problemResource(
  finding: ProblemFinding,
  base: { readonly id: string },
  subject: string,
  time: RawTime | null,
): object | null {
  const { negated, uncertain, temporality, experiencer } = finding.assertion;
  if (temporality === 'hypothetical' || experiencer === 'other') return null;
  const code = concept(finding.name, finding.codings);
  if (experiencer === 'family') {
    if (negated) return null;
    return {
      resourceType: 'FamilyMemberHistory',
      ...base,
      status: 'partial',
      patient: subjectOf(subject),
      relationship: { text: 'family member' },
      ...recorded('date', time),
      condition: [{ code }],
      note: notes(finding),
    };
  }
  const verification = negated ? 'refuted' : uncertain ? 'provisional' : 'unconfirmed';
  return {
    resourceType: 'Condition',
    ...base,
    ...(!negated && { clinicalStatus: status(CLINICAL, temporality === 'historical' ? 'inactive' : 'active') }),
    verificationStatus: status(VERIFICATION, verification),
    code,
    subject: subjectOf(subject),
    ...recorded('recordedDate', time),
    note: notes(finding),
  };
}

const DRUG_STATUS = {
  active: 'active',
  started: 'active',
  changed: 'active',
  given: 'completed',
  stopped: 'stopped',
  held: 'on-hold',
  planned: 'intended',
  'not-taken': 'not-taken',
} as const;

function drugResource(
  finding: DrugFinding,
  base: { readonly id: string },
  subject: string,
  time: RawTime | null,
): object {
  const { drug } = finding;
  return {
    resourceType: 'MedicationStatement',
    ...base,
    status: DRUG_STATUS[drug.status],
    medicationCodeableConcept: concept(finding.name, finding.codings),
    subject: subjectOf(subject),
    ...recorded('dateAsserted', time),
    derivedFrom: [{ reference: `DocumentReference/${NOTE_ID}` }],
    dosage: [dosageOf(finding)],
    note: notes(finding),
  };
}

function dosageOf({ drug, text }: DrugFinding): object {
  const { dose, route, asNeeded } = drug;
  const repeat = repeatOf(drug);
  const quantity = (value: number) => ({ value, unit: dose!.unit, system: UCUM, code: dose!.unit });
  const amount =
    dose === undefined
      ? null
      : /\/(h|min)$/.test(dose.unit)
        ? { rateQuantity: quantity(dose.low) }
        : dose.low === dose.high
          ? { doseQuantity: quantity(dose.low) }
          : { doseRange: { low: quantity(dose.low), high: quantity(dose.high) } };
  return {
    text: text.replaceAll(/\s+/g, ' '),
    ...(repeat !== null && { timing: { repeat } }),
    ...(asNeeded && { asNeededBoolean: true }),
    ...(route !== undefined && { route: { text: route } }),
    ...(amount !== null && { doseAndRate: [amount] }),
  };
}

/** `2/1d`, `1/4-6h`, `1/1d@HS` and a duration as Timing.repeat. */
function repeatOf({ frequency, duration }: DrugFinding['drug']): object | null {
  const bounds =
    duration === undefined
      ? {}
      : { boundsDuration: { value: duration.value, unit: duration.unit, system: UCUM, code: duration.unit } };
  if (frequency === 'once') return { ...bounds, count: 1 };
  const match = /^(\d+)\/(\d+)(?:-(\d+))?(min|h|d|wk|mo)(?:@(\w+))?$/.exec(frequency ?? '');
  if (match === null) return duration === undefined ? null : bounds;
  const [, times, period, most, unit, event] = match;
  return {
    ...bounds,
    frequency: Number(times),
    period: Number(period),
    ...(most !== undefined && { periodMax: Number(most) }),
    periodUnit: unit,
    ...(event !== undefined && { when: [event] }),
  };
}

function allergyResource(
  finding: AllergyFinding,
  base: { readonly id: string },
  subject: string,
  time: RawTime | null,
): object | null {
  const { negated, experiencer } = finding.assertion;
  if (experiencer !== 'patient' || (negated && !finding.none)) return null;
  return {
    resourceType: 'AllergyIntolerance',
    ...base,
    verificationStatus: status(ALLERGY_VERIFICATION, 'unconfirmed'),
    code: finding.none ? { text: 'No known allergy' } : concept(finding.name, finding.codings),
    patient: subjectOf(subject),
    ...recorded('recordedDate', time),
    ...(finding.reactions.length > 0 && {
      reaction: [{ manifestation: finding.reactions.map(({ name, codings }) => concept(name, codings)) }],
    }),
    note: notes(finding),
  };
}

function base64(text: string): string {
  let binary = '';
  const bytes = new TextEncoder().encode(text);
  for (let i = 0; i < bytes.length; i += 8192) binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(binary);
}
