import { dicomErrors } from '../errors.data.ts';
import type { HuffmanTable, ScanBits } from './bits.ts';
import type { JpegComponent, JpegFrame, JpegScan } from './decode-jpeg.ts';

/** Place in the block of each coefficient in the order they are coded (T.81, figure A.6). */
const ZIGZAG = new Uint8Array(64);
for (let sum = 0, k = 0; sum < 15; sum++) {
  for (let i = Math.max(0, sum - 7); i <= Math.min(7, sum); i++, k++) {
    ZIGZAG[k] = sum % 2 === 0 ? (sum - i) * 8 + i : i * 8 + (sum - i);
  }
}

/** Coefficients of a sequential scan, one component alone or several interleaved (T.81, A.2). */
export function decodeDctScan(frame: JpegFrame, scan: JpegScan): void {
  const { bits, components, restart } = scan;
  const previous = new Int32Array(components.length);
  const alone = components.length === 1;
  const [only] = components;
  const unitsWide = alone ? Math.ceil(only!.component.width / 8) : Math.ceil(frame.width / 8 / frame.hMost);
  const unitsHigh = alone ? Math.ceil(only!.component.height / 8) : Math.ceil(frame.height / 8 / frame.vMost);
  let left = restart;
  for (let row = 0; row < unitsHigh; row++) {
    for (let column = 0; column < unitsWide; column++) {
      if (restart > 0 && left === 0) {
        bits.restart();
        previous.fill(0);
        left = restart;
      }
      for (const [c, { component, dc, ac }] of components.entries()) {
        const { h, v, blocksWide } = component;
        const data = component.data as Int16Array;
        if (alone) previous[c] = block(bits, dc, ac!, data, (row * blocksWide + column) * 64, previous[c]!);
        else {
          for (let y = 0; y < v; y++) {
            for (let x = 0; x < h; x++) {
              const at = ((row * v + y) * blocksWide + column * h + x) * 64;
              previous[c] = block(bits, dc, ac!, data, at, previous[c]!);
            }
          }
        }
      }
      left--;
    }
  }
}

/** One block; its first coefficient, for the next one's difference. */
function block(
  bits: ScanBits,
  dc: HuffmanTable,
  ac: HuffmanTable,
  data: Int16Array,
  at: number,
  previous: number,
): number {
  const size = bits.symbol(dc);
  if (size > 15) throw dicomErrors.error('dicom-codec', 'a coefficient is too large', { byte: bits.at });
  const first = previous + bits.signed(size);
  data[at] = first;
  for (let k = 1; k < 64; k++) {
    const symbol = bits.symbol(ac);
    const run = symbol >> 4;
    const length = symbol & 15;
    if (length === 0) {
      if (run < 15) break;
      k += 15;
      continue;
    }
    k += run;
    if (k > 63) throw dicomErrors.error('dicom-codec', 'a block has too many coefficients', { byte: bits.at });
    data[at + ZIGZAG[k]!] = bits.signed(length);
  }
  return first;
}

/** cos((2x+1)uπ/16)·C(u)/2, by x·8+u (T.81, A.3.3). */
const COSINE = new Float64Array(64);
for (let x = 0; x < 8; x++) {
  for (let u = 0; u < 8; u++) {
    COSINE[x * 8 + u] = (Math.cos(((2 * x + 1) * u * Math.PI) / 16) * (u === 0 ? Math.SQRT1_2 : 1)) / 2;
  }
}

/** Samples of one component: coefficients times their steps, transformed back, in 0 to 2^precision − 1. */
function plane(component: JpegComponent, steps: Uint16Array, precision: number): Uint16Array {
  const { blocksWide, blocksHigh } = component;
  const data = component.data as Int16Array;
  const wide = blocksWide * 8;
  const out = new Uint16Array(wide * blocksHigh * 8);
  const most = (1 << precision) - 1;
  const middle = 1 << (precision - 1);
  const natural = new Float64Array(64);
  for (let k = 0; k < 64; k++) natural[ZIGZAG[k]!] = steps[k]!;
  const rows = new Float64Array(64);
  for (let row = 0; row < blocksHigh; row++) {
    for (let column = 0; column < blocksWide; column++) {
      const at = (row * blocksWide + column) * 64;
      for (let v = 0; v < 8; v++) {
        const line = at + v * 8;
        let highest = 7;
        while (highest >= 0 && data[line + highest] === 0) highest--;
        for (let x = 0; x < 8; x++) {
          let sum = 0;
          for (let u = 0; u <= highest; u++) sum += data[line + u]! * natural[v * 8 + u]! * COSINE[x * 8 + u]!;
          rows[v * 8 + x] = sum;
        }
      }
      for (let y = 0; y < 8; y++) {
        const to = (row * 8 + y) * wide + column * 8;
        for (let x = 0; x < 8; x++) {
          let sum = 0;
          for (let v = 0; v < 8; v++) sum += rows[v * 8 + x]! * COSINE[y * 8 + v]!;
          const value = Math.round(sum) + middle;
          out[to + x] = value < 0 ? 0 : value > most ? most : value;
        }
      }
    }
  }
  return out;
}

/** All components at the size of the frame, side by side in each pixel; those sampled more coarsely interpolated. */
export function finishDct(
  frame: JpegFrame,
  quantization: readonly (Uint16Array | undefined)[],
  byte: number,
): Uint8Array | Uint16Array {
  const { width, height, precision, hMost, vMost, components } = frame;
  const count = components.length;
  const values = precision > 8 ? new Uint16Array(width * height * count) : new Uint8Array(width * height * count);
  for (const [c, component] of components.entries()) {
    const steps = quantization[component.quantization];
    if (steps === undefined)
      throw dicomErrors.error('dicom-codec', 'a component lacks its quantization table', { byte });
    const samples = plane(component, steps, precision);
    const stride = component.blocksWide * 8;
    if (component.h === hMost && component.v === vMost) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) values[(y * width + x) * count + c] = samples[y * stride + x]!;
      }
      continue;
    }
    const across = component.h / hMost;
    const down = component.v / vMost;
    for (let y = 0; y < height; y++) {
      const [top, bottom, low] = between((y + 0.5) * down - 0.5, component.height);
      for (let x = 0; x < width; x++) {
        const [a, b, right] = between((x + 0.5) * across - 0.5, component.width);
        const upper = samples[top * stride + a]! * (1 - right) + samples[top * stride + b]! * right;
        const lower = samples[bottom * stride + a]! * (1 - right) + samples[bottom * stride + b]! * right;
        values[(y * width + x) * count + c] = Math.round(upper * (1 - low) + lower * low);
      }
    }
  }
  return values;
}

/** The two samples around a place, and the share of the second. */
function between(place: number, size: number): readonly [number, number, number] {
  const clamped = Math.min(Math.max(place, 0), size - 1);
  const first = Math.floor(clamped);
  return [first, Math.min(first + 1, size - 1), clamped - first];
}
