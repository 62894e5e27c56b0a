import type { FieldLoss } from '../door.ts';
import type { DataSet } from './dataset.ts';
import { nameOfTag } from './dictionary.ts';
import type { DicomFile } from './parse.ts';
import { BECOMES } from './resources.ts';

/** A stretch of the data set that became something as a whole. */
export interface Became {
  readonly byteStart: number;
  readonly byteEnd: number;
  readonly to: readonly string[];
}

/** Elements that place and calibrate the voxels of a volume. */
const VOLUME: Readonly<Record<string, readonly string[]>> = {
  ImagePositionPatient: ['Volume.origin'],
  ImageOrientationPatient: ['Volume.direction'],
  PixelSpacing: ['Volume.spacing'],
  SliceThickness: ['Volume.spacing'],
  SpacingBetweenSlices: ['Volume.spacing'],
  FrameOfReferenceUID: ['Volume.frameOfReference'],
  Rows: ['Volume.dims'],
  Columns: ['Volume.dims'],
  NumberOfFrames: ['Volume.dims'],
  RescaleSlope: ['Volume.voxels'],
  RescaleIntercept: ['Volume.voxels'],
  RescaleType: ['Volume.unit'],
  Units: ['Volume.unit'],
  PixelData: ['Volume.voxels'],
  FloatPixelData: ['Volume.voxels'],
  DoubleFloatPixelData: ['Volume.voxels'],
};

/** What became of every element, sequences by their leaves, in the order of the file. */
export function* elementLoss(
  file: DicomFile,
  volume: boolean,
  became: readonly Became[],
): Generator<FieldLoss, void, void> {
  yield* rows(file.meta, '', false, []);
  yield* rows(file.dataSet, '', volume, became);
  for (const { path, byteStart, byteEnd, problem } of file.refused) {
    yield { element: path, byteStart, byteEnd, fate: 'refused', to: [], left: [], codes: [problem.code] };
  }
}

function* rows(
  dataSet: DataSet,
  above: string,
  volume: boolean,
  became: readonly Became[],
): Generator<FieldLoss, void, void> {
  for (const { tag, items, byteStart, byteEnd } of dataSet.elements.values()) {
    const keyword = nameOfTag(tag);
    const element = above === '' ? keyword : `${above}.${keyword}`;
    if (items !== undefined && items.length > 0) {
      for (const [i, item] of items.entries()) yield* rows(item, `${element}[${i}]`, volume, became);
      continue;
    }
    const whole = became.find((each) => each.byteStart <= byteStart && byteEnd <= each.byteEnd)?.to ?? [];
    const own = above === '' ? (BECOMES[keyword] ?? []) : [];
    const to = [...new Set([...own, ...(volume ? (VOLUME[keyword] ?? []) : []), ...whole])];
    yield { element, byteStart, byteEnd, fate: to.length > 0 ? 'mapped' : 'kept', to, left: [], codes: [] };
  }
}
