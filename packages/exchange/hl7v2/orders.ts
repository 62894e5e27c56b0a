import type { Assembly } from './assemble.ts';
import { partOf } from './attached.ts';
import type { Draft } from './draft.ts';
import type { Segment } from './message.ts';
import { observe } from './observation.ts';
import { base64 } from './primitives.ts';
import { type Made, Piece } from './values.ts';
import { inVisit } from './visit.ts';

/** What the segments of one order become. */
interface Order {
  /** Segments from ORC or what stands for it to the next order, by name: the first of each. */
  readonly group: Readonly<Record<string, Segment | undefined>>;
  request: Draft | null;
  report: Draft | null;
  specimen: Draft | null;
}

/** Messages whose OBX are results of the OBR before them. */
const RESULTS = new Set(['ORU', 'OUL', 'ORL', 'ORR']);

const state = new WeakMap<Assembly, { order: Order | null; appointment: Draft | null; document: Draft | null }>();

/** Segments of orders, results, appointments and documents. Returns the index of the next segment to look at. */
export function orders(assembly: Assembly, segment: Segment): number {
  const next = segment.index + 1;
  let held = state.get(assembly);
  if (held === undefined) {
    held = { order: null, appointment: null, document: null };
    state.set(assembly, held);
  }
  const text = (n: number, c = 1) => segment.text(n, c).trim();
  switch (segment.id) {
    case 'ORC':
      held.order = startOrder(assembly, segment);
      return next;
    case 'OBR':
      if (held.order === null || held.order.group.OBR !== segment) held.order = startOrder(assembly, segment);
      observationOrder(assembly, segment, held.order);
      return next;
    case 'RXO':
    case 'RXE':
      held.order ??= startOrder(assembly, segment);
      if (held.order.request?.type === 'MedicationRequest') {
        assembly.apply(`${segment.id}[MedicationRequest]`, held.order.request, segment);
        assembly.about = held.order.request;
      }
      return next;
    case 'RXD':
      held.order ??= startOrder(assembly, segment);
      dispense(assembly, segment, held.order);
      return next;
    case 'RXA':
      if (held.order === null || (held.order.group.RXA !== segment && held.order.group.RXA !== undefined)) {
        held.order = startOrder(assembly, segment);
      }
      administer(assembly, segment, held.order);
      return next;
    case 'RXR': {
      const draft = assembly.about;
      const type = draft?.type ?? '';
      if (draft !== null && /^(Immunization|Medication(Request|Dispense|Administration))$/.test(type)) {
        assembly.apply(`RXR[${type}]`, draft, segment);
      }
      return next;
    }
    case 'TQ1':
      if (held.order?.request) assembly.apply(`TQ1[${held.order.request.type}]`, held.order.request, segment);
      return next;
    case 'RF1': {
      const draft = assembly.begin('ServiceRequest', segment, text(6) || text(11), text(3), assembly.message.controlId);
      assembly.apply('RF1[ServiceRequest]', draft, segment);
      ofPatient(assembly, draft);
      assembly.about = draft;
      return next;
    }
    case 'OBX':
      result(assembly, segment, held);
      return next;
    case 'SPM':
      specimen(assembly, segment, held.order);
      return next;
    case 'SCH': {
      const draft = assembly.begin('Appointment', segment, text(2) || text(1) || assembly.message.controlId);
      held.appointment = draft;
      assembly.about = draft;
      assembly.apply('SCH[Appointment]', draft, segment);
      draft.value.status ??= APPOINTMENTS[assembly.message.event];
      return next;
    }
    case 'AIS':
    case 'AIG':
    case 'AIL':
    case 'AIP':
      if (held.appointment !== null) {
        assembly.apply(`${segment.id}[Appointment]`, held.appointment, segment);
        assembly.about = held.appointment;
      }
      return next;
    case 'TXA': {
      const draft = assembly.begin(
        'DocumentReference',
        segment,
        text(12),
        text(12) === '' ? assembly.message.controlId : '',
      );
      held.document = draft;
      assembly.about = draft;
      assembly.apply('TXA[DocumentReference]', draft, segment);
      if (assembly.message.event === 'T11') draft.value.status = 'entered-in-error';
      ofPatient(assembly, draft);
      const visited = assembly.encounterReference();
      if (visited !== null) draft.value.context = { encounter: [visited] };
      return next;
    }
    default:
      assembly.about = segment.id.startsWith('Z') ? assembly.about : null;
      return next;
  }
}

/** The patient of a PID that follows SCH takes part in the appointment. */
export function joinAppointment(assembly: Assembly): void {
  const appointment = state.get(assembly)?.appointment;
  const actor = assembly.patientReference();
  if (appointment === null || appointment === undefined || actor === null) return;
  const { value } = appointment;
  const status = value.status === 'booked' || value.status === 'fulfilled' ? 'accepted' : 'needs-action';
  value.participant = [...((value.participant as Made[] | undefined) ?? []), { actor, status }];
}

/** Status of an appointment by the event of its message, where SCH-25 does not say it. */
const APPOINTMENTS: Readonly<Record<string, string>> = {
  S12: 'booked',
  S13: 'booked',
  S14: 'booked',
  S15: 'cancelled',
  S16: 'cancelled',
  S17: 'entered-in-error',
  S18: 'booked',
  S19: 'booked',
  S20: 'booked',
  S21: 'booked',
  S22: 'cancelled',
  S23: 'booked',
  S24: 'booked',
  S26: 'noshow',
};

export function ofPatient(assembly: Assembly, draft: Draft, name = 'subject'): void {
  const subject = assembly.patientReference();
  if (subject !== null) draft.value[name] = subject;
}

const STARTS = new Set(['ORC', 'OBR', 'RXA', 'RXD']);

function startOrder(assembly: Assembly, segment: Segment): Order {
  const group: Record<string, Segment | undefined> = {};
  for (const each of assembly.message.segments.slice(segment.index)) {
    const again = STARTS.has(each.id) && group[each.id] !== undefined;
    if (each !== segment && (each.id === 'ORC' || each.id === 'PID' || again)) break;
    group[each.id] ??= each;
  }
  const order: Order = { group, request: null, report: null, specimen: null };
  Object.assign(assembly.group, { ORC: undefined, OBR: undefined, RXE: undefined, RXO: undefined }, group);
  if (segment.id !== 'ORC') return order;
  const { message } = assembly;
  const key = (n: number) => segment.text(n) || group.OBR?.text(n) || '';
  const what = group.OBR?.text(4) || group.RXE?.text(2) || group.RXO?.text(1) || group.RXA?.text(5) || '';
  const identity = [key(3) || key(2), what] as const;
  if (message.code === 'VXU' || group.RXA !== undefined) return order;
  const medication = group.RXO !== undefined || group.RXE !== undefined || group.RXD !== undefined;
  const type = medication ? 'MedicationRequest' : 'ServiceRequest';
  if (group.RXD !== undefined && group.RXO === undefined && group.RXE === undefined) return order;
  const draft = assembly.begin(
    type,
    segment,
    ...(identity[0] === '' ? [message.controlId, String(segment.index)] : identity),
  );
  assembly.apply(`ORC[${type}]`, draft, segment);
  ofPatient(assembly, draft);
  inVisit(assembly, draft);
  order.request = draft;
  assembly.about = draft;
  return order;
}

function observationOrder(assembly: Assembly, segment: Segment, order: Order): void {
  const { message } = assembly;
  const orc = order.group.ORC;
  const text = (n: number, c = 1) => segment.text(n, c).trim();
  const number = text(3) || orc?.text(3) || text(2) || orc?.text(2) || '';
  const results = RESULTS.has(message.code);
  if (!results && order.request === null) {
    order.request = assembly.begin('ServiceRequest', segment, number || message.controlId, text(4));
    ofPatient(assembly, order.request);
    inVisit(assembly, order.request);
  }
  if (order.request?.type === 'ServiceRequest') {
    assembly.apply('OBR[ServiceRequest]', order.request, segment);
    assembly.about = order.request;
  }
  if (segment.has(15) && order.group.SPM === undefined) {
    const draft = assembly.begin('Specimen', segment, number || message.controlId, 'OBR-15', text(15));
    assembly.apply('OBR[Specimen]', draft, segment);
    ofPatient(assembly, draft);
    order.specimen = draft;
  }
  if (!results) return;
  const report = assembly.begin(
    'DiagnosticReport',
    segment,
    number || message.controlId,
    text(4),
    number === '' ? String(segment.index) : '',
  );
  if (orc !== undefined) assembly.apply('ORC[DiagnosticReport]', report, orc);
  assembly.apply('OBR[DiagnosticReport]', report, segment);
  ofPatient(assembly, report);
  inVisit(assembly, report);
  if (order.request !== null) report.value.basedOn = [{ reference: `ServiceRequest/${order.request.id}` }];
  if (order.specimen !== null) report.value.specimen = [{ reference: `Specimen/${order.specimen.id}` }];
  order.report = report;
  assembly.about = report;
}

function specimen(assembly: Assembly, segment: Segment, order: Order | null): void {
  const text = (n: number, c = 1) => segment.text(n, c).trim();
  const name =
    segment
      .field(2)[0]
      ?.components.map(({ parts }) => parts[0] ?? '')
      .join('|') ?? '';
  const draft = assembly.begin(
    'Specimen',
    segment,
    name || text(30) || text(31),
    name === '' ? text(4) + assembly.message.controlId : '',
  );
  assembly.apply('SPM[Specimen]', draft, segment);
  ofPatient(assembly, draft);
  assembly.about = draft;
  if (order === null) return;
  order.specimen = draft;
  const holder = order.report ?? order.request;
  if (holder === null || (holder.type !== 'DiagnosticReport' && holder.type !== 'ServiceRequest')) return;
  holder.value.specimen = [
    ...((holder.value.specimen as Made[] | undefined) ?? []),
    { reference: `Specimen/${draft.id}` },
  ];
}

function dispense(assembly: Assembly, segment: Segment, order: Order): void {
  const orc = order.group.ORC;
  const number = segment.text(7) || orc?.text(3) || orc?.text(2) || '';
  const draft = assembly.begin(
    'MedicationDispense',
    segment,
    number,
    segment.text(3),
    segment.text(2),
    segment.text(1),
  );
  if (orc !== undefined) assembly.apply('ORC[MedicationDispense]', draft, orc);
  assembly.apply('RXD[MedicationDispense]', draft, segment);
  ofPatient(assembly, draft);
  const visited = assembly.encounterReference();
  if (visited !== null) draft.value.context = visited;
  if (order.request !== null)
    draft.value.authorizingPrescription = [{ reference: `MedicationRequest/${order.request.id}` }];
  assembly.about = draft;
}

function administer(assembly: Assembly, segment: Segment, order: Order): void {
  const orc = order.group.ORC;
  const vaccine = assembly.message.code === 'VXU' || assembly.message.code === 'VXR';
  const type = vaccine ? 'Immunization' : 'MedicationAdministration';
  const number = orc?.text(3) || orc?.text(2) || '';
  const draft = assembly.begin(type, segment, number, segment.text(5), segment.text(3), segment.text(2));
  if (orc !== undefined) assembly.apply(`ORC[${type}]`, draft, orc);
  assembly.apply(`RXA[${type}]`, draft, segment);
  ofPatient(assembly, draft, vaccine ? 'patient' : 'subject');
  const visited = assembly.encounterReference();
  if (visited !== null) draft.value[vaccine ? 'encounter' : 'context'] = visited;
  assembly.about = draft;
}

function result(
  assembly: Assembly,
  segment: Segment,
  held: { readonly order: Order | null; readonly document: Draft | null },
): void {
  const { order, document } = held;
  if (document !== null && assembly.message.code === 'MDM') {
    documentPart(assembly, segment, document);
    return;
  }
  const obr = order?.group.OBR;
  const orc = order?.group.ORC;
  const number = obr?.text(3) || orc?.text(3) || obr?.text(2) || orc?.text(2) || '';
  const when = segment.text(14) || obr?.text(7) || '';
  const code = segment.text(3) || segment.text(3, 2) || segment.text(3, 4);
  const panel =
    number === '' ? when || `${assembly.message.controlId}|${segment.index}` : `${number}|${obr?.text(4) ?? ''}`;
  const draft = assembly.begin('Observation', segment, segment.text(21) || `${panel}|${code}|${segment.text(4)}`);
  observe(draft, segment, assembly.use);
  const { value } = draft;
  ofPatient(assembly, draft);
  inVisit(assembly, draft);
  // An observation without its own time was made when the specimen was taken or the service begun.
  if (value.effectiveDateTime === undefined && obr !== undefined) {
    const time = partOf(assembly, obr, 7, 'dateTime', '');
    if (time !== undefined) value.effectiveDateTime = time;
  }
  if (order?.specimen && order.report) value.specimen = { reference: `Specimen/${order.specimen.id}` };
  const reference = { reference: `Observation/${draft.id}` };
  if (order?.report) {
    order.report.value.result ??= [];
    (order.report.value.result as Made[]).push(reference);
  } else if (order?.request?.type === 'ServiceRequest') {
    order.request.value.supportingInfo = [
      ...((order.request.value.supportingInfo as Made[] | undefined) ?? []),
      reference,
    ];
  }
  assembly.about = draft;
}

/** OBX of a document: its text or its file. */
function documentPart(assembly: Assembly, segment: Segment, document: Draft): void {
  const kind = segment.text(2).toUpperCase();
  const contents = (document.value.content ?? []) as Made[];
  const begun = contents.find(
    (content) =>
      (content.attachment as Made | undefined)?.data === undefined &&
      (content.attachment as Made | undefined)?.url === undefined,
  );
  let attachment: Made | undefined;
  if (kind === 'ED' || kind === 'RP')
    attachment = partOf(assembly, segment, 5, 'Attachment', `${kind}[Attachment]`) as Made | undefined;
  else {
    const pieces = segment.field(5).map((repetition) => new Piece(segment, 5, repetition));
    const text = pieces
      .map((piece) =>
        piece.repetition.components.map((_, i) => (i === 0 ? piece.whole() : piece.text(i + 1))).join(' '),
      )
      .join('\n');
    if (text.trim() !== '') {
      attachment = { contentType: 'text/plain', data: base64(text) };
      for (const [i, piece] of pieces.entries())
        assembly.account.mapped(piece, i, 'DocumentReference.content.attachment');
    }
  }
  if (attachment === undefined) return;
  const title = segment.text(3, 2);
  if (title !== '') {
    attachment.title = title;
    assembly.account.understood(segment, 3, 'DocumentReference.content.attachment.title');
  }
  assembly.account.understood(segment, 2, 'DocumentReference.content.attachment');
  if (begun !== undefined) begun.attachment = { ...(begun.attachment as Made), ...attachment };
  else document.value.content = [...contents, { attachment }];
}
