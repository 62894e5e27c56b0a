/**
 * The Merkle tree of RFC 6962 (section 2.1; verification as RFC 9162, sections 2.1.3.2 and 2.1.4.2), without any store: which hashes a
 * root or a proof is made of, how a tree grows, and how proofs are verified. Hashes are 32 bytes; leaves are counted from 0.
 */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

/** Leaves `from` to before `to`. */
export interface LeafRange {
  readonly from: number;
  readonly to: number;
}

/** A perfect subtree: the 2^level leaves from position · 2^level on. */
export interface Subtree {
  readonly level: number;
  readonly position: number;
}

/** A perfect subtree and its hash. */
export interface TreeNode extends Subtree {
  readonly hash: Uint8Array;
}

/** Of the levels of a tree every fourth is kept, from the fourth on: what lies between is hashed from at most eight of those below. */
export const STRIDE = 4;

/** What a leaf is hashed to. */
export function leafHash(sha256: Sha256, leaf: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + leaf.length);
  bytes.set(leaf, 1);
  return sha256(bytes);
}

function nodeHash(sha256: Sha256, left: Uint8Array, right: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(65);
  bytes[0] = 1;
  bytes.set(left, 1);
  bytes.set(right, 33);
  return sha256(bytes);
}

/** The perfect subtrees that a tree over the range is made of, largest first; its first leaf lies where a subtree of that size begins. */
export function subtreesOf({ from, to }: LeafRange): readonly Subtree[] {
  const found: Subtree[] = [];
  for (let at = from; at < to; ) {
    const level = Math.floor(Math.log2(to - at));
    found.push({ level, position: at / 2 ** level });
    at += 2 ** level;
  }
  return found;
}

/** The root over subtrees as `subtreesOf` gives them; without any, that of the empty tree. */
export function rootOf(sha256: Sha256, hashes: readonly Uint8Array[]): Uint8Array {
  return hashes.length === 0
    ? sha256(new Uint8Array())
    : hashes.reduceRight((right, left) => nodeHash(sha256, left, right));
}

/** The kept hashes (of leaves, at level 0) that a subtree's hash is made from: `count`, a power of two, of one level. */
export function keptUnder({ level, position }: Subtree): Subtree & { readonly count: number } {
  const kept = level - (level % STRIDE);
  const count = 2 ** (level - kept);
  return { level: kept, position: position * count, count };
}

/** The hash over the hashes that `keptUnder` names. */
export function perfectRoot(sha256: Sha256, hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 1) return hashes[0]!;
  const half = hashes.length / 2;
  return nodeHash(sha256, perfectRoot(sha256, hashes.slice(0, half)), perfectRoot(sha256, hashes.slice(half)));
}

/** The largest power of two below `size`. */
function split(size: number): number {
  return 2 ** (Math.ceil(Math.log2(size)) - 1);
}

/** What the inclusion proof of a leaf is made of: the root over each range (RFC 6962, section 2.1.1). */
export function inclusionRanges(leaf: number, size: number): readonly LeafRange[] {
  const ranges: LeafRange[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + split(to - from);
    ranges.unshift(leaf < middle ? { from: middle, to } : { from, to: middle });
    if (leaf < middle) to = middle;
    else from = middle;
  }
  return ranges;
}

/** What the proof that a tree of `size` leaves grew from one of `before` is made of (RFC 6962, section 2.1.2). */
export function consistencyRanges(before: number, size: number): readonly LeafRange[] {
  if (before === 0) return [];
  const ranges: LeafRange[] = [];
  let [from, to] = [0, size];
  while (to > before) {
    const middle = from + split(to - from);
    ranges.unshift(before <= middle ? { from: middle, to } : { from, to: middle });
    if (before <= middle) to = middle;
    else from = middle;
  }
  // A subtree that the earlier tree ends in has to be shown, unless it is the whole of it.
  return from === 0 ? ranges : [{ from, to }, ...ranges];
}

/** A tree at its right edge: takes leaves and gives what is to be kept. */
export class TreeEdge {
  readonly #sha256: Sha256;
  #size: number;
  /** Hashes of the perfect subtrees, largest first. */
  #edge: Uint8Array[];

  /** `edge`: the hashes of `subtreesOf({ from: 0, to: size })`. */
  constructor(sha256: Sha256, size = 0, edge: readonly Uint8Array[] = []) {
    this.#sha256 = sha256;
    this.#size = size;
    this.#edge = [...edge];
  }

  get size(): number {
    return this.#size;
  }

  copy(): TreeEdge {
    return new TreeEdge(this.#sha256, this.#size, this.#edge);
  }

  root(): Uint8Array {
    return rootOf(this.#sha256, this.#edge);
  }

  /** Adds a leaf's hash; the kept subtrees that it completes are appended to `kept`. */
  add(leaf: Uint8Array, kept: TreeNode[]): void {
    let hash = leaf;
    let position = this.#size;
    for (let level = 1; position % 2 === 1; level++) {
      hash = nodeHash(this.#sha256, this.#edge.pop()!, hash);
      position = (position - 1) / 2;
      if (level % STRIDE === 0) kept.push({ level, position, hash });
    }
    this.#edge.push(hash);
    this.#size++;
  }
}

/** Whether `path` shows that the leaf with this hash is in the tree of that size and root. */
export function verifyInclusion(
  sha256: Sha256,
  { leaf, index, size, path }: { leaf: Uint8Array; index: number; size: number; path: readonly Uint8Array[] },
  root: Uint8Array,
): boolean {
  const ranges = index >= 0 && index < size ? inclusionRanges(index, size) : null;
  if (ranges?.length !== path.length) return false;
  const hash = ranges.reduce(
    (own, { to }, i) => (to <= index ? nodeHash(sha256, path[i]!, own) : nodeHash(sha256, own, path[i]!)),
    leaf,
  );
  return equal(hash, root);
}

/** Whether `path` shows that the tree of `size` leaves begins with the tree of `before` leaves, unchanged. */
export function verifyConsistency(
  sha256: Sha256,
  { before, size, path }: { before: number; size: number; path: readonly Uint8Array[] },
  rootBefore: Uint8Array,
  root: Uint8Array,
): boolean {
  if (before < 0 || before > size) return false;
  if (before === 0) return path.length === 0 && equal(rootBefore, rootOf(sha256, []));
  const ranges = consistencyRanges(before, size);
  if (ranges.length !== path.length) return false;
  // The subtree both end in: the first shown, or the earlier tree itself.
  const whole = ranges[0] === undefined || ranges[0].to !== before;
  let older = whole ? rootBefore : path[0]!;
  let newer = older;
  for (let i = whole ? 0 : 1; i < path.length; i++) {
    if (ranges[i]!.to <= before) {
      older = nodeHash(sha256, path[i]!, older);
      newer = nodeHash(sha256, path[i]!, newer);
    } else newer = nodeHash(sha256, newer, path[i]!);
  }
  return equal(older, rootBefore) && equal(newer, root);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
