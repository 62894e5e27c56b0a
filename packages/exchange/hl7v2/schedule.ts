import { stamp } from './primitives.ts';
import { type Made, type Piece, type Setting, translated } from './values.ts';

/** TQ (timing and quantity, until 2.6) → the elements of an order or appointment that it says something of. */
export function orderFrom(piece: Piece, conversion: string, setting: Setting): Made | undefined {
  const made: Made = {};
  const [start, end] = [piece.text(4), piece.text(5)];
  const priority = piece.text(6);
  const said = priority === '' ? undefined : translated('ExtendedPriorityCodes', priority.slice(0, 1))?.code;
  if (conversion === 'TQ[Appointment]') {
    const [from, to] = [instantOf(start, setting), instantOf(end, setting)];
    if (from !== undefined) made.start = from;
    if (to !== undefined) made.end = to;
    return Object.keys(made).length === 0 ? undefined : made;
  }
  if (conversion !== 'TQ[ServiceRequest]' && conversion !== 'TQ[MedicationRequest]') return undefined;
  if (said !== undefined) made.priority = said;
  const from = start === '' ? undefined : stamp('dateTime', start, setting);
  if (conversion === 'TQ[ServiceRequest]') {
    const to = end === '' ? undefined : stamp('dateTime', end, setting);
    if (from !== undefined && to !== undefined) made.occurrencePeriod = { start: from, end: to };
    else if (from !== undefined) made.occurrenceDateTime = from;
  } else if (from !== undefined) made.authoredOn = from;
  return Object.keys(made).length === 0 ? undefined : made;
}

function instantOf(text: string, setting: Setting): string | undefined {
  return text === '' ? undefined : stamp('instant', text, setting);
}
