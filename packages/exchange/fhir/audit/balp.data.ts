/** Codes of IHE ITI Basic Audit Log Patterns 1.1 (https://profiles.ihe.net/ITI/BALP/). */
export const BALP = 'https://profiles.ihe.net/ITI/BALP/StructureDefinition/';
export const AUDIT_TYPE = 'http://terminology.hl7.org/CodeSystem/audit-event-type';
export const INTERACTION = 'http://hl7.org/fhir/restful-interaction';
export const DCM = 'http://dicom.nema.org/resources/ontology/DCM';
export const PARTICIPATION = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';
export const ENTITY_TYPE = 'http://terminology.hl7.org/CodeSystem/audit-entity-type';
export const ENTITY_ROLE = 'http://terminology.hl7.org/CodeSystem/object-role';
export const LIFECYCLE = 'http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle';
export const OPERATION = 'http://terminology.hl7.org/CodeSystem/v3-DataOperation';

export interface Coded {
  readonly system: string;
  readonly code: string;
  readonly display: string;
}

const source: Coded = { system: DCM, code: '110153', display: 'Source Role ID' };
const destination: Coded = { system: DCM, code: '110152', display: 'Destination Role ID' };
const recipient: Coded = { system: PARTICIPATION, code: 'IRCP', display: 'information recipient' };
const author: Coded = { system: PARTICIPATION, code: 'AUT', display: 'author (originator)' };
const rest: Coded = { system: AUDIT_TYPE, code: 'rest', display: 'RESTful Operation' };
const interaction = (code: string): Coded => ({ system: INTERACTION, code, display: code });

/** How one kind of access is written: the profile without and with a patient, and its fixed codes. */
export interface Pattern {
  readonly profile: string | null;
  readonly patientProfile: string | null;
  readonly type: Coded;
  readonly subtype: Coded;
  readonly action: 'C' | 'R' | 'U' | 'D' | 'E';
  readonly client: Coded;
  readonly server: Coded;
  readonly user: Coded;
}

const custodian: Coded = {
  system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type',
  code: 'custodian',
  display: 'Custodian',
};
const application: Coded = { system: DCM, code: '110150', display: 'Application' };

const read: Pattern = {
  profile: 'IHE.BasicAudit.Read',
  patientProfile: 'IHE.BasicAudit.PatientRead',
  type: rest,
  subtype: interaction('read'),
  action: 'R',
  client: destination,
  server: source,
  user: recipient,
};
const search: Pattern = {
  profile: 'IHE.BasicAudit.Query',
  patientProfile: 'IHE.BasicAudit.PatientQuery',
  type: rest,
  subtype: interaction('search'),
  action: 'E',
  client: source,
  server: destination,
  user: recipient,
};
const create: Pattern = {
  profile: 'IHE.BasicAudit.Create',
  patientProfile: 'IHE.BasicAudit.PatientCreate',
  type: rest,
  subtype: interaction('create'),
  action: 'C',
  client: source,
  server: destination,
  user: author,
};
const erased: Pattern = {
  profile: 'IHE.BasicAudit.Delete',
  patientProfile: 'IHE.BasicAudit.PatientDelete',
  type: rest,
  subtype: interaction('delete'),
  action: 'D',
  client: application,
  server: custodian,
  user: author,
};
/** An operation, a simulation or a release has no pattern of its own: the general form of an execution, without a profile. */
const execute: Pattern = {
  ...search,
  profile: null,
  patientProfile: null,
  subtype: interaction('operation'),
  user: author,
};

/** By action of the access. */
export const PATTERNS: Readonly<Record<string, Pattern>> = {
  read,
  search,
  create,
  update: {
    ...create,
    profile: 'IHE.BasicAudit.Update',
    patientProfile: 'IHE.BasicAudit.PatientUpdate',
    subtype: interaction('update'),
    action: 'U',
  },
  delete: erased,
  erase: erased,
  export: {
    profile: null,
    patientProfile: 'IHE.BasicAudit.PrivacyDisclosure.Source',
    type: { system: DCM, code: '110106', display: 'Export' },
    subtype: { system: LIFECYCLE, code: 'disclose', display: 'Disclose Record Lifecycle Event' },
    action: 'R',
    client: destination,
    server: source,
    user: recipient,
  },
  operate: execute,
  simulate: execute,
  release: execute,
};
