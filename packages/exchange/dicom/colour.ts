import type { DataSet } from './dataset.ts';
import { dicomErrors } from './errors.data.ts';
import type { VoxelArray } from './volume.ts';

/** Full-range YCbCr to RGB in place (PS3.3, C.7.6.3.1.2; ITU-R BT.601). */
export function fullRangeRgb(values: VoxelArray, bits: number): VoxelArray {
  const most = 2 ** bits - 1;
  const middle = 2 ** (bits - 1);
  const clamp = (value: number) => (value < 0 ? 0 : value > most ? most : Math.round(value));
  for (let i = 0; i + 2 < values.length; i += 3) {
    const y = values[i]!;
    const cb = values[i + 1]! - middle;
    const cr = values[i + 2]! - middle;
    values[i] = clamp(y + 1.402 * cr);
    values[i + 1] = clamp(y - 0.344136286 * cb - 0.714136286 * cr);
    values[i + 2] = clamp(y + 1.772 * cb);
  }
  return values;
}

/** YCbCr of 16 to 235 (and 16 to 240) of 255 to RGB in place; the retired YBR_PARTIAL_422. */
export function partialRangeRgb(values: VoxelArray, bits: number): VoxelArray {
  const unit = 2 ** (bits - 8);
  for (let i = 0; i + 2 < values.length; i += 3) {
    values[i] = Math.max(0, (values[i]! - 16 * unit) * (255 / 219));
    values[i + 1] = Math.max(0, 128 * unit + (values[i + 1]! - 128 * unit) * (255 / 224));
    values[i + 2] = Math.max(0, 128 * unit + (values[i + 2]! - 128 * unit) * (255 / 224));
  }
  return fullRangeRgb(values, bits);
}

/** Y1 Y2 Cb Cr for each two pixels of a row to Y Cb Cr for each one (PS3.3, C.7.6.3.1.2). */
export function spread422(values: VoxelArray, columns: number): VoxelArray {
  if (columns % 2 === 1) throw dicomErrors.error('dicom-pixels', 'halved colours need an even number of columns');
  const out = values.slice(0, 0).constructor as new (size: number) => VoxelArray;
  const whole = new out((values.length / 2) * 3);
  for (let from = 0, to = 0; from + 3 < values.length; from += 4, to += 6) {
    whole[to] = values[from]!;
    whole[to + 3] = values[from + 1]!;
    whole[to + 1] = whole[to + 4] = values[from + 2]!;
    whole[to + 2] = whole[to + 5] = values[from + 3]!;
  }
  return whole;
}

/** Three planes of `size` pixels to three samples side by side. */
export function planesTogether(values: VoxelArray, size: number): VoxelArray {
  const out = values.slice();
  for (let i = 0; i < size; i++) {
    out[3 * i] = values[i]!;
    out[3 * i + 1] = values[size + i]!;
    out[3 * i + 2] = values[2 * size + i]!;
  }
  return out;
}

/**
 * Colours of an image that stores numbers of a palette (PS3.3, C.7.6.3.1.5), 16 bits a sample, red green blue side by side.
 * @throws dicom-pixels where a table is missing, segmented, or not as long as it says
 */
export function paletteRgb(values: VoxelArray, dataSet: DataSet, file: string): Uint16Array {
  const tables = (['Red', 'Green', 'Blue'] as const).map((colour) => {
    const fail = (message: string) =>
      dicomErrors.error('dicom-pixels', `${file}: ${message}`, {
        file,
        element: `${colour}PaletteColorLookupTableData`,
      });
    const [count, first, bits] = dataSet.numbers(`${colour}PaletteColorLookupTableDescriptor`);
    const bytes = dataSet.bytes(`${colour}PaletteColorLookupTableData`);
    if (count === undefined || first === undefined || bytes === null)
      throw fail(`the ${colour} palette is missing or segmented`);
    const size = count & 0xffff || 65_536;
    const wide = bytes.length >= 2 * size;
    if (!wide && bytes.length < size) throw fail(`the ${colour} palette has ${bytes.length} bytes for ${size} entries`);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const table = new Uint16Array(size);
    for (let i = 0; i < size; i++) table[i] = wide ? view.getUint16(2 * i, true) : view.getUint8(i);
    // Entries of 8 bits are spread so that white stays white.
    if (bits === 8 && table.every((entry) => entry < 256)) for (let i = 0; i < size; i++) table[i] = table[i]! * 257;
    return { table, first };
  });
  const out = new Uint16Array(values.length * 3);
  for (const [c, { table, first }] of tables.entries()) {
    for (let i = 0; i < values.length; i++) {
      const index = values[i]! - first;
      out[3 * i + c] = table[index < 0 ? 0 : index >= table.length ? table.length - 1 : index]!;
    }
  }
  return out;
}
