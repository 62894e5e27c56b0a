import type { Problem } from '@gemel/core/error';
import { type Calibration, type CalibrationOptions, calibrationOf } from './calibration.ts';
import { dicomErrors } from './errors.data.ts';
import type { Frame } from './frame.ts';
import { type Grid, gridOf } from './grid.ts';
import type { DicomFile } from './parse.ts';
import { type PixelDescription, pixelDescription } from './pixels.ts';
import { imagePlanes } from './plane.ts';
import type { Volume, VoxelArray } from './volume.ts';

/** Images put in order, checked and with their meaning, before any pixel is unpacked. */
export interface VolumePlan extends Grid {
  readonly unit: string;
  readonly meaning: string;
  readonly calibrations: readonly Calibration[];
  readonly padding?: number;
  /** Least and greatest value that the description of the pixels allows. */
  readonly range: readonly [number, number];
  /** Whether every calibrated value is a whole number. */
  readonly whole: boolean;
}

/** Most voxels of one volume: 4 GiB of floats. */
const MOST_VOXELS = 2 ** 30;

/**
 * Plans the volume that the images of one series make: classic slices, one enhanced multi-frame image, or a dose.
 * @throws dicom-geometry, dicom-series-mixed, dicom-slice-twice, dicom-slice-gap, dicom-uncalibrated, dicom-pixels
 */
export function planVolume(files: readonly DicomFile[], options: CalibrationOptions = {}): VolumePlan {
  const grid = gridOf(files.flatMap(imagePlanes));
  const [columns, rows, slices] = grid.dims;
  if (columns * rows * slices > MOST_VOXELS) {
    throw dicomErrors.error('dicom-too-large', `${columns}×${rows}×${slices} voxels are more than are read at once`);
  }
  const descriptions = new Map(files.map((file) => [file, pixelDescription(file)]));
  const calibrations = grid.slices.map(({ plane }) => calibrationOf(plane, options));
  const [first] = calibrations;
  const marks: Problem[] = [...grid.marks];
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  let whole = true;
  for (const [i, { plane }] of grid.slices.entries()) {
    const { file } = plane;
    const calibration = calibrations[i]!;
    const description = descriptions.get(file)!;
    if (description.samples !== 1 || description.photometric === 'PALETTE COLOR') {
      const where = { file: file.name, element: 'PhotometricInterpretation' };
      throw dicomErrors.error('dicom-uncalibrated', `${file.name}: colours make no volume of numbers`, where);
    }
    if (calibration.unit !== first!.unit || calibration.meaning !== first!.meaning) {
      const where = { file: file.name, element: 'RescaleType' };
      throw dicomErrors.error('dicom-series-mixed', `${file.name} has another unit than the first slice`, where);
    }
    const [low, high] = calibratedRange(description, calibration);
    least = Math.min(least, low);
    greatest = Math.max(greatest, high);
    whole &&= !description.float && Number.isInteger(calibration.slope) && Number.isInteger(calibration.intercept);
  }
  for (const code of new Set(calibrations.flatMap((calibration) => calibration.marks.map((mark) => mark.code)))) {
    marks.push(calibrations.flatMap((calibration) => calibration.marks).find((mark) => mark.code === code)!);
  }
  const stored = grid.slices[0]!.plane.file.dataSet.number('PixelPaddingValue');
  const padding = stored === null ? {} : { padding: calibrated(stored, first!) };
  const { unit, meaning } = first!;
  return { ...grid, marks, unit, meaning, calibrations, ...padding, range: [least, greatest], whole };
}

function calibrated(stored: number, { slope, intercept, table }: Calibration): number {
  if (table === undefined) return stored * slope + intercept;
  const index = Math.min(Math.max(stored - table.first, 0), table.values.length - 1);
  return table.values[index]!;
}

function calibratedRange(
  { stored, signed, float }: PixelDescription,
  calibration: Calibration,
): readonly [number, number] {
  if (float) return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  if (calibration.table !== undefined) return [0, 65_535];
  const ends = signed ? [-(2 ** (stored - 1)), 2 ** (stored - 1) - 1] : [0, 2 ** stored - 1];
  const both = ends.map((end) => calibrated(end, calibration));
  return [Math.min(...both), Math.max(...both)];
}

/**
 * Fills a planned volume, slice by slice in any order: 16-bit whole numbers where all values are such, else 32-bit floats.
 * Values that scanners leave room for but do not reach (16 stored bits of CT numbers) are tried as 16 bits first.
 */
export class VolumeBuilder {
  readonly plan: VolumePlan;
  voxels: VoxelArray;

  constructor(plan: VolumePlan) {
    this.plan = plan;
    const size = plan.dims[0] * plan.dims[1] * plan.dims[2];
    this.voxels = plan.whole ? new Int16Array(size) : new Float32Array(size);
  }

  /** Puts the unpacked frame of slice `slice` (of the plan's order) into place. */
  put(slice: number, { values }: Frame): void {
    const { dims, calibrations } = this.plan;
    const { slope, intercept, table } = calibrations[slice]!;
    const size = dims[0] * dims[1];
    const start = slice * size;
    if (table !== undefined) {
      const last = table.values.length - 1;
      for (let i = 0; i < size; i++) {
        this.set(start + i, table.values[Math.min(Math.max(values[i]! - table.first, 0), last)]!);
      }
      return;
    }
    if (slope === 1 && intercept === 0 && values.constructor === this.voxels.constructor) {
      this.voxels.set(values, start);
      return;
    }
    const voxels = this.voxels;
    const whole = voxels instanceof Int16Array;
    for (let i = 0; i < size; i++) {
      const value = values[i]! * slope + intercept;
      voxels[start + i] = value;
      if (whole && voxels[start + i] !== value) {
        this.widen();
        for (let j = i; j < size; j++) this.voxels[start + j] = values[j]! * slope + intercept;
        return;
      }
    }
  }

  private set(at: number, value: number): void {
    this.voxels[at] = value;
    if (this.voxels instanceof Int16Array && this.voxels[at] !== value) {
      this.widen();
      this.voxels[at] = value;
    }
  }

  /** Single precision holds whole numbers to 2^24; beyond, and for doubles, it takes double. */
  private widen(): void {
    const [least, greatest] = this.plan.range;
    this.voxels =
      Math.max(-least, greatest) <= 2 ** 24 ? Float32Array.from(this.voxels) : Float64Array.from(this.voxels);
  }

  finish(): Volume {
    const { dims, spacing, direction, origin, frameOfReference, marks, unit, meaning, padding } = this.plan;
    const shape = { dims, spacing, direction, origin, frameOfReference, marks, unit, meaning };
    return { ...shape, voxels: this.voxels, ...(padding === undefined ? {} : { padding }) };
  }
}
