import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from './canonical.ts';

const refused = expect.objectContaining({ code: 'core-canonical-value' });

describe('canonicalJson', () => {
  test('reads back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('the order of keys makes no difference', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (record) => {
        const reversed = Object.fromEntries(Object.entries(record).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(record));
      }),
    );
  });

  test('one known text', () => {
    const value = {
      b: [1.5, -0, 1e21, null],
      a: { é: 'x\n', '10': true, '9': undefined },
      c: new Float64Array([1, 2]),
    };
    expect(canonicalJson(value)).toBe('{"a":{"10":true,"é":"x\\n"},"b":[1.5,0,1e+21,null],"c":[1,2]}');
  });

  test('a value seen twice is no cycle', () => {
    const shared = { x: 1 };
    expect(canonicalJson([shared, shared])).toBe('[{"x":1},{"x":1}]');
  });

  test('refuses what JSON cannot hold, naming the place', () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    for (const value of [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      () => 1,
      Symbol('s'),
      1n,
      undefined,
      new Date(0),
      new Map(),
      cycle,
    ]) {
      expect(() => canonicalJson(value)).toThrow(refused);
    }
    expect(() => canonicalJson({ a: [0, { b: Number.NaN }] })).toThrow('$.a[1].b');
  });
});
