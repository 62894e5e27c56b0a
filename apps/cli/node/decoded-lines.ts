import { createHash } from 'node:crypto';
import { CodedError, type Decoded, instant, type Problem, type RawItem, type RawTime } from '@gemel/core';
import type { DoorOptions } from '@gemel/exchange';
import type { ResampleOptions } from '@gemel/exchange/device/resample';
import { encodeControl, encodeObservation } from '@gemel/exchange/fhir/encode';
import { gridLines } from './grid-lines.ts';
import { decode, type RecordOptions, type Source, sourceOptions } from './sources.ts';

/** What `gemel decode --as` prints. */
export type DecodedForm = 'fhir' | 'observations' | 'grid' | 'loss';

/** What came out beside the lines. */
export interface DecodedTally {
  lines: number;
  entries: number;
  refused: number;
  readonly problems: Problem[];
}

/** The lines of one source, one JSON value each; problems and counts go to the tally. */
export function* decodedLines(
  source: Source,
  options: RecordOptions,
  form: DecodedForm,
  tally: DecodedTally,
  grid: ResampleOptions,
): Generator<object, void, void> {
  const given = sourceOptions(source, options);
  const decoded: Decoded[] = [];
  for (const one of decode(source, options)) {
    if (one.type !== 'file' || one.fate === 'refused') tally.entries++;
    if (one.fate === 'refused') tally.refused++;
    tally.problems.push(...one.problems);
    decoded.push(one);
  }
  const lines =
    form === 'loss'
      ? losses(source, given, decoded)
      : form === 'fhir'
        ? resources(source, given, decoded, tally)
        : form === 'grid'
          ? gridLines(decoded, source.name, grid, tally)
          : items(decoded);
  for (const line of lines) {
    tally.lines++;
    yield line;
  }
}

/** Observations, controls, facts, withdrawals and merges in the source's own words, with times as ISO 8601. */
function* items(decoded: readonly Decoded[]): Generator<object, void, void> {
  for (const one of decoded) {
    for (const item of one.items) {
      const { issued } = item;
      yield {
        ...item,
        ...('time' in item ? { time: isoTime(item.time) } : {}),
        ...(issued === undefined ? {} : { issued: new Date(issued).toISOString() }),
      };
    }
  }
}

function isoTime({ start, end, offset }: RawTime): object {
  const iso = (at: number) => (Number.isFinite(at) ? new Date(at).toISOString() : null);
  return { start: iso(start), ...(end === undefined ? {} : { end: iso(end) }), offset };
}

/** One row for each field where the door keeps account of fields, else for each element. */
function* losses(
  { door, bytes, name }: Source,
  given: DoorOptions,
  decoded: readonly Decoded[],
): Generator<object, void, void> {
  if (door.fields !== undefined) {
    for (const row of door.fields(bytes, given)) yield { file: name, ...row };
    return;
  }
  for (const { type, fate, items: made, problems, provenance } of decoded) {
    const { element, byteStart, byteEnd, line } = provenance;
    yield {
      file: name,
      element,
      type,
      fate,
      byteStart,
      byteEnd,
      line,
      items: made.length,
      codes: problems.map(({ code }) => code),
    };
  }
}

/** R4 resources: the door's own where it makes them, the source's own where it is FHIR, else those of the items. */
function* resources(
  { door, bytes }: Source,
  given: DoorOptions,
  decoded: readonly Decoded[],
  tally: DecodedTally,
): Generator<object, void, void> {
  if (door.resources !== undefined) {
    yield* door.resources(bytes, given);
    yield* derivedResources(decoded, tally);
    return;
  }
  const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const text = wide
    ? new TextEncoder().encode(new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes))
    : bytes;
  for (const { type, fate, items: made, provenance } of decoded) {
    if (door.id.startsWith('fhir')) {
      const { byteStart, byteEnd } = provenance;
      if (type === 'file' || byteStart === undefined || byteEnd === undefined) continue;
      const resource = resourceAt(text, byteStart, byteEnd);
      if (resource !== null) yield resource;
      continue;
    }
    if (fate !== 'mapped') continue;
    for (const item of made) {
      const resource = resourceOf(item, tally);
      if (resource !== null) yield resource;
    }
  }
}

/** What was derived from waveforms: the door, which knows only its source, has no resources of it. */
function* derivedResources(decoded: readonly Decoded[], tally: DecodedTally): Generator<object, void, void> {
  for (const { type, items: made } of decoded) {
    if (type !== 'derived') continue;
    for (const item of made) {
      const resource = resourceOf(item, tally);
      if (resource !== null) yield resource;
    }
  }
}

/** The resource as the source has it; null where it cannot be read, which its entry says. */
function resourceAt(bytes: Uint8Array, start: number, end: number): object | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(start, end)));
    return typeof value === 'object' && value !== null && 'resourceType' in value ? value : null;
  } catch {
    return null;
  }
}

/** An item of a source that is not FHIR as a resource; null where it has none. */
function resourceOf(item: RawItem, tally: DecodedTally): object | null {
  if (item.kind !== 'observation' && item.kind !== 'control') return null;
  const { subject, provenance, codings, text, value, time, issued } = item;
  const id = createHash('sha256')
    .update(JSON.stringify([item.kind, subject, codings, value, time]))
    .digest('hex')
    .slice(0, 32);
  const code = { codings, ...(text === undefined ? {} : { text }) };
  const knownAt = issued ?? instant(time.end ?? time.start);
  const own = { ...provenance, sourceId: provenance.sourceId ?? id };
  const shared = {
    id,
    subject,
    code,
    offset: time.offset,
    grade: 'good',
    marks: item.marks ?? [],
    provenance: own,
  } as const;
  try {
    if (item.kind === 'control') {
      if (value.kind !== 'quantity') return null;
      const to = time.end === undefined ? {} : { to: time.end };
      const amount = { value: value.value, unit: value.unit };
      return encodeControl({
        ...shared,
        kind: 'control',
        control: '',
        value: amount,
        from: time.start,
        ...to,
        status: item.status,
        knownAt,
      });
    }
    const said =
      value.kind === 'quantity'
        ? value.comparator === undefined
          ? { value: value.value, unit: value.unit }
          : {
              kind: value.comparator.startsWith('<') ? ('below' as const) : ('above' as const),
              bound: { value: value.value, unit: value.unit },
            }
        : value.kind === 'coded'
          ? { codings: value.codings, ...(value.text === undefined ? {} : { text: value.text }) }
          : value.kind === 'text'
            ? { codings: [], text: value.text }
            : value.kind === 'boolean'
              ? { codings: [], text: String(value.value) }
              : { kind: 'series' as const, ref: value.ref, unit: value.unit, count: value.count };
    return encodeObservation({
      ...shared,
      kind: 'observation',
      signal: null,
      value: said,
      trueAt: time.start,
      knownAt,
    });
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    tally.problems.push(error.toJSON());
    return null;
  }
}
