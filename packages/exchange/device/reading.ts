import type { Coding } from '@gemel/core/concept';
import { UCUM } from '@gemel/core/concept';
import type { Problem } from '@gemel/core/error';
import type { Decoded, RawItem, RawTime } from '@gemel/core/raw';
import type { Instant } from '@gemel/core/time';
import type { DoorOptions } from '../door.ts';
import { writeDateTime } from '../fhir/datetime.ts';
import { decodeResources } from '../fhir/decode.ts';
import { subjectOf } from '../fhir/encode/elements.ts';
import type { Element } from './cgm/item.ts';

/** A value in the source's own numbers, its unit in UCUM; or words, or a code. */
export type ReadingValue =
  | { readonly value: number; readonly unit: string; readonly comparator?: '<' | '<=' | '>=' | '>' }
  | { readonly text: string; readonly codings?: readonly Coding[] };

/** What was read, and under which codes. */
export interface Part {
  readonly codings: readonly Coding[];
  readonly text?: string;
  readonly value: ReadingValue;
}

/** One measurement of a device: a value, or parts that were measured together (the pressures of one cuff inflation). */
export interface Reading {
  readonly codings: readonly Coding[];
  readonly text?: string;
  readonly value?: ReadingValue;
  readonly parts?: readonly Part[];
  readonly time: RawTime;
  /** When the source says it became known. */
  readonly issued?: Instant;
  /** Words of the source that go with the value (posture, relation to a meal). */
  readonly notes?: readonly string[];
}

/** The reading as an R4 Observation of `subject`; without a subject where that is empty. */
export function readingResource(reading: Reading, subject: string): { readonly resourceType: 'Observation' } {
  const { codings, text, value, parts, time, issued, notes } = reading;
  const start = writeDateTime(time.start, time.offset);
  return {
    resourceType: 'Observation',
    ...{ status: 'final', code: concept(codings, text) },
    ...(subject !== '' && { subject: subjectOf(subject) }),
    ...(time.end === undefined
      ? { effectiveDateTime: start }
      : { effectivePeriod: { start, end: writeDateTime(time.end, time.offset) } }),
    ...(issued !== undefined && { issued: writeDateTime(issued, 0) }),
    ...(value !== undefined && asFhir(value)),
    ...(notes !== undefined && notes.length > 0 && { note: notes.map((words) => ({ text: words })) }),
    ...(parts !== undefined && {
      component: parts.map((part) => ({ code: concept(part.codings, part.text), ...asFhir(part.value) })),
    }),
  };
}

/**
 * The items of a reading, made by the FHIR door, so that a value means the same whatever it came by; and what that door
 * remarked on. `marks` go with every observation.
 */
export function readingItems(
  reading: Reading,
  element: Element,
  options: DoorOptions,
  marks: readonly Problem[] = [],
): { readonly items: readonly RawItem[]; readonly problems: readonly Problem[] } {
  const { provenance, subject } = element;
  const resource = { ...readingResource(reading, ''), id: RESOURCE_ID };
  const items: RawItem[] = [];
  const problems: Problem[] = [];
  for (const decoded of decodeResources([resource], { name: options.name, subject })) {
    for (const item of decoded?.items ?? []) items.push(placed(item));
    problems.push(...(decoded?.problems ?? []).map((problem) => ({ ...problem, where: { ...element.where } })));
  }
  return { items, problems };

  function placed(item: RawItem): RawItem {
    const part = /resource(\..+)$/.exec(item.provenance.element)?.[1] ?? '';
    const { sourceId } = provenance;
    const suffix = item.provenance.sourceId?.slice(OWN_KEY.length) ?? '';
    const own = {
      ...item,
      provenance: {
        ...provenance,
        element: `${provenance.element}${part}`,
        ...(sourceId !== undefined && { sourceId: `${sourceId}${suffix}` }),
      },
    };
    if (own.kind === 'observation' || own.kind === 'control') {
      const all = [...(own.marks ?? []), ...marks];
      return { ...own, time: reading.time, ...(all.length > 0 && { marks: all }) };
    }
    return own.kind === 'fact' ? { ...own, time: reading.time } : own;
  }
}

/** Observations of what a door mapped need only its readings. */
export function mappedReading(
  type: string,
  reading: Reading,
  element: Element,
  options: DoorOptions,
  marks: readonly Problem[] = [],
): Decoded {
  const { items, problems } = readingItems(reading, element, options, marks);
  return {
    type,
    fate: items.length > 0 ? 'mapped' : 'refused',
    items,
    problems: [...marks, ...problems],
    provenance: element.provenance,
  };
}

const RESOURCE_ID = 'reading';
const OWN_KEY = `Observation/${RESOURCE_ID}`;

function concept(codings: readonly Coding[], text: string | undefined): object {
  return { coding: codings.map((coding) => ({ ...coding })), ...(text !== undefined && { text }) };
}

function asFhir(value: ReadingValue): object {
  if ('value' in value) {
    const { comparator, unit } = value;
    return {
      valueQuantity: { value: value.value, unit, system: UCUM, code: unit, ...(comparator && { comparator }) },
    };
  }
  return value.codings === undefined
    ? { valueString: value.text }
    : { valueCodeableConcept: concept(value.codings, value.text) };
}
