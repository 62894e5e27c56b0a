import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluate } from './evaluate.ts';
import { call, type Expression, number, symbol } from './expression.ts';
import { expressions } from './fixtures/expressions.ts';
import { parse } from './parse.ts';
import { print } from './print.ts';

describe('parse', () => {
  test.each([
    ['k1*A - Vmax*C/(Km + C)', { k1: 2, A: 3, Vmax: 4, C: 6, Km: 2 }, 3],
    ['-x^2', { x: 3 }, -9],
    ['(-x)^2', { x: 3 }, 9],
    ['2^3^2', {}, 512],
    ['2^-1', {}, 0.5],
    ['-2^2', {}, -4],
    ['8/4/2', {}, 1],
    ['8 - 4 - 2', {}, 2],
    ['a < 2 and not b == 1 or 0', { a: 1, b: 0 }, 1],
    ['a > 0 ? 1 : b > 0 ? 2 : 3', { a: 0, b: 1 }, 2],
    ['if(a >= 1, 5 [mg/L], 6 [m[iU]/L])', { a: 0 }, 6],
    ['min(3, 1, 2) + max(1, 4)', {}, 5],
    ['1e3 + .5 + 2.', {}, 1002.5],
    ['exp(0)*true + false', {}, 1],
    ['rem(-7, 3) + factorial(4)', {}, 23],
    ['µ_1*inf', { µ_1: 1 }, Number.POSITIVE_INFINITY],
  ])('%s', (text, values, expected) => {
    expect(evaluate(parse(text), values)).toBe(expected);
  });

  test('keeps units as written', () => {
    expect(parse('-5 [m[iU]/L]')).toEqual(number(-5, 'm[iU]/L'));
  });

  test.each([
    ['k1*A - Vmax*C/(Km + )'],
    ['2*(a + b'],
    ['log(x)'],
    ['gauss(x)'],
    ['pow(x)'],
    ['exp(x, 2)'],
    ['a < b < c'],
    ['3x'],
    ['a @ b'],
    ['5 [mg'],
    ["convert(x, 'mg')"],
    [''],
  ])('bad input %s points at the place', (text) => {
    expect(messageOf(() => parse(text, { where: { file: 'm', element: 'equation of A' } }))).toMatchSnapshot();
  });

  test('bad input of deep nesting is refused, not a stack overflow', () => {
    expect(messageOf(() => parse('('.repeat(100_000)))).toContain('more than 1000 brackets');
    expect(messageOf(() => parse('-'.repeat(100_000)))).toContain('more than 1000 brackets');
  });

  test('any text gives an expression or a coded error', () => {
    const pieces = fc.constantFrom(
      'a',
      '1',
      '-',
      '+',
      '*',
      '^',
      '(',
      ')',
      ',',
      '?',
      ':',
      '<',
      'not',
      'and',
      'if',
      '[',
      ']',
      ' ',
      'exp',
      "'",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces, { maxLength: 12 }).map((p) => p.join(' ')),
        ),
        (text) => {
          try {
            parse(text);
          } catch (error) {
            expect((error as { code?: string }).code).toBe('model-syntax');
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('print', () => {
  test('parse reads back the same tree', () => {
    fc.assert(
      fc.property(expressions({ units: true }), (expression) => {
        expect(parse(print(expression))).toEqual(expression);
      }),
      { numRuns: 2000 },
    );
  });

  test('writes few brackets', () => {
    expect(print(parse('((k1*A)) - ((Vmax*C)/(Km + C))'))).toBe('k1*A - Vmax*C/(Km + C)');
    expect(print(parse('(a > 1 and (b < 2)) ? (-a) : (b^(c + 1))'))).toBe('a > 1 and b < 2 ? -a : b^(c + 1)');
  });

  test('is not recursive', () => {
    let deep: Expression = symbol('x');
    for (let i = 0; i < 20_000; i++) deep = call('add', deep, number(1));
    expect(print(deep)).toHaveLength(1 + 4 * 20_000);
    expect(evaluate(deep, { x: 0 })).toBe(20_000);
  });
});

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return `${(error as { code: string }).code}: ${(error as Error).message}`;
  }
  throw new Error('Nothing was thrown.');
}
