import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEEPEST, deeperThan, readJsonBody } from './json-body.ts';

describe('a JSON body', () => {
  const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

  test('is read to sixty-four levels, and refused beyond before it is parsed', () => {
    expect(() => readJsonBody(nested(DEEPEST))).not.toThrow();
    expect(() => readJsonBody(nested(DEEPEST + 1))).toThrow(/deeper than 64/);
    expect(() => readJsonBody('['.repeat(1_000_000))).toThrow(/deeper than 64/);
    expect(() => readJsonBody(`${'{"a":'.repeat(100)}1${'}'.repeat(100)}`)).toThrow(/deeper than 64/);
  });

  test('brackets in strings are no levels', () => {
    expect(readJsonBody(JSON.stringify('['.repeat(500)))).toHaveLength(500);
    expect(readJsonBody(String.raw`{"a\"[[[":"\\"}`)).toEqual({ 'a"[[[': '\\' });
  });

  test('says where it is broken, and quotes nothing of it', () => {
    expect(() => readJsonBody('{"name":"Anna Sommer",}')).toThrow(/^The body is not JSON: at position \d+$/);
    expect(() => readJsonBody('')).toThrow(/not JSON/);
    expect(() => readJsonBody('{"a":')).toThrow(/not JSON/);
  });

  test('reaches no prototype', () => {
    expect(() => readJsonBody('{"__proto__":{"admin":true}}')).toThrow(/__proto__/);
    expect(() => readJsonBody('{"a":[{"__proto__":1}]}')).toThrow(/__proto__/);
    expect(() => readJsonBody(String.raw`{"\u005f_proto__":1}`)).toThrow(/__proto__/);
    expect(readJsonBody('{"a":"__proto__"}')).toEqual({ a: '__proto__' });
  });

  test('the levels counted are those of the value', () => {
    const depthOf = (value: unknown): number =>
      value === null || typeof value !== 'object'
        ? 0
        : 1 + Math.max(0, ...Object.values(value).map((inner) => depthOf(inner)));
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat(6), (value, most) => {
        expect(deeperThan(JSON.stringify(value), most)).toBe(depthOf(value) > most);
      }),
    );
  });

  test('any text is read or refused with a code', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          readJsonBody(text);
        } catch (error) {
          expect(error).toHaveProperty('code');
        }
      }),
    );
  });
});
