import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { told } from './fixture.ts';
import { DEEPEST, JsonFault, readJson } from './json-text.ts';
import { Validator } from './validate.ts';

const validator = new Validator();

test('reads what JSON.parse reads, to the same value', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 3 }), (text) => {
      expect(readJson(text)).toEqual({ value: JSON.parse(text), remarks: [] });
    }),
  );
});

test('refuses what JSON.parse refuses, with the place', () => {
  fc.assert(
    fc.property(
      fc.json(),
      fc.nat(),
      fc.constantFrom('', '"', '{', ']', ',', 'x', '\u0001', '\\'),
      (text, place, piece) => {
        const at = place % (text.length + 1);
        const spoilt = `${text.slice(0, at)}${piece}${text.slice(at + 1)}`;
        let plain: unknown;
        let fails = false;
        try {
          plain = JSON.parse(spoilt);
        } catch {
          fails = true;
        }
        try {
          const { value } = readJson(spoilt);
          expect(fails).toBe(false);
          expect(value).toEqual(plain);
        } catch (error) {
          if (!(error instanceof JsonFault)) throw error;
          expect(fails).toBe(true);
          expect(error.line).toBeGreaterThan(0);
          expect(error.column).toBeGreaterThan(0);
        }
      },
    ),
    { numRuns: 300 },
  );
});

describe('what is wrong with the text', () => {
  test.each([
    ['{"a": 1,}', 'json-form', 1, 9],
    ['{"a": [1,]}', 'json-form', 1, 10],
    ['{\n "a" 1}', 'json-form', 2, 6],
    ['{a: 1}', 'json-form', 1, 2],
    ['{"a": Sarah}', 'json-form', 1, 7],
    ["{'a': 1}", 'json-form', 1, 2],
    ['{"a": 01}', 'json-form', 1, 7],
    ['{"a": +1}', 'json-form', 1, 7],
    ['{"a": NaN}', 'json-form', 1, 7],
    ['{"a": "x}', 'json-form', 1, 7],
    ['{"a": "x\ny"}', 'json-form', 1, 9],
    ['{"a": "\\x"}', 'json-form', 1, 8],
    ['{"a": "\\u12"}', 'json-form', 1, 8],
    ['{} {}', 'json-form', 1, 4],
    ['{"a": {}', 'json-form', 1, 9],
    ['/* {}', 'json-form', 1, 1],
    ['', 'json-form', 1, 1],
    ['['.repeat(DEEPEST + 1), 'json-depth', 1, DEEPEST + 1],
    ['['.repeat(1_000_000), 'json-depth', 1, DEEPEST + 1],
  ])('%.20s', (text, rule, line, column) => {
    expect(validator.text(text)).toMatchObject([{ severity: 'fatal', rule, line, column }]);
  });

  test('a name twice is an error; a comment and a byte order mark are told', () => {
    const [first, ...rest] = validator.text(
      '\uFEFF{"resourceType": "Patient", // who\n "id": "a",\n /* again */ "id": "b"}',
    );
    expect(first).toMatchObject({ rule: 'json-mark', severity: 'information' });
    expect(rest.filter(({ rule }) => rule === 'json-comment')).toMatchObject([
      { severity: 'warning', line: 1, column: 30 },
      { line: 3, column: 2 },
    ]);
    expect(told(rest)).toEqual(['json-name-twice ']);
    expect(rest.find(({ rule }) => rule === 'json-name-twice')).toMatchObject({ line: 3, column: 14 });
  });

  test('names of Object are names like any other', () => {
    expect(told(validator.text('{"resourceType": "Patient", "__proto__": {"active": 1}, "constructor": 1}'))).toEqual([
      'element-unknown Patient.__proto__',
      'element-unknown Patient.constructor',
    ]);
    expect(told(validator.text('{"resourceType": "constructor"}'))).toEqual(['resource-type constructor']);
  });

  test('bytes that are not UTF-8', () => {
    expect(validator.text(new Uint8Array([0x7b, 0xff, 0x7d]))).toMatchObject([
      { severity: 'fatal', rule: 'json-text' },
    ]);
  });
});
