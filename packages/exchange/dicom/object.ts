import type { Problem } from '@gemel/core/error';
import type { Provenance } from '@gemel/core/observation';
import { type Instant, instant, MINUTE } from '@gemel/core/time';
import { parseZone } from '../device/zone.ts';
import type { DoorOptions } from '../door.ts';
import { exchangeErrors } from '../errors.data.ts';
import type { Span } from './element.ts';
import { dicomErrors } from './errors.data.ts';
import type { DicomFile } from './parse.ts';
import type { DicomTime } from './time.ts';

/** What kind of object a file holds, by its SOP class (PS3.4, B.5) and what is in it. */
export type ObjectKind = 'image' | 'report' | 'segmentation' | 'structures' | 'waveform' | 'other';

export function objectKind({ dataSet }: DicomFile): ObjectKind {
  const sop = dataSet.text('SOPClassUID') ?? '';
  if (dataSet.get('StructureSetROISequence') !== undefined) return 'structures';
  if (dataSet.get('WaveformSequence') !== undefined && sop.startsWith('1.2.840.10008.5.1.4.1.1.9.')) return 'waveform';
  if (dataSet.get('SegmentSequence') !== undefined && dataSet.get('PixelData') !== undefined) return 'segmentation';
  if (dataSet.get('ContentSequence') !== undefined && dataSet.text('ValueType') === 'CONTAINER') return 'report';
  return ['PixelData', 'FloatPixelData', 'DoubleFloatPixelData'].some((keyword) => dataSet.get(keyword) !== undefined)
    ? 'image'
    : 'other';
}

/** What every reader of an object needs besides its data set. */
export interface ObjectContext {
  readonly file: DicomFile;
  readonly subject: string;
  /** Where an element or item stands; of a deflated object the bytes are those of the whole deflated part. */
  provenance(element: string, span: Span): Provenance;
  /** An instant from a time of the object and the zone that was given. */
  instantOf(
    time: DicomTime | null,
  ): { readonly at: Instant; readonly offset: number | null } | { readonly problem: Problem };
}

export function objectContext(file: DicomFile, subject: string, options: DoorOptions): ObjectContext {
  const source = { source: file.name, ...(options.sha256 === undefined ? {} : { sha256: options.sha256 }) };
  return {
    file,
    subject,
    provenance(element, { byteStart, byteEnd }) {
      return file.inflated
        ? {
            ...source,
            element: `${element} (bytes ${byteStart} to ${byteEnd} inflated)`,
            byteStart: file.byteStart,
            byteEnd: file.byteEnd,
          }
        : { ...source, element, byteStart, byteEnd };
    },
    instantOf(time) {
      const where = { file: file.name };
      if (time === null) {
        return { problem: dicomErrors.problem('dicom-element', `${file.name} does not say when`, where) };
      }
      if (time.dateOnly) {
        const message = `${file.name} gives a date without a time of day`;
        return { problem: exchangeErrors.problem('exchange-date-unreadable', message, where) };
      }
      if (time.offset !== null) return { at: instant(time.local - time.offset * MINUTE), offset: time.offset };
      const zone = options.zone === undefined ? null : parseZone(options.zone);
      if (zone === null) {
        const [code, says] =
          options.zone === undefined
            ? (['exchange-zone-missing', `${file.name} gives local times without a zone`] as const)
            : (['exchange-zone-unknown', `“${options.zone}” is no zone`] as const);
        return { problem: exchangeErrors.problem(code, says, where) };
      }
      const meaning = zone.meaning(time.local);
      if (meaning.kind === 'once') return { at: instant(time.local - meaning.offset * MINUTE), offset: meaning.offset };
      const code = meaning.kind === 'twice' ? 'exchange-local-time-twice' : 'exchange-local-time-never';
      return { problem: exchangeErrors.problem(code, `${file.name}: a time falls in a change of the clocks`, where) };
    },
  };
}
