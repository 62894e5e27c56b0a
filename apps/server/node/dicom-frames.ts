import { paletteRgb } from '@gemel/exchange/dicom/colour';
import type { DataSet } from '@gemel/exchange/dicom/dataset';
import type { DataElement } from '@gemel/exchange/dicom/element';
import type { Frame } from '@gemel/exchange/dicom/frame';
import { type FramePool, framePool } from '@gemel/exchange/dicom/node/frame-pool';
import type { DicomFile } from '@gemel/exchange/dicom/parse';
import { frameSources, pixelDescription } from '@gemel/exchange/dicom/pixels';
import { dicomwebErrors } from '@gemel/exchange/dicom/web/errors.data';
import type { DicomStore, StoredObject } from './dicom-store.ts';
import { encodePng } from './png.ts';

/** Frames of stored objects, unpacked off the main thread. */
export class FramesOf {
  readonly #store: DicomStore;
  #pool: FramePool | null = null;

  constructor(store: DicomStore) {
    this.#store = store;
  }

  async close(): Promise<void> {
    await this.#pool?.close();
  }

  /** Little-endian samples without compression, as stored where they came so. @throws dicomweb-unknown, and those of the codecs */
  async bytes(object: StoredObject, frame: number): Promise<Uint8Array> {
    const file = await this.#store.parse(object);
    const description = this.#described(file, object, frame);
    if (file.syntax.pixels === 'native' && description.allocated >= 8)
      return frameSources(file, description)(frame).bytes;
    const { values } = await this.#unpacked(file, frame);
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  }

  /** A frame to look at, as PNG: the first window the object states, else the range of its values; colours as they are. */
  async rendered(object: StoredObject, frame: number): Promise<Buffer> {
    const file = await this.#store.parse(object);
    const { photometric, stored } = this.#described(file, object, frame);
    const unpacked = await this.#unpacked(file, frame);
    const { rows, columns } = unpacked;
    if (photometric === 'PALETTE COLOR') {
      const rgb = paletteRgb(unpacked.values, file.dataSet, file.name);
      return encodePng(
        Uint8Array.from(rgb, (value) => value >> 8),
        columns,
        rows,
        3,
      );
    }
    if (unpacked.samples === 3) {
      const down = Math.max(0, stored - 8);
      return encodePng(
        Uint8Array.from(unpacked.values, (value) => value >> down),
        columns,
        rows,
        3,
      );
    }
    return encodePng(windowed(unpacked, file.dataSet, photometric === 'MONOCHROME1'), columns, rows, 1);
  }

  #described(file: DicomFile, object: StoredObject, frame: number) {
    const description = pixelDescription(file);
    if (frame >= description.frames)
      throw dicomwebErrors.error('dicomweb-unknown', `${object.instance} has ${description.frames} frames.`, {
        field: 'frames',
      });
    return description;
  }

  #unpacked(file: DicomFile, frame: number): Promise<Frame> {
    this.#pool ??= framePool({ threads: 1 });
    return this.#pool.frame(file, frame);
  }
}

/** Grey values through the linear window of PS3.3, C.11.2.1.2.1. */
function windowed({ values }: Frame, dataSet: DataSet, inverted: boolean): Uint8Array {
  const slope = dataSet.number('RescaleSlope') || 1;
  const intercept = dataSet.number('RescaleIntercept') ?? 0;
  let [centre, width] = [dataSet.number('WindowCenter'), dataSet.number('WindowWidth')];
  if (centre === null || width === null || !(width >= 1)) {
    let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const value of values) {
      least = Math.min(least, slope * value + intercept);
      greatest = Math.max(greatest, slope * value + intercept);
    }
    [centre, width] = [(least + greatest + 1) / 2, Math.max(2, greatest - least + 1)];
  }
  const [middle, span] = [centre - 0.5, Math.max(1, width - 1)];
  const out = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const share = (slope * values[i]! + intercept - middle) / span + 0.5;
    const grey = Math.round(255 * Math.min(1, Math.max(0, share)));
    out[i] = inverted ? 255 - grey : grey;
  }
  return out;
}

/**
 * The bytes of a value that metadata only refer to: `7FE00010`, or `00400555.0.00090010` within a sequence. Fragments of
 * compressed pixels come one after another.
 * @throws dicomweb-unknown
 */
export async function bulkValue(file: DicomFile, path: string): Promise<Uint8Array> {
  let dataSet: DataSet | undefined = file.dataSet;
  const steps = path.split('.');
  for (let at = 0; at < steps.length; at += 2) {
    const element: DataElement | undefined = /^[0-9A-F]{8}$/i.test(steps[at]!)
      ? dataSet?.get(Number.parseInt(steps[at]!, 16))
      : undefined;
    if (element === undefined) break;
    if (at === steps.length - 1) {
      if (element.fragments !== undefined) return Buffer.concat(element.fragments.slice(1));
      if (element.items === undefined) return element.value;
    }
    dataSet = element.items?.[Number(steps[at + 1])];
  }
  throw dicomwebErrors.error('dicomweb-unknown', `${file.name} has no value at ${path}.`, { element: path });
}
