import type { DataSet } from '../dataset.ts';
import { newElement } from '../dataset.ts';
import { PIXEL_DATA } from '../element.ts';
import { deidentifyErrors } from './errors.data.ts';

/** Pixels from the upper left corner. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Modalities whose machines are known to burn names into the pixels (PS3.15, E.3.1), and pictures made of documents. */
const BURNING = new Set('US IVUS XA RF ES OT SC XC GM SM DOC DG EPS BMD OP OPT MG'.split(' '));
/** How a secondary capture came to be: from paper, film or a screen (PS3.3, C.8.6.1). */
const CAPTURED = new Set('DV DI DF WSD SD SI DRW SYN'.split(' '));
const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7';

/** Why text may be burned into the pixels of an object; null where it says that none is, or none is to be expected. */
export function burnedIn(dataSet: DataSet): string | null {
  if (dataSet.get(PIXEL_DATA) === undefined) return null;
  const stated = dataSet.text('BurnedInAnnotation');
  if (stated === 'NO') return null;
  if (stated === 'YES') return 'Burned In Annotation is YES';
  const modality = dataSet.text('Modality') ?? '';
  const conversion = dataSet.text('ConversionType') ?? '';
  const secondary = (dataSet.text('SOPClassUID') ?? '').startsWith(SECONDARY_CAPTURE) || CAPTURED.has(conversion);
  if (secondary) return 'it is a secondary capture that does not state Burned In Annotation';
  if (BURNING.has(modality) || modality === '')
    return `its modality is ${modality || 'not stated'}, and it does not state Burned In Annotation`;
  if (dataSet.strings('ImageType').some((value) => /SCREEN|CAPTURE/.test(value))) return 'it is a picture of a screen';
  return null;
}

/** Pixels of an object, native and of whole bytes. */
export interface NativePixels {
  readonly rows: number;
  readonly columns: number;
  readonly samples: number;
  readonly frames: number;
  /** Bytes of one sample. */
  readonly width: 1 | 2 | 4;
  /** Samples lie plane by plane instead of pixel by pixel. */
  readonly planar: boolean;
  /** A copy: it may be written into. */
  readonly bytes: Uint8Array;
}

/** @throws deidentify-pixels where they are compressed, of other than whole bytes, or fewer than the object states */
export function nativePixels(dataSet: DataSet, file: string): NativePixels {
  const wrong = (why: string) =>
    deidentifyErrors.error('deidentify-pixels', `${file}: the pixels ${why}`, { file, element: 'PixelData' });
  const element = dataSet.get(PIXEL_DATA);
  if (element === undefined || element.fragments !== undefined) throw wrong('are compressed');
  const allocated = dataSet.number('BitsAllocated');
  if (allocated !== 8 && allocated !== 16 && allocated !== 32) throw wrong(`have ${allocated} bits`);
  const [rows, columns] = [dataSet.number('Rows') ?? 0, dataSet.number('Columns') ?? 0];
  const samples = dataSet.number('SamplesPerPixel') ?? 1;
  const frames = dataSet.number('NumberOfFrames') ?? 1;
  const width = (allocated / 8) as 1 | 2 | 4;
  if (/_42[02]$/.test(dataSet.text('PhotometricInterpretation') ?? '')) throw wrong('share colours between pixels');
  if (!(rows > 0 && columns > 0 && frames > 0 && element.value.length >= rows * columns * samples * frames * width))
    throw wrong('are fewer than the object states');
  const planar = samples > 1 && dataSet.number('PlanarConfiguration') === 1;
  return { rows, columns, samples, frames, width, planar, bytes: element.value.slice() };
}

/**
 * The object with text places blanked in every frame: the rectangles given, and, where the object states ultrasound regions
 * (0018,6011), everything outside of them.
 * @throws deidentify-burned-in where neither is there, deidentify-region, deidentify-pixels
 */
export function blanked(dataSet: DataSet, rectangles: readonly Rectangle[], file: string): DataSet {
  const regions = dataSet.sequence('SequenceOfUltrasoundRegions').map(regionOf);
  if (rectangles.length === 0 && regions.length === 0) {
    const message = `${file} states no ultrasound regions, and no place to blank was given`;
    throw deidentifyErrors.error('deidentify-burned-in', message, { file, element: 'PixelData' });
  }
  const pixels = nativePixels(dataSet, file);
  const { rows, columns, samples, frames, width, planar, bytes } = pixels;
  for (const { x, y, width: wide, height } of [...rectangles, ...regions]) {
    const inside = [x, y, wide, height].every(Number.isInteger) && x >= 0 && y >= 0 && wide > 0 && height > 0;
    if (!inside || x >= columns || y >= rows) {
      const message = `${file}: ${wide} × ${height} at ${x}, ${y} in an image of ${columns} × ${rows}`;
      throw deidentifyErrors.error('deidentify-region', message, { file });
    }
  }
  const within = (each: Rectangle, x: number, y: number) =>
    x >= each.x && x < each.x + each.width && y >= each.y && y < each.y + each.height;
  // Chroma without colour is the middle of its range.
  const neutral = /^YBR/.test(dataSet.text('PhotometricInterpretation') ?? '');
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const outside = regions.length > 0 && !regions.some((region) => within(region, x, y));
      if (!outside && !rectangles.some((rectangle) => within(rectangle, x, y))) continue;
      for (let frame = 0; frame < frames; frame++) {
        for (let sample = 0; sample < samples; sample++) {
          const pixel = y * columns + x;
          const index =
            frame * rows * columns * samples + (planar ? sample * rows * columns + pixel : pixel * samples + sample);
          bytes.fill(neutral && sample > 0 ? 128 : 0, index * width, (index + 1) * width);
        }
      }
    }
  }
  return dataSet.with(newElement('PixelData', dataSet.get(PIXEL_DATA)!.vr, bytes));
}

/** A region of PS3.3, C.8.5.5.1.1, both corners within it. */
function regionOf(item: DataSet): Rectangle {
  const at = (corner: string) => item.number(`RegionLocation${corner}`) ?? Number.NaN;
  const [x, y] = [at('MinX0'), at('MinY0')];
  return { x, y, width: at('MaxX1') - x + 1, height: at('MaxY1') - y + 1 };
}

/**
 * Refuses overlays that lie in unused bits of the pixels (retired; PS3.5, 8.1.2).
 * @throws deidentify-overlay
 */
export function refuseHiddenOverlays(dataSet: DataSet, file: string): void {
  for (let group = 0x6000; group <= 0x60fe; group += 2) {
    const position = dataSet.number(group * 0x10000 + 0x0102) ?? 0;
    if (position === 0 || dataSet.get(group * 0x10000 + 0x3000) !== undefined) continue;
    const message = `${file}: overlay ${group.toString(16)} lies in bit ${position} of the pixels`;
    throw deidentifyErrors.error('deidentify-overlay', message, { file, element: 'OverlayBitPosition' });
  }
}
