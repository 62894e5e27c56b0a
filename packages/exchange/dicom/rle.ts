import { dicomErrors } from './errors.data.ts';

/**
 * RLE Lossless (PS3.5, annex G): byte planes, the most significant of each sample first, packed as PackBits.
 * Gives little-endian samples interleaved by pixel.
 * @throws dicom-codec
 */
export function decodeRle(bytes: Uint8Array, pixels: number, samples: number, bytesPerSample: number): Uint8Array {
  const fail = (message: string, byte: number) => dicomErrors.error('dicom-codec', message, { byte });
  if (bytes.length < 64) throw fail('the RLE header is not whole', 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const segments = view.getUint32(0, true);
  if (segments !== samples * bytesPerSample) {
    throw fail(`the frame has ${segments} RLE segments where ${samples * bytesPerSample} are asked for`, 0);
  }
  const step = samples * bytesPerSample;
  const out = new Uint8Array(pixels * step);
  for (let segment = 0; segment < segments; segment++) {
    const start = view.getUint32(4 + 4 * segment, true);
    const end = segment + 1 < segments ? view.getUint32(8 + 4 * segment, true) : bytes.length;
    if (start < 64 || end > bytes.length || start > end)
      throw fail(`RLE segment ${segment} lies outside the frame`, 4 + 4 * segment);
    const sample = Math.floor(segment / bytesPerSample);
    const first = sample * bytesPerSample + (bytesPerSample - 1 - (segment % bytesPerSample));
    let at = start;
    let made = 0;
    while (made < pixels) {
      if (at >= end) throw fail(`RLE segment ${segment} ends after ${made} of ${pixels} pixels`, at);
      const control = bytes[at++]!;
      if (control === 128) continue;
      const repeat = control > 128;
      const count = Math.min(repeat ? 257 - control : control + 1, pixels - made);
      if (at + (repeat ? 1 : count) > end) throw fail(`RLE segment ${segment} ends within a run`, at);
      let to = made * step + first;
      if (repeat) {
        const byte = bytes[at++]!;
        for (let i = 0; i < count; i++, to += step) out[to] = byte;
      } else for (let i = 0; i < count; i++, to += step) out[to] = bytes[at++]!;
      made += count;
    }
  }
  return out;
}
