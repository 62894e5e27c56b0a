import type { Vector3, Volume, VoxelArray } from '../dicom/volume.ts';
import { niftiErrors } from './errors.data.ts';
import { type Affine, turnAbout } from './orientation.ts';
import type { NiftiImage } from './read.ts';
import type { NiftiContent } from './write.ts';

/** Intent code of images whose values are labels (nifti1.h, NIFTI_INTENT_LABEL). */
const LABEL = 1002;

/**
 * The volumes of an image, one for each step of its fourth axis, turned from NIfTI's RAS+ to the LPS+ of `Volume`. NIfTI
 * states no unit of values: they are pure numbers.
 * @throws nifti-axes where there are more than four axes
 */
export function volumesOf(image: NiftiImage, file: string): readonly Volume[] {
  const { shape, other } = image.header;
  if (shape.slice(4).some((size) => size > 1))
    throw niftiErrors.error('nifti-axes', `${file} has ${shape.join(' × ')} values`, { file, field: 'dim' });
  const dims: Vector3 = [shape[0]!, shape[1] ?? 1, shape[2] ?? 1];
  const count = dims[0] * dims[1] * dims[2];
  const voxels = calibrated(image);
  const place = placeOf(turnAbout(image.orientation.affine));
  const meaning = other.intentCode === LABEL ? 'label' : String(other.intentName ?? '').trim() || 'voxel value';
  return Array.from({ length: shape[3] ?? 1 }, (_, step) => ({
    voxels: voxels.subarray(step * count, (step + 1) * count),
    dims,
    ...place,
    unit: '1',
    meaning,
    frameOfReference: null,
    marks: image.problems,
  }));
}

/** Slope and intercept applied; float32 holds what 16 bits and a float32 scale say, float64 the rest. */
function calibrated({ header, stored, slope, intercept }: NiftiImage): VoxelArray {
  if (slope === 1 && intercept === 0) return stored;
  const narrow = header.width <= 2 || header.kind === 'f32';
  const out = narrow ? new Float32Array(stored.length) : new Float64Array(stored.length);
  for (let i = 0; i < stored.length; i++) out[i] = slope * stored[i]! + intercept;
  return out;
}

function placeOf(affine: Affine): Pick<Volume, 'spacing' | 'direction' | 'origin'> {
  const spacing = [0, 1, 2].map((column) =>
    Math.hypot(affine[column]!, affine[4 + column]!, affine[8 + column]!),
  ) as unknown as Vector3;
  const direction = [0, 1, 2].flatMap((row) => spacing.map((step, column) => affine[4 * row + column]! / step));
  return {
    spacing,
    direction: direction as unknown as Volume['direction'],
    origin: [affine[3]!, affine[7]!, affine[11]!],
  };
}

/**
 * What to write of volumes that lie alike, one for each step of time. Unit, meaning and frame of reference have no place in
 * NIfTI but its description.
 * @throws nifti-axes where there are none, or they differ in size, kind or place
 */
export function niftiOf(volumes: readonly Volume[], seconds?: number): NiftiContent {
  const [first] = volumes;
  const alike = (volume: Volume) =>
    volume.voxels.constructor === first!.voxels.constructor &&
    JSON.stringify([volume.dims, volume.spacing, volume.direction, volume.origin]) ===
      JSON.stringify([first!.dims, first!.spacing, first!.direction, first!.origin]);
  if (first === undefined || !volumes.every(alike))
    throw niftiErrors.error('nifti-axes', 'volumes of one image are of one size, kind and place');
  const { dims, spacing, direction, origin, unit, meaning } = first;
  const affine = new Float64Array(12);
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 3; column++)
      affine[4 * row + column] = direction[3 * row + column]! * spacing[column]!;
    affine[4 * row + 3] = origin[row]!;
  }
  const shape = volumes.length === 1 ? [...dims] : [...dims, volumes.length];
  return {
    shape,
    stored: joined(volumes),
    affine: turnAbout(affine),
    description: unit === '1' ? meaning : `${meaning} (${unit})`,
    ...(seconds === undefined ? {} : { seconds }),
  };
}

function joined(volumes: readonly Volume[]): VoxelArray {
  const [first] = volumes;
  if (volumes.length === 1) return first!.voxels;
  const kind = first!.voxels.constructor as new (length: number) => VoxelArray;
  const all = new kind(volumes.reduce((sum, { voxels }) => sum + voxels.length, 0));
  let at = 0;
  for (const { voxels } of volumes) {
    all.set(voxels, at);
    at += voxels.length;
  }
  return all;
}
