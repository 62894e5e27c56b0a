import { type CodedEntry, codedEntry } from './codes.ts';
import { dicomErrors } from './errors.data.ts';
import type { DicomFile } from './parse.ts';
import { cross, dot, minus, times } from './vector.ts';
import type { Vector3, Volume } from './volume.ts';

export interface Contour {
  /** `CLOSED_PLANAR`, `CLOSEDPLANAR_XOR`, `OPEN_PLANAR`, `POINT`, … */
  readonly type: string;
  /** x, y, z of each point, mm, LPS. */
  readonly points: Float64Array;
}

/** A region of interest of a structure set (PS3.3, C.8.8.5, C.8.8.6 and C.8.8.8). */
export interface Structure {
  readonly number: number;
  readonly name: string;
  /** `GTV`, `ORGAN`, `EXTERNAL`, … */
  readonly interpretedType: string | null;
  readonly meaning: CodedEntry | null;
  readonly algorithm: string | null;
  readonly frameOfReference: string | null;
  readonly contours: readonly Contour[];
}

/** Most points read of one structure set. */
const MOST_POINTS = 2 ** 22;

/** Reads the regions of a structure set. @throws dicom-element where a contour's points are not whole; dicom-too-large */
export function readStructures(file: DicomFile): Structure[] {
  const { dataSet, name } = file;
  let total = 0;
  return dataSet.sequence('StructureSetROISequence').map((roi) => {
    const number = roi.number('ROINumber') ?? Number.NaN;
    const of = (sequence: string) =>
      dataSet.sequence(sequence).find((item) => item.number('ReferencedROINumber') === number) ?? null;
    const observed = of('RTROIObservationsSequence');
    const contours = (of('ROIContourSequence')?.sequence('ContourSequence') ?? []).map((item, i): Contour => {
      const points = Float64Array.from(item.numbers('ContourData'));
      const stated = item.number('NumberOfContourPoints') ?? points.length / 3;
      total += points.length / 3;
      const where = { file: name, element: `ROI ${number} ContourSequence[${i}].ContourData`, byte: item.byteStart };
      if (total > MOST_POINTS)
        throw dicomErrors.error('dicom-too-large', `${name} has more than ${MOST_POINTS} points`, where);
      if (points.length !== 3 * stated || !points.every(Number.isFinite)) {
        throw dicomErrors.error(
          'dicom-element',
          `${name}: a contour of ROI ${number} has ${points.length} numbers for ${stated} points`,
          where,
        );
      }
      return { type: item.text('ContourGeometricType') ?? '', points };
    });
    return {
      number,
      name: roi.text('ROIName') ?? `ROI ${number}`,
      interpretedType: observed?.text('RTROIInterpretedType') ?? null,
      meaning: codedEntry(observed?.item('RTROIIdentificationCodeSequence') ?? null, dataSet),
      algorithm: roi.text('ROIGenerationAlgorithm'),
      frameOfReference: roi.text('ReferencedFrameOfReferenceUID') ?? dataSet.text('FrameOfReferenceUID'),
      contours,
    };
  });
}

/** The grid a mask is made on. */
export type MaskGrid = Pick<Volume, 'dims' | 'spacing' | 'direction' | 'origin' | 'frameOfReference'>;

/** How far, in slices, a point may lie off the slice of its contour. */
const FLAT = 0.05;
const CLOSED = new Set(['CLOSED_PLANAR', 'CLOSEDPLANAR_XOR']);

/**
 * The mask of a structure: 1 where the centre of a voxel lies within an odd number of the closed contours of its slice, so that
 * an inner contour, or a keyhole, leaves a hole. A contour belongs to the slice it lies on, or is refused.
 * @throws dicom-contour
 */
export function structureMask(structure: Structure, grid: MaskGrid, file: string): Volume {
  const fail = (says: string) =>
    dicomErrors.error('dicom-contour', `${file}: ${structure.name} ${says}`, {
      file,
      element: `ROI ${structure.number}`,
    });
  if (
    structure.frameOfReference !== null &&
    grid.frameOfReference !== null &&
    structure.frameOfReference !== grid.frameOfReference
  ) {
    throw fail('is drawn in another frame of reference than the volume');
  }
  if (structure.contours.length === 0) throw fail('has no contours');
  const [columns, rows, slices] = grid.dims;
  const voxels = new Uint8Array(columns * rows * slices);
  const toIndex = inverse(grid);
  for (const [c, { type, points }] of structure.contours.entries()) {
    if (!CLOSED.has(type)) throw fail(`has a contour of type ${type || 'missing'}, which encloses nothing`);
    const count = points.length / 3;
    const xs = new Float64Array(count);
    const ys = new Float64Array(count);
    let slice = 0;
    for (let i = 0; i < count; i++) {
      const [x, y, z] = toIndex([points[3 * i]!, points[3 * i + 1]!, points[3 * i + 2]!]);
      if (i === 0) slice = Math.round(z);
      if (Math.abs(z - slice) > FLAT)
        throw fail(`has contour ${c} beside the slices of the volume (slice ${z.toFixed(2)})`);
      xs[i] = x;
      ys[i] = y;
    }
    if (slice < 0 || slice >= slices) throw fail(`has contour ${c} outside the volume (slice ${slice} of ${slices})`);
    toggle(voxels.subarray(slice * columns * rows, (slice + 1) * columns * rows), columns, rows, xs, ys);
  }
  const { dims, spacing, direction, origin, frameOfReference } = grid;
  const meaning = `mask of ${structure.name}`;
  return { voxels, dims, spacing, direction, origin, unit: '1', meaning, frameOfReference, marks: [] };
}

/** Turns round every pixel whose centre lies within the polygon: crossings of each row, a point on an edge counted once. */
function toggle(mask: Uint8Array, columns: number, rows: number, xs: Float64Array, ys: Float64Array): void {
  const crossings: number[][] = Array.from({ length: rows }, () => []);
  for (let i = 0; i < xs.length; i++) {
    const j = i + 1 === xs.length ? 0 : i + 1;
    const [y1, y2] = [ys[i]!, ys[j]!];
    const high = Math.min(rows, Math.ceil(Math.max(y1, y2)));
    for (let row = Math.max(0, Math.ceil(Math.min(y1, y2))); row < high; row++) {
      crossings[row]!.push(xs[i]! + ((row - y1) * (xs[j]! - xs[i]!)) / (y2 - y1));
    }
  }
  for (const [row, found] of crossings.entries()) {
    found.sort((a, b) => a - b);
    for (let k = 0; k + 1 < found.length; k += 2) {
      const first = Math.max(0, Math.ceil(found[k]!));
      const last = Math.min(columns, Math.ceil(found[k + 1]!));
      for (let column = first; column < last; column++) mask[row * columns + column]! ^= 1;
    }
  }
}

/** From a point, mm, LPS, to voxel indices; the axes need not be at right angles. */
function inverse({ spacing, direction, origin }: MaskGrid): (point: Vector3) => Vector3 {
  const axis = (j: number): Vector3 =>
    times([direction[j]!, direction[3 + j]!, direction[6 + j]!] as Vector3, spacing[j]!);
  const [a, b, c] = [axis(0), axis(1), axis(2)];
  const determinant = dot(a, cross(b, c));
  const [ia, ib, ic] = [cross(b, c), cross(c, a), cross(a, b)].map((row) => times(row, 1 / determinant)) as [
    Vector3,
    Vector3,
    Vector3,
  ];
  return (point) => {
    const from = minus(point, origin);
    return [dot(ia, from), dot(ib, from), dot(ic, from)];
  };
}
