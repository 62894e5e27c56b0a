import type { DataSet } from './dataset.ts';
import { dicomErrors } from './errors.data.ts';
import type { DicomFile } from './parse.ts';
import { cross, dot, length } from './vector.ts';
import type { Vector3 } from './volume.ts';

/** One frame in the patient (PS3.3, C.7.6.2): mm, LPS. */
export interface ImagePlane {
  readonly file: DicomFile;
  readonly frame: number;
  /** Centre of the first pixel. */
  readonly position: Vector3;
  /** Unit vectors along a row, down a column, and across both. */
  readonly along: Vector3;
  readonly down: Vector3;
  readonly normal: Vector3;
  /** Between columns, and between rows. */
  readonly spacing: readonly [number, number];
  readonly thickness: number | null;
  readonly frameOfReference: string | null;
  /** The macros of this frame: its own functional groups, the shared ones, the data set. */
  readonly groups: readonly DataSet[];
}

/** Cosines that differ by more are other directions: a tenth of a degree. */
const ALIKE = 2e-3;

/**
 * The planes of all frames of an image: its own attributes, functional groups of an enhanced one, or the offsets of a dose.
 * @throws dicom-geometry where position, orientation or spacing is missing or no such thing
 */
export function imagePlanes(file: DicomFile): ImagePlane[] {
  const { dataSet } = file;
  const frames = dataSet.number('NumberOfFrames') ?? 1;
  const shared = dataSet.item('SharedFunctionalGroupsSequence');
  const own = dataSet.sequence('PerFrameFunctionalGroupsSequence');
  if (own.length > 0 && own.length < frames) {
    throw missing(file, 0, 'PerFrameFunctionalGroupsSequence', `describes ${own.length} of ${frames} frames`);
  }
  const offsets = dataSet.numbers('GridFrameOffsetVector');
  const count = Math.max(own.length > 0 ? frames : 1, offsets.length > 0 ? frames : 1);
  if (count < frames)
    throw missing(file, 0, 'PerFrameFunctionalGroupsSequence', 'is missing: nothing places the frames');
  if (offsets.length > 0 && offsets.length < frames) {
    throw missing(file, 0, 'GridFrameOffsetVector', `has ${offsets.length} offsets for ${frames} frames`);
  }
  const planes: ImagePlane[] = [];
  for (let frame = 0; frame < frames; frame++) {
    const groups = [own[frame], shared, dataSet].filter((group) => group !== undefined && group !== null);
    const plane = planeOf(file, frame, groups);
    if (offsets.length === 0) {
      planes.push(plane);
      continue;
    }
    // PS3.3, C.8.8.3.2: relative to the first frame, or places along the normal where the first is not 0.
    const offset = offsets[frame]! - (offsets[0] === 0 ? 0 : dot(plane.position, plane.normal));
    const [x, y, z] = plane.position;
    const [nx, ny, nz] = plane.normal;
    planes.push({ ...plane, position: [x + offset * nx, y + offset * ny, z + offset * nz] });
  }
  return planes;
}

/** An attribute of a macro, or of the data set where it stands without one. */
export function inMacro(groups: readonly DataSet[], macro: string, keyword: string): readonly number[] {
  for (const group of groups) {
    const values = (group.item(macro) ?? group).numbers(keyword);
    if (values.length > 0) return values;
  }
  return [];
}

function planeOf(file: DicomFile, frame: number, groups: readonly DataSet[]): ImagePlane {
  const position = inMacro(groups, 'PlanePositionSequence', 'ImagePositionPatient');
  const cosines = inMacro(groups, 'PlaneOrientationSequence', 'ImageOrientationPatient');
  const spacing = inMacro(groups, 'PixelMeasuresSequence', 'PixelSpacing');
  const [thickness = null] = inMacro(groups, 'PixelMeasuresSequence', 'SliceThickness');
  if (!numbers(position, 3)) throw missing(file, frame, 'ImagePositionPatient', says(position));
  if (!numbers(cosines, 6)) throw missing(file, frame, 'ImageOrientationPatient', says(cosines));
  if (!numbers(spacing, 2) || spacing.some((each) => each <= 0))
    throw missing(file, frame, 'PixelSpacing', says(spacing));
  const along: Vector3 = [cosines[0]!, cosines[1]!, cosines[2]!];
  const down: Vector3 = [cosines[3]!, cosines[4]!, cosines[5]!];
  const skewed =
    Math.abs(length(along) - 1) > ALIKE || Math.abs(length(down) - 1) > ALIKE || Math.abs(dot(along, down)) > ALIKE;
  if (skewed) throw missing(file, frame, 'ImageOrientationPatient', 'is not two unit vectors at right angles');
  return {
    file,
    frame,
    position: [position[0]!, position[1]!, position[2]!],
    along,
    down,
    normal: cross(along, down),
    // Pixel Spacing gives the distance of rows first.
    spacing: [spacing[1]!, spacing[0]!],
    thickness: thickness !== null && thickness > 0 ? thickness : null,
    frameOfReference: file.dataSet.text('FrameOfReferenceUID'),
    groups,
  };
}

/** Whether two planes face the same way. */
export function parallel(a: ImagePlane, b: ImagePlane): boolean {
  const off = (x: Vector3, y: Vector3) => x.some((value, i) => Math.abs(value - y[i]!) > ALIKE);
  return !off(a.along, b.along) && !off(a.down, b.down);
}

function numbers(values: readonly number[], count: number): boolean {
  return values.length === count && values.every(Number.isFinite);
}

function says(values: readonly number[]): string {
  return values.length === 0 ? 'is missing' : 'cannot be read';
}

function missing(file: DicomFile, frame: number, keyword: string, what: string) {
  const which = (file.dataSet.number('NumberOfFrames') ?? 1) > 1 ? `, frame ${frame}` : '';
  return dicomErrors.error('dicom-geometry', `${file.name}${which}: ${keyword} ${what}`, {
    file: file.name,
    element: keyword,
  });
}
