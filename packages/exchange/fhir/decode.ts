import type { Decoded, Problem, Provenance } from '@gemel/core';
import { parseZone, type Zone } from '../device/zone.ts';
import type { Door, DoorOptions } from '../door.ts';
import type { Context, Json } from './context.ts';
import { isObject } from './datatype.ts';
import { openEntry, problemOf } from './entry.ts';
import { type EntrySpan, type Layout, layOut, layOutLines } from './layout.ts';
import { baseOf, containedOf, firstIdentifier, keyOf, patientKey, References } from './reference.ts';
import { decodeResource, withoutResource } from './resource.ts';
import { fileProblem, openSource, sniffForm } from './source.ts';

/** FHIR R4 in JSON: a Bundle of any type, or one resource. One `Decoded` for each entry; a history is read oldest first. */
export const fhirDoor: Door = {
  id: 'fhir-r4',
  title: 'FHIR R4 Bundle or resource (JSON)',
  sniff: (head) => {
    const form = sniffForm(head);
    return form === 'json' ? 0.95 : form === 'lines' ? 0.4 : form === 'xml' ? 0.3 : 0;
  },
  *decode(bytes, options) {
    const source = openSource(bytes, options);
    if ('refused' in source) {
      yield source.refused;
      return;
    }
    const layout = layOut(source.bytes, source.start);
    if (layout.resourceType === null && layout.broken === null && layout.entries[0]?.type === null) {
      yield fileProblem(options, 'fhir-not-fhir', 'a JSON object without resourceType', 'refused');
      return;
    }
    yield* source.problems;
    const inOrder = layout.bundleType === 'history' ? [...layout.entries].reverse() : layout.entries;
    yield* decodeEntries(source.bytes, inOrder, options, source.zone);
    yield* fileProblems(layout, bytes.length, options);
  },
};

/** FHIR R4 in NDJSON (bulk export): one resource a line. One `Decoded` for each line that holds anything. */
export const fhirNdjsonDoor: Door = {
  id: 'fhir-r4-ndjson',
  title: 'FHIR R4 resources, one a line (NDJSON)',
  sniff: (head, name) => {
    const form = sniffForm(head);
    if (form === 'lines') return 0.97;
    return form === 'json' && /\.ndjson$/i.test(name) ? 0.96 : 0;
  },
  *decode(bytes, options) {
    const source = openSource(bytes, options);
    if ('refused' in source) {
      yield source.refused;
      return;
    }
    yield* source.problems;
    const lines = [...layOutLines(source.bytes, source.start)];
    yield* decodeEntries(source.bytes, lines, options, source.zone);
    const last = lines.at(-1);
    if (last?.broken?.reason === 'cut') {
      yield fileProblem(options, 'exchange-truncated', `the source ends within line ${last.line}`, 'kept');
    }
  },
};

/**
 * Resources that another door made, decoded as if they stood in one Bundle: one `Decoded` each, in their order, without bytes.
 * `byItself` are those whose outcome is wanted; the others are there for references.
 */
export function* decodeResources(
  resources: readonly Json[],
  options: DoorOptions,
  byItself: (resource: Json) => boolean = () => true,
): Generator<Decoded | null, void, void> {
  const spans = resources.map((resource, i): EntrySpan => {
    const { resourceType, id } = resource;
    const named = { type: String(resourceType), id: typeof id === 'string' ? id : null };
    return { ...NO_BYTES, ...named, path: `Bundle.entry[${i}]` };
  });
  const bySpan = new Map(spans.map((span, i) => [span, resources[i]!]));
  const references = new References(spans, (span) => bySpan.get(span) ?? null);
  const zone = options.zone === undefined ? null : parseZone(options.zone);
  for (const [i, span] of spans.entries()) {
    const resource = resources[i]!;
    yield byItself(resource) ? decodeMade(resource, span, options, zone, references) : null;
  }
}

const NO_BYTES = { start: 0, end: 0, resource: null, fullUrl: null, names: 0, deepest: 0, broken: null } as const;

function decodeMade(
  resource: Json,
  span: EntrySpan,
  options: DoorOptions,
  zone: Zone | null,
  references: References,
): Decoded {
  const sourceId = keyOf(span);
  const provenance: Provenance = {
    source: options.name,
    ...(options.sha256 === undefined ? {} : { sha256: options.sha256 }),
    element: `${span.path}.resource`,
    ...(sourceId === undefined ? {} : { sourceId }),
  };
  const problems: Problem[] = [];
  const { element } = provenance;
  const contained = containedOf(resource);
  const context: Context = { options, zone, element, provenance, references, base: null, contained, problems };
  const { fate, items } = decodeResource(resource, '', context);
  return { type: span.type!, fate, items, problems, provenance };
}

function* decodeEntries(
  bytes: Uint8Array,
  spans: readonly EntrySpan[],
  options: DoorOptions,
  zone: Zone | null,
): Generator<Decoded, void, void> {
  const references = new References(spans, (span) => {
    const opened = openEntry(bytes, span);
    return 'value' in opened ? resourceOf(opened.value, span) : null;
  });
  for (const span of spans) yield decodeEntry(bytes, span, options, zone, references);
}

function decodeEntry(
  bytes: Uint8Array,
  span: EntrySpan,
  options: DoorOptions,
  zone: Zone | null,
  references: References,
): Decoded {
  const opened = openEntry(bytes, span);
  const within = span.resource ?? span;
  const inBundle = span.path.startsWith('Bundle.');
  const resource = 'value' in opened ? resourceOf(opened.value, span) : null;
  const sourceId = keyOf(span) ?? firstIdentifier(resource);
  const provenance: Provenance = {
    source: options.name,
    ...(options.sha256 === undefined ? {} : { sha256: options.sha256 }),
    element: inBundle && span.resource !== null ? `${span.path}.resource` : span.path,
    byteStart: within.start,
    byteEnd: within.end,
    ...(span.line === undefined ? {} : { line: span.line }),
    ...(sourceId === undefined ? {} : { sourceId }),
  };
  if (!('value' in opened)) {
    const problem = problemOf(span, options, opened.code, opened.message);
    return { type: span.type ?? 'entry', fate: 'refused', items: [], problems: [problem], provenance };
  }
  const problems: Problem[] = [];
  const context: Context = {
    options,
    zone,
    element: provenance.element,
    provenance,
    references,
    base: baseOf(span.fullUrl),
    contained: resource === null ? new Map() : containedOf(resource),
    problems,
  };
  const outcome =
    resource === null ? withoutResource(opened.value, context) : decodeResource(resource, opened.text, context);
  const type = typeof resource?.resourceType === 'string' ? resource.resourceType : 'entry';
  const whole = outcome.fate === 'kept' ? { kept: resource ?? opened.value } : {};
  const owner = outcome.items.length === 0 && resource !== null ? ownerOf(resource, context) : undefined;
  const whose = owner === undefined ? {} : { subject: owner };
  return { type, ...whose, fate: outcome.fate, items: outcome.items, problems, provenance, ...whole };
}

/** Whose a resource is that became no item, so that it is stored, and erased, with the rest of the person's record. */
function ownerOf(resource: Json, context: Context): string | undefined {
  if (resource.resourceType === 'Patient') return context.provenance.sourceId ?? context.options.subject;
  const reference = resource.subject ?? resource.patient ?? resource.beneficiary ?? resource.for;
  const key = patientKey(reference, { ...context, problems: [] }, 'subject');
  return typeof key === 'string' ? key : undefined;
}

function resourceOf(value: Json, span: EntrySpan): Json | null {
  if (!span.path.startsWith('Bundle.')) return value;
  return isObject(value.resource) ? value.resource : null;
}

/** What is to be said of the source as a whole once its entries are read: remarks, since what was lost is counted as an entry. */
function* fileProblems(layout: Layout, length: number, options: DoorOptions): Generator<Decoded, void, void> {
  if (layout.broken?.reason === 'cut') {
    const message = `the source ends at byte ${length} before its structure does; ${layout.entries.length} entries were found`;
    yield fileProblem(options, 'exchange-truncated', message, 'kept');
  } else if (layout.broken !== null && layout.resourceType === 'Bundle') {
    const message = `the Bundle's own structure breaks at byte ${layout.broken.at}; entries after it that could be found were read`;
    yield fileProblem(options, 'exchange-json-invalid', message, 'kept');
  }
  if (layout.commas.length > 0) {
    const message = `${layout.commas.length} commas between entries are missing, the first at byte ${layout.commas[0]}`;
    yield fileProblem(options, 'exchange-json-invalid', message, 'kept');
  }
  if (layout.trailing !== null) {
    const message = `${length - layout.trailing} bytes after the end of the document (byte ${layout.trailing}) were not read`;
    yield fileProblem(options, 'fhir-trailing', message, 'refused');
  }
  if (layout.nextPage !== null) {
    const of = layout.total === null ? '' : ` of ${layout.total}`;
    yield fileProblem(
      options,
      'fhir-more-pages',
      `this is one page (${layout.entries.length} entries${of}); more follow`,
      'kept',
    );
  }
}
