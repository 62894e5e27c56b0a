import type { CalibrationOptions } from '../calibration.ts';
import type { DicomFile } from '../parse.ts';
import { planVolume, VolumeBuilder } from '../series-volume.ts';
import type { Volume } from '../volume.ts';
import type { FramePool } from './frame-pool.ts';

/**
 * The calibrated volume of one series, its frames unpacked by the pool.
 * @throws coded errors of `planVolume` and of the pool
 */
export async function readVolume(
  files: readonly DicomFile[],
  pool: FramePool,
  options: CalibrationOptions = {},
): Promise<Volume> {
  const builder = new VolumeBuilder(planVolume(files, options));
  // As many at once as keep every thread busy, so that no more frames wait than that.
  const slices = builder.plan.slices.entries();
  const one = async () => {
    for (const [slice, { plane }] of slices) builder.put(slice, await pool.frame(plane.file, plane.frame));
  };
  await Promise.all(Array.from({ length: 2 * pool.threads }, one));
  return builder.finish();
}
