import { concat } from '../../../bytes.ts';
import { newElement } from '../../dataset.ts';
import type { FramePool } from '../../node/frame-pool.ts';
import type { DicomFile } from '../../parse.ts';
import { pixelDescription } from '../../pixels.ts';
import { EXPLICIT_LITTLE, TRANSFER_SYNTAXES } from '../../uids.data.ts';

/**
 * The object with its pixels decompressed, so that they can be changed; the same where they are not compressed. What was
 * compressed with loss goes on saying so (PS3.3, C.7.6.1.1.5).
 * @throws those of the pool
 */
export async function unpacked(file: DicomFile, pool: FramePool): Promise<DicomFile> {
  const { dataSet, syntax } = file;
  if (dataSet.get('PixelData') === undefined || syntax.pixels === 'native') return file;
  const { stored, signed } = pixelDescription(file);
  const frames = await pool.frames(file);
  const bytes = concat(frames.map(({ values }) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength)));
  const width = 8 * frames[0]!.values.BYTES_PER_ELEMENT;
  const colour = frames[0]!.samples === 3;
  const elements = [
    newElement('BitsAllocated', 'US', width),
    newElement('HighBit', 'US', stored - 1),
    newElement('PixelRepresentation', 'US', signed ? 1 : 0),
    newElement(
      'PixelData',
      width === 8 ? 'OB' : 'OW',
      bytes.length % 2 === 0 ? bytes : concat([bytes, new Uint8Array(1)]),
    ),
    ...(colour
      ? [newElement('PhotometricInterpretation', 'CS', 'RGB'), newElement('PlanarConfiguration', 'US', 0)]
      : []),
    ...(syntax.lossless === false ? [newElement('LossyImageCompression', 'CS', '01')] : []),
  ];
  return {
    ...file,
    dataSet: dataSet.with(...elements),
    transferSyntax: EXPLICIT_LITTLE,
    syntax: TRANSFER_SYNTAXES[EXPLICIT_LITTLE]!,
  };
}
