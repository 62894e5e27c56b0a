import { explicitSolver } from './explicit.ts';
import type { ExplicitMethod } from './method.ts';

/** The classical Runge–Kutta method of order 4. Kutta, Z. Math. Phys. 1901;46:435. */
export const rk4 = explicitSolver({
  name: 'RK4',
  order: 4,
  c: [0, 1 / 2, 1 / 2, 1],
  a: [[], [1 / 2], [0, 1 / 2], [0, 0, 1]],
  b: [1 / 6, 1 / 3, 1 / 3, 1 / 6],
  firstSameAsLast: false,
  realStability: 2.785,
} as const satisfies ExplicitMethod);
