import { CodedError } from '@gemel/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { patternTest } from './pattern.ts';

test('a pattern fits the whole text', () => {
  const fits = patternTest('E1[0-4](\\.\\d)?');
  expect(fits('E11')).toBe(true);
  expect(fits('E11.9')).toBe(true);
  expect(fits('xE11')).toBe(false);
  expect(patternTest('a|b')('ab')).toBe(false);
});

test.each([
  ['(', 'no regular expression'],
  [')', 'no regular expression'],
  ['a**', 'no regular expression'],
  ['(a)\\1', 'refers back'],
  ['(?<x>a)\\k<x>', 'refers back'],
  ['a(?=b).', 'looks ahead'],
  ['(?<!b)a', 'looks ahead or behind'],
  ['\\bword\\b', 'boundary'],
  ['a'.repeat(1001), 'longer'],
  ['(a{40}){40}', 'steps'],
  ['a{999999999}', 'steps'],
  [`${'('.repeat(60)}a${')'.repeat(60)}`, 'nested'],
])('a pattern that cannot be followed, or is none, is refused: %s', (pattern, why) => {
  expect(() => patternTest(pattern)).toThrow(why);
  expect(() => patternTest(pattern)).toThrow(CodedError);
});

describe('as the engine has it', () => {
  const atom = fc.constantFrom(
    ...[
      'a',
      'b',
      '.',
      '\\.',
      '[ab]',
      '[^a]',
      '\\d',
      '\\w',
      '\\s',
      '[\\]-]',
      '\\u0061',
      '\\x62',
      '\\p{Lu}',
      '😀',
      '^',
      '$',
    ],
  );
  const { pattern } = fc.letrec<{ pattern: string; part: string }>((tie) => ({
    part: fc.oneof(
      { depthSize: 'small' },
      atom,
      fc.tuple(fc.constantFrom('(', '(?:', '(?<n>'), tie('pattern')).map(([open, inner]) => `${open}${inner})`),
    ),
    pattern: fc
      .array(fc.tuple(tie('part'), fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,}', '{0,2}', '*?', '|')), {
        maxLength: 4,
      })
      .map((parts) =>
        parts.map(([part, after]) => (/[$^]$/.test(part) && after !== '|' ? part : part + after)).join(''),
      ),
  }));
  const text = fc.array(fc.constantFrom(...'ab.1 A]-😀\n'), { maxLength: 6 }).map((all) => all.join(''));

  test('any pattern fits what it should', () => {
    fc.assert(
      fc.property(pattern, fc.array(text, { maxLength: 5 }), (written, texts) => {
        let own: RegExp;
        try {
          own = new RegExp(`^(?:${written})$`, 'u');
        } catch {
          return;
        }
        const fits = patternTest(written);
        for (const each of texts) expect([each, fits(each)]).toEqual([each, own.test(each)]);
      }),
      { numRuns: 500 },
    );
  });
});

test.each([
  '(a+)+',
  '(a|a)*b',
  '((a*))*',
  '(a?){300}a{300}',
  'a*a*a*a*a*a*b',
  '(.*)(.*)(.*)(.*)(.*)x',
  `${'a?'.repeat(250)}${'a'.repeat(250)}`,
])('a pattern that would run for ever elsewhere answers: %s', (pattern) => {
  const fits = patternTest(pattern);
  for (const text of ['a'.repeat(2000), `${'a'.repeat(1999)}c`]) expect(typeof fits(text)).toBe('boolean');
  expect(patternTest('(a+)+')('a'.repeat(2000))).toBe(true);
});

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
