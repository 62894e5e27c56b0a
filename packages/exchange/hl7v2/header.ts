import type { Zone } from '../device/zone.ts';
import type { Assembly } from './assemble.ts';
import type { Draft } from './draft.ts';
import type { Message, Segment } from './message.ts';
import { offsetOf } from './time.ts';
import { authoritySystem, type Made, type Setting, tableSystem } from './values.ts';

export type MessageSetting = Omit<Setting, 'note' | 'resource'>;

/** What the header says for the whole message: the zone of its times, and in whose terms local names are meant. */
export function settingOf(message: Message, zone: Zone | null): MessageSetting {
  const { header } = message;
  const facility = header.text(4) || header.text(4, 2);
  const sender = facility || header.text(3) || header.text(3, 2) || 'unnamed';
  return { clock: { offset: offsetOf(header.text(7)), zone }, sender };
}

const ENDPOINT = 'urn:hl7v2:';

/** MSH, SFT, EVN → MessageHeader and Provenance of the event. */
export function header(assembly: Assembly): void {
  const { message, account, setting } = assembly;
  const segment = message.header;
  const draft = assembly.begin('MessageHeader', segment, message.controlId || segment.raw());
  const { value } = draft;
  const said = (field: number, to: string) => account.understood(segment, field, to);
  value.eventCoding = { system: tableSystem('0003'), code: message.event || message.code };
  said(9, 'MessageHeader.eventCoding');
  const party = (field: number): Made | undefined => {
    const [name, id, type] = [segment.text(field), segment.text(field, 2), segment.text(field, 3)];
    if (name === '' && id === '') return undefined;
    const endpoint = id === '' ? undefined : authoritySystem('', id, type, { ...setting, note: () => {} });
    return { ...(name === '' ? {} : { name }), endpoint: endpoint ?? ENDPOINT + encodeURIComponent(name || id) };
  };
  const software = message.segments.find(({ id }) => id === 'SFT');
  const source = party(3);
  value.source = { ...source, endpoint: source?.endpoint ?? `${ENDPOINT}${encodeURIComponent(setting.sender)}` };
  if (source !== undefined) said(3, 'MessageHeader.source');
  if (software !== undefined) {
    Object.assign(value.source as Made, {
      ...(software.text(3) === '' ? {} : { software: software.text(3) }),
      ...(software.text(2) === '' ? {} : { version: software.text(2) }),
    });
  }
  const destination = party(5);
  const receiver = organizationOf(assembly, 6);
  if (destination !== undefined || receiver !== undefined) {
    value.destination = [
      {
        endpoint: `${ENDPOINT}${encodeURIComponent(segment.text(6) || 'unnamed')}`,
        ...destination,
        ...(receiver ? { receiver } : {}),
      },
    ];
    if (destination !== undefined) said(5, 'MessageHeader.destination');
    if (receiver !== undefined) said(6, 'MessageHeader.destination.receiver');
  }
  const sender = organizationOf(assembly, 4);
  if (sender !== undefined) {
    value.sender = sender;
    said(4, 'MessageHeader.sender');
  }
  const meta: Made = {};
  const processing = segment.text(11);
  if (processing !== '') {
    meta.tag = [{ system: tableSystem('0103'), code: processing }];
    said(11, 'MessageHeader.meta.tag');
  }
  if (Object.keys(meta).length > 0) value.meta = meta;
  // What tells how to read the message, or which one it is, stands in what was read.
  for (const [field, to] of [
    [7, 'time zone of the message'],
    [10, 'MessageHeader.id'],
    [12, 'version read'],
    [18, 'character set read'],
  ] as const) {
    said(field, to);
  }
}

/** Reference to the organization that an HD of the header names. */
function organizationOf(assembly: Assembly, field: number): Made | undefined {
  const segment = assembly.message.header;
  const [name, id, type] = [segment.text(field), segment.text(field, 2), segment.text(field, 3)];
  if (name === '' && id === '') return undefined;
  const system = id === '' ? undefined : authoritySystem('', id, type, { ...assembly.setting, note: () => {} });
  const reference = assembly.setting.resource('Organization', {
    ...(system === undefined ? {} : { identifier: [{ system: 'urn:ietf:rfc:3986', value: system }] }),
    name: name || id,
  });
  return reference;
}

/** Who is answerable for the event, for Provenance: the operator, else the sender. */
export function eventProvenance(assembly: Assembly, segment: Segment): Draft {
  const draft = assembly.begin('Provenance', segment, assembly.message.controlId || segment.raw(), 'EVN');
  assembly.apply('EVN[Provenance]', draft, segment);
  if (assembly.purpose === 'items') return draft;
  const { value } = draft;
  value.target = [{ reference: `MessageHeader/${assembly.drafts[0]!.id}` }];
  value.activity = { coding: [{ system: tableSystem('0003'), code: assembly.message.event || assembly.message.code }] };
  assembly.account.understood(segment, 1, 'Provenance.activity');
  if (value.agent === undefined)
    value.agent = [{ who: organizationOf(assembly, 4) ?? { display: assembly.setting.sender } }];
  return draft;
}
