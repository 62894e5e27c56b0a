import { CodedError } from '@gemel/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { patternTest } from './pattern.ts';

test('a pattern fits the whole text', () => {
  const fits = patternTest('E1[0-4](\\.\\d)?');
  expect(fits('E11')).toBe(true);
  expect(fits('E11.9')).toBe(true);
  expect(fits('xE11')).toBe(false);
  expect(patternTest('a|b')('ab')).toBe(false);
});

test.each([
  '(a+)+',
  '(a|a)*b',
  '((a*))*',
  '(a?){30}a',
  'a*b*c*d*',
  '(a)\\1',
  'a?'.repeat(20),
  '(',
  ')',
  '(x|y){9}',
  'a'.repeat(400),
])('a pattern that could run for ever, or is none, is refused: %s', (pattern) =>
  expect(() => patternTest(pattern)).toThrow(CodedError),
);

test('any text is a pattern or refused, and answers', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 30 }), fc.string({ maxLength: 200 }), (pattern, text) => {
      try {
        expect(typeof patternTest(pattern)(text)).toBe('boolean');
      } catch (error) {
        expect(error).toBeInstanceOf(CodedError);
      }
    }),
  );
});
