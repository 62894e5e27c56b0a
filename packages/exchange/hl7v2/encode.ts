import type { RawFact, RawItem, RawObservation, RawValue } from '@gemel/core';
import { codeSystems, LOCAL } from './systems.data.ts';
import { type FieldText, type SegmentText, writeMessage } from './write.ts';

/** What a message needs from outside. */
export interface SendFrame {
  /** Time of the message: `20240131120000+0000`. */
  readonly stamp: string;
  /** Control id; with several messages each gets its own by a number behind it. */
  readonly controlId: string;
  /** Sending and receiving application and facility. */
  readonly from: readonly [string, string];
  readonly to: readonly [string, string];
}

/** Names of code systems by URI: the first name of each. */
const NAMES = new Map<string, string>();
for (const [name, uri] of Object.entries(codeSystems)) if (!NAMES.has(uri)) NAMES.set(uri, name);

/** One ORU^R01 (2.5.1) for each subject: an OBR for each time, an OBX for each observation with a value. */
export function encodeOru(items: readonly RawItem[], frame: SendFrame): readonly Uint8Array[] {
  const messages: Uint8Array[] = [];
  for (const [subject, own] of bySubject(items)) {
    const observations = own.filter((item): item is RawObservation => item.kind === 'observation');
    if (observations.length === 0) continue;
    const times = new Map<string, RawObservation[]>();
    for (const observation of observations) {
      const at = stampAt(observation.time.start, observation.time.offset);
      times.set(at, [...(times.get(at) ?? []), observation]);
    }
    const segments: SegmentText[] = [header('ORU', 'R01', frame, messages.length), patient(subject, own)];
    let set = 0;
    for (const [at, group] of times) {
      const id = `${frame.controlId}-${messages.length}-${++set}`;
      segments.push({
        id: 'OBR',
        fields: [String(set), '', id, [['GEMEL', 'Observations', '99GEMEL']], '', '', at, ...Array(17).fill(''), 'F'],
      });
      for (const [i, observation] of group.entries()) segments.push(observationSegment(observation, i + 1, at));
    }
    messages.push(writeMessage(segments));
  }
  return messages;
}

/** One ADT^A31 (update of person information, 2.5.1) for each subject that facts say something of. */
export function encodeAdt(items: readonly RawItem[], frame: SendFrame): readonly Uint8Array[] {
  const messages: Uint8Array[] = [];
  for (const [subject, own] of bySubject(items)) {
    if (!own.some(({ kind }) => kind === 'fact')) continue;
    messages.push(
      writeMessage([
        header('ADT', 'A31', frame, messages.length),
        { id: 'EVN', fields: ['', frame.stamp] },
        patient(subject, own),
        { id: 'PV1', fields: ['', 'N'] },
      ]),
    );
  }
  return messages;
}

function bySubject(items: readonly RawItem[]): ReadonlyMap<string, readonly RawItem[]> {
  const found = new Map<string, RawItem[]>();
  for (const item of items) {
    const own = found.get(item.subject);
    if (own === undefined) found.set(item.subject, [item]);
    else own.push(item);
  }
  return found;
}

function header(code: string, event: string, { stamp, controlId, from, to }: SendFrame, n: number): SegmentText {
  const structure = event === 'A31' ? 'ADT_A05' : `${code}_${event}`;
  const id = n === 0 ? controlId : `${controlId}-${n}`;
  const fields: FieldText[] = [from[0], from[1], to[0], to[1], stamp, '', [[code, event, structure]], id, 'P', '2.5.1'];
  return { id: 'MSH', fields: [...fields, '', '', '', '', '', 'UNICODE UTF-8'] };
}

function patient(subject: string, items: readonly RawItem[]): SegmentText {
  const facts = new Map<string, RawFact>();
  for (const item of items) if (item.kind === 'fact' && !facts.has(item.fact)) facts.set(item.fact, item);
  const said = (name: string) => {
    const value = facts.get(name)?.value;
    return value?.kind === 'text' ? value.text : value?.kind === 'coded' ? (value.codings[0]?.code ?? '') : '';
  };
  const words = said('name')
    .split(' ')
    .filter((word) => word !== '');
  const sex = { male: 'M', female: 'F', other: 'O', unknown: 'U' }[said('sex')] ?? '';
  const family = words.at(-1) ?? '';
  return {
    id: 'PID',
    fields: [
      '1',
      '',
      [identifier(subject)],
      '',
      [[family, ...words.slice(0, -1)]],
      '',
      said('birthDate').replaceAll('-', ''),
      sex,
    ],
  };
}

/** `system|value` as CX, with the system as universal id. */
function identifier(subject: string): readonly (string | readonly string[])[] {
  const cut = subject.lastIndexOf('|');
  const [system, value] = cut < 0 ? ['', subject] : [subject.slice(0, cut), subject.slice(cut + 1)];
  if (system === '') return [value];
  const oid = /^urn:oid:(.*)$/.exec(system)?.[1];
  if (oid !== undefined) return [value, '', '', ['', oid, 'ISO']];
  const local = system.startsWith(`${LOCAL}/authority/`)
    ? decodeURIComponent(system.slice(system.lastIndexOf('/') + 1))
    : null;
  return local === null ? [value, '', '', ['', system, 'URI']] : [value, '', '', local];
}

function observationSegment(observation: RawObservation, set: number, at: string): SegmentText {
  const { codings, text, value, status } = observation;
  const named = (coding: (typeof codings)[number] | undefined) =>
    coding === undefined ? ['', '', ''] : [coding.code, coding.display ?? '', systemName(coding.system)];
  const [kind, written, unit] = valueFields(value);
  const result = { preliminary: 'P', amended: 'A', corrected: 'C' }[status ?? ''] ?? 'F';
  const code = [...named(codings[0]), ...(codings.length > 1 ? named(codings[1]) : ['', '', '']), '', '', text ?? ''];
  return {
    id: 'OBX',
    fields: [String(set), kind, [code], '', written, unit, '', '', '', '', result, '', '', at],
  };
}

function valueFields(value: RawValue): readonly [string, FieldText, FieldText] {
  switch (value.kind) {
    case 'quantity': {
      const coded = value.unitSystem === undefined ? [[value.unit]] : [[value.unit, '', systemName(value.unitSystem)]];
      if (value.comparator === undefined) return ['NM', String(value.value), coded];
      return ['SN', [[value.comparator, String(value.value)]], coded];
    }
    case 'coded': {
      const [first] = value.codings;
      const parts =
        first === undefined
          ? ['', value.text ?? '']
          : [first.code, first.display ?? value.text ?? '', systemName(first.system)];
      return ['CWE', [parts], ''];
    }
    case 'boolean':
      return ['CWE', [[value.value ? 'Y' : 'N', '', 'HL70136']], ''];
    case 'text':
      return ['ST', value.text, ''];
    default:
      return ['ST', value.ref, value.unit];
  }
}

function systemName(uri: string): string {
  return NAMES.get(uri) ?? /^urn:oid:(.*)$/.exec(uri)?.[1] ?? uri;
}

/** Milliseconds since the epoch as HL7 writes them, with the offset of the source (UTC where unknown). */
export function stampAt(at: number, offset: number | null): string {
  const local = new Date(at + (offset ?? 0) * 60_000).toISOString();
  const size = Math.abs(offset ?? 0);
  const two = (n: number) => String(n).padStart(2, '0');
  const zone = `${(offset ?? 0) < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${two(size % 60)}`;
  const fraction = local.slice(20, 23);
  return `${local.slice(0, 19).replace(/[-:T]/g, '')}${fraction === '000' ? '' : `.${fraction}`}${zone}`;
}
