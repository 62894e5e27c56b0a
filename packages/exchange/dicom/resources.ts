import { UCUM } from '@gemel/core/concept';
import type { RawObservation } from '@gemel/core/raw';
import type * as fhir from '@medplum/fhirtypes';
import { writeDateTime } from '../fhir/datetime.ts';
import { conceptOf } from '../fhir/encode/elements.ts';
import { DCM } from './codes.ts';
import type { DataSet } from './dataset.ts';
import type { ObjectContext } from './object.ts';
import { administrativeGender, isoDate, personName } from './patient.ts';
import { type DicomTime, dateTime, offsetOfDataSet } from './time.ts';

/** Elements that become part of FHIR resources, with what they become part of. */
export const BECOMES: Readonly<Record<string, readonly string[]>> = {
  PatientID: ['Patient.identifier', 'ImagingStudy.subject'],
  PatientName: ['Patient.name'],
  PatientSex: ['Patient.gender'],
  PatientBirthDate: ['Patient.birthDate'],
  StudyInstanceUID: ['ImagingStudy.identifier'],
  AccessionNumber: ['ImagingStudy.identifier'],
  StudyDate: ['ImagingStudy.started'],
  StudyTime: ['ImagingStudy.started'],
  StudyDescription: ['ImagingStudy.description'],
  ReferringPhysicianName: ['ImagingStudy.referrer'],
  Modality: ['ImagingStudy.modality', 'ImagingStudy.series.modality'],
  SeriesInstanceUID: ['ImagingStudy.series.uid'],
  SeriesNumber: ['ImagingStudy.series.number'],
  SeriesDescription: ['ImagingStudy.series.description'],
  SeriesDate: ['ImagingStudy.series.started'],
  SeriesTime: ['ImagingStudy.series.started'],
  BodyPartExamined: ['ImagingStudy.series.bodySite'],
  SOPInstanceUID: ['ImagingStudy.series.instance.uid'],
  SOPClassUID: ['ImagingStudy.series.instance.sopClass'],
  InstanceNumber: ['ImagingStudy.series.instance.number'],
};

/** Patient and ImagingStudy of the instances of one series, given as FHIR R4; what R4 needs and the source lacks is left out. */
export function imagingResources(contexts: readonly ObjectContext[]): (fhir.Patient | fhir.ImagingStudy)[] {
  const [first] = contexts;
  if (first === undefined) return [];
  const { dataSet } = first.file;
  const patient = patientOf(dataSet, first.subject);
  const study = dataSet.text('StudyInstanceUID');
  if (study === null) return [patient];
  const modality = dataSet.text('Modality');
  const accession = dataSet.text('AccessionNumber');
  const description = dataSet.text('StudyDescription');
  const referrer = personName(dataSet.text('ReferringPhysicianName'));
  const started = startedAt(first, 'Study');
  const series = seriesOf(contexts, modality);
  const resource: fhir.ImagingStudy = {
    resourceType: 'ImagingStudy',
    identifier: [
      { system: 'urn:dicom:uid', value: `urn:oid:${study}` },
      ...(accession === null ? [] : [accessionIdentifier(accession)]),
    ],
    status: 'available',
    subject: { type: 'Patient', identifier: identifierOf(first.subject) },
    ...(modality === null ? {} : { modality: [{ system: DCM, code: modality }] }),
    ...(started === null ? {} : { started }),
    ...(description === null ? {} : { description }),
    ...(referrer === null ? {} : { referrer: { display: referrer.text } }),
    ...(series === null
      ? {}
      : { numberOfSeries: 1, numberOfInstances: series.instance?.length ?? 0, series: [series] }),
  };
  return [patient, resource];
}

function accessionIdentifier(value: string): fhir.Identifier {
  return { type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'ACSN' }] }, value };
}

function identifierOf(subject: string): fhir.Identifier {
  const bar = subject.indexOf('|');
  return bar > 0 ? { system: subject.slice(0, bar), value: subject.slice(bar + 1) } : { value: subject };
}

function patientOf(dataSet: DataSet, subject: string): fhir.Patient {
  const name = personName(dataSet.text('PatientName'));
  const gender = administrativeGender(dataSet.text('PatientSex'));
  const birthDate = isoDate(dataSet.text('PatientBirthDate'));
  return {
    resourceType: 'Patient',
    identifier: [identifierOf(subject)],
    ...(name === null
      ? {}
      : {
          name: [
            {
              text: name.text,
              ...(name.family === '' ? {} : { family: name.family }),
              ...(name.given.length === 0 ? {} : { given: [...name.given] }),
              ...(name.prefix === '' ? {} : { prefix: [name.prefix] }),
              ...(name.suffix === '' ? {} : { suffix: [name.suffix] }),
            },
          ],
        }),
    ...(gender === null ? {} : { gender }),
    ...(birthDate === null ? {} : { birthDate }),
  };
}

/** R4 asks each series for its modality and each instance for its class. */
function seriesOf(contexts: readonly ObjectContext[], modality: string | null): fhir.ImagingStudySeries | null {
  const { dataSet } = contexts[0]!.file;
  const uid = dataSet.text('SeriesInstanceUID');
  if (uid === null || modality === null) return null;
  const number = dataSet.number('SeriesNumber');
  const description = dataSet.text('SeriesDescription');
  const site = dataSet.text('BodyPartExamined');
  const started = startedAt(contexts[0]!, 'Series');
  const instance = contexts.flatMap(({ file }): fhir.ImagingStudySeriesInstance[] => {
    const own = file.dataSet.text('SOPInstanceUID');
    const sopClass = file.dataSet.text('SOPClassUID');
    if (own === null || sopClass === null) return [];
    const place = file.dataSet.number('InstanceNumber');
    return [
      {
        uid: own,
        sopClass: { system: 'urn:ietf:rfc:3986', code: `urn:oid:${sopClass}` },
        ...(unsigned(place) ? { number: place } : {}),
      },
    ];
  });
  return {
    uid,
    ...(unsigned(number) ? { number } : {}),
    modality: { system: DCM, code: modality },
    ...(description === null ? {} : { description }),
    numberOfInstances: instance.length,
    ...(site === null ? {} : { bodySite: { display: site } }),
    ...(started === null ? {} : { started }),
    ...(instance.length === 0 ? {} : { instance }),
  };
}

function unsigned(value: number | null): value is number {
  return value !== null && Number.isInteger(value) && value >= 0 && value < 2 ** 31;
}

/** A time where its zone is known, else the date. */
function startedAt(context: ObjectContext, kind: 'Study' | 'Series'): string | null {
  const { dataSet } = context.file;
  const found = dateTime(dataSet.text(`${kind}Date`), dataSet.text(`${kind}Time`));
  if (found === null) return null;
  const whole: DicomTime = { ...found, offset: offsetOfDataSet(dataSet) };
  const at = found.dateOnly ? null : context.instantOf(whole);
  return at === null || 'problem' in at ? isoDate(dataSet.text(`${kind}Date`)) : writeDateTime(at.at, at.offset);
}

/** A measurement as an R4 Observation. */
export function measurementResource(item: RawObservation): fhir.Observation | null {
  const { value } = item;
  if (value.kind !== 'quantity') return null;
  const identifier = item.provenance.sourceId;
  return {
    resourceType: 'Observation',
    ...(identifier === undefined ? {} : { identifier: [{ value: identifier }] }),
    status: item.status === 'final' ? 'final' : 'preliminary',
    code: conceptOf({ codings: item.codings, ...(item.text === undefined ? {} : { text: item.text }) }),
    subject: { type: 'Patient', identifier: identifierOf(item.subject) },
    effectiveDateTime: writeDateTime(item.time.start, item.time.offset),
    valueQuantity: { value: value.value, unit: value.unit, system: value.unitSystem ?? UCUM, code: value.unit },
  };
}
