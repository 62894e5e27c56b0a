import { type Coding, coding, type MovementKind, movementFact, type Problem, type RawFact } from '@gemel/core';
import type { Provenance } from '@gemel/core/observation';
import { instant } from '@gemel/core/time';
import type { Zone } from '../device/zone.ts';
import { exchangeErrors } from '../errors.data.ts';
import { settingOf } from './header.ts';
import type { Message, Segment } from './message.ts';
import { readStamp } from './time.ts';
import { authoritySystem, localSystem, type Setting, translated } from './values.ts';

/** Events of ADT that move somebody, or cancel that; the others (updates, merges of persons, accounts) move nobody. */
const EVENTS: Readonly<Record<string, readonly [kind: MovementKind, cancels?: true]>> = {
  A01: ['admitted'],
  A02: ['transferred'],
  A03: ['discharged'],
  A04: ['admitted'],
  A05: ['expected'],
  A06: ['transferred'],
  A07: ['transferred'],
  A09: ['departed'],
  A10: ['arrived'],
  A11: ['admitted', true],
  A12: ['transferred', true],
  A13: ['discharged', true],
  A14: ['expected'],
  A15: ['transfer-expected'],
  A16: ['discharge-expected'],
  A17: ['transferred'],
  A21: ['on-leave'],
  A22: ['returned'],
  A25: ['discharge-expected', true],
  A26: ['transfer-expected', true],
  A27: ['expected', true],
  A32: ['arrived', true],
  A33: ['departed', true],
  A38: ['expected', true],
  A42: ['renumbered'],
  A45: ['reassigned'],
  A50: ['renumbered'],
  A52: ['on-leave', true],
  A53: ['returned', true],
};

/** Where the time of the movement itself stands, before that of the event (EVN-6, EVN-2) and of the message (MSH-7). */
const OWN_TIME: Partial<Record<MovementKind, number>> = { admitted: 44, discharged: 45 };
/** Field of PV2 with the time that is expected. */
const EXPECTED: Partial<Record<MovementKind, number>> = { expected: 8, 'discharge-expected': 9 };

/** What a PV1 says of where its patient is. */
export interface MovementRead {
  readonly items: readonly RawFact[];
  readonly problems: readonly Problem[];
}

/**
 * The movement that an ADT message tells of the patient whose PV1 this is; nothing where the event moves nobody. A movement
 * without a time that can be placed is a problem and no item.
 */
export function readMovement(
  message: Message,
  segment: Segment,
  subject: string | undefined,
  zone: Zone | null,
  provenance: Provenance,
): MovementRead | null {
  const event = message.code === 'ADT' && segment.id === 'PV1' ? EVENTS[message.event] : undefined;
  if (event === undefined || subject === undefined) return null;
  const [kind, cancels = false] = event;
  const setting: Setting = { ...settingOf(message, zone), note: () => {}, resource: () => ({}) };
  // The segments about this patient: from the PID before to the next one.
  const begin = message.segments.findLast(({ id, index }) => id === 'PID' && index < segment.index)?.index ?? 0;
  const end = message.segments.find(({ id, index }) => id === 'PID' && index > segment.index)?.index ?? Infinity;
  const near = (id: string) =>
    message.segments.find((each) => each.id === id && each.index >= begin && each.index < end);
  const head = message.segments.find(({ id }) => id === 'EVN');
  const own = cancels ? undefined : OWN_TIME[kind];
  const stamps: readonly (readonly [Segment | undefined, number])[] = [
    ...(own === undefined ? [] : [[segment, own] as const]),
    [head, 6],
    [head, 2],
    [message.header, 7],
  ];
  const told = stamps.flatMap(([from, field]) => {
    const stamp = from?.text(field).trim() ?? '';
    return stamp === '' ? [] : [{ read: readStamp(stamp, setting.clock), field: `${from!.id}-${field}` }];
  });
  const timed = told.find(({ read }) => read.kind === 'time');
  if (timed?.read.kind !== 'time' || timed.read.local) {
    const where = { file: provenance.source, element: 'PV1', field: timed?.field ?? 'EVN-2', byte: segment.start };
    const problem =
      timed === undefined
        ? exchangeErrors.problem(
            'exchange-date-unreadable',
            `${message.event} does not say to the minute when it happened`,
            where,
          )
        : exchangeErrors.problem(
            'exchange-zone-missing',
            `${message.event} happened at a local time without a zone`,
            where,
          );
    return { items: [], problems: [problem] };
  }
  const start = instant(Date.parse(timed.read.text));
  const expectedStamp = EXPECTED[kind] === undefined ? '' : (near('PV2')?.text(EXPECTED[kind]).trim() ?? '');
  const expected = readStamp(expectedStamp, setting.clock);
  const later = expected.kind === 'time' && !expected.local ? instant(Date.parse(expected.text)) : null;
  const place = placeOf(segment, kind === 'transfer-expected' ? 42 : kind === 'arrived' && segment.has(11) ? 11 : 3);
  const mrg = near('MRG');
  const movement = {
    kind,
    cancels,
    visit: numberOf(segment, 19, setting) ?? numberOf(segment, 50, setting),
    prior: mrg === undefined || kind !== 'renumbered' ? null : numberOf(mrg, 5, setting),
    class: translated('PatientClass[EncounterClass]', segment.text(2))?.code ?? null,
    ward: place.ward,
    bed: place.bed,
  };
  const item: RawFact = {
    kind: 'fact',
    subject,
    provenance,
    codings: [coding('http://terminology.hl7.org/CodeSystem/v2-0003', message.event)],
    ...movementFact(movement, place.words),
    time: { start, offset: minutesOf(timed.read.text), ...(later !== null && later >= start && { end: later }) },
  };
  return { items: [item], problems: [] };
}

/** The number of a visit (CX), under its authority or the sender's own. */
function numberOf(segment: Segment, field: number, setting: Setting): Coding | null {
  const value = segment.text(field).trim();
  if (value === '') return null;
  const [namespace, id, type] = [1, 2, 3].map((part) =>
    (segment.field(field)[0]?.components[3]?.parts[part - 1] ?? '').trim(),
  );
  const system = authoritySystem(namespace!, id!, type!, setting) ?? localSystem('authority', 'PV1-19', setting);
  return coding(system, value);
}

/** A PL as paths of its ward and its bed: facility, building, floor, point of care; then room and bed. */
function placeOf(segment: Segment, field: number) {
  const part = (n: number) => segment.text(field, n).trim();
  const [care, room, bed, facility, building, floor] = [part(1), part(2), part(3), part(4), part(7), part(8)];
  const path = (parts: readonly string[]) =>
    parts
      .filter((each) => each !== '')
      .map(encodeURIComponent)
      .join('/');
  const ward = path([facility, building, floor, care]);
  return {
    ward: ward === '' ? null : ward,
    bed: bed === '' ? null : path([facility, building, floor, care, room, bed]),
    words: [care, room, bed].filter((each) => each !== '').join(' '),
  };
}

function minutesOf(text: string): number {
  const [, sign = '+', hours = '0', minutes = '0'] = /([+-])(\d{2}):(\d{2})$/.exec(text) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
