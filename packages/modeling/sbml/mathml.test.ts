import { describe, expect, test } from 'vitest';
import { evaluate } from '../expression/evaluate.ts';
import { call, number, symbol } from '../expression/expression.ts';
import { extent } from './arithmetic.ts';
import { type MathFunction, type MathScope, PLAIN_TIME, readLambda, readMath } from './mathml.ts';
import { codeOf, math } from './sbml.fixture.ts';
import { writeMath } from './write-mathml.ts';
import { parseXml } from './xml.ts';

const functions = new Map<string, MathFunction>();
const scope: MathScope = {
  file: undefined,
  extended: true,
  symbol: (id) => (['x', 'y', 'z'].includes(id) ? symbol(id) : null),
  function: (id) => functions.get(id) ?? null,
  unit: (id) => (id === 'known' ? 'mol' : null),
  ...PLAIN_TIME,
};
const csymbol = (name: string) =>
  `<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/${name}">s</csymbol>`;
const read = (content: string, more: Partial<MathScope> = {}) =>
  readMath(parseXml(math(content)), { ...scope, ...more })!;
const X = 0.3;
const Y = 2;
const value = (content: string) => evaluate(read(content), { x: X, y: Y, z: -1.5 }, 7);
const apply = (name: string, ...operands: readonly string[]) => `<apply><${name}/>${operands.join('')}</apply>`;
const [x, y, z] = ['<ci>x</ci>', '<ci> y </ci>', '<ci>z</ci>'];
const n = (text: string | number) => `<cn>${text}</cn>`;

describe('operators', () => {
  test.each([
    [apply('plus'), 0],
    [apply('plus', x, y, z), X + Y - 1.5],
    [apply('times'), 1],
    [apply('times', x, y, z), X * Y * -1.5],
    [apply('minus', x), -X],
    [apply('minus', x, y), X - Y],
    [apply('divide', x, y), X / Y],
    [apply('power', x, y), X * X],
    [apply('root', y), Math.SQRT2],
    [apply('root', `<degree>${n(3)}</degree>`, y), Math.cbrt(2)],
    [apply('abs', z), 1.5],
    [apply('exp', x), Math.exp(X)],
    [apply('ln', x), Math.log(X)],
    [apply('log', x), Math.log10(X)],
    [apply('log', `<logbase>${n(2)}</logbase>`, x), Math.log2(X)],
    [apply('floor', z), -2],
    [apply('ceiling', z), -1],
    [apply('factorial', n(5)), 120],
    [apply('sin', x), Math.sin(X)],
    [apply('cos', x), Math.cos(X)],
    [apply('tan', x), Math.tan(X)],
    [apply('sec', x), 1 / Math.cos(X)],
    [apply('csc', x), 1 / Math.sin(X)],
    [apply('cot', x), 1 / Math.tan(X)],
    [apply('sinh', x), Math.sinh(X)],
    [apply('cosh', x), Math.cosh(X)],
    [apply('tanh', x), Math.tanh(X)],
    [apply('sech', x), 1 / Math.cosh(X)],
    [apply('csch', x), 1 / Math.sinh(X)],
    [apply('coth', x), 1 / Math.tanh(X)],
    [apply('arcsin', x), Math.asin(X)],
    [apply('arccos', x), Math.acos(X)],
    [apply('arctan', x), Math.atan(X)],
    [apply('arcsec', y), Math.acos(1 / Y)],
    [apply('arccsc', y), Math.asin(1 / Y)],
    [apply('arccot', y), Math.atan(1 / Y)],
    [apply('arcsinh', x), Math.asinh(X)],
    [apply('arccosh', y), Math.acosh(Y)],
    [apply('arctanh', x), Math.atanh(X)],
    [apply('arcsech', x), Math.acosh(1 / X)],
    [apply('arccsch', x), Math.asinh(1 / X)],
    [apply('arccoth', y), Math.atanh(1 / Y)],
    [apply('min', x, y, z), -1.5],
    [apply('max', x, y, z), 2],
    [apply('rem', n(-7), n(3)), -1],
    [apply('quotient', n(-7), n(3)), -2],
    [apply('quotient', n(7), n(3)), 2],
    [apply('lt', x, y), 1],
    [apply('lt', z, x, y), 1],
    [apply('lt', x, z, y), 0],
    [apply('leq', x, x, y), 1],
    [apply('gt', y, x, z), 1],
    [apply('geq', y, y, x), 1],
    [apply('eq', x, x, x), 1],
    [apply('eq', x, x, y), 0],
    [apply('neq', x, y), 1],
    [apply('and'), 1],
    [apply('or'), 0],
    [apply('xor'), 0],
    [apply('and', x, y, '<true/>'), 1],
    [apply('or', '<false/>', '<false/>'), 0],
    [apply('xor', x, y, z), 1],
    [apply('xor', x, y), 0],
    [apply('not', x), 0],
    [apply('implies', '<true/>', '<false/>'), 0],
    [apply('implies', '<false/>', '<false/>'), 1],
    [apply('plus', '<true/>', apply('lt', x, y)), 2],
    [
      `<piecewise><piece>${n(1)}<false/></piece><piece>${n(2)}${x}</piece><otherwise>${n(3)}</otherwise></piecewise>`,
      2,
    ],
    [`<piecewise><otherwise>${n(3)}</otherwise></piecewise>`, 3],
    [`<piecewise><piece>${n(1)}<false/></piece></piecewise>`, Number.NaN],
    ['<pi/>', Math.PI],
    ['<exponentiale/>', Math.E],
    ['<infinity/>', Number.POSITIVE_INFINITY],
    ['<notanumber/>', Number.NaN],
    [csymbol('time'), 7],
    [csymbol('avogadro'), 6.02214179e23],
    [`<semantics>${apply('plus', x, y)}<annotation>no</annotation></semantics>`, X + Y],
  ])('%s is %d', (content, expected) => {
    if (Number.isNaN(expected)) expect(value(content)).toBeNaN();
    else expect(value(content)).toBeCloseTo(expected, 12);
  });

  test('a delay and a rate are kept for the model', () => {
    expect(read(`<apply>${csymbol('delay')}${x}${n(2)}</apply>`)).toEqual(call('delay', symbol('x'), number(2)));
    expect(read(`<apply>${csymbol('rateOf')}${x}</apply>`)).toEqual(call('rateOf', symbol('x')));
  });

  test('a sum of many is not deep', () => {
    expect(extent(read(apply('plus', ...Array(5000).fill(x)))).depth).toBeLessThan(50);
  });
});

describe('numbers', () => {
  test.each([
    ['<cn type="integer"> -12 </cn>', -12],
    ['<cn type="real">+1.5e-3</cn>', 0.0015],
    ['<cn type="e-notation">6.02<sep/>23</cn>', 6.02e23],
    ['<cn type="e-notation"> 12.3 <sep/> -2 </cn>', 0.123],
    ['<cn type="rational">22<sep/>7</cn>', 22 / 7],
    ['<cn>.5</cn>', 0.5],
  ])('%s is %d', (content, expected) => {
    expect(value(content)).toBe(expected);
  });

  test('a unit is kept where UCUM has it', () => {
    const units = (id: string) =>
      read(`<cn xmlns:sbml="http://www.sbml.org/sbml/level3/version2/core" sbml:units="${id}">3</cn>`);
    expect(units('known')).toEqual(number(3, 'mol'));
    expect(units('other')).toEqual(number(3));
  });

  test.each(['1,5', '0x10', 'NaN', '', '1 2', '1e', 'INF'])('refuses “%s”', (text) => {
    expect(codeOf(() => read(n(text)))).toBe('sbml-math');
  });
});

describe('functions', () => {
  const lambda = (names: readonly string[], body: string, more: Partial<MathScope> = {}) =>
    readLambda(
      parseXml(math(`<lambda>${names.map((name) => `<bvar><ci>${name}</ci></bvar>`).join('')}${body}</lambda>`)),
      { ...scope, ...more },
    )!;

  test('are written out with their operands, whatever those are called', () => {
    functions.set('f', lambda(['y', 'x'], apply('minus', '<ci>y</ci>', '<ci>x</ci>')));
    expect(value(`<apply><ci>f</ci>${x}${y}</apply>`)).toBeCloseTo(X - Y, 12);
    expect(codeOf(() => read(`<apply><ci>f</ci>${x}</apply>`))).toBe('sbml-math');
  });

  test('that double sixty times are refused', () => {
    const twice = (name: string) =>
      apply('plus', `<apply><ci>${name}</ci>${x}</apply>`, `<apply><ci>${name}</ci>${x}</apply>`);
    functions.set('g0', lambda(['x'], apply('plus', ...Array(100).fill(x))));
    const bomb = () => {
      for (let i = 0; i < 60; i++) functions.set(`g${i + 1}`, lambda(['x'], twice(`g${i}`)));
    };
    expect(codeOf(bomb)).toBe('sbml-math-too-large');
  });
});

describe('refusals name what is wrong', () => {
  test.each([
    ['an unknown name', '<ci>w</ci>', 'sbml-reference'],
    ['an unknown function', '<apply><ci>h</ci></apply>', 'sbml-reference'],
    ['an unknown element', apply('integral', x), 'sbml-math'],
    ['an element of another namespace', '<ci xmlns="other">x</ci>', 'sbml-math'],
    ['an unknown csymbol', csymbol('entropy'), 'sbml-unsupported'],
    ['too few operands', apply('divide', x), 'sbml-math'],
    ['too many operands', apply('sin', x, y), 'sbml-math'],
    ['an empty apply', '<apply/>', 'sbml-math'],
    ['a name of every object', apply('constructor', x), 'sbml-math'],
    ['a piece without condition', `<piecewise><piece>${x}</piece></piecewise>`, 'sbml-math'],
    ['two outermost elements', `${x}${y}`, 'sbml-math'],
    ['a bare lambda', `<lambda>${x}</lambda>`, 'sbml-math'],
  ])('%s', (_, content, code) => {
    expect(codeOf(() => read(content))).toBe(code);
  });

  test('what only Level 3 Version 2 has, in an older document', () => {
    for (const content of [apply('max', x, y), apply('rem', x, y), `<apply>${csymbol('rateOf')}${x}</apply>`]) {
      expect(codeOf(() => read(content, { extended: false }))).toBe('sbml-math');
    }
  });
});

describe('writeMath', () => {
  const names = { name: (name: string) => name, unit: (code: string) => (code === 'mol' ? 'known' : null) };
  const again = (content: string) => {
    const written = writeMath(read(content), names);
    const document = written.replace('<math ', '<math xmlns:sbml="http://www.sbml.org/sbml/level3/version2/core" ');
    return readMath(parseXml(document), scope);
  };

  test.each([
    apply('plus', x, y, z, n(1e-7)),
    apply('minus', apply('minus', x, y), apply('minus', z)),
    apply('times', apply('plus', x, n('-2.5')), apply('power', y, n(3)), apply('root', x)),
    `<piecewise><piece>${x}${apply('lt', x, y)}</piece><piece>${y}${apply('geq', z, y)}</piece></piecewise>`,
    `<piecewise><piece>${x}${apply('and', apply('not', x), apply('or', y, z))}</piece><otherwise>${y}</otherwise></piecewise>`,
    apply('log', apply('max', x, apply('min', y, z))),
    `<apply>${csymbol('delay')}${apply('plus', x, csymbol('time'))}${n(2)}</apply>`,
    '<cn xmlns:sbml="http://www.sbml.org/sbml/level3/version2/core" sbml:units="known" type="integer">3</cn>',
    apply('rem', apply('factorial', x), apply('neq', y, '<infinity/>')),
    apply('arctanh', apply('abs', apply('exp', apply('ln', x)))),
  ])('%s comes back as the same expression', (content) => {
    expect(again(content)).toEqual(read(content));
  });
});
