import type { Problem } from '@gemel/core/error';
import { dicomErrors } from './errors.data.ts';
import { type ImagePlane, parallel } from './plane.ts';
import { dot, length, minus, times } from './vector.ts';
import type { Vector3, Volume } from './volume.ts';

/** The regular grid that planes lie on. */
export interface Grid extends Pick<Volume, 'dims' | 'spacing' | 'direction' | 'origin' | 'frameOfReference' | 'marks'> {
  /** The planes in order along the normal, each with its place: consecutive, unless the grid is sparse. */
  readonly slices: readonly { readonly plane: ImagePlane; readonly index: number }[];
}

export interface GridOptions {
  /** Planes may be missing between others, as those of a segment are where it has no voxels. */
  readonly sparse?: boolean;
  /** Distance of slices, mm, where the source states it. */
  readonly step?: number;
}

/** Positions nearer than this, mm, are one. */
const SAME = 0.01;
/** How far a slice may lie from its place: 0.02 mm, or a hundredth of the step. */
const OFF = (step: number) => Math.max(0.02, 0.01 * step);
/** Sine of the angle between the way from slice to slice and the normal, from which slices count as sheared: 0.2°. */
const SHEARED = 0.0035;

/**
 * Puts planes in order along their normal and checks that they make a regular grid.
 * @throws dicom-series-mixed, dicom-slice-twice, dicom-slice-gap, dicom-geometry; each names the files
 */
export function gridOf(planes: readonly ImagePlane[], options: GridOptions = {}): Grid {
  const [first] = planes;
  if (first === undefined) throw dicomErrors.error('dicom-geometry', 'there are no planes');
  for (const plane of planes) checkAlike(first, plane);
  const at = (plane: ImagePlane) => dot(plane.position, first.normal);
  const sorted = [...planes].sort((a, b) => at(a) - at(b));
  const places = sorted.map(at);
  for (let i = 1; i < sorted.length; i++) {
    if (places[i]! - places[i - 1]! < SAME && !options.sparse) {
      throw placed('dicom-slice-twice', sorted[i]!, `lies where ${called(sorted[i - 1]!)} does`);
    }
  }
  const apart = stepOf(sorted, places, options);
  const indices = places.map((place) => Math.round((place - places[0]!) / apart));
  const base = sorted[0]!.position;
  const last = sorted.at(-1)!;
  const lastIndex = indices.at(-1)!;
  const way: Vector3 = lastIndex === 0 ? times(first.normal, apart) : times(minus(last.position, base), 1 / lastIndex);
  for (const [i, plane] of sorted.entries()) {
    const off = length(minus(minus(plane.position, base), times(way, indices[i]!)));
    if (off > OFF(apart)) {
      throw placed(
        'dicom-slice-gap',
        plane,
        `lies ${off.toFixed(3)} mm beside its place among slices ${apart.toFixed(3)} mm apart`,
      );
    }
    const before = i === 0 ? -1 : indices[i - 1]!;
    if (!options.sparse && indices[i] !== before + 1) {
      const gone = indices[i]! - before - 1;
      const between = `between ${called(sorted[i - 1]!)} and ${called(plane)}`;
      throw placed('dicom-slice-gap', plane, `${gone} of ${apart.toFixed(3)} mm missing ${between}`);
    }
  }
  const step = length(way);
  const onward = times(way, 1 / step);
  const sine = Math.sqrt(Math.max(0, 1 - dot(onward, first.normal) ** 2));
  const marks: Problem[] = [];
  if (sine > SHEARED) {
    const tilt = first.file.dataSet.number('GantryDetectorTilt');
    const degrees = ((Math.asin(sine) * 180) / Math.PI).toFixed(2);
    const stated = tilt === null ? '' : `, gantry tilt ${tilt}°`;
    const message = `${first.file.name}: slices are shifted against each other, ${degrees}° from their normal${stated}`;
    marks.push(
      dicomErrors.problem('dicom-gantry-tilt', message, { file: first.file.name, element: 'GantryDetectorTilt' }),
    );
  }
  const { rows, columns } = sizeOf(first);
  const { along, down } = first;
  return {
    slices: sorted.map((plane, i) => ({ plane, index: indices[i]! })),
    dims: [columns, rows, lastIndex + 1],
    spacing: [first.spacing[0], first.spacing[1], step],
    direction: [along[0], down[0], onward[0], along[1], down[1], onward[1], along[2], down[2], onward[2]],
    origin: base,
    frameOfReference: first.frameOfReference,
    marks,
  };
}

/** Distance of neighbouring slices: stated, or the median found; of one slice its thickness. */
function stepOf(sorted: readonly ImagePlane[], places: readonly number[], { sparse, step }: GridOptions): number {
  const apart = places
    .slice(1)
    .map((place, i) => place - places[i]!)
    .filter((distance) => distance >= SAME);
  if (step !== undefined && step > 0 && sparse) return step;
  if (apart.length === 0) {
    const thickness = sorted[0]!.thickness ?? step;
    if (thickness === undefined || thickness === null) {
      throw placed('dicom-geometry', sorted[0]!, 'is the only slice and says no thickness');
    }
    return thickness;
  }
  apart.sort((a, b) => a - b);
  return sparse ? apart[0]! : apart[Math.floor((apart.length - 1) / 2)]!;
}

function sizeOf({ file }: ImagePlane): { readonly rows: number; readonly columns: number } {
  return { rows: file.dataSet.number('Rows') ?? 0, columns: file.dataSet.number('Columns') ?? 0 };
}

function checkAlike(first: ImagePlane, plane: ImagePlane): void {
  const differ = (what: string) => placed('dicom-series-mixed', plane, `has another ${what} than ${called(first)}`);
  if (plane.file !== first.file) {
    for (const keyword of ['PatientID', 'StudyInstanceUID', 'SeriesInstanceUID', 'Modality']) {
      if (plane.file.dataSet.text(keyword) !== first.file.dataSet.text(keyword)) throw differ(keyword);
    }
  }
  if (plane.frameOfReference !== first.frameOfReference) throw differ('FrameOfReferenceUID');
  if (!parallel(first, plane)) throw differ('orientation');
  const [a, b] = [sizeOf(first), sizeOf(plane)];
  if (a.rows !== b.rows || a.columns !== b.columns) throw differ('number of rows or columns');
  if (plane.spacing.some((value, i) => Math.abs(value - first.spacing[i]!) > 1e-4 * value))
    throw differ('pixel spacing');
}

function called({ file, frame }: ImagePlane): string {
  return (file.dataSet.number('NumberOfFrames') ?? 1) > 1 ? `${file.name} frame ${frame}` : file.name;
}

function placed(code: keyof typeof dicomErrors.table, plane: ImagePlane, says: string) {
  const where = { file: plane.file.name, element: 'ImagePositionPatient' };
  return dicomErrors.error(code, `${called(plane)} ${says}`, where);
}
