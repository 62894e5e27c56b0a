import type { Assembly } from './assemble.ts';
import { converted } from './datatypes.ts';
import type { Segment } from './message.ts';
import { settingAt } from './segment-map.ts';
import { type Made, Piece } from './values.ts';

/** Resources whose notes are `note`, as Annotations. */
const NOTED = new Set([
  'Observation',
  'ServiceRequest',
  'Specimen',
  'MedicationRequest',
  'MedicationDispense',
  'MedicationAdministration',
  'Immunization',
  'Procedure',
  'Condition',
  'AllergyIntolerance',
  'ChargeItem',
  'Goal',
]);

/** NTE: a note on whatever the segment before it is about. */
export function annotate(assembly: Assembly, segment: Segment): void {
  const { about, account } = assembly;
  if (about === null || !segment.has(3)) return;
  const pieces = segment.field(3).map((repetition) => new Piece(segment, 3, repetition));
  const text = pieces
    .map((piece) => piece.repetition.components.map((_, i) => (i === 0 ? piece.whole() : piece.text(i + 1))).join(' '))
    .join('\n')
    .trim();
  if (text === '') return;
  const path = about.type === 'Appointment' ? 'comment' : about.type === 'DiagnosticReport' ? 'conclusion' : 'note';
  if (path !== 'note') {
    const before = about.value[path];
    about.value[path] = before === undefined ? text : `${before}\n${text}`;
  } else if (NOTED.has(about.type)) {
    const note: Made = { text };
    const author = partOf(assembly, segment, 5, 'Practitioner', 'XCN[Practitioner]');
    if (author !== undefined) note.authorReference = assembly.setting.resource('Practitioner', author as Made);
    const time = partOf(assembly, segment, 6, 'dateTime', '');
    if (time !== undefined) note.time = time;
    about.value.note = [...((about.value.note as Made[] | undefined) ?? []), note];
  } else return;
  for (const [i, piece] of pieces.entries()) account.mapped(piece, i, `${about.type}.${path}`);
}

/** The first repetition of a field as a value of the type, accounted for. */
export function partOf(assembly: Assembly, segment: Segment, field: number, type: string, conversion: string): unknown {
  const [repetition] = segment.field(field);
  if (repetition === undefined) return undefined;
  const piece = new Piece(segment, field, repetition);
  if (piece.deletes) return undefined;
  const wanted = { type, conversion, vocabulary: '', codes: [], primitive: /^[a-z]/.test(type) };
  const value = converted(piece, wanted, settingAt(piece, assembly.use));
  if (value !== undefined) assembly.account.mapped(piece, 0, type);
  return value;
}

/** PRT: a person, an organization or a device that takes part in what the segment before it is about. */
export function participate(assembly: Assembly, segment: Segment): void {
  const { about, patient } = assembly;
  if (about?.type === 'Observation' && segment.has(10)) {
    const device = assembly.begin('Device', segment, segment.text(10), segment.text(10, 2));
    assembly.apply('PRT[Device]', device, segment);
    about.value.device ??= { reference: `Device/${device.id}` };
  }
  if (!segment.has(5) && !segment.has(8)) return;
  const role = assembly.begin('PractitionerRole', segment, segment.text(5), segment.text(8), segment.text(4));
  assembly.apply('PRT[PractitionerRole]', role, segment);
  if (role.id === null) return;
  const reference = { reference: `PractitionerRole/${role.id}` };
  if (about === null) return;
  if (about.type === 'Observation' || about.type === 'DiagnosticReport' || about.type === 'ServiceRequest') {
    about.value.performer = [...((about.value.performer as Made[] | undefined) ?? []), reference];
  } else if (about === patient) {
    about.value.generalPractitioner = [...((about.value.generalPractitioner as Made[] | undefined) ?? []), reference];
  }
}
