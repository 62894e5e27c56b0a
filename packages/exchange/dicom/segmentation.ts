import { type CodedEntry, codedEntry } from './codes.ts';
import { dicomErrors } from './errors.data.ts';
import { decodeFrame } from './frame.ts';
import { type Grid, gridOf } from './grid.ts';
import type { DicomFile } from './parse.ts';
import { frameSources, type PixelDescription, pixelDescription } from './pixels.ts';
import { type ImagePlane, imagePlanes, inMacro } from './plane.ts';
import type { Volume } from './volume.ts';

/** One segment of a segmentation (PS3.3, C.8.20.2). */
export interface Segment {
  readonly number: number;
  readonly label: string;
  /** What it is: its category (tissue, abnormality) and type (liver, mass), and where. */
  readonly category: CodedEntry | null;
  readonly type: CodedEntry | null;
  readonly region: CodedEntry | null;
  /** `MANUAL`, `SEMIAUTOMATIC` or `AUTOMATIC`, with the name of the algorithm. */
  readonly algorithm: string;
  readonly frames: number;
}

export interface Segmentation {
  /** Every voxel belongs or not; else a share or probability between 0 and 1. */
  readonly binary: boolean;
  /** `PROBABILITY` or `OCCUPANCY` of fractional ones. */
  readonly fraction: string | null;
  readonly segments: readonly Segment[];
  /** The grid all segments lie on. */
  readonly grid: Grid;
  /** The mask of one segment: 0 and 1, or fractions. @throws dicom-codec, dicom-pixels, dicom-syntax-unread */
  volume(number: number): Volume;
}

/**
 * Reads a segmentation. Frames that a segment does not have are empty; all segments share one grid.
 * @throws dicom-pixels, dicom-geometry, dicom-series-mixed, dicom-slice-gap, dicom-element
 */
export function readSegmentation(file: DicomFile): Segmentation {
  const { dataSet, name } = file;
  const fail = (element: string, says: string) =>
    dicomErrors.error('dicom-element', `${name}: ${says}`, { file: name, element });
  const kind = dataSet.text('SegmentationType');
  if (kind !== 'BINARY' && kind !== 'FRACTIONAL') {
    throw fail('SegmentationType', `segmentations of type ${kind ?? 'missing'} are not read`);
  }
  const binary = kind === 'BINARY';
  const most = binary ? 1 : dataSet.number('MaximumFractionalValue');
  if (most === null || !(most > 0)) throw fail('MaximumFractionalValue', 'the greatest fraction is missing');
  const description = pixelDescription(file);
  const planes = imagePlanes(file);
  const [step] = inMacro(planes[0]!.groups, 'PixelMeasuresSequence', 'SpacingBetweenSlices');
  const grid = gridOf(planes, { sparse: true, ...(step === undefined ? {} : { step }) });
  const numberOf = (plane: ImagePlane) =>
    inMacro(plane.groups, 'SegmentIdentificationSequence', 'ReferencedSegmentNumber')[0];
  const segments = dataSet.sequence('SegmentSequence').map((item): Segment => {
    const number = item.number('SegmentNumber') ?? Number.NaN;
    const algorithm = [item.text('SegmentAlgorithmType'), item.text('SegmentAlgorithmName')].filter(Boolean).join(', ');
    return {
      number,
      label: item.text('SegmentLabel') ?? `segment ${number}`,
      category: codedEntry(item.item('SegmentedPropertyCategoryCodeSequence'), dataSet),
      type: codedEntry(item.item('SegmentedPropertyTypeCodeSequence'), dataSet),
      region: codedEntry(item.item('AnatomicRegionSequence'), dataSet),
      algorithm,
      frames: planes.filter((plane) => numberOf(plane) === number).length,
    };
  });
  const fraction = binary ? null : dataSet.text('SegmentationFractionalType');
  return {
    binary,
    fraction,
    segments,
    grid,
    volume(number) {
      const segment = segments.find((each) => each.number === number);
      if (segment === undefined) throw fail('SegmentSequence', `there is no segment ${number}`);
      const slices = grid.slices.filter(({ plane }) => numberOf(plane) === number);
      return maskOf(file, description, grid, slices, segment, binary ? null : most, fraction);
    },
  };
}

function maskOf(
  file: DicomFile,
  description: PixelDescription,
  grid: Grid,
  slices: Grid['slices'],
  segment: Segment,
  most: number | null,
  fraction: string | null,
): Volume {
  const { dims, spacing, direction, origin, frameOfReference, marks } = grid;
  const size = dims[0] * dims[1];
  const voxels = most === null ? new Uint8Array(size * dims[2]) : new Float32Array(size * dims[2]);
  const sources = frameSources(file, description);
  const filled = new Set<number>();
  for (const { plane, index } of slices) {
    const place = { file: file.name, frame: plane.frame };
    if (filled.has(index)) {
      const where = { file: file.name, element: `PixelData frame ${plane.frame}` };
      throw dicomErrors.error('dicom-slice-twice', `${file.name}: ${segment.label} has two frames at one place`, where);
    }
    filled.add(index);
    const { values } = decodeFrame(sources(plane.frame), description, file.syntax, place);
    const start = index * size;
    for (let i = 0; i < size; i++) voxels[start + i] = most === null ? (values[i]! === 0 ? 0 : 1) : values[i]! / most;
  }
  const meaning =
    most === null ? `mask of ${segment.label}` : `${(fraction ?? 'fraction').toLowerCase()} of ${segment.label}`;
  return { voxels, dims, spacing, direction, origin, unit: '1', meaning, frameOfReference, marks };
}
