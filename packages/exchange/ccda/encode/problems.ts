import type * as fhir from '@medplum/fhirtypes';
import {
  allergyCategory,
  allergyType,
  clinicalStatus,
  criticality,
  noKnownAllergy,
  noKnownSubstance,
  severity,
} from '../maps.data.ts';
import { cd, code, ids, interval, inverse, madeUuid, pq, time } from './datatypes.ts';
import { label, type Writer } from './writer.ts';
import { tag, templates, words, type Xml } from './xml-writer.ts';

const SNOMED = '2.16.840.1.113883.6.96';
const LOINC = '2.16.840.1.113883.6.1';
const ACT = '2.16.840.1.113883.5.4';

const STATUSES = inverse(clinicalStatus);
const SEVERITIES = inverse(severity, { moderate: '6736007', severe: '24484000' });

/** A row of narrative and the entry that goes with it. */
export interface Entry {
  readonly row: string;
  readonly entry: string;
}

export function entryOf(inner: string): string {
  return tag('entry', { typeCode: 'DRIV' }, inner);
}

function link(typeCode: string, inner: string, inversionInd?: boolean): string {
  return tag('entryRelationship', { typeCode, inversionInd }, inner);
}

/** Annotations as comment activities. */
export function comments(notes: readonly fhir.Annotation[] | undefined): Xml[] {
  return (notes ?? []).map((note) =>
    link(
      'SUBJ',
      tag(
        'act',
        { classCode: 'ACT', moodCode: 'EVN' },
        templates(['4.64']),
        code('code', '48767-8', LOINC, 'Annotation comment'),
        tag('text', {}, words(note.text)),
      ),
      true,
    ),
  );
}

function observed(templateId: readonly [string, string?], about: Xml, value: Xml, ...more: readonly Xml[]): string {
  return tag(
    'observation',
    { classCode: 'OBS', moodCode: 'EVN' },
    templates(templateId),
    about,
    tag('statusCode', { code: 'completed' }),
    value,
    more,
  );
}

function statusObservation(status: string | undefined, kind: string): Xml {
  const found = STATUSES[status ?? ''];
  if (found === undefined) return undefined;
  return link(
    'REFR',
    observed(
      [kind],
      code('code', '33999-4', LOINC, 'Status'),
      code('value', found, SNOMED, undefined, { 'xsi:type': 'CD' }),
    ),
  );
}

function severityObservation(grade: string | undefined): Xml {
  const found = SEVERITIES[grade ?? ''];
  if (found === undefined) return undefined;
  return link(
    'SUBJ',
    observed(
      ['4.8', '2014-06-09'],
      code('code', 'SEV', ACT, 'Severity'),
      code('value', found, SNOMED, undefined, { 'xsi:type': 'CD' }),
    ),
    true,
  );
}

/** Around a problem or allergy: the concern, active as long as the clinical status is. */
function concern(
  template: readonly [string, string],
  key: string,
  active: boolean,
  since: string | undefined,
  inner: string,
): string {
  return tag(
    'act',
    { classCode: 'ACT', moodCode: 'EVN' },
    templates(template),
    tag('id', { root: madeUuid(key) }),
    code('code', 'CONC', '2.16.840.1.113883.5.6', 'Concern'),
    tag('statusCode', { code: active ? 'active' : 'completed' }),
    since === undefined
      ? tag('effectiveTime', {}, tag('low', { nullFlavor: 'UNK' }))
      : tag('effectiveTime', {}, time('low', since)),
    link('SUBJ', inner),
  );
}

function statusCode(concept: fhir.CodeableConcept | undefined): string | undefined {
  return concept?.coding?.[0]?.code;
}

const KINDS = ['418471000', '419511003', '420134006', ...Object.keys(allergyType)];

/** The SNOMED CT finding that says type and category of an allergy. */
function findingOf({ type, category }: fhir.AllergyIntolerance): string {
  const wanted = category?.[0];
  return (
    KINDS.find((each) => allergyType[each] === type && allergyCategory[each] === wanted) ??
    (type === 'allergy' ? '419199007' : '420134006')
  );
}

const ABSENT = new Map<string, string>();
for (const [finding, [absent]] of Object.entries(noKnownAllergy)) ABSENT.set(absent, finding);
const ABSENT_SUBSTANCE = new Map<string, string>();
for (const [substance, [absent]] of Object.entries(noKnownSubstance))
  if (!ABSENT.has(absent) && !ABSENT_SUBSTANCE.has(absent)) ABSENT_SUBSTANCE.set(absent, substance);

/** AllergyIntolerance → allergy concern act. */
export function allergyEntry(writer: Writer, resource: fhir.AllergyIntolerance): Entry {
  const status = statusCode(resource.clinicalStatus);
  const { row, text } = writer.row(
    label(resource.code),
    (resource.reaction ?? []).flatMap(({ manifestation }) => (manifestation ?? []).map(label)).join(', '),
    status ?? '',
    resource.onsetDateTime ?? '',
  );
  const known = resource.code?.coding?.find(({ system }) => system === 'http://snomed.info/sct')?.code ?? '';
  const none = ABSENT.get(known);
  const absentSubstance = ABSENT_SUBSTANCE.get(known);
  const substance =
    none !== undefined
      ? tag('code', { nullFlavor: 'NA' })
      : absentSubstance !== undefined
        ? code('code', absentSubstance, SNOMED)
        : cd('code', resource.code);
  const abatement = resource.extension?.find(({ url }) => url.endsWith('allergyintolerance-abatement'))?.valueDateTime;
  const observation = tag(
    'observation',
    {
      classCode: 'OBS',
      moodCode: 'EVN',
      negationInd: none !== undefined || absentSubstance !== undefined ? true : undefined,
    },
    templates(['4.7', '2014-06-09']),
    ids(resource),
    code('code', 'ASSERTION', ACT),
    text,
    tag('statusCode', { code: 'completed' }),
    interval('effectiveTime', { start: resource.onsetDateTime, end: abatement }),
    code('value', none ?? findingOf(resource), SNOMED, undefined, { 'xsi:type': 'CD' }),
    writer.author(resource.recorder, resource.recordedDate),
    writer.informant(resource.asserter),
    tag(
      'participant',
      { typeCode: 'CSM' },
      tag('participantRole', { classCode: 'MANU' }, tag('playingEntity', { classCode: 'MMAT' }, substance)),
    ),
    statusObservation(status, '4.28'),
    (resource.reaction ?? []).map(reactionOf),
    criticalityOf(resource.criticality),
    comments(resource.note),
  );
  return {
    row,
    entry: entryOf(
      concern(
        ['4.30', '2015-08-01'],
        `concern ${JSON.stringify(resource)}`,
        status === 'active',
        resource.recordedDate,
        observation,
      ),
    ),
  };
}

function reactionOf(reaction: fhir.AllergyIntoleranceReaction): string {
  return link(
    'MFST',
    tag(
      'observation',
      { classCode: 'OBS', moodCode: 'EVN' },
      templates(['4.9', '2014-06-09']),
      tag('id', { root: madeUuid(JSON.stringify(reaction)) }),
      code('code', 'ASSERTION', ACT),
      tag('statusCode', { code: 'completed' }),
      reaction.onset === undefined ? undefined : tag('effectiveTime', {}, time('low', reaction.onset)),
      cd('value', reaction.manifestation?.[0], { 'xsi:type': 'CD' }),
      severityObservation(reaction.severity),
    ),
    true,
  );
}

const CRITICALITIES = inverse(criticality);

function criticalityOf(found: string | undefined): Xml {
  const value = CRITICALITIES[found ?? ''];
  if (value === undefined) return undefined;
  return link(
    'SUBJ',
    observed(
      ['4.145'],
      code('code', '82606-5', LOINC, 'Criticality'),
      code('value', value, '2.16.840.1.113883.5.1063', undefined, { 'xsi:type': 'CD' }),
    ),
    true,
  );
}

/** Condition → problem observation, to stand in a concern or in an encounter's diagnosis. */
export function problemObservation(writer: Writer, resource: fhir.Condition, text: string): string {
  const status = statusCode(resource.clinicalStatus);
  const refuted = statusCode(resource.verificationStatus) === 'refuted';
  const asserted = resource.extension?.find(({ url }) => url.endsWith('condition-assertedDate'))?.valueDateTime;
  const over = (resource as { _abatementDateTime?: unknown })._abatementDateTime !== undefined;
  const kind = resource.category?.find(({ coding }) =>
    coding?.some(({ system }) => system === 'http://snomed.info/sct' || system === 'http://loinc.org'),
  );
  return tag(
    'observation',
    { classCode: 'OBS', moodCode: 'EVN', negationInd: refuted ? true : undefined },
    templates(['4.4', '2015-08-01']),
    ids(resource),
    kind === undefined
      ? tag(
          'code',
          { code: '55607006', codeSystem: SNOMED, displayName: 'Problem' },
          code('translation', '75326-9', LOINC, 'Problem'),
        )
      : cd('code', kind),
    text,
    tag('statusCode', { code: 'completed' }),
    interval('effectiveTime', {
      start: resource.onsetDateTime,
      end: resource.abatementDateTime,
      endFlavor: over ? 'UNK' : undefined,
    }),
    cd('value', resource.code, { 'xsi:type': 'CD' }),
    (resource.bodySite ?? []).map((site) => cd('targetSiteCode', site)),
    writer.author(resource.recorder, resource.recordedDate),
    writer.informant(resource.asserter),
    resource.onsetAge === undefined
      ? undefined
      : link(
          'SUBJ',
          observed(
            ['4.31'],
            code('code', '445518008', SNOMED, 'Age at onset'),
            pq('value', resource.onsetAge, { 'xsi:type': 'PQ' }),
          ),
          true,
        ),
    statusObservation(status, '4.6'),
    severityObservation(gradeOf(resource.severity)),
    asserted === undefined
      ? undefined
      : link(
          'COMP',
          tag(
            'act',
            { classCode: 'ACT', moodCode: 'EVN' },
            templates(['4.502', '2022-06-01']),
            code('code', '77975-1', LOINC, 'Earliest date of diagnosis'),
            tag('statusCode', { code: 'completed' }),
            time('effectiveTime', asserted),
          ),
        ),
    comments(resource.note),
  );
}

function gradeOf(concept: fhir.CodeableConcept | undefined): string | undefined {
  const found = concept?.coding?.find(({ system }) => system === 'http://snomed.info/sct')?.code;
  return found === undefined ? undefined : severity[found];
}

/** Condition → problem concern act, or health concern act. */
export function conditionEntry(writer: Writer, resource: fhir.Condition, health: boolean): Entry {
  const status = statusCode(resource.clinicalStatus);
  const { row, text } = writer.row(
    label(resource.code),
    status ?? '',
    resource.onsetDateTime ?? '',
    resource.abatementDateTime ?? '',
  );
  const observation = problemObservation(writer, resource, text);
  const active = status === 'active' || status === 'recurrence' || status === 'relapse';
  if (!health)
    return {
      row,
      entry: entryOf(
        concern(
          ['4.3', '2015-08-01'],
          `concern ${JSON.stringify(resource)}`,
          active,
          resource.recordedDate,
          observation,
        ),
      ),
    };
  const act = tag(
    'act',
    { classCode: 'ACT', moodCode: 'EVN' },
    templates(['4.132', '2015-08-01']),
    tag('id', { root: madeUuid(`concern ${JSON.stringify(resource)}`) }),
    code('code', '75310-3', LOINC, 'Health Concern'),
    tag('statusCode', { code: active ? 'active' : 'completed' }),
    link('REFR', observation),
  );
  return { row, entry: entryOf(act) };
}
