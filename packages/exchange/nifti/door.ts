import { CodedError } from '@gemel/core/error';
import type { Provenance } from '@gemel/core/observation';
import type { Decoded } from '@gemel/core/raw';
import type { Volume } from '../dicom/volume.ts';
import type { Door, DoorOptions } from '../door.ts';
import { exchangeErrors } from '../errors.data.ts';
import { looksLikeNifti } from './header.ts';
import { readNifti } from './read.ts';
import { isGzip, unpackHead } from './unpack.ts';
import { volumesOf } from './volume.ts';

/**
 * NIfTI-1 and NIfTI-2, plain or gzip. It names no person, no time and no unit of its values: header and volumes are kept, the
 * volumes by where they lie and what range they span; `readNifti` and `volumesOf` give their voxels.
 */
export const niftiDoor = {
  id: 'nifti',
  title: 'NIfTI-1 or NIfTI-2',
  sniff: (head) => (looksLikeNifti(isGzip(head) ? unpackHead(head) : head) ? 0.98 : 0),
  decode,
} satisfies Door;

function* decode(bytes: Uint8Array, options: DoorOptions): Generator<Decoded, void, void> {
  const { name: file, sha256, subject } = options;
  const provenanceOf = (element: string, byteStart?: number, byteEnd?: number): Provenance => ({
    source: file,
    ...(sha256 === undefined ? {} : { sha256 }),
    element,
    ...(byteStart === undefined ? {} : { byteStart, byteEnd }),
  });
  const whose = subject === undefined ? {} : { subject };
  try {
    if (bytes.length === 0) throw exchangeErrors.error('exchange-empty', `${file} is empty`, { file });
    const image = readNifti(bytes, file);
    const volumes = volumesOf(image, file);
    const { header, extensions, orientation, fourth, slope, intercept, problems } = image;
    // Bytes of a compressed file are not those of what it unpacks to.
    const span = (from: number, to: number): [number?, number?] => (isGzip(bytes) ? [] : [from, to]);
    const kept = { ...header, form: orientation.form, slope, intercept, fourth, extensions: extensions.map(told) };
    yield {
      type: 'header',
      ...whose,
      fate: 'kept',
      items: [],
      problems,
      provenance: provenanceOf('header', ...span(0, header.voxOffset)),
      kept,
    };
    for (const [step, volume] of volumes.entries()) {
      const size = volume.voxels.length * header.width;
      const from = header.voxOffset + step * size;
      yield {
        type: 'volume',
        ...whose,
        fate: 'kept',
        items: [],
        problems: [],
        provenance: provenanceOf(`volume ${step}`, ...span(from, from + size)),
        kept: summary(volume),
      };
    }
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    const provenance = provenanceOf('file', 0, bytes.length);
    yield { type: 'file', fate: 'refused', items: [], problems: [error.toJSON()], provenance };
  }
}

const told = ({ code, bytes }: { readonly code: number; readonly bytes: Uint8Array }) => ({
  code,
  bytes: bytes.length,
});

/** A volume without its voxels. */
function summary({ voxels, marks, ...rest }: Volume): object {
  let [least, greatest, missing] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const value of voxels) {
    if (Number.isNaN(value)) missing++;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return { ...rest, least: least > greatest ? null : least, greatest: least > greatest ? null : greatest, missing };
}
