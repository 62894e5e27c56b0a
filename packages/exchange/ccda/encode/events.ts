import type * as fhir from '@medplum/fhirtypes';
import { encounterStatus, procedureStatus } from '../maps.data.ts';
import { cd, choice, code, ids, interval, inverse, madeUuid } from './datatypes.ts';
import { indications } from './medications.ts';
import { comments, type Entry, entryOf, problemObservation } from './problems.ts';
import { label, type Writer } from './writer.ts';
import { tag, templates, type Xml } from './xml-writer.ts';

const PROCEDURES = inverse(procedureStatus, { 'not-done': 'cancelled', 'on-hold': 'suspended' });
const ENCOUNTERS = inverse(encounterStatus, { finished: 'completed', unknown: 'aborted' });

/** Procedure → procedure activity. */
export function procedureEntry(writer: Writer, resource: fhir.Procedure): Entry {
  const { row, text } = writer.row(
    label(resource.code),
    resource.performedDateTime ?? resource.performedPeriod?.start ?? '',
    resource.status ?? '',
  );
  const method = resource.extension?.find(({ url }) => url.endsWith('procedure-method'))?.valueCodeableConcept;
  const state = PROCEDURES[resource.status ?? ''];
  const entry = tag(
    'procedure',
    { classCode: 'PROC', moodCode: 'EVN' },
    templates(['4.14', '2014-06-09']),
    ids(resource),
    cd('code', resource.code),
    text,
    tag('statusCode', state === undefined ? { nullFlavor: 'UNK' } : { code: state }),
    choice(resource, 'performed'),
    cd('methodCode', method),
    (resource.bodySite ?? []).map((site) => cd('targetSiteCode', site)),
    writer.performers((resource.performer ?? []).map(({ actor }) => actor)),
    writer.author(resource.recorder, undefined),
    writer.place(resource.location),
    indications(resource.reasonCode),
    comments(resource.note),
  );
  return { row, entry: entryOf(entry) };
}

/** Encounter → encounter activity, its diagnoses within it. */
export function encounterEntry(writer: Writer, resource: fhir.Encounter): Entry {
  const type = resource.type?.[0];
  const { row, text } = writer.row(
    label(type) || (resource.class?.display ?? ''),
    resource.period?.start ?? '',
    resource.period?.end ?? '',
  );
  const over = resource.status === 'finished' || resource.status === 'in-progress';
  const state = ENCOUNTERS[resource.status ?? ''];
  const entry = tag(
    'encounter',
    { classCode: 'ENC', moodCode: 'EVN' },
    templates(['4.49', '2015-08-01']),
    ids(resource),
    kindOf(resource, type),
    text,
    over && resource.period?.end !== undefined ? undefined : tag('statusCode', { code: state ?? 'completed' }),
    interval('effectiveTime', resource.period ?? {}),
    cd('sdtc:dischargeDispositionCode', resource.hospitalization?.dischargeDisposition),
    (resource.participant ?? []).map((each) => performer(writer, each)),
    (resource.location ?? []).map(({ location }) => writer.place(location)),
    indications(resource.reasonCode),
    (resource.diagnosis ?? []).map(({ condition }) => diagnosis(writer, condition)),
  );
  return { row, entry: entryOf(entry) };
}

/** Type and class as one code with translations. */
function kindOf(resource: fhir.Encounter, type: fhir.CodeableConcept | undefined): Xml {
  const own = resource.class?.code === undefined ? [] : [resource.class];
  return cd('code', { ...type, coding: [...(type?.coding ?? []), ...own] });
}

function performer(writer: Writer, each: fhir.EncounterParticipant): Xml {
  const [written] = writer.performers([each.individual]);
  const role = each.type?.[0];
  if (
    written === undefined ||
    role?.coding?.[0]?.system === 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType'
  )
    return written;
  return written.replace('<performer>', `<performer>${cd('sdtc:functionCode', role) ?? ''}`);
}

function diagnosis(writer: Writer, reference: fhir.Reference | undefined): Xml {
  const found = writer.find<fhir.Condition>(reference, 'Condition');
  if (found === undefined) return undefined;
  return tag(
    'entryRelationship',
    { typeCode: 'COMP' },
    tag(
      'act',
      { classCode: 'ACT', moodCode: 'EVN' },
      templates(['4.80', '2015-08-01']),
      tag('id', { root: madeUuid(`diagnosis ${JSON.stringify(found)}`) }),
      code('code', '29308-4', '2.16.840.1.113883.6.1', 'Diagnosis'),
      tag('statusCode', { code: 'active' }),
      tag('entryRelationship', { typeCode: 'SUBJ' }, problemObservation(writer, found, '')),
    ),
  );
}
