import fc from 'fast-check';
import { call, type Expression, number, type Operator, symbol } from './expression.ts';

/** Names that generated expressions use. */
export const NAMES = ['a', 'b', 'c', 'd_1'] as const;

const ARITHMETIC: readonly Operator[] = ['add', 'sub', 'mul', 'div', 'neg', 'pow'];
const SMOOTH: readonly Operator[] = ['exp', 'ln', 'log10', 'sqrt', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan'];
const HYPERBOLIC: readonly Operator[] = ['sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh'];
const PIECEWISE: readonly Operator[] = ['abs', 'floor', 'ceil', 'min', 'max', 'rem', 'factorial'];
const TRUTH: readonly Operator[] = ['lt', 'le', 'gt', 'ge', 'eq', 'ne', 'and', 'or', 'not', 'select'];

/** Random expressions in NAMES and `time`, of any operator but delay and rateOf; for property tests. */
export function expressions(
  options: { readonly units?: boolean; readonly piecewise?: boolean } = {},
): fc.Arbitrary<Expression> {
  const { units = false, piecewise = true } = options;
  const value = fc.oneof(fc.integer({ min: -9, max: 9 }), fc.double({ noNaN: !units }));
  const leaf = fc.oneof(
    fc.constantFrom(...NAMES, 'time').map(symbol),
    value.map((x) => number(x)),
    ...(units ? [fc.tuple(value, fc.constantFrom('mg/L', 'm[iU]/L', '1')).map(([x, unit]) => number(x, unit))] : []),
  );
  const operators = [
    ...ARITHMETIC,
    ...ARITHMETIC,
    ...SMOOTH,
    ...HYPERBOLIC,
    ...(piecewise ? [...PIECEWISE, ...TRUTH] : []),
  ];
  const one = operators.filter((operator) => arity(operator) === 1);
  const two = operators.filter((operator) => arity(operator) === 2);
  return fc.letrec<{ tree: Expression }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.tuple(fc.constantFrom(...one), tie('tree')).map(([operator, a]) => call(operator, a)),
      fc.tuple(fc.constantFrom(...two), tie('tree'), tie('tree')).map(([operator, a, b]) => call(operator, a, b)),
      ...(piecewise
        ? [fc.tuple(tie('tree'), tie('tree'), tie('tree')).map(([a, b, c]) => call('select', a, b, c))]
        : []),
    ),
  })).tree;
}

function arity(operator: Operator): number {
  if (operator === 'select') return 3;
  return ['neg', 'not', 'abs', 'floor', 'ceil', 'factorial', ...SMOOTH, ...HYPERBOLIC].includes(operator) ? 1 : 2;
}
