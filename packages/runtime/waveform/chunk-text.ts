import { deflateSync, inflateSync } from 'fflate';

/** Letters turned into text at a time: one call's arguments are bounded. */
const STEP = 0x8000;

/**
 * Whole numbers as text for a log entry: differences, folded to be positive, as many planes of their bytes as the greatest
 * needs (the first letter says how many), deflated, base 64. An ECG of 12 bits takes about one byte a sample.
 */
export function chunkText(values: Int32Array): string {
  const n = values.length;
  const folded = new Uint32Array(n);
  let before = 0;
  let greatest = 0;
  for (let i = 0; i < n; i++) {
    const difference = (values[i]! - before) | 0;
    before = values[i]!;
    const fold = ((difference << 1) ^ (difference >> 31)) >>> 0;
    folded[i] = fold;
    if (fold > greatest) greatest = fold;
  }
  const count = greatest < 2 ** 8 ? 1 : greatest < 2 ** 16 ? 2 : greatest < 2 ** 24 ? 3 : 4;
  const planes = new Uint8Array(count * n);
  for (let plane = 0; plane < count; plane++) {
    for (let i = 0, at = plane * n; i < n; i++, at++) planes[at] = folded[i]! >>> (8 * plane);
  }
  const packed = deflateSync(planes, { level: 1 });
  let text = '';
  for (let at = 0; at < packed.length; at += STEP) text += String.fromCharCode(...packed.subarray(at, at + STEP));
  return `${count}${btoa(text)}`;
}

/** The numbers of a text that `chunkText` made of so many. */
export function chunkValues(text: string, count: number): Int32Array {
  const number = Number(text[0]);
  const letters = atob(text.slice(1));
  const packed = new Uint8Array(letters.length);
  for (let i = 0; i < packed.length; i++) packed[i] = letters.charCodeAt(i);
  const planes = inflateSync(packed, { out: new Uint8Array(number * count) });
  const values = new Int32Array(count);
  for (let plane = 0; plane < number; plane++) {
    for (let i = 0, at = plane * count; i < count; i++, at++) values[i]! |= planes[at]! << (8 * plane);
  }
  let before = 0;
  for (let i = 0; i < count; i++) {
    const folded = values[i]!;
    before = (before + ((folded >>> 1) ^ -(folded & 1))) | 0;
    values[i] = before;
  }
  return values;
}
