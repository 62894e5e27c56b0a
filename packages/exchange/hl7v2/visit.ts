import type { Assembly } from './assemble.ts';
import { annotate, participate } from './attached.ts';
import type { Draft } from './draft.ts';
import { eventProvenance } from './header.ts';
import type { Segment } from './message.ts';
import { joinAppointment } from './orders.ts';
import { patientIdentity } from './patient.ts';
import { type Made, translated } from './values.ts';

/** Relationships that make a next of kin a contact of the patient and no person of their own: employer and the like. */
const CONTACTS = new Set(['EMR', 'E', 'F', 'I', 'S']);

/** Segments about the patient, the visit and what surrounds it. False where the segment is another's. */
export function visit(assembly: Assembly, segment: Segment): boolean {
  const { account } = assembly;
  const text = (n: number, c = 1) => segment.text(n, c).trim();
  switch (segment.id) {
    case 'MSH':
      return true;
    case 'SFT':
      if (text(2) !== '') account.understood(segment, 2, 'MessageHeader.source.version');
      if (text(3) !== '') account.understood(segment, 3, 'MessageHeader.source.software');
      return true;
    case 'EVN':
      eventProvenance(assembly, segment);
      return true;
    case 'PID': {
      const before = assembly.patient;
      const draft = assembly.startPatient(segment);
      assembly.apply('PID[Patient]', draft, segment);
      draft.value.active ??= true;
      if (segment.has(18)) {
        const own = assembly.begin('Account', segment, text(18), text(18, 4));
        assembly.apply('PID[Account]', own, segment);
        own.value.subject = [assembly.patientReference()];
      }
      joinAppointment(assembly);
      linkPatients(assembly, segment, before);
      return true;
    }
    case 'PD1':
      if (assembly.patient === null) return true;
      assembly.apply('PD1[Patient]', assembly.patient, segment);
      if (segment.has(7)) livingWill(assembly, segment);
      return true;
    case 'MRG':
      mergePatients(assembly, segment);
      return true;
    case 'NK1':
      if (CONTACTS.has(text(3)) && assembly.patient !== null) assembly.apply('NK1[Patient]', assembly.patient, segment);
      else assembly.apply('NK1[RelatedPerson]', assembly.begin('RelatedPerson', segment), segment);
      return true;
    case 'GT1':
      assembly.apply('GT1[RelatedPerson]', assembly.begin('RelatedPerson', segment), segment);
      return true;
    case 'PV1':
      startEncounter(assembly, segment);
      return true;
    case 'PV2':
      if (assembly.encounter !== null) assembly.apply('PV2[Encounter]', assembly.encounter, segment);
      return true;
    case 'AL1':
      assembly.apply(
        'AL1[AllergyIntolerance]',
        assembly.begin('AllergyIntolerance', segment, text(3), text(3, 2)),
        segment,
      );
      return true;
    case 'IAM':
      assembly.apply(
        'IAM[AllergyIntolerance]',
        assembly.begin('AllergyIntolerance', segment, text(7) || text(3), text(3, 2)),
        segment,
      );
      return true;
    case 'DG1':
      diagnose(assembly, segment);
      return true;
    case 'PR1': {
      const draft = assembly.begin('Procedure', segment, text(19) || text(3), text(3, 2) || text(4), text(5));
      assembly.apply('PR1[Procedure]', draft, segment);
      inVisit(assembly, draft);
      assembly.about = draft;
      return true;
    }
    case 'IN1': {
      const draft = assembly.begin('Coverage', segment, text(36) || text(49), text(2), text(3));
      assembly.apply('IN1[Coverage]', draft, segment);
      return true;
    }
    case 'FT1': {
      const draft = assembly.begin('ChargeItem', segment, text(2), text(4), text(7) || text(25), String(segment.index));
      assembly.apply('FT1[ChargeItem]', draft, segment);
      const visited = assembly.encounterReference();
      if (visited !== null) draft.value.context = visited;
      assembly.about = draft;
      return true;
    }
    case 'PRB': {
      const draft = assembly.begin('Condition', segment, text(4) || text(3), text(3, 2));
      assembly.apply('PRB[Condition]', draft, segment);
      inVisit(assembly, draft);
      assembly.about = draft;
      return true;
    }
    case 'GOL': {
      const draft = assembly.begin('Goal', segment, text(4) || text(3), text(3, 2));
      assembly.apply('GOL[Goal]', draft, segment);
      assembly.about = draft;
      return true;
    }
    case 'PRD':
      assembly.apply('PRD[Practitioner]', assembly.begin('Practitioner', segment), segment);
      return true;
    case 'ROL':
      participateInCare(assembly, segment);
      return true;
    case 'PRT':
      participate(assembly, segment);
      return true;
    case 'NTE':
      annotate(assembly, segment);
      return true;
    default:
      return false;
  }
}

export function inVisit(assembly: Assembly, draft: Draft): void {
  const visited = assembly.encounterReference();
  if (visited !== null) draft.value.encounter = visited;
}

function startEncounter(assembly: Assembly, segment: Segment): void {
  const { account, message } = assembly;
  const number = segment.text(19) || segment.text(50);
  const draft = assembly.begin(
    'Encounter',
    segment,
    number,
    number === '' ? segment.text(44) || message.controlId : '',
  );
  assembly.encounter = draft;
  assembly.about = draft;
  assembly.apply('PV1[Encounter]', draft, segment);
  const { value } = draft;
  const event = message.code === 'ADT' ? translated('Event[EncounterStatus]', message.event)?.code : undefined;
  const byClass =
    segment.text(2) === 'P' ? 'planned' : translated('PatientClass[EncounterStatus]', segment.text(2))?.code;
  const ended = segment.has(45) && message.event !== 'A13';
  value.status =
    event === 'cancelled'
      ? event
      : ended
        ? 'finished'
        : event !== undefined && event !== 'unknown'
          ? event
          : (byClass ?? 'unknown');
  account.understood(message.header, 9, 'Encounter.status');
  const subject = assembly.patientReference();
  if (subject !== null) value.subject = subject;
}

function diagnose(assembly: Assembly, segment: Segment): void {
  const text = (n: number, c = 1) => segment.text(n, c).trim();
  const visitNumber = assembly.encounter?.id ?? '';
  const words = text(3) || text(4) || text(3, 2);
  if (words === '' && !segment.has(20)) return;
  const draft = assembly.begin('Condition', segment, text(20) || `${words}|${visitNumber}`);
  assembly.apply('DG1[Condition]', draft, segment);
  inVisit(assembly, draft);
  const { encounter } = assembly;
  if (encounter === null || segment.text(21) === 'D') return;
  assembly.apply('DG1[Encounter]', encounter, segment);
  // The rows fill one entry of this segment; it leads to the condition just made.
  const entries = encounter.value.diagnosis as Made[] | undefined;
  const condition = { reference: `Condition/${draft.id}` };
  const open = entries?.find((entry) => entry.condition === undefined);
  if (open !== undefined) open.condition = condition;
  else encounter.value.diagnosis = [...(entries ?? []), { condition }];
}

function livingWill(assembly: Assembly, segment: Segment): void {
  const draft = assembly.begin('Observation', segment, 'living-will', assembly.message.controlId);
  assembly.apply('PD1[Observation-LivingWill]', draft, segment);
  const subject = assembly.patientReference();
  if (subject !== null) draft.value.subject = subject;
}

function participateInCare(assembly: Assembly, segment: Segment): void {
  const { patient, encounter } = assembly;
  if (segment.text(3) === 'PP' && patient !== null)
    assembly.apply('ROL[Patient-GeneralPractitioner]', patient, segment);
  else if (encounter !== null) assembly.apply('ROL[Encounter-PractitionerRole]', encounter, segment);
}

/** A24 and A37 name two patients in two PIDs. */
function linkPatients(assembly: Assembly, segment: Segment, before: Draft | null): void {
  const { event, code } = assembly.message;
  if (code !== 'ADT' || (event !== 'A24' && event !== 'A37') || before === null || assembly.patient === null) return;
  const [first, second] = [assembly.patients.get(before.id!), assembly.patients.get(assembly.patient.id!)];
  if (first === undefined || second === undefined || first.key === second.key) return;
  assembly.links.push({ kind: event === 'A24' ? 'link' : 'unlink', segment, from: second, into: first });
  if (event === 'A24') {
    before.value.link = [{ other: { reference: `Patient/${second.id}` }, type: 'seealso' }];
    assembly.patient.value.link = [{ other: { reference: `Patient/${first.id}` }, type: 'seealso' }];
  }
}

/** Events whose MRG says that a whole patient goes on under the identifier of PID. */
const MERGES = new Set(['A18', 'A30', 'A34', 'A36', 'A39', 'A40', 'A46', 'A47']);

/** MRG: who the patient of PID was before. Moves of an account or a visit (A35, A41 to A45) merge no patients. */
function mergePatients(assembly: Assembly, segment: Segment): void {
  const { message, patient, account } = assembly;
  const prior = patientIdentity(segment, [1, 2, 4], assembly.setting);
  const now = patient === null ? undefined : assembly.patients.get(patient.id!);
  if (segment.has(3)) {
    const own = assembly.begin('Account', segment, segment.text(3), segment.text(3, 4));
    assembly.apply('MRG[Account]', own, segment);
  }
  if (prior === null || now === undefined || patient === null) return;
  if (!MERGES.has(message.event) || prior.key === now.key) return;
  for (const field of [1, 4]) account.understood(segment, field, 'Patient.link');
  assembly.links.push({ kind: 'merge', segment, from: prior, into: now });
  const old = assembly.begin('Patient', segment);
  old.id = prior.id;
  old.value.identifier = [{ system: prior.system, value: prior.value }];
  old.value.active = false;
  old.value.link = [{ other: { reference: `Patient/${now.id}` }, type: 'replaced-by' }];
  patient.value.link = [
    ...((patient.value.link as Made[] | undefined) ?? []),
    { other: { reference: `Patient/${prior.id}` }, type: 'replaces' },
  ];
}
