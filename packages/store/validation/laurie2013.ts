import { defineValidation } from '@gemel/core/validation';
import { sha256 } from '@noble/hashes/sha2.js';
import {
  consistencyRanges,
  inclusionRanges,
  type LeafRange,
  leafHash,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from '../merkle.ts';

/** The reference tree: its leaves, and the root at each size from 1 to 8. */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
/** Leaf (from 0), size, path. */
const INCLUSION: readonly (readonly [number, number, readonly string[]])[] = [
  [0, 1, []],
  [
    0,
    8,
    [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  ],
  [
    5,
    8,
    [
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
  [2, 3, ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125']],
  [
    1,
    5,
    [
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  ],
];
/** Size before, size, path. */
const CONSISTENCY: readonly (readonly [number, number, readonly string[]])[] = [
  [1, 1, []],
  [
    1,
    8,
    [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  ],
  [
    6,
    8,
    [
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
  [
    2,
    5,
    [
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  ],
];

const bytesOf = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const hexOf = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

const leaves = LEAVES.map((leaf) => leafHash(sha256, bytesOf(leaf)));

/** The root over leaves, one pair of halves after another. */
function root({ from, to }: LeafRange): Uint8Array {
  if (to - from < 2) return rootOf(sha256, leaves.slice(from, to));
  const middle = from + 2 ** (Math.ceil(Math.log2(to - from)) - 1);
  return rootOf(sha256, [root({ from, to: middle }), root({ from: middle, to })]);
}

const count = (held: readonly boolean[]) => held.filter(Boolean).length;
const same = (ranges: readonly LeafRange[], path: readonly string[]) =>
  ranges.map((range) => hexOf(root(range))).join() === path.join();

export default defineValidation({
  id: 'laurie2013',
  title: 'Merkle tree over the log: the reference vectors of certificate transparency',
  citation:
    'Laurie B, Langley A, Käsper E. Certificate Transparency. RFC 6962, 2013, doi:10.17487/RFC6962; leaves, roots and proofs of its ' +
    'reference implementation (certificate-transparency, merkle_tree_test.cc)',
  data: [],
  slow: false,
  rows: [
    { name: 'roots equal', source: 'sizes 0 to 8', unit: '', expected: 9, tolerance: 0 },
    { name: 'inclusion proofs equal', source: 'reference paths', unit: '', expected: 5, tolerance: 0 },
    { name: 'consistency proofs equal', source: 'reference paths', unit: '', expected: 4, tolerance: 0 },
    { name: 'leaves verified', source: 'every leaf at every size', unit: '', expected: 36, tolerance: 0 },
    { name: 'pairs of sizes verified', source: 'every two sizes to 8', unit: '', expected: 45, tolerance: 0 },
  ],
  run() {
    const published = [EMPTY, ...ROOTS].map(bytesOf);
    const sizes = published.map((_, size) => size);
    return {
      'roots equal': count(published.map((each, to) => hexOf(root({ from: 0, to })) === hexOf(each))),
      'inclusion proofs equal': count(INCLUSION.map(([leaf, size, path]) => same(inclusionRanges(leaf, size), path))),
      'consistency proofs equal': count(
        CONSISTENCY.map(([before, size, path]) => same(consistencyRanges(before, size), path)),
      ),
      'leaves verified': count(
        sizes.flatMap((size) =>
          leaves.slice(0, size).map((leaf, index) => {
            const path = inclusionRanges(index, size).map(root);
            return verifyInclusion(sha256, { leaf, index, size, path }, published[size]!);
          }),
        ),
      ),
      'pairs of sizes verified': count(
        sizes.flatMap((size) =>
          sizes.slice(0, size + 1).map((before) => {
            const path = consistencyRanges(before, size).map(root);
            return verifyConsistency(sha256, { before, size, path }, published[before]!, published[size]!);
          }),
        ),
      ),
    };
  },
});
