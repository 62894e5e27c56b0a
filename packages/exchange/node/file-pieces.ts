import { closeSync, openSync, readSync } from 'node:fs';

/** Bytes read at once. */
const STEP = 1 << 20;

/** A file piece by piece, for those that may be larger than is read whole. */
export function* filePieces(path: string): Generator<Uint8Array, void, void> {
  const handle = openSync(path, 'r');
  try {
    for (;;) {
      const piece = new Uint8Array(STEP);
      const count = readSync(handle, piece, 0, STEP, null);
      if (count === 0) return;
      yield piece.subarray(0, count);
    }
  } finally {
    closeSync(handle);
  }
}
