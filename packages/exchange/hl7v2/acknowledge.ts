import type { Problem } from '@gemel/core';
import { MAPPED_TYPES } from './convert.ts';
import { type Fault, type Message, parseMessage } from './message.ts';
import { type FieldText, type SegmentText, writeMessage } from './write.ts';

/** What became of a message: taken; refused for its content, to be mended (error); or refused for what it is (reject). */
export interface Verdict {
  readonly outcome: 'taken' | 'error' | 'reject';
  readonly problems: readonly Problem[];
}

/** What an acknowledgement needs from outside. */
export interface AckFrame {
  /** Time of the acknowledgement as HL7 writes it: `20240131120000+0100`. */
  readonly stamp: string;
  /** Control id of the acknowledgement itself. */
  readonly controlId: string;
}

/** Error conditions of table 0357. */
const CONDITIONS: Readonly<Record<string, string>> = {
  'hl7v2-header-missing': '101',
  'hl7v2-value-unreadable': '102',
  'hl7v2-code-unmapped': '103',
  'hl7v2-message-unmapped': '200',
  'hl7v2-version': '203',
  'hl7v2-patient-missing': '204',
  'exchange-zone-missing': '102',
};

/** The acknowledgements a message asks for: in original mode one; in enhanced mode, by MSH-15 and MSH-16, none to two. */
export function acknowledgements(source: Uint8Array, verdict: Verdict, frame: AckFrame): readonly Uint8Array[] {
  const parsed = parseMessage(source, 0, source.length);
  const message = 'segments' in parsed ? parsed : null;
  const accept = message?.header.text(15) ?? '';
  const application = message?.header.text(16) ?? '';
  const letter = verdict.outcome === 'taken' ? 'A' : verdict.outcome === 'error' ? 'E' : 'R';
  if (accept === '' && application === '') return [acknowledgement(message, source, `A${letter}`, verdict, frame)];
  const replies: Uint8Array[] = [];
  if (isAsked(accept, verdict)) replies.push(acknowledgement(message, source, `C${letter}`, verdict, frame));
  if (isAsked(application, verdict)) {
    const own = { ...frame, controlId: `${frame.controlId}A` };
    replies.push(acknowledgement(message, source, `A${letter}`, verdict, own));
  }
  return replies;
}

/** Table 0155: always, never, on error, on success. */
function isAsked(condition: string, { outcome }: Verdict): boolean {
  if (condition === 'AL') return true;
  return outcome === 'taken' ? condition === 'SU' : condition === 'ER';
}

/** One ACK: who sent gets it back; each problem is an ERR that names segment and field. */
export function acknowledgement(
  message: Message | null,
  source: Uint8Array,
  code: string,
  { problems }: Verdict,
  frame: AckFrame,
): Uint8Array {
  const header = message?.header;
  const whole = (field: number): FieldText =>
    header?.field(field).map(({ components }) => components.map(({ parts }) => parts)) ?? '';
  const event = message?.event ?? '';
  const version = message?.version ?? '2.5.1';
  const fields: FieldText[] = [
    whole(5),
    whole(6),
    whole(3),
    whole(4),
    frame.stamp,
    '',
    [['ACK', ...(event === '' ? [] : [event, 'ACK'])]],
    frame.controlId,
    whole(11) === '' ? 'P' : whole(11),
    version,
    '',
    '',
    '',
    '',
    '',
    'UNICODE UTF-8',
  ];
  const id = message?.controlId ?? controlIdOf(source);
  const segments: SegmentText[] = [
    { id: 'MSH', fields },
    { id: 'MSA', fields: [code, id] },
    ...problems.slice(0, 20).map((problem) => errorSegment(problem, version)),
  ];
  return writeMessage(segments);
}

function errorSegment(problem: Problem, version: string): SegmentText {
  const { field, element } = problem.where;
  const [, segment = element ?? '', number = ''] = /^([A-Z][A-Z0-9]{2})-?(\d*)/.exec(field ?? element ?? '') ?? [];
  const place = [segment, segment === '' ? '' : '1', number];
  const condition = CONDITIONS[problem.code] ?? '207';
  const old = /^2\.[34]/.test(version);
  const text = `${problem.code}: ${problem.message}`;
  if (old) return { id: 'ERR', fields: [[[...place, [condition, text, 'HL70357']]]] };
  return {
    id: 'ERR',
    fields: [
      '',
      [place],
      [[condition, '', 'HL70357']],
      'E',
      [[problem.code, problem.message, '99GEMEL']],
      '',
      '',
      problem.message,
    ],
  };
}

/** The control id of a message that cannot be parsed, as far as it can be told. */
function controlIdOf(source: Uint8Array): string {
  const text = new TextDecoder('latin1').decode(source.subarray(0, 4096));
  const line = text.split(/[\r\n]/, 1)[0] ?? '';
  return line.startsWith('MSH') ? (line.split(line[3] ?? '|')[9] ?? '').replace(/[^\x20-\x7e]/g, '').slice(0, 200) : '';
}

/** Whether a message is refused for what it is, whatever it holds. */
export function rejection(message: Message | Fault): boolean {
  if (!('segments' in message)) return message.code === 'hl7v2-version' || message.code === 'hl7v2-charset-unread';
  return !MAPPED_TYPES.has(message.code);
}

/** Code, control id and errors of an acknowledgement; null where it is none. */
export function readAcknowledgement(
  bytes: Uint8Array,
): { readonly code: string; readonly controlId: string; readonly errors: readonly string[] } | null {
  const message = parseMessage(bytes, 0, bytes.length);
  if (!('segments' in message)) return null;
  const msa = message.segments.find(({ id }) => id === 'MSA');
  if (msa === undefined) return null;
  const errors = message.segments
    .filter(({ id }) => id === 'ERR')
    .map((err) => {
      const place = [1, 3].map((c) => err.text(2, c)).filter((part) => part !== '');
      return `${place.join('-')} ${err.text(8) || err.text(7) || err.text(3)}`.trim();
    });
  const words = msa.text(3);
  return { code: msa.text(1), controlId: msa.text(2), errors: words === '' ? errors : [words, ...errors] };
}
