import { expect, test } from 'vitest';
import { latex, latexName } from './latex.ts';
import { parse } from './parse.ts';

test.each([
  ['-ka*gut - Vmax*C/(Km + C)', '-\\mathit{ka} \\, \\mathit{gut} - \\frac{\\mathit{Vmax} \\, C}{\\mathit{Km} + C}'],
  ['a - -b*c', 'a - \\left(-b \\, c\\right)'],
  ['-(a + b)*c', '-\\left(a + b\\right) \\, c'],
  ['a - (b - c)', 'a - \\left(b - c\\right)'],
  ['(a/b)^2', '\\left(\\frac{a}{b}\\right)^{2}'],
  ['(a*b)^-c', '\\left(a \\, b\\right)^{-c}'],
  ['2*3*x*1e-7', '2 \\cdot 3 \\, x \\cdot \\left(10^{-7}\\right)'],
  ['5 [m[iU]/L]', '5\\,\\mathrm{m[iU]/L}'],
  ['20 [%]', '20\\,\\mathrm{\\%}'],
  [
    'a > 0 ? sqrt(a) : abs(b)',
    '\\begin{cases} \\sqrt{a} & \\text{if } a > 0 \\\\ \\left|b\\right| & \\text{otherwise} \\end{cases}',
  ],
  ['not (a > b) and c < d', '\\lnot \\left(a > b\\right) \\land c < d'],
  ['delay(x + y, 2) + rateOf(z)', '\\left(x + y\\right)\\left(t - 2\\right) + \\frac{\\mathrm{d}}{\\mathrm{d}t} z'],
  ['exp(-k*time)', '\\exp\\left(-k \\, t\\right)'],
  ['min(a, b) + log10(c)', '\\min\\left(a, b\\right) + \\log_{10}\\left(c\\right)'],
])('%s', (text, expected) => {
  expect(latex(parse(text))).toBe(expected);
});

test('names: Greek letters, digits and what follows an underscore', () => {
  expect(['k1', 'K_m', 'alpha', 'beta2', 'Vmax', 'x_1_b', '_a', 'time', 'µ', 'a_'].map(latexName)).toEqual([
    'k_{1}',
    'K_{\\mathrm{m}}',
    '\\alpha',
    '\\beta_{2}',
    '\\mathit{Vmax}',
    'x_{\\mathrm{1\\_b}}',
    '\\mathit{\\_a}',
    't',
    'µ',
    '\\mathit{a\\_}',
  ]);
});
