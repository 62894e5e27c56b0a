import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyOf, newKey, seal, sealText, sha256, tagOf, unseal, unsealText } from './envelope.ts';

describe('envelope', () => {
  it('keyed hashes are HMAC-SHA-256, hashes SHA-256', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.string({ unit: fc.constantFrom('a', '|', 'ü', '\u{1f489}') }),
        (bytes, text) => {
          const hmac = createHmac('sha256', bytes).update(text).digest().subarray(0, 16);
          expect(Buffer.compare(tagOf(keyOf(bytes), text), hmac)).toBe(0);
          expect(Buffer.compare(sha256(bytes), createHash('sha256').update(bytes).digest())).toBe(0);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('opens what it sealed, of any length', () => {
    const key = keyOf(newKey());
    for (const length of [0, 1, 2047, 2048, (1 << 18) - 1, 1 << 18, (1 << 18) + 1]) {
      const text = 'ü'.repeat(length >> 1) + 'x'.repeat(length & 1);
      expect(unsealText(key, sealText(key, text, 'a'), 'a') === text, `${length}`).toBe(true);
      const bytes = Buffer.from(text);
      expect(unseal(key, seal(key, bytes, 'a'), 'a').equals(bytes), `${length}`).toBe(true);
    }
  });
});
