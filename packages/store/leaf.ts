import type { Sha256 } from './merkle.ts';

/** An entry as its table holds it: what a leaf of the tree is made of. */
export interface LeafRow {
  readonly seq: number;
  readonly id: string;
  /** The number of the subject; its name where nothing is sealed. */
  readonly subject: number | string;
  readonly kind: string;
  readonly true_at: number;
  readonly known_at: number;
  readonly dedupe: Uint8Array | null;
  readonly supersedes: string | null;
  /** As stored: sealed. */
  readonly payload: Uint8Array;
}

const encoder = new TextEncoder();

/**
 * The hash of an entry's leaf (RFC 6962: a zero, then the leaf): a line of JSON, one byte that tells how long the keyed hash of the
 * dedupe key is, that hash, and the payload as stored. The same with and without keys, before and after an erasure, in both databases.
 * `encode`: UTF-8.
 */
export function leafHashOf(
  sha256: Sha256,
  row: LeafRow,
  encode: (text: string) => Uint8Array = (text) => encoder.encode(text),
): Uint8Array {
  const { seq, id, subject, kind, true_at, known_at, dedupe, supersedes, payload } = row;
  const line = encode(`${JSON.stringify([seq, id, subject, kind, true_at, known_at, supersedes])}\n`);
  const tag = dedupe?.length ?? 0;
  const at = 1 + line.length;
  const bytes = new Uint8Array(at + 1 + tag + payload.length);
  bytes.set(line, 1);
  bytes[at] = tag;
  if (dedupe !== null) bytes.set(dedupe, at + 1);
  bytes.set(payload, at + 1 + tag);
  return sha256(bytes);
}
