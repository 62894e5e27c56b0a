import type * as fhir from '@medplum/fhirtypes';
import { gender } from '../maps.data.ts';
import { addr, cd, code, ids, ii, interval, inverse, personName, telecom, time } from './datatypes.ts';
import type { Writer } from './writer.ts';
import { tag, templates, words, type Xml } from './xml-writer.ts';

const GENDERS = inverse(gender, { other: 'UN' });

export interface HeaderOptions {
  readonly id: string;
  readonly at: string;
  readonly title: string;
  readonly custodian: string;
  readonly software: string;
  readonly span: { readonly start?: string; readonly end?: string };
}

/** The US realm header of a CCD. */
export function header(writer: Writer, { id, at, title, custodian, software, span }: HeaderOptions): Xml[] {
  return [
    tag('realmCode', { code: 'US' }),
    tag('typeId', { root: '2.16.840.1.113883.1.3', extension: 'POCD_HD000040' }),
    ...templates(['1.1', '2015-08-01'], ['1.2', '2015-08-01']),
    tag('id', { root: id }),
    code('code', '34133-9', '2.16.840.1.113883.6.1', 'Summarization of Episode Note'),
    tag('title', {}, words(title)),
    time('effectiveTime', at),
    code('confidentialityCode', 'N', '2.16.840.1.113883.5.25'),
    tag('languageCode', { code: 'en-US' }),
    recordTarget(writer, writer.patient),
    tag(
      'author',
      {},
      time('time', at),
      tag(
        'assignedAuthor',
        {},
        tag('id', { nullFlavor: 'NI' }),
        tag('addr', { nullFlavor: 'NI' }),
        tag('telecom', { nullFlavor: 'NI' }),
        tag(
          'assignedAuthoringDevice',
          {},
          tag('manufacturerModelName', {}, words(software)),
          tag('softwareName', {}, words(software)),
        ),
        tag('representedOrganization', {}, tag('name', {}, words(custodian))),
      ),
    ),
    tag(
      'custodian',
      {},
      tag(
        'assignedCustodian',
        {},
        tag(
          'representedCustodianOrganization',
          {},
          tag('id', { nullFlavor: 'NI' }),
          tag('name', {}, words(custodian)),
          tag('telecom', { nullFlavor: 'NI' }),
          tag('addr', { nullFlavor: 'NI' }),
        ),
      ),
    ),
    tag('documentationOf', {}, tag('serviceEvent', { classCode: 'PCPR' }, interval('effectiveTime', span))),
  ];
}

/** Patient → recordTarget. */
function recordTarget(writer: Writer, patient: fhir.Patient): string {
  const extension = (name: string) => patient.extension?.find(({ url }) => url.endsWith(name));
  const religion = extension('patient-religion')?.valueCodeableConcept;
  const birthplace = extension('patient-birthPlace')?.valueAddress;
  const birthTime = extension('patient-birthTime')?.valueDateTime;
  const sex = GENDERS[patient.gender ?? ''];
  const dead = patient.deceasedDateTime !== undefined ? true : patient.deceasedBoolean;
  const absent = (name: string) => tag(name, { nullFlavor: 'NI' });
  return tag(
    'recordTarget',
    {},
    tag(
      'patientRole',
      {},
      patientIds(patient),
      (patient.address ?? []).map(addr).concat(patient.address === undefined ? absent('addr') : []),
      (patient.telecom ?? []).map(telecom).concat(patient.telecom === undefined ? absent('telecom') : []),
      tag(
        'patient',
        {},
        (patient.name ?? []).map(personName).concat(patient.name === undefined ? absent('name') : []),
        sex === undefined || sex === 'UNK'
          ? tag('administrativeGenderCode', { nullFlavor: 'UNK' })
          : code('administrativeGenderCode', sex, '2.16.840.1.113883.5.1'),
        time('birthTime', birthTime ?? patient.birthDate) ?? tag('birthTime', { nullFlavor: 'UNK' }),
        dead === undefined ? undefined : tag('sdtc:deceasedInd', { value: dead }),
        time('sdtc:deceasedTime', patient.deceasedDateTime),
        patient.multipleBirthBoolean === undefined
          ? undefined
          : tag('sdtc:multipleBirthInd', { value: patient.multipleBirthBoolean }),
        cd('maritalStatusCode', patient.maritalStatus),
        cd('religiousAffiliationCode', religion),
        categories(extension('us-core-race'), 'raceCode'),
        categories(extension('us-core-ethnicity'), 'ethnicGroupCode'),
        (patient.contact ?? []).map((each) => guardian(writer, each)),
        birthplace === undefined ? undefined : tag('birthplace', {}, tag('place', {}, addr(birthplace))),
        (patient.communication ?? []).map(language),
      ),
      writer.organization(patient.managingOrganization, 'providerOrganization'),
    ),
  );
}

/** The patient's identifiers; without any, its own id under the URI root, so that the document names the person. */
function patientIds(patient: fhir.Patient): Xml[] {
  const masked = (patient.identifier ?? []).filter(({ value }) => value === undefined);
  const written = (patient.identifier ?? []).map((each) => ii(each)).filter((each) => each !== undefined);
  const hidden = masked.map(() => tag('id', { nullFlavor: 'MSK' }));
  return written.length > 0 ? [...written, ...hidden] : ids(patient);
}

function categories(extension: fhir.Extension | undefined, name: string): Xml[] {
  const codings = (extension?.extension ?? []).flatMap(({ url, valueCoding }) =>
    valueCoding === undefined ? [] : [{ url, valueCoding }],
  );
  if (codings.length === 0) return [tag(name, { nullFlavor: 'NI' })];
  return codings.map(({ valueCoding }, i) => {
    const element = i === 0 ? name : `sdtc:${name}`;
    if (valueCoding.system?.endsWith('v3-NullFlavor')) return tag(element, { nullFlavor: valueCoding.code });
    return cd(element, { coding: [valueCoding] });
  });
}

function guardian(writer: Writer, contact: fhir.PatientContact): Xml {
  if (contact.relationship?.[0]?.coding?.[0]?.code !== 'GUARD') return undefined;
  return tag(
    'guardian',
    {},
    cd('code', contact.relationship[1]),
    contact.address === undefined ? undefined : addr(contact.address),
    (contact.telecom ?? []).map(telecom),
    contact.name === undefined ? undefined : tag('guardianPerson', {}, personName(contact.name)),
    writer.organization(contact.organization, 'guardianOrganization'),
  );
}

function language(communication: fhir.PatientCommunication): Xml {
  const tagged = communication.language?.coding?.[0]?.code;
  if (tagged === undefined) return undefined;
  const proficiency = communication.extension?.find(({ url }) => url.endsWith('patient-proficiency'))?.extension ?? [];
  const part = (url: string) => proficiency.find((each) => each.url === url)?.valueCoding;
  const coded = (name: string, coding: fhir.Coding | undefined) =>
    coding === undefined ? undefined : cd(name, { coding: [coding] });
  return tag(
    'languageCommunication',
    {},
    tag('languageCode', { code: tagged }),
    coded('modeCode', part('type')),
    coded('proficiencyLevelCode', part('level')),
    communication.preferred === undefined ? undefined : tag('preferenceInd', { value: communication.preferred }),
  );
}
