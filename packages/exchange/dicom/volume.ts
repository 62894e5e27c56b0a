import type { Problem } from '@gemel/core/error';

export type VoxelArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

export type Vector3 = readonly [number, number, number];

/**
 * Numbers on a regular grid in the patient: columns, rows, slices. The point of voxel (i, j, k), its centre, in mm along
 * left, posterior, superior (patient LPS, DICOM PS3.3 C.7.6.2.1.1) is origin + direction · (i·sx, j·sy, k·sz).
 */
export interface Volume {
  /** Calibrated values, i fastest, then j, then k. */
  readonly voxels: VoxelArray;
  /** Columns, rows, slices. */
  readonly dims: Vector3;
  /** Between centres of neighbours, mm, above 0. */
  readonly spacing: Vector3;
  /** 3×3 by rows; its columns are the unit vectors of i, j and k in LPS. Not orthogonal where slices are sheared (gantry tilt). */
  readonly direction: readonly [number, number, number, number, number, number, number, number, number];
  /** Centre of voxel (0, 0, 0), mm, LPS. */
  readonly origin: Vector3;
  /** UCUM unit of the voxels; `[hnsf'U]` for CT numbers, `1` where they are pure numbers without calibration. */
  readonly unit: string;
  /** What the numbers mean: `CT number`, `MR signal`, `SUV body weight`, `mask`. */
  readonly meaning: string;
  /** Frame of reference, so that volumes of one are known to lie in one space; null where the source names none. */
  readonly frameOfReference: string | null;
  /** The value that stands where nothing was measured, where the source has one. */
  readonly padding?: number;
  /** What a reader should know: gantry tilt, lossy compression, how a SUV was made. */
  readonly marks: readonly Problem[];
}
