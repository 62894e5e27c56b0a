import { type Charset, charsetNamed, UTF8 } from './charset.ts';
import { type Delimiters, escaped, STANDARD } from './delimiters.ts';
import { hl7v2Errors } from './errors.data.ts';
import { isHeader, type Message, type Value } from './message.ts';

/** Fields of a segment as text: repetitions, components, sub-components; shorter forms where there is one of each. */
export type FieldText = Value | readonly (Value | readonly (Value | readonly Value[])[])[];

/** A segment to be written: its name and its fields from field 1 (of a header, from field 3). */
export interface SegmentText {
  readonly id: string;
  readonly fields: readonly FieldText[];
}

/**
 * Writes segments as one message, each ended by a carriage return, in the character set that the header's field 18 names
 * (UTF-8 where it names none). Field 1 and 2 of a header are written from `delimiters`. Trailing empty fields are left out.
 *
 * @throws exchange `hl7v2-charset-unread` for a character set that is not known or lacks a character of the text
 */
export function writeMessage(segments: readonly SegmentText[], delimiters: Delimiters = STANDARD): Uint8Array {
  const named = segments[0]?.id === 'MSH' ? firstText(segments[0].fields[15]) : '';
  const charset = named === '' ? UTF8 : charsetNamed(named);
  const text = segments.map((segment) => `${segmentText(segment, delimiters)}\r`).join('');
  const bytes = charset === null ? null : encodeText(text, charset);
  if (bytes === null) {
    throw hl7v2Errors.error('hl7v2-charset-unread', `the text cannot be written in "${named}"`, {
      element: 'MSH-18',
    });
  }
  return bytes;
}

function encodeText(text: string, charset: Charset): Uint8Array | null {
  return charset.encode(text);
}

/** One segment as text, without its line end. */
export function segmentText({ id, fields }: SegmentText, delimiters: Delimiters = STANDARD): string {
  const separator = String.fromCharCode(delimiters.field);
  const written = fields.map((field) => fieldText(field, delimiters));
  while (written.length > 0 && written.at(-1) === '') written.pop();
  if (!isHeader(id)) return [id, ...written].join(separator);
  const { component, repetition, escape: mark, subcomponent, truncation } = delimiters;
  const all = [component, repetition, mark, subcomponent, truncation].filter((byte) => byte !== 0);
  return [id, String.fromCharCode(...all), ...written].join(separator);
}

function fieldText(field: FieldText, delimiters: Delimiters): string {
  if (!Array.isArray(field)) return valueText(field as Value, delimiters);
  const repetitions = (field as readonly (Value | readonly (Value | readonly Value[])[])[]).map((repetition) =>
    Array.isArray(repetition)
      ? join(
          repetition.map((component: Value | readonly Value[]) =>
            Array.isArray(component)
              ? join(
                  component.map((part) => valueText(part, delimiters)),
                  delimiters.subcomponent,
                )
              : valueText(component as Value, delimiters),
          ),
          delimiters.component,
        )
      : valueText(repetition as Value, delimiters),
  );
  return join(repetitions, delimiters.repetition);
}

/** Trailing empty parts say nothing and are left out. */
function join(parts: readonly string[], by: number): string {
  let count = parts.length;
  while (count > 1 && parts[count - 1] === '') count--;
  return parts.slice(0, count).join(String.fromCharCode(by));
}

function valueText(value: Value, delimiters: Delimiters): string {
  return value === null ? '""' : escaped(value, delimiters);
}

function firstText(field: FieldText | undefined): string {
  const first = Array.isArray(field) ? field[0] : field;
  const component = Array.isArray(first) ? first[0] : first;
  const part = Array.isArray(component) ? component[0] : component;
  return typeof part === 'string' ? part : '';
}

/** The segments of a message as they can be written again. */
export function segmentsOf(message: Message): readonly SegmentText[] {
  return message.segments.map((segment) => {
    const first = isHeader(segment.id) ? 3 : 1;
    const fields: FieldText[] = [];
    for (let n = first; n <= segment.count; n++) {
      fields.push(segment.field(n).map(({ components }) => components.map(({ parts }) => parts)));
    }
    return { id: segment.id, fields };
  });
}
