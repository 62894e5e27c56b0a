import { type CodedEntry, codedEntry } from './codes.ts';
import type { DataSet } from './dataset.ts';

/** One item of the content tree of a structured report (PS3.3, C.17.3). */
export interface ContentItem {
  /** `CONTAINS`, `HAS OBS CONTEXT`; null for the root. */
  readonly relationship: string | null;
  /** `CONTAINER`, `NUM`, `CODE`, `TEXT`, `IMAGE`; `REFERENCE` for one that points to another item. */
  readonly type: string;
  readonly concept: CodedEntry | null;
  readonly value: ContentValue;
  readonly children: readonly ContentItem[];
  /** Path in the data set. */
  readonly path: string;
  readonly item: DataSet;
}

export type ContentValue =
  | { readonly kind: 'none' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly code: CodedEntry | null }
  | {
      readonly kind: 'number';
      /** null where it was not measured: `qualifier` then says why. */
      readonly value: number | null;
      readonly unit: CodedEntry | null;
      readonly qualifier: CodedEntry | null;
    }
  | { readonly kind: 'reference'; readonly uids: readonly string[] }
  | { readonly kind: 'coordinates'; readonly graphic: string; readonly points: number };

/** The content tree of a report. Depth is bounded by that of sequences. */
export function contentTree(root: DataSet): ContentItem {
  return readItem(root, root, null, '');
}

function readItem(item: DataSet, root: DataSet, relationship: string | null, path: string): ContentItem {
  const children = item
    .sequence('ContentSequence')
    .map((child, i) =>
      readItem(child, root, child.text('RelationshipType'), `${path === '' ? '' : `${path}.`}ContentSequence[${i}]`),
    );
  const type = item.text('ValueType') ?? (item.get('ReferencedContentItemIdentifier') ? 'REFERENCE' : '');
  const concept = codedEntry(item.item('ConceptNameCodeSequence'), root);
  return { relationship, type, concept, value: readValue(item, root, type), children, path, item };
}

const TEXTS: Readonly<Record<string, string>> = {
  TEXT: 'TextValue',
  DATE: 'Date',
  TIME: 'Time',
  DATETIME: 'DateTime',
  PNAME: 'PersonName',
  UIDREF: 'UID',
};

function readValue(item: DataSet, root: DataSet, type: string): ContentValue {
  const keyword = TEXTS[type];
  if (keyword !== undefined) return { kind: 'text', text: item.text(keyword) ?? '' };
  if (type === 'CODE') return { kind: 'code', code: codedEntry(item.item('ConceptCodeSequence'), root) };
  if (type === 'NUM') {
    const measured = item.item('MeasuredValueSequence');
    const value = measured?.number('FloatingPointValue') ?? measured?.number('NumericValue') ?? null;
    return {
      kind: 'number',
      value,
      unit: codedEntry(measured?.item('MeasurementUnitsCodeSequence') ?? null, root),
      qualifier: codedEntry(item.item('NumericValueQualifierCodeSequence'), root),
    };
  }
  if (type === 'IMAGE' || type === 'COMPOSITE' || type === 'WAVEFORM') {
    const uids = item.sequence('ReferencedSOPSequence').flatMap((each) => each.strings('ReferencedSOPInstanceUID'));
    return { kind: 'reference', uids };
  }
  if (type === 'SCOORD' || type === 'SCOORD3D') {
    return { kind: 'coordinates', graphic: item.text('GraphicType') ?? '', points: item.numbers('GraphicData').length };
  }
  return { kind: 'none' };
}

/** Every item with those above it, root first. */
export function* contentItems(
  item: ContentItem,
  above: readonly ContentItem[] = [],
): Generator<{ readonly item: ContentItem; readonly above: readonly ContentItem[] }, void, void> {
  yield { item, above };
  for (const child of item.children) yield* contentItems(child, [...above, item]);
}

/** The tree as plain JSON, for what is kept. */
export function contentJson({ relationship, type, concept, value, children }: ContentItem): object {
  const said =
    value.kind === 'text'
      ? { text: value.text }
      : value.kind === 'code'
        ? { code: value.code?.source, meaning: value.code?.text }
        : value.kind === 'number'
          ? { value: value.value, unit: value.unit?.source, qualifier: value.qualifier?.text }
          : value.kind === 'reference'
            ? { uids: value.uids }
            : value.kind === 'coordinates'
              ? { graphic: value.graphic, numbers: value.points }
              : {};
  return {
    ...(relationship === null ? {} : { relationship }),
    type,
    ...(concept === null ? {} : { concept: concept.source, name: concept.text }),
    ...said,
    ...(children.length === 0 ? {} : { children: children.map(contentJson) }),
  };
}
