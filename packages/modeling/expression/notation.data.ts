import { OPERANDS, type Operator, TIME } from './expression.ts';

/** Binding strength of each infix sign: a higher one binds first. */
export const STRENGTH = {
  choice: 1,
  or: 2,
  and: 3,
  not: 4,
  comparison: 5,
  sum: 6,
  product: 7,
  sign: 8,
  power: 9,
  atom: 10,
} as const;

/** Infix signs, with their operators and strengths. */
export const INFIX = {
  or: { operator: 'or', strength: STRENGTH.or },
  and: { operator: 'and', strength: STRENGTH.and },
  '<': { operator: 'lt', strength: STRENGTH.comparison },
  '<=': { operator: 'le', strength: STRENGTH.comparison },
  '>': { operator: 'gt', strength: STRENGTH.comparison },
  '>=': { operator: 'ge', strength: STRENGTH.comparison },
  '==': { operator: 'eq', strength: STRENGTH.comparison },
  '!=': { operator: 'ne', strength: STRENGTH.comparison },
  '+': { operator: 'add', strength: STRENGTH.sum },
  '-': { operator: 'sub', strength: STRENGTH.sum },
  '*': { operator: 'mul', strength: STRENGTH.product },
  '/': { operator: 'div', strength: STRENGTH.product },
  '^': { operator: 'pow', strength: STRENGTH.power },
} as const satisfies Record<string, { operator: Operator; strength: number }>;

const written: ReadonlySet<string> = new Set(['neg', 'not', 'select', ...Object.values(INFIX).map((i) => i.operator)]);

/** Operators written as functions: `exp(x)`. */
export const FUNCTIONS: ReadonlySet<string> = new Set(Object.keys(OPERANDS).filter((name) => !written.has(name)));

/** Functions that take more operands than two by nesting from the left. */
export const NESTED: ReadonlySet<string> = new Set(['min', 'max']);

/** Words with a meaning of their own, which no quantity can be named by. */
export const RESERVED: ReadonlySet<string> = new Set([TIME, 'and', 'or', 'not', 'true', 'false', 'inf', 'nan']);
