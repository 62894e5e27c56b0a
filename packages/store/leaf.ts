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
const encodeText = (text: string): Uint8Array => encoder.encode(text);

/**
 * The bytes that an entry's leaf is hashed from: a line of JSON, then one byte that tells how long the hash of the dedupe key is,
 * that hash, and the payload as stored. The same with and without keys, before and after an erasure, in both databases.
 */
export function leafOf(row: LeafRow, encode: (text: string) => Uint8Array = encodeText): Uint8Array {
  const { seq, id, subject, kind, true_at, known_at, dedupe, supersedes, payload } = row;
  const line = encode(`${JSON.stringify([seq, id, subject, kind, true_at, known_at, supersedes])}\n`);
  const tag = dedupe?.length ?? 0;
  const leaf = new Uint8Array(line.length + 1 + tag + payload.length);
  leaf.set(line);
  leaf[line.length] = tag;
  if (dedupe !== null) leaf.set(dedupe, line.length + 1);
  leaf.set(payload, line.length + 1 + tag);
  return leaf;
}
