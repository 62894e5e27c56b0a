import type { OdeSystem } from '@gemel/numerics/ode/solver';
import { stiffProblems } from '@gemel/numerics/ode/stiff-problems.data';

/** A stiff problem and the solution it is measured against. */
export interface StiffWork {
  readonly name: string;
  readonly system: OdeSystem;
  readonly initial: Float64Array;
  readonly end: number;
  readonly reference: Float64Array;
  /** Absolute over relative tolerance of each component, for every solver alike. */
  readonly floor: Float64Array;
}

const POINTS = 500;
const SPREAD = 0.02 * (POINTS + 1) ** 2;

/**
 * One-dimensional Brusselator, 500 points, u and v by turns: 1,000 states, five bands. Hairer, Wanner, Solving Ordinary
 * Differential Equations II, IV.10, problem BRUSS in one dimension. bench/c/stiff.c has the same.
 */
const chain: OdeSystem = {
  dimension: 2 * POINTS,
  autonomous: true,
  rhs(_t, y, dy) {
    let ul = 1;
    let vl = 3;
    let u = y[0];
    let v = y[1];
    for (let i = 0; i < 2 * POINTS; i += 2) {
      const inside = i < 2 * POINTS - 2;
      const ur = inside ? y[i + 2] : 1;
      const vr = inside ? y[i + 3] : 3;
      const born = u * u * v;
      dy[i] = 1 + born - 4 * u + SPREAD * (ul - 2 * u + ur);
      dy[i + 1] = 3 * u - born + SPREAD * (vl - 2 * v + vr);
      ul = u;
      vl = v;
      u = ur;
      v = vr;
    }
  },
  jacobian: {
    ...chainPattern(),
    values(_t, y, out) {
      let p = 0;
      for (let i = 0; i < POINTS; i++) {
        const u = y[2 * i];
        const v = y[2 * i + 1];
        if (i > 0) out[p++] = SPREAD;
        out[p++] = 2 * u * v - 4 - 2 * SPREAD;
        out[p++] = 3 - 2 * u * v;
        if (i < POINTS - 1) out[p++] = SPREAD;
        if (i > 0) out[p++] = SPREAD;
        out[p++] = u * u;
        out[p++] = -u * u - 2 * SPREAD;
        if (i < POINTS - 1) out[p++] = SPREAD;
      }
    },
  },
};

function chainPattern() {
  const starts = [0];
  const rows: number[] = [];
  for (let j = 0; j < 2 * POINTS; j++) {
    const pair = j - (j % 2);
    rows.push(...[j - 2, pair, pair + 1, j + 2].filter((i) => i >= 0 && i < 2 * POINTS));
    starts.push(rows.length);
  }
  return { starts: Int32Array.from(starts), rowIndices: Int32Array.from(rows) };
}

export const small: readonly StiffWork[] = stiffProblems.map((problem) => ({
  ...problem,
  floor: problem.reference.map((value) => 1e-2 * Math.abs(value)),
}));

/** The chain's solution at the end is asked of the caller's best solver. */
export function chainWork(reference: (work: Omit<StiffWork, 'reference'>) => Float64Array): StiffWork {
  const initial = Float64Array.from({ length: 2 * POINTS }, (_, j) =>
    j % 2 === 0 ? 1 + Math.sin((2 * Math.PI * (j / 2 + 1)) / (POINTS + 1)) : 3,
  );
  const work = { name: 'CHAIN', system: chain, initial, end: 10, floor: new Float64Array(2 * POINTS).fill(1) };
  return { ...work, reference: reference(work) };
}
