import { createHash } from 'node:crypto';
import { sha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type LeafRow, leafHashOf } from './leaf.ts';
import { leafHash } from './merkle.ts';

const row: LeafRow = {
  seq: 7,
  id: 'a|"\n',
  subject: 3,
  kind: 'fact',
  true_at: 1_000,
  known_at: 2_000,
  dedupe: Uint8Array.of(1, 2),
  supersedes: null,
  payload: Uint8Array.of(9, 8),
};

it('a leaf is a line of JSON, the length of the keyed hash, that hash and the payload', () => {
  const leaf = Buffer.concat([Buffer.from('[7,"a|\\"\\n",3,"fact",1000,2000,null]\n'), Buffer.of(2, 1, 2, 9, 8)]);
  expect(leafHashOf(sha256, row)).toEqual(leafHash(sha256, leaf));
  const native = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());
  expect(leafHashOf(native, row, (text) => Buffer.from(text))).toEqual(leafHash(sha256, leaf));
});

it('no two rows have one leaf', () => {
  const bytes = fc.uint8Array({ maxLength: 3 });
  const rows = fc.record({
    seq: fc.integer({ min: 1, max: 3 }),
    id: fc.constantFrom('a', 'a,', '1', 'ü'),
    subject: fc.constantFrom(1, 2),
    kind: fc.constantFrom('fact', 'kept'),
    true_at: fc.constantFrom(1, 2),
    known_at: fc.constantFrom(1, 2),
    dedupe: fc.option(fc.uint8Array({ minLength: 1, maxLength: 3 })),
    supersedes: fc.constantFrom(null, 'null', 'a'),
    payload: bytes,
  });
  const told = ({ dedupe, payload, ...rest }: LeafRow) => JSON.stringify([rest, dedupe && [...dedupe], [...payload]]);
  fc.assert(
    fc.property(rows, rows, (one, other) => {
      const same = leafHashOf(sha256, one).join() === leafHashOf(sha256, other).join();
      expect(same).toBe(told(one) === told(other));
    }),
  );
});
