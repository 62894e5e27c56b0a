import type { JpegFrame, JpegScan } from './decode-jpeg.ts';

/** Samples of a lossless scan (T.81, annex H): differences from a prediction by the neighbours left and above. */
export function decodeLosslessScan(frame: JpegFrame, scan: JpegScan): void {
  const { width, height, precision } = frame;
  const { bits, components, restart, predictor, pointTransform } = scan;
  const first = 1 << (precision - pointTransform - 1);
  let left = restart;
  // A restart begins anew, as the first line of the image does; it falls on the start of a line (T.81, H.1.1).
  let freshRow = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (restart > 0 && left === 0) {
        bits.restart();
        left = restart;
        freshRow = y;
      }
      for (const { component, dc } of components) {
        const data = component.data as Uint16Array;
        const at = y * width + x;
        const size = bits.symbol(dc);
        const difference = size === 16 ? 32768 : bits.signed(size);
        let prediction: number;
        if (y === freshRow) prediction = x === 0 ? first : data[at - 1]!;
        else if (x === 0) prediction = data[at - width]!;
        else {
          const a = data[at - 1]!;
          const b = data[at - width]!;
          const c = data[at - width - 1]!;
          switch (predictor) {
            case 1:
              prediction = a;
              break;
            case 2:
              prediction = b;
              break;
            case 3:
              prediction = c;
              break;
            case 4:
              prediction = a + b - c;
              break;
            case 5:
              prediction = a + ((b - c) >> 1);
              break;
            case 6:
              prediction = b + ((a - c) >> 1);
              break;
            default:
              prediction = (a + b) >> 1;
          }
        }
        data[at] = prediction + difference;
      }
      left--;
    }
  }
  if (pointTransform > 0) {
    for (const { component } of components) {
      const data = component.data as Uint16Array;
      for (let i = 0; i < data.length; i++) data[i] = data[i]! << pointTransform;
    }
  }
}

/** The components side by side in each pixel. */
export function finishLossless({ components, precision }: JpegFrame): Uint8Array | Uint16Array {
  const count = components.length;
  const planes = components.map(({ data }) => data as Uint16Array);
  const size = planes[0]!.length;
  if (count === 1 && precision > 8) return planes[0]!;
  const values = precision > 8 ? new Uint16Array(size * count) : new Uint8Array(size * count);
  for (const [c, plane] of planes.entries()) for (let i = 0; i < size; i++) values[i * count + c] = plane[i]!;
  return values;
}
