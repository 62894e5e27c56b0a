import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  consistencyRanges,
  inclusionRanges,
  keptUnder,
  type LeafRange,
  leafHash,
  perfectRoot,
  rootOf,
  type Subtree,
  subtreesOf,
  TreeEdge,
  type TreeNode,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts';
import vectors from './validation/laurie2013.ts';

const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());
const leaf = (i: number) => leafHash(sha256, new TextEncoder().encode(`leaf ${i}`));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** The definition of section 2.1, word for word. */
function definition(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return sha256(Buffer.of());
  if (leaves.length === 1) return leaves[0]!;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return sha256(Buffer.concat([Buffer.of(1), definition(leaves.slice(0, k)), definition(leaves.slice(k))]));
}

/** A tree as a store keeps it: leaves and kept subtrees. */
function grown(size: number) {
  const leaves = Array.from({ length: size }, (_, i) => leaf(i));
  const edge = new TreeEdge(sha256);
  const kept: TreeNode[] = [];
  for (const each of leaves) edge.add(each, kept);
  const at = (level: number, position: number): Uint8Array =>
    level === 0 ? leaves[position]! : kept.find((node) => node.level === level && node.position === position)!.hash;
  const hashOf = (subtree: Subtree) => {
    const { level, position, count } = keptUnder(subtree);
    return perfectRoot(
      sha256,
      Array.from({ length: count }, (_, i) => at(level, position + i)),
    );
  };
  const root = (range: LeafRange) => rootOf(sha256, subtreesOf(range).map(hashOf));
  return { leaves, edge, kept, hashOf, root };
}

describe('Merkle tree of RFC 6962', () => {
  it('M1 gives the roots and proofs of the reference vectors', async () => {
    const numbers = await vectors.run({ read: () => new Uint8Array() });
    for (const { name, expected } of vectors.rows) expect(numbers[name], name).toBe(expected);
  });

  it('M2 grows to the root of the definition at every size, from every edge, and keeps every fourth level', () => {
    const { leaves, hashOf, root, kept } = grown(600);
    const edge = new TreeEdge(sha256);
    for (let size = 0; size <= 600; size++) {
      if (size % 7 === 0) {
        const expected = hex(definition(leaves.slice(0, size)));
        expect(hex(edge.root())).toBe(expected);
        expect(hex(root({ from: 0, to: size }))).toBe(expected);
        const resumed = new TreeEdge(sha256, size, subtreesOf({ from: 0, to: size }).map(hashOf));
        resumed.add(leaf(size), []);
        expect(hex(resumed.root())).toBe(hex(definition([...leaves.slice(0, size), leaf(size)])));
      }
      edge.add(leaf(size), []);
    }
    expect([4, 8].map((level) => kept.filter((node) => node.level === level).length)).toEqual([37, 2]);
    expect(kept).toHaveLength(39);
  });

  it('M3 a copy of an edge grows by itself', () => {
    const { edge } = grown(21);
    const before = hex(edge.root());
    edge.copy().add(leaf(21), []);
    expect([hex(edge.root()), edge.size]).toEqual([before, 21]);
  });

  it('M4 proves every leaf, and nothing else by the same proof', () => {
    const { leaves, root } = grown(130);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 130 }), fc.nat(129), fc.nat(), (size, at, flip) => {
        const index = at % size;
        const path = inclusionRanges(index, size).map(root);
        const head = root({ from: 0, to: size });
        const proof = { leaf: leaves[index]!, index, size, path };
        expect(verifyInclusion(sha256, proof, head)).toBe(true);
        expect(verifyInclusion(sha256, { ...proof, leaf: leaf(-1) }, head)).toBe(false);
        expect(verifyInclusion(sha256, { ...proof, path: [...path, head] }, head)).toBe(false);
        expect(verifyInclusion(sha256, { ...proof, index: size }, head)).toBe(false);
        expect(verifyInclusion(sha256, { ...proof, index: -1 }, head)).toBe(false);
        if (path.length === 0) return;
        expect(verifyInclusion(sha256, { ...proof, index: (index + 1) % size }, head)).toBe(false);
        expect(verifyInclusion(sha256, { ...proof, path: path.slice(1) }, head)).toBe(false);
        const bent = path.map((hash) => hash.slice());
        bent[flip % path.length]![flip % 32]! ^= 1 << (flip % 8);
        expect(verifyInclusion(sha256, { ...proof, path: bent }, head)).toBe(false);
      }),
    );
  });

  it('M5 proves that one tree grew from another, and refuses any other', () => {
    const { leaves, root } = grown(130);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 130 }), fc.nat(130), fc.nat(), (size, at, changed) => {
        const before = at % (size + 1);
        const path = consistencyRanges(before, size).map(root);
        const older = root({ from: 0, to: before });
        const newer = root({ from: 0, to: size });
        const proof = { before, size, path };
        expect(verifyConsistency(sha256, proof, older, newer)).toBe(true);
        expect(verifyConsistency(sha256, { ...proof, path: [...path, newer] }, older, newer)).toBe(false);
        expect(verifyConsistency(sha256, { ...proof, before: size + 1 }, older, newer)).toBe(false);
        if (before === 0) return;
        const other = leaves.slice(0, before);
        other[changed % before] = leaf(-1);
        expect(verifyConsistency(sha256, proof, definition(other), newer)).toBe(false);
        if (path.length === 0) return;
        expect(verifyConsistency(sha256, { ...proof, path: path.slice(1) }, older, newer)).toBe(false);
        expect(verifyConsistency(sha256, proof, older, leaf(-1))).toBe(false);
      }),
    );
  });
});
