import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf } from './fixture.ts';
import { Scanner } from './scan.ts';

function countNames(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inner = Object.values(value).reduce<number>((sum, item) => sum + countNames(item), 0);
  return inner + (Array.isArray(value) ? 0 : Object.keys(value).length);
}

describe('Scanner', () => {
  test('steps over any JSON value to its last byte and counts its names', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom('', ' ', '\n\t'), (json, blank) => {
        const scanner = new Scanner(bytesOf(blank + json));
        expect(scanner.skip()).toBe(true);
        expect(scanner.at).toBe(bytesOf(blank + json).length);
        expect(scanner.names).toBe(countNames(JSON.parse(json)));
      }),
      { numRuns: 300 },
    );
  });

  test('members are visited with their names unescaped, values where they begin', () => {
    const text = '{"a":1,"b\\u0063é":{"x":[1,{"y":2}]},"c":"}\\""}';
    const bytes = bytesOf(text);
    const seen: [string, unknown][] = [];
    const scanner = new Scanner(bytes);
    const done = scanner.members((name) => {
      const start = scanner.at;
      scanner.skip();
      seen.push([name, JSON.parse(new TextDecoder().decode(bytes.subarray(start, scanner.at)))]);
      return true;
    });
    expect(done).toBe(true);
    expect(seen).toEqual(Object.entries(JSON.parse(text)));
  });

  test.each([
    ['{"a":[1,2}', 'structure', 9],
    ['{"a":"b', 'cut', 7],
    ['{"a":"b\nc"}', 'string', 7],
    ['[[[', 'cut', 3],
    ['{"a" 1}', 'structure', 5],
    ['{1:2}', 'structure', 1],
    ['{"a":1', 'cut', 6],
  ])('%s breaks: %s at byte %i', (text, reason, at) => {
    const scanner = new Scanner(bytesOf(text));
    const done = text.startsWith('{') ? scanner.members(() => false) : scanner.skip();
    expect(done).toBe(false);
    expect(scanner.broken).toEqual({ reason, at });
  });

  test('a million open brackets end in a break, not in an exhausted stack', () => {
    const scanner = new Scanner(bytesOf('['.repeat(1_000_000)));
    expect(scanner.skip()).toBe(false);
    expect(scanner.broken?.reason).toBe('depth');
  });
});
